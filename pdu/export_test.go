package pdu

import "fmt"

// ParseStatusReport reads a TPDU as strictly as ParseDeliver does. Whoever receives
// calls Read.
func ParseStatusReport(tpdu []byte) (StatusReport, error) {
	r := reader{rest: tpdu}
	s := r.statusReport()
	if r.err != nil {
		return StatusReport{}, fmt.Errorf("parse SMS-STATUS-REPORT: %w", r.err)
	}
	return s, nil
}
