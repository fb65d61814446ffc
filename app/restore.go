package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/disk"
	"goniec/store/sealed"
)

// restoredKey is present in data that came from a backup and has not been started
// since: what waited in it may have been sent, see queue.HoldRestored.
const restoredKey = "meta/restored"

// ErrDataExists is returned by Restore for a data directory that has data already.
var ErrDataExists = errors.New("there is data already")

// Restoration is what Restore is to do.
type Restoration struct {
	Dir    string       // of the data that is replaced
	Path   string       // of the backup
	Keys   []sealed.Key // by which the backup is encrypted, if it is
	Force  bool         // replace data that is there
	Resume bool         // send what waited when the backup was made
}

// Restored is what Restore has done, or why it has not.
type Restored struct {
	Aside    string          // the name under which data that was there is kept; empty: there was none
	Findings []store.Finding // what is wrong with the backup, which then is not used
	Records  int             // in the backup
}

// Restore puts the data of a backup in the place of that in a directory, while no
// daemon runs on it. Data that is there is refused with ErrDataExists unless Force is
// set; it is then kept beside. With Resume what waited when
// the backup was made goes out at the next start as if nothing had been; else it is
// held for a person. Nothing is changed unless all of the backup could be read and
// nothing is wrong with it. Data of an older schema is brought
// to the present one. It stays encrypted, or plain, as it is.
func Restore(ctx context.Context, o Restoration) (done Restored, err error) {
	dir := o.Dir
	if err := makeDir(dir); err != nil {
		return done, &DataError{Dir: dir, Err: err}
	}
	data := DataPath(dir)
	switch _, err := os.Lstat(data); {
	case err == nil && !o.Force:
		return done, &DataError{Dir: dir, Err: ErrDataExists}
	case err == nil:
		// Whoever has it open would go on writing to the old file.
		if err := unused(data); err != nil {
			return done, &DataError{Dir: dir, Err: err}
		}
	case !errors.Is(err, fs.ErrNotExist):
		return done, &DataError{Dir: dir, Err: err}
	}
	work, err := os.MkdirTemp(dir, "goniec.restore-*")
	if err != nil {
		return done, &DataError{Dir: dir, Err: err}
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	ready := filepath.Join(work, "goniec.db")
	if err := boltstore.Copy(o.Path, ready); err != nil {
		return done, err
	}
	if done.Findings, done.Records, err = Verify(ctx, ready, o.Keys, func(int) {}); err != nil || len(done.Findings) > 0 {
		return done, err
	}
	if !o.Resume {
		if err := markRestored(ctx, ready, o.Keys); err != nil {
			return done, fmt.Errorf("mark what was restored: %w", err)
		}
	}
	if o.Force {
		if done.Aside, err = setAside(data); err != nil {
			return done, &DataError{Dir: dir, Err: err}
		}
	}
	if err := disk.Put(ready, data); err != nil {
		return done, &DataError{Dir: dir, Err: err}
	}
	return done, nil
}

// unused returns boltstore.ErrLocked for data that a daemon has open. Data that is
// damaged, which is what a backup is for, is nobody's.
func unused(data string) error {
	s, err := boltstore.Open(data, boltstore.Options{})
	if err != nil {
		if errors.Is(err, boltstore.ErrLocked) {
			return err
		}
		return nil
	}
	return s.Close()
}

// markRestored puts restoredKey into the data at path.
func markRestored(ctx context.Context, path string, keys []sealed.Key) error {
	file, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		return err
	}
	s, err := sealed.OpenAny(ctx, file, keys)
	if err == nil {
		err = s.Update(ctx, func(tx store.Tx) error {
			return tx.Put(restoredKey, []byte(time.Now().UTC().Format(time.RFC3339)))
		})
	}
	return errors.Join(err, file.Close())
}

// setAside gives data that is to be replaced another name, and returns it; empty if
// there is none.
func setAside(data string) (string, error) {
	aside := data + ".before-restore-" + time.Now().UTC().Format("20060102-150405")
	err := os.Rename(data, aside)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return aside, err
}

// holdRestored holds what may have been sent since the backup, at the first start on
// restored data. A crash in the middle is made good by the next start.
func (a *App) holdRestored(ctx context.Context, hold func(context.Context) (int, error)) error {
	mark, err := store.View(ctx, a.store, func(r store.Reader) ([]byte, error) { return r.Get(restoredKey) })
	if err != nil || mark == nil {
		return err
	}
	held, err := hold(ctx)
	if err != nil {
		return err
	}
	if err := a.store.Update(ctx, func(tx store.Tx) error { return tx.Delete(restoredKey) }); err != nil {
		return err
	}
	a.log.Warn("the data was restored from a backup: what was due since may have been sent, and is held until a person releases or cancels it", "held", held)
	return nil
}
