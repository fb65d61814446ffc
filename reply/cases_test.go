package reply_test

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goniec/pdu"
	"goniec/queue"
	"goniec/reply"
	"goniec/reply/reader"
	"goniec/suppression"
)

// testCase is a block of testdata/cases.txt.
type testCase struct {
	line  int
	group string
	name  string
	steps []string
	want  string
}

func readCases(t *testing.T) []testCase {
	t.Helper()
	data, err := os.ReadFile("testdata/cases.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []testCase
	var c testCase
	group := ""
	for i, line := range strings.Split(string(data), "\n") {
		switch {
		case strings.HasPrefix(line, "## "):
			group = line[3:]
		case group == "" || line == "":
		case strings.HasPrefix(line, "# "):
			c = testCase{line: i + 1, group: group, name: line[2:]}
		case strings.HasPrefix(line, "= "):
			c.want = line[2:]
			all = append(all, c)
		default:
			c.steps = append(c.steps, line)
		}
	}
	return all
}

// TestCases plays every case of testdata/cases.txt.
func TestCases(t *testing.T) {
	t.Parallel()
	cases := readCases(t)
	if len(cases) < 80 {
		t.Errorf("there are %d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.group+"/"+c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, nil)
				p := player{desk: d, ids: map[string]string{}}
				for _, step := range c.steps {
					p.play(step)
				}
				if got := p.outcome(); got != c.want {
					t.Errorf("cases.txt:%d\n got %s\nwant %s", c.line, got, c.want)
				}
			})
		})
	}
}

// updateCases has TestCasesDocument write the table anew.
var updateCases = flag.Bool("update", false, "write docs/reply-cases.md anew")

// TestCasesDocument holds docs/reply-cases.md against the cases.
func TestCasesDocument(t *testing.T) {
	t.Parallel()
	const path = "../docs/reply-cases.md"
	var b strings.Builder
	b.WriteString("# What becomes of which reply\n\nMade of [cases.txt](../reply/testdata/cases.txt), which says what the steps mean, by `go test ./reply -run TestCasesDocument -update`; " +
		"`go test ./reply -run TestCases` plays every one. The last column tells each question with its answer, the texts that go back, and where the conversation stands.\n")
	group := ""
	for _, c := range readCases(t) {
		if c.group != group {
			group = c.group
			fmt.Fprintf(&b, "\n## %s%s\n\n| Case | What happens | What comes of it |\n| --- | --- | --- |\n", strings.ToUpper(group[:1]), group[1:])
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", c.name, strings.Join(c.steps, "<br>"), strings.TrimPrefix(c.want, "; "))
	}
	if *updateCases {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != b.String() {
		t.Error("docs/reply-cases.md is not that of the cases; run go test ./reply -run TestCasesDocument -update")
	}
}

// player plays the steps of a case.
type player struct {
	*desk
	names []string          // of the questions, in order
	ids   map[string]string // by name
}

func (p *player) play(step string) {
	p.t.Helper()
	verb, rest, _ := strings.Cut(step, " ")
	verb, from, _ := strings.Cut(verb, "@")
	switch verb {
	case "ask":
		p.ask(rest)
	case "hear": // and what goes back is sent
		p.hear(number(from), rest)
		p.send()
	case "hear-quick": // before what went back is sent
		p.hear(number(from), rest)
	case "hear-part":
		p.hearPart(number(from), rest)
	case "pass":
		d, err := time.ParseDuration(rest)
		if err != nil {
			p.t.Fatal(err)
		}
		p.pass(d)
	default:
		p.t.Fatalf("unknown step %q", step)
	}
}

func number(name string) string {
	switch name {
	case "", "patient":
		return patient
	case "other":
		return other
	default:
		return name
	}
}

// ask asks a question: NAME [kind] [key=value …]. A value goes up to the next key.
func (p *player) ask(rest string) {
	p.t.Helper()
	words := strings.Fields(rest)
	name := words[0]
	q := reply.Question{Kind: reader.YesNo}
	draft := queue.Draft{To: p.address(patient), Text: questionText(name, "")}
	sent, last := true, ""
	values := map[string]string{}
	for _, word := range words[1:] {
		key, value, found := strings.Cut(word, "=")
		switch {
		case found:
			values[key], last = value, key
		case word == "unsent":
			sent = false
		case last != "":
			values[last] += " " + word
		default:
			q.Kind = reader.Kind(word)
		}
	}
	for key, value := range values {
		switch key {
		case "about":
			q.About = value
			draft.Text = questionText(name, value)
		case "until":
			q.Until = time.Now().Add(p.duration(value))
		case "change":
			q.ChangeUntil = time.Now().Add(p.duration(value))
		case "to":
			draft.To = p.address(number(value))
		case "also":
			q.Also = []pdu.Address{p.address(number(value))}
		case "lang":
			q.Language = value
			draft.Text = map[string]string{"en": "Your visit is tomorrow at 10:00. Answer YES or NO.", "es": "Su cita es mañana a las 10:00. Responda SI o NO.", "uk": "Ваш візит завтра о 10:00. Відповідайте ТАК або НІ."}[value]
		case "ref":
			draft.Reference = value
		case "purpose":
			draft.Purpose = suppression.Purpose(value)
		case "labels":
			q.Labels = strings.Split(value, ",")
			draft.Text = "Wolisz rano (1) czy wieczorem (2)?"
		case "range":
			low, high, _ := strings.Cut(value, "..")
			q.Min, _ = strconv.Atoi(low)
			q.Max, _ = strconv.Atoi(high)
			draft.Text = "Jak oceniasz wizytę od 0 do 10?"
		default:
			p.t.Fatalf("unknown key %q", key)
		}
	}
	p.names = append(p.names, name)
	p.ids[name] = p.desk.ask(draft, q, sent)
}

func questionText(name, about string) string {
	if about == "" {
		return "Przypominamy o wizycie jutro o 10:00. Odpisz TAK lub NIE."
	}
	return "Przypominamy o wizycie: " + about + ". Odpisz TAK lub NIE."
}

func (p *player) duration(s string) time.Duration {
	d, err := time.ParseDuration(s)
	if err != nil {
		p.t.Fatal(err)
	}
	return d
}

// outcome says what came of a case, as behind "=".
func (p *player) outcome() string {
	p.t.Helper()
	states := make([]string, len(p.names))
	for i, name := range p.names {
		states[i] = name + "=" + p.answer(p.ids[name])
	}
	back := strings.Join(p.backs(), " ")
	if back == "" {
		back = "-"
	}
	talk := "none"
	if t, ok := p.talk(); ok {
		talk = strings.TrimSpace(string(t.State) + " " + string(t.Reason))
	}
	parts := []string{strings.Join(states, " "), back, talk}
	if stops := p.stops(); len(stops) > 0 {
		parts = append(parts, "stops "+strings.Join(stops, " "))
	}
	return strings.Join(parts, "; ")
}

// answer says where a question stands.
func (d *desk) answer(id string) string {
	d.t.Helper()
	q := d.question(id)
	if q.Status == reply.Expired || q.Status == reply.Superseded || q.Status == reply.Closed {
		return string(q.Status)
	}
	a := q.Answer
	if a == nil {
		return "open"
	}
	switch a.Value {
	case reader.Chosen:
		return fmt.Sprintf("choice:%d", a.Choice)
	case reader.Counted:
		return fmt.Sprintf("number:%d", a.Number)
	default:
		return string(a.Value)
	}
}
