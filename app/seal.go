package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"

	"goniec/api/client"
	"goniec/app/migrate"
	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/sealed"
)

// encrypt encrypts plain data in the file if there is a key, and returns the file that is in
// its place then.
func encrypt(ctx context.Context, path string, file *boltstore.Store, open func() (*boltstore.Store, error), keys []sealed.Key, log *slog.Logger) (*boltstore.Store, error) {
	ids, err := sealed.Keys(ctx, file)
	if err != nil || len(ids) > 0 || len(keys) == 0 {
		return file, err
	}
	empty, err := isEmpty(ctx, file)
	if err != nil {
		return file, err
	}
	if empty {
		_, err := sealed.Create(ctx, file, keys)
		return file, err
	}
	if err := migrate.Run(ctx, file, log); err != nil { // old schemas have phone numbers in keys, which stay plain
		return file, err
	}
	log.Info("there is a key: the data is being encrypted")
	records, err := rewrite(ctx, path, file, log, func(to *boltstore.Store) (store.Store, error) {
		return sealed.Create(ctx, to, keys)
	})
	if err != nil {
		return file, fmt.Errorf("encrypt the data: %w", err)
	}
	log.Info("the data is encrypted", "records", records, "key", keys[0].ID())
	if err := file.Close(); err != nil {
		return file, err
	}
	return open()
}

func isEmpty(ctx context.Context, s store.Store) (bool, error) {
	return store.View(ctx, s, func(r store.Reader) (bool, error) {
		pairs, err := r.Scan("", "", 1)
		return len(pairs) == 0, err
	})
}

// Decrypt makes the data in dir plain, while no daemon uses it, and returns the number of
// records. The error is a *DataError.
func Decrypt(ctx context.Context, dir string, keys []sealed.Key) (records int, err error) {
	path := DataPath(dir)
	if _, err := os.Stat(path); err != nil {
		return 0, &DataError{Dir: dir, Err: err}
	}
	if err := adoptData(path); err != nil {
		return 0, &DataError{Dir: dir, Err: err}
	}
	file, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		return 0, &DataError{Dir: dir, Err: err}
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	from, err := sealed.Open(ctx, file, keys)
	if err == nil {
		records, err = rewrite(ctx, path, from, slog.New(slog.DiscardHandler), func(to *boltstore.Store) (store.Store, error) { return to, nil })
	}
	if err != nil {
		return 0, &DataError{Dir: dir, Err: err}
	}
	return records, nil
}

// rewrite copies all records of from, which is the open file at path, to a new file and
// replaces the old one, see boltstore.Rewrite. Deleted data is not copied. as returns the
// store to write on the new file.
func rewrite(ctx context.Context, path string, from store.Store, log *slog.Logger, as func(*boltstore.Store) (store.Store, error)) (records int, err error) {
	err = boltstore.Rewrite(path, func(file *boltstore.Store) error {
		to, err := as(file)
		if err != nil {
			return err
		}
		told := 0
		records, err = store.Copy(ctx, from, to, func(records int) {
			if records/copyTold > told/copyTold {
				log.Info("records have been rewritten", "records", records)
			}
			told = records
		})
		return err
	})
	return records, err
}

// copyTold is the number of records between two lines of progress in the log.
const copyTold = 100_000

// CheckKeys checks whether keys fit the data in dir, without changes. It returns nil,
// sealed.ErrNotSealed, sealed.ErrSealed, sealed.ErrWrongKey, boltstore.ErrLocked while a
// daemon has the data, or the error of reading the file.
func CheckKeys(dir string, keys []sealed.Key) error {
	header, err := boltstore.ReadOne(DataPath(dir), sealed.HeaderKey)
	if err != nil {
		return err
	}
	return sealed.Check(header, keys)
}

// Encryption returns how the data in dir is encrypted and the ids of the keys in use, without
// changes and while no daemon uses the data. The error is a *DataError or that of the store.
func Encryption(ctx context.Context, dir string, keys []sealed.Key) (e client.Encryption, used []string, err error) {
	file, err := boltstore.Open(DataPath(dir), boltstore.Options{})
	if err != nil {
		return client.Encryption{}, nil, &DataError{Dir: dir, Err: err}
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if used, err = sealed.Keys(ctx, file); err != nil || len(used) == 0 {
		return client.Encryption{}, used, err
	}
	// sealed.Open stores the id of the first key, so that must be one in use.
	keys = slices.Clone(keys)
	slices.SortStableFunc(keys, func(a, b sealed.Key) int {
		known := func(k sealed.Key) int {
			if slices.Contains(used, k.ID()) {
				return 0
			}
			return 1
		}
		return known(a) - known(b)
	})
	s, err := sealed.Open(ctx, file, keys)
	if err != nil {
		return client.Encryption{}, used, &DataError{Dir: dir, Err: err}
	}
	if s.Old() {
		_, _, err = s.CountOld(ctx)
	}
	return encryptionState(s), used, err
}
