package pdu

import "fmt"

// Errors that only tests compare.
var (
	ErrAddress        = errAddress
	ErrHeader         = errHeader
	ErrNotIncoming    = errNotIncoming
	ErrTime           = errTime
	ErrTruncated      = errTruncated
	ErrUserDataLength = errUserDataLength
	ErrValidity       = errValidity
)

// ParseStatusReport reads a TPDU as strictly as ParseDeliver.
func ParseStatusReport(tpdu []byte) (StatusReport, error) {
	r := reader{rest: tpdu}
	s := r.statusReport()
	if r.err != nil {
		return StatusReport{}, fmt.Errorf("parse SMS-STATUS-REPORT: %w", r.err)
	}
	return s, nil
}
