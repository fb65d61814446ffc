package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"goniec/number"
	"goniec/pdu"
	"goniec/store"
)

// callsActor is on whose behalf a text in answer to a call is written.
const callsActor = "calls"

// Call is a call that nobody answered. The tags are its stored form.
type Call struct {
	ID    string      `json:"-"`     // UUIDv7: ordered by time
	From  pdu.Address `json:"-"`     // zero: withheld; stored by storedCall
	At    time.Time   `json:"at"`    // when it ended
	Modem string      `json:"modem"` // that rang
	SIM   string      `json:"sim"`   // in it
	Rings int         `json:"rings"`
	// MessageID is of the text that went out in answer, empty if none did.
	MessageID string `json:"msg,omitempty"`
}

// storedCall is the value of call/<id>.
type storedCall struct {
	*Call
	From string `json:"from,omitempty"`
}

// MissedCall writes down that w was called from the number from, as the network
// told it (empty: withheld), and rang so often until at. With a text, which names
// no recipient, the caller gets it: at most one in a day of Config.Location,
// whichever modem was called, and only at a mobile number that may be written to. A
// short code gets none. The call, its event and the text are one transaction, so
// that neither a crash nor a repetition makes two texts of one call.
//
// refused says why a text was not taken, if that is about the text; the call is
// written down all the same.
func (q *Queue) MissedCall(ctx context.Context, w Worker, from string, rings int, at time.Time, text *Draft) (c Call, refused, err error) {
	at = store.Milliseconds(at)
	id := q.ids.Next(at)
	c = Call{ID: id.String(), At: at, Modem: w.Modem, SIM: w.SIM, Rings: rings}
	var answerable bool
	c.From, answerable = q.config.Numbering.Sender(from)
	var b *batch
	if text != nil && answerable {
		answer := *text
		answer.To = c.From
		if b, err = q.begin(ctx, Caller{Token: callsActor}, []Draft{answer}); err != nil {
			return Call{}, nil, fmt.Errorf("note a call at modem %s: %w", w.Modem, err)
		}
		if r := b.prepared[0].refused; r != nil {
			b, refused = nil, r.err()
		}
	}
	type noted struct {
		call    Call
		message *Message
	}
	n, err := store.Update(ctx, q.store, func(tx store.Tx) (noted, error) {
		n := noted{call: c}
		due, err := q.callTextDue(tx, b, c)
		if err != nil {
			return n, err
		}
		if due {
			n.call.MessageID = member(b.state.Base, 0, 1)
		}
		if err := q.saveCall(tx, n.call); err != nil || !due {
			return n, err
		}
		n.message, err = q.answerCall(tx, b, c)
		return n, err
	})
	if err != nil {
		return Call{}, nil, fmt.Errorf("note a call at modem %s: %w", w.Modem, err)
	}
	if n.message != nil {
		q.meter.enqueued(n.message)
	}
	return n.call, refused, nil
}

// saveCall writes a call and its event.
func (q *Queue) saveCall(tx store.Tx, c Call) error {
	if err := store.PutJSON(tx, callSpace+c.ID, storedCall{&c, formatCaller(c.From)}); err != nil {
		return err
	}
	if err := q.heard(tx, c.From, Worker{Modem: c.Modem, SIM: c.SIM}, c.At); err != nil {
		return err
	}
	return q.events.Append(tx, "", CallMissed{ID: c.ID, Modem: c.Modem, Rings: c.Rings, MessageID: c.MessageID})
}

// callTextDue says whether there is a text in b and the caller has had none that day.
func (q *Queue) callTextDue(tx store.Tx, b *batch, c Call) (bool, error) {
	if b == nil {
		return false, nil
	}
	last, err := tx.Get(callDayKey(c.From))
	return string(last) != q.callDay(c), err
}

// answerCall takes the text in b and remembers the day.
func (q *Queue) answerCall(tx store.Tx, b *batch, c Call) (*Message, error) {
	state := b.state
	taken, err := q.take(tx, b, &state, 1)
	if err != nil {
		return nil, err
	}
	return taken[0], tx.Put(callDayKey(c.From), []byte(q.callDay(c)))
}

// callDay returns the day of a call in Config.Location.
func (q *Queue) callDay(c Call) string { return c.At.In(q.config.Location).Format(time.DateOnly) }

// formatCaller is formatAddress that leaves a withheld number empty.
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
	from, err := number.Decode(stored.From)
	if err != nil {
		return Call{}, fmt.Errorf("call %s: %w: caller", id, store.ErrRecord)
	}
	c.From = from
	return c, nil
}

// Calls returns missed calls as Inbox does texts; received means ended.
func (q *Queue) Calls(ctx context.Context, f InboxFilter, after string, limit int) (items []Call, next string, err error) {
	passes := func(c Call) bool {
		return (f.From.Number == "" || c.From == f.From) && store.Within(c.At, f.Since, f.Until)
	}
	list := store.List[Call]{Space: callSpace, Decode: decodeCall, Passes: passes}
	items, next, err = list.Page(ctx, q.store, store.Window{Since: f.Since, Until: f.Until, After: after, Limit: limit})
	if err != nil {
		return nil, "", fmt.Errorf("list calls: %w", err)
	}
	return items, next, nil
}

// pruneCallDays forgets who got a text for a call before the day of limit, or, by a
// clock that was wrong, after that of now.
func (q *Queue) pruneCallDay(limit, now time.Time) func(store.Tx, store.Pair) (bool, error) {
	first, last := limit.In(q.config.Location).Format(time.DateOnly), now.In(q.config.Location).Format(time.DateOnly)
	return func(tx store.Tx, pair store.Pair) (bool, error) {
		if day := string(pair.Value); first <= day && day <= last {
			return false, nil
		}
		return true, tx.Delete(pair.Key)
	}
}
