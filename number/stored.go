package number

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"goniec/pdu"
	"goniec/store"
)

// Segment returns a number, or the name of a sender, as one segment of a key.
func Segment(a pdu.Address) string { return store.Private(url.PathEscape(Encode(a))) }

// TailSegment returns the last digits of a number as one segment of a key. Delivery
// reports are matched by the last digits.
func TailSegment(a pdu.Address) string { return store.Private(url.PathEscape(a.Tail())) }

// Encode returns a number in the form of stored values: as pdu.Address.String writes the
// number if pdu.ParseAddress reads the same Address from it, otherwise as
// "<type>,<plan>,<digits>".
func Encode(a pdu.Address) string {
	s := a.String()
	if b, err := pdu.ParseAddress(s); err == nil && a == b {
		return s
	}
	return fmt.Sprintf("%d,%d,%s", a.Type, a.Plan, a.Number)
}

// Decode reads the form of Encode.
func Decode(s string) (pdu.Address, error) {
	fields := strings.SplitN(s, ",", 3)
	if len(fields) < 3 {
		return pdu.ParseAddress(s)
	}
	typ, err := strconv.ParseUint(fields[0], 10, 8)
	if err != nil {
		return pdu.Address{}, fmt.Errorf("stored address: type: %w", err)
	}
	plan, err := strconv.ParseUint(fields[1], 10, 8)
	if err != nil {
		return pdu.Address{}, fmt.Errorf("stored address: plan: %w", err)
	}
	return pdu.Address{Number: fields[2], Type: pdu.TypeOfNumber(typ), Plan: pdu.NumberingPlan(plan)}, nil
}
