package reply

import (
	"strings"

	"goniec/store"
)

// Verify reads every record of this package in one consistent state and reports what is
// wrong, as queue.Verify does: a record that cannot be read, an open question without a
// key for Tend, a conversation that its number or the list does not lead to.
func Verify(r store.Reader, tell func(store.Finding), checked func(records int)) error {
	progress := store.Progress{Tell: checked}
	for _, space := range []struct {
		prefix string
		look   func(r store.Reader, p store.Pair) (what string, err error)
	}{
		{askSpace, checkQuestion}, {askTickSpace, checkTick}, {askedSpace, checkTick}, {talkSpace, checkConversation}, {talkAtSpace, checkPlace},
		{heardSpace, checkHeard},
	} {
		err := store.Each(r, progress.Over(store.Prefix(space.prefix)), func(p store.Pair) error {
			what, err := space.look(r, p)
			if err == nil && what != "" {
				tell(store.Finding{Record: recordName(p.Key), What: what})
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// recordName names a record without the number that may be in its key.
func recordName(key string) string {
	if space := store.Space(key); space != askedSpace {
		return key
	}
	return askedSpace + store.LastSegment(key)
}

const unreadableRecord = "it cannot be read"

func checkQuestion(r store.Reader, p store.Pair) (string, error) {
	q, ok, err := store.Readable(ReadQuestion(r, strings.TrimPrefix(p.Key, askSpace)))
	if !ok {
		return unreadableRecord, err
	}
	tick, err := r.Get(askTickKey(q.tick(), q.ID))
	switch {
	case err != nil:
		return "", err
	case tick == nil && q.Status == Open:
		return "it is open and nobody will end it", nil
	case q.Status == Answered && !q.Answer.clear() && len(q.Items) == 0:
		return "it is answered, without an answer", nil
	}
	return "", nil
}

func checkTick(r store.Reader, p store.Pair) (string, error) {
	_, ok, err := store.Readable(ReadQuestion(r, store.LastSegment(p.Key)))
	if !ok {
		return "it leads to no question", err
	}
	return "", nil
}

func checkConversation(r store.Reader, p store.Pair) (string, error) {
	t, ok, err := store.Readable(decodeConversation(strings.TrimPrefix(p.Key, talkSpace), p.Value))
	if !ok {
		return unreadableRecord, err
	}
	id, err := r.Get(talkOfKey(t.Number))
	if err != nil || string(id) != t.ID {
		return "its number does not lead to it", err
	}
	place, err := r.Get(talkAtKey(t.At, t.ID))
	if err != nil || place == nil {
		return "the list does not lead to it", err
	}
	return "", nil
}

func checkPlace(r store.Reader, p store.Pair) (string, error) {
	place := strings.TrimPrefix(p.Key, talkAtSpace)
	t, ok, err := store.Readable(readConversation(r, place[min(len(place), store.TimeWidth):]))
	if !ok {
		return "it leads to no conversation", err
	}
	if talkAtKey(t.At, t.ID) != p.Key {
		return "it is not the place of its conversation", nil
	}
	return "", nil
}

func checkHeard(r store.Reader, p store.Pair) (string, error) {
	if _, err := ReadHeard(r, strings.TrimPrefix(p.Key, heardSpace)); err != nil {
		return unreadableRecord, nil //nolint:nilerr // the finding reports the error
	}
	return "", nil
}
