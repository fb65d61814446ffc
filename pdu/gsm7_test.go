package pdu

import (
	"bytes"
	"encoding/hex"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/warthog618/sms/encoding/gsm7"
)

func TestGSM7EveryCharacter(t *testing.T) {
	t.Parallel()
	seen := map[rune]bool{}
	for septet := range byte(128) {
		for _, septets := range [][]byte{{septet}, {escape, septet}} {
			text := decodeGSM7(septets, DefaultLanguage, DefaultLanguage)
			r, size := utf8.DecodeRuneInString(text)
			if septet == escape {
				if text != " " {
					t.Errorf("decode % X: got %q, want a space", septets, text)
				}
				continue
			}
			if size != len(text) || r == utf8.RuneError {
				t.Fatalf("decode % X: got %q, want one character", septets, text)
			}
			back, ok := encodeGSM7(text)
			if !seen[r] && (!ok || !bytes.Equal(back, septets)) {
				t.Errorf("encode %q: got % X, %t, want % X", text, back, ok, septets)
			}
			seen[r] = true
		}
	}
	if got, want := len(seen), 127+10; got != want {
		t.Errorf("the alphabet has %d characters, want %d", got, want)
	}
	for r := range rune(0x30000) {
		if _, ok := encodeGSM7(string(r)); ok != seen[r] {
			t.Errorf("encode %q (%U): ok is %t, want %t", r, r, ok, seen[r])
		}
	}
}

func TestDecodeGSM7(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name            string
		septets         string
		locking, single NationalLanguage
		want            string
	}{
		{name: "empty", want: ""},
		{name: "at sign is zero", septets: "00 00 41 00", want: "@@A@"},
		{name: "capital cedilla", septets: "09", want: "Ç"},
		{name: "euro", septets: "1B 65 35", want: "€5"},
		{name: "escape without a character of its own", septets: "41 1B 42 43", want: "ABC"},
		{name: "escape before the reserved CR", septets: "1B 0D 41", want: "\rA"},
		{name: "escape twice is reserved", septets: "1B 1B 41", want: " A"},
		{name: "escape at the end", septets: "41 1B", want: "A "},
		{name: "bit 8 is no part of a septet", septets: "C1 9B E5", want: "A€"},
		{name: "Turkish locking", septets: "04 07 1C 60 40", locking: Turkish, want: "€ıŞçİ"},
		{name: "Turkish single", septets: "67 1B 67 1B 53 1B 65", single: Turkish, want: "gğŞ€"},
		{name: "Spanish single", septets: "1B 41 6E 67 65 6C 1B 75 1B 42", single: Spanish, want: "ÁngelúB"},
		{name: "Spanish has no locking table", septets: "07 41", locking: Spanish, want: "ìA"},
		{name: "Portuguese both", septets: "1B 1F 08 1B 7B 1B 0A 5B 1B 42", locking: Portuguese, single: Portuguese, want: "Êóã\fÃB"},
		{name: "Hindi both", septets: "40 2F 4C 5F 4C 59 1B 1C 1B 28", locking: Hindi, single: Hindi, want: "\u092c\u0928\u0938\u094d\u0938\u0947\u0966{"},
		{name: "reserved place of a locking table", septets: "41 0D", locking: Bengali, want: "\u09ad\r"},
		{name: "reserved place without character", septets: "0C", locking: Bengali, want: "\uFFFD"},
		{name: "language of the future", septets: "07 1B 65", locking: 14, single: 255, want: "ì€"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := decodeGSM7(octetsOf(t, tt.septets), tt.locking, tt.single)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("decodeGSM7 (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPackSeptets(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		text string
		fill int
		want string
	}{
		{name: "nothing", text: "", want: ""},
		{name: "one", text: "A", want: "41"},
		{name: "hello", text: "hello", want: "E8 32 9B FD 06"},
		{name: "eight in seven octets", text: "hellohel", want: "E8 32 9B FD 46 97 D9"},
		{name: "seven leave a septet of zeros", text: "hellohe", want: "E8 32 9B FD 46 97 01"},
		{name: "at signs at the end", text: "A@@@@@@@", want: "41 00 00 00 00 00 00"},
		{name: "escape", text: "€", want: "9B 32"},
		{name: "one fill bit, behind a header of 6 octets", text: "AB", fill: 1, want: "82 42"},
		{name: "six fill bits", text: "z", fill: 6, want: "80 1E"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			septets, ok := encodeGSM7(tt.text)
			if !ok {
				t.Fatalf("encodeGSM7(%q) is not ok", tt.text)
			}
			got := PackSeptets(septets, tt.fill)
			if diff := cmp.Diff(octetsOf(t, tt.want), got); diff != "" {
				t.Errorf("PackSeptets (-want +got):\n%s", diff)
			}
			if back := UnpackSeptets(got, len(septets), tt.fill); !bytes.Equal(back, septets) {
				t.Errorf("UnpackSeptets: got % X, want % X", back, septets)
			}
		})
	}
}

// TestPackSeptetsAsNumber holds packing against another way to say the same:
// the septets are the digits of one number in base 128, the least first.
func TestPackSeptetsAsNumber(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for count := range 161 {
		for fill := range 7 {
			septets := make([]byte, count)
			number := new(big.Int)
			for i := range septets {
				septets[i] = byte(random.UintN(128))
				digit := big.NewInt(int64(septets[i]))
				number.Or(number, digit.Lsh(digit, uint(7*i+fill)))
			}
			want := number.FillBytes(make([]byte, (7*count+fill+7)/8))
			slices.Reverse(want)
			got := PackSeptets(septets, fill)
			if !bytes.Equal(got, want) {
				t.Fatalf("pack %d septets behind %d bits: got % X, want % X", count, fill, got, want)
			}
			if back := UnpackSeptets(got, count, fill); !bytes.Equal(back, septets) {
				t.Fatalf("unpack %d septets behind %d bits: got % X, want % X", count, fill, back, septets)
			}
		}
	}
}

func TestUnpackSeptetsOfTooFewOctets(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		octets      string
		count, fill int
		want        string
	}{
		{name: "no octets", count: 5, want: ""},
		{name: "no room behind the fill bits", octets: "FF", count: 5, fill: 2, want: ""},
		{name: "nothing asked for", octets: "FF", count: 0, want: ""},
		{name: "less than nothing asked for", octets: "FF", count: -1, want: ""},
		{name: "two of ten", octets: "E8 32", count: 10, want: "68 65"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := UnpackSeptets(octetsOf(t, tt.octets), tt.count, tt.fill)
			if !bytes.Equal(got, octetsOf(t, tt.want)) {
				t.Errorf("got % X, want %s", got, tt.want)
			}
		})
	}
}

func TestGSM7AgainstReferee(t *testing.T) {
	t.Parallel()
	alphabet := []rune(gsm7Default + "^{}\\[~]|€")
	alphabet = slices.DeleteFunc(alphabet, func(r rune) bool { return r == escape })
	random := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		text := make([]rune, 1+random.IntN(160))
		for i := range text {
			text[i] = alphabet[random.IntN(len(alphabet))]
		}
		septets, _ := encodeGSM7(string(text))
		want, err := gsm7.Encode([]byte(string(text)))
		if err != nil || !bytes.Equal(septets, want) {
			t.Fatalf("encode %q: got % X, the referee says % X, %v", string(text), septets, want, err)
		}
		fill := random.IntN(7)
		if got, want := PackSeptets(septets, fill), gsm7.Pack7Bit(septets, fill); !bytes.Equal(got, want) {
			t.Fatalf("pack % X behind %d bits: got % X, the referee says % X", septets, fill, got, want)
		}
		if got := decodeGSM7(septets, DefaultLanguage, DefaultLanguage); got != string(text) {
			t.Fatalf("decode % X: got %q, want %q", septets, got, string(text))
		}
	}
}

func FuzzDecodeGSM7(f *testing.F) {
	f.Add([]byte("\xE8\x32\x9B\xFD\x06"), 5, 0, byte(0), byte(0))
	f.Add([]byte("\x9B\x32"), 2, 0, byte(1), byte(2))
	f.Add([]byte("\x36\x6D\x9B\x1B"), 40, 6, byte(6), byte(13))
	f.Add([]byte{}, -1, 3, byte(255), byte(14))
	f.Fuzz(func(t *testing.T, octets []byte, count, fill int, locking, single byte) {
		fill = (fill%7 + 7) % 7
		septets := UnpackSeptets(octets, count, fill)
		if len(septets) > max(0, count) || 7*len(septets) > 8*len(octets) {
			t.Fatalf("%d septets of %d octets, %d asked for", len(septets), len(octets), count)
		}
		if back := UnpackSeptets(PackSeptets(septets, fill), len(septets), fill); !bytes.Equal(back, septets) {
			t.Fatalf("packed and unpacked: got % X, want % X", back, septets)
		}
		text := decodeGSM7(septets, NationalLanguage(locking), NationalLanguage(single))
		if !utf8.ValidString(text) || utf8.RuneCountInString(text) > len(septets) {
			t.Fatalf("decode % X: got %q", septets, text)
		}
		text = decodeGSM7(septets, DefaultLanguage, DefaultLanguage)
		again, ok := encodeGSM7(text)
		if !ok || decodeGSM7(again, DefaultLanguage, DefaultLanguage) != text {
			t.Fatalf("%q of % X encodes as % X, %t", text, septets, again, ok)
		}
	})
}

// octetsOf returns the octets of s in hexadecimal, spaces allowed.
func octetsOf(t *testing.T, s string) []byte {
	t.Helper()
	octets, err := hex.DecodeString(string(bytes.ReplaceAll([]byte(s), []byte(" "), nil)))
	if err != nil {
		t.Fatalf("octets %q: %v", s, err)
	}
	return octets
}
