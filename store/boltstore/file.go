package boltstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// defaultTimeout is how long Open waits for another process to close the file:
// long enough for a restart that overlaps, short enough for a person.
const defaultTimeout = time.Second

// openFile opens the database at path and creates it if need be.
func openFile(path string, o Options) (*bbolt.DB, error) {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.MaxSize <= 0 {
		o.MaxSize = defaultMaxSize()
	}
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = create(path)
	}
	if err != nil {
		return nil, err
	}
	return openBolt(path, o)
}

// openBolt opens a database with the options that suit a small box:
// without a synced freelist, which after a purge would be the greater part of
// each commit, and with a page size that does not follow the kernel, so that a
// file may move from one board to another.
func openBolt(path string, o Options) (*bbolt.DB, error) {
	if err := check(path, o); err != nil {
		return nil, err
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:         o.Timeout,
		MaxSize:         o.MaxSize,
		NoFreelistSync:  true,
		FreelistType:    bbolt.FreelistMapType,
		PageSize:        4096,
		InitialMmapSize: initialMap(),
		NoStatistics:    true,
	})
	return db, explain(err)
}

// check reads the whole tree of the database at path. Without a freelist in
// the file bbolt does that anyway when it opens one for writing, but in a
// goroutine of its own, where the panic over a page that cannot be one ends
// the process. Here it becomes an error; the second reading finds the file in
// memory.
func check(path string, o Options) (err error) {
	// The file is read through a memory map, so a sector that cannot be read
	// shows as a fault.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: o.Timeout, ReadOnly: true})
	if err != nil {
		return explain(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.View(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket([]byte(root))
		if bucket == nil {
			return fmt.Errorf("%w: it has no bucket %q", ErrDamaged, root)
		}
		return bucket.ForEach(func(_, _ []byte) error { return nil })
	})
}

// explain says what an error of bbolt's Open means.
func explain(err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return ErrLocked
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum),
		errors.Is(err, bolterrors.ErrVersionMismatch):
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	default:
		return err
	}
}

// create makes an empty database at path. bbolt's own first steps in a file do
// not survive a power cut, so they are done under another name, and path
// appears in one step when all is on disk. If another process is faster, its
// file stays.
func create(path string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return err
	}
	temp := f.Name()
	defer func() {
		if rest := os.Remove(temp); rest != nil && !errors.Is(rest, fs.ErrNotExist) {
			err = errors.Join(err, rest)
		}
	}()
	if err := f.Close(); err != nil {
		return err
	}
	if err := initialise(temp); err != nil {
		return err
	}
	// A link never replaces a file, as a rename would. Where the file system
	// has no links, two first starts at the same moment are left to chance.
	if err := os.Link(temp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		if err := os.Rename(temp, path); err != nil {
			return err
		}
	}
	return syncFolder(filepath.Dir(path))
}

// initialise fills the empty file at path and has it on disk on return.
func initialise(path string) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		NoFreelistSync: true,
		FreelistType:   bbolt.FreelistMapType,
		PageSize:       4096,
	})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket([]byte(root))
		return err
	})
	if err == nil {
		err = db.Sync()
	}
	return errors.Join(err, db.Close())
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
