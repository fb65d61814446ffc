package reply

import (
	"slices"
	"strings"
	"time"

	"goniec/reply/reader"
)

// askedBackKept is how long a patient may take to say which question was meant.
const askedBackKept = 24 * time.Hour

// askedBack is the value of which/<number>: a clear answer, and the questions of which the
// patient was asked which one the answer belongs to.
type askedBack struct {
	IDs      []string     `json:"ids"` // of the questions, in the order of their numbers in the text
	Value    reader.Value `json:"v"`
	Language string       `json:"lang,omitempty"`
	At       time.Time    `json:"at"`
}

// pending returns the question back that waits for its answer; nil if there is none.
func (s situation) pending() *askedBack {
	if s.askedBack == nil || s.now.Sub(s.askedBack.At) >= askedBackKept {
		return nil
	}
	return s.askedBack
}

// decideChosen deals with a text that should say which question was meant. The patient is
// asked once, so a text that does not say it needs staff.
func (m matcher) decideChosen(s situation, w *askedBack, general reader.Reading) decision {
	if courtesy(general) {
		return decision{match: MatchCourtesy, reading: general, handled: true, asksBack: w}
	}
	named := make([]askedQuestion, 0, len(w.IDs))
	labels := make([]string, 0, len(w.IDs)+1)
	for _, id := range w.IDs {
		i := slices.IndexFunc(s.asked, func(q askedQuestion) bool { return q.ID == id })
		if i < 0 {
			return decision{match: MatchNotChosen, reading: general, needsStaff: true, back: TextPerson}
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
		return decision{match: MatchNotChosen, reading: r, unclear: w.IDs, needsStaff: true, back: TextPerson, subject: &named[0].Question}
	}
	match, meant := MatchAll, named
	if r.Choice <= len(named) {
		match, meant = MatchChosen, named[r.Choice-1:r.Choice]
	}
	d := decision{match: match, reading: r, back: thanksFor(w.Value), handled: true, subject: &meant[0].Question}
	for _, q := range meant {
		if !q.takes(s.now) {
			return decision{match: MatchLate, reading: r, needsStaff: true, back: TextLate, subject: &q.Question}
		}
		answer := answerOf(r, match, s.now)
		answer.Value, answer.Choice = w.Value, 0
		if !q.Answer.same(answer) {
			d.answers = append(d.answers, acceptedAnswer{q.ID, answer})
		}
	}
	return d
}

// takes reports whether q may be answered, or its answer may be changed.
func (q *Question) takes(now time.Time) bool {
	return q.Status == Open && now.Before(q.Until) || q.Status == Answered && now.Before(q.ChangeUntil)
}

// everyWord stands for all of several questions as the last label.
const everyWord = "wszystkie"

// meansAll reports whether a text is nothing but a word for all or for both.
func meansAll(text string) bool {
	words := []string{
		"wszystkie", "wszystko", "wszystkich", "obie", "oba", "obydwie", "obydwa", "oboje", "all", "both", "all of them",
		"todas", "todos", "ambas", "ambos", "las dos", "всі", "обидва", "обидві",
	}
	return slices.Contains(words, strings.ToLower(strings.Trim(text, " .,!\n\r\t")))
}

// nameLength is how many characters of a message stand for a question without a name.
const nameLength = 30

// name returns words by which a patient recognizes q.
func (q askedQuestion) name() string {
	if q.About != "" {
		return q.About
	}
	short := []rune(q.text)
	if len(short) > nameLength {
		short = append(short[:nameLength-3], []rune("...")...)
	}
	return string(short)
}
