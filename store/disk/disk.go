// Package disk replaces files so that a power cut leaves the old or the new file, never
// a part.
package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Replace has fill write a temporary file beside path and puts it in the place of the
// file at path as Put does. fill gets the name of an empty file, which ends in ".tmp"
// and is readable by its owner only unless fill changes that.
func Replace(path string, fill func(temp string) error) error {
	return filled(path, fill, func(temp string) error { return Put(temp, path) })
}

// Create is Replace for a new file: the error is fs.ErrExist if a file exists at path.
// On a file system without links a file that appears at path at the last moment is
// replaced.
func Create(path string, fill func(temp string) error) error {
	exists := &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	if _, err := os.Lstat(path); err == nil {
		return exists
	}
	return filled(path, fill, func(temp string) error {
		if err := syncPath(temp); err != nil {
			return err
		}
		err := os.Link(temp, path) // unlike a rename, a link never replaces a file
		if errors.Is(err, fs.ErrExist) {
			return exists
		}
		if err != nil {
			err = os.Rename(temp, path)
		}
		if err != nil {
			return err
		}
		return syncPath(filepath.Dir(path))
	})
}

// Put renames the file at temp to path, replacing a file there, and returns when this
// is on disk. The file gets the owner of the replaced one and keeps its own
// permissions, because the permissions of the replaced file may be too wide. Both paths
// must be in one file system.
func Put(temp, path string) error {
	if err := keepOwner(temp, path); err != nil {
		return err
	}
	if err := syncPath(temp); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return syncPath(filepath.Dir(path))
}

// filled makes a temporary file beside path, has it filled and placed, and removes the
// remains.
func filled(path string, fill, place func(temp string) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if rest := os.Remove(f.Name()); rest != nil && !errors.Is(rest, fs.ErrNotExist) {
			err = errors.Join(err, rest)
		}
	}()
	if err := f.Close(); err != nil {
		return err
	}
	if err := fill(f.Name()); err != nil {
		return err
	}
	return place(f.Name())
}

// keepOwner gives the file at temp the owner of the file at path, so that root can
// change files of the daemon's user.
func keepOwner(temp, path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(owner.Uid) == os.Geteuid() && int(owner.Gid) == os.Getegid() {
		return nil
	}
	return os.Chown(temp, int(owner.Uid), int(owner.Gid))
}

// syncPath syncs a file, or the entries of a folder, to disk.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
