package inbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"goniec/number"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// callsActor is the actor of the text in answer to a call.
const callsActor = "calls"

// Call is a missed call. The tags are its stored form.
type Call struct {
	ID    string      `json:"-"`     // UUIDv7: ordered by time
	From  pdu.Address `json:"-"`     // zero: withheld; stored by storedCall
	At    time.Time   `json:"at"`    // when the call ended
	Modem string      `json:"modem"` // the modem that was called
	SIM   string      `json:"sim"`   // the card in the modem
	Rings int         `json:"rings"`
	// MessageID is the id of the text in answer to the call; empty: there is none.
	MessageID string `json:"msg,omitempty"`
}

// storedCall is the value of call/<id>.
type storedCall struct {
	*Call
	From string `json:"from,omitempty"`
}

// Ring is a call as the modem reports it (+CLIP, 3GPP TS 27.007 7.6).
type Ring struct {
	From  string    // the number as the network writes it; empty: withheld
	Rings int       // number of rings
	At    time.Time // when the call ended
}

// MissedCall writes a call that w has missed. If text is not nil, MissedCall enqueues it
// to the caller; text.To is ignored. A caller gets at most one text a day of
// Config.Location from all modems together, and only at a mobile number that is not
// suppressed. The call, its event and the text are written in one transaction, so that a
// crash does not cause a second text.
//
// refused is the error of a text that the queue has refused, other than for a suppressed
// number; the call is written all the same. err is that of the store.
func (b *Inbox) MissedCall(ctx context.Context, w queue.Worker, ring Ring, text *queue.Draft) (c Call, refused, err error) {
	defer store.Wrap(&err, "note a call at modem %s", w.Modem)
	at := store.Milliseconds(ring.At)
	c = Call{ID: b.ids.Next(at).String(), At: at, Modem: w.Modem, SIM: w.SIM, Rings: ring.Rings}
	var answerable bool
	c.From, answerable = b.config.Numbering.Sender(ring.From)
	type noted struct {
		call    Call
		refused *queue.RefusedError
	}
	n, err := store.Update(ctx, b.store, func(tx store.Tx) (noted, error) {
		n := noted{call: c}
		if text != nil && answerable {
			var err error
			if n.call.MessageID, n.refused, err = b.answerCall(tx, c, *text); err != nil {
				return n, err
			}
		}
		return n, b.saveCall(tx, n.call)
	})
	if n.refused != nil && n.refused.Code != queue.RefusedNumber {
		refused = n.refused
	}
	return n.call, refused, err
}

// answerCall enqueues the text in answer to a call and returns the id of the message. The
// id is empty if the caller has been sent a text on the same day.
func (b *Inbox) answerCall(tx store.Tx, c Call, answer queue.Draft) (messageID string, refused *queue.RefusedError, err error) {
	day := []byte(c.At.In(b.config.Location).Format(time.DateOnly))
	last, err := tx.Get(callDayKey(c.From))
	if err != nil || bytes.Equal(last, day) {
		return "", nil, err
	}
	answer.To = c.From
	m, err := b.config.Queue.EnqueueIn(tx, callsActor, answer)
	if errors.As(err, &refused) {
		return "", refused, nil
	}
	if err != nil {
		return "", nil, err
	}
	return m.ID, nil, tx.Put(callDayKey(c.From), day)
}

// saveCall writes a call and its event.
func (b *Inbox) saveCall(tx store.Tx, c Call) error {
	if err := store.PutJSON(tx, callSpace+c.ID, storedCall{&c, formatCaller(c.From)}); err != nil {
		return err
	}
	if err := b.noteContact(tx, c.From, queue.Worker{Modem: c.Modem, SIM: c.SIM}, c.At); err != nil {
		return err
	}
	return b.events.Append(tx, "", CallMissed{ID: c.ID, Modem: c.Modem, Rings: c.Rings, MessageID: c.MessageID})
}

// formatCaller is number.Encode; a withheld number is empty.
func formatCaller(a pdu.Address) string {
	if a.Number == "" {
		return ""
	}
	return number.Encode(a)
}

func decodeCall(id string, value []byte) (Call, error) {
	stored := storedCall{Call: &Call{}}
	if err := json.Unmarshal(value, &stored); err != nil {
		return Call{}, fmt.Errorf("call %s: %w: %w", id, store.ErrRecord, err)
	}
	c := *stored.Call
	c.ID = id
	if stored.From == "" {
		return c, nil
	}
	var err error
	if c.From, err = number.Decode(stored.From); err != nil {
		return Call{}, fmt.Errorf("call %s: %w: caller", id, store.ErrRecord)
	}
	return c, nil
}

// Calls returns one page of missed calls, as Page returns messages. Filter.Since and
// Filter.Until apply to Call.At.
func (b *Inbox) Calls(ctx context.Context, f Filter, after string, limit int) (items []Call, next string, err error) {
	passes := func(c Call) bool {
		return (f.From.Number == "" || c.From == f.From) && store.Within(c.At, f.Since, f.Until)
	}
	list := store.List[Call]{Space: callSpace, Decode: decodeCall, Passes: passes}
	defer store.Wrap(&err, "list calls")
	return list.Page(ctx, b.store, store.Window{Since: f.Since, Until: f.Until, After: after, Limit: limit})
}
