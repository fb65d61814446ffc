// Package event is the append-only log of what happened, with durable cursors for its
// followers.
//
// It owns the keys ev/, evn/, cur/, curfail/ and aside/. The meaning of an event is declared,
// as a Fact, by the package that appends it. An event holds ids and never a text or a phone
// number, so that the log can be shown, streamed, and kept longer than the messages.
package event

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/store"
)

// ErrUnknownID is returned for an id of no event in this data: malformed, of another box, or
// of an event that was appended after the backup from which the data was restored. The caller
// starts again from the oldest event kept.
var ErrUnknownID = errors.New("unknown event id")

// errBox is returned by Append on a log whose box name cannot be part of a key.
var errBox = errors.New("name of a box must not be empty nor contain a slash")

// Event is one entry of a log.
type Event struct {
	Box   string          // box of the log
	Seq   uint64          // number in the log of its box, from 1, ascending; gaps mean nothing
	Type  string          // type of the fact: "message.sent"
	At    time.Time       // when it was appended, UTC
	Actor string          // name of the token that caused the event; empty: the box itself
	Data  json.RawMessage // the fact as a JSON object
}

// ID returns the external name of e, opaque for clients. It holds the time beside the number,
// since data from an older backup gives the same numbers to other events.
func (e Event) ID() string { return formatID(e.Box, e.Seq, e.At) }

// record is the stored form of an event; box and number are in the key.
type record struct {
	Type  string          `json:"t"`
	At    time.Time       `json:"at"`
	Actor string          `json:"by,omitempty"`
	Data  json.RawMessage `json:"d,omitempty"`
}

// newRecord is a record with the fact not yet encoded, so that Append encodes once.
type newRecord struct {
	Type  string    `json:"t"`
	At    time.Time `json:"at"`
	Actor string    `json:"by,omitempty"`
	Data  Fact      `json:"d"`
}

// Log is the log of one box; it also reads the logs of other boxes. Its methods may be called
// by any goroutine.
type Log struct {
	store    store.Store
	box      string
	setAside *prometheus.CounterVec // by follower
}

// New returns the log of box in s. Each box has a log and a counter of its own, so boxes do
// not conflict.
func New(s store.Store, box string) *Log {
	return &Log{store: s, box: box, setAside: newSetAside()}
}

// Append adds an event with fact to the log of this box as part of tx, so the event exists
// exactly if the rest of tx does. actor is the name of the token that caused the event; empty:
// the box itself.
func (l *Log) Append(tx store.Tx, actor string, fact Fact) error {
	typ := fact.EventType()
	if l.box == "" || strings.Contains(l.box, "/") {
		return fmt.Errorf("append event %s: %w: %q", typ, errBox, l.box)
	}
	r := newRecord{Type: typ, At: time.Now().UTC(), Actor: actor, Data: fact}
	// The counter has its own key: all events may have been pruned, and no number is given out
	// twice.
	seq, err := number(tx, counterKey(l.box))
	if err != nil {
		return fmt.Errorf("append event %s: %w", typ, err)
	}
	seq++
	if err := tx.Put(counterKey(l.box), []byte(formatSeq(seq))); err != nil {
		return fmt.Errorf("append event %s: %w", typ, err)
	}
	if err := store.PutJSON(tx, eventKey(l.box, seq), r); err != nil {
		return fmt.Errorf("append event %s: %w", typ, err)
	}
	return nil
}

// After returns up to limit events behind the one called id in the log of its box, oldest
// first. An empty id means from the oldest event of this box. The event itself may have been
// pruned. The error is ErrUnknownID or that of the store.
func (l *Log) After(ctx context.Context, id string, limit int) ([]Event, error) {
	if id == "" {
		return store.View(ctx, l.store, func(r store.Reader) ([]Event, error) { return scan(r, l.box, 0, limit) })
	}
	box, seq, ok := ParseID(id)
	if !ok {
		return nil, fmt.Errorf("%w: not of the form box-number_time", ErrUnknownID)
	}
	return store.View(ctx, l.store, func(r store.Reader) ([]Event, error) {
		newest, err := number(r, counterKey(box))
		if err != nil {
			return nil, err
		}
		held, err := at(r, box, seq)
		if err != nil {
			return nil, err
		}
		if seq > newest || !held.IsZero() && !slices.Contains([]string{formatID(box, seq, held), formerID(box, seq)}, id) {
			return nil, fmt.Errorf("%w: of no event in this data", ErrUnknownID)
		}
		return scan(r, box, seq, limit)
	})
}

// Last returns the id of the newest event of this box, which may have been pruned; empty if
// there was never one.
func (l *Log) Last(ctx context.Context) (string, error) {
	return store.View(ctx, l.store, func(r store.Reader) (string, error) {
		seq, err := number(r, counterKey(l.box))
		if err != nil || seq == 0 {
			return "", err
		}
		held, err := at(r, l.box, seq)
		return formatID(l.box, seq, held), err
	})
}

// at returns the time of an event, zero if it is not kept.
func at(r store.Reader, box string, seq uint64) (time.Time, error) {
	kept, _, err := store.GetJSON[record](r, eventKey(box, seq))
	return kept.At, err
}

// Wake returns a channel that receives after events were appended on any box, until ctx is
// done. Like store.Store.Watch it is a hint: read from time to time without it as well.
func (l *Log) Wake(ctx context.Context) <-chan struct{} {
	return l.store.Watch(ctx, eventPrefix)
}

// scan returns up to limit events of box behind seq.
func scan(r store.Reader, box string, seq uint64, limit int) ([]Event, error) {
	if seq == math.MaxUint64 {
		return nil, nil
	}
	pairs, err := r.Scan(eventKey(box, seq+1), store.PrefixEnd(logPrefix(box)), limit)
	if err != nil {
		return nil, err
	}
	events := make([]Event, 0, len(pairs))
	for _, p := range pairs {
		e, err := decode(box, p)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// decode decodes a stored event of the log of box.
func decode(box string, p store.Pair) (Event, error) {
	seq, ok := parseSeq(strings.TrimPrefix(p.Key, logPrefix(box)))
	if !ok {
		return Event{}, fmt.Errorf("decode event %q: key does not end in a number", p.Key)
	}
	var r record
	if err := json.Unmarshal(p.Value, &r); err != nil {
		return Event{}, fmt.Errorf("decode event %q: %w", p.Key, err)
	}
	return Event{Box: box, Seq: seq, Type: r.Type, At: r.At, Actor: r.Actor, Data: r.Data}, nil
}
