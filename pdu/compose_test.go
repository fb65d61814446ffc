package pdu_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rivo/uniseg"
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
			name: "tab", text: "a\r\nb\tc",
			want:    pdu.TextError{Kind: pdu.TextControlCharacter, Position: 5, Rune: '\t'},
			message: "text has the control character U+0009 at character 5",
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

// TestComposeCapacity walks every length up to four parts.
func TestComposeCapacity(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		unit         string // a character of one unit
		alphabet     pdu.Alphabet
		wide         bool
		single, each int
	}{
		{name: "GSM 7-bit", unit: "@", alphabet: pdu.GSM7, single: 160, each: 153},
		{name: "GSM 7-bit, wide reference", unit: "@", alphabet: pdu.GSM7, wide: true, single: 160, each: 152},
		{name: "UCS-2", unit: "ż", alphabet: pdu.UCS2, single: 70, each: 67},
		{name: "UCS-2, wide reference", unit: "ż", alphabet: pdu.UCS2, wide: true, single: 70, each: 66},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for units := 1; units <= 4*tt.each; units++ {
				count, capacity := 1, tt.single
				if units > tt.single {
					count, capacity = (units+tt.each-1)/tt.each, tt.each
				}
				c, err := pdu.Compose(strings.Repeat(tt.unit, units), pdu.ComposeOptions{WideReference: tt.wide})
				if err != nil {
					t.Fatalf("Compose %d units: %v", units, err)
				}
				last := units - (count-1)*tt.each
				if c.Alphabet != tt.alphabet || c.Units != units || len(c.Parts) != count || c.Left != capacity-last {
					t.Fatalf("%d units: got %s, %d units in %d parts with %d left; want %s, %d parts with %d left",
						units, c.Alphabet, c.Units, len(c.Parts), c.Left, tt.alphabet, count, capacity-last)
				}
				checkParts(t, c, tt.wide)
			}
		})
	}
}

// TestComposeKeepsPairs puts a character of two units at every place before and
// on a cut.
func TestComposeKeepsPairs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		unit, pair   string
		single, each int
		options      pdu.ComposeOptions
	}{
		{name: "escape", unit: "a", pair: "€", single: 160, each: 153},
		{name: "escape, wide reference", unit: "a", pair: "[", single: 160, each: 152, options: pdu.ComposeOptions{WideReference: true}},
		{name: "surrogates", unit: "ą", pair: "👍", single: 70, each: 67},
		{name: "surrogates, wide reference", unit: "ą", pair: "👍", single: 70, each: 66, options: pdu.ComposeOptions{WideReference: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for before := range 3 * tt.each {
				text := strings.Repeat(tt.unit, before) + tt.pair + strings.Repeat(tt.unit, tt.each)
				c, err := pdu.Compose(text, tt.options)
				if err != nil {
					t.Fatalf("Compose: %v", err)
				}
				// A part whose last place the first half would take is one shorter.
				shorter := 0
				if before%tt.each == tt.each-1 {
					shorter = 1
				}
				count := 1
				if units := before + 2 + tt.each; units > tt.single {
					count = (units + shorter + tt.each - 1) / tt.each
				}
				if len(c.Parts) != count {
					t.Fatalf("%d units before the pair: got %d parts, want %d", before, len(c.Parts), count)
				}
				checkParts(t, c, tt.options.WideReference)
			}
		})
	}
}

func TestComposeExactlyFull(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		text string
		want []int // units of each part
		left int
	}{
		{name: "80 euros fill a part", text: strings.Repeat("€", 80), want: []int{160}, left: 0},
		{name: "euro over the end of a single part", text: strings.Repeat("a", 159) + "€", want: []int{153, 8}, left: 145},
		{name: "odd parts hold no half euro", text: strings.Repeat("€", 153), want: []int{152, 152, 2}, left: 151},
		{name: "at sign at the end of each part", text: strings.Repeat("a", 152) + "@" + strings.Repeat("b", 152) + "@", want: []int{153, 153}, left: 0},
		{name: "35 emoji fill a part", text: strings.Repeat("👍", 35), want: []int{70}, left: 0},
		{name: "34 letters and 19 emoji", text: strings.Repeat("ż", 33) + strings.Repeat("👍", 19), want: []int{67, 4}, left: 63},
		{name: "odd parts hold no half emoji", text: strings.Repeat("👍", 66), want: []int{66, 66}, left: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := pdu.Compose(tt.text, pdu.ComposeOptions{})
			if err != nil {
				t.Fatalf("Compose: %v", err)
			}
			var got []int
			for _, part := range c.Parts {
				got = append(got, unitsOf(t, part, c.Alphabet))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("units of the parts (-want +got):\n%s", diff)
			}
			if c.Left != tt.left {
				t.Errorf("left: got %d, want %d", c.Left, tt.left)
			}
			checkParts(t, c, false)
		})
	}
}

func TestComposeClusters(t *testing.T) {
	t.Parallel()
	const (
		family   = "👨‍👩‍👧‍👦" // 11 units
		flag     = "🇵🇱"      // 4 units
		thumb    = "👍🏽"      // 4 units
		marked   = "q\u0323\u0301"
		keycap   = "1\uFE0F\u20E3"
		syllable = "नि"
	)
	fill := func(n int) string { return strings.Repeat("ż", n) }
	tests := []struct {
		name string
		text string
		want []string
	}{
		{name: "family", text: fill(60) + family + fill(10), want: []string{fill(60), family + fill(10)}},
		{name: "flag", text: fill(65) + flag + fill(10), want: []string{fill(65), flag + fill(10)}},
		{name: "skin tone", text: fill(65) + thumb + fill(10), want: []string{fill(65), thumb + fill(10)}},
		{name: "marks", text: fill(65) + marked + fill(10), want: []string{fill(65), marked + fill(10)}},
		{name: "keycap", text: fill(66) + keycap + fill(10), want: []string{fill(66), keycap + fill(10)}},
		{name: "syllable", text: fill(66) + syllable + fill(10), want: []string{fill(66), syllable + fill(10)}},
		{name: "cut between clusters", text: fill(56) + family + fill(10), want: []string{fill(56) + family, fill(10)}},
		{name: "two flags side by side", text: fill(61) + flag + flag + fill(10), want: []string{fill(61) + flag, flag + fill(10)}},
		{
			name: "no room in the last part: the cluster is cut",
			text: fill(60) + family + fill(62),
			want: []string{fill(60) + "👨\u200D👩\u200D", "👧\u200D👦" + fill(62)},
		},
		{
			name: "room for one cluster of two: the first stays whole",
			text: fill(66) + marked + fill(62) + marked + fill(66),
			want: []string{fill(66), marked + fill(62) + "q\u0323", "\u0301" + fill(66)},
		},
		{
			name: "cluster longer than a part",
			text: fill(1) + strings.Repeat("👩\u200D", 29) + "👩",
			want: []string{fill(1) + strings.Repeat("👩\u200D", 22), strings.Repeat("👩\u200D", 7) + "👩"},
		},
		{
			name: "no room for the flag either",
			text: strings.Repeat(flag, 33),
			want: []string{strings.Repeat(flag, 16) + "🇵", "🇱" + strings.Repeat(flag, 16)},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := pdu.Compose(tt.text, pdu.ComposeOptions{})
			if err != nil {
				t.Fatalf("Compose: %v", err)
			}
			if diff := cmp.Diff(tt.want, c.Parts); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
			checkParts(t, c, false)
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
			text := strings.Repeat("x", before) + strings.Repeat(string(r), 3)
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

// checkParts fails if the parts of c are not its text, do not fit, leave other
// room than c says, or are more than the text needs.
func checkParts(t *testing.T, c pdu.Composition, wide bool) {
	t.Helper()
	if joined := strings.Join(c.Parts, ""); joined != c.Text {
		t.Fatalf("parts joined: got %q, want %q", joined, c.Text)
	}
	capacity := capacityOf(c, wide)
	units := 0
	for i, part := range c.Parts {
		n := unitsOf(t, part, c.Alphabet)
		if n == 0 || n > capacity {
			t.Fatalf("part %d of %q has %d units, %d fit", i+1, c.Text, n, capacity)
		}
		if i == len(c.Parts)-1 && c.Left != capacity-n {
			t.Fatalf("left in %q: got %d, want %d", part, c.Left, capacity-n)
		}
		units += n
	}
	if units != c.Units {
		t.Fatalf("units of %q: got %d, want %d", c.Text, c.Units, units)
	}
	if least := partsOfPieces(t, strings.Split(c.Text, ""), c, wide); len(c.Parts) != least {
		t.Fatalf("%q: got %d parts, want %d", c.Text, len(c.Parts), least)
	}
}

// capacityOf returns the units that fit into each part of c.
func capacityOf(c pdu.Composition, wide bool) int {
	single, narrow, broad := 160, 153, 152
	if c.Alphabet == pdu.UCS2 {
		single, narrow, broad = 70, 67, 66
	}
	switch {
	case c.Units <= single:
		return single
	case wide:
		return broad
	default:
		return narrow
	}
}

// unitsOf counts septets or 16-bit units in another way than the package does.
func unitsOf(t *testing.T, text string, a pdu.Alphabet) int {
	t.Helper()
	if a == pdu.UCS2 {
		return len(utf16.Encode([]rune(text)))
	}
	units := 0
	for _, r := range text {
		switch {
		case isExtension(r):
			units += 2
		case strings.ContainsRune(gsm7Characters, r):
			units++
		default:
			t.Fatalf("%q of %q is not in the alphabet", r, text)
		}
	}
	return units
}

// partsOfPieces returns how many parts pieces of the text of c take if none of
// them is cut, or -1 if one is longer than a part.
func partsOfPieces(t *testing.T, pieces []string, c pdu.Composition, wide bool) int {
	t.Helper()
	capacity := capacityOf(c, wide)
	parts, free := 0, 0
	for _, piece := range pieces {
		units := unitsOf(t, piece, c.Alphabet)
		if units > capacity {
			return -1
		}
		if units > free {
			parts, free = parts+1, capacity
		}
		free -= units
	}
	return parts
}

func clustersOf(text string) []string {
	var clusters []string
	for graphemes := uniseg.NewGraphemes(text); graphemes.Next(); {
		clusters = append(clusters, graphemes.Str())
	}
	return clusters
}

// clustersFit reports whether the parts of c could hold all clusters whole.
func clustersFit(t *testing.T, c pdu.Composition, wide bool) bool {
	t.Helper()
	return partsOfPieces(t, clustersOf(c.Text), c, wide) == len(c.Parts)
}

// brokenClusters returns how many clusters the parts of c cut.
func brokenClusters(c pdu.Composition) int {
	starts := map[int]bool{}
	at := 0
	for _, cluster := range clustersOf(c.Text) {
		starts[at] = true
		at += len(cluster)
	}
	broken := 0
	at = 0
	for _, part := range c.Parts {
		if !starts[at] {
			broken++
		}
		at += len(part)
	}
	return broken
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
