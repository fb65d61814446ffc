package suppression_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goniec/event"
	"goniec/pdu"
	"goniec/store"
	"goniec/store/memstore"
	"goniec/suppression"
)

// list is a List on a memory store, with what tests ask it for.
type list struct {
	*suppression.List
	t       *testing.T
	store   store.Store
	events  *event.Log
	patient pdu.Address
}

func newList(t *testing.T) *list {
	t.Helper()
	patient, err := pdu.ParseAddress("+48600100200")
	if err != nil {
		t.Fatal(err)
	}
	s := memstore.New()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	events := event.New(s, "box")
	return &list{List: suppression.New(s, events), t: t, store: s, events: events, patient: patient}
}

// add suppresses a purpose for the patient on behalf of the reception.
func (l *list) add(purpose suppression.Purpose) suppression.Suppression {
	l.t.Helper()
	s, _, err := l.Add(l.t.Context(), suppression.Suppression{Number: l.patient, Purpose: purpose, By: "reception"})
	if err != nil {
		l.t.Fatal(err)
	}
	return s
}

// forbids reports whether the patient must not be written to for a purpose.
func (l *list) forbids(purpose suppression.Purpose) bool {
	l.t.Helper()
	is, err := store.View(l.t.Context(), l.store, func(r store.Reader) (bool, error) {
		return suppression.Forbids(r, l.patient, purpose)
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return is
}

// findings returns what Verify tells.
func (l *list) findings() []string {
	l.t.Helper()
	var all []string
	err := l.store.View(l.t.Context(), func(r store.Reader) error {
		return suppression.Verify(r, func(f store.Finding) { all = append(all, store.Space(f.Record)+" "+f.What) }, nil)
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return all
}

// count returns how many events of a type there were.
func (l *list) count(typ string) int {
	l.t.Helper()
	events, err := l.events.After(l.t.Context(), "", 0)
	if err != nil {
		l.t.Fatal(err)
	}
	n := 0
	for _, e := range events {
		if e.Type == typ {
			n++
		}
	}
	return n
}

func TestSuppressions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newList(t)
		first := l.add(suppression.Marketing)
		if again := l.add(suppression.Marketing); again.ID != first.ID || !again.Since.Equal(first.Since) {
			t.Errorf("noted twice: %+v", again)
		}
		<-time.After(time.Second)
		second := l.add(suppression.All)
		all, next, err := l.Page(t.Context(), suppression.Filter{Number: l.patient}, "", 10)
		if err != nil || next != "" || len(all) != 2 || all[0].ID != second.ID || all[1].By != "reception" {
			t.Errorf("%+v, %q, %v", all, next, err)
		}
		if some, _, _ := l.Page(t.Context(), suppression.Filter{Purpose: suppression.Marketing}, "", 10); len(some) != 1 {
			t.Errorf("%d of one purpose", len(some))
		}
		if found := l.findings(); len(found) > 0 {
			t.Errorf("nothing is damaged, and Verify tells %q", found)
		}
		if err := l.Remove(t.Context(), second.ID, "reception"); err != nil {
			t.Fatal(err)
		}
		if err := l.Remove(t.Context(), second.ID, "reception"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("taken back twice: %v", err)
		}
		if l.forbids("") {
			t.Error("care is forbidden")
		}
		if n := l.count("suppression.added"); n != 2 {
			t.Errorf("%d events of it", n)
		}
		if n := l.count("suppression.removed"); n != 1 {
			t.Errorf("%d events of its end", n)
		}
		_, _, err = l.Add(t.Context(), suppression.Suppression{Number: l.patient, Purpose: "spam"})
		if !errors.Is(err, suppression.ErrPurpose) {
			t.Error(err)
		}
		_, _, err = l.Add(t.Context(), suppression.Suppression{Number: l.patient, Purpose: suppression.Care, Note: strings.Repeat("x", 201)})
		if !errors.Is(err, suppression.ErrNote) {
			t.Error(err)
		}
	})
}

// What a person wrote STOP to comes back with START; what staff has noted stays.
func TestRemoveBySource(t *testing.T) {
	t.Parallel()
	l := newList(t)
	l.add(suppression.Marketing)
	err := l.store.Update(t.Context(), func(tx store.Tx) error {
		_, _, err := l.AddIn(tx, suppression.Suppression{Number: l.patient, Purpose: suppression.Care, Source: suppression.FromSMS})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	removed, err := store.Update(t.Context(), l.store, func(tx store.Tx) (int, error) {
		return l.RemoveIn(tx, l.patient, suppression.FromSMS, "")
	})
	if err != nil || removed != 1 {
		t.Errorf("removed %d, %v", removed, err)
	}
	if l.forbids(suppression.Care) || !l.forbids(suppression.Marketing) {
		t.Error("the wrong one was taken back")
	}
}

// Verify tells of each record that is damaged or that its number does not lead to.
func TestVerify(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		damage func(tx store.Tx, id string) error
		want   string
	}{
		"unreadable": {func(tx store.Tx, id string) error { return tx.Put("stop/"+id, []byte("{")) }, "stop/ it cannot be read"},
		"not found by its number": {func(tx store.Tx, _ string) error {
			pairs, err := tx.Scan("sup/", "sup0", 0)
			if err != nil || len(pairs) != 1 {
				return errors.Join(err, errors.New("one key was expected"))
			}
			return tx.Delete(pairs[0].Key)
		}, "stop/ its number does not lead to it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newList(t)
			s := l.add(suppression.Care)
			if err := l.store.Update(t.Context(), func(tx store.Tx) error { return c.damage(tx, s.ID) }); err != nil {
				t.Fatal(err)
			}
			if found := l.findings(); len(found) != 1 || found[0] != c.want {
				t.Errorf("Verify tells %q, want %q", found, c.want)
			}
		})
	}
}
