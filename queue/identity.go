package queue

import (
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
)

// identity makes ids: UUIDv7 (RFC 9562 5.7) whose order is the order of their
// making, within one process also when the clock stands still.
type identity struct {
	mu   sync.Mutex // guards last
	last uint64     // Unix time of the latest id in units of 1/4096 ms
}

// maxBack is how far the clock may go back before ids follow it instead of
// counting on from the latest.
const maxBack = uint64(time.Second/time.Millisecond) << 12

// next returns a new id for something that happens at t.
func (n *identity) next(t time.Time) (uuid.UUID, error) {
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

func (n *identity) stamp(t time.Time) uint64 {
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

// member returns the id of item i of count that were created together under
// base. It depends on nothing else, so that a call that was cut by a crash goes
// on with the ids it began with; and the ids are in the order of the items.
func member(base uuid.UUID, i, count int) string {
	if count > 1 {
		binary.BigEndian.PutUint16(base[14:], uint16(i))
	}
	return base.String()
}

// maxTogether is how many ids member can make of one base.
const maxTogether = 1 << 16

// idTime returns the time in an id, 1970 for what is none.
func idTime(id string) time.Time {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return time.UnixMilli(0)
	}
	var ms [8]byte
	copy(ms[2:], parsed[:6])
	return time.UnixMilli(int64(binary.BigEndian.Uint64(ms[:])))
}

// lowestID returns a string that is not greater than any id made at or after t.
func lowestID(t time.Time) string {
	var id uuid.UUID
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(0, t.UnixMilli())))
	copy(id[:6], ms[2:])
	return id.String()
}
