package sealed_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"goniec/store/sealed"
)

func TestKeyText(t *testing.T) {
	t.Parallel()
	k := sealed.NewKey()
	text := k.Text()
	for name, typed := range map[string]string{
		"as written": text,
		"lower case": strings.ToLower(text),
		"no hyphens": strings.ReplaceAll(text, "-", ""),
		"spaces":     " " + strings.ReplaceAll(text, "-", "  ") + "\n",
		"two lines":  text[:30] + "\n" + text[30:],
		"O for 0":    strings.ReplaceAll(text, "0", "O"),
		"l for 1":    strings.ReplaceAll(text, "1", "l"),
	} {
		if got, err := sealed.ParseKey(typed); err != nil || got != k {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestKeyTyped makes every mistake of one letter, and every exchange of neighbours.
func TestKeyTyped(t *testing.T) {
	t.Parallel()
	const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*"
	text := sealed.NewKey().Text()
	for i := range text {
		if text[i] == '-' {
			continue
		}
		for _, c := range []byte(letters) {
			if c != text[i] {
				wantWrong(t, text[:i]+string(c)+text[i+1:], i/6+1)
			}
		}
		if i+1 < len(text) && text[i+1] != '-' && text[i] != text[i+1] {
			wantWrong(t, text[:i]+text[i+1:i+2]+text[i:i+1]+text[i+2:], i/6+1)
		}
	}
	groups := strings.Split(text, "-")
	groups[3], groups[7] = groups[7], groups[3]
	wantWrong(t, strings.Join(groups, "-"), 4, 8)
	var wrong *sealed.KeyTextError
	if _, err := sealed.ParseKey(text[6:]); !errors.As(err, &wrong) || wrong.Count != sealed.Groups-1 {
		t.Errorf("a group is missing: %v", err)
	}
	if _, err := sealed.ParseKey(""); !errors.As(err, &wrong) {
		t.Errorf("nothing: %v", err)
	}
}

func wantWrong(t *testing.T, typed string, groups ...int) {
	t.Helper()
	_, err := sealed.ParseKey(typed)
	var wrong *sealed.KeyTextError
	if !errors.As(err, &wrong) || !slices.Equal(wrong.Groups, groups) {
		t.Errorf("error %v, want groups %v", err, groups)
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add(sealed.Key{}.Text())
	f.Add("goniec")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := sealed.ParseKey(text)
		if err != nil {
			return
		}
		if again, err := sealed.ParseKey(k.Text()); err != nil || again != k {
			t.Errorf("a key that was read cannot be written: %v", err)
		}
	})
}
