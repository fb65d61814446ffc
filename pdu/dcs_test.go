package pdu_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/pdu"
)

// meaning is all that a DCS says.
type meaning struct {
	Alphabet   pdu.Alphabet
	Class      int // -1: none
	Compressed bool
	Waiting    bool
}

func meaningOf(d pdu.DCS) meaning {
	m := meaning{Alphabet: d.Alphabet(), Class: -1, Compressed: d.Compressed(), Waiting: d.Waiting()}
	if class, ok := d.Class(); ok {
		m.Class = class
	}
	return m
}

// TestDCS goes through all 256 values by the groups of 3GPP TS 23.038 section
// 4: each row is a range, and says what is special about its first value.
func TestDCS(t *testing.T) {
	t.Parallel()
	none := meaning{Alphabet: pdu.GSM7, Class: -1}
	waiting := func(a pdu.Alphabet) meaning { return meaning{Alphabet: a, Class: -1, Waiting: true} }
	tests := []struct {
		name        string
		first, last pdu.DCS // inclusive
		want        meaning
	}{
		{"GSM 7-bit, class bits without meaning", 0x00, 0x03, none},
		{"8-bit data", 0x04, 0x07, meaning{Alphabet: pdu.Data8, Class: -1}},
		{"UCS-2", 0x08, 0x0b, meaning{Alphabet: pdu.UCS2, Class: -1}},
		{"reserved alphabet", 0x0c, 0x0f, none},
		{"flash", 0x10, 0x10, meaning{Alphabet: pdu.GSM7, Class: 0}},
		{"for the device", 0x11, 0x11, meaning{Alphabet: pdu.GSM7, Class: 1}},
		{"for the SIM", 0x12, 0x12, meaning{Alphabet: pdu.GSM7, Class: 2}},
		{"for the terminal", 0x13, 0x13, meaning{Alphabet: pdu.GSM7, Class: 3}},
		{"8-bit data for the SIM", 0x16, 0x16, meaning{Alphabet: pdu.Data8, Class: 2}},
		{"flash in UCS-2", 0x18, 0x18, meaning{Alphabet: pdu.UCS2, Class: 0}},
		{"compressed", 0x20, 0x2f, meaning{Alphabet: pdu.Data8, Class: -1, Compressed: true}},
		{"compressed flash", 0x30, 0x30, meaning{Alphabet: pdu.Data8, Class: 0, Compressed: true}},
		{"marked for deletion", 0x40, 0x43, meaning{Alphabet: pdu.GSM7, Class: -1}},
		{"marked for deletion, UCS-2", 0x48, 0x4b, meaning{Alphabet: pdu.UCS2, Class: -1}},
		{"marked for deletion, for the device", 0x51, 0x51, meaning{Alphabet: pdu.GSM7, Class: 1}},
		{"marked for deletion, compressed", 0x60, 0x6f, meaning{Alphabet: pdu.Data8, Class: -1, Compressed: true}},
		{"reserved groups", 0x80, 0xbf, none},
		{"voicemail gone, discard", 0xc0, 0xc0, waiting(pdu.GSM7)},
		{"voicemail, discard", 0xc8, 0xc8, waiting(pdu.GSM7)},
		{"voicemail, store", 0xd8, 0xd8, waiting(pdu.GSM7)},
		{"fax, store", 0xd9, 0xd9, waiting(pdu.GSM7)},
		{"email gone, store", 0xd2, 0xd2, waiting(pdu.GSM7)},
		{"other in UCS-2", 0xeb, 0xeb, waiting(pdu.UCS2)},
		{"voicemail in UCS-2, reserved bit set", 0xec, 0xec, waiting(pdu.UCS2)},
		{"flash of the last group", 0xf0, 0xf0, meaning{Alphabet: pdu.GSM7, Class: 0}},
		{"for the SIM, last group", 0xf2, 0xf2, meaning{Alphabet: pdu.GSM7, Class: 2}},
		{"8-bit data for the device, last group", 0xf5, 0xf5, meaning{Alphabet: pdu.Data8, Class: 1}},
		{"last group, reserved bit set", 0xff, 0xff, meaning{Alphabet: pdu.Data8, Class: 3}},
	}
	for _, test := range tests {
		for d := int(test.first); d <= int(test.last); d++ {
			if diff := cmp.Diff(test.want, meaningOf(pdu.DCS(d))); diff != "" {
				t.Errorf("%s: DCS 0x%02X (-want +got):\n%s", test.name, d, diff)
			}
		}
	}
}

func TestTextDCS(t *testing.T) {
	t.Parallel()
	tests := []struct {
		alphabet pdu.Alphabet
		flash    bool
		want     pdu.DCS
	}{
		{pdu.GSM7, false, 0x00},
		{pdu.Data8, false, 0x04},
		{pdu.UCS2, false, 0x08},
		{pdu.GSM7, true, 0x10},
		{pdu.Data8, true, 0x14},
		{pdu.UCS2, true, 0x18},
	}
	for _, test := range tests {
		got := pdu.TextDCS(test.alphabet, test.flash)
		if got != test.want {
			t.Errorf("TextDCS(%s, %t) = 0x%02X, want 0x%02X", test.alphabet, test.flash, byte(got), byte(test.want))
		}
		if got.Alphabet() != test.alphabet {
			t.Errorf("TextDCS(%s, %t).Alphabet() = %s", test.alphabet, test.flash, got.Alphabet())
		}
	}
}
