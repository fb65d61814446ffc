package app

import (
	"context"
	"errors"
	"log/slog"

	"goniec/app/migrate"
	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/sealed"
)

// Verify reads all data in the file at path, which must not be in use, and returns
// inconsistencies and the number of records. progress gets the number of records so far from
// time to time. The error is boltstore.ErrDamaged, boltstore.ErrLocked, a
// *migrate.NewerDataError, one of package sealed if keys do not fit, or of the operating
// system.
func Verify(ctx context.Context, path string, keys []sealed.Key, progress func(records int)) (findings []store.Finding, records int, err error) {
	file, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	s, err := sealed.OpenAny(ctx, file, keys)
	if err != nil {
		return nil, 0, err
	}
	if err := migrate.Run(ctx, s, slog.New(slog.DiscardHandler)); err != nil {
		return nil, 0, err
	}
	err = s.View(ctx, func(r store.Reader) error {
		return verifyAll(r, func(f store.Finding) { findings = append(findings, f) }, func(n int) {
			records = n
			progress(n)
		})
	})
	return findings, records, err
}
