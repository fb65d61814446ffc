package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"goniec/clock"
	"goniec/number"
	"goniec/pdu"
	"goniec/queue"
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

// Arrival is what a modem has read, decoded once: see Decode.
type Arrival struct {
	Raw []byte    // SCA and TPDU, or what the modem has read that is none
	At  time.Time // when the modem read it
	In  pdu.Incoming
	Err error // why Raw cannot be decoded; In is then the zero value

	worker queue.Worker
	id     string // of the message, should the PDU begin one
	hash   string
}

// Decode returns the arrival of a PDU, SCA and TPDU, that a modem has read at at.
func Decode(raw []byte, at time.Time) Arrival {
	a := Arrival{Raw: raw, At: store.Milliseconds(at)}
	a.In, a.Err = pdu.Read(raw, a.At)
	return a
}

// Receive takes what has come by w. When it returns without an error everything in it
// is on disk and the modem's copy may be deleted: a message, or a part of one until the
// others come, or a delivery report. The same PDU again changes nothing. One that
// nothing can be made of is kept as it is and told by the event pdu.rejected; that is
// no error.
func (b *Inbox) Receive(ctx context.Context, w queue.Worker, a Arrival) error {
	if a.Err == nil && a.In.Report != nil {
		return b.config.Queue.Report(ctx, w, *a.In.Report, a.At)
	}
	a.At = store.Milliseconds(a.At)
	a.worker, a.id, a.hash = w, b.ids.Next(a.At).String(), hashPDU(w.SIM, a.Raw)
	what, err := store.Update(ctx, b.store, func(tx store.Tx) (received, error) { return b.receive(tx, a) })
	if err != nil {
		return fmt.Errorf("receive by modem %s: %w", w.Modem, err)
	}
	b.meter.arrivals.WithLabelValues(string(what)).Inc()
	if what == receivedRejected {
		b.config.Logger.WarnContext(ctx, "received PDU cannot be read and is kept as it is", "modem", w.Modem, "hash", a.hash, "err", a.Err)
	}
	if a.Err == nil && len(a.In.Repairs) == 0 { // a stamp that could not be read is our own time
		b.confirmClock(ctx, w, a.In.Deliver.SCTS)
	}
	return nil
}

// confirmClock confirms the clock by the stamp of the service centre on a text that has
// come in, if the two agree. A stamp that does not agree says nothing: the centre may
// have kept the text for days.
func (b *Inbox) confirmClock(ctx context.Context, w queue.Worker, stamped time.Time) {
	c := b.config.Queue.Clock()
	now := c.Now()
	ours, err := store.View(ctx, b.store, func(r store.Reader) (time.Time, error) {
		unconfirmed, err := c.UnconfirmedIn(r, now)
		if err != nil || !unconfirmed {
			return time.Time{}, err
		}
		centre, err := clock.ReadCentre(r, w.SIM)
		return centre.Ours(stamped), err
	})
	if err == nil && !ours.IsZero() && ours.Sub(now).Abs() <= clock.Agreement {
		_, err = c.Confirm(ctx, clock.ServiceCentre, ours)
	}
	if err != nil {
		b.config.Logger.WarnContext(ctx, "cannot compare the clock with the stamp of a text", "modem", w.Modem, "err", err)
	}
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
func hashPDU(sim string, raw []byte) string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%d:%s", len(sim), sim) // a hash takes everything
	_, _ = h.Write(raw)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func (b *Inbox) receive(tx store.Tx, a Arrival) (received, error) {
	seenKey := seenSpace + a.hash
	seen, err := tx.Get(seenKey)
	if err != nil {
		return "", err
	}
	if err := renewSeen(tx, seenKey, string(seen), a.At); err != nil {
		return "", err
	}
	if seen != nil {
		return receivedDuplicate, nil
	}
	if a.Err != nil {
		return receivedRejected, b.reject(tx, a)
	}
	if c, ok := a.In.Deliver.UD.Header.Concatenation(); ok && c.Total > 1 {
		return b.receivePart(tx, a, c)
	}
	g := group{Pieces: []piece{a.piece(1)}}
	in := g.assemble(a.id, 1)
	in.Modem, in.SIM = a.worker.Modem, a.worker.SIM
	return receivedWhole, b.deliver(tx, in, false)
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
		if err := tx.Delete(queue.TickKey(last.Add(seenKept), key)); err != nil {
			return err
		}
	}
	if err := tx.Put(key, []byte(store.TimeSegment(at))); err != nil {
		return err
	}
	return tx.Put(queue.TickKey(at.Add(seenKept), key), nil)
}

func (b *Inbox) reject(tx store.Tx, a Arrival) error {
	key := rawSpace + store.TimeSegment(a.At) + store.Segment(a.worker.SIM) + "/" + a.hash
	value := rejected{PDU: a.Raw, Modem: a.worker.Modem, SIM: a.worker.SIM, Err: a.Err.Error()}
	if err := store.PutJSON(tx, key, value); err != nil {
		return err
	}
	return b.events.Append(tx, "", PDURejected{Modem: a.worker.Modem, Hash: a.hash})
}

// deliver writes a message and tells of it.
func (b *Inbox) deliver(tx store.Tx, in Message, updated bool) error {
	in.From = b.config.Numbering.Whole(in.From)
	if err := store.PutJSON(tx, messageKey(in.ID), record{&in, number.Encode(in.From)}); err != nil {
		return err
	}
	if !updated {
		if err := tx.Put(fromPrefix(number.Segment(in.From))+in.ID, nil); err != nil {
			return err
		}
		if err := b.heard(tx, in.From, queue.Worker{Modem: in.Modem, SIM: in.SIM}, in.ReceivedAt); err != nil {
			return err
		}
	}
	return b.events.Append(tx, "", Received{ID: in.ID, Modem: in.Modem, Complete: in.Complete, Updated: updated})
}
