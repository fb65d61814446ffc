package queue

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"goniec/clock"
	"goniec/number"
	"goniec/store"
	"goniec/suppression"
)

// quietSuffix ends the names of lanes that wait during quiet hours.
const quietSuffix = "q"

// lane is one lane of a route.
type lane struct {
	prefix  string // of its keys
	urgency int    // 0 is the most urgent
	quiet   bool   // the lane waits during quiet hours
}

// lanesOf returns the lanes of routes, the most urgent first. Entries of lanes with the
// same urgency are served in the order of their times.
func lanesOf(routes []string) []lane {
	names := [...]string{"0", "1", "1" + quietSuffix, "2", "2" + quietSuffix}
	all := make([]lane, 0, len(names)*len(routes))
	for _, name := range names {
		for _, route := range routes {
			all = append(all, lane{lanePrefix(route, name), int(name[0] - '0'), len(name) > 1})
		}
	}
	return all
}

// obeysQuietHours reports whether m waits during quiet hours.
func (m *Message) obeysQuietHours() bool {
	return m.Priority != High && m.Purpose != suppression.Staff && !m.Released
}

func (m *Message) lane() string {
	lane := "1"
	switch m.Priority {
	case High:
		lane = "0"
	case Low:
		lane = "2"
	case Normal:
	}
	if m.obeysQuietHours() {
		lane += quietSuffix
	}
	return lane
}

// route returns the <route> of m. The parts of a long message leave by one SIM, since a
// phone joins only parts from one sender. The modem that the caller named comes before
// the preference of the Router.
func (m *Message) route() string {
	switch {
	case m.boundToSIM():
		return simRoute(m.SIM)
	case m.Modem != "":
		return modemRoute(m.Modem)
	default:
		return m.Like.route()
	}
}

// boundToSIM reports whether the parts of m may leave by one SIM only.
func (m *Message) boundToSIM() bool { return m.SIM != "" && len(m.Parts) > 1 }

// count returns how many parts have one of the statuses.
func (m *Message) count(statuses ...PartStatus) int {
	n := 0
	for i := range m.Parts {
		if slices.Contains(statuses, m.Parts[i].Status) {
			n++
		}
	}
	return n
}

// undecided reports whether m has an uncertain part that waits for a person.
func (m *Message) undecided() bool {
	return slices.ContainsFunc(m.Parts, func(p Part) bool { return p.Status == PartUncertain && p.Until.IsZero() })
}

// claimable reports whether a worker may claim a part of m, now or later.
func (m *Message) claimable() bool {
	return !m.Status.Final() && m.count(PartQueued) > 0 && m.count(PartInFlight, PartUncertain, PartFailed, PartExpired) == 0
}

// tick returns when Tend has to look at m; zero: never.
func (m *Message) tick() time.Time {
	if m.Status.Final() || m.Status == StatusSent {
		return time.Time{}
	}
	for i := range m.Parts {
		switch m.Parts[i].Status {
		case PartInFlight:
			// fly/ leads to leases, so a claim does not change the tick.
			return clock.Later(m.ExpiresAt, m.Parts[i].Until)
		case PartUncertain:
			if !m.Parts[i].Until.IsZero() {
				return m.Parts[i].Until
			}
		default:
		}
	}
	switch {
	case m.Status == StatusScheduled && m.SendAt.Before(m.ExpiresAt):
		return m.SendAt
	case m.Status == StatusHeld && m.claimable() && m.Due.Before(m.ExpiresAt):
		return m.Due
	case m.boundToSIM() && m.claimable():
		return clock.Earlier(m.Due.Add(m.patience()), m.ExpiresAt)
	default:
		return m.ExpiresAt
	}
}

// indexes returns every index key of m. The keys have an empty value and follow from m
// alone, see the table of keys.
func (m *Message) indexes() []string {
	keys := make([]string, 0, 5+len(m.Attempts))
	if m.claimable() {
		keys = append(keys, lanePrefix(m.route(), m.lane())+timedID{m.Due, m.ID}.String())
	}
	if at := m.tick(); !at.IsZero() {
		keys = append(keys, TickKey(at, messageKey(m.ID)))
	}
	if m.AttemptCount > 0 {
		keys = append(keys, toPrefix(weekOf(m.ID), number.Segment(m.To))+m.ID)
	}
	if m.count(PartInFlight) > 0 {
		keys = append(keys, flightPrefix(m.Box)+m.ID)
	}
	if m.Status.Final() || m.Status == StatusSent {
		space := doneSpace
		if m.TextRemoved {
			space = noTextSpace
		}
		keys = append(keys, space+timedID{m.FinishedAt, m.ID}.String())
	}
	for i := range m.Attempts {
		a := &m.Attempts[i]
		end := timedID{a.At, m.ID}.String() + "/" + strconv.Itoa(a.Number)
		switch a.Outcome {
		case AttemptAccepted, AttemptDiscarded, AttemptUncertain:
			if a.Outcome != AttemptUncertain && a.MR >= 0 {
				keys = append(keys, mrPrefix(dayOf(a.At), a.SIM, byte(a.MR), m.To)+end)
			} else {
				keys = append(keys, uncPrefix(dayOf(a.At), a.SIM, m.To)+end)
			}
		default:
		}
	}
	return keys
}

// storedMessage is the value of m/<id>.
type storedMessage struct {
	*Message
	To string `json:"to"`
}

// entry is a message within a transaction, with its stored status and index keys.
type entry struct {
	Message
	status Status   // as stored; empty: the message is new
	keys   []string // as stored
}

func decodeMessage(id string, value []byte) (Message, error) {
	var stored storedMessage
	if err := json.Unmarshal(value, &stored); err != nil {
		return Message{}, fmt.Errorf("message %s: %w: %w", id, store.ErrRecord, err)
	}
	to, err := number.Decode(stored.To)
	if err != nil || stored.Message == nil {
		return Message{}, fmt.Errorf("message %s: %w: recipient", id, store.ErrRecord)
	}
	m := *stored.Message
	m.ID, m.To = id, to
	m.Origin = cmp.Or(m.Origin, OriginAPI)
	return m, nil
}

// ReadMessage is Queue.Message within a transaction. Its error is store.ErrNotFound if
// there is no message id, and store.ErrRecord if the message is damaged.
func ReadMessage(r store.Reader, id string) (Message, error) {
	return store.ReadRecord(r, "message", messageSpace, id, decodeMessage)
}

// load returns message id to be changed and then saved.
func (w *work) load(id string) (*entry, error) {
	m, err := ReadMessage(w.tx, id)
	if err != nil {
		return nil, err
	}
	return newEntry(m), nil
}

// newEntry returns the entry of a message that was read in this transaction.
func newEntry(m Message) *entry {
	return &entry{Message: m, status: m.Status, keys: m.indexes()}
}

// save writes the message with its index keys, and the counts by status.
func (w *work) save(e *entry) error {
	before := e.status
	if err := e.write(w.tx); err != nil {
		return err
	}
	return w.moveCount(before, e.Status)
}

// write writes the message with its index keys.
func (e *entry) write(tx store.Tx) error {
	keys := e.indexes()
	for _, key := range e.keys {
		if !slices.Contains(keys, key) {
			if err := tx.Delete(key); err != nil {
				return err
			}
		}
	}
	for _, key := range keys {
		if !slices.Contains(e.keys, key) {
			if err := tx.Put(key, nil); err != nil {
				return err
			}
		}
	}
	if err := store.PutJSON(tx, messageKey(e.ID), storedMessage{&e.Message, number.Encode(e.To)}); err != nil {
		return err
	}
	e.status, e.keys = e.Status, keys
	return nil
}

// attemptsTogether is how many attempts of a message one transaction removes.
const attemptsTogether = 50

// remove deletes the message with its index keys. If the message has more than
// attemptsTogether attempts, remove deletes the first of these attempts only, and all is
// false.
func (w *work) remove(e *entry) (all bool, err error) {
	if len(e.Attempts) > attemptsTogether {
		e.Attempts = e.Attempts[attemptsTogether:]
		return false, w.save(e)
	}
	if err := store.Delete(w.tx, append(e.keys, messageKey(e.ID))...); err != nil {
		return false, err
	}
	return true, w.moveCount(e.status, "")
}

// move changes the status of the message and appends the event.
func (w *work) move(e *entry, to Status) error {
	if e.Status == to {
		return nil
	}
	if err := e.Message.move(to, w.now); err != nil {
		return err
	}
	return w.appendChanged(e)
}

// appendChanged appends a MessageChanged event with the present status.
func (w *work) appendChanged(e *entry) error {
	fact := MessageChanged{ID: e.ID, Reference: e.Reference, Origin: e.Origin, Status: e.Status, Parts: len(e.Parts), Final: e.Status.Final()}
	if n := len(e.Attempts); n > 0 {
		fact.Modem = e.Attempts[n-1].Modem
	}
	if e.Error != nil {
		fact.ErrorCode, fact.RetryAt = e.Error.Code, e.Error.RetryAt
	}
	return w.queue.events.Append(w.tx, w.actor, fact)
}

// updateStatus moves the message to the status that follows from its parts.
func (w *work) updateStatus(e *entry) error {
	to := e.derive(w.now)
	if !e.Status.Final() && (to == StatusFailed || to == StatusExpired) {
		return w.finish(e, to, e.failure())
	}
	if to == StatusDelivered {
		e.Error = nil // a message that had failed keeps no error either
	}
	return w.move(e, to)
}

// derive returns the status that follows from the parts of m.
func (m *Message) derive(now time.Time) Status {
	waits := m.held() && m.Due.After(now)
	switch {
	case m.count(PartDelivered) == len(m.Parts):
		return StatusDelivered
	case m.Status.Final():
		return m.Status
	case m.count(PartInFlight) > 0:
		return StatusSending
	case m.count(PartFailed) > 0:
		return StatusFailed
	case m.count(PartExpired) > 0:
		return StatusExpired
	case m.undecided():
		return StatusHeld
	case m.count(PartUncertain) > 0:
		return StatusUncertain
	case m.count(PartQueued) == 0:
		return StatusSent
	case (m.Status == "" || m.Status == StatusScheduled) && m.SendAt.After(now):
		return StatusScheduled // only of a message that has never been due: the clock may be set back
	case waits:
		return StatusHeld
	case m.count(PartSent, PartDelivered) > 0:
		return StatusSending
	default:
		return StatusQueued
	}
}

// finish ends the message: its queued parts are expired or cancelled. An uncertain part
// stays uncertain, since a report may still come.
func (w *work) finish(e *entry, to Status, problem *Problem) error {
	rest := PartCancelled
	if to == StatusExpired {
		rest = PartExpired
	}
	for i := range e.Parts {
		p := &e.Parts[i]
		p.Until = time.Time{}
		if p.Status == PartQueued {
			p.Status = rest
		}
	}
	e.Error, e.Due = problem, time.Time{}
	return w.move(e, to)
}

// held reports whether Error is a reason to hold m until Due.
func (m *Message) held() bool {
	return m.Error != nil && slices.Contains([]string{CodeQuietHours, CodeRecipientCap, CodeRestored, CodeClock}, m.Error.Code)
}

// schedule is Queue.schedule at the time of the transaction.
func (w *work) schedule(m *Message, due time.Time) { w.queue.schedule(m, due, w.now) }

// schedule sets Due, the time from which the next part may be claimed, to due. If due
// lies in quiet hours, Due is their end and Error says so. due may have passed.
func (q *Queue) schedule(m *Message, due, now time.Time) {
	m.Due = due
	if m.held() {
		m.Error = nil
	}
	due = clock.Later(due, now)
	end := q.sendable(m, due)
	if !end.After(due) {
		return
	}
	m.Due = end
	m.Error = &Problem{Code: CodeQuietHours, Detail: "held by the quiet hours", RetryAt: m.unlessOver(end)}
}

// sendable returns the first moment at or after t at which quiet hours do not hold m.
func (q *Queue) sendable(m *Message, t time.Time) time.Time {
	if !m.obeysQuietHours() {
		return t
	}
	return q.quietEnd(t)
}

// unlessOver returns t; zero if m has expired by then, so that it will not be sent at t.
func (m *Message) unlessOver(t time.Time) time.Time {
	if !m.ExpiresAt.IsZero() && !t.Before(m.ExpiresAt) {
		return time.Time{}
	}
	return t
}

// quietEnd returns the first moment at or after t that is not quiet.
func (q *Queue) quietEnd(t time.Time) time.Time { return q.config.QuietHours.End(t, q.config.Location) }

// moveCount moves one message in the counts of this box from one status to another.
// from is empty for a new message, to for one that is removed.
func (w *work) moveCount(from, to Status) error {
	if from == to {
		return nil
	}
	return w.addCounts(map[Status]int{from: -1, to: 1})
}

// addCounts adds to the counts of this box. Each box has its own counts so that boxes do
// not contend for one record. A count of one box may be negative; the sum is not.
func (w *work) addCounts(more map[Status]int) error {
	key := countKey(w.queue.config.Box)
	counts, _, err := store.GetJSON[[]int](w.tx, key)
	if err != nil && !errors.Is(err, store.ErrRecord) {
		return err
	}
	for i, status := range Statuses() {
		if i == len(counts) { // the record is new, damaged, or older than the status
			counts = append(counts, 0)
		}
		counts[i] += more[status]
	}
	return store.PutJSON(w.tx, key, counts)
}

// Attempt returns attempt number n of m, or nil.
func (m *Message) Attempt(n int) *Attempt {
	if i := slices.IndexFunc(m.Attempts, func(a Attempt) bool { return a.Number == n }); i >= 0 {
		return &m.Attempts[i]
	}
	return nil
}

// latest returns the latest attempt of part i, or nil.
func (m *Message) latest(i int) *Attempt {
	for k := len(m.Attempts) - 1; k >= 0; k-- {
		if m.Attempts[k].Part == i {
			return &m.Attempts[k]
		}
	}
	return nil
}

// attemptsKept bounds Message.Attempts.
const attemptsKept = 20

// addAttempt appends a, and removes the oldest attempt that no report can name if there
// are more than attemptsKept. Attempts that a report can name are kept: their number is
// bounded, since a part is repeated only a few times after it has left.
func (m *Message) addAttempt(a Attempt) {
	m.Attempts = append(m.Attempts, a)
	if len(m.Attempts) <= attemptsKept {
		return
	}
	forgettable := func(a Attempt) bool {
		return a.Outcome == AttemptRefused || a.Outcome == AttemptRetry || a.Outcome == AttemptNotSent
	}
	if i := slices.IndexFunc(m.Attempts, forgettable); i >= 0 {
		m.Attempts = slices.Delete(m.Attempts, i, i+1)
	}
}

// stuck reports whether err is about one message and not about the store, so that work
// on other messages can continue. ErrMove comes before any write of the change.
func stuck(err error) bool { return store.Unreadable(err) || errors.Is(err, ErrMove) }

// logBroken logs why a record was passed over, unless reason is empty.
func (q *Queue) logBroken(ctx context.Context, reason string) {
	if reason != "" {
		q.log.ErrorContext(ctx, "stored record does not get further and is passed over", "err", reason)
	}
}
