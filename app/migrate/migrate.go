// Package migrate brings data of an older schema to the present one.
//
// A step is frozen: it has its own copy of the layouts that it reads and writes, and
// calls no other package for them. What the packages that own the records change later
// is the matter of a later step, so that old data goes through the same states for
// ever. A new schema means a new file with its step, a line in steps, a data file in
// app/testdata and a line in the changelog.
package migrate

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"

	"goniec/store"
	"goniec/store/boltstore"
)

// Schema is the number of the present layout of keys and records. Data of a newer one
// is refused.
//
//	1  the first
//	2  numbers in keys are marked, see store.Private; to/ and from/ lead to every message;
//	   the counts of messages are in every/, not in cnt/
//	3  mr/ and unc/ begin with a day, to/ with a week
const Schema = 3

// schemaKey holds the number of the layout, in decimal. migratingKey is there while
// a migration is under way, and holds the number that the data comes from: schemaKey
// is the new one from the beginning, so that an older version lets the data alone.
const (
	schemaKey    = "meta/version"
	migratingKey = "meta/migrating"
)

// NewerDataError says that the data was written by a newer version of the
// program, which may keep things in it that this one would destroy.
type NewerDataError struct{ Found, Known int }

// Error implements error.
func (e *NewerDataError) Error() string {
	return fmt.Sprintf("data has schema %d, this version knows %d: install the newer version again", e.Found, e.Known)
}

// step brings data from one schema to the next. run works in short transactions and
// may be called again after a crash in the middle of it. changed is called for each
// record that was changed.
type step struct {
	from int
	what string // for the log
	run  func(ctx context.Context, s store.Store, changed func()) error
}

// steps are all the steps, in order.
func steps() []step {
	return []step{
		{from: 1, what: "mark the numbers in keys", run: markNumbers},
		{from: 2, what: "find messages by day or week, and then by number", run: reindex},
	}
}

// told is after how many records the log tells how far a step is.
const told = 100_000

// together is how many records of a migration share a transaction at most: nobody else
// uses the data meanwhile.
const together = 500

// Run brings the data to the present schema, in one process at a time. The error is
// *NewerDataError, or wraps boltstore.ErrDamaged if what says the schema is no number.
func Run(ctx context.Context, s store.Store, log *slog.Logger) error {
	ctx, release, err := s.Lock(ctx, "migrate")
	if err != nil {
		return fmt.Errorf("migrate data: %w", err)
	}
	defer release()
	found, err := store.Update(ctx, s, begin)
	if err != nil {
		return err
	}
	for _, m := range steps() {
		if m.from < found {
			continue
		}
		log.Info("data is brought to a new schema", "from", m.from, "to", m.from+1, "what", m.what)
		records := 0
		err := m.run(ctx, s, func() {
			if records++; records%told == 0 {
				log.Info("data is being brought to a new schema", "records", records)
			}
		})
		if err == nil {
			err = s.Update(ctx, func(tx store.Tx) error { return end(tx, m.from+1) })
		}
		if err != nil {
			return fmt.Errorf("bring data from schema %d to %d: %w", m.from, m.from+1, err)
		}
		log.Info("data has been brought to a new schema", "from", m.from, "to", m.from+1, "records", records)
	}
	return nil
}

// begin returns the schema of the data; if it is an older one, no older version takes
// the data any more.
func begin(tx store.Tx) (found int, err error) {
	found, err = schemaOf(tx)
	switch {
	case err != nil:
		return 0, err
	case found == 0: // a new file
		return Schema, tx.Put(schemaKey, []byte(strconv.Itoa(Schema)))
	case found == Schema:
		return found, nil
	}
	if err := tx.Put(migratingKey, []byte(strconv.Itoa(found))); err != nil {
		return 0, err
	}
	return found, tx.Put(schemaKey, []byte(strconv.Itoa(Schema)))
}

// end notes that the data has a schema now.
func end(tx store.Tx, reached int) error {
	if reached == Schema {
		return tx.Delete(migratingKey)
	}
	return tx.Put(migratingKey, []byte(strconv.Itoa(reached)))
}

// schemaOf returns the schema of the data, 0 if there is none yet, and an error if
// this version does not know it.
func schemaOf(r store.Reader) (int, error) {
	value, err := r.Get(schemaKey)
	if err != nil || value == nil {
		return 0, err
	}
	found, err := strconv.Atoi(string(value))
	switch {
	case err != nil || found < 1:
		return 0, fmt.Errorf("%w: schema number %q", boltstore.ErrDamaged, value)
	case found > Schema:
		return 0, &NewerDataError{Found: found, Known: Schema}
	}
	from, err := r.Get(migratingKey)
	if err != nil || from == nil {
		return found, err
	}
	if found, err = strconv.Atoi(string(from)); err != nil || found < 1 {
		return 0, fmt.Errorf("%w: number %q of the schema that it comes from", boltstore.ErrDamaged, from)
	}
	return found, nil
}

// walk changes the records of a range and calls changed for each one that fn says it
// has changed.
func walk(ctx context.Context, s store.Store, in store.Range, fn func(store.Tx, store.Pair) (bool, error), changed func()) error {
	in.Together = together
	return store.WalkEach(ctx, s, in, fn, func(did bool) {
		if did {
			changed()
		}
	})
}
