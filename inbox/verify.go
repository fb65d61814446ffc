package inbox

import (
	"encoding/json"
	"strings"

	"goniec/number"
	"goniec/queue"
	"goniec/store"
)

// Verify reads every record of the inbox in one consistent state and calls tell with each
// fault: a damaged record, a message without its index key or an index key without its
// message, a record that is kept for a limited time and has no tick. checked, unless nil,
// is called now and then with the number of records read so far. The error is that of the
// store.
func Verify(r store.Reader, tell func(store.Finding), checked func(records int)) error {
	v := verifier{r: r, tell: tell, progress: store.Progress{Tell: checked}}
	for _, step := range []func() error{v.messages, v.calls, v.kept} {
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
}

// each calls fn for every pair below prefix.
func (v *verifier) each(prefix string, fn func(p store.Pair) error) error {
	return store.Each(v.r, v.progress.Over(store.Prefix(prefix)), fn)
}

// kept looks for records that are kept for a limited time and have no tick.
func (v *verifier) kept() error {
	for space, tick := range map[string]func(p store.Pair) (string, error){
		groupSpace: func(p store.Pair) (string, error) {
			var g group
			err := json.Unmarshal(p.Value, &g)
			return g.tickKey(p.Key), err
		},
		seenSpace: func(p store.Pair) (string, error) {
			at, err := store.ParseTime(string(p.Value))
			return queue.TickKey(at.Add(seenKept), p.Key), err
		},
	} {
		err := v.each(space, func(p store.Pair) error {
			var value []byte
			key, err := tick(p)
			if err == nil && key != "" {
				if value, err = v.r.Get(key); err != nil {
					return err
				}
			}
			if value == nil {
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

// messages checks every message and the index by sender.
func (v *verifier) messages() error {
	err := v.each(messageSpace, func(p store.Pair) error {
		id := strings.TrimPrefix(p.Key, messageSpace)
		in, err := decode(id, p.Value)
		if err != nil {
			v.tell(store.Finding{Record: p.Key, What: "it cannot be read"})
			return nil //nolint:nilerr // it is told
		}
		value, err := v.r.Get(fromPrefix(number.Segment(in.From)) + id)
		if err == nil && value == nil {
			v.tell(store.Finding{Record: p.Key, What: "nothing in " + fromSpace + " leads to it"})
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.each(fromSpace, func(p store.Pair) error {
		id := store.LastSegment(p.Key)
		value, err := v.r.Get(messageKey(id))
		if err == nil && value == nil {
			v.tell(store.Finding{Record: fromSpace, What: "a key leads to inbound message " + id + ", which does not exist"})
		}
		return err
	})
}

// calls checks every call.
func (v *verifier) calls() error {
	return v.each(callSpace, func(p store.Pair) error {
		if _, err := decodeCall(strings.TrimPrefix(p.Key, callSpace), p.Value); err != nil {
			v.tell(store.Finding{Record: p.Key, What: "it cannot be read"})
		}
		return nil
	})
}
