package queue

import (
	"time"

	"goniec/pdu"
)

// InboundKind is what sort of content an inbound message has.
type InboundKind string

// The kinds of inbound messages.
const (
	InboundText      InboundKind = "text"
	InboundBinary    InboundKind = "binary"    // 8-bit data; Text is its octets in hexadecimal, or as Encoding says
	InboundVoicemail InboundKind = "voicemail" // a message waiting indication (3GPP TS 23.038 4); Text may be empty
)

// Encoding is how the octets of 8-bit data stand in a text.
type Encoding string

// The encodings.
const (
	EncodingHex   Encoding = "hex"   // two hexadecimal digits an octet; also of what was stored without an encoding
	EncodingASCII Encoding = "ascii" // all of them are printable characters of ASCII, and for no port
)

// Inbound is a received message, whole or with parts missing. The tags are its
// stored form.
type Inbound struct {
	ID         string      `json:"-"` // UUIDv7: ordered by time of receipt
	From       pdu.Address `json:"-"` // stored by storedInbound
	Kind       InboundKind `json:"kind"`
	Encoding   Encoding    `json:"enc,omitempty"` // of Text, if Kind is InboundBinary
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
