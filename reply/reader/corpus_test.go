package reader_test

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"goniec/reply/reader"
)

// corpusSets says which parts of the corpus TestCorpus reads: those of corpus.tsv, "second"
// of second.tsv and "unread" of unread.tsv. The misses of "unread" are counted, not shown:
// that part measures how the reader does with replies that it was not made for.
var corpusSets = flag.String("corpus", "tune,held,fresh,final,second,unread", "parts of the corpus to read")

// labelled is a line of the corpus: a reply, and what a careful receptionist makes of it.
type labelled struct {
	file                  string
	line                  int
	set, language, asked  string
	note                  string
	question              reader.Question
	reply, value, intents string
	written               string // the reply as the file has it, ends of lines as \n
}

// clear tells whether the receptionist knew the answer.
func (l labelled) clear() bool { return l.value != "unclear" }

// tally counts the readings of one part of the corpus.
type tally struct {
	replies, clear, read      int
	falseYes, falseNo         int
	otherWrong, wrongIntents  int
	missedStops, falseStops   int
	confusion                 map[[2]string]int
	byLanguage, byKind        map[string][2]int // clear, read
	misses, intentDifferences []string
}

// TestCorpus reads every labelled reply. A false cancellation and a false
// confirmation are errors, one of them is too many; so is leaving more than one clear answer
// in twenty to reception.
func TestCorpus(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	corpus := readCorpus(t, corpusFiles...)
	for set := range strings.SplitSeq(*corpusSets, ",") {
		counts := tallyUp(r, corpus, set)
		t.Log(counts.report(set))
		if counts.falseNo > 0 || counts.falseYes > 0 {
			t.Errorf("%s: %d false cancellations, %d false confirmations; none may be", set, counts.falseNo, counts.falseYes)
		}
		if counts.otherWrong > 0 {
			t.Errorf("%s: %d choices or numbers read wrong", set, counts.otherWrong)
		}
		if counts.falseStops > 0 {
			t.Errorf("%s: %d replies taken for STOP", set, counts.falseStops)
		}
		if want := leastRead(set); counts.read*100 < counts.clear*want {
			t.Errorf("%s: %d of %d clear answers read, want %d %%", set, counts.read, counts.clear, want)
		}
	}
}

// leastRead is how many of a hundred clear answers of a part must be read.
func leastRead(set string) int {
	if set == "unread" {
		return 90
	}
	return 95
}

// TestCorpusIsFair checks what the figures rest on: the size, the split by a hash that nobody
// can choose, and that no reply stands twice.
func TestCorpusIsFair(t *testing.T) {
	t.Parallel()
	corpus := readCorpus(t, corpusFiles...)
	seen := map[string]int{}
	count := map[string]int{}
	for _, l := range corpus {
		want := part(l.written)
		if l.file != corpusFiles[0] {
			want = map[string]string{"tune": "second", "held": "unread"}[want]
		}
		if l.set != want && l.set != "fresh" && l.set != "final" {
			t.Errorf("%s line %d: in part %s, its hash says %s", l.file, l.line, l.set, want)
		}
		if first := seen[l.asked+"\t"+l.reply]; first > 0 {
			t.Errorf("%s line %d: stands on line %d already", l.file, l.line, first)
		}
		seen[l.asked+"\t"+l.reply] = l.line
		count[l.set]++
		count[l.language]++
	}
	if len(corpus) < 1000 {
		t.Errorf("%d replies, want at least 1000", len(corpus))
	}
	if apart := count["held"] + count["unread"]; apart*10 < len(corpus)*3 {
		t.Errorf("%d of %d replies held or unread, want about a third", apart, len(corpus))
	}
	if count["pl"]*10 < len(corpus)*5 {
		t.Errorf("%d of %d replies are Polish, want half", count["pl"], len(corpus))
	}
}

// part gives the part of the corpus that a reply belongs to, by its letters and digits alone, so
// that "Tak" and "tak!" stay together.
func part(reply string) string {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) && r < 0x2000 {
			return r
		}
		return -1
	}, strings.ToLower(reply))
	hash := fnv.New32a()
	hash.Write([]byte(cmp.Or(letters, reply)))
	if hash.Sum32()%3 == 0 {
		return "held"
	}
	return "tune"
}

func tallyUp(r *reader.Reader, corpus []labelled, set string) *tally {
	counts := &tally{confusion: map[[2]string]int{}, byLanguage: map[string][2]int{}, byKind: map[string][2]int{}}
	for _, l := range corpus {
		if l.set != set {
			continue
		}
		counts.add(l, r.Read(l.reply, l.question))
	}
	return counts
}

func (c *tally) add(l labelled, got reader.Reading) {
	value := valueOf(got)
	c.replies++
	c.confusion[[2]string{group(l.value), group(value)}]++
	if l.clear() {
		c.clear++
		count(c.byLanguage, l.language, value == l.value)
		count(c.byKind, string(l.question.Kind), value == l.value)
	}
	switch {
	case value == l.value && l.clear():
		c.read++
	case value == l.value:
	case value == "no":
		c.falseNo++
	case value == "yes":
		c.falseYes++
	case value != "unclear":
		c.otherWrong++
	}
	line := fmt.Sprintf("%s:%d %-9s %-26q want %-8s got %-8s by %s %v", l.file, l.line, l.asked, l.reply, l.value, value, got.Rule, got.Intents)
	if value != l.value {
		c.misses = append(c.misses, line)
	}
	c.addIntents(l, got, line)
}

func (c *tally) addIntents(l labelled, got reader.Reading, line string) {
	intents := intentsOf(got)
	wanted, found := strings.Contains(l.intents, "stop"), got.Has(reader.Stop)
	if wanted && !found {
		c.missedStops++
	}
	if found && !wanted {
		c.falseStops++
	}
	if l.intents != "?" && intents != l.intents {
		c.wrongIntents++
		c.intentDifferences = append(c.intentDifferences, fmt.Sprintf("%s; want intents %s, got %s", line, l.intents, intents))
	}
}

func count(counts map[string][2]int, key string, read bool) {
	n := counts[key]
	n[0]++
	if read {
		n[1]++
	}
	counts[key] = n
}

func (c *tally) report(set string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s: %d replies, %d of them clear, %d of those read (%.1f %%); %d false cancellations, %d false confirmations, %d other values wrong\n",
		set, c.replies, c.clear, c.read, percent(c.read, c.clear), c.falseNo, c.falseYes, c.otherWrong)
	fmt.Fprintf(&out, "intents as labelled: %d of %d (%.1f %%); STOP missed %d, wrongly seen %d\n",
		c.replies-c.wrongIntents, c.replies, percent(c.replies-c.wrongIntents, c.replies), c.missedStops, c.falseStops)
	for _, by := range []map[string][2]int{c.byLanguage, c.byKind} {
		for _, key := range slices.Sorted(maps.Keys(by)) {
			fmt.Fprintf(&out, "  %-7s clear %4d, read %4d (%.1f %%)\n", key, by[key][0], by[key][1], percent(by[key][1], by[key][0]))
		}
	}
	values := []string{"yes", "no", "value", "unclear"}
	fmt.Fprintf(&out, "%-14s%8s%8s%8s%8s\n", "is \\ read as", values[0], values[1], values[2], values[3])
	for _, is := range values {
		fmt.Fprintf(&out, "%-14s", is)
		for _, as := range values {
			fmt.Fprintf(&out, "%8d", c.confusion[[2]string{is, as}])
		}
		out.WriteByte('\n')
	}
	if set == "unread" {
		return out.String()
	}
	fmt.Fprintf(&out, "misses:\n%s\n", strings.Join(c.misses, "\n"))
	if testing.Verbose() {
		fmt.Fprintf(&out, "intents other than labelled:\n%s\n", strings.Join(c.intentDifferences, "\n"))
	}
	return out.String()
}

func percent(part, whole int) float64 { return 100 * float64(part) / float64(max(1, whole)) }

// group puts choices, numbers and texts into one column of the confusion table.
func group(value string) string {
	switch value {
	case "yes", "no", "unclear":
		return value
	}
	return "value"
}

func valueOf(r reader.Reading) string {
	switch r.Value {
	case reader.Chosen:
		return strconv.Itoa(r.Choice)
	case reader.Counted:
		return strconv.Itoa(r.Number)
	default:
		return string(r.Value)
	}
}

func intentsOf(r reader.Reading) string {
	var out []string
	for _, intent := range r.Intents {
		name := string(intent)
		if intent == reader.Late && r.LateMinutes > 0 {
			name += ":" + strconv.Itoa(r.LateMinutes)
		}
		out = append(out, name)
	}
	return cmp.Or(strings.Join(out, ","), "-")
}

func newReader(t testing.TB) *reader.Reader {
	t.Helper()
	r, err := reader.New(reader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// corpusFiles hold the corpus. The replies of the last two were written by hand for the
// second version of the reader before that was begun, and parted by a hash: unread.tsv is
// the third that stays unread until the end.
var corpusFiles = []string{"corpus.tsv", "second.tsv", "unread.tsv"}

func readCorpus(t testing.TB, files ...string) []labelled {
	t.Helper()
	questions := readQuestions(t)
	var out []labelled
	for _, file := range files {
		for line, fields := range readTable(t, file, 6) {
			question, known := questions[fields[2]]
			if !known {
				t.Fatalf("%s line %d: question %q is not in questions.tsv", file, line, fields[2])
			}
			out = append(out, labelled{
				file: file, line: line, set: fields[0], language: fields[1], asked: fields[2], question: question,
				reply: strings.ReplaceAll(fields[3], `\n`, "\n"), written: fields[3], value: fields[4], intents: fields[5], note: strings.Join(fields[6:], " "),
			})
		}
	}
	slices.SortFunc(out, func(a, b labelled) int { return cmp.Or(strings.Compare(a.file, b.file), a.line-b.line) })
	return out
}

func readQuestions(t testing.TB) map[string]reader.Question {
	t.Helper()
	out := map[string]reader.Question{}
	for line, fields := range readTable(t, "questions.tsv", 5) {
		kind, rest, _ := strings.Cut(fields[2], " ")
		question := reader.Question{Kind: reader.Kind(kind), Language: fields[1], Text: fields[4], Digits: rest == "digits"}
		if len(fields) > 5 {
			question.About = fields[5]
		}
		if fields[3] != "" {
			question.Labels = strings.Split(fields[3], "|")
		}
		if question.Kind == reader.Number {
			if _, err := fmt.Sscanf(rest, "%d-%d", &question.Min, &question.Max); err != nil {
				t.Fatalf("questions.tsv line %d: %v", line, err)
			}
		}
		out[fields[0]] = question
	}
	return out
}

// readTable gives the rows of a tab-separated file below its heading, by line number.
func readTable(t testing.TB, name string, least int) map[int][]string {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	out := map[int][]string{}
	lines := bufio.NewScanner(file)
	for line := 1; lines.Scan(); line++ {
		if line == 1 || lines.Text() == "" {
			continue
		}
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) < least {
			t.Fatalf("%s line %d: %d columns, want %d", name, line, len(fields), least)
		}
		out[line] = fields
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
