package reply

import (
	"context"
	"fmt"
	"slices"

	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// forgetTogether is how many texts are looked at between two transactions of Forget.
const forgetTogether = 100

// Forget removes everything that this package keeps of a number, and returns how many
// questions, readings, conversations and notes there were. It has to run before the
// messages of the number go: they lead to what was made of them. It works in small
// transactions; what it was cut off at, the next call finds.
func (r *Replies) Forget(ctx context.Context, number pdu.Address) (removed map[string]int, err error) {
	removed = map[string]int{}
	count := func(more map[string]int) {
		for what, n := range more {
			removed[what] += n
		}
	}
	for before := ""; ; {
		items, next, err := r.queue.Exchange(ctx, number, before, forgetTogether)
		if err != nil {
			return removed, fmt.Errorf("forget answers: %w", err)
		}
		more, err := store.Update(ctx, r.store, func(tx store.Tx) (map[string]int, error) {
			more := map[string]int{}
			for _, item := range items {
				what, key, forget := "questions", askKey(item.ID()), forgetQuestion
				if item.In != nil {
					what, key, forget = "readings", heardKey(item.ID()), func(tx store.Tx, id string) error { return tx.Delete(heardKey(id)) }
				}
				value, err := tx.Get(key)
				if err != nil {
					return nil, err
				}
				if value == nil {
					continue
				}
				if err := forget(tx, item.ID()); err != nil {
					return nil, err
				}
				more[what]++
			}
			return more, nil
		})
		if err != nil {
			return removed, fmt.Errorf("forget answers: %w", err)
		}
		count(more)
		if before = next; next == "" {
			break
		}
	}
	for _, form := range r.config.Numbering.Forms(number) {
		more, err := store.Update(ctx, r.store, func(tx store.Tx) (map[string]int, error) { return forgetNumber(tx, form) })
		if err != nil {
			return removed, fmt.Errorf("forget a number: %w", err)
		}
		count(more)
	}
	more, err := r.unname(ctx, r.config.Numbering.Person(number))
	if err != nil {
		return removed, fmt.Errorf("forget a number: %w", err)
	}
	count(more)
	return removed, nil
}

// ForgetText removes what is kept of a message, sent or received, within the transaction
// that removes it: the question that it asks, or what was made of it. It is for those
// that Forget does not find, since they came meanwhile or were never tried.
func ForgetText(tx store.Tx, id string) error {
	if err := forgetQuestion(tx, id); err != nil {
		return err
	}
	return tx.Delete(heardKey(id))
}

// unname looks through all questions: those that have ended are found by no number any
// more, and still name it.
func (r *Replies) unname(ctx context.Context, p queue.Person) (map[string]int, error) {
	removed := map[string]int{}
	for from := askSpace; from != ""; {
		type page struct {
			ids  []string
			next string
		}
		found, err := store.View(ctx, r.store, func(rd store.Reader) (page, error) {
			pairs, err := rd.Scan(from, store.PrefixEnd(askSpace), forgetTogether)
			if err != nil {
				return page{}, err
			}
			var found page
			for _, pair := range pairs {
				if p.May(pair.Value) {
					found.ids = append(found.ids, pair.Key[len(askSpace):])
				}
			}
			if len(pairs) == forgetTogether {
				found.next = pairs[len(pairs)-1].Key + "\x00"
			}
			return found, nil
		})
		if err != nil {
			return removed, err
		}
		for _, id := range found.ids {
			what, err := store.Update(ctx, r.store, func(tx store.Tx) (string, error) { return unnameIn(tx, p, id) })
			if err != nil {
				return removed, err
			}
			if what != "" {
				removed[what]++
			}
		}
		from = found.next
	}
	return removed, nil
}

// unnameIn removes a question that asked the number, or takes the number out of one that
// asked somebody else, and says which; empty: neither.
func unnameIn(tx store.Tx, p queue.Person, id string) (string, error) {
	q, err := ReadQuestion(tx, id)
	if unreadable(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if p.Is(q.To) {
		return "questions", forgetQuestion(tx, id)
	}
	others := slices.DeleteFunc(slices.Clone(q.Also), p.Is)
	if len(others) == len(q.Also) {
		return "", nil
	}
	for _, a := range q.Also {
		if p.Is(a) {
			if err := tx.Delete(askedPrefix(a) + id); err != nil {
				return "", err
			}
		}
	}
	q.Also = others
	return "mentions", saveQuestion(tx, q)
}

// forgetNumber removes what is found by a number: questions of messages that were
// never sent, what was asked back, what was counted, and the conversation.
func forgetNumber(tx store.Tx, number pdu.Address) (map[string]int, error) {
	removed := map[string]int{}
	questions, err := askedOf(tx, number)
	if err != nil {
		return nil, err
	}
	for _, q := range questions {
		if q.To != number { // somebody else was asked
			q.Also = slices.DeleteFunc(q.Also, func(a pdu.Address) bool { return a == number })
			if err := saveQuestion(tx, q); err != nil {
				return nil, err
			}
			continue
		}
		if err := forgetQuestion(tx, q.ID); err != nil {
			return nil, err
		}
		removed["questions"]++
	}
	asked, err := tx.Scan(askedPrefix(number), store.PrefixEnd(askedPrefix(number)), 0)
	if err != nil {
		return nil, err
	}
	keys := []string{whichKey(number), guardKey(number)}
	for _, p := range asked {
		keys = append(keys, p.Key)
	}
	for _, key := range keys {
		if err := tx.Delete(key); err != nil {
			return nil, err
		}
	}
	t, before, err := talkWith(tx, number)
	if err != nil || before.IsZero() {
		return removed, err
	}
	removed["conversations"], removed["notes"] = 1, t.Notes
	return removed, forgetTalk(tx, t)
}
