package app

import (
	"context"
	"sync"
	"time"

	"goniec/api/client"
	"goniec/store/sealed"
)

const (
	// resealPause is the time between two steps of a change of keys, for other work.
	resealPause = 50 * time.Millisecond
	// resealAgain is the time after which a step that failed is tried again.
	resealAgain = time.Minute
)

// encryption is what is known of how the data is encrypted.
type encryption struct {
	store *sealed.Store // nil: it is not

	mu    sync.Mutex // guards state
	state client.Encryption
}

func newEncryption(s any, keys []sealed.Key) *encryption {
	e := &encryption{}
	if s, ok := s.(*sealed.Store); ok {
		e.store = s
		e.state = client.Encryption{Enabled: true, Key: keys[0].ID(), Rotating: s.Old()}
	}
	return e
}

// now returns how far a change of keys is.
func (e *encryption) now() client.Encryption {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.state
}

func (e *encryption) change(fn func(*client.Encryption)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	fn(&e.state)
}

// reseal brings what is encrypted under an older key under the present one, a little
// at a time, until ctx is done. A restart in the middle goes on with what is left.
func (a *App) reseal(ctx context.Context) {
	e := a.encryption
	if e.store == nil || !e.store.Old() {
		return
	}
	for !a.resealAll(ctx) {
		if !pause(ctx, resealAgain, nil) {
			return
		}
	}
}

// resealAll is one pass; it reports whether it came to its end.
func (a *App) resealAll(ctx context.Context) bool {
	e := a.encryption
	failed := func(err error) bool {
		if ctx.Err() == nil {
			a.log.Error("cannot encrypt the data under the new key, trying again", "err", err)
		}
		return false
	}
	old, all, err := e.store.CountOld(ctx)
	if err != nil {
		return failed(err)
	}
	e.change(func(s *client.Encryption) { s.Remaining, s.Records = old, all })
	a.log.Info("the data is being encrypted under a new key", "records", old, "key", e.now().Key)
	done := 0
	err = e.store.Reseal(ctx, func(records int) {
		if records == done {
			return
		}
		if records/copyTold > done/copyTold {
			a.log.Info("records are encrypted under the new key", "records", records, "of", old)
		}
		done = records
		e.change(func(s *client.Encryption) { s.Remaining = max(0, old-records) })
		pause(ctx, resealPause, nil)
	})
	if err != nil {
		return failed(err)
	}
	e.change(func(s *client.Encryption) { s.Rotating, s.Remaining = false, 0 })
	a.log.Info("all data is encrypted under the new key: older keys may be deleted from the key file, but backups made before still need theirs", "key", e.now().Key)
	return true
}
