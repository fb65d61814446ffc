package app

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"goniec/queue"
	"goniec/store"
	"goniec/store/boltstore"
)

// schema is the number of the present layout of keys and records. Data of an older
// one is migrated when it is opened, data of a newer one is refused. A new number
// means a step in migrations, a file in testdata and a line in the changelog.
//
//	1  the first
//	2  numbers in keys are marked, see store.Private; to/ and from/ lead to every message;
//	   the counts of messages are in every/, not in cnt/
//	3  mr/ and unc/ begin with a day, to/ with a week
const schema = 3

// schemaKey holds the number of the layout, in decimal. migratingKey is there while
// a migration is under way, and holds the number that the data comes from: schemaKey
// is the new one from the beginning, so that an older version lets the data alone.
const (
	schemaKey    = "meta/version"
	migratingKey = "meta/migrating"
)

// migration brings data from one schema to the next. run does so in transactions of
// any number, each short, and may be called again after a crash in the middle of it.
// progress is called with the number of records changed so far.
type migration struct {
	from int
	what string // for the log
	run  func(ctx context.Context, s store.Store, progress func(records int)) error
}

// migrations are all the steps, in order.
func migrations() []migration {
	return []migration{
		{from: 1, what: "mark the numbers in keys", run: markNumbers},
		{from: 2, what: "find messages by day or week, and then by number", run: reindex},
	}
}

// migrate brings the data to the present schema.
func migrate(ctx context.Context, s store.Store, log *slog.Logger) error {
	found, err := store.Update(ctx, s, beginMigration)
	if err != nil {
		return err
	}
	for _, m := range migrations() {
		if m.from < found {
			continue
		}
		log.Info("data is brought to a new schema", "from", m.from, "to", m.from+1, "what", m.what)
		changed := 0
		err := m.run(ctx, s, func(records int) {
			if records/migrationTold > changed/migrationTold {
				log.Info("data is being brought to a new schema", "records", records)
			}
			changed = records
		})
		if err == nil {
			err = s.Update(ctx, func(tx store.Tx) error { return endMigration(tx, m.from+1) })
		}
		if err != nil {
			return fmt.Errorf("bring data from schema %d to %d: %w", m.from, m.from+1, err)
		}
		log.Info("data has been brought to a new schema", "from", m.from, "to", m.from+1, "records", changed)
	}
	return nil
}

// migrationTold is after how many records the log tells how far a migration is.
const migrationTold = 100_000

// beginMigration returns the schema of the data; if it is an older one, no older
// version takes the data any more.
func beginMigration(tx store.Tx) (found int, err error) {
	found, err = knownSchema(tx)
	switch {
	case err != nil:
		return 0, err
	case found == 0: // a new file
		return schema, tx.Put(schemaKey, []byte(strconv.Itoa(schema)))
	case found == schema:
		return found, nil
	}
	if err := tx.Put(migratingKey, []byte(strconv.Itoa(found))); err != nil {
		return 0, err
	}
	return found, tx.Put(schemaKey, []byte(strconv.Itoa(schema)))
}

// endMigration notes that the data has a schema now.
func endMigration(tx store.Tx, reached int) error {
	if reached == schema {
		return tx.Delete(migratingKey)
	}
	return tx.Put(migratingKey, []byte(strconv.Itoa(reached)))
}

// knownSchema returns the schema of the data, 0 if there is none yet, and an error if
// this version does not know it.
func knownSchema(r store.Reader) (int, error) {
	value, err := r.Get(schemaKey)
	if err != nil || value == nil {
		return 0, err
	}
	found, err := strconv.Atoi(string(value))
	switch {
	case err != nil || found < 1:
		return 0, fmt.Errorf("%w: schema number %q", boltstore.ErrDamaged, value)
	case found > schema:
		return 0, &NewerDataError{Found: found, Known: schema}
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

// numbered says where keys of schema 1 hold a number: in the segment at, counted from
// 0, of the keys below prefix. Ticks name a key that has one.
type numbered struct {
	prefix string
	at     int
}

func numberedKeys() []numbered {
	return []numbered{
		{"mr/", 3}, {"unc/", 2}, {"orph/", 2}, {"ref/", 1}, {"inp/", 2}, {"callday/", 1}, {"who/", 1}, {"tick/", 0},
		{"to/", 1}, {"from/", 1}, {"sup/", 1}, {"asked/", 1}, {"which/", 1}, {"guard/of/", 2}, {"talkof/", 1},
	}
}

// marked returns key as it is in schema 2; of one that is so already, or holds no
// number, it is key itself.
func (n numbered) marked(key string) string {
	segments := strings.Split(key, "/")
	at := n.at
	if n.prefix == "tick/" { // tick/<time>/<key>
		if len(segments) < 3 || segments[2] != "inp" && segments[2] != "orph" {
			return key
		}
		at = 4
	}
	if len(segments) <= at || strings.HasPrefix(segments[at], "{") {
		return key
	}
	segments[at] = "{" + segments[at] + "}"
	return strings.Join(segments, "/")
}

// step changes some records from a key on, and returns how many, and where to go on;
// empty: there are no more.
type step func(tx store.Tx, from string, limits store.Limits) (changed int, resume string, err error)

// all takes a step after the other, each in a transaction, until there are no more.
// changed counts the records of all, and is told to progress.
func (do step) all(ctx context.Context, s store.Store, from string, changed *int, progress func(int)) error {
	for from != "" {
		type pass struct {
			changed int
			resume  string
		}
		p, err := store.Update(ctx, s, func(tx store.Tx) (p pass, err error) {
			p.changed, p.resume, err = do(tx, from, s.Limits())
			return p, err
		})
		if err != nil {
			return err
		}
		*changed += p.changed
		progress(*changed)
		from = p.resume
	}
	return nil
}

// markNumbers is the migration from schema 1.
func markNumbers(ctx context.Context, s store.Store, progress func(int)) error {
	changed := 0
	for _, n := range numberedKeys() {
		if err := step(n.mark).all(ctx, s, n.prefix, &changed, progress); err != nil {
			return err
		}
	}
	return s.Update(ctx, moveCounts)
}

// reindex is the migration from schema 2. Most of schema 1 was written before there were
// any to/ and from/, which it makes as well. New keys are put in the order of messages
// and old ones removed in their own, so that either goes from one page to the next.
func reindex(ctx context.Context, s store.Store, progress func(int)) error {
	changed := 0
	if err := step(queue.Reindex).all(ctx, s, "m/", &changed, progress); err != nil {
		return err
	}
	for _, old := range []numbered{{"mr/", 3}, {"unc/", 2}, {"to/", 1}} {
		if err := step(old.remove).all(ctx, s, old.prefix, &changed, progress); err != nil {
			return err
		}
	}
	return nil
}

// remove is the step that removes keys that have a marked number where n says.
func (n numbered) remove(tx store.Tx, from string, limits store.Limits) (changed int, resume string, err error) {
	pairs, err := tx.Scan(from, store.PrefixEnd(n.prefix), limits.Operations/2)
	if err != nil || len(pairs) == 0 {
		return 0, "", err
	}
	for _, p := range pairs {
		segments := strings.Split(p.Key, "/")
		if len(segments) <= n.at || !strings.HasPrefix(segments[n.at], "{") {
			continue
		}
		changed++
		if err := tx.Delete(p.Key); err != nil {
			return 0, "", err
		}
	}
	return changed, pairs[len(pairs)-1].Key + "\x00", nil
}

// moveCounts moves the counts of messages, one of each box.
func moveCounts(tx store.Tx) error {
	const before, after = "cnt/", "every/"
	pairs, err := tx.Scan(before, store.PrefixEnd(before), 0)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		if err := tx.Put(after+strings.TrimPrefix(p.Key, before), append([]byte{}, p.Value...)); err != nil {
			return err
		}
		if err := tx.Delete(p.Key); err != nil {
			return err
		}
	}
	return nil
}

// mark is the step that renames keys so that their number is marked. It keeps to half of what one transaction may change.
func (n numbered) mark(tx store.Tx, from string, limits store.Limits) (changed int, resume string, err error) {
	const page = 1000
	pairs, err := tx.Scan(from, store.PrefixEnd(n.prefix), min(page, limits.Operations/4))
	if err != nil {
		return 0, "", err
	}
	size := 0
	for _, p := range pairs {
		resume = p.Key + "\x00"
		key := n.marked(p.Key)
		if key == p.Key {
			continue
		}
		if size += len(key) + len(p.Value); changed > 0 && size > limits.Bytes/2 {
			return changed, p.Key, nil
		}
		changed++
		// The value belongs to the transaction and goes with the old key.
		if err := tx.Put(key, append([]byte{}, p.Value...)); err != nil {
			return 0, "", err
		}
		if err := tx.Delete(p.Key); err != nil {
			return 0, "", err
		}
	}
	return changed, resume, nil
}
