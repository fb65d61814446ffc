package pdu_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"

	"goniec/pdu"
)

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
