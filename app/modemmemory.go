package app

import (
	"context"

	"goniec/modem"
	"goniec/store"
)

// memorySpace holds what modems found out about themselves, under
// found/<their own key>.
const memorySpace = "found/"

// memory keeps for the modems what they found out, such as the port where one was
// last. What is lost is found out again, so that no error matters.
type memory struct {
	ctx   context.Context // of the app's life: modem.Memory has none to give
	store store.Store
}

var _ modem.Memory = memory{}

// Recall returns what was remembered under key.
func (m memory) Recall(key string) ([]byte, bool) {
	value, err := store.View(m.ctx, m.store, func(r store.Reader) ([]byte, error) {
		value, err := r.Get(memorySpace + key)
		return append([]byte(nil), value...), err
	})
	return value, err == nil && len(value) > 0
}

// Remember keeps value under key.
func (m memory) Remember(key string, value []byte) error {
	return m.store.Update(m.ctx, func(tx store.Tx) error { return tx.Put(memorySpace+key, value) })
}
