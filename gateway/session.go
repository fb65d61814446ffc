package gateway

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"goniec/clock"
	"goniec/modem"
	"goniec/queue"
)

const (
	// rebootGrace is how long after Open a reported restart of the device may be the restart
	// before that Open.
	rebootGrace = 2 * time.Second
	// shortest is the least time between two claims when nothing else happens, so that an
	// inconsistent queue cannot make a worker spin.
	shortest = 20 * time.Millisecond
)

// session serves one open modem. All its parts run in the goroutine of the worker.
type session struct {
	worker *worker
	ctx    context.Context // done when nothing new may begin in this opening
	id     queue.Worker
	wake   <-chan struct{} // from the queue
	opened time.Time       // when the modem was set up last; zero: not yet

	journal  journal
	dialogue dialogue
	receiver receiver
	sender   sender
	watch    networkWatch
	clock    clockWatch
}

func newSession(ctx context.Context, w *worker) *session {
	s := &session{worker: w, ctx: ctx, journal: journal{worker: w}}
	s.dialogue.session, s.receiver.session, s.sender.session, s.watch.session, s.clock.session = s, s, s, s, s
	return s
}

// run opens the modem and serves it until ctx is done or the modem fails.
func (s *session) run() error {
	s.worker.show(func(p *public) {
		if p.parkedUntil.IsZero() { // parked with the modem closed
			p.parkedSince = time.Time{}
		}
	})
	defer s.drainIndications()
	if err := s.worker.open(s.ctx); err != nil {
		return err
	}
	s.noteSetUp()
	s.wake = s.worker.gateway.queue.Load().Wake(s.ctx)
	return s.loop()
}

// setUpAgain sets the modem up again without closing its port.
func (s *session) setUpAgain() error {
	if err := s.worker.modem.Reinitialise(s.ctx); err != nil {
		return err
	}
	s.noteSetUp()
	return nil
}

// noteSetUp records that the modem is set up, and with which SIM.
func (s *session) noteSetUp() {
	w := s.worker
	s.opened = time.Now()
	info := w.modem.Info()
	s.id = queue.Worker{Modem: w.config.Name, SIM: simOf(info, w.config.Name)}
	w.show(func(p *public) {
		if p.sim != s.id.SIM {
			p.accepted = time.Time{}
		}
		p.sim, p.outSince, p.opened = s.id.SIM, time.Time{}, s.opened
		if p.parkedUntil.IsZero() {
			p.endTrouble()
		}
	})
	w.recovery.forgetLogged()
	w.log.Info("modem is ready", slog.String("device", info.Device), slog.String("model", info.Model), slog.String("profile", info.Profile),
		slog.String("operator", info.Operator), slog.Int("signal_dbm", info.Signal.DBm))
	if w.parkedUntil(s.opened).IsZero() {
		w.alarms.end(AlarmOut)
	}
	w.noteState("")
	w.recogniseCard(s.id.SIM)
	w.gateway.recogniseTwins()
	s.receiver.sweepAt, s.clock.at = s.opened, s.opened
	s.watch.begin(s.opened)
	s.dialogue.postponePing(s.opened)
	w.gateway.notifyWatchers()
}

// simOf returns the name of a SIM in the queue: that of the card, so that reports find their
// messages after the card was moved to another modem.
func simOf(info modem.Info, name string) string {
	return cmp.Or(info.IMSI, info.ICCID, "modem "+name)
}

// loop repeats, in this order: handle what the modem has announced, serve requests, do upkeep,
// send, wait.
func (s *session) loop() error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if err := s.handleAnnounced(); err != nil {
			return err
		}
		if err := s.serveRequests(); err != nil {
			return err
		}
		if s.ending() {
			return context.Cause(s.ctx)
		}
		if err := s.upkeep(); err != nil {
			return err
		}
		next, err := s.sender.send()
		if err != nil {
			return err
		}
		s.worker.noteState("")
		timer.Reset(time.Until(clock.Earliest(next, s.upkeepAt(), s.journal.nextTry())))
		if err := s.wait(timer.C); err != nil {
			return err
		}
	}
}

// wait waits for timer or something to do. An indication or a request is handled at once.
func (s *session) wait(timer <-chan time.Time) error {
	select {
	case i := <-s.worker.modem.Indications():
		return s.handle(i)
	case r := <-s.worker.requests.handed:
		return s.serveRequest(r)
	case <-s.ctx.Done():
	case <-s.wake:
	case <-s.worker.nudged:
	case <-timer:
	}
	return nil
}

// ending says whether nothing new may begin.
func (s *session) ending() bool { return s.ctx.Err() != nil }

// upkeep does the work that is due by time.
func (s *session) upkeep() error {
	now := time.Now()
	if s.journal.due(now) {
		if err := s.receiver.commitDirect(); err != nil {
			return err
		}
	}
	if err := s.watch.refresh(now); err != nil {
		return err
	}
	if err := s.dialogue.ping(now); err != nil {
		return err
	}
	if err := s.clock.compare(now); err != nil {
		return err
	}
	return s.receiver.sweepIfDue(now)
}

// upkeepAt returns when upkeep is due next.
func (s *session) upkeepAt() time.Time {
	return clock.Earliest(s.watch.refreshAt, s.dialogue.pingAt, s.receiver.sweepAt, s.clock.at)
}

// upkeepDue says whether upkeep is due, the store has failed, or a request waits.
func (s *session) upkeepDue() bool {
	return !time.Now().Before(s.upkeepAt()) || !s.journal.retryAt.IsZero() || s.worker.requests.waiting.Load() > 0
}

// handleAnnounced handles all indications that the modem has sent so far, in order.
func (s *session) handleAnnounced() error {
	for {
		select {
		case i := <-s.worker.modem.Indications():
			if err := s.handle(i); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// handle handles one indication of the modem.
func (s *session) handle(i modem.Indication) error {
	switch i.Kind {
	case modem.MessageStored, modem.ReportStored:
		return s.receiver.fetch(i.Slot)
	case modem.MessageDirect, modem.ReportDirect:
		s.receiver.keepDirect(i.Raw)
		return s.receiver.commitDirect()
	case modem.LateSubmit:
		s.sender.recordLateAnswer(queue.Outcome{Kind: queue.Accepted, MR: i.MR, At: time.Now()})
		return nil
	case modem.LateRefusal:
		s.sender.recordLateRefusal(faultOf(i.Err))
		return nil
	case modem.StorageFull:
		s.worker.log.Warn("memory of the modem is full; fetching and deleting what is in it")
		s.receiver.sweepBy(time.Now())
		return nil
	case modem.Damaged:
		s.worker.log.Warn("something the modem announced could not be read; looking into its memories")
		s.receiver.sweepBy(time.Now())
		return nil
	case modem.RegistrationChanged:
		info := s.worker.modem.Info()
		s.worker.log.Info("registration has changed", slog.String("circuit_switched", info.Registration.CS.String()),
			slog.String("lte", info.Registration.EPS.String()))
		s.watch.noteNetwork(info)
		return nil
	case modem.StorageFilling:
		s.worker.log.Info("memory of the modem is filling; fetching and deleting what is in it")
		s.receiver.sweepBy(time.Now())
		return nil
	case modem.CallIncoming:
		return s.handleRing(i)
	case modem.CallEnded:
		s.worker.gateway.attendant().HandleCall(s.id, i)
		return nil
	case modem.Rebooted:
		if errors.Is(i.Err, modem.ErrSIMChanged) {
			return errSIMChanged
		}
		if time.Since(s.opened) < rebootGrace {
			return nil
		}
		return errRebooted
	case modem.Lost:
		if s.worker.modem.Info().State == modem.Faulted {
			return faultOf(i.Err)
		}
		return nil // an indication of the port that was open before
	default:
		s.worker.log.Warn("modem announced something unknown", slog.String("kind", string(i.Kind)))
		return nil
	}
}

// handleRing passes a ring, or the number of the caller, to the attendant, and hangs up if the
// attendant says so.
func (s *session) handleRing(i modem.Indication) error {
	if !s.worker.gateway.attendant().HandleRing(s.worker.config.Name, i) {
		return nil
	}
	if err := s.worker.modem.Hangup(s.worker.hard); err != nil {
		s.worker.log.Warn("call could not be ended; it rings on", slog.Any("err", err))
		return s.dialogue.mend(faultOf(err))
	}
	return nil
}

// drainIndications keeps, at the end of a session, the indications that are stored nowhere
// else, because the next session may be with another SIM. The next sweep finds what lies in a
// memory of the modem.
func (s *session) drainIndications() {
	// If the store still fails, the next write shows it again.
	s.worker.show(func(p *public) { p.opened, p.unwritten = time.Time{}, "" })
	s.worker.gateway.config.Routing.turns.markBusy(s.worker.config.Name)
	for {
		select {
		case i := <-s.worker.modem.Indications():
			switch i.Kind {
			case modem.MessageDirect, modem.ReportDirect:
				s.receiver.keepDirect(i.Raw)
			case modem.LateSubmit, modem.LateRefusal:
				_ = s.handle(i) // these kinds return no error
			case modem.CallEnded:
				s.worker.gateway.attendant().HandleCall(s.id, i)
			default:
			}
		default:
			return
		}
	}
}
