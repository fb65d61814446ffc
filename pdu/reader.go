package pdu

import (
	"errors"
	"fmt"
	"time"
)

// What is wrong with a PDU, besides errAddress.
var (
	// errTruncated marks a PDU that ends before its fields do.
	errTruncated = errors.New("ends too early")
	// errTrailing marks a PDU with octets behind its last field.
	errTrailing = errors.New("octets behind the end")
	// errMessageType marks a PDU of another type than the one asked for.
	errMessageType = errors.New("another type of message")
	// errTime marks a timestamp that is no point in time or cannot be written,
	// 3GPP TS 23.040 9.2.3.11.
	errTime = errors.New("not a time")
	// errHeader marks a user data header whose lengths do not add up, 3GPP TS
	// 23.040 9.2.3.24.
	errHeader = errors.New("malformed user data header")
	// errUserDataLength marks user data beyond what one short message holds,
	// 140 octets, or a header longer than its user data.
	errUserDataLength = errors.New("impossible length of user data")
)

// reader takes a PDU apart from front to back. The first failure sticks: what
// is read after it is zero, so a decoder reads its fields in a row and looks at
// err once.
type reader struct {
	rest []byte
	err  error

	// A lenient reader carries on where the standard is broken but a meaning is
	// left, and notes what it overlooked in repairs.
	lenient bool
	repairs []string
	// instead stands in for timestamps a lenient reader cannot read.
	instead time.Time
}

// fail ends the reading.
func (r *reader) fail(field string, err error) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %w", field, err)
	}
}

// fault reports something a lenient reader overlooks and a strict one fails by.
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

// end says that nothing may follow.
func (r *reader) end(field string) {
	if r.err == nil && len(r.rest) > 0 {
		r.fault(field, fmt.Errorf("%w: %d", errTrailing, len(r.rest)))
	}
}
