package reader

import (
	"slices"
	"testing"
)

// Words that no table has are found, without names and numbers, and what is left of the
// reply tells whether the words decide or stand beside an answer.
func TestUnknownWords(t *testing.T) {
	t.Parallel()
	r, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		text   string
		words  []string
		value  Value
		silent bool
	}{
		{"Gitara", []string{"gitara"}, Unclear, true},
		{"gitara, dziękuję", []string{"gitara"}, Unclear, true},
		{"tak kwiatki", []string{"kwiatki"}, Yes, false},
		{"Kwiatki tak, kwiatki", []string{"kwiatki"}, Yes, false},
		{"gitara mój Brzęczyszczkiewicz", []string{"gitara"}, Unclear, true},
		{"gitara PIERDZIOCH", []string{"gitara"}, Unclear, false},
		{"gitara qx7 zz8812 Xq2y", []string{"gitara"}, Unclear, false},
		{"Tak, dziękuję", nil, Yes, false},
		{"", nil, Unclear, true},
	} {
		words, rest := r.Unknown(tt.text, Question{Kind: YesNo, Language: "pl", Text: "Wizyta jutro o 10:00. Odpisz TAK lub NIE."})
		if !slices.Equal(words, tt.words) || rest.Value != tt.value || rest.Silent() != tt.silent {
			t.Errorf("%q: words %q, rest %s by %s", tt.text, words, rest.Value, rest.Rule)
		}
	}
	if words, _ := r.Unknown("perfect", Question{Kind: YesNo, Language: "pl"}); !slices.Equal(words, []string{"perfect"}) {
		t.Errorf("a word of another language to a Polish question: %q", words)
	}
}
