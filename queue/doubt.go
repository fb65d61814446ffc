package queue

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"goniec/store"
)

// Doubts returns the attempts by the modem called name, or by any if name is empty,
// that began at since or later and of which nobody knows whether they left, the newest
// first. With what it returns a late answer can be recorded, see Record and Resolve.
// It reads the keys of all attempts without a reference since then, so it is meant for the start.
func (q *Queue) Doubts(ctx context.Context, name string, since time.Time) ([]Submission, error) {
	found, err := store.View(ctx, q.store, func(r store.Reader) (found []Submission, err error) {
		in := store.Range{From: uncSpace + daySegment(dayOf(since)) + "/", To: store.PrefixEnd(uncSpace)}
		err = store.Each(r, in, func(p store.Pair) error {
			s, ok, err := doubtAt(r, p.Key, name, since)
			if ok {
				found = append(found, s)
			}
			return err
		})
		return found, err
	})
	if err != nil {
		return nil, fmt.Errorf("look for attempts in doubt: %w", err)
	}
	slices.SortFunc(found, func(a, b Submission) int { return b.begun().Compare(a.begun()) })
	return found, nil
}

// doubtAt returns the attempt that key of the space unc/ names, if it is an
// uncertain one by the modem since then.
func doubtAt(r store.Reader, key, name string, since time.Time) (s Submission, ok bool, err error) {
	// unc/<day>/<sim>/<tail>/<time><id>/<attempt>: most are told by their time.
	const inFront = 3
	parts := strings.SplitN(key[len(uncSpace):], "/", inFront+1)
	if len(parts) <= inFront {
		return s, false, nil
	}
	prefix := strings.TrimSuffix(key, parts[inFront])
	if t, err := parseTimedID(key, prefix); err != nil || t.at.Before(store.Milliseconds(since)) {
		return s, false, nil //nolint:nilerr // what cannot be read says nothing
	}
	id, number, err := parseAttemptKey(key, prefix)
	if err != nil {
		return s, false, nil //nolint:nilerr // the same
	}
	m, err := readMessage(r, id)
	if store.Unreadable(err) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	a := m.attempt(number)
	if a == nil || name != "" && a.Modem != name || a.Outcome != AttemptUncertain || a.Part >= len(m.Parts) {
		return s, false, nil
	}
	e := stored(m)
	s = e.submission(a.Part)
	s.Attempt = number
	return s, true, nil
}

// begun returns when the attempt of s began.
func (s *Submission) begun() time.Time {
	if a := s.Message.attempt(s.Attempt); a != nil {
		return a.At
	}
	return time.Time{}
}
