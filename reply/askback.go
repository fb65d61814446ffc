package reply

import (
	"slices"
	"time"

	"goniec/inbox"
	"goniec/queue"
	"goniec/reply/reader"
	"goniec/store"
)

// askedBackKept is how long a patient may take to say which question was meant.
const askedBackKept = 24 * time.Hour

// askedBack is the value of which/<number>: the questions of which the patient was asked
// which one an answer belongs to.
type askedBack struct {
	IDs []string `json:"ids"` // of the questions, in the order of their numbers in the text
	// Value is the answer; empty where none could be read.
	Value    reader.Value `json:"v,omitempty"`
	Language string       `json:"lang,omitempty"`
	At       time.Time    `json:"at"`
	// Alike is how often the patient gave the answer without saying for which question.
	Alike int `json:"n,omitempty"`
	// MessageID is that of the text that asks; empty in records of former versions.
	MessageID string `json:"msg,omitempty"`
}

// pending returns the question back that waits for its answer; nil if there is none.
func (s situation) pending() *askedBack {
	if s.askedBack == nil || s.now.Sub(s.askedBack.At) >= askedBackKept {
		return nil
	}
	return s.askedBack
}

// unread reports whether a text came in before the text that asks reached the patient, as
// far as the network has told.
func (w *askedBack) unread(r store.Reader, in inbox.Message) (bool, error) {
	if w.MessageID == "" {
		return false, nil
	}
	m, err := queue.ReadMessage(r, w.MessageID)
	if store.Unreadable(err) {
		return false, nil // sent long ago, and removed
	}
	reached := m.SentAt
	if !m.DeliveredAt.IsZero() {
		reached = m.DeliveredAt
	}
	return reached.IsZero() || in.ReceivedAt.Before(reached), err
}

// asked returns the questions of w; false if one is not there any more.
func (w *askedBack) asked(s situation) (visits, bool) {
	all := make(visits, 0, len(w.IDs))
	for _, id := range w.IDs {
		i := slices.IndexFunc(s.asked, func(q askedQuestion) bool { return q.ID == id })
		if i < 0 {
			return nil, false
		}
		all = append(all, s.asked[i])
	}
	return all, true
}

// decideChosen deals with a text while the patient has been asked which question was
// meant. What came before the question back reached the patient does not answer it.
func (m matcher) decideChosen(s situation, w *askedBack) decision {
	all, found := w.asked(s)
	said := m.reader.ReadSeveral(s.text, all.forReader(), !s.beforeAskedBack)
	whole := said.Whole
	switch {
	case !found:
		return decision{match: MatchNotChosen, reading: whole, needsStaff: true, back: TextPerson}
	case courtesy(whole):
		return decision{match: MatchCourtesy, reading: whole, handled: true, asksBack: w}
	case said.Names():
		match := MatchChosen
		if s.beforeAskedBack {
			match = MatchNamed
		}
		d := s.settle(match, said, all, w.Value)
		if len(d.answers) == 0 || s.beforeAskedBack {
			d.asksBack = w
		}
		return d
	case whole.Value == w.Value:
		return s.countAlike(whole, all, w)
	}
	d := decision{match: MatchNotChosen, reading: whole, unclear: w.IDs, needsStaff: true, subject: &all[0].Question, asksBack: w}
	if !s.beforeAskedBack {
		d.back = TextPerson
	} else if whole.Value == reader.Yes || whole.Value == reader.No {
		d.asksBack = w.undecided() // a yes and a no, and nobody knows which is for which
	}
	return d
}

// countAlike deals with one more answer that does not say for which question it is: as many
// equal answers as questions are for all of them.
func (s situation) countAlike(r reader.Reading, all visits, w *askedBack) decision {
	again := *w
	again.Alike++
	if again.Alike < len(all) {
		d := decision{match: MatchSeveral, reading: r, unclear: w.IDs, asksBack: &again, handled: s.beforeAskedBack, needsStaff: !s.beforeAskedBack, subject: &all[0].Question}
		if !s.beforeAskedBack {
			d.match, d.back = MatchNotChosen, TextPerson
		}
		return d
	}
	d := s.settle(MatchAll, reader.SaidOfAll(r, len(all)), all, "")
	d.asksBack = &again // a late "1" repeats what is decided
	return d
}

// undecided returns w without an answer.
func (w *askedBack) undecided() *askedBack {
	without := *w
	without.Value, without.Alike = "", 0
	return &without
}

// takes reports whether q may be answered, or its answer may be changed.
func (q *Question) takes(now time.Time) bool {
	return q.Status == Open && now.Before(q.Until) || q.Status == Answered && now.Before(q.ChangeUntil)
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
