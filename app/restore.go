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

// restoredKey is present in data from a backup that has not been started since. Messages that
// waited in it may have been sent, see queue.HoldRestored.
const restoredKey = "meta/restored"

// ErrDataExists is returned by Restore for a directory that holds data.
var ErrDataExists = errors.New("there is data already")

// Restoration configures Restore.
type Restoration struct {
	Dir    string       // data directory
	Path   string       // path of the backup
	Keys   []sealed.Key // keys of the backup, if it is encrypted
	Force  bool         // replace existing data
	Resume bool         // send the messages that waited when the backup was made
}

// Restored is the result of Restore.
type Restored struct {
	Aside    string          // path of the replaced data, which is kept; empty: there was none
	Findings []store.Finding // inconsistencies of the backup, which then is not used
	Records  int             // in the backup
}

// Restore replaces the data in o.Dir by that of a backup, while no daemon uses it. Existing
// data is refused with ErrDataExists unless o.Force is set, and then kept under another name.
// With o.Resume, messages that waited when the backup was made are sent at the next start;
// without it they are held for a person. Nothing is changed unless the whole backup is
// readable and consistent. An older schema is migrated. The data stays encrypted or plain, and
// belongs to the owner of o.Dir. The error is a *DataError, or that of reading the backup, see
// Verify.
func Restore(ctx context.Context, o Restoration) (done Restored, err error) {
	dir := o.Dir
	if err := makeDir(dir); err != nil {
		return done, &DataError{Dir: dir, Err: err}
	}
	data := DataPath(dir)
	if err := adoptData(data); err != nil {
		return done, &DataError{Dir: dir, Err: err}
	}
	switch _, err := os.Lstat(data); {
	case err == nil && !o.Force:
		return done, &DataError{Dir: dir, Err: ErrDataExists}
	case err == nil:
		// A daemon that has the file open would go on writing to it.
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
	// The directory of the copy lies in the data directory, so both get the owner of that.
	if err := errors.Join(disk.Adopt(work), disk.Adopt(ready)); err != nil {
		return done, &DataError{Dir: dir, Err: err}
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

// unused returns boltstore.ErrLocked for data that a daemon has open. Damaged data, the case
// for a backup, counts as unused.
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

// markRestored stores restoredKey in the data at path.
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

// setAside renames data and returns the new path; empty if there is no data.
func setAside(data string) (string, error) {
	aside := data + ".before-restore-" + time.Now().UTC().Format("20060102-150405")
	err := os.Rename(data, aside)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return aside, err
}

// holdRestored holds the messages that may have been sent since the backup, at the first start
// on restored data. After a crash the next start repeats it.
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
