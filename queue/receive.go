package queue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"goniec/clock"
	"goniec/number"
	"goniec/pdu"
	"goniec/store"
)

// seenKept is how long a PDU is remembered, so that one that a modem shows again
// is not taken for another message.
const seenKept = 30 * 24 * time.Hour

// seenRenewed is how often that is written anew while the modem goes on showing it.
const seenRenewed = 24 * time.Hour

// rejected is the value of raw/<time><sim>/<hash>: a PDU nothing could be made of.
type rejected struct {
	PDU   []byte `json:"pdu"`
	Modem string `json:"modem"`
	SIM   string `json:"sim"`
	Err   string `json:"err"`
}

// Receive takes a PDU, SCA and TPDU, that a modem has read at at. When it returns
// without an error everything in it is on disk and the modem's copy may be
// deleted: a message, or a part of one until the others come, or a delivery
// report. The same PDU again changes nothing. One that nothing can be made of is
// kept as it is and told by the event pdu.rejected; that is no error.
func (q *Queue) Receive(ctx context.Context, w Worker, raw []byte, at time.Time) error {
	at = store.Milliseconds(at)
	in, readErr := pdu.Read(raw, at)
	if readErr == nil && in.Report != nil {
		return q.Report(ctx, w, *in.Report, at)
	}
	a := arrival{worker: w, raw: raw, at: at, err: readErr}
	if readErr == nil {
		a.deliver, a.repairs = in.Deliver, in.Repairs
	}
	if err := q.arrive(ctx, a); err != nil {
		return err
	}
	if a.deliver != nil && len(a.repairs) == 0 { // a stamp that could not be read is our own time
		q.witness(ctx, w, a.deliver.SCTS)
	}
	return nil
}

// witness confirms the clock by the stamp of the service centre on a text that has come
// in, if the two agree. A stamp that does not agree says nothing: the centre may have
// kept the text for days.
func (q *Queue) witness(ctx context.Context, w Worker, stamped time.Time) {
	now := q.now()
	ours, err := store.View(ctx, q.store, func(r store.Reader) (time.Time, error) {
		unconfirmed, err := q.clock.UnconfirmedIn(r, now)
		if err != nil || !unconfirmed {
			return time.Time{}, err
		}
		centre, err := clock.ReadCentre(r, w.SIM)
		return centre.Ours(stamped), err
	})
	if err == nil && !ours.IsZero() && ours.Sub(now).Abs() <= clock.Agreement {
		_, err = q.clock.Confirm(ctx, clock.ServiceCentre, ours)
	}
	if err != nil {
		q.log.WarnContext(ctx, "cannot compare the clock with the stamp of a text", "modem", w.Modem, "err", err)
	}
}

// Reject keeps what a modem has read that is no PDU, as it is, and tells of it by the
// event pdu.rejected; cause says why it is none. The same again changes nothing.
func (q *Queue) Reject(ctx context.Context, w Worker, raw []byte, at time.Time, cause error) error {
	return q.arrive(ctx, arrival{worker: w, raw: raw, at: store.Milliseconds(at), err: cause})
}

// arrive writes what has come.
func (q *Queue) arrive(ctx context.Context, a arrival) error {
	a.id, a.hash = q.ids.Next(a.at).String(), hashPDU(a.worker, a.raw)
	what, err := store.Update(ctx, q.store, func(tx store.Tx) (received, error) { return q.receive(tx, a) })
	if err != nil {
		return fmt.Errorf("receive by modem %s: %w", a.worker.Modem, err)
	}
	q.meter.received(what)
	if what == receivedRejected {
		q.log.WarnContext(ctx, "received PDU cannot be read and is kept as it is", "modem", a.worker.Modem, "hash", a.hash, "err", a.err)
	}
	return nil
}

// arrival is one PDU that has come, on its way into the store.
type arrival struct {
	worker  Worker
	raw     []byte
	at      time.Time
	id      string // of the inbound message, should it begin one
	hash    string
	deliver *pdu.Deliver
	repairs []string
	err     error // why it cannot be read
}

// received says what a PDU was.
type received string

const (
	receivedWhole     received = "message"
	receivedPart      received = "part"
	receivedLastPart  received = "last_part"
	receivedDuplicate received = "duplicate"
	receivedRejected  received = "rejected"
)

// hashPDU identifies a PDU: two equal messages differ at least in the time stamp
// of the service centre.
func hashPDU(w Worker, raw []byte) string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%d:%s", len(w.SIM), w.SIM) // a hash takes everything
	_, _ = h.Write(raw)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func (q *Queue) receive(tx store.Tx, a arrival) (received, error) {
	seenKey := seenSpace + a.hash
	seen, err := tx.Get(seenKey)
	if err != nil {
		return "", err
	}
	if err := renewSeen(tx, seenKey, string(seen), a.at); err != nil {
		return "", err
	}
	if seen != nil {
		return receivedDuplicate, nil
	}
	if a.deliver == nil {
		return receivedRejected, q.reject(tx, a)
	}
	if c, ok := a.deliver.UD.Header.Concatenation(); ok && c.Total > 1 {
		return q.receivePart(tx, a, c)
	}
	g := group{Pieces: []piece{a.piece(1)}}
	in := g.assemble(a.id, 1)
	in.Modem, in.SIM = a.worker.Modem, a.worker.SIM
	return receivedWhole, q.deliver(tx, in, false)
}

// renewSeen remembers a PDU for seenKept from at on; before is what seen/ says, the
// time it was last remembered at. A modem that does not delete shows the same PDU
// every few minutes for ever, so that is not written more often than seenRenewed.
func renewSeen(tx store.Tx, key, before string, at time.Time) error {
	last, err := store.ParseTime(before)
	if err == nil && at.Sub(last) < seenRenewed {
		return nil
	}
	if err == nil {
		if err := tx.Delete(tickKey(last.Add(seenKept), key)); err != nil {
			return err
		}
	}
	if err := tx.Put(key, []byte(store.TimeSegment(at))); err != nil {
		return err
	}
	return tx.Put(tickKey(at.Add(seenKept), key), nil)
}

func (q *Queue) reject(tx store.Tx, a arrival) error {
	key := rawSpace + store.TimeSegment(a.at) + store.Segment(a.worker.SIM) + "/" + a.hash
	value := rejected{PDU: a.raw, Modem: a.worker.Modem, SIM: a.worker.SIM, Err: a.err.Error()}
	if err := store.PutJSON(tx, key, value); err != nil {
		return err
	}
	return q.events.Append(tx, "", PDURejected{Modem: a.worker.Modem, Hash: a.hash})
}

// deliver writes an inbound message and tells of it.
func (q *Queue) deliver(tx store.Tx, in Inbound, updated bool) error {
	in.From = q.config.Numbering.Whole(in.From)
	if err := store.PutJSON(tx, inboundKey(in.ID), storedInbound{&in, number.Encode(in.From)}); err != nil {
		return err
	}
	if !updated {
		if err := tx.Put(fromPrefix(number.Segment(in.From))+in.ID, nil); err != nil {
			return err
		}
		if err := q.heard(tx, in.From, Worker{Modem: in.Modem, SIM: in.SIM}, in.ReceivedAt); err != nil {
			return err
		}
	}
	return q.events.Append(tx, "", Received{ID: in.ID, Modem: in.Modem, Complete: in.Complete, Updated: updated})
}
