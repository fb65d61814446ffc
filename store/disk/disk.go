// Package disk replaces files so that a power cut leaves the old or the new file, never
// a part, and keeps them with the user who has to open them.
package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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

// Adopt gives the file or folder at path the owner of the folder that it lies in, so
// that the user of that folder can open what root has made there. Adopt does nothing for
// any other user than root, who alone makes files for others.
func Adopt(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	folder, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return err
	}
	return giveOwner(path, folder)
}

// Foreign returns the files in folder whose names begin with prefix and that belong to
// another user than folder does.
func Foreign(folder, prefix string) (paths []string, err error) {
	of, err := os.Stat(folder)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	want, _ := owner(of)
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !strings.HasPrefix(entry.Name(), prefix) {
			continue // the file has gone, or is not meant
		}
		if uid, _ := owner(info); uid != want {
			paths = append(paths, filepath.Join(folder, entry.Name()))
		}
	}
	return paths, nil
}

// Owner returns the numbers of the user and the group that the file or folder at path
// belongs to.
func Owner(path string) (uid, gid int, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, 0, err
	}
	uid, gid = owner(info)
	return uid, gid, nil
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
	fresh, err := os.Lstat(temp)
	if err != nil {
		return err
	}
	const groupMay = 0o070
	if uid, _ := owner(info); uid == os.Geteuid() && fresh.Mode().Perm()&groupMay == 0 {
		return nil // the group of a private file means nothing, and may be one that only root can give
	}
	return giveOwner(temp, info)
}

// giveOwner gives the file at path the owner of the file that like describes. It does
// not follow a link: the user of a folder may put one there that leads elsewhere.
func giveOwner(path string, like fs.FileInfo) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	uid, gid := owner(like)
	if u, g := owner(info); u == uid && g == gid {
		return nil
	}
	return os.Lchown(path, uid, gid)
}

func owner(info fs.FileInfo) (uid, gid int) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return os.Geteuid(), os.Getegid()
	}
	return int(s.Uid), int(s.Gid)
}

// syncPath syncs a file, or the entries of a folder, to disk.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
