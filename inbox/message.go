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

// Kind is the kind of content of a message.
type Kind string

// The kinds of messages.
const (
	KindText      Kind = "text"
	KindBinary    Kind = "binary"    // 8-bit data; Encoding says how Text holds the octets
	KindVoicemail Kind = "voicemail" // a message waiting indication (3GPP TS 23.038 4); Text may be empty
)

// Encoding says how Message.Text holds octets of 8-bit data.
type Encoding string

// The encodings.
const (
	EncodingHex   Encoding = "hex"   // two hexadecimal digits an octet; also meant by an empty Encoding
	EncodingASCII Encoding = "ascii" // characters: all octets are printable ASCII, and no port is addressed
)

// Message is a received text, complete or with missing parts. The tags are its stored
// form.
type Message struct {
	ID         string      `json:"-"` // UUIDv7: ordered by time of receipt
	From       pdu.Address `json:"-"` // stored by record
	Kind       Kind        `json:"kind"`
	Encoding   Encoding    `json:"enc,omitempty"` // of Text, if Kind is KindBinary
	Text       string      `json:"text,omitempty"`
	ReceivedAt time.Time   `json:"at"`            // when the first part was received
	SentAt     time.Time   `json:"scts,omitzero"` // earliest TP-SCTS of the parts (3GPP TS 23.040 9.2.3.11)
	UpdatedAt  time.Time   `json:"upd,omitzero"`  // when a late part completed the message
	Modem      string      `json:"modem"`
	SIM        string      `json:"sim"`
	Parts      int         `json:"parts"`           // number of parts that the sender sent
	Missing    []int       `json:"miss,omitempty"`  // numbers of the missing parts, from 1
	Complete   bool        `json:"ok"`              // no part is missing
	Flash      bool        `json:"flash,omitempty"` // class 0 (3GPP TS 23.038 4)
	// Repairs names the repairs that reading the PDUs needed, see pdu.Incoming.
	Repairs     []string `json:"rep,omitempty"`
	TextRemoved bool     `json:"gone,omitempty"`
}

// Filter selects messages. A zero field selects all.
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

// Message returns message id. Its error is store.ErrNotFound if there is none.
func (b *Inbox) Message(ctx context.Context, id string) (Message, error) {
	return store.View(ctx, b.store, func(r store.Reader) (Message, error) { return ReadMessage(r, id) })
}

// ReadMessage is Inbox.Message within a transaction. Its error is store.ErrNotFound if
// there is no message id, and store.ErrRecord if the message is damaged.
func ReadMessage(r store.Reader, id string) (Message, error) {
	return store.ReadRecord(r, "inbound message", messageSpace, id, decode)
}

// Page returns one page of the messages that pass f, the newest first: up to limit
// messages older than the message with the id after. An empty after means the first page.
// next is the after of the next page, empty if there is none. A page may be shorter than
// limit and have a next.
func (b *Inbox) Page(ctx context.Context, f Filter, after string, limit int) (items []Message, next string, err error) {
	list := store.List[Message]{Space: messageSpace, Decode: decode, Passes: f.passes(b.config.Numbering), Prefilter: f.prefilter()}
	defer store.Wrap(&err, "list inbox")
	return list.Page(ctx, b.store, store.Window{Since: f.Since, Until: f.Until, After: after, Limit: limit})
}

// passes returns a function that reports whether a message passes f. Old messages may hold
// From in a form without the country code.
func (f Filter) passes(n number.Numbering) func(Message) bool {
	person := n.Person(f.From)
	return func(in Message) bool {
		return (f.From.Number == "" || in.From == f.From || person.Is(in.From)) && store.Within(in.ReceivedAt, f.Since, f.Until)
	}
}

// prefilter returns what the stored form of a message that passes f contains.
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
