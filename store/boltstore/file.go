package boltstore

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"goniec/store/disk"
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

// openFile opens the database at path, which it creates if need be, and returns the
// file that it is in as well.
func openFile(path string, o Options) (*bbolt.DB, *os.File, error) {
	if err := sweepTemporary(path); err != nil {
		return nil, nil, err
	}
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = create(path)
	}
	if err != nil {
		return nil, nil, err
	}
	listed, err := check(path, o)
	if err != nil {
		return nil, nil, err
	}
	for {
		db, file, err := openBolt(path, o)
		if err != nil {
			return nil, nil, err
		}
		current, err := isAt(file, path)
		if err != nil {
			return nil, nil, errors.Join(err, db.Close())
		}
		if current {
			db.NoFreelistSync = !listed // as the last commit had it
			return db, file, nil
		}
		// While this process waited for its turn another one has put a
		// compacted file in the place of the one that was opened.
		if err := db.Close(); err != nil {
			return nil, nil, err
		}
	}
}

// openBolt opens a database with the options that suit a small box: with a page
// size that does not follow the kernel, so that a file may move from one board to
// another. Whether a commit writes the freelist is decided by each, see freelist.go;
// opening must not. It also returns the file it has opened.
func openBolt(path string, o Options) (db *bbolt.DB, file *os.File, err error) {
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:         o.Timeout,
		MaxSize:         o.MaxSize,
		NoFreelistSync:  true,
		FreelistType:    bbolt.FreelistMapType,
		PageSize:        pageSize,
		InitialMmapSize: initialMap(),
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

// check looks whether the database at path is one, and compacts it if most of it is
// empty. Where the last commit has written no freelist bbolt reads the whole tree
// when it opens the file for writing, in a goroutine of its own, where the panic over
// a page that cannot be one ends the process. So it is read here first, and the panic
// becomes an error; the second reading finds the file in memory. With a freelist a
// look at both ends of the tree has to do, or each start would take as long as
// reading everything: a page that is damaged in between is found by who reads it.
//
// listed says whether the file has a freelist on return.
func check(path string, o Options) (listed bool, err error) {
	err = catchDamage(func() (err error) {
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: o.Timeout, ReadOnly: true})
		if err != nil {
			return explain(err)
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		h, err := readHead(path)
		if err != nil {
			return err
		}
		listed = h.free >= 0
		size := int64(h.pages) * pageSize
		used, err := h.used(db)
		if err != nil || size < compactFrom || used > size/2 {
			return err
		}
		// The file as it is serves too, so a disk too full for a second one is no
		// reason not to start.
		if err := compact(db, path); err != nil {
			o.Logger.Warn("database file is mostly empty and could not be compacted", slog.Any("err", err))
			return nil
		}
		o.Logger.Info("database file compacted", slog.Int64("bytes_before", size), slog.Int64("bytes_used", used))
		listed = true
		return nil
	})
	return listed, err
}

// used returns how many bytes of a file with this head are in use, and panics over
// a page that cannot be one if it comes across it.
func (h head) used(db *bbolt.DB) (used int64, err error) {
	err = db.View(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket([]byte(root))
		if bucket == nil {
			return fmt.Errorf("%w: it has no bucket %q", ErrDamaged, root)
		}
		if h.free < 0 {
			stats := bucket.Stats() // walks through every page
			used = int64(stats.BranchAlloc + stats.LeafAlloc)
			return nil
		}
		bucket.Cursor().First()
		bucket.Cursor().Last()
		used = int64(h.pages-uint64(h.free)) * pageSize
		return nil
	})
	return used, err
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
func create(path string) error {
	err := disk.Create(path, initialise)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
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
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, PageSize: pageSize})
	if err != nil {
		return err
	}
	if err = write(db); err == nil {
		err = db.Sync()
	}
	return errors.Join(err, db.Close())
}

// compact puts a copy of db, which is open for reading, in the place of its
// file at path: bbolt's files never shrink by themselves.
func compact(db *bbolt.DB, path string) error {
	return disk.Replace(path, func(temp string) error {
		return fill(temp, func(to *bbolt.DB) error { return bbolt.Compact(to, db, maxBytes) })
	})
}

// rewriteSuffix ends the name of the file that Rewrite fills.
const rewriteSuffix = ".rewrite"

// Rewrite has fill write all records of the file at path, which the caller has open,
// to a new file, and puts the new file in the place of the old one when it is complete
// and on disk. The old file is overwritten with zeros: on a hard disk nothing is left
// of it, on a card or an SSD what its controller leaves. What a power cut leaves of
// the new file is removed by the next Open.
func Rewrite(path string, fill func(to *Store) error) (err error) {
	temp := path + rewriteSuffix
	if err := removeIfThere(temp); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, removeIfThere(temp)) }()
	to, err := Open(temp, Options{})
	if err != nil {
		return err
	}
	if err := errors.Join(fill(to), to.Close()); err != nil {
		return err
	}
	old, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	if err := disk.Put(temp, path); err != nil {
		return err
	}
	return overwrite(old)
}

// overwrite fills a file that has no name any more with zeros. A file that still has
// one is somebody's copy and stays as it is.
func overwrite(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if s, ok := info.Sys().(*syscall.Stat_t); !ok || s.Nlink > 0 {
		return nil
	}
	zeros := make([]byte, 1<<20)
	for at := int64(0); at < info.Size(); at += int64(len(zeros)) {
		if _, err := f.WriteAt(zeros[:min(int64(len(zeros)), info.Size()-at)], at); err != nil {
			return err
		}
	}
	return f.Sync()
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
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
