package reply

import (
	"slices"
	"time"

	"goniec/reply/reader"
)

// Match says how it was found out which question a text is about. The names are
// stable: reports and the API show them.
type Match string

// How a text was matched. docs/replies.md lists what each does.
const (
	MatchOne        Match = "one_open"        // one question was open
	MatchNamed      Match = "named"           // of several the text names one
	MatchChosen     Match = "chosen"          // the patient said which, when asked back
	MatchAll        Match = "all_chosen"      // the patient said all of them
	MatchChanged    Match = "changed"         // the patient thought better of it
	MatchRepeated   Match = "repeated"        // it says what has been said
	MatchSeveral    Match = "several_open"    // nobody can tell which is meant
	MatchNotChosen  Match = "not_chosen"      // asked back which, the patient did not say
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
)

// situation is what is known when a text comes in.
type situation struct {
	now      time.Time
	text     string
	complete bool
	asked    []posed // the questions it may be about, the newest last
	which    *which  // it was asked back which of them is meant
}

// posed is a question with the text that asked it; empty once it has been removed.
type posed struct {
	Question
	text string
}

// decision is what is to be done about a text.
type decision struct {
	match   Match
	reading reader.Reading
	apply   []applied // clear answers to questions
	unclear []string  // ids of questions that have an answer nobody can read
	which   *which    // ask back which is meant
	back    TextKind  // what to answer; empty: nothing
	subject *Question // what back is about; nil: none
	person  bool      // a person has to look at it
	noted   bool      // nobody has to look at it
}

// applied is a clear answer to a question.
type applied struct {
	id     string
	answer Answer
}

// matcher decides. It is pure: the same situation always gets the same decision.
type matcher struct{ reader *reader.Reader }

// decide finds out what a text is about and what is to be done.
func (m matcher) decide(s situation) decision {
	open, answered, closed, late := s.sort()
	general := m.reader.Read(s.text, reader.Question{Kind: reader.YesNo, Language: s.language()})
	if !s.complete {
		return decision{match: MatchIncomplete, reading: general, unclear: idsOf(open), person: true}
	}
	if d, ok := special(general); ok {
		return d
	}
	if pending := s.pending(); pending != nil {
		return m.chosen(s, pending, general)
	}
	switch {
	case len(open) == 1:
		return m.one(s, open[0])
	case len(open) > 1:
		return m.several(s, open)
	case len(answered) == 1:
		return m.again(s, answered[0])
	case len(answered) > 1:
		return m.severalAgain(s, answered, general)
	case len(closed) > 0:
		return m.after(s, closed[len(closed)-1])
	case len(late) > 0:
		return m.late(s, late[len(late)-1])
	default:
		return nothingAsked(general)
	}
}

// sort tells the questions apart: those that wait for an answer, those whose answer
// may be changed, those whose may not any more, and those whose time was over without.
func (s situation) sort() (open, answered, closed, late []posed) {
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

// language returns that of the newest question; empty if there is none.
func (s situation) language() string {
	if len(s.asked) == 0 {
		return ""
	}
	return s.asked[len(s.asked)-1].Language
}

// special deals with what does not depend on what was asked.
func special(r reader.Reading) (decision, bool) {
	switch {
	case r.Has(reader.Automatic):
		return decision{match: MatchAutomatic, reading: r, noted: true}, true
	case r.Has(reader.Stop):
		return decision{match: MatchStop, reading: r, back: TextStopped, person: true}, true
	case r.Has(reader.Start):
		return decision{match: MatchStart, reading: r, back: TextStarted, noted: true}, true
	default:
		return decision{}, false
	}
}

// read reads the text as an answer to q.
func (m matcher) read(s situation, q posed) reader.Reading {
	return m.reader.Read(s.text, q.forReader(q.text))
}

// one deals with a text while one question is open.
func (m matcher) one(s situation, q posed) decision {
	r := m.read(s, q)
	if d, ok := special(r); ok {
		return d
	}
	if r.Value != reader.Unclear {
		return applying(MatchOne, r, s.now, q)
	}
	return notRead(MatchOne, r, []posed{q})
}

// applying takes a clear answer to q.
func applying(match Match, r reader.Reading, now time.Time, q posed) decision {
	d := decision{
		match: match, reading: r, apply: []applied{{q.ID, answerOf(r, match, now)}}, subject: &q.Question,
		back: thanksFor(r.Value), noted: true,
	}
	if r.Has(reader.Late) || r.Has(reader.QuestionBack) {
		d.noted, d.person = false, true
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

// notRead deals with an answer that cannot be read: the patient is asked again,
// once, unless the text wants something that only a person can give.
func notRead(match Match, r reader.Reading, open []posed) decision {
	d := decision{match: match, reading: r, unclear: idsOf(open), subject: &open[len(open)-1].Question}
	switch {
	case r.Has(reader.WrongPerson), r.Has(reader.Deceased), r.Has(reader.Hostile):
		d.person = true // and no word from a machine
	case r.Has(reader.Reschedule):
		d.person, d.back = true, TextMoved
	case r.Has(reader.QuestionBack), r.Has(reader.Late):
		d.person, d.back = true, TextPerson
	case slices.ContainsFunc(open, func(q posed) bool { return q.AskedAgain }):
		d.person, d.back = true, TextPerson
	default:
		d.back = TextUnclear
		if kind := open[0].Kind; len(open) == 1 && (kind == reader.Choice || kind == reader.Number) {
			d.back = TextUnclearOf
		}
	}
	return d
}

// several deals with a text while several questions are open.
func (m matcher) several(s situation, open []posed) decision {
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
		return applying(MatchNamed, readings[i], s.now, open[i])
	case len(clear) == len(open) && agree(readings):
		return askBack(MatchSeveral, readings[0], open, s.now)
	default:
		return notRead(MatchSeveral, readings[len(readings)-1], open)
	}
}

// named reports whether a text that only reading i understands names that question:
// what the others do not know are words that only its text has.
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
func askBack(match Match, r reader.Reading, among []posed, now time.Time) decision {
	w := &which{Value: r.Value, Language: r.Language, At: now}
	for _, q := range among[max(0, len(among)-maxLabels+1):] {
		w.IDs = append(w.IDs, q.ID)
	}
	return decision{match: match, reading: r, which: w, back: TextWhich, subject: &among[len(among)-1].Question}
}

// again deals with a text while the only question is answered and may be changed.
func (m matcher) again(s situation, q posed) decision {
	r := m.read(s, q)
	return changing(MatchChanged, r, s.now, q)
}

// changing deals with an answer to a question that has one.
func changing(match Match, r reader.Reading, now time.Time, q posed) decision {
	answer := answerOf(r, match, now)
	switch {
	case courtesy(r):
		return decision{match: MatchCourtesy, reading: r, noted: true}
	case r.Value == reader.Unclear && r.Has(reader.Reschedule):
		return decision{match: match, reading: r, unclear: []string{q.ID}, person: true, back: TextMoved, subject: &q.Question}
	case r.Value == reader.Unclear:
		return decision{match: match, reading: r, unclear: []string{q.ID}, person: true, subject: &q.Question}
	case q.Answer.same(answer):
		return decision{match: MatchRepeated, reading: r, noted: !r.Has(reader.Late), person: r.Has(reader.Late)}
	case len(q.Before) >= changesKept-1:
		return decision{match: MatchWavering, reading: r, unclear: []string{q.ID}, person: true, back: TextPerson, subject: &q.Question}
	default:
		return applying(match, r, now, q)
	}
}

// courtesy reports whether a text says thank you and nothing else.
func courtesy(r reader.Reading) bool {
	return r.Value == reader.Unclear && slices.Equal(r.Intents, []reader.Intent{reader.Thanks})
}

// severalAgain deals with a text while several questions are answered and may be changed.
func (m matcher) severalAgain(s situation, answered []posed, general reader.Reading) decision {
	if courtesy(general) {
		return decision{match: MatchCourtesy, reading: general, noted: true}
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
		return decision{match: MatchRepeated, reading: readings[0], noted: true}
	case len(clear) == 1 && named(readings, clear[0]):
		return changing(MatchChanged, readings[clear[0]], s.now, answered[clear[0]])
	case len(clear) == len(answered) && agree(readings):
		return askBack(MatchSeveral, readings[0], answered, s.now)
	default:
		return decision{match: MatchSeveral, reading: general, unclear: idsOf(answered), person: true, back: TextPerson, subject: &answered[len(answered)-1].Question}
	}
}

// after deals with a text behind the time until which an answer may be changed.
func (m matcher) after(s situation, q posed) decision {
	r := m.read(s, q)
	switch {
	case courtesy(r):
		return decision{match: MatchCourtesy, reading: r, noted: true}
	case r.Value != reader.Unclear && q.Answer.same(answerOf(r, "", s.now)):
		return decision{match: MatchRepeated, reading: r, noted: !r.Has(reader.Late), person: r.Has(reader.Late)}
	default:
		return decision{match: MatchAfter, reading: r, person: true, back: TextLate, subject: &q.Question}
	}
}

// late deals with a text about a question whose time was over without an answer.
func (m matcher) late(s situation, q posed) decision {
	r := m.read(s, q)
	if courtesy(r) {
		return decision{match: MatchCourtesy, reading: r, noted: true}
	}
	return decision{match: MatchLate, reading: r, person: true, back: TextLate, subject: &q.Question}
}

// nothingAsked deals with a text from a number that was asked nothing.
func nothingAsked(r reader.Reading) decision {
	if courtesy(r) {
		return decision{match: MatchCourtesy, reading: r, noted: true}
	}
	d := decision{match: MatchNone, reading: r, person: true}
	if !r.Has(reader.Deceased) && !r.Has(reader.Hostile) && !r.Has(reader.WrongPerson) {
		d.back = TextUnknown
	}
	return d
}

func idsOf(all []posed) []string {
	ids := make([]string, len(all))
	for i, q := range all {
		ids[i] = q.ID
	}
	return ids
}
