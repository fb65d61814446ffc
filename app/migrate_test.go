package app

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"goniec/app/migrate"
	"goniec/event"
	"goniec/inbox"
	"goniec/number"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/memstore"
)

// fixtureDay is when the fixtures were written.
var fixtureDay = time.Date(2026, 11, 25, 13, 0, 0, 0, time.UTC)

// fixtureSIM is the card in the modem of the fixtures.
const fixtureSIM = "260991000000001"

// unpack writes a file of testdata to a directory of data.
func unpack(t *testing.T, fixture string) (dir string) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", fixture))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.WriteFile(DataPath(dir), data, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestOldData opens data of each schema as a start does, and has reports matched, a
// message completed and numbers found in it.
func TestOldData(t *testing.T) {
	t.Parallel()
	for number := 1; number <= migrate.Schema; number++ {
		t.Run(fmt.Sprintf("schema %d", number), func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			dir := unpack(t, fmt.Sprintf("schema-%d.db.gz", number))
			s, _, err := openStore(t.Context(), dir, nil, boltstore.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if told := strings.Contains(log.String(), "new schema"); told != (number < migrate.Schema) {
				t.Errorf("the log says %q", log.String())
			}
			checkOldData(t, s)
		})
	}
}

// checkOldData uses the data of a fixture.
func checkOldData(t *testing.T, s store.Store) {
	t.Helper()
	checkInvariants(t, s)
	for _, n := range []struct {
		prefix string
		at     int // the segment that holds a number, in the present schema
	}{
		{"mr/", 4}, {"unc/", 3}, {"orph/", 2}, {"ref/", 1}, {"inp/", 2}, {"callday/", 1}, {"who/", 1}, {"tick/", 4}, {"to/", 2},
		{"from/", 1}, {"sup/", 1}, {"asked/", 1}, {"which/", 1}, {"guard/of/", 2}, {"talkof/", 1},
	} {
		for _, key := range below(t, s, n.prefix) {
			_, target, _ := strings.Cut(strings.TrimPrefix(key, "tick/"), "/")
			if n.prefix == "tick/" && !strings.HasPrefix(target, "inp/") && !strings.HasPrefix(target, "orph/") {
				continue // a tick without a number
			}
			if segments := strings.Split(key, "/"); len(segments) <= n.at || !strings.HasPrefix(segments[n.at], "{") {
				t.Errorf("the number is not marked in a key of %s", n.prefix)
			}
		}
	}
	q, err := queue.New(queue.Config{Store: s, Events: event.New(s, formerBox), Box: formerBox})
	if err != nil {
		t.Fatal(err)
	}
	// Service centres write numbers as they like: the last digits count.
	national := pdu.Address{Number: "600199901", Type: pdu.TypeNational, Plan: pdu.PlanISDN}
	w := queue.Worker{Modem: "sim-a", SIM: fixtureSIM}
	for _, r := range []struct {
		reference string // of the message
		mr        byte
	}{{"sent", 84}, {"uncertain", 200}} {
		m := byReference(t, q, r.reference)
		at := m.Attempts[0].At
		if m.Attempts[0].MR >= 0 {
			r.mr = byte(m.Attempts[0].MR)
		}
		report := pdu.StatusReport{MR: r.mr, RA: national, SCTS: at.Add(time.Second), Discharge: at.Add(time.Minute)}
		if err := q.Report(t.Context(), w, report, at.Add(2*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if m := byReference(t, q, r.reference); m.Status != queue.StatusDelivered {
			t.Errorf("message %q is %s after its report", r.reference, m.Status)
		}
	}
	// They were stored without an origin.
	items, _, err := q.Messages(t.Context(), queue.Filter{Origin: queue.OriginAPI, Reference: "sent"}, "", 10)
	if err != nil || len(items) != 1 || items[0].Origin != queue.OriginAPI {
		t.Errorf("%d messages of the origin api, %v", len(items), err)
	}
	completeHalf(t, s, q, w)
	known := false
	for _, key := range below(t, s, "who/") {
		known = known || key == "who/"+number.Segment(address(t, "+48600100201"))
	}
	if !known {
		t.Error("nothing is known any more of a number that was written to")
	}
	checkInvariants(t, s)
}

// completeHalf has the missing parts of the half text come.
func completeHalf(t *testing.T, s store.Store, q *queue.Queue, w queue.Worker) {
	t.Helper()
	in, err := inbox.New(inbox.Config{Store: s, Events: event.New(s, formerBox), Queue: q})
	if err != nil {
		t.Fatal(err)
	}
	keys := below(t, s, "inp/")
	if len(keys) != 1 {
		t.Fatalf("%d messages of which parts are missing", len(keys))
	}
	segments := strings.Split(keys[0], "/") // inp/<sim>/<sender>/8-<ref>/<total>/<id>
	var reference uint16
	var total int
	if _, err := fmt.Sscanf(segments[3]+"/"+segments[4], "8-%d/%d", &reference, &total); err != nil {
		t.Fatal(err)
	}
	id := segments[5]
	at := store.IDTime(id).UTC()
	for number := 2; number <= total; number++ {
		ud, err := pdu.TextUserData(" i reszta.", pdu.GSM7, &pdu.Concatenation{Reference: reference, Number: number, Total: total})
		if err != nil {
			t.Fatal(err)
		}
		tpdu, err := pdu.Deliver{OA: address(t, "+48600100231"), SCTS: at.Add(time.Minute), UD: ud}.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if err := in.Receive(t.Context(), w, inbox.Decode(append([]byte{0}, tpdu...), at.Add(time.Minute))); err != nil {
			t.Fatal(err)
		}
	}
	m, err := in.Message(t.Context(), id)
	if err != nil || !m.Complete || !strings.HasSuffix(m.Text, " i reszta.") || m.From != address(t, "+48600100231") {
		t.Errorf("the message of %d parts: complete %v, %v", total, m.Complete, err)
	}
}

// TestMigrationInterrupted has a migration fail after every transaction and begin
// again, as after a crash.
func TestMigrationInterrupted(t *testing.T) {
	t.Parallel()
	for number := 1; number < migrate.Schema; number++ {
		t.Run(fmt.Sprintf("schema %d", number), func(t *testing.T) {
			t.Parallel()
			interruptMigration(t, number)
		})
	}
}

// interruptMigration does so with the fixture of a schema.
func interruptMigration(t *testing.T, number int) {
	t.Helper()
	old, err := boltstore.Open(DataPath(unpack(t, fmt.Sprintf("schema-%d.db.gz", number))), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	mem := memstore.New()
	for _, p := range everything(t, old) {
		if err := mem.Update(t.Context(), func(tx store.Tx) error { return tx.Put(p.Key, p.Value) }); err != nil {
			t.Fatal(err)
		}
	}
	lives := 0
	for ; ; lives++ {
		if lives > 1000 {
			t.Fatal("it never ends")
		}
		dying := &dyingStore{Store: mem, left: lives, limits: store.Limits{Operations: 8, Bytes: 4000}}
		err := migrate.Run(t.Context(), dying, slog.New(slog.DiscardHandler))
		if err == nil {
			break
		}
		if !errors.Is(err, errDead) {
			t.Fatal(err)
		}
		if err := mem.View(t.Context(), func(r store.Reader) error {
			found, err := r.Get("meta/version")
			if lives > 0 && string(found) != strconv.Itoa(migrate.Schema) {
				t.Errorf("in the middle the data says schema %q, which older versions take", found)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if lives < 3 {
		t.Errorf("only %d interruptions", lives)
	}
	checkOldData(t, mem)
}

// dyingStore fails after left transactions, and takes only small ones.
type dyingStore struct {
	store.Store
	left   int
	limits store.Limits
}

var errDead = errors.New("power cut")

func (s *dyingStore) Limits() store.Limits { return s.limits }

func (s *dyingStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	if s.left--; s.left < 0 {
		return errDead
	}
	return s.Store.Update(ctx, fn)
}

func checkInvariants(t *testing.T, s store.Store) {
	t.Helper()
	err := s.View(t.Context(), func(r store.Reader) error {
		return verifyAll(r, func(f store.Finding) { t.Errorf("%s: %s", f.Record, f.What) }, func(int) {})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func byReference(t *testing.T, q *queue.Queue, reference string) queue.Message {
	t.Helper()
	items, _, err := q.Messages(t.Context(), queue.Filter{Reference: reference}, "", 10)
	if err != nil || len(items) != 1 {
		t.Fatalf("%d messages with reference %q, %v", len(items), reference, err)
	}
	return items[0]
}

func address(t *testing.T, number string) pdu.Address {
	t.Helper()
	a, err := pdu.ParseAddress(number)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// everything returns copies of all records.
func everything(t *testing.T, s store.Store) []store.Pair {
	t.Helper()
	pairs, err := store.View(t.Context(), s, func(r store.Reader) ([]store.Pair, error) {
		pairs, err := r.Scan("", "", 0)
		for i := range pairs {
			pairs[i].Value = bytes.Clone(pairs[i].Value)
		}
		return pairs, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pairs
}

// below returns the keys with a prefix.
func below(t *testing.T, s store.Store, prefix string) []string {
	t.Helper()
	var keys []string
	for _, p := range everything(t, s) {
		if strings.HasPrefix(p.Key, prefix) {
			keys = append(keys, p.Key)
		}
	}
	return keys
}

// TestOldBackup restores a backup of each schema.
func TestOldBackup(t *testing.T) {
	t.Parallel()
	for number := 1; number <= migrate.Schema; number++ {
		dir := filepath.Join(t.TempDir(), "data")
		from := DataPath(unpack(t, fmt.Sprintf("schema-%d.db.gz", number)))
		done, err := Restore(t.Context(), Restoration{Dir: dir, Path: from, Resume: true})
		if err != nil || len(done.Findings) > 0 || done.Records < 20 {
			t.Fatalf("schema %d: %+v, %v", number, done, err)
		}
		s, err := OpenStore(t.Context(), dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkOldData(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
