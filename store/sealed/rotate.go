package sealed

import (
	"context"
	"fmt"

	"goniec/store"
)

// Old reports whether some values may be sealed by a key other than the present one.
func (s *Store) Old() bool { return s.old.Load() }

// isOld reports whether a stored pair is sealed by a key other than the present one.
func (s *Store) isOld(p store.Pair) bool {
	id, _ := sealedBy(p.Value)
	return len(p.Value) > 0 && !hidden(p.Key) && id != s.id
}

// CountOld counts the values sealed by other keys than the present one, and all values.
// It reads every record, in short transactions.
func (s *Store) CountOld(ctx context.Context) (old, all int, err error) {
	err = store.Read(ctx, s.inner, store.Range{}, func(p store.Pair) error {
		if len(p.Value) > 0 && !hidden(p.Key) {
			all++
		}
		if s.isOld(p) {
			old++
		}
		return nil
	})
	if err != nil {
		return 0, 0, fmt.Errorf("count records under old keys: %w", err)
	}
	s.counted.Store(int64(all))
	s.remaining.Store(int64(old))
	return old, all, nil
}

// State is the progress of a change of keys.
type State struct {
	Key       string // id of the present key
	Rotating  bool   // some values may be sealed by another key
	Remaining int    // values sealed by another key, after CountOld
	Values    int    // all values, after CountOld
}

// State returns the progress of a change of keys.
func (s *Store) State() State {
	return State{Key: s.id.String(), Rotating: s.old.Load(), Remaining: int(s.remaining.Load()), Values: int(s.counted.Load())}
}

// Reseal seals every value by the present key, in short transactions. told is called
// occasionally with the count of values sealed so far. When Reseal returns nil the
// other keys are no longer needed; after an error the next call continues.
func (s *Store) Reseal(ctx context.Context, told func(values int)) error {
	changed := 0
	in := store.Range{Where: s.isOld, Read: func(int) { told(changed) }}
	err := store.WalkEach(ctx, s.inner, in, func(tx store.Tx, p store.Pair) (struct{}, error) {
		value, err := s.unseal(p.Key, p.Value)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, tx.Put(p.Key, seal(s.keys[s.id], s.id, p.Key, value))
	}, func(struct{}) {
		changed++
		s.remaining.Store(max(0, s.remaining.Load()-1))
	})
	if err == nil {
		err = s.inner.Update(ctx, func(tx store.Tx) error { return s.putHeader(tx, []string{s.id.String()}) })
	}
	if err != nil {
		return fmt.Errorf("encrypt records under the new key: %w", err)
	}
	s.old.Store(false)
	s.remaining.Store(0)
	return nil
}
