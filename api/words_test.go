package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"goniec/catalogue"
	"goniec/number"
	"goniec/queue"
)

// TestEveryCodeHasWords holds the codes against the catalogue; that each text is
// there in every language is a test of the catalogue.
func TestEveryCodeHasWords(t *testing.T) {
	t.Parallel()
	keys := []string{string(catalogue.MessageOther), "warning." + number.WarningFixedLine}
	for code, status := range statuses() {
		keys = append(keys, "problem."+string(code))
		if status < 400 || status > 599 {
			t.Errorf("%s has status %d", code, status)
		}
	}
	for _, code := range fieldCodes() {
		keys = append(keys, "problem."+string(code))
	}
	for _, code := range ModemCodes() {
		keys = append(keys, "modem."+code, "modem."+code+".remedy")
	}
	for _, code := range AlarmCodes() {
		keys = append(keys, "alarm."+code, "alarm."+code+".remedy")
	}
	for _, code := range []string{
		queue.CodeQuietHours, queue.CodeUncertain, queue.CodeDecision, queue.CodeUnknownOutcome, queue.CodeExpired,
		queue.CodeUndelivered, queue.CodeSCExpired, queue.CodeSCAbandoned, queue.CodeSCRetry, queue.CodeSIMGone, queue.CodeRecipientCap, queue.CodeRestored, queue.CodeClock, queue.CodeSuppressed,
		"uncounted", "number_unknown", "number_barred", "rejected", "phone_off", "network", "sender_barred", "no_centre", "no_network", "no_reason",
	} {
		keys = append(keys, "message."+code)
	}
	for _, key := range keys {
		if !catalogue.Has(catalogue.Key(key)) {
			t.Errorf("%s is not in the catalogue", key)
		}
	}
}

func TestRendersWithoutLeftovers(t *testing.T) {
	t.Parallel()
	p := newProblem(CodeBodyTooLarge, 1024)
	if got := p.render(catalogue.English, "id").Detail; strings.Contains(got, "%") || !strings.Contains(got, "1024 KiB") {
		t.Errorf("detail %q", got)
	}
}

func TestIdempotencyKeyForms(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]struct {
		key string
		ok  bool
	}{
		"":                                   {"", false},
		"visit-17":                           {"visit-17", true},
		`"visit-17"`:                         {"visit-17", true},
		`"a \"b\" \\ c"`:                     {`a "b" \ c`, true},
		"8e03978e-40d5-43dd":                 {"8e03978e-40d5-43dd", true},
		`""`:                                 {"", false},
		`"`:                                  {"", false},
		`"open`:                              {"", false},
		"zażółć":                             {"", false},
		"tab\tinside":                        {"", false},
		strings.Repeat("k", 255):             {strings.Repeat("k", 255), true},
		strings.Repeat("k", 256):             {"", false},
		`"` + strings.Repeat("k", 255) + `"`: {strings.Repeat("k", 255), true},
	} {
		key, ok := idempotencyKey(header)
		if ok != want.ok || ok && key != want.key {
			t.Errorf("%q gives %q, %v; want %q, %v", header, key, ok, want.key, want.ok)
		}
	}
}

// sameAsStandard holds decodeLoose against encoding/json, which takes the last of
// names that stand twice as it does.
func sameAsStandard(t *testing.T, body []byte) {
	t.Helper()
	got, _, err := decodeLoose(body)
	if (err == nil) != json.Valid(body) {
		t.Fatalf("error %v", err)
	}
	if err != nil {
		return
	}
	var want any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("decoded otherwise (-standard +ours):\n%s", diff)
	}
}

// FuzzBody puts anything where a body belongs: it never panics, places are
// within the body, and what is let through is what was sent.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"to":"+48600100200","text":"hej"}`, `{"text":"\ud83d\ude00"}`, `{"text":"\ud83d"}`, "{\"text\":\"\xff\"}",
		`{"a":[1,{"b":"\\ud83d"}],"c":"\u0000"}`, `[[[`, `{"a":`, "\xef\xbb\xbf{}", `"\`, `"\u12`, ``, ` `,
		` {"t\u006f" : [ -1.5e3 , true,false ,null,"\n\"", {} , [] ] , "to":2 } `, `-0`, `{"":{"":""}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if tooDeep(body) < 0 && firstInvalid(body) < 0 {
			sameAsStandard(t, body)
		}
		at := firstInvalid(body)
		if at >= len(body) {
			t.Fatalf("place %d of %d", at, len(body))
		}
		if at < 0 && !utf8.Valid(body) {
			t.Fatal("what is not UTF-8 was let through")
		}
		for _, i := range []int{at, 0, len(body) / 2, len(body)} {
			line, column := position(body, max(i, 0))
			if line < 1 || column < 1 {
				t.Fatalf("line %d, column %d", line, column)
			}
			if pointer := pointerAt(body, i); strings.ContainsAny(pointer, "\"{}") {
				t.Fatalf("pointer %q", pointer)
			}
		}
	})
}
