package sealed

import (
	"bytes"
	"context"
	"fmt"

	"goniec/store"
)

// resealed is how many records one transaction of Reseal looks at; few, so that
// others do not wait for long.
const resealed = 200

// Old reports whether some values may be under another key than the one that seals.
func (s *Store) Old() bool { return s.old.Load() }

// CountOld returns how many values are under another key than the one that seals,
// and how many there are in all. It reads every record, in short transactions.
func (s *Store) CountOld(ctx context.Context) (old, all int, err error) {
	for from := ""; ; {
		pairs, err := store.View(ctx, s.inner, func(r store.Reader) ([]store.Pair, error) {
			pairs, err := r.Scan(from, "", resealed)
			for i := range pairs { // only the beginning is looked at, after the transaction
				pairs[i].Value = bytes.Clone(pairs[i].Value[:min(len(pairs[i].Value), 1+idSize+nonceSize+tagSize)])
			}
			return pairs, err
		})
		if err != nil {
			return 0, 0, fmt.Errorf("count records under old keys: %w", err)
		}
		for _, p := range pairs {
			if len(p.Value) == 0 || hidden(p.Key) {
				continue
			}
			all++
			if id, _ := sealedBy(p.Value); id != s.id {
				old++
			}
		}
		if len(pairs) < resealed {
			return old, all, nil
		}
		from = pairs[len(pairs)-1].Key + "\x00"
	}
}

// Reseal seals the next values from a key on under the key that seals now, in one
// short transaction, and returns where to go on and how many there were. An empty
// resume means that all is done: the other keys are not needed any more.
func (s *Store) Reseal(ctx context.Context, from string) (resume string, changed int, err error) {
	type pass struct {
		resume  string
		changed int
	}
	p, err := store.Update(ctx, s.inner, func(tx store.Tx) (p pass, err error) {
		p.resume, p.changed, err = s.reseal(tx, from)
		return p, err
	})
	if err != nil {
		return "", 0, fmt.Errorf("encrypt records under the new key: %w", err)
	}
	if p.resume == "" {
		s.old.Store(false)
	}
	return p.resume, p.changed, nil
}

func (s *Store) reseal(tx store.Tx, from string) (resume string, changed int, err error) {
	pairs, err := tx.Scan(from, "", resealed)
	if err != nil {
		return "", 0, err
	}
	size := 0
	for _, p := range pairs {
		id, _ := sealedBy(p.Value)
		if len(p.Value) == 0 || hidden(p.Key) || id == s.id {
			continue
		}
		if size += len(p.Key) + len(p.Value); changed > 0 && size > s.inner.Limits().Bytes/2 {
			return p.Key, changed, nil
		}
		value, err := s.unseal(p.Key, p.Value)
		if err != nil {
			return "", 0, err
		}
		if err := tx.Put(p.Key, seal(s.keys[s.id], s.id, p.Key, value)); err != nil {
			return "", 0, err
		}
		changed++
	}
	if len(pairs) == resealed {
		return pairs[len(pairs)-1].Key + "\x00", changed, nil
	}
	return "", changed, s.putHeader(tx, []string{s.id.String()})
}
