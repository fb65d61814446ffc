package rest

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"goniec/catalogue"
)

func TestRendersWithoutLeftovers(t *testing.T) {
	t.Parallel()
	p := NewProblem(CodeBodyTooLarge, 1024)
	if got := p.render(catalogue.English, "id").Detail; strings.Contains(got, "%") || !strings.Contains(got, "1024 KiB") {
		t.Errorf("detail %q", got)
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
