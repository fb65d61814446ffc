package inbox

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"goniec/number"
	"goniec/pdu"
	"goniec/store"
)

// Kind is what sort of content a message has.
type Kind string

// The kinds of messages.
const (
	KindText      Kind = "text"
	KindBinary    Kind = "binary"    // 8-bit data; Text is its octets in hexadecimal, or as Encoding says
	KindVoicemail Kind = "voicemail" // a message waiting indication (3GPP TS 23.038 4); Text may be empty
)

// Encoding is how the octets of 8-bit data stand in a text.
type Encoding string

// The encodings.
const (
	EncodingHex   Encoding = "hex"   // two hexadecimal digits an octet; also of what was stored without an encoding
	EncodingASCII Encoding = "ascii" // all of them are printable characters of ASCII, and for no port
)

// Message is a received text, whole or with parts missing. The tags are its
// stored form.
type Message struct {
	ID         string      `json:"-"` // UUIDv7: ordered by time of receipt
	From       pdu.Address `json:"-"` // stored by record
	Kind       Kind        `json:"kind"`
	Encoding   Encoding    `json:"enc,omitempty"` // of Text, if Kind is KindBinary
	Text       string      `json:"text,omitempty"`
	ReceivedAt time.Time   `json:"at"`            // when its first part came
	SentAt     time.Time   `json:"scts,omitzero"` // TP-SCTS of its first part
	UpdatedAt  time.Time   `json:"upd,omitzero"`  // when a late part completed it
	Modem      string      `json:"modem"`
	SIM        string      `json:"sim"`
	Parts      int         `json:"parts"`          // how many it was sent in
	Missing    []int       `json:"miss,omitempty"` // numbers of the parts that did not come, from 1
	Complete   bool        `json:"ok"`
	Flash      bool        `json:"flash,omitempty"`
	// Repairs names what had to be put right to read its PDUs.
	Repairs     []string `json:"rep,omitempty"`
	TextRemoved bool     `json:"gone,omitempty"`
}

// Filter selects messages; zero fields do not.
type Filter struct {
	From  pdu.Address
	Since time.Time // received at or after
	Until time.Time // received before
}

// record is the value of in/<id>.
type record struct {
	*Message
	From string `json:"from"`
}

func decode(id string, value []byte) (Message, error) {
	var stored record
	if err := json.Unmarshal(value, &stored); err != nil {
		return Message{}, fmt.Errorf("inbound message %s: %w: %w", id, store.ErrRecord, err)
	}
	from, err := number.Decode(stored.From)
	if err != nil || stored.Message == nil {
		return Message{}, fmt.Errorf("inbound message %s: %w: sender", id, store.ErrRecord)
	}
	in := *stored.Message
	in.ID, in.From = id, from
	return in, nil
}

// Message returns a message, or store.ErrNotFound.
func (b *Inbox) Message(ctx context.Context, id string) (Message, error) {
	return store.View(ctx, b.store, func(r store.Reader) (Message, error) { return ReadMessage(r, id) })
}

// ReadMessage is Inbox.Message within a transaction.
func ReadMessage(r store.Reader, id string) (Message, error) {
	value, err := r.Get(messageKey(id))
	switch {
	case err != nil:
		return Message{}, err
	case value == nil:
		return Message{}, fmt.Errorf("inbound message %s: %w", id, store.ErrNotFound)
	default:
		return decode(id, value)
	}
}

// Page returns up to limit messages that pass f, newest first, older than the one with
// the id after; empty: from the newest. next is the after of those that follow, empty
// when there are none. A page may be shorter than limit and still have a next.
func (b *Inbox) Page(ctx context.Context, f Filter, after string, limit int) (items []Message, next string, err error) {
	list := store.List[Message]{Space: messageSpace, Decode: decode, Passes: f.passes(b.config.Numbering), Prefilter: f.prefilter()}
	items, next, err = list.Page(ctx, b.store, store.Window{Since: f.Since, Until: f.Until, After: after, Limit: limit})
	if err != nil {
		return nil, "", fmt.Errorf("list inbox: %w", err)
	}
	return items, next, nil
}

// passes returns what reports whether a message passes f. A message from before senders
// were written as whole numbers may have From in another form.
func (f Filter) passes(n number.Numbering) func(Message) bool {
	person := n.Person(f.From)
	return func(in Message) bool {
		return (f.From.Number == "" || in.From == f.From || person.Is(in.From)) && store.Within(in.ReceivedAt, f.Since, f.Until)
	}
}

// prefilter returns what a stored message that passes f has in it.
func (f Filter) prefilter() store.Prefilter {
	var p store.Prefilter
	switch {
	case f.From.IsAlphanumeric():
		p.Field("from", number.Encode(f.From))
	case f.From.Number != "":
		p = append(p, []byte(f.From.Tail()))
	}
	return p
}
