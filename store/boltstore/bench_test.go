package boltstore_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

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

// BenchmarkScrub overwrites a file of about 100 MiB from which every other thousand of
// records has been deleted, and then looks through it again, with nothing left to do.
func BenchmarkScrub(b *testing.B) {
	path := filepath.Join(b.TempDir(), "goniec.db")
	s := open(b, path, boltstore.Options{})
	const thousands = 100
	write := func(thousand int, value []byte) {
		err := s.Update(b.Context(), func(tx store.Tx) error {
			for i := range 1000 {
				key := benchKey(thousand*1000 + i)
				if value == nil {
					if err := tx.Delete(key); err != nil {
						return err
					}
				} else if err := tx.Put(key, value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	scrub := func() (took time.Duration, zeroed int64) {
		begin := time.Now()
		zeroed, err := s.Scrub(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		return time.Since(begin), zeroed
	}
	value := bytes.Repeat([]byte("x"), 900)
	var first, second time.Duration
	var octets int64
	for b.Loop() {
		for i := range thousands {
			write(i, value)
		}
		for i := 0; i < thousands; i += 2 {
			write(i, nil)
		}
		took, zeroed := scrub()
		first, octets = first+took, octets+zeroed
		took, _ = scrub()
		second += took
	}
	b.ReportMetric(first.Seconds()*1000/float64(b.N), "first-ms")
	b.ReportMetric(second.Seconds()*1000/float64(b.N), "second-ms")
	b.ReportMetric(float64(octets)/float64(b.N)/(1<<20), "MiB-zeroed")
}

// BenchmarkPagesApart writes as many pages as a commit does, and syncs them, so far
// apart in a file: what it costs that a commit changes what was not changed lately.
func BenchmarkPagesApart(b *testing.B) {
	const page, pages, size = 4096, 22, 512 << 20
	f, err := os.Create(filepath.Join(b.TempDir(), "pages"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := f.Close(); err != nil {
			b.Error(err)
		}
	})
	chunk := bytes.Repeat([]byte{1}, 1<<20)
	for range size / len(chunk) { // so that the disk has a place for every page
		if _, err := f.Write(chunk); err != nil {
			b.Fatal(err)
		}
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	for _, within := range []int64{1 << 20, 8 << 20, 64 << 20, size} {
		b.Run(fmt.Sprintf("%dMiB", within>>20), func(b *testing.B) {
			for b.Loop() {
				for range pages {
					if _, err := f.WriteAt(chunk[:page], rand.Int64N(within/page)*page); err != nil {
						b.Fatal(err)
					}
				}
				if err := unix.Fdatasync(int(f.Fd())); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
