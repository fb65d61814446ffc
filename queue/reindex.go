package queue

import (
	"strings"

	"goniec/store"
)

// Reindex puts the keys that lead to messages and to what came in where they are
// missing, for up to limit records from the key from on, and returns where to go on;
// empty: nowhere. A migration uses it for keys that data of an older schema has not.
func Reindex(tx store.Tx, from string, limit int) (resume string, err error) {
	space := messageSpace
	if strings.HasPrefix(from, inboundSpace) {
		space = inboundSpace
	}
	pairs, err := tx.Scan(max(from, space), store.PrefixEnd(space), limit)
	if err != nil {
		return "", err
	}
	for _, p := range pairs {
		if err := reindexOne(tx, space, p); err != nil {
			return "", err
		}
	}
	switch {
	case len(pairs) == limit:
		return pairs[len(pairs)-1].Key + "\x00", nil
	case space == messageSpace:
		return inboundSpace, nil
	default:
		return "", nil
	}
}

// reindexOne does so for one record; one that cannot be read is left to Verify.
func reindexOne(tx store.Tx, space string, p store.Pair) error {
	id := strings.TrimPrefix(p.Key, space)
	var keys []string
	if space == inboundSpace {
		if in, err := decodeInbound(id, p.Value); err == nil {
			keys = []string{fromPrefix(in.From) + id}
		}
	} else if m, err := decodeMessage(id, p.Value); err == nil {
		keys = m.indexes()
	}
	for _, key := range keys {
		value, err := tx.Get(key)
		if err == nil && value == nil {
			err = tx.Put(key, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
