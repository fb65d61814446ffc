package reader

import (
	"testing"
)

// TestIdioms reads every phrase of the folder idioms: one that says yes or no by itself, one
// that says nothing beside a yes, and one that makes a yes unclear behind it.
func TestIdioms(t *testing.T) {
	t.Parallel()
	r, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	yes := map[string]string{"pl": "tak", "en": "yes", "es": "sí", "uk": "так"}
	count := 0
	for language, word := range yes {
		question := Question{Kind: YesNo, Language: language}
		for _, i := range withIdioms(table{language: language}).idioms {
			for _, phrase := range phrases(i.phrases) {
				count++
				reply, want := phrase, Yes
				switch i.role {
				case roleYes, roleWill:
				case roleNo, roleCant, roleUndo:
					want = No
				case roleFill, roleInert, roleThanks, roleGreeting:
					reply = word + ", " + phrase
				case roleHedge, roleMove, roleBut, roleElse, roleOther:
					reply, want = word+", "+phrase, Unclear
				default:
					continue // says something only together with other words
				}
				if got := r.Read(reply, question); got.Value != want {
					t.Errorf("%s: %q read as %s by %s, want %s", language, reply, got.Value, got.Rule, want)
				}
			}
		}
	}
	if count < 4000 {
		t.Errorf("%d phrases, want the thousands that there are", count)
	}
}
