package queue

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/store"
)

// CheckInvariants reports everything in s that cannot be: an index that leads to
// no message or to one it should not, a message that has ended and is due, a
// message that waits and nobody would look at again, counts that are wrong.
func CheckInvariants(t *testing.T, s store.Store) {
	t.Helper()
	var pairs []store.Pair
	err := s.View(t.Context(), func(r store.Reader) error {
		found, err := r.Scan("", "", 0)
		for _, p := range found { // values are not to be used after the transaction
			pairs = append(pairs, store.Pair{Key: p.Key, Value: bytes.Clone(p.Value)})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	counts := make(map[Status]int)
	stored := make(map[Status]int)
	known := make(map[string][]byte)
	ticking := make(map[string]bool)
	for _, p := range pairs {
		known[p.Key] = p.Value
		if rest, found := strings.CutPrefix(p.Key, tickSpace); found {
			_, target, _ := strings.Cut(rest, "/")
			ticking[target] = true
		}
	}
	for _, p := range pairs {
		space, rest, _ := strings.Cut(p.Key, "/")
		switch space + "/" {
		case messageSpace:
			m, err := decodeMessage(rest, p.Value)
			if err != nil {
				t.Errorf("%v", err)
				continue
			}
			counts[m.Status]++
			want = append(want, m.indexes()...)
			checkMessage(t, &m)
		case dueSpace, flightSpace, doneSpace, bareSpace, mrSpace, uncSpace:
			got = append(got, p.Key)
		case tickSpace:
			_, target, _ := strings.Cut(rest, "/")
			if strings.HasPrefix(target, messageSpace) {
				got = append(got, p.Key)
			} else if _, found := known[target]; !found {
				t.Errorf("tick %q leads to nothing", p.Key)
			}
		case groupSpace, idemSpace, seenSpace, orphanSpace:
			if !ticking[p.Key] {
				t.Errorf("record %q is kept for ever", p.Key)
			}
		case countSpace:
			var one []int
			if err := json.Unmarshal(p.Value, &one); err != nil {
				t.Error(err)
			}
			for i, n := range one {
				if stored[Statuses()[i]] += n; stored[Statuses()[i]] == 0 {
					delete(stored, Statuses()[i])
				}
			}
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("index keys of the store (+) are not those of its messages (-):\n%s", diff)
	}
	if !maps.Equal(counts, stored) {
		t.Errorf("counts are %v, there are %v", stored, counts)
	}
}

// checkMessage reports what cannot be within one message.
func checkMessage(t *testing.T, m *Message) {
	t.Helper()
	bad := func(what string) {
		t.Helper()
		t.Errorf("message %s is %s: %s: %+v", m.ID, m.Status, what, m)
	}
	open := 0
	for _, a := range m.Attempts {
		if a.Outcome == AttemptOpen {
			open++
		}
		if a.Part < 0 || a.Part >= len(m.Parts) {
			bad("attempt at a part it has not")
		}
	}
	inFlight, uncertain := m.count(PartInFlight), m.count(PartUncertain)
	if open != inFlight || inFlight > 1 {
		bad("open attempts and parts in flight differ")
	}
	if inFlight+uncertain > 1 && !m.Status.Final() {
		bad("more than one part is in doubt")
	}
	if m.Status.Final() && inFlight > 0 {
		bad("it has ended with a part in flight")
	}
	if !m.Status.Final() && m.Status != StatusSent && m.tick().IsZero() {
		bad("nobody will look at it again")
	}
	if m.claimable() && m.Due.IsZero() {
		bad("a part waits, but has no time")
	}
	if (m.Status.Final() || m.Status == StatusSent) != !m.FinishedAt.IsZero() {
		bad("the time of its end is wrong")
	}
	whole := m.count(PartDelivered) == len(m.Parts)
	if whole != (m.Status == StatusDelivered) {
		bad("delivered means every part")
	}
	if m.Status == StatusSent && m.count(PartSent, PartDelivered) != len(m.Parts) {
		bad("sent means every part")
	}
	end := 0
	for _, p := range m.Parts {
		if p.End <= end {
			bad("parts are cut wrongly")
		}
		end = p.End
		if p.Proved && p.Status != PartInFlight {
			bad("proof without need")
		}
	}
	if !m.TextRemoved && end != len(m.Text) {
		bad("the parts are not the text")
	}
	switch {
	case m.Status == StatusUncertain && uncertain == 0,
		m.Status == StatusQueued && m.count(PartSent, PartDelivered, PartInFlight, PartUncertain) > 0,
		m.Status == StatusScheduled && m.AttemptCount > 0,
		m.Status == StatusHeld && m.Error == nil:
		bad("its parts say otherwise")
	}
}
