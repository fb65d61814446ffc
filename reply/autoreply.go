package reply

import (
	"cmp"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"goniec/pdu"
	"goniec/queue"
	"goniec/reply/reader"
	"goniec/store"
	"goniec/suppression"
)

// TextKind is an occasion on which an automatic text goes back.
type TextKind string

// The kinds of texts.
const (
	TextThanksYes TextKind = "thanks_yes"
	TextThanksNo  TextKind = "thanks_no"
	TextThanks    TextKind = "thanks"         // for any other answer
	TextUnclear   TextKind = "unclear"        // the answer could not be read: please answer again
	TextUnclearOf TextKind = "unclear_choice" // the same for a question that yes and no do not answer; {choices}
	// TextUnclearWhich is TextUnclear while several questions are open; with {choices}.
	TextUnclearWhich TextKind = "unclear_which"
	TextWhich        TextKind = "which"        // asks which of several questions is meant; {choices}
	TextMoved        TextKind = "reschedule"   // the patient wants another time
	TextPerson       TextKind = "person"       // staff will look at the text
	TextLate         TextKind = "late"         // too late to answer or to change
	TextClosed       TextKind = "out_of_hours" // in the place of TextPerson and TextMoved outside Config.Office
	TextUnknown      TextKind = "unknown"      // nothing was asked
	TextStopped      TextKind = "stopped"
	TextStarted      TextKind = "started"
	TextEvery        TextKind = "every" // within {choices}: all of them
)

// Guard bounds the texts that go back by themselves, so that two gateways, or a
// gateway and an answering machine, never talk to each other.
type Guard struct {
	PerNumber int // in 24 hours; default 5
	PerBox    int // in an hour; default 60
}

const (
	numberWindow = 24 * time.Hour
	boxWindow    = time.Hour
	// sameAgain is how long the same kind of text is not sent twice to a number, apart
	// from those that are repeatable.
	sameAgain = 2 * time.Hour
)

// sent is the value of guard/…: the automatic texts sent lately, in order.
type sent struct {
	Texts []sentText `json:"t"`
}

type sentText struct {
	At   int64    `json:"at"` // Unix time in seconds
	Kind TextKind `json:"k,omitempty"`
}

// repeatable lists the kinds that belong to one answer each.
func repeatable() []TextKind { return []TextKind{TextThanks, TextThanksYes, TextThanksNo, TextWhich} }

// within returns those sent in a time before now.
func (s sent) within(now time.Time, window time.Duration) []sentText {
	i := slices.IndexFunc(s.Texts, func(t sentText) bool { return now.Sub(time.Unix(t.At, 0)) < window })
	if i < 0 {
		return nil
	}
	return s.Texts[i:]
}

// answer is a text on its way back.
type answer struct {
	to       pdu.Address
	kind     TextKind
	language string
	choices  string
	purpose  suppression.Purpose
}

// answerBack sends a text back, and returns of which kind, empty: none, and the id of the
// message. None goes where
// the clinic wants none of the kind, where the number does not take any, or where too
// many have gone.
func (r *Replies) answerBack(tx store.Tx, a answer, at time.Time) (went TextKind, id string, err error) {
	if (a.kind == TextPerson || a.kind == TextMoved) && r.config.Office.End(at, r.config.Location).After(at) {
		if text := r.text(a.language, TextClosed); text != "" {
			a.kind = TextClosed
		}
	}
	text := r.text(a.language, a.kind)
	if text == "" {
		return "", "", nil
	}
	if (a.kind == TextWhich || a.kind == TextUnclearWhich || a.kind == TextUnclearOf) && a.choices == "" {
		return "", "", nil
	}
	past, err := r.readSent(tx, a.to, at)
	if err != nil || !r.allows(past, a, at) {
		return "", "", err
	}
	text = strings.NewReplacer("{phone}", r.config.Phone, "{choices}", a.choices).Replace(text)
	draft := queue.Draft{
		To: a.to, Text: text, Priority: queue.High, Purpose: a.purpose, Origin: queue.OriginReply,
		IgnoreSuppression: a.kind == TextStopped, // the stop is noted already
	}
	m, err := r.queue.EnqueueIn(tx, ownName, draft)
	var refused *queue.RefusedError
	if errors.As(err, &refused) {
		r.log.Warn("a text back was refused", slog.String("kind", string(a.kind)), slog.Any("to", a.to), slog.String("field", refused.Field), slog.String("code", refused.Code))
		return "", "", nil
	}
	if err != nil {
		return "", "", err
	}
	r.meter.texts.WithLabelValues(string(a.kind)).Inc()
	return a.kind, m.ID, r.count(tx, past, a, at)
}

// text returns the text of a kind in a language, or else in that of the clinic.
func (r *Replies) text(language string, kind TextKind) string {
	return cmp.Or(r.config.Text(cmp.Or(language, r.config.Language), kind), r.config.Text(r.config.Language, kind))
}

// past is what the guard asks about: the automatic texts of late.
type past struct{ ofNumber, ofBox []sentText }

// readSent returns those to a number, and to all.
func (r *Replies) readSent(tx store.Reader, to pdu.Address, at time.Time) (past, error) {
	ofNumber, _, err := store.GetJSON[sent](tx, guardKey(to))
	if err != nil {
		return past{}, err
	}
	ofBox, _, err := store.GetJSON[sent](tx, r.guardBoxKey())
	return past{ofNumber.within(at, numberWindow), ofBox.within(at, boxWindow)}, err
}

func (r *Replies) guardBoxKey() string { return guardBox + r.config.Box }

// allows reports whether one more may go.
func (r *Replies) allows(p past, a answer, at time.Time) bool {
	same := slices.ContainsFunc(p.ofNumber, func(t sentText) bool { return t.Kind == a.kind && at.Sub(time.Unix(t.At, 0)) < sameAgain })
	switch {
	case same && !slices.Contains(repeatable(), a.kind):
		return false
	case len(p.ofNumber) >= r.config.Guard.PerNumber, len(p.ofBox) >= r.config.Guard.PerBox:
		r.meter.guarded.Inc()
		r.log.Warn("too many automatic texts, so none goes back", slog.Any("to", a.to), slog.String("kind", string(a.kind)),
			slog.Int("to_number", len(p.ofNumber)), slog.Int("of_box", len(p.ofBox)))
		return false
	default:
		return true
	}
}

// count notes one that goes.
func (r *Replies) count(tx store.Tx, p past, a answer, at time.Time) error {
	mark := sentText{At: at.Unix(), Kind: a.kind}
	if err := store.PutJSON(tx, guardKey(a.to), sent{append(slices.Clone(p.ofNumber), mark)}); err != nil {
		return err
	}
	return store.PutJSON(tx, r.guardBoxKey(), sent{append(slices.Clone(p.ofBox), sentText{At: at.Unix()})})
}

// answersTo lists what q may be answered with.
func (q *Question) answersTo() string {
	switch q.Kind {
	case reader.Choice:
		lines := make([]string, len(q.Labels))
		for i, label := range q.Labels {
			lines[i] = strconv.Itoa(i+1) + " - " + label
		}
		return strings.Join(lines, "\n")
	case reader.Number:
		return strconv.Itoa(q.Min) + " - " + strconv.Itoa(q.Max)
	default:
		return ""
	}
}

// choicesOf names the questions of a question back, each with its number.
func choicesOf(w *askedBack, asked []askedQuestion, every string) string {
	lines := make([]string, 0, len(w.IDs)+1)
	for i, id := range w.IDs {
		k := slices.IndexFunc(asked, func(q askedQuestion) bool { return q.ID == id })
		if k < 0 {
			return ""
		}
		lines = append(lines, strconv.Itoa(i+1)+" - "+asked[k].name())
	}
	lines = append(lines, strconv.Itoa(len(w.IDs)+1)+" - "+every)
	return strings.Join(lines, "\n")
}
