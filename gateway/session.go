package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"goniec/modem"
	"goniec/queue"
	"goniec/store"
)

const (
	sweepInterval   = 5 * time.Minute // between looks into the memories of the modem
	refreshInterval = time.Minute     // between looks at signal and registration
	firstRetry      = time.Second     // before the store is tried again; doubles up to lastRetry
	lastRetry       = 30 * time.Second
	pingInterval    = 20 * time.Second // between questions whether the modem still answers
	// mendsBeforeSetup is how often the dialogue is brought back in step without
	// success before the modem is set up anew, mendsBeforeReopen before it is
	// opened anew.
	mendsBeforeSetup  = 2
	mendsBeforeReopen = 3
	sweepAfterMend    = 5 * time.Second
	// blindBefore is how many sweeps in a row must have failed for the modem to
	// be opened anew for it.
	blindBefore = 3
	// firstStuck is how long a slot that could not be emptied is left alone,
	// firstHung if the modem did not even answer; either doubles up to lastStuck.
	firstStuck = 2 * time.Minute
	firstHung  = 10 * time.Minute
	lastStuck  = 6 * time.Hour
	// rebootGrace is how long after Open a restart of the device may still be
	// the one because of which it was opened.
	rebootGrace = 2 * time.Second
	// shortest is the least time between two looks at the queue when nothing
	// else happens, so that no oddity in it can make a worker spin.
	shortest = 20 * time.Millisecond
)

// storeRemedy is what a person can do when the store cannot be written.
const storeRemedy = "Free space on the disk that holds data_dir, or check the disk; nothing is sent until then, and nothing is lost."

// session is the time in which a modem is open. All of it runs in the
// goroutine of its worker.
type session struct {
	*worker
	ctx  context.Context // done when nothing new may be begun in this life
	id   queue.Worker
	wake <-chan struct{} // from the queue

	sweepAt, refreshAt time.Time
	pingAt             time.Time // put off by whatever else the modem answers
	clockAt            time.Time // when the clock of this machine is looked after again
	// retryAt is when the store is tried again after it failed; zero: it works.
	retryAt time.Time
	retry   time.Duration
	// restUntil is when the network may be tried again after it failed often,
	// or what it refused was left to others; restReason says which.
	restUntil  time.Time
	restReason string
	weakSince  time.Time     // when the signal became weak; zero: it is not
	lostAt     time.Time     // when the radio was switched off and on last for want of a network
	lostWait   time.Duration // until it is again
	lostTries  int           // how often that was done, or the modem restarted
	// plain says what this SIM's service centre has refused in a TPDU.
	plain refusedFeatures
	// blind counts the sweeps in a row that could not look everywhere.
	blind int
	// filled counts the sweeps in a row that began with a memory nearly full.
	filled int
	// mends counts how often the dialogue was mended since it last worked.
	mends int
}

// run opens the modem and serves it until ctx is done or it fails.
func (s *session) run() error {
	s.show(func(w *shown) {
		if w.parkedUntil.IsZero() { // parked by closing it
			w.parkedSince = time.Time{}
		}
	})
	defer s.leave()
	if err := s.open(); err != nil {
		return err
	}
	s.arrive()
	s.wake = s.gateway.config.Queue.Wake(s.ctx)
	return s.loop()
}

// setUpAnew sets the modem up again without closing its port.
func (s *session) setUpAnew() error {
	if err := s.modem.Reinitialise(s.ctx); err != nil {
		return err
	}
	s.arrive()
	return nil
}

// arrive notes that the modem is ready, and with which SIM.
func (s *session) arrive() {
	s.opened, s.lostWait = time.Now(), lostBefore
	info := s.modem.Info()
	s.id = queue.Worker{Modem: s.config.Name, SIM: simOf(info, s.config.Name)}
	s.show(func(w *shown) {
		if w.sim != s.id.SIM {
			w.accepted = time.Time{}
		}
		w.sim, w.outSince, w.opened = s.id.SIM, time.Time{}, s.opened
		if w.trouble != nil && w.parkedUntil.IsZero() {
			w.trouble.Over = true
		}
	})
	s.logged = ""
	s.log.Info("modem is ready", slog.String("device", info.Device), slog.String("model", info.Model), slog.String("profile", info.Profile),
		slog.String("operator", info.Operator), slog.Int("signal_dbm", info.Signal.DBm))
	if s.parkedUntil(s.opened).IsZero() {
		s.calm(AlarmOut)
	}
	s.noteState("")
	s.recogniseCard()
	s.gateway.recogniseTwins()
	s.sweepAt, s.refreshAt, s.pingAt = time.Now(), time.Now().Add(refreshInterval), time.Now().Add(pingInterval)
	s.clockAt = time.Now()
	s.gateway.changed()
}

// simOf returns by what name reports find their way back: that of the card, so
// that it may be moved to another modem.
func simOf(info modem.Info, name string) string {
	switch {
	case info.IMSI != "":
		return info.IMSI
	case info.ICCID != "":
		return info.ICCID
	default:
		return "modem " + name
	}
}

// loop does whatever is due, in this order: what the modem announces, what is
// due from time to time, what the queue has; then it waits.
func (s *session) loop() error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if err := s.announced(); err != nil {
			return err
		}
		if err := s.oblige(); err != nil {
			return err
		}
		if s.ending() {
			return context.Cause(s.ctx)
		}
		if err := s.upkeep(); err != nil {
			return err
		}
		next, err := s.send()
		if err != nil {
			return err
		}
		s.noteState("")
		again := s.retryAt
		if again.Before(time.Now()) {
			again = time.Time{} // whatever wakes us first will try
		}
		timer.Reset(time.Until(earliest(next, s.sweepAt, s.refreshAt, s.pingAt, s.clockAt, again)))
		select {
		case <-s.ctx.Done():
		case i := <-s.modem.Indications():
			if err := s.handle(i); err != nil {
				return err
			}
		case r := <-s.requests:
			if err := s.grant(r); err != nil {
				return err
			}
		case <-s.wake:
		case <-s.nudged:
		case <-timer.C:
		}
	}
}

// ending says whether nothing new may be begun.
func (s *session) ending() bool { return s.ctx.Err() != nil }

// earliest returns the first of times that is not zero.
func earliest(times ...time.Time) time.Time {
	var first time.Time
	for _, t := range times {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// latest returns the last of times.
func latest(times ...time.Time) time.Time {
	var last time.Time
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// upkeep does what is due from time to time.
func (s *session) upkeep() error {
	now := time.Now()
	if !s.retryAt.IsZero() && !now.Before(s.retryAt) {
		if err := s.commitDirect(); err != nil {
			return err
		}
	}
	if !now.Before(s.refreshAt) {
		s.refreshAt, s.pingAt = now.Add(refreshInterval), now.Add(pingInterval)
		if err := s.modem.Refresh(s.hard); err != nil {
			if err := s.mend(faultOf(err)); err != nil {
				return err
			}
		} else if err := s.watch(time.Now()); err != nil {
			return err
		}
	}
	if !now.Before(s.pingAt) {
		s.pingAt = now.Add(pingInterval)
		if err := s.modem.Ping(s.hard); err != nil {
			if err := s.mend(faultOf(err)); err != nil {
				return err
			}
		}
	}
	if !now.Before(s.clockAt) {
		if err := s.compareClocks(); err != nil {
			return err
		}
	}
	if !now.Before(s.sweepAt) {
		return s.sweep()
	}
	return nil
}

// upkeepDue says whether upkeep has something to do, or somebody waits for the
// modem.
func (s *session) upkeepDue() bool {
	now := time.Now()
	return !now.Before(earliest(s.refreshAt, s.pingAt, s.sweepAt, s.clockAt)) || !s.retryAt.IsZero() || s.waiting.Load() > 0
}

// mend brings the dialogue with the modem back in step after a fault, or
// returns why the modem has to be opened again. Faults that say nothing about
// the dialogue need no mending.
func (s *session) mend(f *modem.Fault) error {
	switch {
	case f.Class == modem.Stop:
		return f
	case s.hard.Err() != nil:
		return f // everything ends, and with it the dialogue
	case outOfStep(f):
		s.log.Warn("dialogue with the modem is out of step; bringing it back",
			slog.String("code", code(f)), slog.Any("err", f), slog.String("remedy", f.Remedy()))
		switch s.mends++; {
		case s.mends > mendsBeforeReopen:
			return f
		case s.mends > mendsBeforeSetup:
			s.log.Warn("modem answers, and goes on failing; setting it up anew")
			return s.setUpAnew()
		}
		if err := s.modem.Resync(s.hard); err != nil {
			return err
		}
		// Something may have been announced and lost.
		s.sweepAt = earliest(s.sweepAt, time.Now().Add(sweepAfterMend))
		return nil
	default:
		return nil
	}
}

// outOfStep says whether after f nobody knows what the modem answers next. An
// error with a number is an answer; only the modem's own faults are looked into
// all the same.
func outOfStep(f *modem.Fault) bool {
	return f.Code < 0 || f.Class == modem.ModemFault || f.Class == modem.Uncertain
}

// storeFailed notes that the store could not be written and sets when it is
// tried again. Until then nothing is claimed.
func (s *session) storeFailed(what string, err error) {
	now := time.Now()
	s.metrics.storeFailures.Inc()
	if s.retryAt.IsZero() {
		s.retry = firstRetry
		s.log.Error("store cannot be written, so nothing is sent", slog.String("attempted", what),
			slog.Any("err", err), slog.String("remedy", storeRemedy))
	} else {
		s.retry = min(2*s.retry, lastRetry)
		s.log.Debug("store still cannot be written", slog.String("attempted", what), slog.Any("err", err))
	}
	s.retryAt = now.Add(s.retry)
	s.show(func(w *shown) {
		w.unwritten = fmt.Sprintf("%s: %v", what, err)
		w.trouble = &Trouble{At: now, Code: CodeStore, Detail: fmt.Sprintf("%s: %v", what, err), Remedy: storeRemedy}
		w.pausedUntil, w.pauseReason = s.retryAt, "the store cannot be written"
	})
}

// storeWorks notes that the store could be written.
func (s *session) storeWorks() {
	if s.retryAt.IsZero() {
		return
	}
	s.retryAt, s.retry = time.Time{}, 0
	s.log.Info("store can be written again")
	s.show(func(w *shown) {
		w.unwritten = ""
		if w.trouble != nil && w.trouble.Code == CodeStore {
			w.trouble.Over = true
		}
		w.pausedUntil, w.pauseReason = time.Time{}, ""
	})
}

// errNotTaken is returned by insist for what the store takes anything but.
var errNotTaken = errors.New("the store takes other records but not this one")

// triesOfOne is how often insist tries what the store does not take although it
// can be written.
const triesOfOne = 3

// insist runs op until it succeeds: it writes down what has already happened
// outside and would be lost. It gives up, with the error, only on one that time
// does not heal, with errNotTaken if it is not known for that, or when everything
// must end.
func (s *session) insist(what string, op func(context.Context) error) error {
	ctx := context.WithoutCancel(s.hard)
	refused := 0
	for {
		last := s.hard.Err() != nil
		err := op(ctx)
		if err == nil {
			s.storeWorks()
			return nil
		}
		if hopeless(err) {
			return err
		}
		// On a full disk less may still have room, which says nothing about this.
		if !errors.Is(err, store.ErrWrite) && s.writable(ctx) {
			if refused++; refused >= triesOfOne {
				s.storeWorks()
				return fmt.Errorf("%w: %w", errNotTaken, err)
			}
		}
		s.storeFailed(what, err)
		if last {
			return err
		}
		timer := time.NewTimer(time.Until(s.retryAt))
		select {
		case <-timer.C:
		case <-s.hard.Done(): // once more, then give up
			timer.Stop()
		}
	}
}

// hopeless says whether err is about one record and will come again.
func hopeless(err error) bool {
	for _, e := range []error{queue.ErrStale, store.ErrNotFound, queue.ErrMove, store.ErrTooLarge, store.ErrKey} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// writable says whether the store takes a record.
func (s *session) writable(ctx context.Context) bool {
	err := s.gateway.config.Store.Update(ctx, func(tx store.Tx) error {
		key := "probe/" + s.config.Name
		if err := tx.Put(key, nil); err != nil {
			return err
		}
		return tx.Delete(key)
	})
	return err == nil
}
