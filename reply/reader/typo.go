package reader

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// typos finds the known word that an unknown one was meant to be. A slip is one
// letter doubled, left out, put in, swapped with its neighbour, or hit beside. It is
// undone only when all known words within one slip do the same in a reply: what
// might be a yes and might be a no, or might be a word that settles nothing, stays unknown.
type typos struct {
	roles map[string]role     // of every word of the tables; roleOther where it is only part of phrases
	near  map[string][]string // the words without one letter, to the words themselves
}

// Least length in letters of a word that is taken for a slip of another, and of that
// other. Two letters are too few to know.
const (
	leastSlip   = 2
	leastTarget = 3
)

func newTypos(phrases map[string]entry) typos {
	t := typos{roles: map[string]role{}, near: map[string][]string{}}
	for phrase, e := range phrases {
		words := strings.Fields(phrase)
		for _, word := range words {
			if _, known := t.roles[word]; !known {
				t.roles[word] = roleOther
			}
		}
		if len(words) == 1 {
			t.roles[phrase] = e.role
		}
	}
	for word := range t.roles {
		if utf8.RuneCountInString(word) >= leastTarget && word[0] != ':' {
			for _, shorter := range without(word) {
				t.near[shorter] = append(t.near[shorter], word)
			}
		}
	}
	return t
}

// known tells whether a word is in the tables, alone or in a phrase.
func (t typos) known(word string) bool {
	_, known := t.roles[word]
	return known
}

// mend gives the word that was meant, or false.
func (t typos) mend(word string) (string, bool) {
	if utf8.RuneCountInString(word) < leastSlip || utf8.RuneCountInString(word) > 40 {
		return "", false
	}
	found := map[string]bool{}
	if strings.ContainsRune(word, lost) {
		for candidate := range t.roles {
			t.weigh(word, candidate, found)
		}
	}
	for _, candidate := range t.near[word] {
		t.weigh(word, candidate, found)
	}
	for _, shorter := range without(word) {
		t.weigh(word, shorter, found)
		for _, candidate := range t.near[shorter] {
			t.weigh(word, candidate, found)
		}
	}
	meant, agreed := "", roleUnknown
	for candidate := range found {
		r := t.roles[candidate]
		if meant != "" && r != agreed {
			return "", false
		}
		if meant == "" || candidate < meant {
			meant, agreed = candidate, r
		}
	}
	return meant, meant != ""
}

func (t typos) weigh(word, candidate string, found map[string]bool) {
	if t.known(candidate) && utf8.RuneCountInString(candidate) >= leastTarget && oneSlip([]rune(word), []rune(candidate)) {
		found[candidate] = true
	}
}

// without lists a word with each of its letters left out.
func without(word string) []string {
	runes := []rune(word)
	out := make([]string, 0, len(runes))
	for i := range runes {
		out = append(out, string(runes[:i])+string(runes[i+1:]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Lengths of words, in letters, from which a slip may put in or change any letter, not
// only one beside its neighbour on the keyboard: short words have too many others near.
const (
	anyLetterIn     = 4
	anyLetterChange = 6
)

// oneSlip tells whether got is want with one slip of the fingers.
func oneSlip(got, want []rune) bool {
	at := 0
	for at < len(got) && at < len(want) && same(got[at], want[at]) {
		at++
	}
	switch len(got) - len(want) {
	case 1: // a letter too many
		return equal(got[at+1:], want[at:]) && (len(want) >= anyLetterIn || beside(got, at))
	case -1: // a letter too few
		return equal(got[at:], want[at+1:])
	case 0:
		if at == len(got) {
			return true // only lost letters
		}
		swapped := at+1 < len(got) && got[at] == want[at+1] && got[at+1] == want[at] && equal(got[at+2:], want[at+2:])
		changed := equal(got[at+1:], want[at+1:]) && (len(want) >= anyLetterChange || adjacent(got[at], want[at]))
		return swapped || changed
	}
	return false
}

// beside tells whether the letter at an index is double, or beside a neighbour of it on the keyboard.
func beside(word []rune, at int) bool {
	before := at > 0 && (word[at-1] == word[at] || adjacent(word[at-1], word[at]))
	after := at+1 < len(word) && (word[at+1] == word[at] || adjacent(word[at+1], word[at]))
	return before || after
}

func same(got, want rune) bool { return got == want || got == lost }

func equal(got, want []rune) bool { return slices.EqualFunc(got, want, same) }

// rows of the keyboards people have, as offset grids: a key's neighbours are beside it
// and half a key to the left and right in the rows above and below.
func rows() [2][3]string {
	return [2][3]string{
		{"qwertyuiop", "asdfghjkl", "zxcvbnm"},
		{"йцукенгшщзх", "фівапролджє", "ячсмитьбю"},
	}
}

// adjacent tells whether two keys touch.
func adjacent(a, b rune) bool {
	for _, keyboard := range rows() {
		rowA, colA := place(keyboard, a)
		rowB, colB := place(keyboard, b)
		if rowA < 0 || rowB < 0 {
			continue
		}
		switch rowB - rowA {
		case 0:
			return colA-colB == 1 || colB-colA == 1
		case 1: // b below a: the key left below and the one right below
			return colB == colA || colB == colA-1
		case -1:
			return colA == colB || colA == colB-1
		}
	}
	return false
}

func place(keyboard [3]string, key rune) (row, column int) {
	for row, keys := range keyboard {
		column := 0
		for _, k := range keys {
			if k == key {
				return row, column
			}
			column++
		}
	}
	return -1, -1
}
