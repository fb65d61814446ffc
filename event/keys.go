package event

import (
	"fmt"
	"strconv"
	"strings"

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
func formatID(box string, seq uint64) string { return box + "-" + strconv.FormatUint(seq, 10) }

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

// parseID is the inverse of formatID; ok is false for any other string.
func parseID(id string) (box string, seq uint64, ok bool) {
	i := strings.LastIndexByte(id, '-')
	if i < 1 {
		return "", 0, false
	}
	box = id[:i]
	seq, err := strconv.ParseUint(id[i+1:], 10, 64)
	if err != nil || seq == 0 || formatID(box, seq) != id || strings.Contains(box, "/") {
		return "", 0, false
	}
	return box, seq, true
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
