package reader_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"goniec/reply/reader"
)

// answers gives the replies of the corpus to questions of yes or no that are labelled so.
func answers(t *testing.T, value string) []labelled {
	t.Helper()
	var out []labelled
	for _, l := range sampled(t) {
		if l.question.Kind == reader.YesNo && !l.question.Digits && l.value == value {
			out = append(out, l)
		}
	}
	return out
}

// sampled gives every third reply of the corpus, all of them where GONIEC_SOAK is set.
func sampled(t *testing.T) []labelled {
	t.Helper()
	all := readCorpus(t, corpusFiles...)
	if os.Getenv("GONIEC_SOAK") != "" {
		return all
	}
	return slices.DeleteFunc(all, func(l labelled) bool { return l.line%3 != 0 })
}

// TestContradictions puts a yes and a no into one reply, in both orders and with what
// parts sentences between them: nobody can tell which one counts.
func TestContradictions(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	yes, no := answers(t, "yes"), answers(t, "no")
	random := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		a, b := yes[random.IntN(len(yes))], no[random.IntN(len(no))]
		if a.asked != b.asked || a.note == "neg_cancel" || a.file != corpusFiles[0] && (r.Read(a.reply, a.question).Value != reader.Yes || r.Read(b.reply, b.question).Value != reader.No) {
			continue
		}
		if random.IntN(2) == 0 {
			a, b = b, a
		}
		reply := a.reply + []string{". ", ", ", "\n", "! "}[random.IntN(4)] + b.reply
		if got := r.Read(reply, a.question); got.Value != reader.Unclear {
			t.Errorf("%s: %q read as %s by %s", a.asked, reply, got.Value, got.Rule)
		}
	}
}

// TestSlipsNeverFlip mistypes every clear answer in every way that fingers slip (in a fifth of
// them, unless GONIEC_SOAK is set): it
// may become unclear, but no yes a no, and no no a yes. Left out are replies that are
// mistyped already, and those with "can't": without its t nobody can tell.
func TestSlipsNeverFlip(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	for value, opposite := range map[string]reader.Value{"yes": reader.No, "no": reader.Yes} {
		for _, l := range answers(t, value) {
			if r.Read(l.reply, l.question).Confidence != reader.High || strings.Contains(strings.ToLower(l.reply), "can") {
				continue
			}
			for i, reply := range slips(l.reply) {
				if i%5 != l.line%5 && os.Getenv("GONIEC_SOAK") == "" {
					continue
				}
				if got := r.Read(reply, l.question); got.Value == opposite {
					t.Errorf("%s: %q, mistyped %q, read as %s by %s", l.asked, l.reply, reply, got.Value, got.Rule)
				}
			}
		}
	}
}

// slips lists a text with each letter left out, doubled, hit beside, and swapped with the next.
func slips(text string) []string {
	letters := []rune(text)
	var out []string
	with := func(i int, instead ...rune) {
		out = append(out, string(letters[:i])+string(instead)+string(letters[i+1:]))
	}
	const beside = "qwertyuiop"
	for i, letter := range letters {
		with(i)
		with(i, letter, letter)
		if at := strings.IndexRune(beside, letter); at > 0 {
			with(i, rune(beside[at-1]))
			with(i, letter, rune(beside[(at+1)%len(beside)]))
		}
		if i+1 < len(letters) {
			out = append(out, string(letters[:i])+string(letters[i+1])+string(letter)+string(letters[i+2:]))
		}
	}
	return out
}

// TestCourtesyNeverFlips wraps every reply in greetings and a signature.
func TestCourtesyNeverFlips(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	for _, l := range sampled(t) {
		if l.question.Kind != reader.YesNo {
			continue
		}
		bare := r.Read(l.reply, l.question)
		for _, reply := range []string{"Dzień dobry. " + l.reply, l.reply + "\nPozdrawiam\nAnna Nowak", "Szanowni Państwo, " + l.reply + ". Z poważaniem, Jan Kowalski"} {
			got := r.Read(reply, l.question)
			if got.Value != bare.Value && got.Value != reader.Unclear && l.question.Language == "pl" && l.language == "pl" {
				t.Errorf("%q read as %s, %q as %s by %s", l.reply, bare.Value, reply, got.Value, got.Rule)
			}
		}
	}
}

// doubted puts a doubt, a condition and another time before and behind a reply, in its language.
func doubted(l labelled) []string {
	switch l.language {
	case "pl":
		return []string{"chyba " + l.reply, l.reply + " ale nie wiem", "Nie jestem pewna. " + l.reply, l.reply + ", jeśli zdążę", l.reply + ". Może", l.reply + ", ale o 17:45", l.reply + " na 90%"}
	case "en":
		return []string{"maybe " + l.reply, l.reply + " but I don't know", "I'm not sure. " + l.reply, l.reply + ", if I can", l.reply + ". Perhaps", l.reply + ", but at 17:45"}
	case "es":
		return []string{"quizás " + l.reply, l.reply + " pero no sé", "No estoy seguro. " + l.reply, l.reply + ", si puedo", l.reply + ". Tal vez", l.reply + ", pero a las 17:45"}
	case "uk":
		return []string{"мабуть " + l.reply, l.reply + " але не знаю", l.reply + ", якщо встигну", l.reply + ". Можливо", l.reply + ", але о 17:45"}
	}
	return nil
}

// TestDoubtOutweighs puts doubt before and behind every clear answer.
func TestDoubtOutweighs(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	for _, value := range []string{"yes", "no"} {
		for _, l := range answers(t, value) {
			for _, reply := range doubted(l) {
				if got := r.Read(reply, l.question); got.Value != reader.Unclear {
					t.Errorf("%s: %q read as %s by %s", l.asked, reply, got.Value, got.Rule)
				}
			}
		}
	}
}
