package inbox_test

import (
	"strings"
	"testing"

	"goniec/inbox"
	"goniec/queue"
	"goniec/store"
)

// TestVerify damages a store that is in order in every way there is a check for, and
// wants each to be told, and nothing else.
func TestVerify(t *testing.T) {
	t.Parallel()
	const id = "01a21000-0000-7000-8000-000000000000"
	first := func(t *testing.T, tx store.Tx, space string) string {
		t.Helper()
		pairs, err := tx.Scan(space, store.PrefixEnd(space), 1)
		if err != nil || len(pairs) == 0 {
			t.Fatalf("nothing in %s: %v", space, err)
		}
		return pairs[0].Key
	}
	for name, c := range map[string]struct {
		damage func(t *testing.T, tx store.Tx) error
		want   []string
	}{
		"in order": {func(*testing.T, store.Tx) error { return nil }, nil},
		"a call that cannot be read": {func(_ *testing.T, tx store.Tx) error {
			return tx.Put("call/"+id, []byte("{"))
		}, []string{"call/ it cannot be read"}},
		"a message that cannot be read": {func(_ *testing.T, tx store.Tx) error {
			return tx.Put("in/"+id, []byte("{"))
		}, []string{"in/ it cannot be read"}},
		"a message that its sender does not lead to": {func(t *testing.T, tx store.Tx) error {
			return tx.Delete(first(t, tx, "from/"))
		}, []string{"in/ nothing in from/ leads to it"}},
		"a sender that leads nowhere": {func(t *testing.T, tx store.Tx) error {
			return tx.Delete(first(t, tx, "in/"))
		}, []string{"from/ a key leads to inbound message"}},
		"a PDU remembered for ever": {func(_ *testing.T, tx store.Tx) error {
			return tx.Put("seen/abc", []byte("{}"))
		}, []string{"seen/ a record is kept for ever"}},
		"parts kept for ever": {func(t *testing.T, tx store.Tx) error {
			pairs, err := tx.Scan("tick/", "tick0", 0)
			for _, p := range pairs {
				if strings.HasPrefix(queue.TickTarget(p.Key), "inp/") {
					return tx.Delete(p.Key)
				}
			}
			t.Fatal("no parts wait", err)
			return nil
		}, []string{"inp/ a record is kept for ever"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			b.receive(deliver(t, "TAK"))
			b.receive(deliver(t, "Pierwsza czesc", part(7, 1, 2)))
			if err := b.store.Update(t.Context(), func(tx store.Tx) error { return c.damage(t, tx) }); err != nil {
				t.Fatal(err)
			}
			var got []string
			err := b.store.View(t.Context(), func(r store.Reader) error {
				return inbox.Verify(r, func(f store.Finding) { got = append(got, store.Space(f.Record)+" "+f.What) }, nil)
			})
			if err != nil {
				t.Fatal(err)
			}
			for i, told := range got {
				if i >= len(c.want) || !strings.HasPrefix(told, c.want[i]) {
					t.Errorf("told %q, want %q", got, c.want)
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("told %q, want %q", got, c.want)
			}
		})
	}
}
