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

	"goniec/catalogue"
	"goniec/modem"
	"goniec/store"
)

const (
	// firstBackoff is the wait before a modem that failed is opened again. The wait doubles up
	// to lastBackoff with each further failure.
	firstBackoff = 2 * time.Second
	lastBackoff  = time.Minute
	// steadyAfter is how long a modem must have been open for the wait to return to
	// firstBackoff.
	steadyAfter = time.Minute
	// parkInterval is how long a parked modem sends nothing before it is tried again.
	parkInterval = 15 * time.Minute
	// repeatInterval is the time after which a lasting trouble is logged again.
	repeatInterval = time.Hour
)

var (
	// errRestart ends an opening on request, see Gateway.Restart.
	errRestart = errors.New("restart was asked for")
	// errRebooted ends an opening because the device has restarted by itself.
	errRebooted = errors.New("the modem has restarted by itself")
	// errSIMChanged ends an opening because the modem holds another SIM, which has another
	// name and other storage.
	errSIMChanged = errors.New("another SIM has been put into the modem")
	// errNoNetwork ends an opening because no network has accepted the SIM for long.
	errNoNetwork = errors.New("no network has taken the SIM for long")
	// errPanic ends an opening because of a panic.
	errPanic = errors.New("internal error")
)

// worker owns one modem. Only the goroutine of run talks to the modem.
type worker struct {
	gateway  *Gateway
	config   ModemConfig
	modem    *modem.Modem
	metrics  *modemMetrics
	log      *slog.Logger
	number   atomic.Pointer[string] // ModemConfig.Number, never nil
	pace     *pacer
	alarms   *alarms
	requests requests
	nudged   chan struct{} // receives when another worker goes out of service or comes back
	// predecessors are workers' ended channels; run waits for all of them, since they hold the
	// port.
	predecessors []<-chan struct{}

	// soft is done when nothing new may begin, hard when running submissions must end.
	soft, hard context.Context
	retire     context.CancelFunc // ends soft
	ended      chan struct{}      // closed when run has returned

	// The following belong to the goroutine of run and outlive a session.
	recovery  recovery
	lastState modem.State // in the last event modem.state
	history   history
	postponed postponed
	inbound   inbound
	air       air

	mu      sync.Mutex // guards what follows, which other goroutines read
	opening *opening   // the present one; nil before the first
	public  public
}

// opening is one round of run: the modem is opened, served and closed, and run waits for the
// next round.
type opening struct {
	ctx    context.Context // done when the opening should end; its cause says why
	end    context.CancelCauseFunc
	closed chan struct{} // closed when the modem has been closed
}

func newWorker(g *Gateway, c ModemConfig) *worker {
	if c.Logger == nil {
		c.Logger = g.config.Logger
	}
	w := &worker{
		gateway:  g,
		config:   c,
		modem:    modem.New(c.Config),
		pace:     newPacer(g.config.Store, c.Name, c.Pace, g.config.Location),
		metrics:  g.metrics.of(c.Name),
		log:      g.config.Logger.With(slog.String("modem", c.Name)),
		requests: requests{handed: make(chan request)},
		nudged:   make(chan struct{}, 1),
		hard:     g.hard,
		ended:    make(chan struct{}),
		inbound:  inbound{slots: map[modem.Slot]*committed{}},
	}
	w.alarms = newAlarms(w)
	w.recovery = recovery{worker: w, key: "ladder/" + c.Name, backoff: firstBackoff}
	w.number.Store(&c.Number)
	w.soft, w.retire = context.WithCancel(g.soft)
	return w
}

// run is the goroutine of the worker. It returns when soft is done.
func (w *worker) run() {
	defer close(w.ended)
	defer w.retire()
	for _, ended := range w.predecessors {
		<-ended
	}
	for w.soft.Err() == nil {
		o := w.beginOpening()
		opened, why := w.serve(o)
		w.close(o)
		if !opened.IsZero() && time.Since(opened) >= steadyAfter {
			w.recovery.resetIfAnswering()
		}
		if wait, do := w.conclude(o, why); wait > 0 {
			w.recovery.recover(o.ctx, do)
			w.rest(o, wait, do)
		}
		o.end(nil)
	}
	w.pace.returnUnused(context.WithoutCancel(w.hard), w.log)
}

// beginOpening returns a new opening and makes it the present one.
func (w *worker) beginOpening() *opening {
	o := &opening{closed: make(chan struct{})}
	o.ctx, o.end = context.WithCancelCause(w.soft)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.opening = o
	return o
}

// serve opens the modem and serves it until o ends or the modem fails. opened is when the
// modem was set up last, zero if it never was; why is the reason for the end. A panic ends
// only this opening.
func (w *worker) serve(o *opening) (opened time.Time, why error) {
	s := newSession(o.ctx, w)
	defer func() {
		opened = s.opened
		if r := recover(); r != nil {
			w.metrics.panics.Inc()
			w.log.Error("internal error in the worker of a modem; it is opened again; please report this with the log",
				slog.Any("panic", r), slog.String("stack", string(debug.Stack())))
			why = fmt.Errorf("%w: %v", errPanic, r)
		}
	}()
	return time.Time{}, s.run()
}

// close closes the modem at the end of o.
func (w *worker) close(o *opening) {
	if err := w.modem.Close(); err != nil {
		w.log.Debug("modem did not close cleanly", slog.Any("err", err))
	}
	close(o.closed)
}

// conclude shows, logs and records why an opening has ended. It returns how long to wait
// before the next opening and what to do about the modem meanwhile.
func (w *worker) conclude(o *opening, why error) (wait time.Duration, do recoveryStep) {
	if o.ctx.Err() != nil { // a stop or a restart on request
		w.show((*public).unpark)
		w.noteState("")
		w.recovery.resetBackoff()
		return 0, stepNone
	}
	wait = w.recovery.nextWait()
	now := time.Now()
	park := false
	var t *Trouble
	switch {
	case errors.Is(why, errPanic):
		t = &Trouble{At: now, Code: codePanic, Detail: why.Error(), Remedy: catalogue.RemedyReport}
	case errors.Is(why, errRebooted):
		t = &Trouble{At: now, Code: codeDevice, Detail: why.Error(), Remedy: catalogue.RemedyPower}
	case errors.Is(why, errNoNetwork):
		t, do, wait = withoutNetwork(w.modem.Info().Registration), stepRestart, settleTime
		t.At = now
	case errors.Is(why, errSIMChanged):
		t, wait = &Trouble{At: now, Code: codeDevice, Detail: why.Error(), Remedy: catalogue.RemedyNothing}, firstBackoff
	default:
		f := faultOf(why)
		t = trouble(f, now)
		switch do = w.recovery.chooseStep(f); {
		case do == stepRestart, do == stepUSB:
			wait = settleTime
		case f.Class == modem.Stop && !isSIMFault(f):
			park, wait = true, parkInterval
		case do == stepPark, f.Class == modem.Stop: // an attempt to open the modem costs nothing
			park, wait = true, lastBackoff
		}
	}
	var out time.Time
	w.show(func(p *public) {
		p.trouble = t
		if p.outSince.IsZero() {
			p.outSince = now
		}
		out = p.outSince
		switch {
		case park:
			p.parkedSince, p.parkedUntil = now, time.Time{}
		case !now.Before(p.parkedUntil):
			p.unpark()
		}
	})
	if park {
		out = now.Add(-outBefore) // the modem will not be back soon
	}
	w.alarms.outOfService(out, now, t.Detail)
	w.recovery.logTrouble(t, park, wait)
	w.noteState(t.Code)
	return wait, do
}

// park stops sending for parkInterval. The modem stays open, so texts and reports are still
// received.
func (w *worker) park(t *Trouble) {
	w.show(func(p *public) {
		p.trouble = t
		p.parkedSince, p.parkedUntil = t.At, t.At.Add(parkInterval)
	})
	w.alarms.outOfService(t.At.Add(-outBefore), t.At, t.Detail)
	w.recovery.logTrouble(t, true, parkInterval)
	w.noteState(t.Code)
	w.gateway.notifyWatchers()
}

// rest waits until the next opening is due, or o ends, or the device is plugged in that was
// absent or that do has made disappear.
func (w *worker) rest(o *opening, wait time.Duration, do recoveryStep) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	var appeared <-chan struct{}
	if away := do == stepRestart || do == stepUSB; w.config.Open == nil && (away || w.modem.Info().State == modem.Absent) {
		ctx, end := context.WithCancel(o.ctx)
		appeared = w.modem.Appeared(ctx)
		defer func() {
			end()
			for range appeared { // closed when Appeared has ended
			}
		}()
	}
	select {
	case <-o.ctx.Done():
	case <-timer.C:
	case <-appeared:
	}
}

// restart ends the present opening and returns when the modem is closed.
func (w *worker) restart(ctx context.Context) error {
	w.mu.Lock()
	o := w.opening
	w.public.unpark()
	w.mu.Unlock()
	if o == nil { // run still waits for a predecessor and opens the modem next
		return nil
	}
	o.end(errRestart)
	select {
	case <-o.closed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// noteState appends an event if the state of the modem has changed. An event that cannot be
// written now is written with the next call.
func (w *worker) noteState(code string) {
	state, _ := w.state()
	w.metrics.setState(state)
	w.noteService(state)
	if state == w.lastState {
		return
	}
	w.gateway.notifyWatchers()
	err := w.gateway.config.Store.Update(context.WithoutCancel(w.hard), func(tx store.Tx) error {
		return w.gateway.config.Events.Append(tx, "", StateChanged{Modem: w.config.Name, State: state, Code: code})
	})
	if err != nil {
		w.log.Debug("state of a modem could not be written to the log of events", slog.Any("err", err))
		return
	}
	w.lastState = state
}
