package number_test

import (
	"strings"
	"testing"

	"goniec/number"
	"goniec/pdu"
)

// Every kind of address comes back from the store as it was, and none breaks out of its
// segment of a key.
func TestStoredNumber(t *testing.T) {
	t.Parallel()
	for _, a := range []pdu.Address{
		{Number: "48600100200", Type: pdu.TypeInternational, Plan: pdu.PlanISDN},
		{Number: "600100200", Type: pdu.TypeNational, Plan: pdu.PlanISDN},
		{Number: "600100200", Type: pdu.TypeUnknown, Plan: pdu.PlanISDN},
		{Number: "8080", Type: pdu.TypeUnknown, Plan: pdu.PlanISDN},
		{Number: "*100#", Type: pdu.TypeUnknown, Plan: pdu.PlanISDN},
		{Number: "Przychodnia", Type: pdu.TypeAlphanumeric},
		{Number: "A/B {c}, d", Type: pdu.TypeAlphanumeric},
	} {
		got, err := number.Decode(number.Encode(a))
		if err != nil || got != a {
			t.Errorf("%+v came back as %+v, %v", a, got, err)
		}
		for _, segment := range []string{number.Segment(a), number.TailSegment(a)} {
			inside, closed := strings.CutSuffix(strings.TrimPrefix(segment, "{"), "}")
			if !closed || strings.ContainsAny(inside, "/{}") {
				t.Errorf("%+v is %s in a key", a, segment)
			}
		}
	}
}
