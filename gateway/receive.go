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
	sweepInterval = 5 * time.Minute // between sweeps of the modem's memories
	sweepRetry    = time.Minute     // before the next sweep when a slot could not be read or its content not stored
	// blindBefore is how many sweeps in a row must have failed for the modem to be opened
	// again.
	blindBefore = 3
	// firstStuck is how long a slot that could not be emptied is left alone, firstHung if the
	// modem did not even answer. Both double up to lastStuck.
	firstStuck = 2 * time.Minute
	firstHung  = 10 * time.Minute
	lastStuck  = 6 * time.Hour
	// stuckFull is how many sweeps in a row must have found a memory nearly full for
	// AlarmStorage: each sweep deletes what it finds.
	stuckFull = 2
)

// inbound is the state of reception that outlives a session.
type inbound struct {
	// direct are texts and reports that the modem does not store and that have not been
	// committed yet, in order.
	direct []direct
	// slots is the last committed content of each slot of the modem.
	slots map[modem.Slot]*committed
	// emptyAt is when any slot may be emptied again after the modem did not answer, emptyWait
	// the wait before that; zero: the modem answered the last time.
	emptyAt   time.Time
	emptyWait time.Duration
}

// committed is the content of a slot that has been stored in the inbox.
type committed struct {
	sim   string
	raw   []byte
	until time.Time     // until when the slot is left alone because it could not be emptied
	wait  time.Duration // the next such wait
}

// direct is a text or report that the modem does not store (+CMT, +CDS).
type direct struct {
	raw     []byte
	session *session // in which it came; names the SIM, and acknowledges
}

// receiver stores what the modem has received in the inbox.
type receiver struct {
	session      *session
	sweepAt      time.Time // when the next sweep is due
	failedSweeps int       // sweeps in a row that failed
	fullSweeps   int       // sweeps in a row that began with a memory nearly full
}

// sweepBy schedules the next sweep at the time at or earlier.
func (r *receiver) sweepBy(at time.Time) { r.sweepAt = clock.Earliest(r.sweepAt, at) }

// sweepIfDue sweeps if a sweep is due.
func (r *receiver) sweepIfDue(now time.Time) error {
	if now.Before(r.sweepAt) {
		return nil
	}
	return r.sweep()
}

// keepDirect keeps a text or report that the modem does not store until commitDirect.
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
			break // the next sweep takes the rest
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

// noteFailedSweep counts a sweep that could not read all memories. After blindBefore of them
// in a row it raises AlarmReceive and has the modem opened again.
func (r *receiver) noteFailedSweep(f *modem.Fault) error {
	if r.failedSweeps++; r.failedSweeps < blindBefore {
		return r.session.dialogue.mend(f)
	}
	r.session.worker.alarms.raise(AlarmReceive, "texts that come in cannot be read: "+f.Error())
	return f
}

// fetch takes the content of one slot.
func (r *receiver) fetch(slot modem.Slot) error {
	w := r.session.worker
	m, err := w.modem.Read(w.hard, slot)
	if errors.Is(err, modem.ErrEmpty) {
		return nil // a sweep has taken it already
	}
	if err != nil {
		f := faultOf(err)
		w.log.Warn("slot could not be read; it is looked at again", slog.String("memory", slot.Memory),
			slog.Int("index", slot.Index), slog.Any("err", f), slog.String("remedy", f.Remedy().English()))
		r.sweepBy(time.Now().Add(sweepRetry))
		return r.session.dialogue.mend(f)
	}
	if c := w.inbound.slots[m.Slot]; c != nil && c.sim == r.session.id.SIM && bytes.Equal(c.raw, m.Raw) {
		r.sweepBy(time.Now()) // the new text must be in another slot
	}
	return r.take(m)
}

// take stores the content of a slot in the inbox and then empties the slot. If either fails
// the next sweep finds the content again. Content that is stored already is not stored twice.
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

// empty deletes the committed content of a slot, unless that failed lately: with each failure
// the slot is left alone for longer. A modem that does not answer a deletion blocks sending
// for minutes, so then all slots are left alone for a while.
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
		in.slots[slot] = c // some modems confirm a deletion and keep the content
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
		return nil // the modem answers; opening it again would not help
	}
	return r.session.dialogue.mend(f)
}

// receive stores one text or report that came by w, or the content of a slot that is neither.
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

// keep stores what came by w, unless the attendant takes it.
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

// commitDirect stores the texts and reports that the modem does not store, in order, until the
// store fails. Each is acknowledged only then; without acknowledgement the network keeps a
// copy.
func (r *receiver) commitDirect() error {
	w := r.session.worker
	for in := &w.inbound; len(in.direct) > 0; {
		first := in.direct[0]
		err := r.receive(first.session.id, modem.Stored{Raw: first.raw})
		if err != nil && !isPermanent(err) {
			break // tried again when the store works
		}
		in.direct = in.direct[1:]
		if err != nil || first.session != r.session {
			continue // the modem no longer waits for the acknowledgement
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

// watchStorage raises or ends AlarmStorage by the fill levels at the beginning of the last
// sweep.
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
