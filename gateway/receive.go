package gateway

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"time"

	"goniec/modem"
	"goniec/pdu"
	"goniec/queue"
)

// announced deals with everything the modem has announced so far, in order.
func (s *session) announced() error {
	for {
		select {
		case i := <-s.modem.Indications():
			if err := s.handle(i); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// handle deals with one thing the modem announced.
func (s *session) handle(i modem.Indication) error {
	switch i.Kind {
	case modem.MessageStored, modem.ReportStored:
		return s.fetch(i.Slot)
	case modem.MessageDirect, modem.ReportDirect:
		s.direct = append(s.direct, direct{raw: i.Raw, session: s})
		return s.commitDirect()
	case modem.LateSubmit:
		s.answered(queue.Outcome{Kind: queue.Accepted, MR: i.MR, At: time.Now()})
		return nil
	case modem.LateRefusal:
		s.refusedLate(faultOf(i.Err))
		return nil
	case modem.StorageFull:
		s.log.Warn("memory of the modem is full; fetching and deleting what is in it")
		s.sweepAt = time.Now()
		return nil
	case modem.Damaged:
		s.log.Warn("something the modem announced could not be read; looking into its memories")
		s.sweepAt = time.Now()
		return nil
	case modem.RegistrationChanged:
		info := s.modem.Info()
		s.log.Info("registration has changed", slog.String("circuit_switched", info.Registration.CS.String()),
			slog.String("lte", info.Registration.EPS.String()))
		s.noteNetwork(info)
		return nil
	case modem.StorageFilling:
		s.log.Info("memory of the modem is filling; fetching and deleting what is in it")
		s.sweepAt = time.Now()
		return nil
	case modem.CallIncoming:
		if !s.gateway.attendant.Rings(s.config.Name, i) {
			return nil
		}
		if err := s.modem.Hangup(s.hard); err != nil {
			s.log.Warn("call could not be ended; it rings on", slog.Any("err", err))
			return s.mend(faultOf(err))
		}
		return nil
	case modem.CallEnded:
		s.gateway.attendant.Called(s.id, i)
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
		if s.modem.Info().State == modem.Faulted {
			return faultOf(i.Err)
		}
		return nil // of the port that was open before
	default:
		s.log.Warn("modem announced something unknown", slog.String("kind", string(i.Kind)))
		return nil
	}
}

// refusedLate deals with an error as the answer to an attempt that had come to
// nothing certain.
func (s *session) refusedLate(f *modem.Fault) {
	o := queue.Outcome{Kind: queue.Retry, Code: code(f), Detail: f.Meaning(), RetryAfter: f.Wait(1), At: time.Now()}
	switch f.Class {
	case modem.Uncertain:
		s.log.Info("late answer decides nothing", slog.Any("err", f))
		return
	case modem.Duplicate:
		o = queue.Outcome{Kind: queue.Accepted, NoMR: true, Code: o.Code, Detail: o.Detail, At: o.At}
	case modem.Permanent:
		o.Kind = queue.Refused
	default:
	}
	s.answered(o)
}

// answered records the answer to an attempt that had come to nothing certain.
func (s *session) answered(o queue.Outcome) {
	sub := s.doubt
	if sub == nil {
		s.log.Warn("modem answered an attempt that nobody waits for")
		return
	}
	s.doubt = nil
	s.log.Info("late answer to an uncertain part", slog.String("msg", sub.Message.ID),
		slog.Int("part", sub.Part+1), slog.Bool("accepted", o.Kind == queue.Accepted))
	err := s.insist("record a late answer", func(ctx context.Context) error {
		if o.Kind == queue.Accepted && !o.NoMR {
			return s.gateway.config.Queue.Resolve(ctx, *sub, o.MR, o.At)
		}
		_, _, err := s.gateway.config.Queue.Record(ctx, *sub, o, false)
		return err
	})
	if err != nil {
		s.log.Warn("late answer could not be recorded", slog.String("msg", sub.Message.ID), slog.Any("err", err))
	}
}

// sweep fetches everything in the memories of the modem, announced or not.
func (s *session) sweep() error {
	s.sweepAt = time.Now().Add(sweepInterval)
	all, err := s.modem.List(s.hard)
	for _, m := range all {
		if s.ending() {
			break // the rest stays where it is
		}
		if err := s.take(m); err != nil {
			return err
		}
	}
	if err != nil {
		return s.sweptInVain(faultOf(err))
	}
	s.mends, s.blind = 0, 0
	s.calm(AlarmReceive)
	s.watchStorage()
	return nil
}

// sweptInVain deals with a sweep that could not look everywhere. Now and then that
// happens; a modem of which it goes on is opened again, whatever else it does.
func (s *session) sweptInVain(f *modem.Fault) error {
	if s.blind++; s.blind < blindBefore {
		return s.mend(f)
	}
	s.alarm(AlarmReceive, "texts that come in cannot be read: "+f.Error(), f.Remedy())
	return f
}

// fetch takes what lies in one slot.
func (s *session) fetch(slot modem.Slot) error {
	m, err := s.modem.Read(s.hard, slot)
	if errors.Is(err, modem.ErrEmpty) {
		return nil // a sweep was faster
	}
	if err != nil {
		f := faultOf(err)
		s.log.Warn("slot could not be read; it is looked at again", slog.String("memory", slot.Memory),
			slog.Int("index", slot.Index), slog.Any("err", f), slog.String("remedy", f.Remedy()))
		s.sweepAt = earliest(s.sweepAt, time.Now().Add(refreshInterval))
		return s.mend(f)
	}
	return s.take(m)
}

// take commits what was stored in a slot, and only then empties the slot. If
// either fails it is found again by the next sweep. What is committed already
// the slot is only emptied of.
func (s *session) take(m modem.Stored) error {
	c := s.slots[m.Slot]
	if c == nil || c.sim != s.id.SIM || !bytes.Equal(c.raw, m.Raw) {
		if kept := s.receive(s.id, m.Raw) == nil; !kept {
			return nil
		}
		c = &committed{sim: s.id.SIM, raw: m.Raw, wait: firstStuck}
	}
	return s.empty(m.Slot, c)
}

// empty removes from a slot what is committed, unless that failed lately: the
// more often it has, the longer the slot is left alone. A modem that does not
// even answer takes minutes each time, in which nothing is sent, and may do so
// whatever the slot: then all of them are left alone for a while.
func (s *session) empty(slot modem.Slot, c *committed) error {
	now := time.Now()
	if now.Before(c.until) || now.Before(s.emptyAt) {
		s.slots[slot] = c
		return nil
	}
	err := s.modem.Delete(s.hard, slot)
	if err == nil || errors.Is(err, modem.ErrEmpty) {
		s.emptyAt, s.emptyWait = time.Time{}, 0
		c.until, c.wait = time.Time{}, firstStuck
		s.slots[slot] = c // some modems only say so
		return nil
	}
	f := faultOf(err)
	now = time.Now()
	if unanswered := f.Code < 0 && f.Class == modem.ModemFault; unanswered {
		s.emptyWait = min(max(2*s.emptyWait, firstStuck), lastStuck)
		s.emptyAt = now.Add(s.emptyWait)
		c.wait = max(c.wait, firstHung)
	}
	c.until, c.wait = now.Add(c.wait), min(2*c.wait, lastStuck)
	s.slots[slot] = c
	s.log.Warn("slot could not be emptied; it is tried again later", slog.String("memory", slot.Memory),
		slog.Int("index", slot.Index), slog.Time("next_try", c.until), slog.Any("err", f), slog.String("remedy", f.Remedy()))
	if f.Code >= 0 && f.Class != modem.Stop {
		return nil // it answers, and is no better for being opened again
	}
	return s.mend(f)
}

// receive commits one text or report that came by w.
func (s *session) receive(w queue.Worker, raw []byte) error {
	err := s.keep(context.WithoutCancel(s.hard), w, raw)
	switch {
	case hopeless(err):
		s.log.Error("a received message cannot be kept; please report this with the log", slog.Any("err", err))
		return err
	case err != nil:
		s.storeFailed("keep a received message", err)
		s.sweepAt = earliest(s.sweepAt, time.Now().Add(refreshInterval))
		return err
	}
	s.storeWorks()
	s.metrics.received.Inc()
	s.show(func(w *shown) { w.received++ })
	return nil
}

// keep commits what came by w, unless the attendant takes it.
func (s *session) keep(ctx context.Context, w queue.Worker, raw []byte) error {
	now := time.Now()
	if in, err := pdu.Read(raw, now); err == nil && in.Deliver != nil {
		if taken, err := s.gateway.attendant.TakeText(ctx, w, in.Deliver); taken || err != nil {
			return err
		}
	}
	return s.gateway.config.Queue.Receive(ctx, w, raw, now)
}

// commitDirect commits what the modem keeps nowhere, in order, as far as the
// store lets it, each for the SIM that it came by. It is acknowledged only then:
// without that the network keeps it, and so do we.
func (s *session) commitDirect() error {
	for len(s.direct) > 0 {
		first := s.direct[0]
		err := s.receive(first.session.id, first.raw)
		if err != nil && !hopeless(err) {
			break // until the store can be written again
		}
		s.direct = s.direct[1:]
		if err != nil || first.session != s {
			continue // whoever waited for the acknowledgement does so no more
		}
		if err := s.modem.Acknowledge(s.hard); err != nil {
			s.log.Warn("modem did not take the acknowledgement of a message; the network may send it again",
				slog.Any("err", err))
			if err := s.mend(faultOf(err)); err != nil {
				return err
			}
		}
	}
	return nil
}

// leave notes, at the end of a session, what was announced in it and is nowhere
// else: the next one may be with another SIM. What lies in a memory is found
// by its first sweep.
func (s *session) leave() {
	// Whoever writes next tells of a store that fails still.
	s.show(func(w *shown) { w.opened, w.unwritten = time.Time{}, "" })
	s.gateway.config.Routing.turns.works(s.config.Name)
	for {
		select {
		case i := <-s.modem.Indications():
			switch i.Kind {
			case modem.MessageDirect, modem.ReportDirect:
				s.direct = append(s.direct, direct{raw: i.Raw, session: s})
			case modem.LateSubmit, modem.LateRefusal:
				_ = s.handle(i) // it only records, so there is no error
			case modem.CallEnded:
				s.gateway.attendant.Called(s.id, i)
			default:
			}
		default:
			return
		}
	}
}
