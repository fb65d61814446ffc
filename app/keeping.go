package app

import (
	"context"
	"errors"
	"log/slog"

	"goniec/app/migrate"
	"goniec/queue"
	"goniec/reply"
	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/sealed"
)

// Finding is something in the data that cannot be. It names no number and no text.
type Finding struct {
	Record string `json:"record"` // which kind of record, with its id where it has one
	What   string `json:"what"`   // what is wrong, in English
}

// Verify reads all of the data in the file at path, a copy that nobody else has open,
// and returns what is wrong with it and how many records it has read. progress is
// called now and then with their number so far. The error is that the file cannot be
// read: boltstore.ErrDamaged, boltstore.ErrLocked, a *migrate.NewerDataError, one of
// package sealed if keys are not those it is encrypted by, or of the system.
func Verify(ctx context.Context, path string, keys []sealed.Key, progress func(records int)) (findings []Finding, records int, err error) {
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
		tell := func(f queue.Finding) { findings = append(findings, Finding(f)) }
		before := 0
		checked := func(n int) {
			records = before + n
			progress(records)
		}
		if err := queue.Verify(r, tell, checked); err != nil {
			return err
		}
		before = records
		return reply.Verify(r, tell, checked)
	})
	return findings, records, err
}
