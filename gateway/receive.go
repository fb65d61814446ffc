package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"goniec/clock"
	"goniec/inbox"
	"goniec/modem"
	"goniec/queue"
)

const (
	sweepInterval = 5 * time.Minute // between looks into the memories of the modem
	sweepRetry    = time.Minute     // before a slot that could not be read, or what it held could not be kept, is looked at again
	// blindBefore is how many sweeps in a row must have failed for the modem to
	// be opened anew for it.
	blindBefore = 3
	// firstStuck is how long a slot that could not be emptied is left alone,
	// firstHung if the modem did not even answer; either doubles up to lastStuck.
	firstStuck = 2 * time.Minute
	firstHung  = 10 * time.Minute
	lastStuck  = 6 * time.Hour
	// stuckFull is how many sweeps in a row must have found a memory nearly full for
	// it to be one that cannot be emptied: each deletes what it finds, and so does
	// whatever comes in between.
	stuckFull = 2
)

// inbound is what a worker remembers, beyond a session, of what came in.
type inbound struct {
	// direct are texts and reports that the modem keeps nowhere and that have
	// not been committed yet, in order.
	direct []direct
	// slots is what was committed last of what lay in each slot of the modem.
	slots map[modem.Slot]*committed
	// emptyAt is when any slot may be emptied again after the modem did not
	// answer, and emptyWait how long that was; zero: it does answer.
	emptyAt   time.Time
	emptyWait time.Duration
}

// committed is what lay, or still lies, in a slot of the modem.
type committed struct {
	sim   string
	raw   []byte
	until time.Time     // the slot is left alone, because it could not be emptied
	wait  time.Duration // for which the slot is left alone the next time
}

// direct is a text or report that came past the memories of the modem.
type direct struct {
	raw     []byte
	session *session // in which it came, by whose SIM, and must be acknowledged
}

// receiver takes what comes in from the modem into the queue.
type receiver struct {
	session      *session
	sweepAt      time.Time // when the memories of the modem are looked into next
	failedSweeps int       // sweeps in a row that could not look everywhere
	fullSweeps   int       // sweeps in a row that began with a memory nearly full
}

// sweepBy has the memories of the modem looked into at the time at, or earlier.
func (r *receiver) sweepBy(at time.Time) { r.sweepAt = clock.Earliest(r.sweepAt, at) }

// sweepIfDue sweeps when that is due.
func (r *receiver) sweepIfDue(now time.Time) error {
	if now.Before(r.sweepAt) {
		return nil
	}
	return r.sweep()
}

// keepDirect keeps what has come past the memories of the modem until it is committed.
func (r *receiver) keepDirect(raw []byte) {
	in := &r.session.worker.inbound
	in.direct = append(in.direct, direct{raw: raw, session: r.session})
}

// sweep fetches everything in the memories of the modem, announced or not.
func (r *receiver) sweep() error {
	w := r.session.worker
	r.sweepAt = time.Now().Add(sweepInterval)
	all, err := w.modem.List(w.hard)
	for _, m := range all {
		if r.session.ending() {
			break // the rest stays where it is
		}
		if err := r.take(m); err != nil {
			return err
		}
	}
	if err != nil {
		return r.noteFailedSweep(faultOf(err))
	}
	r.session.dialogue.resetMends()
	r.failedSweeps = 0
	w.alarms.end(AlarmReceive)
	r.watchStorage()
	return nil
}

// noteFailedSweep deals with a sweep that could not look everywhere. Now and then that
// happens; a modem of which it goes on is opened again, whatever else it does.
func (r *receiver) noteFailedSweep(f *modem.Fault) error {
	if r.failedSweeps++; r.failedSweeps < blindBefore {
		return r.session.dialogue.mend(f)
	}
	r.session.worker.alarms.raise(AlarmReceive, "texts that come in cannot be read: "+f.Error())
	return f
}

// fetch takes what lies in one slot.
func (r *receiver) fetch(slot modem.Slot) error {
	w := r.session.worker
	m, err := w.modem.Read(w.hard, slot)
	if errors.Is(err, modem.ErrEmpty) {
		return nil // a sweep was faster
	}
	if err != nil {
		f := faultOf(err)
		w.log.Warn("slot could not be read; it is looked at again", slog.String("memory", slot.Memory),
			slog.Int("index", slot.Index), slog.Any("err", f), slog.String("remedy", f.Remedy().English()))
		r.sweepBy(time.Now().Add(sweepRetry))
		return r.session.dialogue.mend(f)
	}
	if c := w.inbound.slots[m.Slot]; c != nil && c.sim == r.session.id.SIM && bytes.Equal(c.raw, m.Raw) {
		r.sweepBy(time.Now()) // what was announced must lie elsewhere
	}
	return r.take(m)
}

// take commits what was stored in a slot, and only then empties the slot. If
// either fails it is found again by the next sweep. What is committed already
// the slot is only emptied of.
func (r *receiver) take(m modem.Stored) error {
	slots, sim := r.session.worker.inbound.slots, r.session.id.SIM
	c := slots[m.Slot]
	if c == nil || c.sim != sim || !bytes.Equal(c.raw, m.Raw) {
		if kept := r.receive(r.session.id, m) == nil; !kept {
			return nil
		}
		c = &committed{sim: sim, raw: m.Raw, wait: firstStuck}
	}
	return r.empty(m.Slot, c)
}

// empty removes from a slot what is committed, unless that failed lately: the
// more often it has, the longer the slot is left alone. A modem that does not
// even answer takes minutes each time, in which nothing is sent, and may do so
// whatever the slot: then all of them are left alone for a while.
func (r *receiver) empty(slot modem.Slot, c *committed) error {
	w := r.session.worker
	in := &w.inbound
	now := time.Now()
	if now.Before(c.until) || now.Before(in.emptyAt) {
		in.slots[slot] = c
		return nil
	}
	err := w.modem.Delete(w.hard, slot)
	if err == nil || errors.Is(err, modem.ErrEmpty) {
		in.emptyAt, in.emptyWait = time.Time{}, 0
		c.until, c.wait = time.Time{}, firstStuck
		in.slots[slot] = c // some modems only say so
		return nil
	}
	f := faultOf(err)
	now = time.Now()
	if unanswered := f.Code < 0 && f.Class == modem.ModemFault; unanswered {
		in.emptyWait = min(max(2*in.emptyWait, firstStuck), lastStuck)
		in.emptyAt = now.Add(in.emptyWait)
		c.wait = max(c.wait, firstHung)
	}
	c.until, c.wait = now.Add(c.wait), min(2*c.wait, lastStuck)
	in.slots[slot] = c
	w.log.Warn("slot could not be emptied; it is tried again later", slog.String("memory", slot.Memory),
		slog.Int("index", slot.Index), slog.Time("next_try", c.until), slog.Any("err", f), slog.String("remedy", f.Remedy().English()))
	if f.Code >= 0 && f.Class != modem.Stop {
		return nil // it answers, and is no better for being opened again
	}
	return r.session.dialogue.mend(f)
}

// receive commits one text or report that came by w, or what a slot holds that is
// neither.
func (r *receiver) receive(w queue.Worker, m modem.Stored) error {
	err := r.keep(context.WithoutCancel(r.session.worker.hard), w, m)
	switch {
	case isPermanent(err):
		r.session.worker.log.Error("a received message cannot be kept; please report this with the log", slog.Any("err", err))
		return err
	case err != nil:
		r.session.journal.noteFailure("keep a received message", err)
		r.sweepBy(time.Now().Add(sweepRetry))
		return err
	}
	r.session.journal.noteSuccess()
	r.session.worker.metrics.received.Inc()
	r.session.worker.show(func(p *public) { p.received++ })
	return nil
}

// keep commits what came by w, unless the attendant takes it.
func (r *receiver) keep(ctx context.Context, w queue.Worker, m modem.Stored) error {
	g := r.session.worker.gateway
	now := time.Now()
	a := inbox.Decode(m.Raw, now)
	if m.Err != nil {
		a = inbox.Arrival{Raw: m.Raw, At: now, Err: m.Err}
	}
	if a.In.Deliver != nil {
		if taken, err := g.attendant().TakeText(ctx, w, a.In.Deliver); taken || err != nil {
			return err
		}
	}
	return g.inbox.Load().Receive(ctx, w, a)
}

// commitDirect commits what the modem keeps nowhere, in order, as far as the
// store lets it, each for the SIM that it came by. It is acknowledged only then:
// without that the network keeps it, and so do we.
func (r *receiver) commitDirect() error {
	w := r.session.worker
	for in := &w.inbound; len(in.direct) > 0; {
		first := in.direct[0]
		err := r.receive(first.session.id, modem.Stored{Raw: first.raw})
		if err != nil && !isPermanent(err) {
			break // until the store can be written again
		}
		in.direct = in.direct[1:]
		if err != nil || first.session != r.session {
			continue // whoever waited for the acknowledgement does so no more
		}
		if err := w.modem.Acknowledge(w.hard); err != nil {
			w.log.Warn("modem did not take the acknowledgement of a message; the network may send it again",
				slog.Any("err", err))
			if err := r.session.dialogue.mend(faultOf(err)); err != nil {
				return err
			}
		}
	}
	return nil
}

// watchStorage raises and ends AlarmStorage by what the sweep that has just ended
// found before it fetched and deleted.
func (r *receiver) watchStorage() {
	w := r.session.worker
	all := w.modem.Info().Storages
	i := slices.IndexFunc(all, modem.Storage.NearlyFull)
	if i < 0 {
		r.fullSweeps = 0
		w.alarms.end(AlarmStorage)
		return
	}
	if r.fullSweeps++; r.fullSweeps >= stuckFull {
		w.alarms.raise(AlarmStorage, fmt.Sprintf("%d of %d places of memory %s are taken, although texts are fetched and deleted as they come", all[i].Used, all[i].Total, all[i].Memory))
	}
}
