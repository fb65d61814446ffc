package reader_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/reply/reader"
)

var update = flag.Bool("update", false, "rewrite the tables of docs/replies.md")

// TestRules reads every rule's example and finds that rule, so that the table people read
// is true.
func TestRules(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	for _, info := range reader.Rules() {
		t.Run(string(info.Rule), func(t *testing.T) {
			t.Parallel()
			example := info.Example
			if example == "" {
				example = strings.Repeat("tak ", reader.MaxLength)
			}
			if got := r.Read(example, info.To); got.Rule != info.Rule {
				t.Errorf("%q was decided by %s", example, got.Rule)
			}
		})
	}
}

// TestRulesAreDocumented compares the table of docs/replies.md with Rules.
func TestRulesAreDocumented(t *testing.T) {
	t.Parallel()
	const begin, end = "<!-- rules -->\n", "<!-- end of rules -->\n"
	path := filepath.Join("..", "..", "docs", "replies.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(page), begin)
	table, tail, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no table between %q and %q", path, begin, end)
	}
	var want strings.Builder
	want.WriteString("| Rule | Decides when | Example |\n| --- | --- | --- |\n")
	for _, info := range reader.Rules() {
		fmt.Fprintf(&want, "| `%s` | %s | %s |\n", info.Rule, info.Meaning, info.Example)
	}
	if *update {
		if err := os.WriteFile(path, []byte(head+begin+want.String()+end+tail), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want.String(), table); diff != "" {
		t.Errorf("go test ./reply/reader -run TestRulesAreDocumented -update rewrites it (-want +got):\n%s", diff)
	}
}

// TestReading looks at what a reading holds besides its value.
func TestReading(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	visit := readQuestions(t)["pl.visit"]
	for _, test := range []struct {
		name, reply string
		question    reader.Question
		want        reader.Reading
	}{
		{
			"plain word", "Tak, dziękuję", visit,
			reader.Reading{Value: reader.Yes, Intents: []reader.Intent{reader.Thanks}, Confidence: reader.High, Rule: "yes.word", Language: "pl"},
		},
		{
			"typing mistake", "potwiedzam", visit,
			reader.Reading{Value: reader.Yes, Confidence: reader.Medium, Rule: "yes.verb", Language: "pl"},
		},
		{
			"other language", "не зможу прийти", visit,
			reader.Reading{Value: reader.No, Confidence: reader.Medium, Rule: "no.negated_verb", Language: "uk"},
		},
		{
			"late by so much", "tak, ale spóźnię się kwadrans", visit,
			reader.Reading{Value: reader.Yes, Intents: []reader.Intent{reader.Late}, LateMinutes: 15, Confidence: reader.High, Rule: "yes.word", Language: "pl"},
		},
		{
			"unclear has low confidence", "raczej tak", visit,
			reader.Reading{Value: reader.Unclear, Confidence: reader.Low, Rule: "unclear.hedged"},
		},
		{
			"a machine gets no other intent", "Wiadomość automatyczna: zadzwonię później, dziękuję", visit,
			reader.Reading{Value: reader.Unclear, Intents: []reader.Intent{reader.Automatic}, Confidence: reader.Low, Rule: "unclear.automatic"},
		},
		{
			"free text is kept as written", " Bardzo MIŁO! \n", reader.Question{Kind: reader.Free},
			reader.Reading{Value: reader.Written, Text: "Bardzo MIŁO!", Confidence: reader.High, Rule: "text"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, r.Read(test.reply, test.question)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", test.reply, diff)
			}
		})
	}
}

// TestQuestionsTimes holds a yes against the times the question names.
func TestQuestionsTimes(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	for _, test := range []struct {
		text, reply string
		want        reader.Value
	}{
		{"Wizyta w piątek o 10:00. TAK lub NIE?", "tak, w piątek", reader.Yes},
		{"Wizyta w piątek o 10:00. TAK lub NIE?", "tak, w czwartek", reader.Unclear},
		{"Wizyta w piątek o 10:00. TAK lub NIE?", "tak, o 10", reader.Yes},
		{"Wizyta w piątek o 10:00. TAK lub NIE?", "tak, o 10:30", reader.Unclear},
		{"Wizyta w piątek o 9:30. TAK lub NIE?", "będę o 9.30", reader.Yes},
		{"Wizyta w piątek o 9:30. TAK lub NIE?", "będę o 9", reader.Unclear},
		{"Czy przyjdzie Pan na wizytę?", "tak, o 10:00", reader.Yes},
		{"Wizyta jutro. TAK lub NIE?", "yes, tomorrow", reader.Yes},
		{"Wizyta jutro. TAK lub NIE?", "yes, on Monday", reader.Unclear},
	} {
		got := r.Read(test.reply, reader.Question{Kind: reader.YesNo, Language: "pl", Text: test.text})
		if got.Value != test.want {
			t.Errorf("%q to %q read as %s by %s, want %s", test.reply, test.text, got.Value, got.Rule, test.want)
		}
	}
}

// TestOptions checks that only the languages asked for are read, and that a wrong code says
// what is right.
func TestOptions(t *testing.T) {
	t.Parallel()
	polish, err := reader.New(reader.Options{Languages: []string{"pl"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := polish.Read("не зможу прийти", reader.Question{Kind: reader.YesNo, Language: "pl"}); got.Value != reader.Unclear {
		t.Errorf("a reader of Polish alone read Ukrainian as %s", got.Value)
	}
	_, err = reader.New(reader.Options{Languages: []string{"pl", "de"}})
	if err == nil || !strings.Contains(err.Error(), `"de"`) || !strings.Contains(err.Error(), "pl, en, es, uk") {
		t.Errorf("error %v does not name the language and the known ones", err)
	}
}

// TestWords reads with further words, in the question's language and out of it.
func TestWords(t *testing.T) {
	t.Parallel()
	words := reader.Words{PL: reader.ForLanguage{
		Yes: []string{"elegancko", "Będziem"}, No: []string{"zbaczam"}, Ignore: []string{"Słoneczna Rodzinka"}, WrongPerson: []string{"tu pizzeria"},
	}}
	r, err := reader.New(reader.Options{Words: words})
	if err != nil {
		t.Fatal(err)
	}
	for reply, want := range map[string]reader.Reading{
		"Elegancko!":                {Value: reader.Yes, Rule: "yes.word"},
		"tak, słoneczna rodzinka":   {Value: reader.Yes, Rule: "yes.word"},
		"zbaczam, dziękuję":         {Value: reader.No, Rule: "no.cancel"},
		"nie zbaczam":               {Value: reader.Unclear, Rule: "unclear.negated_cancel"},
		"Tu pizzeria, proszę pana.": {Value: reader.Unclear, Rule: "unclear.wrong_person"},
	} {
		got := r.Read(reply, reader.Question{Kind: reader.YesNo, Language: "pl"})
		if got.Value != want.Value || got.Rule != want.Rule {
			t.Errorf("%q read as %s by %s, want %s by %s", reply, got.Value, got.Rule, want.Value, want.Rule)
		}
		plain := newReader(t).Read(reply, reader.Question{Kind: reader.YesNo, Language: "pl"})
		if plain.Value != reader.Unclear {
			t.Errorf("%q is read as %s without the further words: the test shows nothing", reply, plain.Value)
		}
	}
}

// TestWordsValidate names every word that cannot be taken, and why.
func TestWordsValidate(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 61)
	err := reader.Words{
		PL: reader.ForLanguage{
			Yes:    []string{"nara", "NIE", "opcja 2", "spoczko"},
			No:     []string{"Nará", "przyjdę", "", long, "raczej"},
			Ignore: []string{"nie", "przychodnia"},
		},
		ES: reader.ForLanguage{Stop: []string{"basta"}, Late: []string{"basta", "BAJA"}},
	}.Validate()
	var got []string
	for _, problem := range unwrap(err) {
		var wrong *reader.WordError
		if !errors.As(problem, &wrong) {
			t.Fatalf("%v is no WordError", problem)
		}
		if strings.Contains(wrong.Error(), "%!") || !strings.Contains(wrong.Error(), wrong.Key()) {
			t.Errorf("message %q does not name the key", wrong.Error())
		}
		got = append(got, fmt.Sprintf("%s %s %s", wrong.Key(), wrong.Reason, wrong.Other))
	}
	want := []string{
		"pl.yes[1] contradicts_built_in no",
		"pl.yes[2] number ",
		"pl.no[0] contradicts pl.yes",
		"pl.no[1] contradicts_built_in yes",
		"pl.no[2] empty ",
		"pl.no[3] too_long ",
		"pl.no[4] contradicts_built_in doubt",
		"pl.ignore[0] contradicts pl.yes",
		"es.late[1] contradicts_built_in stop",
		"es.stop[0] contradicts es.late",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if _, err := reader.New(reader.Options{Words: reader.Words{PL: reader.ForLanguage{No: []string{"tak"}}}}); err == nil {
		t.Error("a reader was made in which tak means no")
	}
}

func unwrap(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// TestConcurrentReads reads the corpus from several goroutines: a reader has no state.
func TestConcurrentReads(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	corpus := readCorpus(t, corpusFiles[0])
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for _, l := range corpus {
				if first, second := r.Read(l.reply, l.question), r.Read(l.reply, l.question); cmp.Diff(first, second) != "" {
					t.Errorf("%q was read in two ways", l.reply)
				}
			}
		})
	}
	group.Wait()
}

// TestLongestReplies bounds the time of the worst replies that are read at all.
func TestLongestReplies(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	for _, piece := range []string{"tak ", "a", "nie, ", "ab ", "\ufffd\ufffd\ufffd\ufffd ", "1:1 ", "👍", "?", "nie wiem czy ", "Tak\n"} {
		text := strings.Repeat(piece, reader.MaxLength/len([]rune(piece)))
		started := time.Now()
		r.Read(text, reader.Question{Kind: reader.YesNo, Language: "pl", Text: text})
		if took := time.Since(started); took > 5*time.Second {
			t.Errorf("%q repeated took %v", piece, took)
		}
	}
}

// FuzzRead reads anything: it must not panic, must be the same twice, and must hold
// together.
func FuzzRead(f *testing.F) {
	for _, l := range readCorpus(f, corpusFiles[0]) {
		if l.line%40 == 0 {
			f.Add(l.reply, l.question.Text, l.question.Language, uint8(l.line))
		}
	}
	r := newReader(f)
	kinds := []reader.Kind{reader.YesNo, reader.Choice, reader.Number, reader.Free, ""}
	f.Fuzz(func(t *testing.T, reply, text, language string, n uint8) {
		question := reader.Question{
			Kind: kinds[int(n)%len(kinds)], Language: language, Text: text, Digits: n%2 == 0,
			Labels: strings.SplitN(text, " ", 9), Min: int(n % 7), Max: int(n),
		}
		got := r.Read(reply, question)
		if diff := cmp.Diff(got, r.Read(reply, question)); diff != "" {
			t.Errorf("read in two ways:\n%s", diff)
		}
		if clear := got.Value != reader.Unclear; clear == strings.HasPrefix(string(got.Rule), "unclear.") || clear == (got.Confidence == reader.Low) {
			t.Errorf("%+v does not hold together", got)
		}
		if got.Value == reader.Chosen && (got.Choice < 1 || got.Choice > len(question.Labels)) {
			t.Errorf("choice %d of %d", got.Choice, len(question.Labels))
		}
		if got.Value == reader.Counted && (got.Number < question.Min || got.Number > question.Max) {
			t.Errorf("number %d of %d to %d", got.Number, question.Min, question.Max)
		}
	})
}

// BenchmarkRead reads the corpus round and round; the time is that of one reply.
func BenchmarkRead(b *testing.B) {
	r := newReader(b)
	corpus := readCorpus(b, corpusFiles[0])
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		l := corpus[i%len(corpus)]
		r.Read(l.reply, l.question)
	}
}
