package queue

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"goniec/pdu"
	"goniec/store"
)

// millionPath returns the file that make bench has filled, empty if this is not it.
func millionPath() string { return os.Getenv("GONIEC_MILLION") }

// Something that is this many times dearer with a million messages grows with them.
// What lies between is the height of the tree, and the width of the file on the disk.
const grows = 3

// besideOthers lets a test run beside others, unless it is to measure something.
func besideOthers(t *testing.T) {
	t.Helper()
	if millionPath() == "" {
		t.Parallel()
	}
}

// side is one of the two stores that are compared.
type side struct {
	*Queue
	t       *testing.T
	written func() int // octets to disk since it was opened
	filling filling
	flying  Submission // what is in flight
	sent    []pdu.StatusReport
	next    int       // number of the next message
	pruned  time.Time // what began before was removed
}

// fewFinished is how many records a page of a store.List that little matches looks at.
const fewFinished = 50_000

// sides returns a store that holds next to nothing, one with as many messages as one
// page of a list looks at, and one with what GONIEC_MILLION names; without it they
// hold less, so that this test does not rot. All are new files.
func sides(t *testing.T, rounds int) [3]*side {
	t.Helper()
	dir := t.TempDir()
	fillings := [3]filling{aYear(0, 2*rounds), aYear(2000, 2*rounds), aYear(4000, 2*rounds)}
	full := filepath.Join(dir, "2.db")
	if path := millionPath(); path != "" {
		fillings[1], fillings[2] = aYear(fewFinished, 2*rounds), aMillion()
		copyFile(t, path, full)
	}
	var all [3]*side
	for i, f := range fillings {
		all[i] = openSide(t, f, filepath.Join(dir, fmt.Sprint(i, ".db")))
		if i < 2 || millionPath() == "" {
			f.fill(t, all[i].Queue)
		}
	}
	return all
}

func openSide(t *testing.T, f filling, path string) *side {
	t.Helper()
	q, s, written := openFilling(t, path)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &side{Queue: q, t: t, written: written, filling: f, next: f.finished + f.waiting, pruned: q.now().Add(-f.span)}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	// Or the first commits would have to write it all.
	if err := errors.Join(out.Sync(), out.Close()); err != nil {
		t.Fatal(err)
	}
}

func (s *side) ok(err error) {
	if err != nil {
		s.t.Helper()
		s.t.Fatal(err)
	}
}

func (s *side) enqueue(n int) {
	drafts := make([]Draft, n)
	for i := range drafts {
		drafts[i] = fillDraft(7*s.next + 1) // of one part each
		s.next++
	}
	caller := Caller{Token: "clinic", Key: fmt.Sprint("million-", s.next)}
	_, _, err := s.Enqueue(s.t.Context(), caller, drafts)
	s.ok(err)
}

// claim begins to send: the first of the messages that wait.
func (s *side) claim() {
	var found bool
	var err error
	s.flying, found, err = s.Claim(s.t.Context(), sideWorker())
	s.ok(err)
	if !found {
		s.t.Fatal("nothing waits")
	}
}

func sideWorker() Worker { return Worker{Modem: "sim-a", SIM: "260010000000000"} }

// record records what is in flight and has the next one in flight.
func (s *side) record() {
	now := time.Now()
	mr := byte(len(s.sent))
	s.sent = append(s.sent, pdu.StatusReport{MR: mr, RA: s.flying.To, SCTS: now, Discharge: now})
	var found bool
	var err error
	s.flying, found, err = s.Record(s.t.Context(), s.flying, Outcome{Kind: Accepted, MR: mr}, true)
	s.ok(err)
	if !found {
		s.t.Fatal("nothing waits")
	}
}

// report brings the report of the part that was sent first.
func (s *side) report() {
	s.ok(s.Report(s.t.Context(), sideWorker(), s.sent[0], time.Now()))
	s.sent = s.sent[1:]
}

func (s *side) list(f Filter) {
	_, _, err := s.Messages(s.t.Context(), f, "", 50)
	s.ok(err)
}

// exchange reads the texts of a number, and returns how many there are. How many weeks
// they lie apart counts, not how many messages there are.
func (s *side) exchange(rounds int) (texts int, took time.Duration) {
	s.t.Helper()
	all := make([]time.Duration, rounds)
	for i := range all {
		begin := time.Now()
		n, err := store.View(s.t.Context(), s.store, func(r store.Reader) (int, error) {
			ids, err := TriedTo(r, s.config.Numbering.Segments(fillDraft(1500).To), "", 50)
			for _, id := range ids {
				if _, err := ReadMessage(r, id); err != nil {
					return 0, err
				}
			}
			return len(ids), err
		})
		s.ok(err)
		texts, all[i] = n, time.Since(begin)
	}
	return texts, median(all)
}

// prune removes the records of the oldest hundred messages, as many as one
// transaction does.
func (s *side) prune() {
	const together = 100
	step := s.filling.span / time.Duration(s.filling.finished)
	s.pruned = s.pruned.Add(together * step)
	in := store.Range{From: noTextSpace, To: noTextSpace + store.TimeSegment(s.pruned), Together: together}
	_, err := store.Count(s.t.Context(), s.store, in, s.pruneMessage(noTextSpace, (*work).removeSome))
	s.ok(err)
}

// cost is something that is done to two sides by turns.
type cost struct {
	what   string
	base   int // the side that the last one is compared with
	rounds int
	do     func(s *side)
}

// costs are what is compared, in the order in which a message needs it.
func costs(rounds int) []cost {
	to := fillDraft(1).To
	return []cost{
		{"take in one message", 0, rounds, func(s *side) { s.enqueue(1) }},
		{"take in a batch of 1,000", 0, max(1, rounds/20), func(s *side) { s.enqueue(1000) }},
		{"when is something due", 0, rounds, func(s *side) { _, _, err := s.NextDue(s.t.Context(), sideWorker()); s.ok(err) }},
		{"record a part and claim the next", 0, rounds, (*side).record},
		{"report", 0, rounds, (*side).report},
		{"look after the queue", 0, rounds, func(s *side) { _, err := s.Tend(s.t.Context()); s.ok(err) }},
		{"look for what is overdue", 1, rounds, func(s *side) { _, err := s.Overdue(s.t.Context()); s.ok(err) }},
		{"counts, for metrics", 0, rounds, func(s *side) { _, err := s.Counts(s.t.Context()); s.ok(err) }},
		{"list, first page of 50", 0, rounds, func(s *side) { s.list(Filter{}) }},
		{"list by status, page of 50", 0, rounds, func(s *side) { s.list(Filter{Statuses: []Status{StatusQueued}}) }},
		{"list the last hour", 0, rounds, func(s *side) { s.list(Filter{Since: s.now().Add(-time.Hour)}) }},
		{"list by number, a page", 1, max(1, rounds/20), func(s *side) { s.list(Filter{To: to}) }},
		{"list by a rare status, a page", 1, max(1, rounds/20), func(s *side) { s.list(Filter{Statuses: []Status{StatusUncertain}}) }},
		{"remove 100 old records", 1, max(1, rounds/50), (*side).prune},
	}
}

// spent is what something costs: time, in the median, and octets written to disk.
type spent struct {
	took    time.Duration
	written int
}

// compare does c to two sides by turns.
func (c cost) compare(base, full *side) (few, many spent) {
	var took [2][]time.Duration
	var wrote [2]int
	for range c.rounds {
		for i, s := range []*side{base, full} {
			before, begin := s.written(), time.Now()
			c.do(s)
			took[i] = append(took[i], time.Since(begin))
			wrote[i] += s.written() - before
		}
	}
	return spent{median(took[0]), wrote[0] / c.rounds}, spent{median(took[1]), wrote[1] / c.rounds}
}

// TestMillion does what a gateway does on stores with little and on one with a million
// messages, by turns, so that whatever else the machine does hits both alike, and
// prints what it costs in the median.
func TestMillion(t *testing.T) {
	besideOthers(t)
	rounds := 20
	if millionPath() != "" {
		rounds = 1000
	}
	all := sides(t, rounds)
	for _, s := range all {
		s.claim()
	}
	var table strings.Builder
	fmt.Fprintf(&table, "\n%-34s %14s %14s %8s %17s\n", "", "little", "a million", "ratio", "KiB written")
	for _, c := range costs(rounds) {
		few, many := c.compare(all[c.base], all[2])
		ratio := float64(many.took) / float64(few.took)
		fmt.Fprintf(&table, "%-34s %11.1f µs %11.1f µs %7.2fx %7d %7d\n",
			c.what, microseconds(few.took), microseconds(many.took), ratio, few.written>>10, many.written>>10)
		if millionPath() != "" && ratio > grows {
			t.Errorf("%s: %.2f times dearer with a million messages", c.what, ratio)
		}
	}
	t.Log(table.String())
	texts, took := all[2].exchange(rounds)
	t.Logf("the %d texts of a number: %.1f µs", texts, microseconds(took))
	if millionPath() == "" {
		for _, s := range all {
			CheckInvariants(t, s.store)
		}
	}
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
