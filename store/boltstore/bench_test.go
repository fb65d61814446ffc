package boltstore_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"go.etcd.io/bbolt"

	"goniec/store"
	"goniec/store/boltstore"
)

// benchValue is about what a message with one part takes.
const benchValue = 500

func BenchmarkUpdate(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "goniec.db"), boltstore.Options{})
	value := make([]byte, benchValue)
	n := 0
	for b.Loop() {
		n++
		err := s.Update(b.Context(), func(tx store.Tx) error { return tx.Put(benchKey(n), value) })
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUpdate64(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "goniec.db"), boltstore.Options{})
	value := make([]byte, benchValue)
	var n atomic.Int64
	parallel64(b, func() error {
		key := benchKey(int(n.Add(1)))
		return s.Update(b.Context(), func(tx store.Tx) error { return tx.Put(key, value) })
	})
}

// BenchmarkBareBatch64 is what bbolt's own way of sharing a commit does with
// the same work and the same options of the file.
func BenchmarkBareBatch64(b *testing.B) {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "bare.db"), 0o600, &bbolt.Options{
		NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, PageSize: 4096, InitialMmapSize: 64 << 20,
	})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	}()
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket([]byte("b"))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	value := make([]byte, benchValue)
	var n atomic.Int64
	parallel64(b, func() error {
		key := []byte(benchKey(int(n.Add(1))))
		return db.Batch(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("b")).Put(key, value) })
	})
}

func BenchmarkView(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "goniec.db"), boltstore.Options{})
	put(b, s, "k", "v")
	for b.Loop() {
		err := s.View(b.Context(), func(r store.Reader) error { _, err := r.Get("k"); return err })
		if err != nil {
			b.Fatal(err)
		}
	}
}

// parallel64 runs work in 64 goroutines.
func parallel64(b *testing.B, work func() error) {
	b.SetParallelism(32) // times GOMAXPROCS, which is 2 where this was measured
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := work(); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func benchKey(n int) string { return fmt.Sprintf("m/%012d", n) }
