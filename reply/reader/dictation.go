package reader

import "sync"

// spokenMark is what a word dictated to a phone stands for.
type spokenMark int

// The marks.
const (
	spokenComma spokenMark = iota + 1
	spokenStop
	spokenQuestion
)

// spokenOnce makes the table of spoken marks when the first reply is read.
//
//nolint:gochecknoglobals // a table computed once; read only afterwards
var spokenOnce = sync.OnceValue(spokenMarks)

// spokenMarks are the words that phones write where they do not understand the name of a
// mark, folded. A phrase of two words is joined by a blank.
func spokenMarks() map[string]spokenMark {
	return map[string]spokenMark{
		"przecinek": spokenComma, "kropka": spokenStop, "wykrzyknik": spokenStop, "nowa linia": spokenStop, "nowy wiersz": spokenStop,
		"srednik": spokenStop, "dwukropek": spokenStop, "myslnik": spokenComma, "znak zapytania": spokenQuestion, "pytajnik": spokenQuestion,
		"comma": spokenComma, "full stop": spokenStop, "exclamation mark": spokenStop, "exclamation point": spokenStop, "new line": spokenStop,
		"question mark": spokenQuestion, "punto y coma": spokenStop, "coma": spokenComma, "punto": spokenStop, "punto final": spokenStop, "punto y aparte": spokenStop,
		"signo de exclamacion": spokenStop, "nueva linea": spokenStop, "signo de interrogacion": spokenQuestion,
		foldWord("кома"): spokenComma, foldWord("крапка"): spokenStop, foldWord("знак") + " " + foldWord("оклику"): spokenStop, foldWord("знак") + " " + foldWord("питання"): spokenQuestion,
		foldWord("запятая"): spokenComma, foldWord("точка"): spokenStop, foldWord("восклицательный") + " " + foldWord("знак"): spokenStop, foldWord("вопросительный") + " " + foldWord("знак"): spokenQuestion,
	}
}

// longestSpoken is how many words the longest phrase of spokenMarks has.
const longestSpoken = 3

// dictated puts marks in the place of their names: "tak przecinek będę kropka". A reply that
// is nothing but the name of a mark stays.
func dictated(words []token) []token {
	marks := spokenOnce()
	out := words[:0:0]
	clause := 0 // index in out at which the clause began
	var comma, stop bool
	for i := 0; i < len(words); {
		mark, n := spokenAt(words[i:], marks)
		if n > 0 && i > 0 && words[i-1].text == "en" {
			n = 0 // "a las diez en punto"
		}
		if n == 0 {
			word := words[i]
			word.comma, word.stop = word.comma || comma, word.stop || stop
			comma, stop = false, false
			if word.boundary() {
				clause = len(out)
			}
			out = append(out, word)
			i++
			continue
		}
		comma = comma || mark == spokenComma
		stop = stop || mark != spokenComma
		if mark == spokenQuestion {
			for k := clause; k < len(out); k++ {
				out[k].asked = true
			}
		}
		i += n
	}
	if len(out) == 0 {
		return words
	}
	return out
}

// spokenAt gives the mark that the first words name, and how many words that takes; 0: none.
func spokenAt(words []token, marks map[string]spokenMark) (spokenMark, int) {
	phrase, found, length := "", spokenMark(0), 0
	for n := 0; n < min(longestSpoken, len(words)) && !words[n].number; n++ {
		if n > 0 {
			phrase += " "
		}
		phrase += words[n].text
		if mark, ok := marks[phrase]; ok {
			found, length = mark, n+1
		}
	}
	return found, length
}

// withoutPrefix takes away what programs put before an answer: "Re:", "Odp:", "Fwd:".
func withoutPrefix(words []token) []token {
	for len(words) > 1 && words[1].stop {
		switch words[0].text {
		case "re", "odp", "fwd", "fw", "pd", "aw", "rv", "sv":
			words = words[1:]
		default:
			return words
		}
	}
	return words
}
