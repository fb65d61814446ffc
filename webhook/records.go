package webhook

import (
	"encoding/json"
	"fmt"
	"time"

	"goniec/event"
	"goniec/store"
)

// The keys of this package. A sequence number has 20 digits, so that byte order
// is the order of a box. No key and no value holds a number or a text.
//
//	hook/<receiver>/wait/<box>/<seq>  a delivery that waits or is under way
//	hook/<receiver>/dead/<box>/<seq>  one that was given up
//	hook/<receiver>/state             counts, last success and failure, whether disabled
//
// The cursor in the event log is that of the follower webhook.<receiver>.
const space = "hook/"

func prefixOf(receiver, list string) string { return space + receiver + "/" + list + "/" }
func stateKey(receiver string) string       { return space + receiver + "/state" }

func entryOf(box string, seq uint64) string { return fmt.Sprintf("%s/%020d", box, seq) }

// entryOfID returns the last part of the key of a delivery, by the id of its event.
func entryOfID(id string) (string, bool) {
	box, seq, ok := event.ParseID(id)
	return entryOf(box, seq), ok
}

// The lists a delivery can be in.
const (
	Waiting = "wait" // waits or is under way
	Dead    = "dead" // given up
)

// Delivery is one event on its way to one receiver.
type Delivery struct {
	ID       string          `json:"id"`    // of the event
	Key      string          `json:"key"`   // header webhook-id, the same in all attempts
	Type     string          `json:"type"`  // of the event
	At       time.Time       `json:"at"`    // of the event
	Body     json.RawMessage `json:"body"`  // body of the request
	Since    time.Time       `json:"since"` // start of KeepTrying
	Attempts int             `json:"attempts"`
	Next     time.Time       `json:"next,omitzero"` // next attempt
	Last     *Failure        `json:"last,omitempty"`
}

// Failure is the error of an attempt.
type Failure struct {
	At     time.Time `json:"at"`
	Status int       `json:"status,omitempty"` // HTTP status; 0: no answer
	Text   string    `json:"text"`             // in English
}

// State is the delivery state of a receiver.
type State struct {
	Waiting     int       `json:"waiting"` // deliveries
	Dead        int       `json:"dead"`    // deliveries
	LastSuccess time.Time `json:"last_success,omitzero"`
	LastFailure *Failure  `json:"last_failure,omitempty"` // kept after a success
	Failing     time.Time `json:"failing,omitzero"`       // since when every attempt has failed
	Disabled    time.Time `json:"disabled,omitzero"`      // when the receiver answered 410
}

// body is the body of a request: an event as the stream shows it, with the time under the name
// of Standard Webhooks as well.
type body struct {
	ID        string          `json:"id"`
	Type      string          `json:"type"`
	At        time.Time       `json:"at"`
	Timestamp time.Time       `json:"timestamp"`
	Data      json.RawMessage `json:"data,omitempty"`
}

// newDelivery returns the delivery of e.
func newDelivery(e event.Event) (Delivery, error) {
	id, at := e.ID(), store.Milliseconds(e.At)
	encoded, err := json.Marshal(body{ID: id, Type: e.Type, At: at, Timestamp: at, Data: e.Data})
	if err != nil {
		return Delivery{}, fmt.Errorf("encode event %s: %w", id, err)
	}
	return Delivery{ID: id, Key: "evt_" + id, Type: e.Type, At: at, Body: encoded, Since: time.Now().UTC()}, nil
}

// event returns the fields of the event that the delivery holds.
func (d Delivery) event() event.Event {
	var b body
	_ = json.Unmarshal(d.Body, &b) // encoded by newDelivery
	return event.Event{Type: d.Type, At: d.At, Data: b.Data}
}

// enqueue stores the delivery of an event, in the transaction that moves the cursor. An event
// older than KeepTrying is left out: the receiver was not configured then.
func (r *runner) enqueue(tx store.Tx, e event.Event) error {
	if time.Since(e.At) > KeepTrying {
		return nil
	}
	d, err := newDelivery(e)
	if err != nil {
		return err
	}
	if err := store.PutJSON(tx, prefixOf(r.receiver.Name, Waiting)+entryOf(e.Box, e.Seq), d); err != nil {
		return err
	}
	return changeState(tx, r.receiver.Name, func(s *State) { s.Waiting++ })
}

// changeState changes the stored state of a receiver.
func changeState(tx store.Tx, receiver string, change func(*State)) error {
	state, _, err := store.GetJSON[State](tx, stateKey(receiver))
	if err != nil {
		return err
	}
	change(&state)
	return store.PutJSON(tx, stateKey(receiver), state)
}

// move moves a delivery from one list to the other.
func move(tx store.Tx, receiver, entry, to string, d Delivery) error {
	from := Waiting
	if to == Waiting {
		from = Dead
	}
	if err := tx.Delete(prefixOf(receiver, from) + entry); err != nil {
		return err
	}
	if err := store.PutJSON(tx, prefixOf(receiver, to)+entry, d); err != nil {
		return err
	}
	return changeState(tx, receiver, func(s *State) {
		if to == Dead {
			s.Waiting, s.Dead = s.Waiting-1, s.Dead+1
		} else {
			s.Waiting, s.Dead = s.Waiting+1, s.Dead-1
		}
	})
}
