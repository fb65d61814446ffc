package catalogue

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// verbs returns the arguments that a format takes, in the order of their index.
func verbs(format string) []string {
	var found []string
	next := 1
	for _, m := range regexp.MustCompile(`%(?:\[(\d+)\])?[-+# 0]*[\d.]*([a-zA-Z%])`).FindAllStringSubmatch(format, -1) {
		if m[2] == "%" {
			continue
		}
		if m[1] != "" {
			next, _ = strconv.Atoi(m[1])
		}
		found = append(found, strconv.Itoa(next)+m[2])
		next++
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestEveryTextIsThereInEveryLanguage(t *testing.T) {
	t.Parallel()
	for key, entry := range texts() {
		for lang, words := range map[Language]string{Polish: entry.pl, English: entry.en, Spanish: entry.es} {
			if words == "" {
				t.Errorf("%s has no text in %s", key, lang)
			}
			if got, want := verbs(words), verbs(entry.en); !slices.Equal(got, want) {
				t.Errorf("%s in %s takes arguments %v, in English %v", key, lang, got, want)
			}
		}
	}
}

// TestMistakesInATextFile: what a translator may mistype is told with its line.
func TestMistakesInATextFile(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"a.b\n\tpl x\n\nc.d\na.b\n":    "t.txt, line 5: a.b stands in two places",
		"a.b\n\tde x\n":                `t.txt, line 2: "de" is not the tag of a language`,
		"a.b\n\tpl \"x\n":              "t.txt, line 2: invalid syntax",
		"a.b\n\tpl x\n\tpl y\n":        "t.txt, line 3: a.b has two texts in pl",
		"# a comment\n\n\tpl x\n":      "t.txt, line 3: a text without a key",
		"# good\na.b\n\tpl \"x\\n\"\n": "",
	} {
		got := ""
		if err := readTexts("texts/t.txt", content, allTexts{}); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q is told of by %q, want %q", content, got, want)
		}
	}
}

// TestChoicesFitTheirLanguage holds every choice of a word by a number: it names an
// argument that is written as a number, and has as many forms as its language.
func TestChoicesFitTheirLanguage(t *testing.T) {
	t.Parallel()
	seen := 0
	for key, entry := range texts() {
		for _, lang := range []Language{Polish, English, Spanish} {
			words := entry.in(lang)
			for _, m := range choice.FindAllStringSubmatch(words, -1) {
				seen++
				if !slices.Contains(verbs(words), m[1]+"d") {
					t.Errorf("%s in %s chooses by argument %s, which is no number", key, lang, m[1])
				}
				if got, want := strings.Count(m[2], "|")+1, len(pluralForms(lang)); got != want {
					t.Errorf("%s in %s has %d forms in %s, want %d", key, lang, got, m[0], want)
				}
			}
			if rest := choice.ReplaceAllString(words, ""); strings.Contains(rest, "|") || regexp.MustCompile(`\{\d`).MatchString(rest) {
				t.Errorf("%s in %s has a choice that is not read as one: %q", key, lang, rest)
			}
		}
	}
	if seen == 0 {
		t.Error("no text has a choice")
	}
}

func TestInflect(t *testing.T) {
	t.Parallel()
	const pl, en, es = "%d {1:znak|znaki|znaków}", "%d {1:character|characters}", "%d {1:carácter|caracteres}"
	for _, c := range []struct {
		lang Language
		text string
		n    any
		want string
	}{
		{Polish, pl, 0, "0 znaków"},
		{Polish, pl, 1, "1 znak"},
		{Polish, pl, int64(2), "2 znaki"},
		{Polish, pl, 5, "5 znaków"},
		{Polish, pl, 12, "12 znaków"},
		{Polish, pl, 21, "21 znaków"},
		{Polish, pl, uint(22), "22 znaki"},
		{Polish, pl, -1, "-1 znak"},
		{Polish, pl, 112, "112 znaków"},
		{English, en, 0, "0 characters"},
		{English, en, 1, "1 character"},
		{English, en, 21, "21 characters"},
		{Spanish, es, 0, "0 caracteres"},
		{Spanish, es, 1, "1 carácter"},
		{Spanish, es, 1_000_001, "1000001 caracteres"},
	} {
		if got := fmt.Sprintf(inflect(c.lang, c.text, []any{c.n}), c.n); got != c.want {
			t.Errorf("%v in %s is %q, want %q", c.n, c.lang, got, c.want)
		}
	}
	if got := inflect(Polish, "{2:znak|znaki|znaków} {choices}", []any{"x", 3}); got != "znaki {choices}" {
		t.Errorf("the second of two numbers gives %q", got)
	}
}

func TestPattern(t *testing.T) {
	t.Parallel()
	if got, want := Pattern(Polish, "problem.too_long"), "Wartość jest za długa. Może mieć najwyżej … znaków."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for preference, want := range map[string]Language{
		"pl-PL,pl;q=0.9,en;q=0.8": Polish,
		"pl_PL.UTF-8":             Polish,
		"es-MX":                   Spanish,
		"en-GB":                   English,
		"de":                      English,
		"C.UTF-8":                 English,
		"":                        English,
	} {
		if got := Match(preference); got != want {
			t.Errorf("Match(%q) = %s, want %s", preference, got, want)
		}
	}
}
