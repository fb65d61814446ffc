package store

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"
)

// IDWidth is the length of an id in characters.
const IDWidth = 36

// ID is the id of a record: a UUIDv7 (RFC 9562 5.7).
type ID [16]byte

// String returns the id in lower case with hyphens, "01936c2e-…".
func (id ID) String() string {
	h := hex.EncodeToString(id[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// MarshalText writes what String returns.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (id *ID) UnmarshalText(text []byte) error {
	var digits string
	if len(text) == IDWidth && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-' {
		digits = strings.ReplaceAll(string(text), "-", "")
	}
	b, err := hex.DecodeString(digits)
	if err != nil || len(b) != len(id) {
		return fmt.Errorf("%w: %d characters are no id", ErrRecord, len(text))
	}
	copy(id[:], b)
	return nil
}

// IDs makes record ids. Ids of one IDs ascend in the order of their making, even when
// the clock stands still. The zero value is ready for use, and safe for concurrent use.
type IDs struct {
	mu   sync.Mutex // guards last
	last uint64     // Unix time of the latest id in units of 1/4096 ms
}

// maxBack is the greatest step back of the clock for which ids keep counting from the
// latest id instead of following the clock.
const maxBack = uint64(time.Second/time.Millisecond) << 12

// Next returns a new id for an event at t.
func (n *IDs) Next(t time.Time) ID {
	var id ID
	_, _ = rand.Read(id[:]) // never fails: the program ends instead
	stamp := n.stamp(t)
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], stamp>>12)
	copy(id[:6], ms[2:])
	binary.BigEndian.PutUint16(id[6:8], 0x7000|uint16(stamp&0xfff)) // version 7
	id[8] = id[8]&0x3f | 0x80                                       // variant of RFC 9562
	return id
}

func (n *IDs) stamp(t time.Time) uint64 {
	fraction := uint64(t.Nanosecond()) % uint64(time.Millisecond) << 12 / uint64(time.Millisecond)
	stamp := uint64(max(0, t.UnixMilli()))<<12 | fraction
	n.mu.Lock()
	defer n.mu.Unlock()
	if stamp <= n.last && n.last-stamp < maxBack {
		stamp = n.last + 1
	}
	n.last = stamp
	return stamp
}

// IDTime returns the time of an id in whole milliseconds; 1970 for an invalid id.
func IDTime(id string) time.Time {
	var parsed ID
	if parsed.UnmarshalText([]byte(id)) != nil {
		return time.UnixMilli(0)
	}
	var ms [8]byte
	copy(ms[2:], parsed[:6])
	return time.UnixMilli(int64(binary.BigEndian.Uint64(ms[:])))
}

// LowestID returns a lower bound of all ids made at or after t.
func LowestID(t time.Time) string {
	var id ID
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(0, t.UnixMilli())))
	copy(id[:6], ms[2:])
	return id.String()
}
