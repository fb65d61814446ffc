package store

import (
	"fmt"
	"net/url"
	"strconv"
	"time"
)

// TimeWidth is the length of what TimeSegment writes, in characters.
const TimeWidth = 15

// Private marks the segment of a key that tells who somebody is, a number or a part
// of one, so that a store can put something in its place that tells nothing. The
// segment holds no slash and no brace, which url.PathEscape sees to; no other part of
// a key holds a brace, and no key has two such segments.
func Private(segment string) string { return "{" + segment + "}" }

// Segment makes a name from outside fit to stand between two slashes of a key.
func Segment(name string) string { return url.PathEscape(name) }

// ParseSegment reads what Segment wrote.
func ParseSegment(s string) string {
	name, err := url.PathUnescape(s)
	if err != nil {
		return s
	}
	return name
}

// TimeSegment writes t, in milliseconds, so that the order of the bytes is the order of
// the times. Times before 1970 count as 1970.
func TimeSegment(t time.Time) string {
	s := strconv.FormatInt(max(0, t.UnixMilli()), 10)
	return "000000000000000"[:max(0, TimeWidth-len(s))] + s
}

// ParseTime reads what TimeSegment wrote.
func ParseTime(s string) (time.Time, error) {
	ms, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("time in a key: %w", err)
	}
	return time.UnixMilli(ms).UTC(), nil
}

// Milliseconds returns t as records hold a time: in UTC and whole milliseconds. The zero
// time stays zero.
func Milliseconds(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}
