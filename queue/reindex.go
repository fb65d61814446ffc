package queue

import (
	"strings"

	"goniec/store"
)

// Reindex puts the keys that lead to messages and to what came in where they are
// missing, for some records from the key from on; a migration uses it for keys that data
// of an older schema has not. It keeps to a part of what one transaction may change.
// changed is how many records it was, resume where to go on, empty: nowhere.
func Reindex(tx store.Tx, from string, limits store.Limits) (changed int, resume string, err error) {
	const page = 500
	space := messageSpace
	if strings.HasPrefix(from, inboundSpace) {
		space = inboundSpace
	}
	pairs, err := tx.Scan(max(from, space), store.PrefixEnd(space), page)
	if err != nil {
		return 0, "", err
	}
	operations := 0
	for _, p := range pairs {
		n, err := reindexOne(tx, space, p)
		if err != nil {
			return 0, "", err
		}
		if n > 0 {
			changed++
		}
		// One record takes some dozens at most.
		if operations += n; operations > limits.Operations/2 {
			return changed, p.Key + "\x00", nil
		}
	}
	switch {
	case len(pairs) == page:
		return changed, pairs[len(pairs)-1].Key + "\x00", nil
	case space == messageSpace:
		return changed, inboundSpace, nil
	default:
		return changed, "", nil
	}
}

// reindexOne does so for one record, and returns how many keys it has changed; a record
// that cannot be read is left to Verify.
func reindexOne(tx store.Tx, space string, p store.Pair) (operations int, err error) {
	id := strings.TrimPrefix(p.Key, space)
	var keys []string
	if space == inboundSpace {
		if in, err := decodeInbound(id, p.Value); err == nil {
			keys = []string{fromPrefix(NumberSegment(in.From)) + id}
		}
	} else if m, err := decodeMessage(id, p.Value); err == nil {
		keys = m.indexes()
	}
	for _, key := range keys {
		value, err := tx.Get(key)
		if err == nil && value == nil {
			operations++
			err = tx.Put(key, nil)
		}
		if err != nil {
			return 0, err
		}
	}
	return operations, nil
}
