// Package disk puts files in their place so that a power cut leaves the old file or
// the new one, never a part.
//
// It knows nothing of what is in a file.
package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Replace has fill write a file, whose name it gives to fill, and puts that file in
// the place of the one at path as Put does. The name is of an empty file beside path
// that only its owner can read, unless fill lets others; it ends in ".tmp".
func Replace(path string, fill func(temp string) error) error {
	return filled(path, fill, func(temp string) error { return Put(temp, path) })
}

// Create has fill write a file as Replace does, and calls it path, unless there is a
// file at path by then: the error is fs.ErrExist. On a file system without links a
// file that appears at path in the last moment is replaced.
func Create(path string, fill func(temp string) error) error {
	exists := &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	if _, err := os.Lstat(path); err == nil {
		return exists
	}
	return filled(path, fill, func(temp string) error {
		if err := syncPath(temp); err != nil {
			return err
		}
		err := os.Link(temp, path) // never replaces a file, as a rename would
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

// Put puts the file at temp in the place of the one at path, if there is one, and has
// it on disk on return. The file gets the owner of what it replaces and keeps its own
// permissions: a file that everybody may read must not expose what takes its place.
// Both are in one file system.
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

// filled makes a file beside path, has it filled and placed, and removes what is left
// of it.
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

// keepOwner gives the file at temp the owner of the one at path where that is another:
// root may change what belongs to the user of the daemon.
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

// syncPath has a file, or the names in a folder, on disk on return.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
