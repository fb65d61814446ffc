package pdu

import (
	"errors"
	"fmt"
	"time"
)

// The ways in which a PDU may be malformed, besides errAddress.
var (
	// errTruncated marks a PDU that ends before its fields do.
	errTruncated = errors.New("ends too early")
	// errTrailing marks a PDU with octets behind its last field.
	errTrailing = errors.New("octets behind the end")
	// errMessageType marks a PDU of another type than the one asked for.
	errMessageType = errors.New("another type of message")
	// errTime marks an invalid timestamp, or a time that cannot be written, 3GPP TS
	// 23.040 9.2.3.11.
	errTime = errors.New("not a time")
	// errHeader marks a user data header whose lengths do not add up, 3GPP TS
	// 23.040 9.2.3.24.
	errHeader = errors.New("malformed user data header")
	// errUserDataLength marks user data beyond what one short message holds,
	// 140 octets, or a header longer than its user data.
	errUserDataLength = errors.New("impossible length of user data")
)

// reader reads a PDU from front to back. After the first failure it returns zero
// values, so a decoder reads all fields and checks err once.
type reader struct {
	rest []byte
	err  error

	// A lenient reader continues after violations that leave a meaning, and lists them
	// in repairs.
	lenient bool
	repairs []string
	// instead replaces invalid timestamps in a lenient reading.
	instead time.Time
}

// fail ends the reading.
func (r *reader) fail(field string, err error) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %w", field, err)
	}
}

// fault records a violation: a repair of a lenient reader, a failure of a strict one.
func (r *reader) fault(field string, err error) {
	switch {
	case !r.lenient:
		r.fail(field, err)
	case r.err == nil:
		r.repairs = append(r.repairs, fmt.Sprintf("%s: %v", field, err))
	}
}

// take returns the next n octets, or none if there are fewer.
func (r *reader) take(n int, field string) []byte {
	if r.err == nil && n > len(r.rest) {
		r.fail(field, errTruncated)
	}
	if r.err != nil {
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

// octet returns the next octet.
func (r *reader) octet(field string) byte {
	if b := r.take(1, field); b != nil {
		return b[0]
	}
	return 0
}

// end checks that no octets follow.
func (r *reader) end(field string) {
	if r.err == nil && len(r.rest) > 0 {
		r.fault(field, fmt.Errorf("%w: %d", errTrailing, len(r.rest)))
	}
}
