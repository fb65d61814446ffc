package app

import (
	"strings"
	"testing"

	"goniec/configs"
	"goniec/pdu"
	"goniec/reply"
)

// The texts that go back are the clinic's own, else the built-in ones with the phone
// of reception where that helps, and none of a kind that is not wanted.
func TestTextsOf(t *testing.T) {
	t.Parallel()
	c := configs.Default().Replies
	c.Send = []string{"unclear", "late", "stopped"}
	c.Phone = "+48221234567"
	c.Texts.PL.Unclear = "Co?"
	text := replyTexts(c)
	for _, want := range []struct {
		language string
		kind     reply.TextKind
		text     string
	}{
		{"pl", reply.TextUnclear, "Co?"},
		{"en", reply.TextUnclear, "We did not understand. Please answer with one word: YES or NO."},
		{"en", reply.TextLate, "It is too late for this answer, we have changed nothing. Please call reception. Tel. {phone}"},
		{"en", reply.TextStopped, "You will get no more of these messages. To get them again, answer START."},
		{"pl", reply.TextThanksYes, ""},
		{"uk", reply.TextUnclear, ""}, // of the clinic's language then
		{"es", reply.TextEvery, "todas"},
	} {
		if got := text(want.language, want.kind); got != want.text {
			t.Errorf("%s in %s is %q, want %q", want.kind, want.language, got, want.text)
		}
	}
}

// Every kind of text is one that the configuration knows, and has built-in words.
func TestEveryKindOfText(t *testing.T) {
	t.Parallel()
	c := configs.Default().Replies
	c.Send = configs.ReplyKinds()
	text := replyTexts(c)
	known := append(configs.ReplyKinds(), string(reply.TextEvery))
	if len(known) != len(textKinds()) {
		t.Errorf("the configuration knows %d kinds, there are %d", len(known), len(textKinds()))
	}
	for _, kind := range textKinds() {
		for _, language := range []string{"pl", "en", "es"} {
			if text(language, kind) == "" {
				t.Errorf("%s has no words in %s", kind, language)
			}
		}
	}
}

// Every built-in text is one part of GSM 7-bit, with the number of reception and two
// appointments to choose from.
func TestBuiltInTextsAreOnePart(t *testing.T) {
	t.Parallel()
	c := configs.Default().Replies
	c.Send, c.Phone = configs.ReplyKinds(), "+48221234567"
	text := replyTexts(c)
	for _, language := range []string{"pl", "en", "es"} {
		choices := "1 Anna, jutro 10:00\n2 Maria, jutro 10:15\n3 " + text(language, reply.TextEvery)
		for _, kind := range textKinds() {
			words := strings.NewReplacer("{phone}", c.Phone, "{choices}", choices).Replace(text(language, kind))
			composed, err := pdu.Compose(words, pdu.ComposeOptions{Encoding: pdu.ForceGSM7})
			if err != nil || len(composed.Parts) != 1 || composed.Text != words {
				t.Errorf("%s in %s is %d parts, error %v: %q", kind, language, len(composed.Parts), err, words)
			}
		}
	}
}

// textKinds lists every kind of text that goes back by itself.
func textKinds() []reply.TextKind {
	return []reply.TextKind{
		reply.TextThanksYes, reply.TextThanksNo, reply.TextThanks, reply.TextUnclear, reply.TextUnclearOf, reply.TextWhich, reply.TextMoved, reply.TextPerson, reply.TextLate, reply.TextClosed, reply.TextUnknown,
		reply.TextStopped, reply.TextStarted, reply.TextEvery,
	}
}
