package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"goniec/app/migrate"
	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/disk"
	"goniec/store/sealed"
)

// DataError reports that a data directory cannot be used. Err is boltstore.ErrLocked,
// boltstore.ErrDamaged, a *migrate.NewerDataError, an error of package sealed, or of the
// operating system.
type DataError struct {
	Dir string
	Err error
}

// Error implements error.
func (e *DataError) Error() string { return fmt.Sprintf("data directory %s: %v", e.Dir, e.Err) }

// Unwrap returns the cause.
func (e *DataError) Unwrap() error { return e.Err }

// DataPath returns the path of the data file in a data directory.
func DataPath(dir string) string { return filepath.Join(dir, "goniec.db") }

// SocketPath returns the path of the unix socket, in a data directory, between command line
// and daemon.
func SocketPath(dir string) string { return filepath.Join(dir, "goniec.sock") }

// OpenStore opens the data in dir while no daemon uses it. keys decrypt the data; plain data
// is encrypted with the first of keys. The error is a *DataError.
func OpenStore(ctx context.Context, dir string, keys []sealed.Key) (store.Store, error) {
	s, _, err := openStore(ctx, dir, keys, boltstore.Options{})
	return s, err
}

// openStore opens the data in dir: it creates the directory, encrypts plain data if there is a
// key, and migrates the schema. file is the store on disk below s.
func openStore(ctx context.Context, dir string, keys []sealed.Key, o boltstore.Options) (s store.Store, file *boltstore.Store, err error) {
	fail := func(err error) (store.Store, *boltstore.Store, error) {
		if file != nil {
			err = errors.Join(err, file.Close())
		}
		return nil, nil, &DataError{Dir: dir, Err: err}
	}
	if err := makeDir(dir); err != nil {
		return fail(err)
	}
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	path := DataPath(dir)
	if err := adoptData(path); err != nil {
		return fail(err)
	}
	// The file may be opened twice; its metrics are registered once.
	bare := boltstore.Options{Logger: o.Logger}
	if file, err = boltstore.Open(path, bare); err != nil {
		return fail(err)
	}
	if file, err = encrypt(ctx, path, file, func() (*boltstore.Store, error) { return boltstore.Open(path, bare) }, keys, o.Logger); err != nil {
		return fail(err)
	}
	if s, err = sealed.OpenAny(ctx, file, keys); err != nil {
		return fail(err)
	}
	if err := migrate.Run(ctx, s, o.Logger); err != nil {
		return fail(err)
	}
	if err := file.Register(o.Registerer); err != nil {
		return fail(err)
	}
	return s, file, nil
}

// adoptData gives the data file at path, if there is one, the owner of its directory: an
// earlier command of root may have made it.
func adoptData(path string) error {
	err := disk.Adopt(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Misowned returns the files of goniec in the data directory dir that belong to another user
// than dir does; nil if dir cannot be read.
func Misowned(dir string) []string {
	files, err := disk.Foreign(dir, "goniec.")
	if err != nil {
		return nil
	}
	return files
}

// makeDir creates the data directory, readable by its owner only. An existing directory that
// holds only files of goniec is made private as well, since they hold patients' numbers. Any
// other directory, such as /tmp, is not changed; the files themselves are always private.
func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return &fs.PathError{Op: "open", Path: dir, Err: errors.New("not a directory")}
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	foreign := func(e fs.DirEntry) bool { return !strings.HasPrefix(e.Name(), "goniec.") }
	if slices.ContainsFunc(entries, foreign) {
		return nil
	}
	return os.Chmod(dir, 0o700)
}
