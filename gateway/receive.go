package gateway

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"goniec/modem"
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
		s.commitDirect()
		return nil
	case modem.LateSubmit:
		s.answered(queue.Outcome{Kind: queue.Accepted, MR: i.MR, At: time.Now()})
		return nil
	case modem.LateRefusal:
		f := faultOf(i.Err)
		kind := queue.Retry
		if f.Class == modem.Permanent {
			kind = queue.Refused
		}
		s.answered(queue.Outcome{Kind: kind, Code: code(f), Detail: f.Meaning(), RetryAfter: f.Wait(1), At: time.Now()})
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
		return nil
	case modem.Rebooted:
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
		if o.Kind == queue.Accepted {
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
		return s.mend(faultOf(err))
	}
	s.mends = 0
	return nil
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
// either fails it is found again by the next sweep, and the queue knows by its
// octets what it has had before.
func (s *session) take(m modem.Stored) error {
	if !s.receive(m.Raw) {
		return nil
	}
	if err := s.modem.Delete(s.hard, m.Slot); err != nil && !errors.Is(err, modem.ErrEmpty) {
		f := faultOf(err)
		s.log.Warn("slot could not be emptied; it is tried again at the next look", slog.String("memory", m.Slot.Memory),
			slog.Int("index", m.Slot.Index), slog.Any("err", f), slog.String("remedy", f.Remedy()))
		return s.mend(f)
	}
	return nil
}

// receive commits one text or report and says whether that succeeded.
func (s *session) receive(raw []byte) bool {
	err := s.gateway.config.Queue.Receive(context.WithoutCancel(s.hard), s.id, raw, time.Now())
	if err != nil {
		s.storeFailed("keep a received message", err)
		s.sweepAt = earliest(s.sweepAt, time.Now().Add(refreshInterval))
		return false
	}
	s.storeWorks()
	s.metrics.received.Inc()
	s.show(func(w *shown) { w.received++ })
	return true
}

// commitDirect commits what the modem keeps nowhere, in order, as far as the
// store lets it. Each is acknowledged only then: without that the network
// keeps it, and so do we.
func (s *session) commitDirect() {
	for len(s.direct) > 0 && s.receive(s.direct[0].raw) {
		first := s.direct[0]
		s.direct = s.direct[1:]
		if first.session != s {
			continue // whoever waited for the acknowledgement does so no more
		}
		if err := s.modem.Acknowledge(s.hard); err != nil {
			s.log.Warn("modem did not take the acknowledgement of a message; the network may send it again",
				slog.Any("err", err))
		}
	}
}
