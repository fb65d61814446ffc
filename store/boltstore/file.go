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

// defaultTimeout is how long Open waits for another process to close the file, long
// enough for an overlapping restart.
const defaultTimeout = time.Second

const (
	// pageSize is the page size of the file, independent of the kernel's.
	pageSize = 4096
	// compactFrom is the file size in bytes from which compacting is worthwhile.
	compactFrom = 16 << 20
)

// openFile opens the database at path, creating a missing one, and also returns its
// file.
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
			db.NoFreelistSync = !listed // as in the last commit
			return db, file, nil
		}
		// While this process waited, another one replaced the opened file by a
		// compacted one.
		if err := db.Close(); err != nil {
			return nil, nil, err
		}
	}
}

// openBolt opens a database with a fixed page size, so that a file can move between
// boards, and without writing the freelist, which each commit decides (freelist.go). It
// also returns the opened file.
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

// isAt reports whether an open file is the one at path.
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

// check checks whether the file at path is a database, and compacts a mostly empty one.
// Without a freelist bbolt reads the whole tree in a goroutine of its own when it opens
// the file for writing, and a damaged page panics there and ends the process. check
// therefore reads the tree first and turns the panic into an error; the second reading
// is served from memory. With a freelist check reads only both ends of the tree,
// because reading everything would delay each start; damage in between is found when it
// is read.
//
// listed says whether the file has a freelist on return.
func check(path string, o Options) (listed bool, err error) {
	err = readOnly(path, o.Timeout, func(db *bbolt.DB) error {
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
		// Without space for a compacted copy the file is used as it is.
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

// used returns how many bytes of a file with this head are in use. It panics on an
// impossible page.
func (h head) used(db *bbolt.DB) (used int64, err error) {
	err = viewRecords(db, func(records *bbolt.Bucket) {
		if h.free < 0 {
			stats := records.Stats() // reads every page
			used = int64(stats.BranchAlloc + stats.LeafAlloc)
			return
		}
		records.Cursor().First()
		records.Cursor().Last()
		used = int64(h.pages-uint64(h.free)) * pageSize
	})
	return used, err
}

// explain turns an error of bbolt's Open into one of this package.
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

// create makes an empty database at path, which belongs to the owner of its folder. bbolt's first writes do not survive a power
// cut, so create writes a temporary file and renames it when it is on disk. A file that
// another process creates meanwhile stays.
func create(path string) error {
	err := disk.Create(path, initialise)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// initialise turns the empty file at path into a database with the bucket root.
func initialise(path string) error {
	err := fill(path, func(db *bbolt.DB) error {
		return db.Update(func(tx *bbolt.Tx) error {
			_, err := tx.CreateBucket([]byte(root))
			return err
		})
	})
	if err != nil {
		return err
	}
	return disk.Adopt(path)
}

// fill turns the empty file at path into a database filled by write, on disk on return.
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

// compact replaces the file at path by a copy of db, which is open for reading, because
// bbolt's files never shrink.
func compact(db *bbolt.DB, path string) error {
	return disk.Replace(path, func(temp string) error {
		return fill(temp, func(to *bbolt.DB) error { return bbolt.Compact(to, db, maxBytes) })
	})
}

// rewriteSuffix is the suffix of the file that Rewrite fills.
const rewriteSuffix = ".rewrite"

// Rewrite has fill write all records of the file at path, which the caller has open, to
// a new file, and replaces the old file when the new one is on disk. It overwrites the
// old file with zeros, which erases it on a hard disk; on a card or SSD the controller
// may keep copies. The next Open removes an incomplete new file left by a power cut.
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

// overwrite fills a deleted file with zeros. A file that still has a link is left
// alone.
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

// sweepTemporary removes temporary files left by a power cut, except recent ones, which
// may belong to a starting process.
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
