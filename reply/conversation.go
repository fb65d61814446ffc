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
	"goniec/inbox"
	"goniec/number"
	"goniec/pdu"
	"goniec/store"
)

// ConversationState is where the conversation with a number stands.
type ConversationState string

// The states of a conversation.
const (
	ConversationOpen    ConversationState = "open"    // nothing waits
	ConversationWaiting ConversationState = "waiting" // waits for staff
	ConversationClosed  ConversationState = "closed"  // staff are done with it; a new text opens it again
)

// Conversation is the conversation with one number. queue.Exchange returns its messages.
// The tags are its stored form.
type Conversation struct {
	ID     string            `json:"-"` // UUIDv7
	Number pdu.Address       `json:"-"` // stored by storedConversation
	State  ConversationState `json:"st"`
	// Reason says why the conversation waits; empty: it does not, or a person wants it so.
	Reason Reason `json:"reason,omitempty"`
	// Unread counts the received texts that staff have not read. A text that needs no
	// staff is not counted.
	Unread     int       `json:"new,omitempty"`
	AssignedTo string    `json:"for,omitempty"`
	Notes      int       `json:"notes,omitempty"`
	Since      time.Time `json:"since"` // when it began
	At         time.Time `json:"at"`    // of the latest text or change
	LastID     string    `json:"last,omitempty"`
}

// storedConversation is the value of talk/<id>.
type storedConversation struct {
	*Conversation
	Number string `json:"of"`
	// Match, in records of former versions, says how the text was matched because of which
	// the conversation waits.
	Match Match `json:"why,omitempty"`
}

func decodeConversation(id string, value []byte) (Conversation, error) {
	stored := storedConversation{Conversation: &Conversation{}}
	if err := json.Unmarshal(value, &stored); err != nil {
		return Conversation{}, fmt.Errorf("conversation %s: %w: %w", id, store.ErrRecord, err)
	}
	of, err := number.Decode(stored.Number)
	if err != nil {
		return Conversation{}, fmt.Errorf("conversation %s: %w: number", id, store.ErrRecord)
	}
	t := *stored.Conversation
	t.ID, t.Number = id, of
	if stored.Match != "" {
		t.Reason = reasonFor(stored.Match, nil)
	}
	return t, nil
}

func readConversation(r store.Reader, id string) (Conversation, error) {
	return store.ReadRecord(r, "conversation", talkSpace, id, decodeConversation)
}

// save writes a conversation that was of before; zero: it is new.
func (t *Conversation) save(tx store.Tx, before time.Time) error {
	if !before.IsZero() && !before.Equal(t.At) {
		if err := tx.Delete(talkAtKey(before, t.ID)); err != nil {
			return err
		}
	}
	if err := tx.Put(talkAtKey(t.At, t.ID), nil); err != nil {
		return err
	}
	return store.PutJSON(tx, talkKey(t.ID), storedConversation{Conversation: t, Number: number.Encode(t.Number)})
}

func (r *Replies) announceConversation(tx store.Tx, t Conversation, inboundID, actor string) error {
	return r.events.Append(tx, actor, ConversationUpdated{
		ID: t.ID, State: t.State, Reason: t.Reason, Unread: t.Unread, AssignedTo: t.AssignedTo, InboundID: inboundID,
	})
}

// conversationWith returns the conversation with a number, a new one if there is none.
func (r *Replies) conversationWith(rd store.Reader, number pdu.Address) (t Conversation, before time.Time, err error) {
	id, err := rd.Get(talkOfKey(number))
	if err != nil {
		return Conversation{}, time.Time{}, err
	}
	if id != nil {
		if t, ok, err := store.Readable(readConversation(rd, string(id))); ok || err != nil {
			return t, t.At, err
		}
	}
	return Conversation{ID: r.ids.Next(now()).String(), Number: number, State: ConversationOpen, Since: now()}, time.Time{}, nil
}

// recordInConversation records in the conversation with a number what came in and whether
// a person has to look
// at it, and returns the id of the conversation.
func (r *Replies) recordInConversation(tx store.Tx, number pdu.Address, in inbox.Message, d decision, again bool) (string, error) {
	t, before, err := r.conversationWith(tx, number)
	if err != nil {
		return "", err
	}
	if before.IsZero() {
		if err := tx.Put(talkOfKey(number), []byte(t.ID)); err != nil {
			return "", err
		}
	}
	t.At, t.LastID = clock.Later(now(), t.At), in.ID
	if !d.handled && !again {
		t.Unread++
	}
	switch {
	case d.needsStaff:
		t.State, t.Reason = ConversationWaiting, reasonFor(d.match, d.reading.Intents)
	case t.State == ConversationClosed && !d.handled:
		t.State = ConversationOpen
	}
	if err := t.save(tx, before); err != nil {
		return "", err
	}
	return t.ID, r.announceConversation(tx, t, in.ID, "")
}

// Change is what a person changes in a conversation. A nil field changes nothing.
type Change struct {
	State      *ConversationState
	AssignedTo *string
	Read       bool // all texts have been read
}

const (
	maxAssigned = 64
	maxNote     = 2000
)

// ErrConversationState is returned by ChangeConversation for a state that a person cannot give.
var ErrConversationState = errors.New("unknown state of a conversation")

// ErrTooLong is returned for a note or a name that is too long, or for an empty note.
var ErrTooLong = errors.New("too long, or empty")

// ChangeConversation changes a conversation and returns it after the change. The error is store.ErrNotFound,
// ErrConversationState, ErrTooLong or that of the store.
func (r *Replies) ChangeConversation(ctx context.Context, id string, c Change, actor string) (_ Conversation, err error) {
	if c.State != nil && *c.State != ConversationOpen && *c.State != ConversationWaiting && *c.State != ConversationClosed {
		return Conversation{}, ErrConversationState
	}
	if c.AssignedTo != nil && utf8.RuneCountInString(*c.AssignedTo) > maxAssigned {
		return Conversation{}, ErrTooLong
	}
	defer store.Wrap(&err, "change conversation")
	return store.Update(ctx, r.store, func(tx store.Tx) (Conversation, error) {
		t, err := readConversation(tx, id)
		if err != nil {
			return Conversation{}, err
		}
		was := t
		if c.State != nil {
			t.State = *c.State
			if t.State != ConversationWaiting {
				t.Reason = ""
			}
			if t.State == ConversationClosed {
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
			return Conversation{}, err
		}
		return t, r.announceConversation(tx, t, "", actor)
	})
}

// Note is what a person writes down about a conversation. A note is never sent.
type Note struct {
	ID   string    `json:"-"`
	Text string    `json:"text"`
	By   string    `json:"by,omitempty"`
	At   time.Time `json:"at"`
}

// AddNote adds a note to a conversation. The error is store.ErrNotFound, ErrTooLong or that of the
// store.
func (r *Replies) AddNote(ctx context.Context, conversation, text, actor string) (_ Note, err error) {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > maxNote {
		return Note{}, ErrTooLong
	}
	defer store.Wrap(&err, "add a note")
	n := Note{ID: r.ids.Next(now()).String(), Text: text, By: actor, At: now()}
	return n, r.store.Update(ctx, func(tx store.Tx) error {
		t, err := readConversation(tx, conversation)
		if err != nil {
			return err
		}
		if err := store.PutJSON(tx, notePrefix(conversation)+n.ID, n); err != nil {
			return err
		}
		before := t.At
		t.Notes++
		t.At = clock.Later(n.At, t.At)
		if err := t.save(tx, before); err != nil {
			return err
		}
		return r.announceConversation(tx, t, "", actor)
	})
}

// Notes returns the notes of a conversation, the oldest first.
func (r *Replies) Notes(ctx context.Context, conversation string) ([]Note, error) {
	return store.View(ctx, r.store, func(rd store.Reader) ([]Note, error) {
		prefix := notePrefix(conversation)
		pairs, err := rd.Scan(prefix, store.PrefixEnd(prefix), 0)
		if err != nil {
			return nil, err
		}
		notes := make([]Note, 0, len(pairs))
		for _, pair := range pairs {
			var n Note
			if json.Unmarshal(pair.Value, &n) != nil {
				continue // the other notes are returned all the same
			}
			n.ID = store.LastSegment(pair.Key)
			notes = append(notes, n)
		}
		return notes, nil
	})
}

// Conversation returns a conversation, or store.ErrNotFound.
func (r *Replies) Conversation(ctx context.Context, id string) (Conversation, error) {
	return store.View(ctx, r.store, func(rd store.Reader) (Conversation, error) { return readConversation(rd, id) })
}

// ConversationFilter selects conversations; its zero value all of them.
type ConversationFilter struct {
	State      ConversationState
	AssignedTo string
	Unread     bool // only those with unread texts
	Number     pdu.Address
}

func (f ConversationFilter) passes(t Conversation) bool {
	return (f.State == "" || t.State == f.State) && (f.AssignedTo == "" || t.AssignedTo == f.AssignedTo) &&
		(!f.Unread || t.Unread > 0) && (f.Number.Number == "" || t.Number == f.Number)
}

const (
	conversationsScanned = 5000
	conversationsLimit   = 200
)

// Conversations returns up to limit conversations that pass f, the latest text or
// change first, from the place after on; an empty after begins at the first conversation.
// next is the place after which the next page begins; empty: there is no next page. At
// most 5,000 conversations are read.
func (r *Replies) Conversations(ctx context.Context, f ConversationFilter, after string, limit int) (items []Conversation, next string, err error) {
	defer store.Wrap(&err, "list conversations")
	if limit <= 0 || limit > conversationsLimit {
		limit = conversationsLimit
	}
	type page struct {
		items []Conversation
		next  string
	}
	p, err := store.View(ctx, r.store, func(rd store.Reader) (page, error) {
		if f.Number.Number != "" {
			t, before, err := r.conversationWith(rd, f.Number)
			if err != nil || before.IsZero() || !f.passes(t) {
				return page{}, err
			}
			return page{items: []Conversation{t}}, nil
		}
		to := store.PrefixEnd(talkAtSpace)
		if after != "" {
			to = talkAtSpace + after
		}
		pairs, err := rd.ScanLast(talkAtSpace, to, conversationsScanned)
		if err != nil {
			return page{}, err
		}
		var p page
		last := "" // the place of the last of p.items
		for _, pair := range pairs {
			place := pair.Key[len(talkAtSpace):]
			t, err := readConversation(rd, place[min(len(place), store.TimeWidth):])
			if store.Unreadable(err) || err == nil && !f.passes(t) {
				continue
			}
			if err != nil {
				return page{}, err
			}
			if len(p.items) == limit { // t begins the next page
				p.next = last
				return p, nil
			}
			p.items, last = append(p.items, t), place
		}
		if len(pairs) == conversationsScanned {
			p.next = pairs[len(pairs)-1].Key[len(talkAtSpace):]
		}
		return p, nil
	})
	return p.items, p.next, err
}
