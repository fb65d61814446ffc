package pdu

import (
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Length in octets of a user data header with only a concatenation element, length
// octet included, 3GPP TS 23.040 9.2.3.24.1 and .8.
const (
	narrowHeader = 6
	wideHeader   = 7
)

// size returns the units that fit into each part of c, and the least count of parts.
func (c Composition) size(wideReference bool) (capacity, count int) {
	if single := c.Alphabet.capacity(0); c.Units <= single {
		return single, 1
	}
	header := narrowHeader
	if wideReference {
		header = wideHeader
	}
	capacity = c.Alphabet.capacity(header)
	return capacity, c.Alphabet.count(c.Text, capacity)
}

// count returns the least count of parts of text.
func (a Alphabet) count(text string, capacity int) int {
	count := 0
	for text != "" {
		text = text[a.fitting(text, capacity):]
		count++
	}
	return count
}

// fitting returns the length in bytes of the longest prefix of text that fits into
// capacity units. Escape sequences and surrogate pairs stay whole.
func (a Alphabet) fitting(text string, capacity int) int {
	for i, r := range text {
		capacity -= a.units(r)
		if capacity < 0 {
			return i
		}
	}
	return len(text)
}

// cut cuts text into count parts, the least number. Grapheme clusters (an emoji of
// several characters, a letter with its marks, a flag) stay whole if the remaining
// parts have room, because many phones show a part before the next arrives, and some
// never join parts.
func (a Alphabet) cut(text string, capacity, count int) []string {
	parts := make([]string, 0, count)
	clusters := clusterWalk{text: text}
	for start := 0; start < len(text); {
		end := start + a.fitting(text[start:], capacity)
		cluster := clusters.at(end)
		if start < cluster && cluster < end && len(parts)+1+a.count(text[cluster:], capacity) <= count {
			end = cluster
		}
		parts = append(parts, text[start:end])
		start = end
	}
	return parts
}

// clusterWalk iterates over the grapheme clusters of a text.
type clusterWalk struct {
	text       string
	start, end int // of the current cluster
}

// at returns the start of the cluster that contains position. Positions must not
// decrease.
func (w *clusterWalk) at(position int) int {
	before, _ := utf8.DecodeLastRuneInString(w.text[:position])
	after, _ := utf8.DecodeRuneInString(w.text[position:])
	if position == len(w.text) || standsAlone(before) && standsAlone(after) {
		w.start, w.end = position, position
		return position
	}
	for w.end <= position && w.end < len(w.text) {
		cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(w.text[w.end:], -1)
		w.start, w.end = w.end, w.end+len(cluster)
	}
	return w.start
}

// standsAlone reports whether r never shares a cluster with another such character:
// Latin, Greek and Cyrillic letters, digits and signs without marks. (CR and LF do not
// both occur.) The check spares most texts the cluster rules.
func standsAlone(r rune) bool {
	const marks, greek, cyrillicMarks, cyrillic, hebrewMarks = 0x300, 0x370, 0x483, 0x48A, 0x591
	return r < marks || greek <= r && r < cyrillicMarks || cyrillic <= r && r < hebrewMarks
}
