package store

import (
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
)

// IDWidth is the length of an id in characters.
const IDWidth = 36

// IDs makes the ids of records: UUIDv7 (RFC 9562 5.7) whose order is the order of their
// making, within one IDs also when the clock stands still. The zero value is ready for
// use, and safe for concurrent use.
type IDs struct {
	mu   sync.Mutex // guards last
	last uint64     // Unix time of the latest id in units of 1/4096 ms
}

// maxBack is how far the clock may go back before ids follow the clock instead of
// counting on from the latest id.
const maxBack = uint64(time.Second/time.Millisecond) << 12

// Next returns a new id for something that happens at t. The error is that of the
// source of random numbers.
func (n *IDs) Next(t time.Time) (uuid.UUID, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return id, fmt.Errorf("make an id: %w", err)
	}
	stamp := n.stamp(t)
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], stamp>>12)
	copy(id[:6], ms[2:])
	binary.BigEndian.PutUint16(id[6:8], 0x7000|uint16(stamp&0xfff))
	return id, nil
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

// IDTime returns the time in an id, in whole milliseconds; 1970 for what is no id.
func IDTime(id string) time.Time {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return time.UnixMilli(0)
	}
	var ms [8]byte
	copy(ms[2:], parsed[:6])
	return time.UnixMilli(int64(binary.BigEndian.Uint64(ms[:])))
}

// LowestID returns a string that is not greater than any id made at or after t.
func LowestID(t time.Time) string {
	var id uuid.UUID
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(0, t.UnixMilli())))
	copy(id[:6], ms[2:])
	return id.String()
}
