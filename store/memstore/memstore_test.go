package memstore_test

import (
	"testing"
	"testing/synctest"
	"time"

	"goniec/store"
	"goniec/store/memstore"
	"goniec/store/storetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]memstore.Option{
		"limits of a file":    {memstore.WithLimits(10_000, 8<<20)},
		"limits of a cluster": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, func(*testing.T) store.Store { return memstore.New(options...) })
		})
	}
}

func TestUpdateRunsTwice(t *testing.T) {
	t.Parallel()
	s := memstore.New()
	runs := 0
	err := s.Update(t.Context(), func(tx store.Tx) error {
		runs++
		v, err := tx.Get("k")
		if err != nil || v != nil {
			t.Errorf("run %d sees %q, %v of an earlier run", runs, v, err)
		}
		return tx.Put("k", []byte{byte(runs)})
	})
	if err != nil || runs != 2 {
		t.Fatalf("%d runs, %v, want 2", runs, err)
	}
	err = s.View(t.Context(), func(r store.Reader) error {
		v, err := r.Get("k")
		if len(v) != 1 || v[0] != 2 {
			t.Errorf("stored %v, want what the second run wrote", v)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestValuesAreSpoiltAfterTheTransaction(t *testing.T) {
	t.Parallel()
	s := memstore.New()
	if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put("k", []byte("abc")) }); err != nil {
		t.Fatal(err)
	}
	var kept []byte
	err := s.View(t.Context(), func(r store.Reader) (err error) {
		kept, err = r.Get("k")
		return err
	})
	if err != nil || string(kept) == "abc" {
		t.Errorf("value kept beyond its transaction is %q, %v, want garbage", kept, err)
	}
}

func TestModifiedValuePanics(t *testing.T) {
	t.Parallel()
	s := memstore.New()
	if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put("k", []byte("abc")) }); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a value was modified in place and nobody said so")
		}
	}()
	err := s.View(t.Context(), func(r store.Reader) error {
		pairs, err := r.Scan("", "", 0)
		pairs[0].Value[0] = 'X'
		return err
	})
	t.Errorf("View = %v, want a panic", err)
}

func TestInsideBubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		wake := s.Watch(t.Context(), "k")
		go func() {
			timer := time.NewTimer(time.Hour)
			<-timer.C
			if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put("k", nil) }); err != nil {
				t.Error(err)
			}
		}()
		start := time.Now()
		<-wake
		if waited := time.Since(start); waited != time.Hour {
			t.Errorf("woken after %v, want 1h", waited)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}
