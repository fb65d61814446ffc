package pdu_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/warthog618/sms"
	"github.com/warthog618/sms/encoding/tpdu"

	"goniec/pdu"
)

func TestComposeEncoding(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		text     string
		encoding pdu.Encoding
		want     pdu.Composition // Parts and Left are checked elsewhere
	}{
		{
			name: "GSM 7-bit stays as it is", text: "Wizyta o 9:00\nΩ Ñandù @_§", encoding: pdu.Auto,
			want: pdu.Composition{Text: "Wizyta o 9:00\nΩ Ñandù @_§", Alphabet: pdu.GSM7, Units: 25},
		},
		{
			name: "extension characters take two septets", text: "{jutro} 5€",
			want: pdu.Composition{Text: "{jutro} 5€", Alphabet: pdu.GSM7, Units: 13},
		},
		{
			name: "no encoding is auto", text: "Będzie", encoding: "",
			want: pdu.Composition{Text: "Będzie", Alphabet: pdu.UCS2, Units: 6},
		},
		{
			name: "unknown encoding is auto", text: "Będzie", encoding: "utf-7",
			want: pdu.Composition{Text: "Będzie", Alphabet: pdu.UCS2, Units: 6},
		},
		{
			name: "auto keeps letters", text: "Zażółć gęślą jaźń", encoding: pdu.Auto,
			want: pdu.Composition{Text: "Zażółć gęślą jaźń", Alphabet: pdu.UCS2, Units: 17},
		},
		{
			name: "auto replaces look-alikes if that is enough", text: "„Salus” – 9:00…\u00a0OK", encoding: pdu.Auto,
			want: pdu.Composition{Text: `"Salus" - 9:00... OK`, Alphabet: pdu.GSM7, Units: 20},
		},
		{
			name: "auto keeps look-alikes beside letters", text: "„Życie” – 9:00…", encoding: pdu.Auto,
			want: pdu.Composition{Text: "„Życie” – 9:00…", Alphabet: pdu.UCS2, Units: 15},
		},
		{
			name: "fold takes the marks off letters", text: "„Zażółć” gęślą jaźń", encoding: pdu.Fold,
			want: pdu.Composition{Text: `"Zazolc" gesla jazn`, Alphabet: pdu.GSM7, Units: 19},
		},
		{
			name: "fold keeps the letters that GSM 7-bit has", text: "Müller, ą é", encoding: pdu.Fold,
			want: pdu.Composition{Text: "Müller, a é", Alphabet: pdu.GSM7, Units: 11},
		},
		{
			name: "fold leaves all as it is if one character cannot be folded", text: "Zażółć „👍”", encoding: pdu.Fold,
			want: pdu.Composition{Text: "Zażółć „👍”", Alphabet: pdu.UCS2, Units: 11},
		},
		{
			name: "gsm7 replaces look-alikes", text: "‘tak’ — nie", encoding: pdu.ForceGSM7,
			want: pdu.Composition{Text: "'tak' - nie", Alphabet: pdu.GSM7, Units: 11},
		},
		{
			name: "ucs2 although it would fit", text: "TAK", encoding: pdu.ForceUCS2,
			want: pdu.Composition{Text: "TAK", Alphabet: pdu.UCS2, Units: 3},
		},
		{
			name: "ucs2 replaces nothing", text: "„TAK”", encoding: pdu.ForceUCS2,
			want: pdu.Composition{Text: "„TAK”", Alphabet: pdu.UCS2, Units: 5},
		},
		{
			name: "composed before the alphabet is chosen", text: "Cafe\u0301 A\u030angstro\u0308m", encoding: pdu.Auto,
			want: pdu.Composition{Text: "Café Ångström", Alphabet: pdu.GSM7, Units: 13},
		},
		{
			name: "invisible characters cost nothing", text: "\uFEFFjut\u00ADro\u200B o\r\n9:00\u200E", encoding: pdu.Auto,
			want: pdu.Composition{Text: "jutro o\n9:00", Alphabet: pdu.GSM7, Units: 12},
		},
		{
			name: "half after a digit stays a half", text: "1½ tabletki, ½ łyżki", encoding: pdu.Fold,
			want: pdu.Composition{Text: "1 1/2 tabletki, 1/2 lyzki", Alphabet: pdu.GSM7, Units: 25},
		},
		{
			name: "degrees and mu are not guessed", text: "38,5° 50 µg", encoding: pdu.Fold,
			want: pdu.Composition{Text: "38,5° 50 µg", Alphabet: pdu.UCS2, Units: 11},
		},
		{
			name: "crossed equals sign is no equals sign", text: "a ≠ b", encoding: pdu.Fold,
			want: pdu.Composition{Text: "a ≠ b", Alphabet: pdu.UCS2, Units: 5},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := pdu.Compose(tt.text, pdu.ComposeOptions{Encoding: tt.encoding})
			if err != nil {
				t.Fatalf("Compose: %v", err)
			}
			ignore := cmpopts.IgnoreFields(pdu.Composition{}, "Parts", "Left")
			if diff := cmp.Diff(tt.want, got, ignore); diff != "" {
				t.Errorf("Compose (-want +got):\n%s", diff)
			}
		})
	}
}

func TestComposeErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		text    string
		options pdu.ComposeOptions
		want    pdu.TextError
		message string
	}{
		{
			name: "empty", text: "",
			want:    pdu.TextError{Kind: pdu.TextEmpty},
			message: "text is empty",
		},
		{
			name: "nothing that shows", text: "\u200B\uFEFF\u00AD\uFE0F",
			want:    pdu.TextError{Kind: pdu.TextEmpty},
			message: "text is empty",
		},
		{
			name: "spaces", text: "   ",
			want:    pdu.TextError{Kind: pdu.TextEmpty},
			message: "text is empty",
		},
		{
			name: "blanks of every kind", text: " \t\r\n\u00A0\u2003\u202F\u3000\u2028\u200B\u200D\u2800\u3164", options: pdu.ComposeOptions{Encoding: pdu.ForceUCS2},
			want:    pdu.TextError{Kind: pdu.TextEmpty},
			message: "text is empty",
		},
		{
			name: "invalid UTF-8", text: "za\xbf",
			want:    pdu.TextError{Kind: pdu.TextInvalidUTF8, Position: 3},
			message: "text is not valid UTF-8 at character 3",
		},
		{
			name: "surrogate in UTF-8", text: "ąę\xed\xa0\xbd",
			want:    pdu.TextError{Kind: pdu.TextInvalidUTF8, Position: 3},
			message: "text is not valid UTF-8 at character 3",
		},
		{
			name: "escape", text: "ą\x1be",
			want:    pdu.TextError{Kind: pdu.TextControlCharacter, Position: 2, Rune: 0x1b},
			message: "text has the control character U+001B at character 2",
		},
		{
			name: "bell behind a tab", text: "a\r\nb\t\a",
			want:    pdu.TextError{Kind: pdu.TextControlCharacter, Position: 6, Rune: '\a'},
			message: "text has the control character U+0007 at character 6",
		},
		{
			name: "control of the second set", text: "\u0085",
			want:    pdu.TextError{Kind: pdu.TextControlCharacter, Position: 1, Rune: 0x85},
			message: "text has the control character U+0085 at character 1",
		},
		{
			name: "not in GSM 7-bit", text: "„za\u200Bż”", options: pdu.ComposeOptions{Encoding: pdu.ForceGSM7},
			want:    pdu.TextError{Kind: pdu.TextNotInGSM7, Position: 5, Rune: 'ż'},
			message: "text has 'ż' (U+017C) at character 5, which GSM 7-bit lacks",
		},
		{
			name: "not in GSM 7-bit as letter and mark", text: "e\u0301\u200B za\u0328", options: pdu.ComposeOptions{Encoding: pdu.ForceGSM7},
			want:    pdu.TextError{Kind: pdu.TextNotInGSM7, Position: 6, Rune: 'ą'},
			message: "text has 'ą' (U+0105) at character 6, which GSM 7-bit lacks",
		},
		{
			name: "not in GSM 7-bit as letter, nothing and mark", text: "za\u200B\u0328", options: pdu.ComposeOptions{Encoding: pdu.ForceGSM7},
			want:    pdu.TextError{Kind: pdu.TextNotInGSM7, Position: 2, Rune: 'ą'},
			message: "text has 'ą' (U+0105) at character 2, which GSM 7-bit lacks",
		},
		{
			name: "more parts than are allowed", text: strings.Repeat("a", 307), options: pdu.ComposeOptions{MaxParts: 2},
			want:    pdu.TextError{Kind: pdu.TextTooManyParts, Parts: 3, Max: 2},
			message: "text takes 3 parts, but 2 are allowed",
		},
		{
			name: "more parts than a header can count", text: strings.Repeat("ą", 67*255+1), options: pdu.ComposeOptions{MaxParts: 1000},
			want:    pdu.TextError{Kind: pdu.TextTooManyParts, Parts: 256, Max: 255},
			message: "text takes 256 parts, but 255 are allowed",
		},
		{
			name: "300 kB", text: strings.Repeat("a", 300_000),
			want:    pdu.TextError{Kind: pdu.TextTooManyParts, Parts: 1961, Max: 255},
			message: "text takes 1961 parts, but 255 are allowed",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := pdu.Compose(tt.text, tt.options)
			var textErr *pdu.TextError
			if !errors.As(err, &textErr) {
				t.Fatalf("Compose: got error %v, want a *TextError", err)
			}
			if diff := cmp.Diff(tt.want, *textErr); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if err.Error() != tt.message {
				t.Errorf("message: got %q, want %q", err, tt.message)
			}
			if diff := cmp.Diff(pdu.Composition{}, got); diff != "" {
				t.Errorf("composition with an error (-want +got):\n%s", diff)
			}
		})
	}
}

// TestComposeGenerated checks what must hold of every composition, and takes
// the parts through the TPDU and back.
func TestComposeGenerated(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	whole, broken := 0, 0
	for range 3000 {
		text := randomText(random)
		o := pdu.ComposeOptions{
			Encoding:      []pdu.Encoding{pdu.Auto, pdu.Fold, pdu.ForceUCS2}[random.IntN(3)],
			WideReference: random.IntN(2) == 0,
		}
		c, err := pdu.Compose(text, o)
		if err != nil {
			t.Fatalf("Compose %q: %v", text, err)
		}
		checkParts(t, c, o.WideReference)
		if clustersFit(t, c, o.WideReference) {
			whole++
			if n := brokenClusters(c); n > 0 {
				t.Fatalf("%d clusters of %q are cut, although %d parts have room: %q", n, c.Text, len(c.Parts), c.Parts)
			}
		} else {
			broken++
		}
		again, err := pdu.Compose(c.Text, o)
		if err != nil {
			t.Fatalf("Compose again %q: %v", c.Text, err)
		}
		if diff := cmp.Diff(c, again); diff != "" {
			t.Fatalf("composing what was composed changes it (-once +twice):\n%s", diff)
		}
		if got := throughTPDUs(t, c, o.WideReference); got != c.Text {
			t.Fatalf("through the TPDUs: got %q, want %q", got, c.Text)
		}
	}
	t.Logf("clusters fit the least number of parts in %d texts, do not in %d", whole, broken)
	if whole < 1000 || broken < 10 {
		t.Errorf("the texts are one-sided: clusters fit in %d, do not in %d", whole, broken)
	}
}

// TestComposeEveryCharacterAtCut brings every character of the alphabet to both
// sides of a cut and through the TPDUs.
func TestComposeEveryCharacterAtCut(t *testing.T) {
	t.Parallel()
	for _, r := range gsm7Characters {
		if r == '\r' || r == '\f' { // no characters of a text
			continue
		}
		for _, before := range []int{0, 151, 152, 153, 158, 159, 160} {
			text := strings.Repeat("x", before) + strings.Repeat(string(r), 3) + "x" // of spaces alone nothing would show
			c, err := pdu.Compose(text, pdu.ComposeOptions{})
			if err != nil || c.Alphabet != pdu.GSM7 {
				t.Fatalf("Compose %q behind %d: alphabet %s, error %v", r, before, c.Alphabet, err)
			}
			checkParts(t, c, false)
			if got := throughTPDUs(t, c, false); got != text {
				t.Errorf("%q behind %d: got %q, want %q", r, before, got, text)
			}
		}
	}
}

// TestComposeAgainstReferee compares the number of parts, and what they say when
// joined. Where parts are cut may differ: the referee splits clusters. Texts of
// more than 255 parts, which it numbers wrongly, are left out.
func TestComposeAgainstReferee(t *testing.T) {
	// Not parallel: the referee builds its tables at first use, without a lock.
	random := rand.New(rand.NewPCG(7, 8))
	for i := range 1000 {
		c, err := pdu.Compose(randomText(random), pdu.ComposeOptions{Encoding: pdu.Auto, WideReference: i%2 == 1})
		if err != nil {
			t.Fatalf("Compose: %v", err)
		}
		data, _, alphabet := tpdu.EncodeUserData([]byte(c.Text))
		if want := map[tpdu.Alphabet]pdu.Alphabet{tpdu.Alpha7Bit: pdu.GSM7, tpdu.AlphaUCS2: pdu.UCS2}[alphabet]; c.Alphabet != want {
			t.Fatalf("%q: got alphabet %s, the referee says %s", c.Text, c.Alphabet, want)
		}
		template, err := tpdu.NewSubmit()
		if err != nil {
			t.Fatalf("the referee's template: %v", err)
		}
		template.SetDCS(map[pdu.Alphabet]byte{pdu.GSM7: 0, pdu.UCS2: 8}[c.Alphabet])
		var options []tpdu.SegmentationOption
		if i%2 == 1 {
			options = append(options, tpdu.With16BitConcatRef)
		}
		parts := template.Segment(data, options...)
		if len(parts) != len(c.Parts) {
			t.Fatalf("%q: got %d parts, the referee says %d", c.Text, len(c.Parts), len(parts))
		}
		segments := make([]*tpdu.TPDU, len(parts))
		for i := range parts {
			segments[i] = &parts[i]
		}
		text, err := sms.Decode(segments)
		if err != nil || string(text) != c.Text {
			t.Fatalf("the referee's parts joined: got %q, %v, want %q", text, err, c.Text)
		}
	}
}

func FuzzCompose(f *testing.F) {
	for _, text := range []string{
		"", "TAK", "Wizyta jutro o 9:00", "Zażółć gęślą jaźń", "„Salus” – 9:00…", "{[€]}", "1½", "👨‍👩‍👧‍👦🇵🇱👍🏽1️⃣",
		"a\u0328\u0301\u200B\u0323", "\r\n\r", "\x1b", "\xff", "\uFFFD", "K\u200D\u0328", strings.Repeat("€", 100), strings.Repeat("👍ą", 70),
	} {
		f.Add(text, uint8(0), false)
		f.Add(text, uint8(3), true)
	}
	encodings := []pdu.Encoding{pdu.Auto, pdu.ForceGSM7, pdu.ForceUCS2, pdu.Fold}
	f.Fuzz(func(t *testing.T, text string, encoding uint8, wide bool) {
		o := pdu.ComposeOptions{Encoding: encodings[encoding%4], WideReference: wide}
		c, err := pdu.Compose(text, o)
		if err != nil {
			var textErr *pdu.TextError
			if !errors.As(err, &textErr) || textErr.Position > utf8.RuneCountInString(text) {
				t.Fatalf("Compose %q: %v", text, err)
			}
			return
		}
		checkParts(t, c, wide)
		if again, err := pdu.Compose(c.Text, o); err != nil || !cmp.Equal(c, again) {
			t.Fatalf("compose %q, composed from %q: got %q, %v", c.Text, text, again.Text, err)
		}
		if got := throughTPDUs(t, c, wide); got != c.Text {
			t.Fatalf("through the TPDUs: got %q, want %q", got, c.Text)
		}
		if clustersFit(t, c, wide) && brokenClusters(c) > 0 {
			t.Fatalf("clusters of %q are cut: %q", c.Text, c.Parts)
		}
	})
}

func BenchmarkCompose(b *testing.B) {
	const reminder = "Przypominamy o wizycie u dr Nowak jutro o godz. 9:30. Odpisz TAK lub NIE. "
	benchmarks := []struct {
		name, text string
		encoding   pdu.Encoding
		parts      int
	}{
		{name: "GSM7/1", text: reminder, parts: 1},
		{name: "GSM7/3", text: strings.Repeat(reminder, 5), parts: 3},
		{name: "UCS2/1", text: "Dzień dobry! Wizyta u dr Świąć jutro o 9:30, Łódź. Odpisz TAK lub NIE", parts: 1},
		{name: "UCS2/3", text: strings.Repeat("Dzień dobry! Wizyta u dr Świąć jutro o 9:30, Łódź. Odpisz TAK lub NIE.", 2) + " Zażółć gęślą jaźń.", parts: 3},
		{name: "emoji/3", text: strings.Repeat("Wizyta 👨‍👩‍👧‍👦 jutro 👍🏽 o 9:30 🇵🇱. ", 4), parts: 3},
		{name: "fold/1", text: "Dzień dobry! Wizyta u dr Świąć jutro o 9:30, Łódź. Odpisz TAK lub NIE", encoding: pdu.Fold, parts: 1},
	}
	for _, bb := range benchmarks {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c, err := pdu.Compose(bb.text, pdu.ComposeOptions{Encoding: bb.encoding})
				if err != nil || len(c.Parts) != bb.parts {
					b.Fatalf("got %d parts, want %d; error %v", len(c.Parts), bb.parts, err)
				}
			}
		})
	}
}

// throughTPDUs returns the text that arrives if the parts of c are sent.
func throughTPDUs(t *testing.T, c pdu.Composition, wide bool) string {
	t.Helper()
	var text strings.Builder
	for i, part := range c.Parts {
		var concatenation *pdu.Concatenation
		if len(c.Parts) > 1 {
			concatenation = &pdu.Concatenation{Reference: 0xA5, Wide: wide, Total: len(c.Parts), Number: i + 1}
		}
		ud, err := pdu.TextUserData(part, c.Alphabet, concatenation)
		if err != nil {
			t.Fatalf("TextUserData of part %d, %q: %v", i+1, part, err)
		}
		to := pdu.Address{Number: "48600100200", Type: pdu.TypeInternational, Plan: pdu.PlanISDN}
		tpdu, err := pdu.Submit{DA: to, DCS: pdu.TextDCS(c.Alphabet, false), UD: ud}.Marshal()
		if err != nil {
			t.Fatalf("marshal part %d, %q: %v", i+1, part, err)
		}
		submit, err := pdu.ParseSubmit(tpdu)
		if err != nil {
			t.Fatalf("parse part %d, % X: %v", i+1, tpdu, err)
		}
		text.WriteString(submit.UD.Text(submit.DCS))
	}
	return text.String()
}

// randomText returns a text of up to 400 pieces, most of them of one kind.
func randomText(random *rand.Rand) string {
	kinds := [][]string{
		strings.Split("Wizyta jutro o 9:00. @@ Prosimy?\n", ""),
		strings.Split(strings.NewReplacer("\r", "", "\f", "").Replace(gsm7Characters), ""),
		{"€", "[", "a", "@", "|"},
		strings.Split("Zażółć gęślą jaźń ĄĆĘŁŃÓŚŹŻ", ""),
		{"„", "”", "–", "…", "\u00a0", "½", "1", "a", "\u200b"},
		strings.Split("Приём завтра, відповідь ні", ""),
		{"👨‍👩‍👧‍👦", "🇵🇱", "🇺🇦", "👍🏽", "😀", "1️⃣", "❤️", "a", "ż"},
		{"e\u0301", "a\u0328", "q\u0323\u0301", "z\u0307", "x", "\u0301"},
		strings.Split("नमस्ते 한국어 日本語 العربية", ""),
	}
	kind := kinds[random.IntN(len(kinds))]
	var text strings.Builder
	text.WriteByte('x')
	for range random.IntN(400) {
		if random.IntN(50) == 0 {
			other := kinds[random.IntN(len(kinds))]
			text.WriteString(other[random.IntN(len(other))])
		}
		text.WriteString(kind[random.IntN(len(kind))])
	}
	return text.String()
}
