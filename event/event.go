// Package event is the append-only log of what happened, with durable cursors
// for those who follow it.
//
// It owns the keys ev/, evn/, cur/, curfail/ and aside/ and nothing else: what an event means is
// declared, as a Fact, by the package that appends it. An event carries ids, never a
// text and never a number of a person, so that the log can be shown, streamed
// and kept longer than the messages it speaks of.
package event

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/store"
)

// ErrUnknownID is returned for an id that this log has never given out: a
// malformed one, or one from before a restored backup. The caller starts over
// from the oldest event kept.
var ErrUnknownID = errors.New("unknown event id")

// errBox is returned by Append on a log whose box name cannot be part of a key.
var errBox = errors.New("name of a box must not be empty nor contain a slash")

// Event is one thing that happened.
type Event struct {
	Box   string          // the box whose log it is in
	Seq   uint64          // number in the log of its box, from 1, ascending; gaps mean nothing
	Type  string          // what happened: "message.sent"
	At    time.Time       // when it was appended, UTC
	Actor string          // on whose behalf: a token's name, empty for the box itself
	Data  json.RawMessage // ids and facts as a JSON object
}

// ID returns the name of e for the outside: opaque there, ordered within a box.
func (e Event) ID() string {
	if e.Seq == 0 {
		return ""
	}
	return formatID(e.Box, e.Seq)
}

// record is the stored form of an event; box and number are in its key.
type record struct {
	Type  string          `json:"t"`
	At    time.Time       `json:"at"`
	Actor string          `json:"by,omitempty"`
	Data  json.RawMessage `json:"d,omitempty"`
}

// newRecord is a record whose data is yet to be encoded, which is done in one go.
type newRecord struct {
	Type  string    `json:"t"`
	At    time.Time `json:"at"`
	Actor string    `json:"by,omitempty"`
	Data  Fact      `json:"d"`
}

// Log is the log of one box, and the way to read those of the others. It is
// safe for concurrent use.
type Log struct {
	store    store.Store
	box      string
	setAside *prometheus.CounterVec // by follower
}

// New returns the log of box in s. Each box numbers its own log, so that boxes
// never contend for one counter.
func New(s store.Store, box string) *Log {
	return &Log{store: s, box: box, setAside: newSetAside()}
}

// Append adds an event that tells fact to the log of this box as part of tx: the event
// exists exactly if what it tells of does. actor is the name of the token on whose
// behalf it happened, empty for the box itself.
func (l *Log) Append(tx store.Tx, actor string, fact Fact) error {
	typ := fact.EventType()
	if l.box == "" || strings.Contains(l.box, "/") {
		return fmt.Errorf("append event %s: %w: %q", typ, errBox, l.box)
	}
	r := newRecord{Type: typ, At: time.Now().UTC(), Actor: actor, Data: fact}
	// The counter has a key of its own because the events it counted may all
	// have been pruned, and a number given out once must never come back.
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

// After returns up to limit events that follow the one called id in the log of
// its box, oldest first. An empty id means all that is kept of this box's log.
// It returns ErrUnknownID for an id that was never given out.
func (l *Log) After(ctx context.Context, id string, limit int) ([]Event, error) {
	box, seq := l.box, uint64(0)
	if id != "" {
		var ok bool
		if box, seq, ok = parseID(id); !ok {
			return nil, fmt.Errorf("%w: not of the form box-number", ErrUnknownID)
		}
	}
	return store.View(ctx, l.store, func(r store.Reader) ([]Event, error) {
		newest, err := number(r, counterKey(box))
		if err != nil {
			return nil, err
		}
		if seq > newest {
			return nil, fmt.Errorf("%w: newer than the newest event", ErrUnknownID)
		}
		return scan(r, box, seq, limit)
	})
}

// Last returns the id of the newest event of this box, empty when there has
// never been one.
func (l *Log) Last(ctx context.Context) (string, error) {
	return store.View(ctx, l.store, func(r store.Reader) (string, error) {
		seq, err := number(r, counterKey(l.box))
		if err != nil || seq == 0 {
			return "", err
		}
		return formatID(l.box, seq), nil
	})
}

// Wake returns a channel that receives after events were appended on any box,
// until ctx is done. It is a hint like store.Store.Watch: read again now and
// then all the same.
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

// decode turns a stored pair of the log of box into an event.
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
