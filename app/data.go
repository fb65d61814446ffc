package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/store"
	"goniec/store/boltstore"
)

// DataError says that the data directory cannot be used. Err is
// boltstore.ErrLocked, boltstore.ErrDamaged, a *NewerDataError, or what the
// operating system says.
type DataError struct {
	Dir string
	Err error
}

// Error implements error.
func (e *DataError) Error() string { return fmt.Sprintf("data directory %s: %v", e.Dir, e.Err) }

// Unwrap returns the cause.
func (e *DataError) Unwrap() error { return e.Err }

// NewerDataError says that the data was written by a newer version of the
// program, which may keep things in it that this one would destroy.
type NewerDataError struct{ Found, Known int }

// Error implements error.
func (e *NewerDataError) Error() string {
	return fmt.Sprintf("data has schema %d, this version knows %d: install the newer version again", e.Found, e.Known)
}

// DataPath returns the file in a data directory that holds everything.
func DataPath(dir string) string { return filepath.Join(dir, "goniec.db") }

// SocketPath returns the socket in a data directory by which the command line
// talks to the daemon.
func SocketPath(dir string) string { return filepath.Join(dir, "goniec.sock") }

// OpenStore opens the data in dir while no daemon runs on it. The error is a
// *DataError.
func OpenStore(ctx context.Context, dir string) (store.Store, error) {
	return openStore(ctx, dir, slog.New(slog.DiscardHandler), nil)
}

// openStore opens the data in dir, which it creates if need be, and sees to its
// schema.
func openStore(ctx context.Context, dir string, log *slog.Logger, r prometheus.Registerer) (*boltstore.Store, error) {
	if err := makeDir(dir); err != nil {
		return nil, &DataError{Dir: dir, Err: err}
	}
	s, err := boltstore.Open(DataPath(dir), boltstore.Options{Logger: log, Registerer: r})
	if err != nil {
		return nil, &DataError{Dir: dir, Err: err}
	}
	if err := migrate(ctx, s, log); err != nil {
		return nil, &DataError{Dir: dir, Err: errors.Join(err, s.Close())}
	}
	return s, nil
}

// makeDir creates the data directory, readable by its owner only. From one that
// exists and holds nothing but our files it takes the rights of others away:
// patients' numbers are in it. Any other, such as /tmp, is not ours to change; the
// files themselves are private everywhere.
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
