package reply

import (
	"slices"

	"goniec/reply/reader"
)

// Reason says why a person has to look at a text or a conversation. The words for people
// are "waits.<Reason>" of the catalogue.
type Reason string

// The reasons.
const (
	ReasonDeceased     Reason = "deceased"      // the patient has died
	ReasonWrongPerson  Reason = "wrong_person"  // the number belongs to another person
	ReasonHostile      Reason = "hostile"       // the text is angry
	ReasonStop         Reason = "stop"          // wants no more texts
	ReasonReschedule   Reason = "reschedule"    // wants another time
	ReasonLate         Reason = "late"          // comes late
	ReasonQuestionBack Reason = "question_back" // asks something
	ReasonUnclear      Reason = "unclear"       // the answer cannot be read
	ReasonSeveralOpen  Reason = "several_open"  // it is not known which question is meant
	ReasonTooLate      Reason = "too_late"      // the time to answer, or to change the answer, is over
	ReasonWavering     Reason = "wavering"      // the answer was changed too often
	ReasonNothingAsked Reason = "nothing_asked" // no question was open
	ReasonIncomplete   Reason = "incomplete"    // parts of the text are missing
	ReasonNotText      Reason = "not_text"      // data
)

// Reasons lists every reason.
func Reasons() []Reason {
	return []Reason{
		ReasonDeceased, ReasonWrongPerson, ReasonHostile, ReasonStop, ReasonReschedule, ReasonLate, ReasonQuestionBack, ReasonUnclear,
		ReasonSeveralOpen, ReasonTooLate, ReasonWavering, ReasonNothingAsked, ReasonIncomplete, ReasonNotText,
	}
}

// reasonFor returns why a person has to look at a text: what the text says besides an
// answer, else how the text was matched with questions.
func reasonFor(match Match, says []reader.Intent) Reason {
	for _, intent := range []reader.Intent{
		reader.Deceased, reader.WrongPerson, reader.Hostile, reader.Stop, reader.Reschedule, reader.Late, reader.QuestionBack,
	} {
		if slices.Contains(says, intent) {
			return Reason(intent)
		}
	}
	switch match {
	case MatchSeveral, MatchNotChosen:
		return ReasonSeveralOpen
	case MatchLate, MatchAfter:
		return ReasonTooLate
	case MatchStop, MatchWavering, MatchNone, MatchIncomplete, MatchNotText:
		return Reason(match)
	default:
		return ReasonUnclear
	}
}

// Decided reports whether the text is a clear answer to the first of Questions.
func (h *Heard) Decided() bool { return len(h.Questions) > 0 && !h.Undecided }

// Reason returns why a person has to look at the text; empty: no person has to.
func (h *Heard) Reason() Reason {
	if !h.NeedsStaff {
		return ""
	}
	return reasonFor(h.Match, h.Intents)
}
