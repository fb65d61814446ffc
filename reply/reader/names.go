package reader

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Most words that are taken for names behind "pozdrawiam" and behind "doktor".
const (
	mostSigned = 3
	mostTitled = 1
)

// names finds the words that no table has but that can only be names, and words of the
// question's own text: they say nothing for or against. A name is known by a
// title or a greeting before it, by a first name beside it, by the ending of
// Polish surnames, or by a capital behind a comma. A capital behind a full stop
// proves nothing, since phones write one by themselves.
func (s *sense) names() {
	budget, titled, closing, doctor := 0, 0, 0, false
	for i := range s.items {
		it := &s.items[i]
		switch it.role {
		case roleClosing:
			budget, closing = mostSigned, it.clause
			continue
		case roleTitle:
			titled = mostTitled
			doctor = doctor || s.lexicon.doctors[it.words]
			continue
		case roleUnknown:
		default:
			if it.role == roleName && doctor && !s.sameDoctor(it.words) {
				it.role = roleElse
			}
			if it.role != roleName && it.role != roleFill && it.role != roleInert {
				budget, titled, doctor = 0, 0, false
			}
			continue
		}
		if it.digits || s.lexicon.hides(it.words) {
			continue
		}
		beside := i > 0 && s.items[i-1].role == roleName && s.items[i-1].clause == it.clause ||
			i+1 < len(s.items) && s.items[i+1].role == roleName && s.items[i+1].clause == it.clause
		initial := it.upper && utf8.RuneCountInString(it.words) == 1 && (s.roleAt(i+1) == roleName || i > 0 && s.items[i-1].role == roleName)
		switch {
		case initial:
			it.role = roleName
		case budget > 0 && s.last(i, budget) && (it.upper || it.clause == closing):
			budget--
			it.role = roleName
		case titled > 0 && doctor && !s.sameDoctor(it.words):
			titled--
			it.role = roleElse
		case titled > 0 && it.upper:
			titled--
			it.role = roleName
		case beside && !verbLike(it.words) && (it.upper || utf8.RuneCountInString(it.words) >= leastName), surname(it.words), it.upper && it.comma && s.capitals(i) && s.lexicon.writes(it.words):
			it.role = roleName
		case s.inQuestion(it.words):
			it.role = roleFill
		}
	}
}

// writes tells whether the language is written in the letters of a word.
func (l *lexicon) writes(word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return !unicode.Is(unicode.Cyrillic, first) || slices.Contains(l.glued, "не")
}

// leastName is how many letters a name has at least that is written small beside another one.
const leastName = 4

// leastDoctor is how many letters the forms of a doctor's name share: "Kota", "Kot".
const leastDoctor = 3

// sameDoctor tells whether a name may be that of a doctor of the question, in any case. A
// question that names no doctor agrees with each.
func (s *sense) sameDoctor(name string) bool {
	if len(s.asked.doctors) == 0 {
		return true
	}
	letters := []rune(name)
	for doctor := range s.asked.doctors {
		other := []rune(doctor)
		n := common(letters, other)
		if n >= leastDoctor && n >= len(letters)-3 && n >= len(other)-3 {
			return true
		}
	}
	return false
}

// common is how many letters two words share from the beginning.
func common(a, b []rune) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// last tells whether nothing but words that no table has, at most n of them, follow to the
// end of the reply.
func (s *sense) last(i, n int) bool {
	for _, it := range s.items[i:] {
		if it.role != roleUnknown && it.role != roleName || it.digits {
			return false
		}
	}
	return len(s.items)-i <= n
}

// verbLike tells words that look like Polish verbs of the past and present: "Anna
// zapomniała" is no name.
func verbLike(word string) bool {
	for _, ending := range []string{"la", "al", "il", "yl", "ali", "aly", "uje", "am", "em", "ie", "eta"} {
		if strings.HasSuffix(word, ending) {
			return true
		}
	}
	return false
}

// capitals tells whether an item is its whole clause, or shares it with one more capital.
func (s *sense) capitals(i int) bool {
	n := 0
	for _, other := range s.items {
		if other.clause == s.items[i].clause {
			n++
			if !other.upper {
				return false
			}
		}
	}
	return n <= 2
}

// surname tells a Polish or Ukrainian surname by its ending.
func surname(word string) bool {
	for _, ending := range []string{"owski", "owska", "ewski", "ewska", "inski", "inska", "ynski", "ynska", "acki", "acka", "ecki", "ecka", "icki", "icka", "owicz", "ewicz", "енко"} {
		if strings.HasSuffix(word, ending) && len(word) > len(ending)+1 {
			return true
		}
	}
	return false
}

// leastStem is how many letters a word must share with one of the question to be
// another form of it: "Zdrowia" for "Zdrowie".
const leastStem = 5

func (s *sense) inQuestion(word string) bool {
	if s.asked.known[word] {
		return true
	}
	letters := []rune(word)
	for known := range s.asked.known {
		other := []rune(known)
		n := common(letters, other)
		if n >= leastStem && n >= len(letters)-2 && n >= len(other)-2 {
			return true
		}
	}
	return false
}
