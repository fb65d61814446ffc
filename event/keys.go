package event

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"goniec/store"
)

// The keys of this package. Numbers have seqWidth decimal digits, so that byte order is
// numeric order.
//
//	ev/<box>/<seq>        an event
//	evn/<box>             number of the newest event of that box, kept when it is pruned
//	cur/<follower>/<box>  number of the last event of that box the follower has done
//	curfail/<follower>/<box>      trouble: the event at which the follower fails
//	aside/<follower>/<box>/<seq>  asideRecord: an event at which the follower has failed
//	                              so often that it went on without it
const (
	eventPrefix   = "ev/"
	counterPrefix = "evn/"
	cursorPrefix  = "cur/"
	troubleSpace  = "curfail/"
	asideSpace    = "aside/"

	seqWidth = 20 // digits of the greatest uint64
)

func logPrefix(box string) string            { return eventPrefix + box + "/" }
func eventKey(box string, seq uint64) string { return logPrefix(box) + formatSeq(seq) }
func counterKey(box string) string           { return counterPrefix + box }
func cursorKey(name, box string) string      { return cursorPrefix + name + "/" + box }
func troubleKey(name, box string) string     { return troubleSpace + name + "/" + box }
func asidePrefix(name string) string         { return asideSpace + name + "/" }

// formatID returns the id of an event: number and time, in nanoseconds to the base 36; 0 for a
// zero time.
func formatID(box string, seq uint64, at time.Time) string {
	stamp := int64(0)
	if !at.IsZero() {
		stamp = at.UnixNano()
	}
	return formerID(box, seq) + "_" + strconv.FormatInt(stamp, 36)
}

// formerID returns the id that an event had before ids held the time. Clients may still send
// it.
func formerID(box string, seq uint64) string { return box + "-" + strconv.FormatUint(seq, 10) }

func asideKey(name, box string, seq uint64) string {
	return asidePrefix(name) + box + "/" + formatSeq(seq)
}

// formatSeq formats a number with leading zeros, so that byte order is numeric order.
func formatSeq(seq uint64) string {
	s := strconv.FormatUint(seq, 10)
	return "00000000000000000000"[:seqWidth-len(s)] + s
}

// parseSeq is the inverse of formatSeq.
func parseSeq(s string) (uint64, bool) {
	seq, err := strconv.ParseUint(s, 10, 64)
	return seq, err == nil && len(s) == seqWidth
}

// idForm is the form of an id: box, number, and the time, which former ids lack.
var idForm = regexp.MustCompile(`^([^/]+)-([1-9][0-9]*)(_[0-9a-z]+)?$`)

// ParseID returns box and number of the event called id; ok is false for what is no id.
func ParseID(id string) (box string, seq uint64, ok bool) {
	m := idForm.FindStringSubmatch(id)
	if m == nil {
		return "", 0, false
	}
	seq, err := strconv.ParseUint(m[2], 10, 64)
	return m[1], seq, err == nil
}

// number reads a counter or a cursor; an absent one is 0.
func number(r store.Reader, key string) (uint64, error) {
	value, err := r.Get(key)
	if err != nil || value == nil {
		return 0, err
	}
	seq, ok := parseSeq(string(value))
	if !ok {
		return 0, fmt.Errorf("record %q is not a number", key)
	}
	return seq, nil
}

// boxes returns the names of all boxes that have ever logged an event.
func boxes(r store.Reader) ([]string, error) {
	pairs, err := r.Scan(counterPrefix, store.PrefixEnd(counterPrefix), 0)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(pairs))
	for _, p := range pairs {
		names = append(names, strings.TrimPrefix(p.Key, counterPrefix))
	}
	return names, nil
}
