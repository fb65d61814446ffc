package queue_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/memstore"
)

// fragile is a store that can die: with the next transaction undone, or done but
// not answered.
type fragile struct {
	store.Store
	before, after bool
}

func (f *fragile) Update(ctx context.Context, fn func(store.Tx) error) error {
	if f.before {
		f.before = false
		return errDied
	}
	err := f.Store.Update(ctx, fn)
	if f.after && err == nil {
		f.after = false
		return errDied
	}
	return err
}

// truth is what really happened to a part, whatever the queue knows of it.
type truth struct {
	left      int  // copies that the service centre took
	abandoned int  // of which it has reported that it gave up for now
	gone      int  // of which it has reported that they will not arrive
	accepted  bool // the queue was told so
}

// report is one that the service centre has yet to send.
type report struct {
	w      queue.Worker
	mr     byte
	to     pdu.Address
	id     string
	part   int
	status pdu.Status
	at     time.Time // when it took the part
	again  bool      // it has come before
}

// hand is what a worker has in hand.
type hand struct {
	queue.Submission
	since time.Time
	left  bool // the service centre has it already
	mr    byte
}

// airTime is the longest time between a claim and the service centre's taking it.
const airTime = 5 * time.Minute

// world is two modems, their service centre, callers and people who decide,
// around one queue that now and then dies. It is the model that the queue is
// compared with: it knows what left, and what the queue was told.
type world struct {
	t         *testing.T
	rand      *rand.Rand
	fragile   *fragile
	open      func() store.Store
	adjust    func(*queue.Config)
	b         *box
	ids       []string
	parts     map[string][]truth
	cancelled map[string]bool
	hand      [2]*hand
	lost      []hand // uncertain ones whose answer may still come
	mr        [2]byte
	reports   []report
	deaths    int
	copies    int
	jumps     bool          // the clock of the box is set now and then
	skew      time.Duration // how much more it shows than it is
	router    *router       // nil: there is none
	served    [2]bool       // workers in service, as the router has it
}

// now returns what the clock of the box shows.
func (w *world) now() time.Time { return time.Now().Add(w.skew) }

// jump sets the clock of the box: by little, by days, or by years, and often right.
func (w *world) jump() {
	const day = 24 * time.Hour
	all := []time.Duration{0, 0, 0, -10 * time.Minute, -2 * time.Hour, 2 * time.Hour, -5 * day, 5 * day, -2000 * day, 400 * day}
	w.skew = all[w.rand.IntN(len(all))]
	w.b.SetClock(w.skew)
}

func (w *world) chance(percent int) bool { return w.rand.IntN(100) < percent }

// survives deals with an error: the box dies of it, and is started again.
func (w *world) survives(err error) bool {
	w.t.Helper()
	if err == nil {
		return true
	}
	if !errors.Is(err, errDied) {
		w.t.Fatal(err)
	}
	w.restart()
	return false
}

// restart is a power cut: whatever the workers had in hand is forgotten.
func (w *world) restart() {
	w.t.Helper()
	w.deaths++
	for i := range w.hand {
		w.drops(i)
	}
	w.lost = nil
	*w.fragile = fragile{Store: w.open()}
	w.b = newBoxOn(w.t, w.fragile, w.adjust)
	w.b.SetClock(w.skew)
	if _, err := w.b.Recover(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// drops is the end of what worker i has in hand, of which nobody will tell.
func (w *world) drops(i int) {
	if h := w.hand[i]; h != nil && !h.left && w.chance(50) { // the payload was on its way
		w.leaves(i, *h)
	}
	w.hand[i] = nil
}

// leaves is a submission that the service centre takes: it returns the reference.
func (w *world) leaves(i int, s hand) byte {
	taken := time.Now()
	if last := s.since.Add(airTime); taken.After(last) {
		taken = last
	}
	w.mr[i]++
	p := &w.parts[s.Message.ID][s.Part]
	if p.left++; p.left > 1 {
		w.copies++
	}
	status := pdu.Status(0)
	switch n := w.rand.IntN(100); {
	case n < 5:
		status = 0x41
	case n < 12:
		status = 0x62
	case n < 20:
		return w.mr[i] // its report will never come
	case n < 30:
		w.reports = append(w.reports, report{worker(i), w.mr[i], s.To, s.Message.ID, s.Part, 0x21, taken, false})
	}
	w.reports = append(w.reports, report{worker(i), w.mr[i], s.To, s.Message.ID, s.Part, status, taken, false})
	return w.mr[i]
}

func (w *world) enqueue() {
	w.t.Helper()
	var drafts []queue.Draft
	for range 1 + w.rand.IntN(3) {
		d := queue.Draft{To: address(w.t, fmt.Sprintf("+4860010020%d", w.rand.IntN(3))), Text: "Wizyta"}
		if w.chance(30) {
			long(&d)
		}
		d.Priority = []queue.Priority{queue.High, queue.Normal, queue.Low}[w.rand.IntN(3)]
		if w.chance(20) {
			d.Modem = worker(w.rand.IntN(2)).Modem
		}
		if w.chance(20) && w.skew == 0 {
			d.SendAt = w.now().Add(time.Duration(w.rand.IntN(120)) * time.Minute)
		}
		if w.chance(20) && w.skew == 0 {
			d.ExpiresAt = w.now().Add(121*time.Minute + time.Duration(w.rand.IntN(120))*time.Minute)
		}
		drafts = append(drafts, d)
	}
	caller := key(fmt.Sprint("call ", len(w.ids), w.rand.Uint64()), "body")
	for {
		results, _, err := w.b.Enqueue(w.t.Context(), caller, drafts)
		if !w.survives(err) {
			continue // the caller repeats its call
		}
		for i, r := range results {
			var refused *queue.RefusedError
			if errors.As(r.Err, &refused) && refused.Code == queue.RefusedWindow && refused.CanGo.After(drafts[i].ExpiresAt.Add(-time.Second)) {
				continue // quiet hours last until after its end
			}
			if r.Err != nil {
				w.t.Fatal(r.Err)
			}
			w.ids = append(w.ids, r.Message.ID)
			w.parts[r.Message.ID] = make([]truth, len(r.Message.Parts))
		}
		return
	}
}

// takes checks a submission that worker i was given, against what really happened.
func (w *world) takes(i int, s queue.Submission) {
	w.t.Helper()
	for k := range s.Message.Parts {
		if setAside(s.Message, k) {
			w.parts[s.Message.ID][k].accepted = false // it began anew
		}
	}
	p := w.parts[s.Message.ID][s.Part]
	switch {
	case w.cancelled[s.Message.ID]:
		w.t.Fatalf("part %d of a cancelled message is to be sent", s.Part)
	case !s.ExpiresAt.After(w.now()):
		w.t.Fatalf("part %d is to be sent after its time", s.Part)
	case w.router != nil && w.router.until.After(w.now()):
		w.t.Fatalf("part %d is to be sent although its number may get none", s.Part)
	case w.jumps: // with wrong times reports are matched wrongly, and little is certain
	case p.accepted && p.abandoned == 0:
		w.t.Fatalf("part %d is to be sent again though it was accepted: %+v", s.Part, s.Message.Attempts)
	case p.left > p.gone && !s.PossibleDuplicate:
		w.t.Fatalf("part %d has left and is to be sent again without a mark: %+v", s.Part, s.Message.Attempts)
	case s.Text == "" || s.Text != s.Message.PartText(s.Part):
		w.t.Fatalf("part %d is to be sent with another text", s.Part)
	}
	for k, before := range s.Message.Parts[:s.Part] {
		if before.Status != queue.PartSent && before.Status != queue.PartDelivered {
			w.t.Fatalf("part %d is to be sent while part %d is %s", s.Part, k, before.Status)
		}
	}
	w.hand[i] = &hand{Submission: s, since: time.Now()}
}

// setAside reports whether what is known of part i was set aside, and nothing has
// been accepted since.
func setAside(m queue.Message, i int) bool {
	aside := false
	for _, a := range m.Attempts {
		if a.Part == i {
			aside = a.Outcome == queue.AttemptDiscarded || aside && a.Outcome != queue.AttemptAccepted
		}
	}
	return aside
}

func (w *world) claim(i int) {
	w.t.Helper()
	if w.hand[i] != nil {
		return
	}
	s, ok, err := w.b.Claim(w.t.Context(), worker(i))
	if w.survives(err) && ok {
		w.takes(i, s)
	}
}

// answer is what the modem says about what worker i has in hand, if it says so.
func (w *world) answer(i int) {
	w.t.Helper()
	if w.hand[i] == nil {
		return
	}
	h := *w.hand[i]
	p := &w.parts[h.Message.ID][h.Part]
	if !h.left && w.chance(70) {
		h.left, h.mr = true, w.leaves(i, h)
		w.hand[i] = &h
	}
	var o queue.Outcome
	switch n := w.rand.IntN(100); {
	case n < 10:
		return // it takes a while, or hangs until the lease runs out
	case n < 25:
		o = unknown()
		w.lost = append(w.lost, h)
	case h.left:
		o = accepted(h.mr)
	case n < 70:
		o = retry(0)
	case n < 80:
		o = queue.Outcome{Kind: queue.Refused, Code: "cms_1"}
	default:
		o = queue.Outcome{Kind: queue.NotSent, RetryAfter: time.Minute}
	}
	w.hand[i] = nil
	next, ok, err := w.b.Record(w.t.Context(), h.Submission, o, w.chance(70))
	if errors.Is(err, queue.ErrStale) {
		return // the lease had run out, and its report was faster
	}
	if !w.survives(err) {
		return
	}
	p.accepted = p.accepted || o.Kind == queue.Accepted
	if ok {
		w.takes(i, next)
	}
}

// late is the answer to an uncertain submission that comes after all.
func (w *world) late() {
	w.t.Helper()
	if len(w.lost) == 0 {
		return
	}
	k := w.rand.IntN(len(w.lost))
	h := w.lost[k]
	w.lost = slices.Delete(w.lost, k, k+1)
	if !h.left {
		return
	}
	err := w.b.Resolve(w.t.Context(), h.Submission, h.mr, w.now())
	if errors.Is(err, queue.ErrStale) {
		return // its report came first
	}
	if w.survives(err) {
		w.parts[h.Message.ID][h.Part].accepted = true
	}
}

func (w *world) bringReport() {
	w.t.Helper()
	if len(w.reports) == 0 {
		return
	}
	k := w.rand.IntN(len(w.reports))
	r := w.reports[k]
	if w.chance(20) { // it comes twice
		w.reports[k].again = true
	} else {
		w.reports = slices.Delete(w.reports, k, k+1)
	}
	now := time.Now()
	// From now on a copy more is no duplicate, and needs no mark.
	switch p := &w.parts[r.id][r.part]; {
	case r.again:
	case r.status.Outcome() == pdu.Abandoned:
		p.abandoned++
		p.gone++
	case r.status.Outcome() == pdu.Failed:
		p.gone++
	}
	for {
		err := w.b.Report(w.t.Context(), r.w, pdu.StatusReport{MR: r.mr, RA: r.to, SCTS: r.at, Discharge: now, Status: r.status}, w.now())
		if w.survives(err) {
			return
		}
	}
}

func (w *world) decide() {
	w.t.Helper()
	if len(w.ids) == 0 {
		return
	}
	id := w.ids[w.rand.IntN(len(w.ids))]
	var err error
	cancel := w.chance(50)
	if cancel {
		_, err = w.b.Cancel(w.t.Context(), id, "reception")
	} else {
		_, err = w.b.Release(w.t.Context(), id, "reception")
	}
	switch {
	case errors.Is(err, queue.ErrFinal), errors.Is(err, queue.ErrInFlight), errors.Is(err, queue.ErrNotHeld):
	case errors.Is(err, errDied):
		w.restart()
		if cancel && w.b.get(id).Status == queue.StatusCancelled {
			w.cancelled[id] = true
		}
	case err != nil:
		w.t.Fatal(err)
	case cancel:
		w.cancelled[id] = true
	}
}

func (w *world) pass(d time.Duration) {
	w.t.Helper()
	end := w.now().Add(d)
	for w.now().Before(end) {
		next, err := w.b.Tend(w.t.Context())
		if !w.survives(err) {
			continue
		}
		if next.After(end) {
			next = end
		}
		wait(w.t.Context(), max(time.Millisecond, next.Sub(w.now())))
	}
	for i, h := range w.hand { // what hung for too long is not in hand any more
		if h != nil && w.ended(h.Submission) {
			w.drops(i)
		}
	}
}

// ended reports whether the queue waits no more for the outcome of s.
func (w *world) ended(s queue.Submission) bool {
	for _, a := range w.b.get(s.Message.ID).Attempts {
		if a.Number == s.Attempt {
			return a.Outcome != queue.AttemptOpen
		}
	}
	return true
}

func (w *world) step() {
	w.t.Helper()
	switch w.rand.IntN(40) { // the next transaction may be the last
	case 0:
		w.fragile.before = true
	case 1:
		w.fragile.after = true
	case 2:
		w.restart()
	}
	if w.jumps && w.chance(5) {
		w.jump()
	}
	if w.router != nil && w.chance(20) {
		w.route()
	}
	switch n := w.rand.IntN(100); {
	case n < 15:
		w.enqueue()
	case n < 40:
		w.claim(w.rand.IntN(2))
	case n < 70:
		w.answer(w.rand.IntN(2))
	case n < 82:
		w.bringReport()
	case n < 86:
		w.late()
	case n < 90:
		w.decide()
	case n < 91 && !w.jumps:
		w.survives(w.b.Prune(w.t.Context(), 100*time.Hour, 1000*time.Hour))
	default:
		w.pass(time.Duration(w.rand.IntN(1200)) * time.Second)
	}
}

// settle lets the world go on without accidents until nothing waits any more.
func (w *world) settle() {
	w.t.Helper()
	w.skew = 0 // it is set right
	w.routeFairly()
	w.restart()
	for range 400 {
		w.pass(30 * time.Minute)
		for i := range w.hand {
			s, ok, err := w.b.Claim(w.t.Context(), worker(i))
			for err == nil && ok {
				w.takes(i, s)
				h := *w.hand[i]
				w.hand[i] = nil
				s, ok, err = w.b.Record(w.t.Context(), h.Submission, accepted(w.leaves(i, h)), true)
				w.parts[h.Message.ID][h.Part].accepted = true
			}
			if err != nil {
				w.t.Fatal(err)
			}
		}
		for len(w.reports) > 0 {
			w.bringReport()
		}
		for _, id := range w.ids {
			if m := w.b.get(id); m.Status == queue.StatusHeld && m.Error.Code == queue.CodeDecision {
				if _, err := w.b.Release(w.t.Context(), id, "reception"); err != nil {
					w.t.Fatal(err)
				}
			}
		}
		if !slices.ContainsFunc(w.ids, func(id string) bool {
			m := w.b.get(id)
			return !m.Status.Final() && m.Status != queue.StatusSent
		}) {
			return
		}
	}
	w.t.Error("messages still wait after a week without accidents")
}

// compare holds the end of every message against what really happened.
func (w *world) compare() {
	w.t.Helper()
	for _, id := range w.ids {
		m := w.b.get(id)
		for i, p := range w.parts[id] {
			switch {
			case w.jumps:
			case (m.Status == queue.StatusSent || m.Status == queue.StatusDelivered) && p.left == 0:
				w.t.Errorf("message is %s, but part %d never left", m.Status, i)
			case m.Status == queue.StatusCancelled && !w.cancelled[id]:
				w.t.Error("a message is cancelled that nobody cancelled")
			case m.Status == queue.StatusExpired && p.accepted && m.Parts[i].Status == queue.PartExpired && m.Error.Code == queue.CodeExpired && p.abandoned == 0 && !setAside(m, i):
				w.t.Errorf("part %d was accepted and has expired", i)
			}
		}
	}
}

// worlds is how many random worlds there are to be; a soak test asks for more:
// go test ./queue -run RandomWorld -worlds 2000.
var worlds = flag.Uint64("worlds", 24, "random worlds to run the queue in")

func TestRandomWorld(t *testing.T) {
	t.Parallel()
	const steps = 300
	for seed := range *worlds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				memory := memstore.New()
				runWorld(t, seed, steps, func() store.Store { return memory })
			})
		})
	}
}

// The same on a file, which is closed and opened at every death.
func TestRandomWorldOnDisk(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "goniec.db")
			synctest.Test(t, func(t *testing.T) {
				var opened *boltstore.Store
				defer func() { // also when the test fails
					if err := opened.Close(); err != nil {
						t.Error(err)
					}
				}()
				shut := func() {
					if opened == nil {
						return
					}
					if err := opened.Close(); err != nil {
						t.Error(err)
					}
				}
				runWorld(t, 1000+seed, 150, func() store.Store {
					shut()
					s, err := boltstore.Open(path, boltstore.Options{})
					if err != nil {
						t.Fatal(err)
					}
					opened = s
					return s
				})
			})
		})
	}
}

func runWorld(t *testing.T, seed uint64, steps int, open func() store.Store) {
	t.Helper()
	w := &world{
		t: t, rand: rand.New(rand.NewPCG(seed, 4711)), open: open, fragile: &fragile{},
		parts: make(map[string][]truth), cancelled: make(map[string]bool),
		jumps: seed%4 == 3,
	}
	if seed%4 < 2 {
		w.router = &router{prefer: map[string]queue.Preference{}}
	}
	w.adjust = func(c *queue.Config) {
		if w.router != nil {
			c.Router = w.router
		}
		if seed%3 == 1 {
			standard(t)(c)
		}
		if seed%5 == 2 {
			c.Uncertain = queue.Hold
		}
	}
	w.restart()
	for i := range steps {
		w.step()
		if i%20 == 0 {
			queue.CheckInvariants(t, w.fragile.Store)
		}
		if t.Failed() {
			t.Fatalf("after step %d", i)
		}
	}
	w.settle()
	queue.CheckInvariants(t, w.fragile.Store)
	w.compare()
	counts, err := w.b.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, n := range counts {
		total += n
	}
	if total != len(w.ids) {
		t.Errorf("%d messages are in the store, %d were accepted", total, len(w.ids))
	}
	var line strings.Builder
	for _, s := range queue.Statuses() {
		fmt.Fprintf(&line, " %s %d", s, counts[s])
	}
	t.Logf("%d messages, %d deaths, %d marked copies:%s", len(w.ids), w.deaths, w.copies, &line)
}
