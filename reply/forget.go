package reply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"goniec/number"
	"goniec/pdu"
	"goniec/store"
)

// forgetTogether is how many texts Forget reads at once.
const forgetTogether = 100

// Forget removes everything that this package keeps of a number, and returns how many
// questions, readings, conversations and notes it has removed. Forget has to run before
// the messages of the number are removed, because it finds its records by their ids. It
// works in small transactions; after an interruption the next call goes on.
func (r *Replies) Forget(ctx context.Context, number pdu.Address) (removed map[string]int, err error) {
	removed = map[string]int{}
	count := func(what string) {
		if what != "" {
			removed[what]++
		}
	}
	for before, more := "", true; more; more = before != "" {
		items, next, err := r.config.Inbox.Exchange(ctx, number, before, forgetTogether)
		if err != nil {
			return removed, fmt.Errorf("forget answers: %w", err)
		}
		keys := make([]string, 0, len(items))
		for _, item := range items {
			if item.In != nil {
				keys = append(keys, heardKey(item.ID()))
			} else {
				keys = append(keys, askKey(item.ID()))
			}
		}
		if err := store.WalkKeys(ctx, r.store, keys, forgetRecord, count); err != nil {
			return removed, fmt.Errorf("forget answers: %w", err)
		}
		before = next
	}
	for _, form := range r.config.Numbering.Forms(number) {
		if err := r.forgetNumber(ctx, form, removed); err != nil {
			return removed, fmt.Errorf("forget a number: %w", err)
		}
	}
	// A question that has ended has no key with the number, but its record has the number.
	p := r.config.Numbering.Person(number)
	questions := rangeWhere(askSpace, p.InRecord)
	err = store.WalkEach(ctx, r.store, questions, func(tx store.Tx, q store.Pair) (string, error) {
		return removeNumberFrom(tx, p, q.Key[len(askSpace):])
	}, count)
	store.Wrap(&err, "forget a number")
	return removed, err
}

// forgetRecord removes a question or the reading of a text, and returns which of both.
func forgetRecord(tx store.Tx, p store.Pair) (what string, err error) {
	if id, is := strings.CutPrefix(p.Key, askSpace); is {
		return "questions", forgetQuestion(tx, id)
	}
	return "readings", tx.Delete(p.Key)
}

// ForgetText removes what is kept of a message, sent or received, in the transaction that
// removes the message: the question that it asks, or how it was understood. ForgetText is
// for messages that Forget does not find, because they came later or were never sent.
func ForgetText(tx store.Tx, id string) error {
	if err := forgetQuestion(tx, id); err != nil {
		return err
	}
	return tx.Delete(heardKey(id))
}

// removeNumberFrom removes a question that asked the number, or removes the number from a
// question that asked another number, and returns which of both; empty: neither.
func removeNumberFrom(tx store.Tx, p number.Person, id string) (string, error) {
	q, ok, err := store.Readable(ReadQuestion(tx, id))
	if !ok {
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
// never sent, what was asked back, what was counted, and the conversation. It counts
// them in removed.
func (r *Replies) forgetNumber(ctx context.Context, number pdu.Address, removed map[string]int) error {
	questions, err := store.Count(ctx, r.store, store.Prefix(askedPrefix(number)), func(tx store.Tx, asked store.Pair) (bool, error) {
		return forgetAsked(tx, number, asked.Key)
	})
	if questions > 0 {
		removed["questions"] += questions
	}
	if err != nil {
		return err
	}
	for {
		p, err := store.Update(ctx, r.store, func(tx store.Tx) (forgottenPart, error) { return r.forgetConversationWith(tx, number) })
		if err != nil || !p.found {
			return err
		}
		if removed["notes"] += p.notes; p.all {
			removed["conversations"]++
			return nil
		}
	}
}

// forgetAsked removes a question that asked the number, or removes the number from a
// question that asked another number first. It reports whether it removed the question.
func forgetAsked(tx store.Tx, number pdu.Address, asked string) (bool, error) {
	q, err := ReadQuestion(tx, store.LastSegment(asked))
	switch {
	case store.Unreadable(err):
	case err != nil:
		return false, err
	case q.To == number:
		return true, forgetQuestion(tx, q.ID)
	default:
		q.Also = slices.DeleteFunc(q.Also, func(a pdu.Address) bool { return a == number })
		if err := saveQuestion(tx, q); err != nil {
			return false, err
		}
	}
	return false, tx.Delete(asked)
}

// forgottenPart is what one transaction has removed of a conversation.
type forgottenPart struct {
	found, all bool
	notes      int
}

// forgetConversationWith removes what was asked back and counted, and the conversation with a number or
// some of its notes.
func (r *Replies) forgetConversationWith(tx store.Tx, number pdu.Address) (p forgottenPart, err error) {
	if err := errors.Join(tx.Delete(whichKey(number)), tx.Delete(guardKey(number))); err != nil {
		return p, err
	}
	t, before, err := r.conversationWith(tx, number)
	if err != nil || before.IsZero() {
		return p, err
	}
	p.found = true
	p.notes, p.all, err = forgetConversation(tx, t)
	return p, err
}
