package reply

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"goniec/inbox"
	"goniec/queue"
	"goniec/reply/reader"
	"goniec/store"
)

// Word is a word that no table of the reader has, with the decisions about replies to
// questions of yes or no that hold it.
type Word struct {
	Word     string // as the reader folds it
	Language string // of the questions
	Yes, No  int    // decisions
	Decides  int    // decisions where the reply says nothing else than the word and courtesy
	Beside   int    // decisions where the reply without the word reads as was decided
}

// wordsLimit is how many words Words returns.
const wordsLimit = 500

// Words counts the words that kept persons from being read without a colleague: those of no
// table in the replies that persons have decided, the most frequent first. Words are not
// stored; Words reads the decided texts again, with the words of the configuration, so a
// word that is learned is counted no more, and so is one whose text is removed.
func (r *Replies) Words(ctx context.Context) ([]Word, error) {
	var decided []string // ids of texts
	in := store.Prefix(heardSpace)
	in.Where = func(p store.Pair) bool { return bytes.Contains(p.Value, []byte(`"dec":`)) }
	err := store.Read(ctx, r.store, in, func(p store.Pair) error {
		decided = append(decided, strings.TrimPrefix(p.Key, heardSpace))
		return nil
	})
	counts := map[[2]string]*Word{}
	for _, id := range decided {
		if err == nil {
			err = r.store.View(ctx, func(rd store.Reader) error { return r.countWords(rd, id, counts) })
		}
	}
	store.Wrap(&err, "count the words of decided replies")
	if err != nil {
		return nil, err
	}
	words := make([]Word, 0, len(counts))
	for _, w := range counts {
		words = append(words, *w)
	}
	slices.SortFunc(words, func(a, b Word) int {
		return cmp.Or(cmp.Compare(b.Yes+b.No, a.Yes+a.No), cmp.Compare(a.Word, b.Word), cmp.Compare(a.Language, b.Language))
	})
	return words[:min(len(words), wordsLimit)], nil
}

// countWords counts the unknown words of one decided text.
func (r *Replies) countWords(rd store.Reader, id string, counts map[[2]string]*Word) error {
	in, kept, err := store.Readable(inbox.ReadMessage(rd, id))
	if err != nil || !kept || in.Text == "" {
		return err
	}
	value, err := rd.Get(heardKey(id))
	if err != nil {
		return err
	}
	var h Heard
	readable := json.Unmarshal(value, &h) == nil
	if !readable || len(h.Decisions) == 0 || slices.ContainsFunc(h.Decisions, func(d Decision) bool { return d.Value != h.Decisions[0].Value }) {
		return nil // damaged, or a yes and a no: nobody knows which words mean which
	}
	d := h.Decisions[0]
	q, kept, err := store.Readable(ReadQuestion(rd, d.MessageID))
	if err != nil || !kept || q.Kind != reader.YesNo {
		return err
	}
	m, _, err := store.Readable(queue.ReadMessage(rd, q.ID))
	if err != nil {
		return err
	}
	words, rest := r.config.Reader.Unknown(in.Text, q.ForReader(m.Text))
	for _, word := range words {
		key := [2]string{q.Language, word}
		if counts[key] == nil {
			counts[key] = &Word{Word: word, Language: q.Language}
		}
		w := counts[key]
		if d.Value == reader.Yes {
			w.Yes++
		} else {
			w.No++
		}
		switch {
		case rest.Value == d.Value:
			w.Beside++
		case rest.Silent() && len(words) == 1:
			w.Decides++
		}
	}
	return nil
}
