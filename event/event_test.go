package event_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/event"
	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/memstore"
)

// happened is the fact of these tests.
type happened struct {
	Type string `json:"-"`
	ID   string `json:"id,omitempty"`
	Part int    `json:"part,omitempty"`
}

func (f happened) EventType() string { return f.Type }
func (f happened) About() []string   { return []string{f.ID} }

// add appends events of these types in one transaction.
func add(t *testing.T, s store.Store, l *event.Log, types ...string) {
	t.Helper()
	err := s.Update(t.Context(), func(tx store.Tx) error {
		for _, typ := range types {
			if err := l.Append(tx, "", happened{Type: typ, ID: typ + "-id"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// name returns box and number of an event, which its id begins with.
func name(e event.Event) string { return fmt.Sprintf("%s-%d", e.Box, e.Seq) }

// after returns the events behind id as "box-number type".
func after(t *testing.T, l *event.Log, id string, limit int) []string {
	t.Helper()
	events, err := l.After(t.Context(), id, limit)
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{}
	for _, e := range events {
		lines = append(lines, name(e)+" "+e.Type)
	}
	return lines
}

func TestAppendAndAfter(t *testing.T) {
	t.Parallel()
	s := memstore.New(memstore.WithLimits(128, 1<<20))
	l := event.New(s, "box-a")
	if id, err := l.Last(t.Context()); err != nil || id != "" {
		t.Errorf("Last of an empty log = %q, %v", id, err)
	}
	for i := range 12 {
		add(t, s, l, fmt.Sprintf("t%d", i+1))
	}
	all, err := l.After(t.Context(), "", 0)
	if err != nil || len(all) != 12 {
		t.Fatalf("%d events, %v", len(all), err)
	}
	for _, c := range []struct {
		name, id string
		limit    int
		want     []string
	}{
		{"from the oldest", "", 2, []string{"box-a-1 t1", "box-a-2 t2"}},
		{"behind one", "box-a-9", 0, []string{"box-a-10 t10", "box-a-11 t11", "box-a-12 t12"}},
		{"behind one with limit", "box-a-9", 1, []string{"box-a-10 t10"}},
		{"behind the newest", "box-a-12", 5, []string{}},
		{"behind one by the id of today", all[9].ID(), 0, []string{"box-a-11 t11", "box-a-12 t12"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, after(t, l, c.id, c.limit)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if id, err := l.Last(t.Context()); err != nil || id != all[11].ID() || !strings.HasPrefix(id, "box-a-12_") {
		t.Errorf("Last = %q, %v, want %s", id, err, all[11].ID())
	}
}

func TestEventFields(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New(memstore.WithLimits(128, 1<<20))
		l := event.New(s, "a")
		err := s.Update(t.Context(), func(tx store.Tx) error {
			if err := l.Append(tx, "token his", happened{Type: "message.sent", ID: "m1", Part: 2}); err != nil {
				return err
			}
			return l.Append(tx, "", happened{Type: "modem.state"})
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := l.After(t.Context(), "", 0)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now().UTC()
		want := []event.Event{
			{Box: "a", Seq: 1, Type: "message.sent", At: now, Actor: "token his", Data: json.RawMessage(`{"id":"m1","part":2}`)},
			{Box: "a", Seq: 2, Type: "modem.state", At: now, Data: json.RawMessage(`{}`)},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestUnknownIDs(t *testing.T) {
	t.Parallel()
	s := memstore.New(memstore.WithLimits(128, 1<<20))
	l := event.New(s, "a")
	add(t, s, l, "x")
	for _, id := range []string{"a", "a-", "-1", "a-0", "a-01", "a-+1", "a-x", "a-2", "b-1", "a/b-1", "a-99999999999999999999", "a-18446744073709551615", "a-1_", "a-1_0", "a-1_A", "a-2_0"} {
		if events, err := l.After(t.Context(), id, 0); !errors.Is(err, event.ErrUnknownID) {
			t.Errorf("After(%q) = %v, %v, want ErrUnknownID", id, events, err)
		}
	}
}

func TestAppendRefuses(t *testing.T) {
	t.Parallel()
	s := memstore.New(memstore.WithLimits(128, 1<<20))
	for name, attempt := range map[string]func(store.Tx) error{
		"box without a name": func(tx store.Tx) error { return event.New(s, "").Append(tx, "", happened{Type: "x"}) },
		"box with a slash":   func(tx store.Tx) error { return event.New(s, "a/b").Append(tx, "", happened{Type: "x"}) },
		"data that is no JSON": func(tx store.Tx) error {
			return event.New(s, "a").Append(tx, "", unencodable{})
		},
	} {
		if err := s.Update(t.Context(), attempt); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// unencodable is a fact that has no JSON form.
type unencodable struct{ F func() }

func (unencodable) EventType() string { return "x" }
func (unencodable) About() []string   { return nil }

func TestRolledBackWithItsCause(t *testing.T) {
	t.Parallel()
	s := memstore.New(memstore.WithLimits(128, 1<<20))
	l := event.New(s, "a")
	add(t, s, l, "kept")
	errCause := errors.New("no")
	err := s.Update(t.Context(), func(tx store.Tx) error {
		return errors.Join(l.Append(tx, "", happened{Type: "lost"}), errCause)
	})
	if !errors.Is(err, errCause) {
		t.Fatal(err)
	}
	add(t, s, l, "next")
	if diff := cmp.Diff([]string{"a-1 kept", "a-2 next"}, after(t, l, "", 0)); diff != "" {
		t.Error(diff)
	}
}

// TestWake: an event of any box wakes, and the end of the context ends it.
func TestWake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New(memstore.WithLimits(128, 1<<20))
		ctx, cancel := context.WithCancel(t.Context())
		wake := event.New(s, "a").Wake(ctx)
		woken := func() bool {
			synctest.Wait()
			select {
			case <-wake:
				return true
			default:
				return false
			}
		}
		for _, box := range []string{"a", "b"} {
			add(t, s, event.New(s, box), "x", "x")
			if !woken() {
				t.Errorf("an event of box %s has not woken", box)
			}
			if woken() {
				t.Errorf("events of box %s that are known wake again", box)
			}
		}
		cancel()
		synctest.Wait()
		add(t, s, event.New(s, "a"), "x")
		if woken() {
			t.Error("woken after the end of the context")
		}
	})
}

// Events stamped while a clock was ahead do not keep those behind them for ever.
func TestPruneBehindEventsOfTheFuture(t *testing.T) {
	t.Parallel()
	s := memstore.New(memstore.WithLimits(128, 1<<20))
	l := event.New(s, "a")
	const future, old = 600, 1000
	for range future {
		add(t, s, l, "x") // now, which is far ahead of the bubble's clock
	}
	synctest.Test(t, func(t *testing.T) {
		for range old {
			add(t, s, l, "x")
		}
		timer := time.NewTimer(365 * 24 * time.Hour)
		<-timer.C
		if n, err := l.Prune(t.Context(), time.Now().Add(-24*time.Hour)); err != nil || n != old {
			t.Errorf("Prune = %d, %v, want %d", n, err, old)
		}
	})
}

func TestPrune(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New(memstore.WithLimits(128, 1<<20))
		a, b := event.New(s, "a"), event.New(s, "b")
		const old = 1203 // more than two transactions
		for i := range old {
			add(t, s, a, fmt.Sprint("old", i))
		}
		add(t, s, b, "old")
		<-time.After(time.Hour) // virtual
		keep := time.Now()
		add(t, s, a, "young")
		if n, err := a.Prune(t.Context(), keep); err != nil || n != old+1 {
			t.Errorf("Prune = %d, %v, want %d", n, err, old+1)
		}
		if diff := cmp.Diff([]string{"a-1204 young"}, after(t, a, "", 0)); diff != "" {
			t.Error(diff)
		}
		if n, err := a.Prune(t.Context(), keep); err != nil || n != 0 {
			t.Errorf("second Prune = %d, %v, want 0", n, err)
		}
		// Numbers go on where they were, also when nothing is left.
		if _, err := a.Prune(t.Context(), keep.Add(time.Minute)); err != nil {
			t.Error(err)
		}
		add(t, s, a, "next")
		add(t, s, b, "next")
		if diff := cmp.Diff([]string{"a-1205 next"}, after(t, a, "a-7", 0)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"b-2 next"}, after(t, b, "", 0)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestNumbersSurviveReopening(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "goniec.db")
	for want := uint64(1); want <= 3; want++ {
		s, err := boltstore.Open(path, boltstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		l := event.New(s, "a")
		add(t, s, l, "start")
		id, err := l.Last(context.WithoutCancel(t.Context()))
		if err != nil || !strings.HasPrefix(id, fmt.Sprintf("a-%d_", want)) {
			t.Errorf("Last = %q, %v, want a-%d", id, err, want)
		}
		if _, err := l.Prune(t.Context(), time.Now().Add(time.Hour)); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestIDsAcrossACopy lets an older copy of the data go on, as a restored backup does: its
// events have other ids, and no id of the lost ones leads into the middle of them.
func TestIDsAcrossACopy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	older, newer := filepath.Join(dir, "older.db"), filepath.Join(dir, "newer.db")
	use := func(path string, then func(*event.Log)) {
		t.Helper()
		s, err := boltstore.Open(path, boltstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		l := event.New(s, "a")
		add(t, s, l, "x", "x", "x")
		then(l)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var kept, lost []event.Event
	read := func(into *[]event.Event) func(*event.Log) {
		return func(l *event.Log) {
			var err error
			if *into, err = l.After(t.Context(), "", 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	use(newer, read(&kept))
	if err := boltstore.Copy(newer, older); err != nil {
		t.Fatal(err)
	}
	use(newer, read(&lost))
	use(older, func(l *event.Log) {
		var now []event.Event
		read(&now)(l)
		for i := range now {
			if same := now[i].ID() == lost[i].ID(); name(now[i]) != name(lost[i]) || same != (i < len(kept)) {
				t.Errorf("event %d has the id %s and had %s", i, now[i].ID(), lost[i].ID())
			}
		}
		for i, e := range lost {
			got, err := l.After(t.Context(), e.ID(), 0)
			if i < len(kept) && (err != nil || len(got) != len(now)-i-1) {
				t.Errorf("behind %s are %d events, %v", e.ID(), len(got), err)
			}
			if i >= len(kept) && !errors.Is(err, event.ErrUnknownID) {
				t.Errorf("behind %s, which is lost: %v, %v", e.ID(), got, err)
			}
		}
		// What is pruned cannot be compared, and nothing in front of it is kept.
		if _, err := l.Prune(t.Context(), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		last, err := l.Last(t.Context())
		if got, afterErr := l.After(t.Context(), last, 0); err != nil || afterErr != nil || len(got) != 0 {
			t.Errorf("behind %q, which is pruned: %v, %v, %v", last, got, err, afterErr)
		}
	})
}
