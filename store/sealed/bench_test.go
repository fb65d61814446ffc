package sealed_test

import (
	"strings"
	"testing"

	"goniec/store"
	"goniec/store/memstore"
	"goniec/store/sealed"
)

// BenchmarkGet reads a value of the length of a message, by a key with a number in
// it, from memory: what decrypting costs.
func BenchmarkGet(b *testing.B) {
	plain := memstore.New()
	for name, s := range map[string]store.Store{"plain": plain, "encrypted": create(b, memstore.New(), sealed.NewKey())} {
		key := "who/" + store.Private(number)
		put(b, s, key, strings.Repeat("v", 500))
		b.Run(name, func(b *testing.B) {
			err := s.View(b.Context(), func(r store.Reader) error {
				for range b.N {
					if _, err := r.Get(key); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkPut writes such a value, in one transaction.
func BenchmarkPut(b *testing.B) {
	value := []byte(strings.Repeat("v", 500))
	for name, s := range map[string]store.Store{"plain": memstore.New(), "encrypted": create(b, memstore.New(), sealed.NewKey())} {
		b.Run(name, func(b *testing.B) {
			for done := 0; done < b.N; {
				n := min(5000, b.N-done)
				err := s.Update(b.Context(), func(tx store.Tx) error {
					for range n {
						if err := tx.Put("who/"+store.Private(number), value); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
				done += n
			}
		})
	}
}
