package migrate

import (
	"bytes"
	"context"
	"strings"

	"goniec/store"
)

// numbered1 says where keys of schema 1 hold a number: in the segment at, counted from
// 0, of the keys below prefix.
type numbered1 struct {
	prefix string
	at     int
}

// numberedKeys1 are the keys of schema 1 that hold a number. Ticks name a key that may
// hold one.
func numberedKeys1() []numbered1 {
	return []numbered1{
		// Of messages, texts that came in, calls and suppressions.
		{"mr/", 3}, {"unc/", 2}, {"orph/", 2}, {"ref/", 1}, {"inp/", 2}, {"callday/", 1}, {"tick/", 0}, {"to/", 1}, {"from/", 1}, {"sup/", 1},
		// Of the choice of a modem.
		{"who/", 1},
		// Of questions and conversations.
		{"asked/", 1}, {"which/", 1}, {"guard/of/", 2}, {"talkof/", 1},
	}
}

// marked returns key in the form of schema 2. A key in that form, or without a number, is
// returned unchanged.
func (n numbered1) marked(key string) string {
	segments := strings.Split(key, "/")
	at := n.at
	if n.prefix == "tick/" { // tick/<time>/<key>
		if len(segments) < 3 || segments[2] != "inp" && segments[2] != "orph" {
			return key
		}
		at = 4
	}
	if len(segments) <= at || strings.HasPrefix(segments[at], "{") {
		return key
	}
	segments[at] = "{" + segments[at] + "}"
	return strings.Join(segments, "/")
}

// markNumbers is the step from schema 1.
func markNumbers(ctx context.Context, s store.Store, changed func()) error {
	for _, n := range numberedKeys1() {
		in := store.Prefix(n.prefix)
		in.Where = func(p store.Pair) bool { return n.marked(p.Key) != p.Key }
		err := walk(ctx, s, in, func(tx store.Tx, p store.Pair) (bool, error) { return true, rename(tx, p, n.marked(p.Key)) }, changed)
		if err != nil {
			return err
		}
	}
	// The counts of messages, one of each box.
	const before, after = "cnt/", "every/"
	return store.Walk(ctx, s, store.Prefix(before), func(tx store.Tx, p store.Pair) error {
		return rename(tx, p, after+strings.TrimPrefix(p.Key, before))
	})
}

// rename moves a value to another key.
func rename(tx store.Tx, p store.Pair, key string) error {
	// The value belongs to the transaction and goes with the old key.
	if err := tx.Put(key, bytes.Clone(p.Value)); err != nil {
		return err
	}
	return tx.Delete(p.Key)
}
