package pdu

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestEncodeUCS2(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{name: "empty", text: "", want: ""},
		{name: "Polish", text: "Zażółć", want: "005A 0061 017C 00F3 0142 0107"},
		{name: "surrogates", text: "a😀b", want: "0061 D83D DE00 0062"},
		{name: "last of the basic plane and first beyond", text: "\uFFFF\U00010000", want: "FFFF D800 DC00"},
		{name: "last character", text: "\U0010FFFF", want: "DBFF DFFF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := encodeUCS2(tt.text)
			if diff := cmp.Diff(octetsOf(t, tt.want), got); diff != "" {
				t.Errorf("encodeUCS2 (-want +got):\n%s", diff)
			}
			if back := decodeUCS2(got); back != tt.text {
				t.Errorf("decodeUCS2: got %q, want %q", back, tt.text)
			}
			if got, want := 2*UCS2.length(tt.text), len(got); got != want {
				t.Errorf("length in octets: got %d, want %d", got, want)
			}
		})
	}
}

func TestDecodeUCS2OfDamagedText(t *testing.T) {
	t.Parallel()
	const tak = "0054 0041 004B"
	tests := []struct{ name, octets, want string }{
		{name: "high surrogate cut off", octets: tak + "D83D", want: "TAK\uFFFD"},
		{name: "surrogate cut in its middle", octets: tak + "D83D DE", want: "TAK\uFFFD\uFFFD"},
		{name: "high surrogate before a letter", octets: "D83D" + tak, want: "\uFFFDTAK"},
		{name: "low surrogate alone", octets: "DE00" + tak, want: "\uFFFDTAK"},
		{name: "two high before one low", octets: "D83D D83D DE00", want: "\uFFFD😀"},
		{name: "low before high", octets: "DE00 D83D 0041", want: "\uFFFD\uFFFDA"},
		{name: "odd octet at the end", octets: tak + "00", want: "TAK\uFFFD"},
		{name: "one octet", octets: "41", want: "\uFFFD"},
		{name: "replacement character that was sent", octets: "FFFD 0041", want: "\uFFFDA"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, decodeUCS2(octetsOf(t, tt.octets))); diff != "" {
				t.Errorf("decodeUCS2 (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzDecodeUCS2(f *testing.F) {
	f.Add([]byte("\x00T\x00A\x00K"))
	f.Add([]byte("\xD8\x3D\xDE\x00"))
	f.Add([]byte("\xD8\x3D\x00T\xDE"))
	f.Fuzz(func(t *testing.T, octets []byte) {
		units := make([]uint16, 0, len(octets)/2)
		for i := 0; i+1 < len(octets); i += 2 {
			units = append(units, uint16(octets[i])<<8|uint16(octets[i+1]))
		}
		want := string(utf16.Decode(units)) + strings.Repeat("\uFFFD", len(octets)%2)
		got := decodeUCS2(octets)
		if got != want {
			t.Fatalf("decode % X: got %q, want %q", octets, got, want)
		}
		if !utf8.ValidString(got) {
			t.Fatalf("decode % X: got %q, which is not valid UTF-8", octets, got)
		}
		if !strings.ContainsRune(got, utf8.RuneError) && !bytes.Equal(encodeUCS2(got), octets) {
			t.Fatalf("encode %q: got % X, want % X", got, encodeUCS2(got), octets)
		}
	})
}
