package app

import (
	"context"
	"time"

	"goniec/api/client"
	"goniec/store/sealed"
)

const (
	// resealPause is the pause between two steps of a change of keys, for other work.
	resealPause = 50 * time.Millisecond
	// resealAgain is the wait after a change of keys has failed.
	resealAgain = time.Minute
)

// encryption returns the encryption state of the data.
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

// reseal encrypts records of older keys with the present key, in small steps, until all are
// done or ctx is. After a restart it continues.
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

// resealAll is one pass of reseal.
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
