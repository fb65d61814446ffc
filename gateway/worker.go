package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"goniec/modem"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

const (
	// firstBackoff is the wait before a modem that failed is opened again; it
	// doubles up to lastBackoff as long as that does not help.
	firstBackoff = 2 * time.Second
	lastBackoff  = time.Minute
	// steadyAfter is how long a modem must have worked for the wait to begin
	// at firstBackoff again.
	steadyAfter = time.Minute
	// parkInterval is how long a parked modem rests until it is tried again.
	parkInterval = 15 * time.Minute
	// repeatInterval is how often the same trouble is logged again.
	repeatInterval = time.Hour
)

var (
	// errRestart ends a life because somebody asked for a restart.
	errRestart = errors.New("restart was asked for")
	// errRebooted ends a life because the device has restarted by itself.
	errRebooted = errors.New("the modem has restarted by itself")
	// errSIMChanged ends a life because there is another SIM in the device, with
	// another name and storage of its own.
	errSIMChanged = errors.New("another SIM has been put into the modem")
	// errNoNetwork ends a life because no network has taken the SIM for long.
	errNoNetwork = errors.New("no network has taken the SIM for long")
	// errPanic ends a life because of a bug.
	errPanic = errors.New("internal error")
)

// worker owns one modem: only its goroutine, run, talks to it.
type worker struct {
	gateway *Gateway
	config  ModemConfig
	modem   *modem.Modem
	pace    *pacer
	metrics *modemMetrics
	log     *slog.Logger
	// predecessors are closed when the port is free.
	predecessors []<-chan struct{}
	// requests are what others want done with the modem, and waiting how many
	// of them have not been taken yet.
	requests chan request
	waiting  atomic.Int32
	number   atomic.Pointer[string] // of the SIM as configured, never nil
	nudged   chan struct{}          // receives when another worker goes out of service or comes back

	// soft is done when nothing new may be begun, hard when all must end.
	soft, hard context.Context
	retire     context.CancelFunc // ends soft
	ended      chan struct{}      // closed when run has returned

	// The following belong to run.
	opened    time.Time // when the modem was ready last in the present life; zero: it was not yet
	backoff   time.Duration
	lastState modem.State // of the event modem.state appended last
	logged    string      // the trouble logged last, and when
	loggedAt  time.Time
	history   history
	ladder    ladder
	// direct are texts and reports that the modem keeps nowhere and that have
	// not been committed yet, in order.
	direct []direct
	// slots is what was committed last of what lay in each slot of the modem.
	slots map[modem.Slot]*committed
	// emptyAt is when any slot may be emptied again after the modem did not
	// answer, and emptyWait how long that was; zero: it does answer.
	emptyAt   time.Time
	emptyWait time.Duration
	// doubt is the attempt whose answer may still come, nil if there is none;
	// listenUntil is until when a port that is opened is only listened to for it.
	doubt       *queue.Submission
	listenUntil time.Time
	recalled    bool // what a former life of the box left in the air has been looked for

	mu    sync.Mutex // guards what follows, which others read
	life  *life      // the present one, nil before the first
	shown shown
	// alarmsLogged is when an alarm was logged last, by its code.
	alarmsLogged map[string]time.Time
}

// life is one opening of the modem up to the next: opened, served, closed, and
// the rest after that.
type life struct {
	ctx    context.Context // done when it should end; its cause says why
	end    context.CancelCauseFunc
	closed chan struct{} // closed when the modem is
}

// committed is what lay, or still lies, in a slot of the modem.
type committed struct {
	sim   string
	raw   []byte
	until time.Time     // the slot is left alone, because it could not be emptied
	wait  time.Duration // the next time
}

// direct is a text or report that came past the memories of the modem.
type direct struct {
	raw     []byte
	session *session // in which it came, by whose SIM, and must be acknowledged
}

// shown is what a worker adds to the Status of its modem.
type shown struct {
	sim                    string
	opened                 time.Time // when the modem was set up in the session that is on; zero: none is, and nobody can ask for anything
	parkedSince            time.Time // zero: not parked
	parkedUntil            time.Time // when it is parked but open: nothing is sent until then
	sent, failed, received uint64
	accepted               time.Time // when a part was accepted last from this SIM
	pausedUntil            time.Time
	pauseReason            string
	trouble                *Trouble
	unwritten              string             // what could not be written when that was last tried; empty: nothing
	alarms                 map[string]Trouble // by code; replaced, never changed
	// outSince is when the modem went out of service, zero while it serves: tries
	// to open it again are no news.
	outSince time.Time
	service  service
}

// unpark ends any parking.
func (s *shown) unpark() { s.parkedSince, s.parkedUntil = time.Time{}, time.Time{} }

func newWorker(g *Gateway, c ModemConfig) *worker {
	if c.Logger == nil {
		c.Logger = g.config.Logger
	}
	w := &worker{
		gateway: g,
		config:  c,
		modem:   modem.New(c.Config),
		pace:    newPacer(g.config.Store, c.Name, c.Pace, g.config.Location),
		metrics: g.metrics.of(c.Name),
		log:     g.config.Logger.With(slog.String("modem", c.Name)),
		hard:    g.hard,
		ended:   make(chan struct{}),
		backoff: firstBackoff,
		slots:   map[modem.Slot]*committed{},

		ladder:       ladder{store: g.config.Store, key: "ladder/" + c.Name},
		requests:     make(chan request),
		nudged:       make(chan struct{}, 1),
		alarmsLogged: map[string]time.Time{},
	}
	w.number.Store(&c.Number)
	w.soft, w.retire = context.WithCancel(g.soft)
	return w
}

// run is the worker's goroutine.
func (w *worker) run() {
	defer close(w.ended)
	defer w.retire()
	for _, ended := range w.predecessors {
		<-ended
	}
	for w.soft.Err() == nil {
		l := w.begin()
		why := w.serve(l)
		w.close(l)
		if w.ladder.silent == 0 && !w.opened.IsZero() && time.Since(w.opened) >= steadyAfter {
			w.backoff = firstBackoff
			w.ladder.worked()
		}
		if wait, do := w.verdict(l, why); wait > 0 {
			w.help(l, do)
			w.rest(l, wait, do)
		}
		l.end(nil)
	}
	w.pace.settle(context.WithoutCancel(w.hard), w.log)
}

// begin starts a life.
func (w *worker) begin() *life {
	l := &life{closed: make(chan struct{})}
	l.ctx, l.end = context.WithCancelCause(w.soft)
	w.opened = time.Time{}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.life = l
	return l
}

// serve opens the modem and serves it until l ends or the modem fails, and
// returns why. A panic, which is a bug, ends this life and no more.
func (w *worker) serve(l *life) (why error) {
	defer func() {
		if r := recover(); r != nil {
			w.metrics.panics.Inc()
			w.log.Error("internal error in the worker of a modem; it is opened again; please report this with the log",
				slog.Any("panic", r), slog.String("stack", string(debug.Stack())))
			why = fmt.Errorf("%w: %v", errPanic, r)
		}
	}()
	s := &session{worker: w, ctx: l.ctx}
	return s.run()
}

// close closes the modem at the end of l.
func (w *worker) close(l *life) {
	if err := w.modem.Close(); err != nil {
		w.log.Debug("modem did not close cleanly", slog.Any("err", err))
	}
	close(l.closed)
}

// verdict says, once, to all who want to know, why a life has ended, what to do
// about the modem, and how long to wait before the next.
func (w *worker) verdict(l *life, why error) (wait time.Duration, do step) {
	if l.ctx.Err() != nil { // a stop or a restart: nobody is to blame
		w.show((*shown).unpark)
		w.noteState("")
		w.backoff = firstBackoff
		return 0, stepNone
	}
	wait = w.backoff
	w.backoff = min(2*w.backoff, lastBackoff)
	now := time.Now()
	park := false
	var t *Trouble
	switch {
	case errors.Is(why, errPanic):
		t = &Trouble{At: now, Code: codePanic, Detail: why.Error(), Remedy: "Report this with the log."}
	case errors.Is(why, errRebooted):
		t = &Trouble{At: now, Code: codeDevice, Detail: why.Error(), Remedy: "If this comes again: check the power supply of the modem."}
	case errors.Is(why, errNoNetwork):
		t, do, wait = withoutNetwork(w.modem.Info().Registration), stepRestart, settleTime
		t.At = now
	case errors.Is(why, errSIMChanged):
		t, wait = &Trouble{At: now, Code: codeDevice, Detail: why.Error(), Remedy: "Nothing is to be done if that was meant."}, firstBackoff
	default:
		f := faultOf(why)
		t = trouble(f, now)
		switch do = w.ladder.next(f); {
		case do == stepRestart, do == stepUSB:
			wait = settleTime
		case f.Class == modem.Stop && !ofSIM(f):
			park, wait = true, parkInterval
		case do == stepPark, f.Class == modem.Stop: // looking at it costs nothing
			park, wait = true, lastBackoff
		}
	}
	var out time.Time
	w.show(func(s *shown) {
		s.trouble = t
		if s.outSince.IsZero() {
			s.outSince = now
		}
		out = s.outSince
		switch {
		case park:
			s.parkedSince, s.parkedUntil = now, time.Time{}
		case !now.Before(s.parkedUntil):
			s.unpark()
		}
	})
	if park {
		out = now.Add(-outBefore) // it will not be back soon
	}
	w.raiseOut(out, now, t.Detail)
	w.logTrouble(t, park, wait)
	w.noteState(t.Code)
	return wait, do
}

// logTrouble logs what a modem suffers from: at once when it is something new,
// and now and then while it lasts.
func (w *worker) logTrouble(t *Trouble, park bool, wait time.Duration) {
	if w.logged == t.Detail && t.At.Sub(w.loggedAt) < repeatInterval {
		w.log.Debug("modem is still out of service", slog.String("code", t.Code), slog.Duration("next_try", wait))
		return
	}
	w.logged, w.loggedAt = t.Detail, t.At
	attributes := []any{
		slog.String("code", t.Code), slog.String("what", t.Detail),
		slog.String("remedy", t.Remedy), slog.Duration("next_try", wait),
	}
	if park {
		w.log.Error("modem is taken out of service; its messages wait or leave by another modem", attributes...)
		return
	}
	w.log.Warn("modem is out of service and will be opened again", attributes...)
}

// park has nothing sent for a while. The modem stays open, so that texts and
// reports go on coming.
func (w *worker) park(t *Trouble) {
	w.show(func(s *shown) {
		s.trouble = t
		s.parkedSince, s.parkedUntil = t.At, t.At.Add(parkInterval)
	})
	w.raiseOut(t.At.Add(-outBefore), t.At, t.Detail)
	w.logTrouble(t, true, parkInterval)
	w.noteState(t.Code)
	w.gateway.changed()
}

// parkedUntil returns until when a modem that is open is parked; zero: it may send.
func (w *worker) parkedUntil(now time.Time) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !now.Before(w.shown.parkedUntil) {
		w.shown.unpark()
	}
	return w.shown.parkedUntil
}

// rest waits until it is time for the next life, or l is ended, or the device
// that was absent, or that do has sent away, is plugged in.
func (w *worker) rest(l *life, wait time.Duration, do step) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	var appeared <-chan struct{}
	if away := do == stepRestart || do == stepUSB; w.config.Open == nil && (away || w.modem.Info().State == modem.Absent) {
		ctx, end := context.WithCancel(l.ctx)
		appeared = w.modem.Appeared(ctx)
		defer func() {
			end()
			for range appeared { // closed when nobody looks any more
			}
		}()
	}
	select {
	case <-l.ctx.Done():
	case <-timer.C:
	case <-appeared:
	}
}

// restart ends the present life and returns when the modem is closed.
func (w *worker) restart(ctx context.Context) error {
	w.mu.Lock()
	l := w.life
	w.shown.unpark()
	w.mu.Unlock()
	if l == nil { // it waits for its predecessor, so it is about to be opened
		return nil
	}
	l.end(errRestart)
	select {
	case <-l.closed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// show changes what others see of the worker.
func (w *worker) show(change func(*shown)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.shown)
}

// state returns the state of the modem as its owner sees it.
func (w *worker) state() (modem.State, time.Time) {
	info := w.modem.Info()
	w.mu.Lock()
	defer w.mu.Unlock()
	closed := w.shown.parkedUntil.IsZero()
	switch since := w.shown.parkedSince; {
	case since.IsZero(),
		closed && info.State == modem.SIMLocked,
		!closed && info.State != modem.Ready && info.State != modem.Registering:
		return info.State, info.Since // which says more
	default:
		return modem.Parked, since
	}
}

// noteState appends an event if the modem has come into another state. If that
// cannot be written now, the next change will be.
func (w *worker) noteState(code string) {
	state, _ := w.state()
	w.metrics.setState(state)
	w.noteService(state)
	if state == w.lastState {
		return
	}
	w.gateway.changed()
	err := w.gateway.config.Store.Update(context.WithoutCancel(w.hard), func(tx store.Tx) error {
		return w.gateway.config.Events.Append(tx, "", StateChanged{Modem: w.config.Name, State: state, Code: code})
	})
	if err != nil {
		w.log.Debug("state of a modem could not be written to the log of events", slog.Any("err", err))
		return
	}
	w.lastState = state
}

// ownNumber returns the number of the SIM in E.164: the configured one, else what the
// card tells; empty if neither is known.
func (w *worker) ownNumber(info modem.Info) string {
	number := info.Number
	if configured := *w.number.Load(); configured != "" {
		number = configured
	}
	if a, err := pdu.ParseAddress(number); err != nil || a.Type != pdu.TypeInternational {
		return ""
	}
	return number
}

// status returns what is known of the modem.
func (w *worker) status() Status {
	info := w.modem.Info()
	state, since := w.state()
	w.mu.Lock()
	defer w.mu.Unlock()
	if out := w.shown.outSince; state != modem.Ready && !out.IsZero() && out.Before(since) {
		since = out
	}
	s := Status{
		Name: w.config.Name, Device: info.Device, State: state, Since: since,
		Manufacturer: info.Manufacturer, Model: info.Model, Revision: info.Revision, Profile: info.Profile, IMEI: info.IMEI,
		SIM: w.shown.sim, ICCID: info.ICCID, Operator: info.Operator, SMSC: info.SMSC,
		Signal: info.Signal, SignalHistory: info.SignalHistory, Registration: info.Registration, Storage: info.Storage,
		Sent: w.shown.sent, Failed: w.shown.failed, Received: w.shown.received,
		PausedUntil: w.shown.pausedUntil, PauseReason: w.shown.pauseReason,
	}
	s.Alarms = w.shown.raised()
	s.Number, s.Opened = w.ownNumber(info), w.shown.opened
	if w.shown.trouble != nil {
		t := *w.shown.trouble
		s.Trouble = &t
	}
	return s
}
