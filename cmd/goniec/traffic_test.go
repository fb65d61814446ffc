package main

import (
	"testing"

	"goniec/catalogue"
	"goniec/reply"
	"goniec/reply/reader"
)

func TestWhyWaitingHasWords(t *testing.T) {
	t.Parallel()
	for _, match := range []reply.Match{
		reply.MatchOne, reply.MatchNamed, reply.MatchChosen, reply.MatchAll, reply.MatchChanged, reply.MatchRepeated, reply.MatchSeveral,
		reply.MatchNotChosen, reply.MatchAfter, reply.MatchWavering, reply.MatchLate, reply.MatchNone, reply.MatchIncomplete, reply.MatchCourtesy,
		reply.MatchAutomatic, reply.MatchStop, reply.MatchStart, reply.MatchNotText, reply.MatchSender,
	} {
		if key := whyWaiting(match, nil); !catalogue.Has(key) {
			t.Errorf("%s has no words: %q", match, key)
		}
		for _, intent := range []reader.Intent{
			reader.Reschedule, reader.Late, reader.Stop, reader.Start, reader.WrongPerson, reader.Deceased, reader.Hostile, reader.Automatic,
			reader.QuestionBack, reader.Thanks,
		} {
			if key := whyWaiting(match, []reader.Intent{intent}); !catalogue.Has(key) {
				t.Errorf("%s with %s has no words: %q", match, intent, key)
			}
		}
	}
	if got := whyWaiting(reply.MatchOne, []reader.Intent{reader.Late, reader.WrongPerson}); got != "says.wrong_person" {
		t.Errorf("the weightier of two is %q", got)
	}
}

func TestAnswersHaveWords(t *testing.T) {
	t.Parallel()
	for _, value := range []reader.Value{reader.Yes, reader.No, reader.Unclear, reader.Chosen, reader.Counted, reader.Written} {
		if key := catalogue.Key("answer." + value); !catalogue.Has(key) {
			t.Errorf("%s has no words", key)
		}
	}
}
