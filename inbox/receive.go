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

// seenKept is how long the hash of a PDU is kept, so that a PDU that a modem returns again
// is not taken for another message.
const seenKept = 30 * 24 * time.Hour

// seenRenewed is the least time between two writes of the hash of one PDU.
const seenRenewed = 24 * time.Hour

// rejectedPDU is the value of raw/<time><sim>/<hash>: a PDU that cannot be decoded.
type rejectedPDU struct {
	PDU   []byte `json:"pdu"`
	Modem string `json:"modem"`
	SIM   string `json:"sim"`
	Err   string `json:"err"`
}

// Arrival is a PDU that a modem has read, with the result of decoding, see Decode.
type Arrival struct {
	Raw []byte    // SCA and TPDU, as the modem returned them
	At  time.Time // when the modem read it
	In  pdu.Incoming
	Err error // why Raw cannot be decoded; In is then the zero value

	worker queue.Worker
	id     string // of the message, if the PDU begins one
	hash   string
}

// Decode decodes a PDU (SCA and TPDU) that a modem has read at at.
func Decode(raw []byte, at time.Time) Arrival {
	a := Arrival{Raw: raw, At: at}
	a.In, a.Err = pdu.Read(raw, store.Milliseconds(at))
	return a
}

// Receive takes a PDU that w has read: a text, a part of a text, or a delivery report.
// When Receive returns without an error the PDU is on disk and the copy in the modem may
// be deleted. A PDU that was taken before changes nothing. For a PDU that cannot be
// decoded Receive stores its octets, appends the event PDURejected, and returns no error.
func (b *Inbox) Receive(ctx context.Context, w queue.Worker, a Arrival) error {
	if a.Err == nil && a.In.Report != nil {
		return b.config.Queue.Report(ctx, w, *a.In.Report, store.Milliseconds(a.At))
	}
	// The id is made before the time is rounded, so that a text stands behind what was sent
	// earlier in the same millisecond.
	a.worker, a.id, a.hash = w, b.ids.Next(a.At).String(), hashPDU(w.SIM, a.Raw)
	a.At = store.Milliseconds(a.At)
	what, err := store.Update(ctx, b.store, func(tx store.Tx) (arrivalKind, error) { return b.receive(tx, a) })
	if err != nil {
		return fmt.Errorf("receive by modem %s: %w", w.Modem, err)
	}
	b.arrivals.WithLabelValues(string(what)).Inc()
	if what == arrivalRejected {
		b.config.Logger.WarnContext(ctx, "received PDU cannot be read and is kept as it is", "modem", w.Modem, "hash", a.hash, "err", a.Err)
	}
	if a.Err == nil && len(a.In.Repairs) == 0 { // a repair may replace TP-SCTS by a.At
		b.confirmClock(ctx, w, a.In.Deliver.SCTS)
	}
	return nil
}

// confirmClock confirms the clock by the TP-SCTS of a received text, if the two agree. A
// TP-SCTS that differs does not show that the clock is wrong: the service centre may have
// kept the text for days.
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

// arrivalKind is the kind of a received PDU, for metrics.
type arrivalKind string

const (
	arrivalWhole     arrivalKind = "message"
	arrivalPart      arrivalKind = "part"
	arrivalLastPart  arrivalKind = "last_part"
	arrivalDuplicate arrivalKind = "duplicate"
	arrivalRejected  arrivalKind = "rejected"
)

// hashPDU returns a hash that identifies a PDU. Two messages with the same text differ in
// TP-SCTS.
func hashPDU(sim string, raw []byte) string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%d:%s", len(sim), sim) // a hash returns no error
	_, _ = h.Write(raw)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func (b *Inbox) receive(tx store.Tx, a Arrival) (arrivalKind, error) {
	seenKey := seenSpace + a.hash
	seen, err := tx.Get(seenKey)
	if err != nil {
		return "", err
	}
	if err := renewSeen(tx, seenKey, string(seen), a.At); err != nil {
		return "", err
	}
	if seen != nil {
		return arrivalDuplicate, nil
	}
	if a.Err != nil {
		return arrivalRejected, b.reject(tx, a)
	}
	if c, ok := a.In.Deliver.UD.Header.Concatenation(); ok && c.Total > 1 {
		return b.receivePart(tx, a, c)
	}
	g := group{Pieces: []piece{a.piece(1)}}
	in := g.assemble(a.id, 1)
	in.Modem, in.SIM = a.worker.Modem, a.worker.SIM
	return arrivalWhole, b.deliver(tx, in, false)
}

// renewSeen stores that a PDU was received at at. before is the stored time of an earlier
// receipt. A modem that cannot delete a PDU returns it every few minutes, so renewSeen
// writes at most once in seenRenewed.
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
	value := rejectedPDU{PDU: a.Raw, Modem: a.worker.Modem, SIM: a.worker.SIM, Err: a.Err.Error()}
	if err := store.PutJSON(tx, key, value); err != nil {
		return err
	}
	return b.events.Append(tx, "", PDURejected{Modem: a.worker.Modem, Hash: a.hash})
}

// deliver writes a message and appends the event Received. updated says that a late part
// has completed a message that exists.
func (b *Inbox) deliver(tx store.Tx, in Message, updated bool) error {
	in.From = b.config.Numbering.Whole(in.From)
	if err := store.PutJSON(tx, messageKey(in.ID), record{&in, number.Encode(in.From)}); err != nil {
		return err
	}
	if !updated {
		if err := tx.Put(fromPrefix(number.Segment(in.From))+in.ID, nil); err != nil {
			return err
		}
		if err := b.noteContact(tx, in.From, queue.Worker{Modem: in.Modem, SIM: in.SIM}, in.ReceivedAt); err != nil {
			return err
		}
	}
	return b.events.Append(tx, "", Received{ID: in.ID, Modem: in.Modem, Complete: in.Complete, Updated: updated})
}
