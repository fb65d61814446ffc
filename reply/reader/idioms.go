package reader

import (
	"embed"
	"fmt"
	"strings"
)

// idioms are further phrases of each language, in the files of the folder idioms: a line is
// a role and its phrases as in a table, separated by commas; # begins a comment.
//
//go:embed idioms/*.txt
var idioms embed.FS

// idiomRoles are the roles by their names in the files.
func idiomRoles() map[string]role {
	return map[string]role{
		"yes": roleYes, "will": roleWill, "third": roleThird, "no": roleNo, "undo": roleUndo, "cant": roleCant, "third_cant": roleThirdCant,
		"go": roleGo, "nothing": roleFill, "scope": roleScope, "inert": roleInert, "reason": roleReason, "because": roleBecause,
		"hedge": roleHedge, "but": roleBut, "move": roleMove, "ask": roleAsk, "other": roleOther, "late": roleLate,
		"alas": roleAlas, "greeting": roleGreeting, "thanks": roleThanks, "closing": roleClosing, "title": roleTitle, "name": roleName,
		"particle": roleParticle, "wrong": roleWrong,
	}
}

// withIdioms adds the phrases of the language's file to a table. Phrases that the table
// has stay as they are.
func withIdioms(t table) table {
	text, err := idioms.ReadFile("idioms/" + t.language + ".txt")
	if err != nil {
		panic(err) // the file is part of the program
	}
	roles := idiomRoles()
	for number, line := range strings.Split(string(text), "\n") {
		line, _, _ = strings.Cut(line, "#")
		name, list, found := strings.Cut(line, ":")
		if strings.TrimSpace(line) == "" {
			continue
		}
		r, known := roles[strings.TrimSpace(name)]
		if !found || !known {
			panic(fmt.Sprintf("idioms/%s.txt line %d: no role", t.language, number+1))
		}
		t.idioms = append(t.idioms, idiom{r, list})
	}
	return t
}

// idiom is a line of such a file.
type idiom struct {
	role    role
	phrases string
}
