package queue

import (
	"slices"
	"strings"
	"testing"

	"goniec/event"
	"goniec/number"
	"goniec/pdu"
	"goniec/store"
	"goniec/store/memstore"
)

// findings returns what Verify tells of s.
func findings(t *testing.T, s store.Store) []string {
	t.Helper()
	var all []string
	if err := s.View(t.Context(), func(r store.Reader) error {
		return Verify(r, func(f store.Finding) { all = append(all, store.Space(f.Record)+" "+f.What) }, nil)
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestVerify damages a store that is in order in every way there is a check for, and
// wants each to be told, and nothing else.
func TestVerify(t *testing.T) {
	t.Parallel()
	first := func(t *testing.T, tx store.Tx, space string) store.Pair {
		t.Helper()
		pairs, err := tx.Scan(space, store.PrefixEnd(space), 1)
		if err != nil || len(pairs) == 0 {
			t.Fatalf("nothing in %s: %v", space, err)
		}
		return pairs[0]
	}
	change := func(t *testing.T, tx store.Tx, how func(*Message)) error {
		t.Helper()
		p := first(t, tx, messageSpace)
		m, err := decodeMessage(strings.TrimPrefix(p.Key, messageSpace), p.Value)
		if err != nil {
			t.Fatal(err)
		}
		how(&m)
		return store.PutJSON(tx, p.Key, storedMessage{&m, number.Encode(m.To)})
	}
	for name, c := range map[string]struct {
		damage func(t *testing.T, tx store.Tx) error
		want   []string // beginnings
	}{
		"in order": {func(*testing.T, store.Tx) error { return nil }, nil},
		"a message that cannot be read": {func(t *testing.T, tx store.Tx) error {
			return tx.Put(first(t, tx, messageSpace).Key, []byte("{"))
		}, []string{"m/ it cannot be read", "every/ it counts"}},
		"a key is gone": {func(t *testing.T, tx store.Tx) error {
			return tx.Delete(first(t, tx, dueSpace).Key)
		}, []string{"m/ nothing in due/ leads to it"}},
		"a key leads nowhere": {func(t *testing.T, tx store.Tx) error {
			p := first(t, tx, dueSpace)
			return tx.Put(p.Key[:len(p.Key)-1]+"x", nil)
		}, []string{"due/ a key leads to message"}},
		"a key leads to one that should not be led to": {func(t *testing.T, tx store.Tx) error {
			id := idIn(first(t, tx, dueSpace).Key)
			return tx.Put(flightPrefix("box")+id, nil)
		}, []string{"m/ a key in fly/ leads to it that should not"}},
		"a tick for nothing": {func(t *testing.T, tx store.Tx) error {
			return tx.Put(tickSpace+"000000000000001/"+idemSpace+"his/abc", nil)
		}, []string{"tick/ a key leads to a record in idem/ that does not exist"}},
		"kept for ever": {func(t *testing.T, tx store.Tx) error {
			return tx.Put(idemSpace+"his/abc", []byte("{}"))
		}, []string{"idem/ a record is kept for ever"}},
		"a wrong count": {func(t *testing.T, tx store.Tx) error {
			return tx.Put(countKey("box"), []byte("[7]"))
		}, []string{"every/ it counts"}},
		"delivered in part": {func(t *testing.T, tx store.Tx) error {
			return change(t, tx, func(m *Message) { m.Parts[0].Status = PartDelivered })
		}, []string{"m/ it is queued: delivered means every part", "m/ it is queued: its parts say otherwise"}},
		"parts that are not the text": {func(t *testing.T, tx store.Tx) error {
			return change(t, tx, func(m *Message) { m.Text += "x" })
		}, []string{"m/ it is queued: its parts are not its text"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := memstore.New()
			defer s.Close()
			q, err := New(Config{Store: s, Events: event.New(s, "box")})
			if err != nil {
				t.Fatal(err)
			}
			to := pdu.Address{Number: "48600100200", Type: pdu.TypeInternational, Plan: pdu.PlanISDN}
			if _, _, err := q.Enqueue(t.Context(), Caller{Token: "his"}, []Draft{{To: to, Text: "Wizyta jutro"}}); err != nil {
				t.Fatal(err)
			}
			if err := s.Update(t.Context(), func(tx store.Tx) error { return c.damage(t, tx) }); err != nil {
				t.Fatal(err)
			}
			got := findings(t, s)
			for _, want := range c.want {
				if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, want) }) {
					t.Errorf("told %q, not %q", got, want)
				}
			}
			for _, s := range got {
				if name == "in order" || !slices.ContainsFunc(c.want, func(want string) bool { return strings.HasPrefix(s, want) }) && !strings.Contains(s, "leads to it") {
					t.Errorf("told %q besides", s)
				}
			}
		})
	}
}
