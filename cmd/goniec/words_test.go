package main

import (
	"os"
	"path/filepath"
	"testing"

	"goniec/api/client"
	"goniec/configs"
)

// The line has the words that were decided alike often enough, and the configuration takes it.
func TestWordsLine(t *testing.T) {
	t.Parallel()
	line := wordsLine([]client.Word{
		{Word: "gitara", Language: "pl", Yes: 42, Decides: 40},
		{Word: "bomba", Language: "pl", Yes: 3, Decides: 3},
		{Word: "klops", Language: "pl", No: 5, Decides: 4},
		{Word: "kwiatki", Language: "pl", Yes: 4, No: 2, Beside: 6},
		{Word: "raz", Language: "pl", Yes: 2, Decides: 2},            // too few
		{Word: "lipa", Language: "pl", Yes: 5, No: 1, Decides: 6},    // not alike
		{Word: "dom", Language: "pl", Yes: 5, Decides: 3, Beside: 2}, // now the answer, now beside it
		{Word: "przyjde", Language: "pl", No: 9, Decides: 9},         // says yes already
		{Word: "guay", Language: "es", Yes: 3, Decides: 3},
		{Word: "cool", Language: "xx", Yes: 3, Decides: 3},
	}, defaultLeast)
	want := `replies: {words: {pl: {yes: ["bomba", "gitara"], no: ["klops"], ignore: ["kwiatki"]}, es: {yes: ["guay"]}}}`
	if line != want {
		t.Errorf("line is\n%s, want\n%s", line, want)
	}
	path := filepath.Join(t.TempDir(), "goniec.yaml")
	if err := os.WriteFile(path, []byte(line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	config, err := configs.Load(path)
	if err != nil || len(config.Replies.Words.PL.Yes) != 2 || config.Replies.Words.ES.Yes[0] != "guay" {
		t.Errorf("configuration has %+v, %v", config.Replies.Words, err)
	}
	if line := wordsLine(nil, defaultLeast); line != "" {
		t.Errorf("line without words is %q", line)
	}
}
