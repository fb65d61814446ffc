package boltstore

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// defaultTimeout is how long Open waits for another process to close the file:
// long enough for a restart that overlaps, short enough for a person.
const defaultTimeout = time.Second

const (
	// pageSize is that of the file, whatever the kernel's is.
	pageSize = 4096
	// compactFrom is from what size in bytes on a file is worth compacting.
	compactFrom = 16 << 20
)

// openFile opens the database at path and creates it if need be.
func openFile(path string, o Options) (*bbolt.DB, error) {
	if err := sweepTemporary(path); err != nil {
		return nil, err
	}
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = create(path)
	}
	if err != nil {
		return nil, err
	}
	if err := check(path, o); err != nil {
		return nil, err
	}
	for {
		db, file, err := openBolt(path, o)
		if err != nil {
			return nil, err
		}
		current, err := isAt(file, path)
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
		if current {
			return db, nil
		}
		// While this process waited for its turn another one has put a
		// compacted file in the place of the one that was opened.
		if err := db.Close(); err != nil {
			return nil, err
		}
	}
}

// openBolt opens a database with the options that suit a small box:
// without a synced freelist, which after a purge would be the greater part of
// each commit, and with a page size that does not follow the kernel, so that a
// file may move from one board to another. It also returns the file it has opened.
func openBolt(path string, o Options) (db *bbolt.DB, file *os.File, err error) {
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:         o.Timeout,
		MaxSize:         o.MaxSize,
		NoFreelistSync:  true,
		FreelistType:    bbolt.FreelistMapType,
		PageSize:        pageSize,
		InitialMmapSize: initialMap(),
		NoStatistics:    true,
		OpenFile: func(name string, flag int, mode os.FileMode) (_ *os.File, err error) {
			file, err = os.OpenFile(name, flag, mode)
			return file, err
		},
	})
	return db, file, explain(err)
}

// isAt says whether an open file is what is called path now.
func isAt(file *os.File, path string) (bool, error) {
	have, err := file.Stat()
	if err != nil {
		return false, err
	}
	there, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	return os.SameFile(have, there), nil
}

// check reads the whole tree of the database at path, and compacts it if most
// of the file is empty. Without a freelist in the file bbolt reads the tree
// anyway when it opens one for writing, but in a goroutine of its own, where the
// panic over a page that cannot be one ends the process. Here it becomes an
// error; the second reading finds the file in memory.
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
	var size, used int64
	err = db.View(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket([]byte(root))
		if bucket == nil {
			return fmt.Errorf("%w: it has no bucket %q", ErrDamaged, root)
		}
		stats := bucket.Stats()
		size, used = tx.Size(), int64(stats.BranchAlloc+stats.LeafAlloc)
		return nil
	})
	if err != nil || size < compactFrom || used > size/2 {
		return err
	}
	// The file as it is serves too, so a disk too full for a second one is no
	// reason not to start.
	if err := compact(db, path); err != nil {
		o.Logger.Warn("database file is mostly empty and could not be compacted", slog.Any("err", err))
	} else {
		o.Logger.Info("database file compacted", slog.Int64("bytes_before", size), slog.Int64("bytes_used", used))
	}
	return nil
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
	temp, err := temporary(path)
	if err != nil {
		return err
	}
	defer func() {
		if rest := os.Remove(temp); rest != nil && !errors.Is(rest, fs.ErrNotExist) {
			err = errors.Join(err, rest)
		}
	}()
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

// initialise makes the empty file at path a database with the bucket root.
func initialise(path string) error {
	return fill(path, func(db *bbolt.DB) error {
		return db.Update(func(tx *bbolt.Tx) error {
			_, err := tx.CreateBucket([]byte(root))
			return err
		})
	})
}

// fill makes the empty file at path a database with the contents that write
// gives it, and has it on disk on return.
func fill(path string, write func(*bbolt.DB) error) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		NoFreelistSync: true,
		FreelistType:   bbolt.FreelistMapType,
		PageSize:       pageSize,
	})
	if err != nil {
		return err
	}
	if err = write(db); err == nil {
		err = db.Sync()
	}
	return errors.Join(err, db.Close())
}

// compact puts a copy of db, which is open for reading, in the place of its
// file at path: bbolt's files never shrink by themselves, and without a freelist
// in them each start reads them whole.
func compact(db *bbolt.DB, path string) error {
	temp, err := temporary(path)
	if err != nil {
		return err
	}
	err = fill(temp, func(to *bbolt.DB) error { return bbolt.Compact(to, db, MaxBytes) })
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return syncFolder(filepath.Dir(path))
}

// temporary makes an empty file beside path, readable by its owner only.
func temporary(path string) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}

// sweepTemporary removes what a power cut has left of temporary files. Young
// ones may be those of a process that starts at this moment.
func sweepTemporary(path string) error {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if name := e.Name(); !strings.HasPrefix(name, filepath.Base(path)+".") || !strings.HasSuffix(name, ".tmp") {
			continue
		}
		info, err := e.Info()
		if err != nil || time.Since(info.ModTime()) < time.Hour {
			continue
		}
		if err := os.Remove(filepath.Join(filepath.Dir(path), e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
