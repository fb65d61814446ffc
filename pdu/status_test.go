package pdu_test

import (
	"strings"
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

// TestStatusNamesItsReason: each value that the standard defines has words of its
// own, and those after giving up have the words from before.
func TestStatusNamesItsReason(t *testing.T) {
	t.Parallel()
	seen := make(map[string]pdu.Status)
	for _, last := range []pdu.Status{0x02, 0x25, 0x49} {
		for s := last &^ 0x1f; s <= last; s++ {
			words, _, _ := strings.Cut(s.String(), " (")
			if before, twice := seen[words]; twice && words != "quality of service not available" {
				t.Errorf("0x%02X and 0x%02X are both %q", byte(before), byte(s), words)
			}
			if strings.Contains(words, "no reason known") {
				t.Errorf("0x%02X has no words", byte(s))
			}
			seen[words] = s
		}
	}
	for s := pdu.Status(0x20); s <= 0x25; s++ {
		trying, _, _ := strings.Cut(s.String(), " (")
		gone, _, _ := strings.Cut((s + 0x40).String(), " (")
		if trying != gone {
			t.Errorf("0x%02X is %q, 0x%02X is %q", byte(s), trying, byte(s+0x40), gone)
		}
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
