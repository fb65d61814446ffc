package pdu_test

import (
	"testing"

	"goniec/pdu"
)

// TestStatusOutcome goes through all 256 values by the ranges of 3GPP TS 23.040
// 9.2.3.15.
func TestStatusOutcome(t *testing.T) {
	t.Parallel()
	ranges := []struct {
		first, last pdu.Status // inclusive
		want        pdu.StatusOutcome
	}{
		{0x00, 0x1f, pdu.Delivered},
		{0x20, 0x3f, pdu.StillTrying},
		{0x40, 0x5f, pdu.Failed},
		{0x60, 0x7f, pdu.Abandoned},
		{0x80, 0xff, pdu.Abandoned},
	}
	seen := 0
	for _, r := range ranges {
		for s := int(r.first); s <= int(r.last); s++ {
			seen++
			if got := pdu.Status(s).Outcome(); got != r.want {
				t.Errorf("Status(0x%02X).Outcome() = %v, want %v", s, got, r.want)
			}
		}
	}
	if seen != 256 {
		t.Errorf("the ranges cover %d values, want 256", seen)
	}
}

func TestStatusInWords(t *testing.T) {
	t.Parallel()
	tests := map[pdu.Status]string{
		0x00: "received by the recipient (0x00)",
		0x01: "forwarded, delivery not confirmed (0x01)",
		0x1f: "delivered, no reason known (0x1F)",
		0x20: "congestion (0x20)",
		0x25: "error at the recipient (0x25)",
		0x26: "still trying, no reason known (0x26)",
		0x46: "validity period expired (0x46)",
		0x49: "message does not exist (0x49)",
		0x4a: "failed, no reason known (0x4A)",
		0x61: "recipient busy (0x61)",
		0x63: "service rejected (0x63)",
		0x66: "abandoned, no reason known (0x66)",
		0xa0: "abandoned, no reason known (0xA0)",
		0xff: "abandoned, no reason known (0xFF)",
	}
	for s, want := range tests {
		if got := s.String(); got != want {
			t.Errorf("Status(0x%02X).String() = %q, want %q", byte(s), got, want)
		}
	}
	if got, want := pdu.StatusOutcome(9).String(), "outcome 9"; got != want {
		t.Errorf("StatusOutcome(9).String() = %q, want %q", got, want)
	}
}
