package app

import (
	"context"
	"time"

	"goniec/api/client"
	"goniec/store/sealed"
)

const (
	// resealPause is the time between two steps of a change of keys, for other work.
	resealPause = 50 * time.Millisecond
	// resealAgain is the time after which a change of keys that failed is tried again.
	resealAgain = time.Minute
)

// encryption returns how the data is encrypted.
func (a *App) encryption() client.Encryption {
	s, ok := a.store.(*sealed.Store)
	if !ok {
		return client.Encryption{}
	}
	return encryptionState(s)
}

func encryptionState(s *sealed.Store) client.Encryption {
	state := s.State()
	return client.Encryption{Enabled: true, Key: state.Key, Rotating: state.Rotating, Remaining: state.Remaining, Records: state.Values}
}

// reseal brings what is encrypted under an older key under the present one, a little
// at a time, until ctx is done. A restart in the middle goes on with what is left.
func (a *App) reseal(ctx context.Context) {
	s, ok := a.store.(*sealed.Store)
	if !ok || !s.Old() {
		return
	}
	for {
		err := a.resealAll(ctx, s)
		if err == nil || ctx.Err() != nil {
			return
		}
		a.log.Error("cannot encrypt the data under the new key, trying again", "err", err)
		if !pause(ctx, resealAgain, nil) {
			return
		}
	}
}

// resealAll is one pass.
func (a *App) resealAll(ctx context.Context, s *sealed.Store) error {
	old, _, err := s.CountOld(ctx)
	if err != nil {
		return err
	}
	key := s.State().Key
	a.log.Info("the data is being encrypted under a new key", "records", old, "key", key)
	done := 0
	err = s.Reseal(ctx, func(records int) {
		if records == done {
			return
		}
		if records/copyTold > done/copyTold {
			a.log.Info("records are encrypted under the new key", "records", records, "of", old)
		}
		done = records
		pause(ctx, resealPause, nil)
	})
	if err != nil {
		return err
	}
	a.log.Info("all data is encrypted under the new key: older keys may be deleted from the key file, but backups made before still need theirs", "key", key)
	return nil
}
