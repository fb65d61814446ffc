package queue

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"goniec/store"
)

// Verify reads every record of the queue in one consistent state and calls tell with each
// fault: a damaged record, a message whose parts contradict its status, a message that
// waits without a tick, a missing or wrong index key, wrong counts. checked, unless nil,
// is called now and then with the number of records read so far. The error is that of the
// store.
func Verify(r store.Reader, tell func(store.Finding), checked func(records int)) error {
	v := verifier{r: r, tell: tell, progress: store.Progress{Tell: checked}, counts: map[Status]int{}, ticking: map[string]bool{}}
	for _, step := range []func() error{v.messages, v.indexes, v.ticks, v.kept, v.tallies} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// verifier is one Verify under way.
type verifier struct {
	r        store.Reader
	tell     func(store.Finding)
	progress store.Progress

	counts  map[Status]int  // messages by status
	wanted  int             // index keys that the messages have to have
	ticking map[string]bool // keys of records with a tick, without messages
}

// each calls fn for every pair below prefix.
func (v *verifier) each(prefix string, fn func(p store.Pair) error) error {
	return store.Each(v.r, v.progress.Over(store.Prefix(prefix)), fn)
}

// messages checks every message and looks for its index keys.
func (v *verifier) messages() error {
	return v.each(messageSpace, func(p store.Pair) error {
		id := strings.TrimPrefix(p.Key, messageSpace)
		m, err := decodeMessage(id, p.Value)
		if err != nil {
			v.tell(store.Finding{Record: p.Key, What: "it cannot be read"})
			return nil //nolint:nilerr // it is told
		}
		v.counts[m.Status]++
		for _, what := range m.contradictions() {
			v.tell(store.Finding{Record: p.Key, What: what})
		}
		for _, key := range m.indexes() {
			v.wanted++
			value, err := v.r.Get(key)
			if err != nil {
				return err
			}
			if value == nil {
				v.tell(store.Finding{Record: p.Key, What: "nothing in " + store.Space(key) + " leads to it"})
			}
		}
		return nil
	})
}

// indexSpaces returns the spaces of index keys. Only ticks of messages are index keys,
// hence the asterisk.
func indexSpaces() []string {
	return []string{dueSpace, flightSpace, doneSpace, noTextSpace, mrSpace, uncSpace, toSpace, tickSpace + "*"}
}

// indexes looks for index keys that belong to no message. messages has looked up every
// wanted key, so an equal number of keys means that there is none.
func (v *verifier) indexes() error {
	have := 0
	var keys []string
	for _, space := range indexSpaces() {
		prefix, ofTicks := strings.CutSuffix(space, "*")
		err := v.each(prefix, func(p store.Pair) error {
			if _, target, _ := strings.Cut(strings.TrimPrefix(p.Key, prefix), "/"); ofTicks && !strings.HasPrefix(target, messageSpace) {
				return nil
			}
			have++
			keys = append(keys, p.Key)
			return nil
		})
		if err != nil {
			return err
		}
	}
	if have == v.wanted {
		return nil
	}
	for _, key := range keys {
		if err := v.checkIndex(key); err != nil {
			return err
		}
	}
	return nil
}

// checkIndex tells of an index key that belongs to no message.
func (v *verifier) checkIndex(key string) error {
	id := idIn(key)
	value, err := v.r.Get(messageKey(id))
	if err != nil {
		return err
	}
	if value == nil {
		v.tell(store.Finding{Record: store.Space(key), What: "a key leads to message " + id + ", which does not exist"})
		return nil
	}
	m, err := decodeMessage(id, value)
	if err == nil && !slices.Contains(m.indexes(), key) {
		v.tell(store.Finding{Record: messageKey(id), What: "a key in " + store.Space(key) + " leads to it that should not"})
	}
	return nil
}

// idIn returns the id of the message in an index key; empty if there is none.
func idIn(key string) string {
	last := key[strings.LastIndexByte(key, '/')+1:]
	if space := store.Space(key); space == mrSpace || space == uncSpace { // …/<time><id>/<attempt>
		rest := key[:max(0, strings.LastIndexByte(key, '/'))]
		last = rest[strings.LastIndexByte(rest, '/')+1:]
	}
	return last[max(0, len(last)-store.IDWidth):]
}

// ticks looks for ticks without a record, apart from ticks of messages.
func (v *verifier) ticks() error {
	return v.each(tickSpace, func(p store.Pair) error {
		target := TickTarget(p.Key)
		if strings.HasPrefix(target, messageSpace) {
			return nil
		}
		v.ticking[target] = true
		value, err := v.r.Get(target)
		if err == nil && value == nil {
			v.tell(store.Finding{Record: tickSpace, What: "a key leads to a record in " + store.Space(target) + " that does not exist"})
		}
		return err
	})
}

// kept looks for records that are kept for a limited time and have no tick.
func (v *verifier) kept() error {
	for _, space := range []string{idemSpace, orphanSpace} {
		err := v.each(space, func(p store.Pair) error {
			if !v.ticking[p.Key] {
				v.tell(store.Finding{Record: space, What: "a record is kept for ever"})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tallies compares the stored counts with the number of messages.
func (v *verifier) tallies() error {
	stored := map[Status]int{}
	err := v.each(countSpace, func(p store.Pair) error {
		var one []int
		if err := json.Unmarshal(p.Value, &one); err != nil || len(one) > len(Statuses()) {
			v.tell(store.Finding{Record: countSpace, What: "it cannot be read"})
			return nil //nolint:nilerr // it is told
		}
		for i, n := range one {
			if stored[Statuses()[i]] += n; stored[Statuses()[i]] == 0 {
				delete(stored, Statuses()[i])
			}
		}
		return nil
	})
	if err == nil && !maps.Equal(v.counts, stored) {
		v.tell(store.Finding{Record: countSpace, What: fmt.Sprintf("it counts %v, there are %v", stored, v.counts)})
	}
	return err
}

// contradictions returns the contradictions within m.
func (m *Message) contradictions() []string {
	var bad []string
	check := func(wrong bool, what string) {
		if wrong {
			bad = append(bad, fmt.Sprintf("it is %s: %s", m.Status, what))
		}
	}
	open := 0
	for _, a := range m.Attempts {
		if a.Outcome == AttemptOpen {
			open++
		}
		check(a.Part < 0 || a.Part >= len(m.Parts), "an attempt was made at a part that it has not")
	}
	inFlight, uncertain := m.count(PartInFlight), m.count(PartUncertain)
	ended := m.Status.Final() || m.Status == StatusSent
	check(open != inFlight || inFlight > 1, "open attempts and parts in flight differ")
	check(inFlight+uncertain > 1 && !m.Status.Final(), "more than one part is in doubt")
	check(m.Status.Final() && inFlight > 0, "it has ended with a part in flight")
	check(!ended && m.tick().IsZero(), "nobody will look at it again")
	check(m.claimable() && m.Due.IsZero(), "a part waits, but has no time")
	check(ended == m.FinishedAt.IsZero(), "the time of its end is wrong")
	check((m.count(PartDelivered) == len(m.Parts)) != (m.Status == StatusDelivered), "delivered means every part")
	check(m.Status == StatusSent && m.count(PartSent, PartDelivered) != len(m.Parts), "sent means every part")
	end := 0
	for _, p := range m.Parts {
		check(p.End <= end, "its parts are cut wrongly")
		end = p.End
		check(p.Proved && p.Status != PartInFlight, "there is a proof without need")
	}
	check(!m.TextRemoved && end != len(m.Text), "its parts are not its text")
	check(m.Status == StatusUncertain && uncertain == 0 ||
		m.Status == StatusQueued && m.count(PartSent, PartDelivered, PartInFlight, PartUncertain) > 0 ||
		m.Status == StatusScheduled && m.AttemptCount > 0 ||
		m.Status == StatusHeld && m.Error == nil, "its parts say otherwise")
	return bad
}
