package reply

import (
	"slices"
	"strings"
	"time"

	"goniec/reply/reader"
)

// whichKept is how long somebody may take to say which question was meant.
const whichKept = 24 * time.Hour

// which is the value of which/<number>: a clear answer for which it was asked back to
// what question it belongs.
type which struct {
	IDs      []string     `json:"ids"` // in the order of their numbers in the text
	Value    reader.Value `json:"v"`
	Language string       `json:"lang,omitempty"`
	At       time.Time    `json:"at"`
}

// pending returns the question back that waits for its answer; nil if none does.
func (s situation) pending() *which {
	if s.which == nil || s.now.Sub(s.which.At) >= whichKept {
		return nil
	}
	return s.which
}

// chosen deals with a text that should say which question was meant. It is asked once:
// whatever does not say so goes to a person.
func (m matcher) chosen(s situation, w *which, general reader.Reading) decision {
	if courtesy(general) {
		return decision{match: MatchCourtesy, reading: general, noted: true, which: w}
	}
	named := make([]posed, 0, len(w.IDs))
	labels := make([]string, 0, len(w.IDs)+1)
	for _, id := range w.IDs {
		i := slices.IndexFunc(s.asked, func(q posed) bool { return q.ID == id })
		if i < 0 {
			return decision{match: MatchNotChosen, reading: general, person: true, back: TextPerson}
		}
		named = append(named, s.asked[i])
		labels = append(labels, s.asked[i].name())
	}
	labels = append(labels, everyWord)
	r := m.reader.Read(s.text, reader.Question{Kind: reader.Choice, Language: s.language(), Labels: labels})
	if meansAll(s.text) {
		r = reader.Reading{Value: reader.Chosen, Choice: len(labels), Confidence: reader.High, Rule: r.Rule, Language: general.Language}
	}
	if r.Value != reader.Chosen {
		return decision{match: MatchNotChosen, reading: r, unclear: w.IDs, person: true, back: TextPerson, subject: &named[0].Question}
	}
	match, meant := MatchAll, named
	if r.Choice <= len(named) {
		match, meant = MatchChosen, named[r.Choice-1:r.Choice]
	}
	d := decision{match: match, reading: r, back: thanksFor(w.Value), noted: true, subject: &meant[0].Question}
	for _, q := range meant {
		if !q.takes(s.now) {
			return decision{match: MatchLate, reading: r, person: true, back: TextLate, subject: &q.Question}
		}
		answer := answerOf(r, match, s.now)
		answer.Value, answer.Choice = w.Value, 0
		if !q.Answer.same(answer) {
			d.apply = append(d.apply, applied{q.ID, answer})
		}
	}
	return d
}

// takes reports whether q may be answered, or its answer changed.
func (q *Question) takes(now time.Time) bool {
	return q.Status == Open && now.Before(q.Until) || q.Status == Answered && now.Before(q.ChangeUntil)
}

// everyWord stands for all of several questions as the last label.
const everyWord = "wszystkie"

// meansAll reports whether a text is nothing but a word for all, or both, of them.
func meansAll(text string) bool {
	words := []string{
		"wszystkie", "wszystko", "wszystkich", "obie", "oba", "obydwie", "obydwa", "oboje", "all", "both", "all of them",
		"todas", "todos", "ambas", "ambos", "las dos", "всі", "обидва", "обидві",
	}
	return slices.Contains(words, strings.ToLower(strings.Trim(text, " .,!\n\r\t")))
}

// nameLength is how much of a message stands for a question without a name.
const nameLength = 30

// name returns what a patient knows q by.
func (q posed) name() string {
	if q.About != "" {
		return q.About
	}
	short := []rune(q.text)
	if len(short) > nameLength {
		short = append(short[:nameLength-3], []rune("...")...)
	}
	return string(short)
}
