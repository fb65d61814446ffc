package queue

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"goniec/event"
	"goniec/store"
)

// tape is a store that remembers what each transaction has put and deleted.
type tape struct {
	store.Store
	commits [][]store.Pair // a nil value: deleted
}

func (s *tape) Update(ctx context.Context, fn func(store.Tx) error) error {
	var changes []store.Pair
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		changes = nil // it may run again
		return fn(taping{tx, &changes})
	})
	if err == nil && len(changes) > 0 {
		s.commits = append(s.commits, changes)
	}
	return err
}

type taping struct {
	store.Tx
	changes *[]store.Pair
}

func (t taping) Put(key string, value []byte) error {
	*t.changes = append(*t.changes, store.Pair{Key: key, Value: append([]byte{}, value...)})
	return t.Tx.Put(key, value)
}

func (t taping) Delete(key string) error {
	*t.changes = append(*t.changes, store.Pair{Key: key})
	return t.Tx.Delete(key)
}

// bare does to a plain bbolt file what the tape has, a transaction for each.
func bare(t *testing.T, db *bbolt.DB, commits [][]store.Pair) {
	t.Helper()
	for _, changes := range commits {
		err := db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("bare"))
			if err != nil {
				return err
			}
			for _, c := range changes {
				if c.Value == nil {
					err = b.Delete([]byte(c.Key))
				} else {
					err = b.Put([]byte(c.Key), c.Value)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestMillionBare holds what the queue takes for its work against what bbolt takes to
// write the same records in as many transactions, by turns, and prints both.
func TestMillionBare(t *testing.T) {
	besideOthers(t)
	rounds := 10
	if millionPath() != "" {
		rounds = 500
	}
	s := openSide(t, aYear(0, 0), filepath.Join(t.TempDir(), "goniec.db"))
	recorder := &tape{Store: s.store}
	events := event.New(recorder, "box")
	q, err := New(Config{Store: recorder, Events: events, Box: "box"})
	s.ok(err)
	s.Queue = q
	db, err := bbolt.Open(filepath.Join(t.TempDir(), "bare.db"), 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, PageSize: 4096})
	s.ok(err)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	s.enqueue(2 * rounds)
	s.claim()
	bare(t, db, recorder.commits)
	var table strings.Builder
	fmt.Fprintf(&table, "\n%-34s %14s %14s %8s %9s\n", "", "queue", "bare bbolt", "ratio", "records")
	for _, c := range costs(rounds)[:5] {
		var took [2][]time.Duration
		records := 0
		for range c.rounds {
			recorder.commits = nil
			begin := time.Now()
			c.do(s)
			took[0] = append(took[0], time.Since(begin))
			begin = time.Now()
			bare(t, db, recorder.commits)
			took[1] = append(took[1], time.Since(begin))
			for _, changes := range recorder.commits {
				records += len(changes)
			}
		}
		if records == 0 {
			continue // it only reads
		}
		ours, theirs := median(took[0]), median(took[1])
		fmt.Fprintf(&table, "%-34s %11.1f µs %11.1f µs %7.2fx %9d\n",
			c.what, microseconds(ours), microseconds(theirs), float64(ours)/float64(theirs), records/c.rounds)
	}
	t.Log(table.String())
}
