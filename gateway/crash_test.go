package gateway_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"goniec/event"
	"goniec/gateway"
	"goniec/inbox"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// errKilled is what a process that is no more gets from its store.
var errKilled = errors.New("killed")

// process is one life of the gateway, as the rest of the world sees it: what it
// commits and what passes on the lines of its modems. Each of these is a step, and
// at one of them it is killed: nothing that it does after that reaches anybody.
type process struct {
	killAt int           // number of the step; 0: none
	died   chan struct{} // closed at that step

	mu    sync.Mutex // guards what follows
	count int
	last  string // what the latest step is called
	dead  bool
	ports []io.Closer
}

func newProcess(killAt int) *process { return &process{killAt: killAt, died: make(chan struct{})} }

// step counts a step of the given name and says whether the process lives on.
func (p *process) step(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return false
	}
	p.count++
	p.last = name
	if p.count == p.killAt {
		p.dead = true
		close(p.died)
	}
	return !p.dead
}

func (p *process) alive() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.dead
}

// bury closes the ports, as the kernel does for a process that was killed.
func (p *process) bury() {
	p.mu.Lock()
	p.dead = true
	ports := p.ports
	p.mu.Unlock()
	for _, port := range ports {
		_ = port.Close() // its modem cannot mind
	}
}

// mortalStore is the store as a process sees it. It outlives the process.
type mortalStore struct {
	store.Store
	process *process
}

func (s mortalStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	what := "commit of " + committer()
	if !s.process.step("before the " + what) {
		return errKilled
	}
	if err := s.Store.Update(ctx, fn); err != nil {
		return err
	}
	if !s.process.step("after the " + what) {
		return errKilled
	}
	return nil
}

func (s mortalStore) View(ctx context.Context, fn func(store.Reader) error) error {
	if !s.process.alive() {
		return errKilled
	}
	return s.Store.View(ctx, fn)
}

// committer names the function that has a transaction committed.
func committer() string {
	callers := make([]uintptr, 16)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)])
	for {
		f, more := frames.Next()
		name := f.Function[strings.LastIndexByte(f.Function, '/')+1:]
		if !strings.HasPrefix(name, "store.") {
			return name[strings.LastIndexByte(name, '.')+1:]
		}
		if !more {
			return "unknown"
		}
	}
}

// mortalPort is the line to a modem as a process has it open.
type mortalPort struct {
	modem.Port
	process *process
}

func (p mortalPort) Write(b []byte) (int, error) {
	what := lineName(b)
	if !p.process.step("before " + what + " is written") {
		return 0, io.ErrClosedPipe
	}
	for _, cut := range []struct {
		name   string
		octets int
	}{{"half of ", len(b) / 2}, {"all but the end of ", len(b) - 1}} {
		if !p.process.step("after " + cut.name + what) {
			_, _ = p.Port.Write(b[:cut.octets]) // the program is gone, so an error is ignored
			return 0, io.ErrClosedPipe
		}
	}
	n, err := p.Port.Write(b)
	if !p.process.step("after " + what + " was written") {
		return 0, io.ErrClosedPipe
	}
	return n, err
}

func (p mortalPort) Read(b []byte) (int, error) {
	n, err := p.Port.Read(b)
	if n > 0 && !p.process.step("before "+answerName(b[:n])+" is read") {
		return 0, io.ErrClosedPipe
	}
	return n, err
}

// lineName names what the gateway writes without what differs from time to time.
func lineName(b []byte) string {
	switch {
	case bytes.IndexByte(b, 0x1a) >= 0:
		return "the payload"
	case bytes.HasPrefix(b, []byte("AT")):
		name, _, _ := strings.Cut(strings.TrimSpace(string(b)), "=")
		return name
	default:
		return "a control character"
	}
}

// answerName does so for what the modem says.
func answerName(b []byte) string {
	for _, name := range []string{">", "+CMGS:", "+CMTI:", "+CDSI:", "+CDS:", "+CMT:", "+CMGR:", "+CMGL:", "ERROR", "OK"} {
		if bytes.Contains(b, []byte(name)) {
			return strings.TrimSuffix(name, ":")
		}
	}
	return "an answer"
}

// wreckage is what differs from wreck to wreck.
type wreckage struct {
	profile     emulator.Profile
	policy      queue.Policy
	down        time.Duration // from a kill to the next start
	reportDelay time.Duration // from the service centre's acceptance to the first report
}

// wreck is a world around a gateway that is killed: texts go out and come in, and
// in any case another one is started on the same store and modem.
type wreck struct {
	t       *testing.T
	world   store.Store // what is on disk
	network *emulator.Network
	card    *emulator.SIM
	device  *emulator.Modem
	wreckage
	killAt []int // the step of each life at which it is killed; those after live on

	deaths  []string // what was done last in each life that was killed
	steps   int      // of the first life
	process *process
	queue   *queue.Queue
	inbox   *inbox.Inbox
	events  *event.Log
	gateway *gateway.Gateway
	tending func()
	log     *safeBuffer
}

// boot starts the gateway as the application does. Where it is killed meanwhile it
// is started again.
func (w *wreck) boot() {
	for {
		at := 0
		if len(w.killAt) > 0 {
			at, w.killAt = w.killAt[0], w.killAt[1:]
		}
		w.process = newProcess(at)
		if err := w.start(); err == nil {
			return
		} else if w.process.alive() {
			w.t.Errorf("start: %v", err)
			return
		}
		w.end()
	}
}

func (w *wreck) start() error {
	p := w.process
	s := mortalStore{w.world, p}
	logger := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.events = event.New(s, "box")
	routing := gateway.NewRouting(gateway.RoutingConfig{Store: s})
	var err error
	w.queue, err = queue.New(queue.Config{
		Store: s, Events: w.events, Box: "box", Logger: logger, Router: routing,
		Uncertain: w.policy, UncertainWait: 10 * time.Minute,
	})
	if err != nil {
		return err
	}
	if _, err := w.queue.Recover(context.Background()); err != nil {
		return err
	}
	if w.inbox, err = inbox.New(inbox.Config{Store: s, Events: w.events, Queue: w.queue, Contacts: routing, Logger: logger}); err != nil {
		return err
	}
	w.gateway = gateway.New(gateway.Config{
		Store: s, Queue: w.queue, Inbox: w.inbox, Routing: routing, Events: w.events, Logger: logger,
		Modems: []gateway.ModemConfig{{Config: modem.Config{
			Name: "sim-a",
			Open: func(ctx context.Context) (modem.Port, error) {
				port, err := w.device.Dial(ctx)
				if err != nil {
					return nil, err
				}
				p.mu.Lock()
				defer p.mu.Unlock()
				p.ports = append(p.ports, port)
				return mortalPort{port, p}, nil
			},
		}}},
	})
	ctx, cancel := context.WithCancel(context.Background())
	var tending sync.WaitGroup
	w.tending = func() { cancel(); tending.Wait() }
	q, b := w.queue, w.inbox
	tending.Go(func() {
		for ctx.Err() == nil {
			next, err := q.Tend(ctx)
			if err == nil {
				err = b.Tend(ctx)
			}
			if err != nil || time.Until(next) > 15*time.Second {
				next = time.Now().Add(15 * time.Second)
			}
			timer := time.NewTimer(max(time.Until(next), time.Second))
			select {
			case <-ctx.Done():
			case <-timer.C:
			}
			timer.Stop()
		}
	})
	return w.gateway.Start(context.Background())
}

// end clears away a life that was killed, or ends the last one.
func (w *wreck) end() {
	select {
	case <-w.process.died:
		w.deaths = append(w.deaths, w.process.last)
	default:
	}
	if w.steps == 0 {
		w.steps = w.process.count
	}
	w.process.bury()
	if w.gateway != nil {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = w.gateway.Stop(ctx) // of one that is dead nothing else is expected
		w.gateway = nil
	}
	if w.tending != nil {
		w.tending()
		w.tending = nil
	}
	<-time.After(w.down)
}

// pass lets virtual time pass, however often the gateway is killed in it.
func (w *wreck) pass(d time.Duration) {
	end := time.Now().Add(d)
	for {
		select {
		case <-time.After(time.Until(end)):
			synctest.Wait()
			if w.process.alive() {
				return
			}
		case <-w.process.died:
		}
		w.end()
		w.boot()
	}
}

// post has messages accepted; a caller who gets no answer repeats the call.
func (w *wreck) post(key string, drafts ...queue.Draft) []string {
	var ids []string
	for {
		results, _, err := w.queue.Enqueue(context.Background(), queue.Caller{Token: "his", Key: key}, drafts)
		switch {
		case err == nil:
			for _, r := range results {
				if r.Err != nil {
					w.t.Errorf("not accepted: %v", r.Err)
				} else {
					ids = append(ids, r.Message.ID)
				}
			}
			return ids
		case w.process.alive():
			w.t.Errorf("not accepted: %v", err)
			return ids
		}
		w.end()
		w.boot()
	}
}

// inbound are the texts that patients send in a wreck.
func inbound() []string {
	return []string{"TAK 1", "NIE " + strings.Repeat("przepraszam, ", 24), "TAK 2"}
}

// run is what goes on in a wreck: three messages of five parts in all, three texts of
// five parts that come in.
func (w *wreck) run() map[string]string {
	w.boot()
	to := func(number, text string) queue.Draft {
		a, err := pdu.ParseAddress(number)
		if err != nil {
			w.t.Error(err)
		}
		return queue.Draft{To: a, Text: text}
	}
	say := func(i int) {
		if err := w.network.Handset(fmt.Sprintf("+4860230000%d", i)).Send(w.card.Number, inbound()[i]); err != nil {
			w.t.Error(err)
		}
	}
	w.pass(4 * time.Second)
	out := map[string]string{} // number by message
	first := []string{"+48601000001", "+48601000002"}
	for i, id := range w.post("first", to(first[0], "Wizyta jutro 10:00. Odpisz TAK lub NIE"), to(first[1], strings.Repeat("Wizyta jutro o 10. ", 22))) {
		out[id] = first[i]
	}
	w.pass(1500 * time.Millisecond)
	say(0)
	say(1)
	w.pass(4 * time.Second)
	for _, id := range w.post("second", to("+48601000003", "Wizyta jutro 12:00. Odpisz TAK lub NIE")) {
		out[id] = "+48601000003"
	}
	w.pass(2 * time.Second)
	say(2)
	w.pass(30 * time.Second)
	for range 24 {
		w.pass(10 * time.Minute)
		if w.settled(out) {
			break
		}
	}
	for died := -1; died < len(w.deaths); { // the last life has its time
		died = len(w.deaths)
		w.pass(10 * time.Minute)
	}
	return out
}

// settled says whether nothing is expected to happen any more but for reports.
func (w *wreck) settled(out map[string]string) bool {
	for id := range out {
		m, err := w.queue.Message(context.Background(), id)
		if err == nil && !m.Status.Final() && m.Status != queue.StatusHeld && m.Status != queue.StatusSent {
			return false
		}
	}
	return true
}

// finding is what a kill has done, as the network and the inbox tell.
type finding struct {
	lost, doubled, uncertain, held, lostIn, doubledIn int
	broken                                            []string // what Verify of queue and inbox finds
	ledgers                                           []string // of what was sent more than once
}

// clean says whether nothing is lost or sent twice and the store is whole.
func (f finding) clean() bool {
	return f.lost == 0 && f.doubled == 0 && f.lostIn == 0 && f.doubledIn == 0 && len(f.broken) == 0
}

// ledger tells what the queue knows of a part, for a person who looks into it.
func ledger(m queue.Message, part int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "part %d of a message that is %s:", part+1, m.Status)
	for _, a := range m.Attempts {
		if a.Part == part {
			fmt.Fprintf(&b, " attempt %d at %s, payload at %s, %s %s at %s;", a.Number, a.At.Format(time.TimeOnly),
				a.PayloadAt.Format(time.TimeOnly), a.Outcome, a.Code, a.EndedAt.Format(time.TimeOnly))
		}
	}
	return b.String()
}

// compare holds the network's own record and the texts that were sent to us against
// what the queue has.
func (w *wreck) compare(out map[string]string) finding {
	var f finding
	type part struct {
		to     string
		number int
	}
	copies := map[part]int{}
	for _, a := range w.network.Accepted() {
		copies[part{a.To, a.Part}]++
	}
	for id, number := range out {
		m, err := w.queue.Message(context.Background(), id)
		if err != nil {
			f.lost++
			continue
		}
		if m.Status == queue.StatusHeld || m.Status == queue.StatusUncertain {
			f.held++
		}
		for _, a := range m.Attempts {
			if a.Outcome == queue.AttemptUncertain {
				f.uncertain++
			}
		}
		for k := range m.Parts {
			switch n := copies[part{number, k + 1}]; {
			case n == 0 && m.Status != queue.StatusHeld:
				f.lost++
			case n > 1:
				f.doubled += n - 1
				f.ledgers = append(f.ledgers, ledger(m, k))
			}
		}
	}
	items, _, err := w.inbox.Page(context.Background(), inbox.Filter{}, "", 100)
	if err != nil {
		w.t.Error(err)
	}
	for _, text := range inbound() {
		n := 0
		for _, i := range items {
			if i.Complete && i.Text == text {
				n++
			}
		}
		switch {
		case n == 0:
			f.lostIn++
		case n > 1:
			f.doubledIn += n - 1
		}
	}
	err = w.world.View(context.Background(), func(r store.Reader) error {
		tell := func(x store.Finding) { f.broken = append(f.broken, x.Record+": "+x.What) }
		return errors.Join(queue.Verify(r, tell, nil), inbox.Verify(r, tell, nil))
	})
	if err != nil {
		w.t.Error(err)
	}
	return f
}
