package reply_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goniec/queue"
	"goniec/reply"
	"goniec/reply/reader"
)

// severalCase is a row of several.tsv: a patient with several open questions, what the patient
// writes, and what a careful receptionist makes of each text.
type severalCase struct {
	line      int
	class     string
	questions []string // what each is about, "[en] " before it where its language is not Polish
	replies   []string
	expected  [][][]string // by reply and question: yes, no, open or asked; alternatives
}

func readSeveral(t *testing.T, file string) []severalCase {
	t.Helper()
	data, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var all []severalCase
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
		fields := strings.Split(line, "\t")
		if len(fields) != 4 {
			t.Fatalf("%s line %d: %d columns, want 4", file, i+2, len(fields))
		}
		c := severalCase{line: i + 2, class: fields[0], questions: strings.Split(fields[1], " | "), replies: strings.Split(fields[2], " >> ")}
		for after := range strings.SplitSeq(fields[3], " >> ") {
			var states [][]string
			for state := range strings.SplitSeq(after, "|") {
				states = append(states, strings.Split(state, "/"))
			}
			if len(states) != len(c.questions) {
				t.Fatalf("%s line %d: %d states of %d questions", file, c.line, len(states), len(c.questions))
			}
			c.expected = append(c.expected, states)
		}
		if len(c.expected) != len(c.replies) {
			t.Fatalf("%s line %d: %d replies, %d expectations", file, c.line, len(c.replies), len(c.expected))
		}
		all = append(all, c)
	}
	return all
}

// meant tells whether a person knows what the last text decides.
func (c severalCase) meant() bool {
	return slices.ContainsFunc(c.expected[len(c.expected)-1], func(states []string) bool {
		return len(states) == 1 && (states[0] == "yes" || states[0] == "no")
	})
}

// play returns the states of the questions after each reply.
func (c severalCase) play(t *testing.T) (states [][]string) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		ids := make([]string, len(c.questions))
		for i, about := range c.questions {
			q := reply.Question{Kind: reader.YesNo, Language: "pl", About: about}
			text := "Wizyta: %s. Odpisz TAK lub NIE"
			if rest, found := strings.CutPrefix(about, "["); found {
				q.Language, q.About, _ = strings.Cut(rest, "] ")
				text = map[string]string{"en": "Appointment: %s. Reply YES or NO", "es": "Cita: %s. Responda SI o NO", "uk": "Візит: %s. Відповідайте ТАК або НІ"}[q.Language]
			}
			ids[i] = d.ask(queue.Draft{To: d.address(patient), Text: fmt.Sprintf(text, q.About)}, q, true)
		}
		for _, text := range c.replies {
			wait(t.Context(), time.Minute)
			d.hear(patient, text)
			d.send()
			backs := d.inbox()
			asked := backs[len(backs)-1].Back == reply.TextWhich
			now := make([]string, len(ids))
			for i, id := range ids {
				now[i] = d.answer(id)
				if now[i] != "yes" && now[i] != "no" {
					now[i] = map[bool]string{true: "asked", false: "open"}[asked]
				}
			}
			states = append(states, now)
		}
	})
	return states
}

// severalTally counts what became of the cases of one file.
type severalTally struct {
	cases, meant, read, wrong int
	misses                    []string
}

func (s *severalTally) add(c severalCase, got [][]string) {
	s.cases++
	right := true
	for i, states := range got {
		for k, state := range states {
			wanted := c.expected[i][k]
			decided := state == "yes" || state == "no"
			switch {
			case slices.Contains(wanted, state), !decided && slices.Contains(wanted, "open"):
			case decided:
				s.wrong++
				right = false
			default:
				right = false
			}
		}
	}
	if c.meant() {
		s.meant++
		if right {
			s.read++
		}
	}
	if !right {
		s.misses = append(s.misses, fmt.Sprintf("%d %s: %v to %q: got %v, want %v", c.line, c.class, c.questions, c.replies, got, c.expected))
	}
}

// TestSeveral plays every patient with several open questions. The cases of
// several_unread.tsv were parted from the others by a hash before the code that reads
// them was written; their misses are counted, not shown.
func TestSeveral(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"several.tsv", "several_unread.tsv"} {
		var tally severalTally
		for _, c := range readSeveral(t, file) {
			tally.add(c, c.play(t))
		}
		t.Logf("%s: %d cases, %d of them clearly meant, %d of those read (%.0f %%), %d decisions wrong",
			file, tally.cases, tally.meant, tally.read, 100*float64(tally.read)/float64(tally.meant), tally.wrong)
		if tally.wrong > 0 {
			t.Errorf("%s: %d decisions wrong, want none", file, tally.wrong)
		}
		if least := map[string]int{"several.tsv": 95, "several_unread.tsv": 90}[file]; tally.read*100 < tally.meant*least {
			t.Errorf("%s: %d of %d read, want %d %%", file, tally.read, tally.meant, least)
		}
		if file == "several.tsv" && testing.Verbose() {
			t.Log("misses:\n" + strings.Join(tally.misses, "\n"))
		}
	}
}

// A text that answers two questions differently has no one value.
func TestAnswersThatDiffer(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		for _, about := range []string{"Ania, jutro 10:00", "Zosia, jutro 10:20"} {
			d.ask(queue.Draft{To: d.address(patient), Text: "Wizyta: " + about + ". Odpisz TAK lub NIE"}, reply.Question{Kind: reader.YesNo, Language: "pl", About: about}, true)
		}
		d.hear(patient, "Ania tak, Zosia nie")
		h := d.inbox()[0]
		if h.Value != reader.Unclear || len(h.Questions) != 2 || h.NeedsStaff {
			t.Errorf("heard %+v", h)
		}
	})
}
