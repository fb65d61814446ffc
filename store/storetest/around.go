package storetest

import (
	"context"
	"errors"
	"testing"

	"goniec/store"
)

// woken says whether a wake-up is waiting.
func woken(wake <-chan struct{}) bool {
	select {
	case <-wake:
		return true
	default:
		return false
	}
}

func testWatch(t *testing.T, s store.Store) {
	put(t, s, "m/0", "")
	messages := s.Watch(t.Context(), "m/")
	all := s.Watch(t.Context(), "")
	one := s.Watch(t.Context(), "m/1")
	put(t, s, "m/1", "", "x/1", "")
	for _, wake := range []<-chan struct{}{messages, all, one} {
		<-wake // a change is never slept through
	}
	for range 5 {
		put(t, s, "m/1", "again")
	}
	<-messages
	<-one
	if woken(messages) {
		t.Error("wake-ups are not coalesced")
	}
	if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Delete("m/1") }); err != nil {
		t.Fatal(err)
	}
	<-one
	// A woken watcher can read the change.
	seen := make(chan []string, 1)
	go func() {
		<-messages
		lines, err := store.View(context.WithoutCancel(t.Context()), s, func(r store.Reader) ([]string, error) {
			pairs, err := r.Scan("m/", "m0", 0)
			return format(pairs), err
		})
		if err != nil {
			lines = []string{err.Error()}
		}
		seen <- lines
	}()
	if lines := <-seen; len(lines) != 1 {
		t.Errorf("after the wake-up: %q", lines)
	}
}

func testWatchEnds(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ended := s.Watch(ctx, "")
	put(t, s, "a", "1")
	if woken(ended) {
		t.Error("a watch whose context was done woke up")
	}
	err := s.Update(t.Context(), func(tx store.Tx) error { return errors.Join(tx.Put("b", nil), errClosure) })
	if !errors.Is(err, errClosure) {
		t.Fatal(err)
	}
}

func testLock(t *testing.T, s store.Store) {
	held, release, err := s.Lock(t.Context(), "job")
	if err != nil {
		t.Fatal(err)
	}
	_, releaseOther, err := s.Lock(t.Context(), "other job")
	if err != nil {
		t.Fatal(err)
	}
	releaseOther()

	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, _, err := s.Lock(ctx, "job")
		failed <- err
	}()
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("waiting Lock whose context ended = %v, want context.Canceled", err)
	}

	waiting := make(chan context.Context, 1)
	go func() {
		held, _, err := s.Lock(context.WithoutCancel(t.Context()), "job")
		if err != nil {
			t.Error(err)
		}
		waiting <- held
	}()
	if held.Err() != nil {
		t.Error("lock was lost while it was held")
	}
	release()
	<-held.Done()
	second := <-waiting
	release() // the lock belongs to another holder by now
	if second.Err() != nil {
		t.Error("release by a former holder took the lock from the present one")
	}

	ctx, cancel = context.WithCancel(t.Context())
	third, release, err := s.Lock(ctx, "third job")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	cancel()
	<-third.Done()
}

func testLockClose(t *testing.T, s store.Store) {
	held, release, err := s.Lock(t.Context(), "job")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	waiting := make(chan error, 1)
	go func() {
		_, _, err := s.Lock(context.WithoutCancel(t.Context()), "job")
		waiting <- err
	}()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	<-held.Done()
	if err := <-waiting; !errors.Is(err, store.ErrClosed) {
		t.Errorf("waiting Lock on a closed store = %v, want ErrClosed", err)
	}
}

func testClose(t *testing.T, s store.Store) {
	put(t, s, "a", "1")
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
	}
	err := s.Update(t.Context(), func(store.Tx) error { t.Error("closure ran on a closed store"); return nil })
	if !errors.Is(err, store.ErrClosed) {
		t.Errorf("Update = %v, want ErrClosed", err)
	}
	err = s.View(t.Context(), func(store.Reader) error { t.Error("closure ran on a closed store"); return nil })
	if !errors.Is(err, store.ErrClosed) {
		t.Errorf("View = %v, want ErrClosed", err)
	}
	if _, _, err := s.Lock(t.Context(), "job"); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Lock = %v, want ErrClosed", err)
	}
	if woken(s.Watch(t.Context(), "")) {
		t.Error("a watch on a closed store woke up")
	}
}

func testCloseWaits(t *testing.T, s store.Store) {
	put(t, s, "a", "1")
	inside, goOn := make(chan struct{}), make(chan struct{})
	viewed, closed := make(chan error, 1), make(chan error, 1)
	go func() {
		viewed <- s.View(context.WithoutCancel(t.Context()), func(r store.Reader) error {
			close(inside)
			<-goOn
			v, err := r.Get("a")
			if string(v) != "1" {
				t.Errorf("Get while the store closes = %q", v)
			}
			return err
		})
	}()
	<-inside
	go func() { closed <- s.Close() }()
	select {
	case err := <-closed:
		t.Errorf("Close returned %v while a View was running", err)
		closed <- err
	default:
	}
	close(goOn)
	if err := errors.Join(<-viewed, <-closed); err != nil {
		t.Error(err)
	}
}
