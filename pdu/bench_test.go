package pdu_test

import (
	"strings"
	"testing"
	"time"

	"github.com/warthog618/sms"
	"github.com/warthog618/sms/encoding/tpdu"

	"goniec/pdu"
)

// benchmarkTexts are of one part and of three, in both alphabets. The library
// beside us is the referee of the tests.
var benchmarkTexts = []struct{ name, text string }{
	{"gsm7-1", strings.Repeat("Przypominamy: ", 9)[:120]},
	{"gsm7-3", strings.Repeat("Przypominamy: ", 30)},
	{"ucs2-1", strings.Repeat("Zażółć ", 9)},
	{"ucs2-3", strings.Repeat("Zażółć ", 27)},
}

// BenchmarkEncode goes from a text to the TPDUs of its parts. Ours is also
// normalised, and cut between what people take for characters.
func BenchmarkEncode(b *testing.B) {
	to, err := pdu.ParseAddress("+48600100200")
	if err != nil {
		b.Fatal(err)
	}
	for _, text := range benchmarkTexts {
		b.Run("goniec/"+text.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c, err := pdu.Compose(text.text, pdu.ComposeOptions{})
				if err != nil {
					b.Fatal(err)
				}
				submits(b, to, c)
			}
		})
		b.Run("sms/"+text.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				segments, err := sms.Encode([]byte(text.text), sms.To("48600100200"))
				if err != nil {
					b.Fatal(err)
				}
				for i := range segments {
					if _, err := segments[i].MarshalBinary(); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkMarshal is the last step of BenchmarkEncode: from parts to TPDUs.
func BenchmarkMarshal(b *testing.B) {
	to := international("48600100200")
	for _, text := range benchmarkTexts {
		c, err := pdu.Compose(text.text, pdu.ComposeOptions{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(text.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				submits(b, to, c)
			}
		})
	}
}

// submits returns the TPDUs of a composed text.
func submits(b *testing.B, to pdu.Address, c pdu.Composition) [][]byte {
	tpdus := make([][]byte, 0, len(c.Parts))
	for i, text := range c.Parts {
		var place *pdu.Concatenation
		if len(c.Parts) > 1 {
			place = &pdu.Concatenation{Reference: 7, Total: len(c.Parts), Number: i + 1}
		}
		ud, err := pdu.TextUserData(text, c.Alphabet, place)
		if err != nil {
			b.Fatal(err)
		}
		tpdu, err := pdu.Submit{DA: to, DCS: pdu.TextDCS(c.Alphabet, false), UD: ud}.Marshal()
		if err != nil {
			b.Fatal(err)
		}
		tpdus = append(tpdus, tpdu)
	}
	return tpdus
}

// BenchmarkDecode goes from the TPDUs of a text's parts to the text.
func BenchmarkDecode(b *testing.B) {
	now := time.Date(2026, 11, 22, 18, 30, 0, 0, zone(1))
	to := international("48600100200")
	for _, text := range benchmarkTexts {
		c, err := pdu.Compose(text.text, pdu.ComposeOptions{})
		if err != nil {
			b.Fatal(err)
		}
		var raws [][]byte
		for _, tpdu := range submits(b, to, c) {
			s, err := pdu.ParseSubmit(tpdu)
			if err != nil {
				b.Fatal(err)
			}
			tpdu, err := pdu.Deliver{OA: to, DCS: s.DCS, SCTS: now, UD: s.UD}.Marshal()
			if err != nil {
				b.Fatal(err)
			}
			raws = append(raws, pdu.WithSMSC(nil, tpdu))
		}
		b.Run("goniec/"+text.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var whole strings.Builder
				for _, raw := range raws {
					in, err := pdu.Read(raw, now)
					if err != nil {
						b.Fatal(err)
					}
					whole.WriteString(in.Deliver.Text())
				}
				if whole.Len() < len(text.text) {
					b.Fatalf("decoded %d bytes of %d", whole.Len(), len(text.text))
				}
			}
		})
		b.Run("sms/"+text.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var segments []*tpdu.TPDU
				for _, raw := range raws {
					segment, err := sms.Unmarshal(raw[1:])
					if err != nil {
						b.Fatal(err)
					}
					segments = append(segments, segment)
				}
				whole, err := sms.Decode(segments)
				if err != nil {
					b.Fatal(err)
				}
				if len(whole) < len(text.text) {
					b.Fatalf("decoded %d bytes of %d", len(whole), len(text.text))
				}
			}
		})
	}
}
