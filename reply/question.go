package reply

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"goniec/clock"
	"goniec/number"
	"goniec/pdu"
	"goniec/queue"
	"goniec/reply/reader"
	"goniec/store"
	"goniec/suppression"
)

// Status is where a question stands.
type Status string

// The states of a question.
const (
	Open       Status = "open"       // no answer, or no answer that could be read
	Answered   Status = "answered"   // the patient may change the answer until ChangeUntil
	Expired    Status = "expired"    // the time is over, without an answer
	Superseded Status = "superseded" // another message with the same reference asks again
	Closed     Status = "closed"     // the message has ended without arriving
)

// Question is what a message asks. The tags are its stored form.
type Question struct {
	ID   string        `json:"-"` // of the message that asks
	To   pdu.Address   `json:"-"` // stored by storedQuestion
	Also []pdu.Address `json:"-"` // other numbers of the same person
	Kind reader.Kind   `json:"kind"`
	// Labels are the answers of a Choice, in the order of their numbers.
	Labels []string `json:"lab,omitempty"`
	Min    int      `json:"-"` // of a Number, both allowed
	Max    int      `json:"-"`
	// About names what the question is about, in words for the patient: "Ania, wt 10:00".
	About string `json:"about,omitempty"`
	// Items are what a YesNo asks about instead of About, where there are several.
	Items     []Item              `json:"items,omitempty"`
	Language  string              `json:"lang,omitempty"` // ISO 639-1; empty: Ask takes Config.Language
	Purpose   suppression.Purpose `json:"purp,omitempty"` // of the message
	Reference string              `json:"ref,omitempty"`  // of the message
	AskedAt   time.Time           `json:"at"`
	Until     time.Time           `json:"until"` // an answer counts before this time
	// UntilDefault says that whoever asked named no Until, so that Until says nothing
	// of the visit.
	UntilDefault bool `json:"def,omitempty"`
	// An answer may be changed before ChangeUntil, which is not after Until.
	ChangeUntil time.Time `json:"chg"`

	Status Status `json:"st"`
	// Answer is the latest answer, clear or not; nil: none.
	Answer *Answer `json:"ans,omitempty"`
	// Before are the clear answers that Answer changed, the oldest first.
	Before []Answer `json:"bef,omitempty"`
	// AskedAgain says that a text was sent because an answer could not be read.
	AskedAgain bool `json:"again,omitempty"`
}

// Answer is what a text says to a question. The text itself is stored in the inbound
// message only.
type Answer struct {
	Value       reader.Value      `json:"v"`
	Choice      int               `json:"ch,omitempty"` // from 1
	Number      int               `json:"n,omitempty"`
	Intents     []reader.Intent   `json:"int,omitempty"`
	LateMinutes int               `json:"late,omitempty"`
	Confidence  reader.Confidence `json:"conf"`
	Rule        reader.Rule       `json:"rule"`         // how the text was read
	Match       Match             `json:"m"`            // how it was found which question is meant
	By          string            `json:"by,omitempty"` // the token of the person, with MatchDecided
	InboundID   string            `json:"in"`
	At          time.Time         `json:"at"`
}

// clear reports whether there is an answer that could be read.
func (a *Answer) clear() bool { return a != nil && a.Value != reader.Unclear }

// same reports whether b says what a says.
func (a *Answer) same(b Answer) bool {
	return a != nil && a.Value == b.Value && a.Choice == b.Choice && a.Number == b.Number && a.Value != reader.Written
}

// The bounds of a question.
const (
	maxLabels   = 9 // one digit
	maxLabel    = 40
	maxAbout    = 60
	maxAlso     = 5
	maxRange    = 1_000_000
	changesKept = 3 // answers of a question; the next change needs staff
)

// Codes of QuestionError.
const (
	InvalidKind    = "question_kind"
	InvalidLabels  = "question_labels"
	InvalidRange   = "question_range"
	InvalidUntil   = "question_until"
	InvalidChange  = "question_change_until"
	InvalidAbout   = "question_about"
	InvalidItems   = "question_items"
	InvalidAlso    = "question_also_from"
	InvalidSpoken  = "question_language"
	maxAhead       = 366 * 24 * time.Hour
	languageLength = 2
)

// QuestionError says what is wrong with a question, and by which field.
type QuestionError struct{ Code, Field string }

// Error implements error.
func (e *QuestionError) Error() string { return "question: " + e.Field + ": " + e.Code }

// validate checks what a caller can get wrong, but whether Until has passed.
func (q *Question) validate(at clock.Moment) error {
	wrong := func(field, code string) error { return &QuestionError{Code: code, Field: field} }
	switch q.Kind {
	case reader.YesNo, reader.Free:
	case reader.Choice:
		if len(q.Labels) < 2 || len(q.Labels) > maxLabels {
			return wrong("labels", InvalidLabels)
		}
		for _, label := range q.Labels {
			if n := utf8.RuneCountInString(strings.TrimSpace(label)); n == 0 || n > maxLabel {
				return wrong("labels", InvalidLabels)
			}
		}
	case reader.Number:
		if q.Min >= q.Max || q.Min < -maxRange || q.Max > maxRange {
			return wrong("max", InvalidRange)
		}
	default:
		return wrong("kind", InvalidKind)
	}
	switch {
	case q.Kind != reader.Choice && len(q.Labels) > 0:
		return wrong("labels", InvalidLabels)
	case q.Kind != reader.Number && (q.Min != 0 || q.Max != 0):
		return wrong("max", InvalidRange)
	case q.Until.After(at.Now.Add(maxAhead)) && !at.Unconfirmed:
		return wrong("until", InvalidUntil)
	case !q.ChangeUntil.IsZero() && !q.Until.IsZero() && q.ChangeUntil.After(q.Until):
		return wrong("change_until", InvalidChange)
	case aboutTooLong(q.About):
		return wrong("about", InvalidAbout)
	case q.itemsWrong():
		return wrong("items", InvalidItems)
	case len(q.Also) > maxAlso:
		return wrong("also_from", InvalidAlso)
	case q.Language != "" && len(q.Language) != languageLength:
		return wrong("language", InvalidSpoken)
	}
	return nil
}

func aboutTooLong(about string) bool { return utf8.RuneCountInString(about) > maxAbout }

// Ask makes d ask q: it sets InTx, and ExpiresAt if Until comes first, because nothing can
// answer a question that is sent after its end. ID, To, Purpose and Reference of q become
// those of the message. A q that is wrong gives a *QuestionError; whether Until has passed,
// or comes before the message can go, the queue finds out by ExpiresAt.
func (r *Replies) Ask(ctx context.Context, d *queue.Draft, q Question) error {
	at, err := r.queue.Clock().Moment(ctx)
	if err != nil {
		return err
	}
	if err := q.validate(at); err != nil {
		return err
	}
	d.ExpiresAt = clock.Earliest(d.ExpiresAt, q.Until)
	d.InTx = func(tx store.Tx, m queue.Message) error {
		asked := q
		asked.ID, asked.To, asked.Purpose, asked.Reference = m.ID, m.To, m.Purpose, m.Reference
		asked.AskedAt, asked.Status = m.CreatedAt, Open
		if asked.Language == "" {
			asked.Language = r.config.Language
		}
		if asked.Until.IsZero() {
			asked.Until, asked.UntilDefault = m.Due.Add(r.config.AnswerWithin), true
		}
		if asked.ChangeUntil.IsZero() {
			asked.ChangeUntil = asked.Until
		}
		if err := supersedeOthers(tx, asked); err != nil {
			return err
		}
		for _, key := range append(asked.askedKeys(), askTickKey(asked.tick(), asked.ID)) {
			if err := tx.Put(key, nil); err != nil {
				return err
			}
		}
		return saveQuestion(tx, asked)
	}
	return nil
}

// askedKeys returns the keys by which the numbers from which a text about q may come lead
// to q.
func (q *Question) askedKeys() []string {
	keys := []string{askedPrefix(q.To) + q.ID}
	for _, a := range q.Also {
		keys = append(keys, askedPrefix(a)+q.ID)
	}
	return keys
}

// lateKept is how long after its end a question is remembered for a late answer.
const lateKept = 7 * 24 * time.Hour

// tick returns when Tend has to look at q next.
func (q *Question) tick() time.Time {
	if q.Status == Open {
		return q.Until
	}
	return q.Until.Add(lateKept)
}

// ForReader returns q for the reader. text is the text of the message, empty after the
// message has been removed.
func (q *Question) ForReader(text string) reader.Question {
	return reader.Question{
		Kind: q.Kind, Language: q.Language, Text: text, About: q.About, Labels: q.Labels, Min: q.Min, Max: q.Max,
		Digits: offersDigits(text),
	}
}

// offersDigits reports whether a text offers 1 for yes and 2 for no: "1 = TAK, 2 = NIE".
func offersDigits(text string) bool {
	packed := strings.NewReplacer(" ", "", "=", "", "-", "", "–", "", ":", "", ")", "", ".", "").Replace(strings.ToLower(text))
	offers := func(digit string, words ...string) bool {
		for _, word := range words {
			before, _, found := strings.Cut(packed, digit+word)
			if found && (before == "" || before[len(before)-1] < '0' || before[len(before)-1] > '9') {
				return true
			}
		}
		return false
	}
	return offers("1", "tak", "yes", "sí", "si", "так") && offers("2", "nie", "no", "ні")
}

// storedQuestion is the value of ask/<id>.
type storedQuestion struct {
	*Question
	To   string   `json:"to"`
	Also []string `json:"also,omitempty"`
	Min  int      `json:"min,omitempty"`
	Max  int      `json:"max,omitempty"`
}

func saveQuestion(tx store.Tx, q Question) error {
	stored := storedQuestion{Question: &q, To: number.Encode(q.To), Min: q.Min, Max: q.Max}
	for _, a := range q.Also {
		stored.Also = append(stored.Also, number.Encode(a))
	}
	return store.PutJSON(tx, askKey(q.ID), stored)
}

// ReadQuestion returns the question that a message asks, or store.ErrNotFound.
func ReadQuestion(r store.Reader, id string) (Question, error) {
	return store.ReadRecord(r, "question", askSpace, id, decodeQuestion)
}

func decodeQuestion(id string, value []byte) (Question, error) {
	stored := storedQuestion{Question: &Question{}}
	if err := json.Unmarshal(value, &stored); err != nil {
		return Question{}, fmt.Errorf("question %s: %w: %w", id, store.ErrRecord, err)
	}
	q := *stored.Question
	q.ID, q.Min, q.Max = id, stored.Min, stored.Max
	var err error
	if q.To, err = number.Decode(stored.To); err != nil {
		return Question{}, fmt.Errorf("question %s: %w: number", id, store.ErrRecord)
	}
	for _, s := range stored.Also {
		a, err := number.Decode(s)
		if err != nil {
			return Question{}, fmt.Errorf("question %s: %w: number", id, store.ErrRecord)
		}
		q.Also = append(q.Also, a)
	}
	return q, nil
}

// questionsRead is the largest number of questions that are read for one number.
const questionsRead = 50

// askedOf returns the questions that a text from a number may be about, the newest
// last. A question that cannot be read is left out.
func askedOf(r store.Reader, number pdu.Address) ([]Question, error) {
	prefix := askedPrefix(number)
	pairs, err := r.ScanLast(prefix, store.PrefixEnd(prefix), questionsRead)
	if err != nil {
		return nil, err
	}
	all := make([]Question, 0, len(pairs))
	for i := len(pairs) - 1; i >= 0; i-- {
		q, ok, err := store.Readable(ReadQuestion(r, store.LastSegment(pairs[i].Key)))
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, q)
		}
	}
	return all, nil
}
