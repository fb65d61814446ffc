package store

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TimeWidth is the length of a TimeSegment in characters.
const TimeWidth = 15

// Private marks the segment of a key that identifies a person, a number or a part of
// one, so that a sealing store can replace it. The segment must contain no slash and no
// brace, which url.PathEscape ensures; no other part of a key contains a brace, and a
// key has at most one private segment.
func Private(segment string) string { return "{" + segment + "}" }

// Segment escapes a name for use between two slashes of a key.
func Segment(name string) string { return url.PathEscape(name) }

// ParseSegment is the inverse of Segment.
func ParseSegment(s string) string {
	name, err := url.PathUnescape(s)
	if err != nil {
		return s
	}
	return name
}

// TimeSegment writes t in milliseconds so that the byte order is the order of times.
// Times before 1970 count as 1970.
func TimeSegment(t time.Time) string {
	s := strconv.FormatInt(max(0, t.UnixMilli()), 10)
	return "000000000000000"[:max(0, TimeWidth-len(s))] + s
}

// ParseTime is the inverse of TimeSegment.
func ParseTime(s string) (time.Time, error) {
	ms, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("time in a key: %w", err)
	}
	return time.UnixMilli(ms).UTC(), nil
}

// Milliseconds returns t in UTC and whole milliseconds, as records store times. The
// zero time stays zero.
func Milliseconds(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}

// LastSegment returns what follows the last slash of a key.
func LastSegment(key string) string { return key[strings.LastIndexByte(key, '/')+1:] }

// Children returns the segments that follow prefix, which ends in a slash, in keys with
// one more slash behind them. Its cost depends on the count of segments, not of keys.
func Children(r Reader, prefix string) ([]string, error) {
	var all []string
	for from, to := prefix, PrefixEnd(prefix); ; {
		pairs, err := r.Scan(from, to, 1)
		if err != nil || len(pairs) == 0 {
			return all, err
		}
		child, _, _ := strings.Cut(strings.TrimPrefix(pairs[0].Key, prefix), "/")
		all = append(all, child)
		from = PrefixEnd(prefix + child + "/")
	}
}

// NewestBelow returns up to limit keys with one of the prefixes, newest first, whose id
// is below before; empty: any id. The rest of each key behind the prefix must be an id.
func NewestBelow(r Reader, prefixes []string, before string, limit int) (keys []string, err error) {
	for _, prefix := range prefixes {
		to := PrefixEnd(prefix)
		if before != "" {
			to = prefix + before
		}
		pairs, err := r.ScanLast(prefix, to, limit)
		if err != nil {
			return nil, err
		}
		for _, pair := range pairs {
			keys = append(keys, pair.Key)
		}
	}
	slices.SortFunc(keys, func(a, b string) int { return strings.Compare(LastSegment(b), LastSegment(a)) })
	return keys[:min(len(keys), limit)], nil
}
