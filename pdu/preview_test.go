package pdu_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/pdu"
)

func TestNewPreview(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 130)
	tests := []struct {
		name    string
		text    string
		options pdu.ComposeOptions
		want    summary
	}{
		{
			name: "nothing foreign", text: "Wizyta jutro o 9:00 {TAK}",
			want: summary{Alphabet: pdu.GSM7, Parts: 1, Units: 27, Left: 133},
		},
		{
			name: "of two foreign letters neither alone saves a part", text: long + " Łódka " + "bbbbbbbb",
			want: summary{
				Alphabet: pdu.UCS2, Parts: 3, Units: 145, Left: 56,
				Foreign: []pdu.Foreign{{Rune: 'Ł', Count: 1, Replacement: "L"}, {Rune: 'ó', Count: 1, Replacement: "o"}},
				Folded:  "1 part, 15 left",
			},
		},
		{
			name: "the only foreign letter costs two parts", text: long + " Łodka " + "bbbbbbbb",
			want: summary{
				Alphabet: pdu.UCS2, Parts: 3, Units: 145, Left: 56,
				Foreign: []pdu.Foreign{{Rune: 'Ł', Count: 1, Replacement: "L", Costs: 2}},
				Folded:  "1 part, 15 left",
			},
		},
		{
			name: "an emoji costs what it keeps from GSM 7-bit", text: long + " 👍 " + "„b”",
			want: summary{
				Alphabet: pdu.UCS2, Parts: 3, Units: 137, Left: 64,
				Foreign: []pdu.Foreign{
					{Rune: '👍', Count: 1, Costs: 2},
					{Rune: '„', Count: 1, Replacement: `"`},
					{Rune: '”', Count: 1, Replacement: `"`},
				},
			},
		},
		{
			name: "look-alikes that were replaced cost nothing", text: "„TAK”…",
			want: summary{
				Alphabet: pdu.GSM7, Parts: 1, Units: 8, Left: 152,
				Foreign: []pdu.Foreign{
					{Rune: '„', Count: 1, Replacement: `"`}, {Rune: '”', Count: 1, Replacement: `"`}, {Rune: '…', Count: 1, Replacement: "..."},
				},
			},
		},
		{
			name: "foreign characters by count", text: "żółw, łódź, żaba",
			want: summary{
				Alphabet: pdu.UCS2, Parts: 1, Units: 16, Left: 54,
				Foreign: []pdu.Foreign{
					{Rune: 'ż', Count: 2, Replacement: "z"},
					{Rune: 'ó', Count: 2, Replacement: "o"},
					{Rune: 'ł', Count: 2, Replacement: "l"},
					{Rune: 'ź', Count: 1, Replacement: "z"},
				},
				Folded: "1 part, 144 left",
			},
		},
		{
			name: "folded already", text: "żaba", options: pdu.ComposeOptions{Encoding: pdu.Fold},
			want: summary{
				Alphabet: pdu.GSM7, Parts: 1, Units: 4, Left: 156,
				Foreign: []pdu.Foreign{{Rune: 'ż', Count: 1, Replacement: "z"}},
			},
		},
		{
			name: "UCS-2 by force: no letter is to blame", text: strings.Repeat("żaba", 20), options: pdu.ComposeOptions{Encoding: pdu.ForceUCS2},
			want: summary{
				Alphabet: pdu.UCS2, Parts: 2, Units: 80, Left: 54,
				Foreign: []pdu.Foreign{{Rune: 'ż', Count: 20, Replacement: "z"}},
				Folded:  "1 part, 80 left",
			},
		},
		{
			name: "left out, because nothing stands for it", text: strings.Repeat("ж", 60) + strings.Repeat("я", 20),
			want: summary{
				Alphabet: pdu.UCS2, Parts: 2, Units: 80, Left: 54,
				Foreign: []pdu.Foreign{{Rune: 'ж', Count: 60, Costs: 1}, {Rune: 'я', Count: 20, Costs: 1}},
			},
		},
		{
			name: "nothing but one foreign character", text: "👍",
			want: summary{
				Alphabet: pdu.UCS2, Parts: 1, Units: 2, Left: 68,
				Foreign: []pdu.Foreign{{Rune: '👍', Count: 1}},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := pdu.NewPreview(tt.text, tt.options)
			if err != nil {
				t.Fatalf("NewPreview: %v", err)
			}
			if diff := cmp.Diff(tt.want, summaryOf(p)); diff != "" {
				t.Errorf("preview (-want +got):\n%s", diff)
			}
		})
	}
}

// summary is what a test says of a preview.
type summary struct {
	Alphabet           pdu.Alphabet
	Parts, Units, Left int
	Foreign            []pdu.Foreign
	Folded             string
}

func summaryOf(p pdu.Preview) summary {
	s := summary{Alphabet: p.Alphabet, Parts: len(p.Parts), Units: p.Units, Left: p.Left, Foreign: p.Foreign}
	if p.Folded != nil {
		s.Folded = fmt.Sprintf("%d part, %d left", len(p.Folded.Parts), p.Folded.Left)
	}
	return s
}

func TestNewPreviewError(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a\x00", "\xff", strings.Repeat("a", 1000)} {
		p, err := pdu.NewPreview(text, pdu.ComposeOptions{MaxParts: 6})
		_, want := pdu.Compose(text, pdu.ComposeOptions{MaxParts: 6})
		var textErr *pdu.TextError
		if !errors.As(err, &textErr) || err.Error() != want.Error() {
			t.Errorf("preview of %d bytes: got error %v, want %v", len(text), err, want)
		}
		if diff := cmp.Diff(pdu.Preview{}, p); diff != "" {
			t.Errorf("preview with an error (-want +got):\n%s", diff)
		}
	}
}

// TestNewPreviewAnnounces holds previews to their word: what they announce is
// what Compose does, with the text as it is, folded, and with one character
// replaced.
func TestNewPreviewAnnounces(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(9, 10))
	costly, folded := 0, 0
	for range 2000 {
		text := randomText(random)
		o := pdu.ComposeOptions{WideReference: random.IntN(2) == 0}
		p, err := pdu.NewPreview(text, o)
		if err != nil {
			t.Fatalf("NewPreview %q: %v", text, err)
		}
		if diff := cmp.Diff(compose(t, text, o), p.Composition); diff != "" {
			t.Fatalf("preview of %q (-composed +announced):\n%s", text, diff)
		}
		if p.Folded != nil {
			folded++
			o := o
			o.Encoding = pdu.Fold
			if diff := cmp.Diff(compose(t, text, o), *p.Folded); diff != "" {
				t.Fatalf("folded %q (-composed +announced):\n%s", text, diff)
			}
			if len(p.Folded.Parts) > len(p.Parts) {
				t.Fatalf("%q takes %d parts, folded %d", text, len(p.Parts), len(p.Folded.Parts))
			}
		}
		whole := compose(t, text, pdu.ComposeOptions{Encoding: pdu.ForceUCS2}).Text // normalised, nothing replaced
		for _, f := range p.Foreign {
			if n := strings.Count(whole, string(f.Rune)); n != f.Count {
				t.Fatalf("%q: %q occurs %d times, announced are %d", text, f.Rune, n, f.Count)
			}
			if f.Costs == 0 || f.Rune == '½' || f.Rune >= 0x300 { // a space more; marks and joiners change their neighbours
				continue
			}
			costly++
			without := compose(t, strings.ReplaceAll(whole, string(f.Rune), f.Replacement), o)
			if got := len(p.Parts) - len(without.Parts); got != f.Costs {
				t.Fatalf("%q without %q saves %d parts, announced are %d", text, f.Rune, got, f.Costs)
			}
		}
	}
	if costly < 40 || folded < 100 {
		t.Errorf("the texts are one-sided: %d costly characters, %d folded texts", costly, folded)
	}
}

// TestNewPreviewOfManyCharacters previews the longest text there can be with
// more foreign characters than are looked at.
func TestNewPreviewOfManyCharacters(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 255 * 67 {
		text.WriteRune(rune(0x4E00 + i%5000))
	}
	p, err := pdu.NewPreview(text.String(), pdu.ComposeOptions{})
	if err != nil {
		t.Fatalf("NewPreview: %v", err)
	}
	if len(p.Parts) != 255 || p.Left != 0 || len(p.Foreign) != 64 {
		t.Errorf("got %d parts with %d left and %d foreign characters, want 255, 0 and 64", len(p.Parts), p.Left, len(p.Foreign))
	}
}

func compose(t *testing.T, text string, o pdu.ComposeOptions) pdu.Composition {
	t.Helper()
	c, err := pdu.Compose(text, o)
	if err != nil {
		t.Fatalf("Compose %q: %v", text, err)
	}
	return c
}
