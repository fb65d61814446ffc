package reply

import (
	"slices"
	"time"

	"goniec/reply/reader"
)

// Match says how a text was matched with a question. The values are stable: reports and
// the API show them.
type Match string

// How a text was matched. docs/replies.md lists what each does.
const (
	MatchOne        Match = "one_open"        // one question was open
	MatchNamed      Match = "named"           // of several the text names one
	MatchChosen     Match = "chosen"          // the patient said which, when asked back
	MatchAll        Match = "all_chosen"      // the patient said all of them
	MatchChanged    Match = "changed"         // the patient changed an answer
	MatchRepeated   Match = "repeated"        // the text repeats the answer
	MatchSeveral    Match = "several_open"    // the text does not tell which question is meant
	MatchNotChosen  Match = "not_chosen"      // asked which question is meant, the patient did not say
	MatchAfter      Match = "after_change"    // too late to change an answer
	MatchWavering   Match = "wavering"        // changed too often
	MatchLate       Match = "late"            // the time of the question is over
	MatchNone       Match = "nothing_asked"   // no question was open
	MatchIncomplete Match = "incomplete"      // parts of the text are missing
	MatchCourtesy   Match = "courtesy"        // thanks for what has been dealt with
	MatchAutomatic  Match = "automatic"       // no person wrote it
	MatchStop       Match = "stop"            // wants no more texts
	MatchStart      Match = "start"           // wants texts again
	MatchNotText    Match = "not_text"        // voicemail, or data
	MatchSender     Match = "nobody_to_reply" // a name or a short code wrote
	MatchDecided    Match = "decided"         // a person has read the text
)

// situation is everything that a decision depends on.
type situation struct {
	now       time.Time
	text      string
	complete  bool
	asked     []askedQuestion // the questions that the text may be about, the newest last
	askedBack *askedBack      // the patient was asked which of the questions is meant
	// beforeAskedBack tells that the text came in before that question reached the patient.
	beforeAskedBack bool
}

// askedQuestion is a question with the text that asked it. The text is empty after the
// message has been removed.
type askedQuestion struct {
	Question
	text string
	at   time.Time // when the first part of the message was handed to a modem
}

// decision is what to do about a text.
type decision struct {
	match      Match
	reading    reader.Reading
	answers    []acceptedAnswer // clear answers to questions
	unclear    []string         // ids of the questions whose answer could not be read
	asksBack   *askedBack       // the patient is asked which question is meant
	back       TextKind         // the automatic text; empty: none
	subject    *Question        // the question that back is about; nil: none
	needsStaff bool             // a person has to look at the text
	handled    bool             // no person has to look at the text
}

// acceptedAnswer is a clear answer to a question.
type acceptedAnswer struct {
	id     string
	answer Answer
}

// matcher decides. The same situation always gets the same decision.
type matcher struct{ reader *reader.Reader }

// decide finds out which question a text is about and what to do about the text.
func (m matcher) decide(s situation) decision {
	open, answered, closed, late := s.sort()
	general := m.reader.Read(s.text, reader.Question{Kind: reader.YesNo, Language: s.language()})
	if !s.complete {
		return decision{match: MatchIncomplete, reading: general, unclear: idsOf(open), needsStaff: true}
	}
	if d, ok := decideSpecial(general); ok {
		return d
	}
	if pending := s.pending(); pending != nil {
		return m.decideChosen(s, pending)
	}
	if several := visitsOf(s); several != nil {
		return m.decideSeveral(s, several)
	}
	switch {
	case len(open) == 1:
		return m.decideOpen(s, open[0])
	case len(open) > 1:
		return m.decideSeveralOpen(s, open)
	case len(answered) == 1:
		return m.decideAnswered(s, answered[0])
	case len(answered) > 1:
		return m.decideSeveralAnswered(s, answered, general)
	case len(closed) > 0:
		return m.decideClosed(s, closed[len(closed)-1])
	case len(late) > 0:
		return m.decideLate(s, late[len(late)-1])
	default:
		return decideNothingAsked(general)
	}
}

// sort divides the questions: open ones wait for an answer, answered ones have an answer
// that may be changed, closed ones have an answer that may not be changed any more, late
// ones have no answer and their time is over.
func (s situation) sort() (open, answered, closed, late []askedQuestion) {
	for _, q := range s.asked {
		switch {
		case q.Status == Answered && s.now.Before(q.ChangeUntil):
			answered = append(answered, q)
		case q.Status == Answered:
			closed = append(closed, q)
		case q.Status == Open && s.now.Before(q.Until):
			open = append(open, q)
		case q.Status == Open, q.Status == Expired:
			late = append(late, q)
		default:
		}
	}
	return open, answered, closed, late
}

// language returns the language of the newest question; empty if there is none.
func (s situation) language() string {
	if len(s.asked) == 0 {
		return ""
	}
	return s.asked[len(s.asked)-1].Language
}

// decideSpecial deals with a text whose meaning does not depend on any question.
func decideSpecial(r reader.Reading) (decision, bool) {
	switch {
	case r.Has(reader.Automatic):
		return decision{match: MatchAutomatic, reading: r, handled: true}, true
	case r.Has(reader.Stop):
		return decision{match: MatchStop, reading: r, back: TextStopped, needsStaff: true}, true
	case r.Has(reader.Start):
		return decision{match: MatchStart, reading: r, back: TextStarted, handled: true}, true
	default:
		return decision{}, false
	}
}

// read reads the text as an answer to q.
func (m matcher) read(s situation, q askedQuestion) reader.Reading {
	return m.reader.Read(s.text, q.ForReader(q.text))
}

// decideOpen deals with a text while one question is open.
func (m matcher) decideOpen(s situation, q askedQuestion) decision {
	r := m.read(s, q)
	if d, ok := decideSpecial(r); ok {
		return d
	}
	if r.Value != reader.Unclear {
		return accept(MatchOne, r, s.now, q)
	}
	return askAgain(MatchOne, r, []askedQuestion{q})
}

// accept accepts a clear answer to q.
func accept(match Match, r reader.Reading, now time.Time, q askedQuestion) decision {
	d := decision{
		match: match, reading: r, answers: []acceptedAnswer{{q.ID, answerOf(r, match, now)}}, subject: &q.Question,
		back: thanksFor(r.Value), handled: true,
	}
	if r.Has(reader.Late) || r.Has(reader.QuestionBack) {
		d.handled, d.needsStaff = false, true
	}
	return d
}

func answerOf(r reader.Reading, match Match, now time.Time) Answer {
	return Answer{
		Value: r.Value, Choice: r.Choice, Number: r.Number, Intents: r.Intents, LateMinutes: r.LateMinutes,
		Confidence: r.Confidence, Rule: r.Rule, Match: match, At: now,
	}
}

func thanksFor(v reader.Value) TextKind {
	switch v {
	case reader.Yes:
		return TextThanksYes
	case reader.No:
		return TextThanksNo
	default:
		return TextThanks
	}
}

// askAgain deals with an answer that cannot be read. The patient is asked again once,
// unless the text wants something that only a person can give.
func askAgain(match Match, r reader.Reading, open []askedQuestion) decision {
	d := decision{match: match, reading: r, unclear: idsOf(open), subject: &open[len(open)-1].Question}
	switch {
	case r.Has(reader.WrongPerson), r.Has(reader.Deceased), r.Has(reader.Hostile):
		d.needsStaff = true // and no automatic text
	case r.Has(reader.Reschedule) && r.Wishes:
		d.needsStaff, d.back = true, TextMoved
	case r.Has(reader.QuestionBack), r.Has(reader.Late), r.Has(reader.Reschedule):
		d.needsStaff, d.back = true, TextPerson
	case slices.ContainsFunc(open, func(q askedQuestion) bool { return q.AskedAgain }):
		d.needsStaff, d.back = true, TextPerson
	default:
		d.back = TextUnclear
		if kind := open[0].Kind; len(open) == 1 && (kind == reader.Choice || kind == reader.Number) {
			d.back = TextUnclearOf
		}
	}
	return d
}

// decideSeveralOpen deals with a text while several questions are open.
func (m matcher) decideSeveralOpen(s situation, open []askedQuestion) decision {
	readings := make([]reader.Reading, len(open))
	var clear []int
	for i, q := range open {
		readings[i] = m.read(s, q)
		if readings[i].Value != reader.Unclear {
			clear = append(clear, i)
		}
	}
	switch {
	case len(clear) == 1 && named(readings, clear[0]):
		i := clear[0]
		return accept(MatchNamed, readings[i], s.now, open[i])
	case len(clear) == len(open) && agree(readings):
		return askBack(readings[0], open, s.now)
	default:
		return askAgain(MatchSeveral, readings[len(readings)-1], open)
	}
}

// named reports whether a text names question i, when only reading i is clear: every other
// reading failed at a word that it did not know, so the word is from the text of question i.
func named(readings []reader.Reading, i int) bool {
	for k, r := range readings {
		if k != i && r.Rule != reader.RuleUnknownWords {
			return false
		}
	}
	return true
}

// agree reports whether all readings say the same.
func agree(readings []reader.Reading) bool {
	first := answerOf(readings[0], "", time.Time{})
	for _, r := range readings[1:] {
		if !first.same(answerOf(r, "", time.Time{})) {
			return false
		}
	}
	return first.Value == reader.Yes || first.Value == reader.No
}

// askBack asks which of several questions a clear answer is meant for.
func askBack(r reader.Reading, among []askedQuestion, now time.Time) decision {
	w := &askedBack{Value: r.Value, Language: r.Language, At: now, Alike: 1}
	for _, q := range among[max(0, len(among)-maxLabels+1):] {
		w.IDs = append(w.IDs, q.ID)
	}
	return decision{match: MatchSeveral, reading: r, asksBack: w, back: TextWhich, subject: &among[len(among)-1].Question}
}

// decideAnswered deals with a text while the only question is answered and may be changed.
func (m matcher) decideAnswered(s situation, q askedQuestion) decision {
	r := m.read(s, q)
	return change(MatchChanged, r, s.now, q)
}

// change deals with an answer to a question that has one.
func change(match Match, r reader.Reading, now time.Time, q askedQuestion) decision {
	answer := answerOf(r, match, now)
	switch {
	case courtesy(r):
		return decision{match: MatchCourtesy, reading: r, handled: true}
	case r.Value == reader.Unclear && r.Has(reader.Reschedule) && r.Wishes:
		return decision{match: match, reading: r, unclear: []string{q.ID}, needsStaff: true, back: TextMoved, subject: &q.Question}
	case r.Value == reader.Unclear:
		return decision{match: match, reading: r, unclear: []string{q.ID}, needsStaff: true, subject: &q.Question}
	case q.Answer.same(answer):
		return decision{match: MatchRepeated, reading: r, handled: !r.Has(reader.Late), needsStaff: r.Has(reader.Late)}
	case len(q.Before) >= changesKept-1:
		return decision{match: MatchWavering, reading: r, unclear: []string{q.ID}, needsStaff: true, back: TextPerson, subject: &q.Question}
	default:
		return accept(match, r, now, q)
	}
}

// courtesy reports whether a text says thank you and nothing else.
func courtesy(r reader.Reading) bool {
	return r.Value == reader.Unclear && slices.Equal(r.Intents, []reader.Intent{reader.Thanks})
}

// decideSeveralAnswered deals with a text while several questions are answered and may be changed.
func (m matcher) decideSeveralAnswered(s situation, answered []askedQuestion, general reader.Reading) decision {
	if courtesy(general) {
		return decision{match: MatchCourtesy, reading: general, handled: true}
	}
	readings := make([]reader.Reading, len(answered))
	repeated := true
	var clear []int
	for i, q := range answered {
		readings[i] = m.read(s, q)
		repeated = repeated && q.Answer.same(answerOf(readings[i], "", s.now))
		if readings[i].Value != reader.Unclear {
			clear = append(clear, i)
		}
	}
	switch {
	case repeated:
		return decision{match: MatchRepeated, reading: readings[0], handled: true}
	case len(clear) == 1 && named(readings, clear[0]):
		return change(MatchChanged, readings[clear[0]], s.now, answered[clear[0]])
	case len(clear) == len(answered) && agree(readings):
		return askBack(readings[0], answered, s.now)
	default:
		return decision{match: MatchSeveral, reading: general, unclear: idsOf(answered), needsStaff: true, back: TextPerson, subject: &answered[len(answered)-1].Question}
	}
}

// decideClosed deals with a text that comes after the time to change an answer.
func (m matcher) decideClosed(s situation, q askedQuestion) decision {
	r := m.read(s, q)
	switch {
	case courtesy(r):
		return decision{match: MatchCourtesy, reading: r, handled: true}
	case r.Value != reader.Unclear && q.Answer.same(answerOf(r, "", s.now)):
		return decision{match: MatchRepeated, reading: r, handled: !r.Has(reader.Late), needsStaff: r.Has(reader.Late)}
	default:
		return decision{match: MatchAfter, reading: r, needsStaff: true, back: TextLate, subject: &q.Question}
	}
}

// decideLate deals with a text about a question whose time was over without an answer.
func (m matcher) decideLate(s situation, q askedQuestion) decision {
	r := m.read(s, q)
	if courtesy(r) {
		return decision{match: MatchCourtesy, reading: r, handled: true}
	}
	return decision{match: MatchLate, reading: r, needsStaff: true, back: TextLate, subject: &q.Question}
}

// decideNothingAsked deals with a text from a number that was asked nothing.
func decideNothingAsked(r reader.Reading) decision {
	if courtesy(r) {
		return decision{match: MatchCourtesy, reading: r, handled: true}
	}
	d := decision{match: MatchNone, reading: r, needsStaff: true}
	if !r.Has(reader.Deceased) && !r.Has(reader.Hostile) && !r.Has(reader.WrongPerson) {
		d.back = TextUnknown
	}
	return d
}

func idsOf(all []askedQuestion) []string {
	ids := make([]string, len(all))
	for i, q := range all {
		ids[i] = q.ID
	}
	return ids
}
