package app

import (
	"context"

	"goniec/modem"
	"goniec/store"
)

// memorySpace begins the keys found/<key of the modem> of what modems have found out about
// themselves.
const memorySpace = "found/"

// memory stores for the modems what they have found out, such as their last port. Lost values
// are found out again, so errors do not matter.
type memory struct {
	ctx   context.Context // of the app's life; the methods of modem.Memory take none
	store store.Store
}

var _ modem.Memory = memory{}

// Recall implements modem.Memory.
func (m memory) Recall(key string) ([]byte, bool) {
	value, err := store.View(m.ctx, m.store, func(r store.Reader) ([]byte, error) {
		value, err := r.Get(memorySpace + key)
		return append([]byte(nil), value...), err
	})
	return value, err == nil && len(value) > 0
}

// Remember implements modem.Memory.
func (m memory) Remember(key string, value []byte) error {
	return m.store.Update(m.ctx, func(tx store.Tx) error { return tx.Put(memorySpace+key, value) })
}
