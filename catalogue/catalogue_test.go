package catalogue

import (
	"regexp"
	"slices"
	"strconv"
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
	seen := map[Key]bool{}
	for _, table := range tables() {
		for key, entry := range table {
			if seen[key] {
				t.Errorf("%s stands in two tables", key)
			}
			seen[key] = true
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
