package queue

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/clock"
	"goniec/event"
	"goniec/pdu"
	"goniec/store"
	"goniec/store/boltstore"
)

// filling is what a store is filled with. The finished messages lie behind the
// waiting ones: the oldest first, spread evenly over span.
type filling struct {
	finished, waiting int
	span              time.Duration // before now
	texts             time.Duration // older messages have no text any more
}

// aYear is what a busy clinic has after half a year with the default retention.
func aYear(finished, waiting int) filling {
	return filling{finished: finished, waiting: waiting, span: 150 * 24 * time.Hour, texts: 30 * 24 * time.Hour}
}

// aMillion is the filling of make bench.
func aMillion() filling { return aYear(1_000_000, 100_000) }

// fillTogether is how many messages of a filling share a transaction.
const fillTogether = 400

// fill puts messages into q as a life of the gateway would have: by the functions
// that move messages and tell of it, but each saved once, at its end.
func (f filling) fill(t testing.TB, q *Queue) {
	t.Helper()
	begin := q.now().Add(-f.span)
	step := f.span / time.Duration(max(1, f.finished))
	for done := 0; done < f.finished; {
		n := min(fillTogether, f.finished-done)
		err := q.store.Update(t.Context(), func(tx store.Tx) error {
			for i := done; i < done+n; i++ {
				at := store.Milliseconds(begin.Add(time.Duration(i) * step))
				if err := f.live(tx, q, i, at); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		done += n
	}
	for done := 0; done < f.waiting; {
		drafts := make([]Draft, min(1000, f.waiting-done))
		for i := range drafts {
			drafts[i] = fillDraft(f.finished + done + i)
			if i%5 == 0 {
				drafts[i].SendAt = q.now().Add(time.Duration(1+i%28) * 24 * time.Hour)
			}
		}
		if _, _, err := q.Enqueue(t.Context(), Caller{Token: "clinic"}, drafts); err != nil {
			t.Fatal(err)
		}
		done += len(drafts)
	}
}

// fillDraft returns the i-th message: to one of 50,000 patients, every seventh in
// two parts.
func fillDraft(i int) Draft {
	text := fmt.Sprintf("Wizyta %d.%d o %d:15 u dr Nowak. Prosimy o potwierdzenie: odpisz TAK lub NIE.", 1+i%28, 1+i%12, 8+i%10)
	if i%7 == 0 {
		text = "Przypominamy o wizycie u dr Żółtowskiej. " + text + " Prosimy być 10 minut wcześniej."
	}
	to, err := pdu.ParseAddress(fmt.Sprintf("+48600%06d", i*7919%50_000))
	if err != nil {
		panic(err)
	}
	return Draft{To: to, Text: text, Reference: fmt.Sprintf("visit-%d", i)}
}

// live takes message i at a time and has it live to its end: of a hundred, 96 are
// delivered, two sent, one failed, one expired.
func (f filling) live(tx store.Tx, q *Queue, i int, at time.Time) error {
	prepared := q.prepare(fillDraft(i), clock.Moment{Now: at, Past: at})
	m := prepared.message
	id := q.ids.Next(at)
	m.ID = id.String()
	if len(m.Parts) > 1 {
		if err := concatenate(tx, &m, m.Text, at); err != nil {
			return err
		}
	}
	e := &entry{Message: m}
	w := &work{queue: q, tx: tx, now: at, actor: "clinic"}
	if err := w.updateStatus(e); err != nil {
		return err
	}
	if i%100 == 99 {
		w.now, w.actor = e.ExpiresAt, ""
		if err := w.finish(e, StatusExpired, &Problem{Code: CodeExpired}); err != nil {
			return err
		}
	}
	for part := range e.Parts {
		if err := sendInFilling(&work{queue: q, tx: tx, now: at.Add(time.Duration(3*part+3) * time.Second)}, e, part, i); err != nil {
			return err
		}
	}
	if q.now().Sub(at) > f.texts {
		e.Text, e.TextRemoved = "", true
	}
	return w.save(e)
}

// sendInFilling sends one part of e, and has its report come.
func sendInFilling(w *work, e *entry, part, i int) error {
	at := w.now
	if e.Status.Final() {
		return nil
	}
	const sims = 4
	by := Worker{Modem: fmt.Sprintf("sim-%c", 'a'+i%sims), SIM: fmt.Sprintf("26001000000000%d", i%sims)}
	e.Parts[part].Status, e.Parts[part].Until = PartInFlight, at.Add(w.queue.config.Lease)
	e.AttemptCount++
	e.addAttempt(Attempt{Number: e.AttemptCount, Part: part, Modem: by.Modem, SIM: by.SIM, At: at, MR: noMR, Report: noReport})
	e.Error, e.Box = nil, w.queue.config.Box
	if err := noteClaim(w.tx, by, at); err != nil {
		return err
	}
	if err := w.updateStatus(e); err != nil {
		return err
	}
	end := at.Add(2500 * time.Millisecond)
	o := Outcome{Kind: Accepted, MR: byte(i / sims), At: end, PayloadAt: at.Add(300 * time.Millisecond)}
	status := pdu.Status(0)
	switch i % 100 {
	case 96, 97: // its report never comes
		o.PayloadAt = at
	case 98:
		status = statusUnknownSubscriber
	}
	a := e.latest(part)
	w.now = end
	if err := w.conclude(e, a, o); err != nil {
		return err
	}
	if i%100 != 96 && i%100 != 97 {
		told := end.Add(4 * time.Second)
		w.now = told
		w.apply(e, a, report{orphan{MR: o.MR, Status: byte(status), SCTS: end, Discharge: told}, told})
	}
	return w.updateStatus(e)
}

// statusUnknownSubscriber is "unknown subscriber", 3GPP TS 23.040 9.2.3.15.
const statusUnknownSubscriber = pdu.Status(0x49)

// openFilling returns a queue on the file at path, and what tells how many octets it
// has written to disk.
func openFilling(t testing.TB, path string) (q *Queue, s *boltstore.Store, written func() int) {
	t.Helper()
	registry := prometheus.NewRegistry()
	s, err := boltstore.Open(path, boltstore.Options{Registerer: registry})
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Store: s, Events: event.New(s, "box"), Box: "box"}
	c.Clock = SkewedClock(&c, clock.Boot{})
	if q, err = New(c); err != nil {
		t.Fatal(err)
	}
	return q, s, func() int { return WrittenBytes(t, registry) }
}

// WrittenBytes returns how many octets the store with this registry has written.
func WrittenBytes(t testing.TB, registry prometheus.Gatherer) int {
	t.Helper()
	return int(counted(t, registry, "goniec_store_written_bytes_total"))
}

// Commits returns how many commits the store with this registry has made.
func Commits(t testing.TB, registry prometheus.Gatherer) float64 {
	t.Helper()
	return counted(t, registry, "goniec_store_commits_total")
}

// counted returns the value of a counter.
func counted(t testing.TB, registry prometheus.Gatherer, name string) float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatal("the store does not tell " + name)
	return 0
}

// TestFilling fills a small store as make bench fills a large one, which is the file
// GONIEC_FILL.
func TestFilling(t *testing.T) {
	t.Parallel()
	path, f := filepath.Join(t.TempDir(), "goniec.db"), aYear(2000, 500)
	if full := os.Getenv("GONIEC_FILL"); full != "" {
		path, f = full+".part", aMillion()
		t.Cleanup(func() { // it appears when it is complete and right
			if t.Failed() {
				_ = os.Remove(path)
			} else if err := os.Rename(path, full); err != nil {
				t.Error(err)
			}
		})
	}
	q, s, _ := openFilling(t, path)
	start := time.Now()
	f.fill(t, q)
	took := time.Since(start)
	CheckInvariants(t, s)
	counts, err := q.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := counts[StatusDelivered] + counts[StatusSent] + counts[StatusFailed] + counts[StatusExpired]; got != f.finished {
		t.Errorf("%d messages have ended, want %d: %v", got, f.finished, counts)
	}
	if got := counts[StatusQueued] + counts[StatusScheduled]; got != f.waiting {
		t.Errorf("%d messages wait, want %d: %v", got, f.waiting, counts)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d finished and %d waiting messages in %.1f s: %d bytes, %d a message; %v",
		f.finished, f.waiting, took.Seconds(), info.Size(), info.Size()/int64(f.finished+f.waiting), counts)
}
