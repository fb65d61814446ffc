package reply

import (
	"slices"
	"strconv"
	"strings"

	"goniec/reply/reader"
)

// Item is one of the things that one message asks about: the visit of one child, where a
// parent gets one text for several. The tags are its stored form.
type Item struct {
	About string `json:"about"` // as Question.About
	// Answer is the latest clear answer; nil: none.
	Answer *Answer `json:"ans,omitempty"`
	// Before are the clear answers that Answer changed, the oldest first.
	Before []Answer `json:"bef,omitempty"`
}

// The bounds of the items of a question.
const (
	leastItems = 2
	mostItems  = maxLabels - 1 // one number more is for all of them
)

// itemMark stands between the id of a question and the number of an item, from 1.
const itemMark = "#"

// itemID returns the id by which the rules of matching tell an item from others.
func itemID(question string, item int) string { return question + itemMark + strconv.Itoa(item) }

// splitItemID returns the question and the number of an item; 0: the question as a whole.
func splitItemID(id string) (question string, item int) {
	question, number, found := strings.Cut(id, itemMark)
	if !found {
		return id, 0
	}
	item, _ = strconv.Atoi(number) // made by itemID
	return question, item
}

// questionsOf returns the ids of the questions of items, each once.
func questionsOf(ids []string) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		question, _ := splitItemID(id)
		if !slices.Contains(out, question) {
			out = append(out, question)
		}
	}
	return out
}

// parts returns q as the questions that it asks: one for each item, or q itself.
func (q askedQuestion) parts() []askedQuestion {
	if len(q.Items) == 0 {
		return []askedQuestion{q}
	}
	out := make([]askedQuestion, len(q.Items))
	for i, item := range q.Items {
		part := q
		part.ID, part.About, part.Answer, part.Before = itemID(q.ID, i+1), item.About, item.Answer, item.Before
		switch {
		case item.Answer != nil:
			part.Status = Answered
		case q.Status == Answered:
			part.Status = Open
		}
		out[i] = part
	}
	return out
}

// oneMessage reports whether all questions are items of one message.
func (v visits) oneMessage() bool {
	first, item := splitItemID(v[0].ID)
	return item > 0 && !slices.ContainsFunc(v, func(q askedQuestion) bool {
		question, _ := splitItemID(q.ID)
		return question != first
	})
}

// answerItem notes an answer to an item. q is answered when all its items are.
func (q *Question) answerItem(item int, a Answer) (previous *Answer) {
	of := &q.Items[item-1]
	if previous = of.Answer; previous != nil {
		of.Before = append(of.Before, *previous)
	}
	of.Answer = &a
	q.settleItems()
	return previous
}

// settleItems makes q answered when all its items are, with their answer where they agree.
func (q *Question) settleItems() {
	if len(q.Items) == 0 || slices.ContainsFunc(q.Items, func(i Item) bool { return i.Answer == nil }) {
		return
	}
	q.Status, q.Answer = Answered, nil
	latest := slices.MaxFunc(q.Items, func(a, b Item) int { return a.Answer.At.Compare(b.Answer.At) }).Answer
	if !slices.ContainsFunc(q.Items, func(i Item) bool { return !latest.same(*i.Answer) }) {
		q.Answer = latest
	}
}

// itemsWrong reports whether the items of q cannot be asked about.
func (q *Question) itemsWrong() bool {
	switch {
	case len(q.Items) == 0:
		return false
	case q.Kind != reader.YesNo, q.About != "", len(q.Items) < leastItems, len(q.Items) > mostItems:
		return true
	}
	seen := map[string]bool{}
	for _, item := range q.Items {
		about := strings.TrimSpace(item.About)
		if about == "" || aboutTooLong(about) || seen[about] {
			return true
		}
		seen[about] = true
	}
	return false
}
