package reply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"goniec/clock"
	"goniec/number"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// TalkState is where the conversation with a number stands.
type TalkState string

// The states of a conversation.
const (
	TalkOpen    TalkState = "open"    // nobody waits for anybody
	TalkWaiting TalkState = "waiting" // for staff
	TalkClosed  TalkState = "closed"  // a person is done with it; a new text opens it again
)

// Talk is the conversation with one number. What was said is found by
// queue.Exchange. The tags are its stored form.
type Talk struct {
	ID     string      `json:"-"` // UUIDv7
	Number pdu.Address `json:"-"` // stored by storedTalk
	State  TalkState   `json:"st"`
	// Reason is why it waits: how the text was matched that made it wait.
	Reason Match `json:"why,omitempty"`
	// Unread counts the texts received that nobody has read, without those that were
	// dealt with by themselves.
	Unread     int       `json:"new,omitempty"`
	AssignedTo string    `json:"for,omitempty"`
	Notes      int       `json:"notes,omitempty"`
	Since      time.Time `json:"since"` // when it began
	At         time.Time `json:"at"`    // of what was said or changed last
	LastID     string    `json:"last,omitempty"`
}

// storedTalk is the value of talk/<id>.
type storedTalk struct {
	*Talk
	Number string `json:"of"`
}

func decodeTalk(id string, value []byte) (Talk, error) {
	stored := storedTalk{Talk: &Talk{}}
	if err := json.Unmarshal(value, &stored); err != nil {
		return Talk{}, fmt.Errorf("talk %s: %w: %w", id, store.ErrRecord, err)
	}
	of, err := number.Decode(stored.Number)
	if err != nil {
		return Talk{}, fmt.Errorf("talk %s: %w: number", id, store.ErrRecord)
	}
	t := *stored.Talk
	t.ID, t.Number = id, of
	return t, nil
}

func readTalk(r store.Reader, id string) (Talk, error) {
	value, err := r.Get(talkKey(id))
	if err != nil {
		return Talk{}, err
	}
	if value == nil {
		return Talk{}, fmt.Errorf("talk %s: %w", id, store.ErrNotFound)
	}
	return decodeTalk(id, value)
}

// save writes a talk that was of before; zero: it is new.
func (t *Talk) save(tx store.Tx, before time.Time) error {
	if !before.IsZero() && !before.Equal(t.At) {
		if err := tx.Delete(talkAtKey(before, t.ID)); err != nil {
			return err
		}
	}
	if err := tx.Put(talkAtKey(t.At, t.ID), nil); err != nil {
		return err
	}
	return store.PutJSON(tx, talkKey(t.ID), storedTalk{t, number.Encode(t.Number)})
}

func (r *Replies) tellTalk(tx store.Tx, t Talk, inboundID, actor string) error {
	return r.events.Append(tx, actor, ConversationUpdated{
		ID: t.ID, State: t.State, Reason: t.Reason, Unread: t.Unread, AssignedTo: t.AssignedTo, InboundID: inboundID,
	})
}

// talkWith returns the talk with a number, a new one if there is none.
func (r *Replies) talkWith(rd store.Reader, number pdu.Address) (t Talk, before time.Time, err error) {
	id, err := rd.Get(talkOfKey(number))
	if err != nil {
		return Talk{}, time.Time{}, err
	}
	if id != nil {
		t, err := readTalk(rd, string(id))
		if err == nil || !store.Unreadable(err) {
			return t, t.At, err
		}
	}
	return Talk{ID: r.ids.Next(now()).String(), Number: number, State: TalkOpen, Since: now()}, time.Time{}, nil
}

// said notes in the talk with a number what came in and whether a person has to look
// at it, and returns the id of the talk.
func (r *Replies) said(tx store.Tx, number pdu.Address, in queue.Inbound, d decision, again bool) (string, error) {
	t, before, err := r.talkWith(tx, number)
	if err != nil {
		return "", err
	}
	if before.IsZero() {
		if err := tx.Put(talkOfKey(number), []byte(t.ID)); err != nil {
			return "", err
		}
	}
	t.At, t.LastID = clock.Later(now(), t.At), in.ID
	if !d.noted && !again {
		t.Unread++
	}
	switch {
	case d.person:
		t.State, t.Reason = TalkWaiting, d.match
	case t.State == TalkClosed && !d.noted:
		t.State = TalkOpen
	}
	if err := t.save(tx, before); err != nil {
		return "", err
	}
	return t.ID, r.tellTalk(tx, t, in.ID, "")
}

// Change is what a person changes about a talk; nil: it stays.
type Change struct {
	State      *TalkState
	AssignedTo *string
	Read       bool // everything has been read
}

const (
	maxAssigned = 64
	maxNote     = 2000
)

// ErrTalkState is returned by ChangeTalk for a state that a person cannot give.
var ErrTalkState = errors.New("unknown state of a conversation")

// ErrTooLong is returned for a note or a name that is too long, or for an empty note.
var ErrTooLong = errors.New("too long, or empty")

// ChangeTalk changes a talk and returns it as it then is. The error is store.ErrNotFound,
// ErrTalkState, ErrTooLong or that of the store.
func (r *Replies) ChangeTalk(ctx context.Context, id string, c Change, actor string) (Talk, error) {
	if c.State != nil && *c.State != TalkOpen && *c.State != TalkWaiting && *c.State != TalkClosed {
		return Talk{}, ErrTalkState
	}
	if c.AssignedTo != nil && utf8.RuneCountInString(*c.AssignedTo) > maxAssigned {
		return Talk{}, ErrTooLong
	}
	t, err := store.Update(ctx, r.store, func(tx store.Tx) (Talk, error) {
		t, err := readTalk(tx, id)
		if err != nil {
			return Talk{}, err
		}
		was := t
		if c.State != nil {
			t.State = *c.State
			if t.State != TalkWaiting {
				t.Reason = ""
			}
			if t.State == TalkClosed {
				t.Unread = 0
			}
		}
		if c.AssignedTo != nil {
			t.AssignedTo = strings.TrimSpace(*c.AssignedTo)
		}
		if c.Read {
			t.Unread = 0
		}
		if t == was {
			return t, nil
		}
		if err := t.save(tx, t.At); err != nil {
			return Talk{}, err
		}
		return t, r.tellTalk(tx, t, "", actor)
	})
	if err != nil {
		return Talk{}, fmt.Errorf("change conversation: %w", err)
	}
	return t, nil
}

// Note is what a person writes down about a talk. It is never sent.
type Note struct {
	ID   string    `json:"-"`
	Text string    `json:"text"`
	By   string    `json:"by,omitempty"`
	At   time.Time `json:"at"`
}

// AddNote adds a note to a talk. The error is store.ErrNotFound, ErrTooLong or that of the
// store.
func (r *Replies) AddNote(ctx context.Context, talk, text, actor string) (Note, error) {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > maxNote {
		return Note{}, ErrTooLong
	}
	id := r.ids.Next(now())
	n := Note{ID: id.String(), Text: text, By: actor, At: now()}
	err := r.store.Update(ctx, func(tx store.Tx) error {
		t, err := readTalk(tx, talk)
		if err != nil {
			return err
		}
		if err := store.PutJSON(tx, notePrefix(talk)+n.ID, n); err != nil {
			return err
		}
		before := t.At
		t.Notes++
		t.At = clock.Later(n.At, t.At)
		if err := t.save(tx, before); err != nil {
			return err
		}
		return r.tellTalk(tx, t, "", actor)
	})
	if err != nil {
		return Note{}, fmt.Errorf("add a note: %w", err)
	}
	return n, nil
}

// Notes returns the notes of a talk, the oldest first.
func (r *Replies) Notes(ctx context.Context, talk string) ([]Note, error) {
	return store.View(ctx, r.store, func(rd store.Reader) ([]Note, error) {
		prefix := notePrefix(talk)
		pairs, err := rd.Scan(prefix, store.PrefixEnd(prefix), 0)
		if err != nil {
			return nil, err
		}
		notes := make([]Note, 0, len(pairs))
		for _, pair := range pairs {
			var n Note
			if json.Unmarshal(pair.Value, &n) != nil {
				continue // no reason not to show the others
			}
			n.ID = lastSegment(pair.Key)
			notes = append(notes, n)
		}
		return notes, nil
	})
}

// Talk returns a talk, or store.ErrNotFound.
func (r *Replies) Talk(ctx context.Context, id string) (Talk, error) {
	return store.View(ctx, r.store, func(rd store.Reader) (Talk, error) { return readTalk(rd, id) })
}

// TalkFilter selects talks; its zero value all of them.
type TalkFilter struct {
	State      TalkState
	AssignedTo string
	Unread     bool // only those with unread texts
	Number     pdu.Address
}

func (f TalkFilter) passes(t Talk) bool {
	return (f.State == "" || t.State == f.State) && (f.AssignedTo == "" || t.AssignedTo == f.AssignedTo) &&
		(!f.Unread || t.Unread > 0) && (f.Number.Number == "" || t.Number == f.Number)
}

const (
	talksScanned = 5000
	talksLimit   = 200
)

// Talks returns up to limit talks that pass f, those in which something was said last
// first, behind the place called after; empty: from the first. next is what to give as
// after for those that follow; empty: there are none. No more than 5,000 are looked at.
func (r *Replies) Talks(ctx context.Context, f TalkFilter, after string, limit int) (items []Talk, next string, err error) {
	if limit <= 0 || limit > talksLimit {
		limit = talksLimit
	}
	type page struct {
		items []Talk
		next  string
	}
	p, err := store.View(ctx, r.store, func(rd store.Reader) (page, error) {
		if f.Number.Number != "" {
			t, before, err := r.talkWith(rd, f.Number)
			if err != nil || before.IsZero() || !f.passes(t) {
				return page{}, err
			}
			return page{items: []Talk{t}}, nil
		}
		to := store.PrefixEnd(talkAtSpace)
		if after != "" {
			to = talkAtSpace + after
		}
		pairs, err := rd.ScanLast(talkAtSpace, to, talksScanned)
		if err != nil {
			return page{}, err
		}
		var p page
		for i, pair := range pairs {
			place := pair.Key[len(talkAtSpace):]
			t, err := readTalk(rd, place[min(len(place), store.TimeWidth):])
			if store.Unreadable(err) || err == nil && !f.passes(t) {
				continue
			}
			if err != nil {
				return page{}, err
			}
			if p.items = append(p.items, t); len(p.items) == limit {
				if i < len(pairs)-1 || len(pairs) == talksScanned {
					p.next = place
				}
				return p, nil
			}
		}
		if len(pairs) == talksScanned {
			p.next = pairs[len(pairs)-1].Key[len(talkAtSpace):]
		}
		return p, nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("list conversations: %w", err)
	}
	return p.items, p.next, nil
}
