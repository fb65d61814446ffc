package pdu_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"goniec/pdu"
)

// TestCapacity fills parts to the brim: the capacities of 3GPP TS 23.040
// 9.2.3.24.1 with each header, and not a unit more.
func TestCapacity(t *testing.T) {
	t.Parallel()
	narrow := &pdu.Concatenation{Total: 2, Number: 1}
	wide := &pdu.Concatenation{Total: 2, Number: 1, Wide: true}
	tests := []struct {
		name     string
		alphabet pdu.Alphabet
		c        *pdu.Concatenation
		fits     int
		letter   string
	}{
		{"GSM 7-bit", pdu.GSM7, nil, 160, "a"},
		{"GSM 7-bit, 8-bit reference", pdu.GSM7, narrow, 153, "a"},
		{"GSM 7-bit, 16-bit reference", pdu.GSM7, wide, 152, "a"},
		{"escape pairs", pdu.GSM7, nil, 80, "€"},
		{"escape pairs, 8-bit reference", pdu.GSM7, narrow, 76, "€"},
		{"UCS-2", pdu.UCS2, nil, 70, "ą"},
		{"UCS-2, 8-bit reference", pdu.UCS2, narrow, 67, "ą"},
		{"UCS-2, 16-bit reference", pdu.UCS2, wide, 66, "ą"},
		{"surrogate pairs", pdu.UCS2, nil, 35, "😀"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Repeat(test.letter, test.fits)
			s := pdu.Submit{
				DA: international("48600100200"), DCS: pdu.TextDCS(test.alphabet, false),
				UD: part(t, text, test.alphabet, test.c),
			}
			tpdu, err := s.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if size := len(tpdu) - 13; size > 140 {
				t.Errorf("user data takes %d octets, more than 140", size)
			}
			back, err := pdu.ParseSubmit(tpdu)
			if err != nil {
				t.Fatal(err)
			}
			if back.Text() != text {
				t.Errorf("came back as %q", back.Text())
			}
			if u, err := pdu.TextUserData(text+test.letter, test.alphabet, test.c); !errors.Is(err, pdu.ErrUserDataLength) {
				t.Errorf("one more: TextUserData = %d bytes, %v, want ErrUserDataLength", len(u.Data), err)
			}
		})
	}
}

func TestTextOutsideTheAlphabet(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text     string
		alphabet pdu.Alphabet
	}{
		{"ą", pdu.GSM7},
		{"abc\x1b", pdu.GSM7},
		{"abc", pdu.Data8},
		{"abc", ""},
	} {
		u, err := pdu.TextUserData(test.text, test.alphabet, nil)
		if err == nil {
			t.Errorf("TextUserData(%q, %q) = %+v, want an error", test.text, test.alphabet, u)
		} else if strings.Contains(err.Error(), test.text) {
			t.Errorf("TextUserData(%q, %q) repeats the text in its error: %v", test.text, test.alphabet, err)
		}
	}
}

func TestUserDataThatDoesNotFit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		dcs  pdu.DCS
		ud   pdu.UserData
	}{
		{"161 septets", 0x00, pdu.UserData{Data: bytes.Repeat([]byte{'a'}, 161)}},
		{"141 octets", 0x04, pdu.UserData{Data: make([]byte, 141)}},
		{"header too long", 0x04, pdu.UserData{Header: pdu.Header{{ID: 1, Data: make([]byte, 138)}}}},
		{"element longer than its length octet can say", 0x04, pdu.UserData{Header: pdu.Header{{ID: 1, Data: make([]byte, 300)}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := pdu.Submit{DA: international("48600100200"), DCS: test.dcs, UD: test.ud}
			if tpdu, err := s.Marshal(); !errors.Is(err, pdu.ErrUserDataLength) {
				t.Errorf("Marshal() = %X, %v, want ErrUserDataLength", tpdu, err)
			}
		})
	}
}

func TestUserDataText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		dcs  pdu.DCS
		ud   pdu.UserData
		want string
	}{
		{"default alphabet", 0x00, pdu.UserData{Data: []byte("TAK\x00\x1b\x65")}, "TAK@€"},
		{"reserved coding", 0x8f, pdu.UserData{Data: []byte("TAK")}, "TAK"},
		{"voicemail", 0xd8, pdu.UserData{Data: []byte("1 new")}, "1 new"},
		{"Spanish single shift", 0x00, spanish("\x1bAngel"), "Ángel"},
		{"Turkish locking shift", 0x00, pdu.UserData{Header: pdu.Header{{ID: 0x25, Data: []byte{1}}}, Data: []byte{0x04}}, "€"},
		{"unknown language", 0x00, pdu.UserData{Header: pdu.Header{{ID: 0x24, Data: []byte{99}}}, Data: []byte("\x1b\x65")}, "€"},
		{"language element of a wrong length", 0x00, pdu.UserData{Header: pdu.Header{{ID: 0x25, Data: []byte{1, 1}}}, Data: []byte{0x04}}, "è"},
		{"UCS-2", 0x08, pdu.UserData{Data: []byte{0x01, 0x42, 0xd8, 0x3d, 0xde, 0x00}}, "ł😀"},
		{"half a surrogate pair", 0x08, pdu.UserData{Data: []byte{0, 'T', 0, 'A', 0, 'K', 0xd8, 0x3d}}, "TAK\ufffd"},
		{"lone surrogate before a letter", 0x08, pdu.UserData{Data: []byte{0xd8, 0x3d, 0, 'T'}}, "\ufffdT"},
		{"8-bit, ASCII", 0x04, pdu.UserData{Data: []byte("TAK\r\n")}, "TAK\r\n"},
		{"8-bit, UTF-8", 0xf4, pdu.UserData{Data: []byte("łąka")}, "łąka"},
		{"8-bit, Latin-1", 0x04, pdu.UserData{Data: []byte{'n', 0xed}}, "ní"},
		{"8-bit, controls", 0x04, pdu.UserData{Data: []byte{0x00, 'a', 0x85}}, "\ufffda\ufffd"},
		{"nothing", 0x00, pdu.UserData{}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := test.ud.Text(test.dcs); got != test.want {
				t.Errorf("Text() = %q, want %q", got, test.want)
			}
		})
	}
}

func spanish(septets string) pdu.UserData {
	return pdu.UserData{Header: pdu.Header{{ID: 0x24, Data: []byte{2}}}, Data: []byte(septets)}
}
