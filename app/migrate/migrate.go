// Package migrate brings data of an older schema to the present one.
//
// A step is frozen: it has its own copy of the layouts that it reads and writes, and calls no
// other package for them. Later changes of a layout belong to a later step, so that old data
// always goes through the same states. A new schema needs a new file with its step, a line in
// steps, a data file in app/testdata and a line in the changelog.
package migrate

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"

	"goniec/store"
	"goniec/store/boltstore"
)

// Schema is the number of the present layout of keys and records. Data of a newer layout is
// refused.
//
//	1  the first
//	2  numbers in keys are marked, see store.Private; to/ and from/ lead to every message;
//	   the counts of messages are in every/, not in cnt/
//	3  mr/ and unc/ begin with a day, to/ with a week
const Schema = 3

// schemaKey holds the number of the layout, in decimal. migratingKey exists during a migration
// and holds the number that the data comes from. schemaKey has the new number from the
// beginning, so that an older version refuses the data.
const (
	schemaKey    = "meta/version"
	migratingKey = "meta/migrating"
)

// NewerDataError reports data of a newer version of the program, which this version might
// damage.
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

// told is the number of records between two lines of progress in the log.
const told = 100_000

// together is how many records of a migration share a transaction at most. No other goroutine
// uses the data during a migration.
const together = 500

// Run migrates the data to Schema; one process at a time may call it. The error is a
// *NewerDataError, one that wraps boltstore.ErrDamaged if the stored number cannot be read, or
// that of the store.
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

// begin returns the schema of the data. If the schema is an older one, begin marks the data so
// that older versions refuse it.
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

// end stores that the migration is complete.
func end(tx store.Tx, reached int) error {
	if reached == Schema {
		return tx.Delete(migratingKey)
	}
	return tx.Put(migratingKey, []byte(strconv.Itoa(reached)))
}

// schemaOf returns the schema of the data, 0 for a new file, and an error for a number this
// version does not know.
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

// walk calls fn for the records of a range, and changed for each record that fn has changed.
func walk(ctx context.Context, s store.Store, in store.Range, fn func(store.Tx, store.Pair) (bool, error), changed func()) error {
	in.Together = together
	return store.WalkEach(ctx, s, in, fn, func(did bool) {
		if did {
			changed()
		}
	})
}
