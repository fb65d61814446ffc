package reply

import (
	"slices"
	"testing"

	"goniec/number"
	"goniec/pdu"
	"goniec/reply/reader"
)

// TestReasons: whatever a text says, and however it was matched, there is a reason.
func TestReasons(t *testing.T) {
	t.Parallel()
	matches := []Match{
		MatchOne, MatchNamed, MatchChosen, MatchAll, MatchChanged, MatchRepeated, MatchSeveral, MatchNotChosen, MatchAfter, MatchWavering,
		MatchLate, MatchNone, MatchIncomplete, MatchCourtesy, MatchAutomatic, MatchStop, MatchStart, MatchNotText, MatchSender,
	}
	intents := []reader.Intent{
		"", reader.Reschedule, reader.Late, reader.Stop, reader.Start, reader.WrongPerson, reader.Deceased, reader.Hostile, reader.Automatic,
		reader.QuestionBack, reader.Thanks,
	}
	for _, match := range matches {
		for _, intent := range intents {
			if got := reasonFor(match, []reader.Intent{intent}); !slices.Contains(Reasons(), got) {
				t.Errorf("%s with %q gives %q", match, intent, got)
			}
		}
	}
	if got := reasonFor(MatchOne, []reader.Intent{reader.Late, reader.WrongPerson}); got != ReasonWrongPerson {
		t.Errorf("the weightier of two is %q", got)
	}
}

// TestReasonOfFormerVersions reads a conversation that was stored with a match.
func TestReasonOfFormerVersions(t *testing.T) {
	t.Parallel()
	of := number.Encode(pdu.Address{Number: "48600100200", Type: pdu.TypeInternational, Plan: pdu.PlanISDN})
	for match, want := range map[Match]Reason{MatchOne: ReasonUnclear, MatchLate: ReasonTooLate, MatchStop: ReasonStop} {
		got, err := decodeConversation("t1", []byte(`{"st":"waiting","why":"`+string(match)+`","of":"`+of+`"}`))
		if err != nil || got.Reason != want {
			t.Errorf("%s: %q, %v, want %q", match, got.Reason, err, want)
		}
	}
}
