package queue

import (
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

// quietSuffix ends the lanes that wait during quiet hours.
const quietSuffix = "q"

// lane is one lane of a route.
type lane struct {
	prefix  string // of its keys
	urgency int    // 0 is the most urgent
	quiet   bool   // it waits during quiet hours
}

// lanesOf returns the lanes of routes, the most urgent first. Those of one urgency are
// served in the order of their times.
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

// obeysQuietHours reports whether quiet hours hold m.
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

// route says who may claim m: once a part of a long message has left by a SIM
// the others must follow it, or the phone cannot put them together. A wish of the
// caller comes before our own.
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

// undecided reports whether m has an uncertain part that only a person, or its
// expiry, gets any further.
func (m *Message) undecided() bool {
	return slices.ContainsFunc(m.Parts, func(p Part) bool { return p.Status == PartUncertain && p.Until.IsZero() })
}

// claimable reports whether a worker has something to do for m, now or later.
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
			// Leases are found by fly/; so a claim leaves the tick as it is.
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

// indexes returns every key that leads to m, all with an empty value. It is a
// function of the message alone: see the table of keys.
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
			space = bareSpace
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

// entry is a message within a transaction, with what the store knows of it.
type entry struct {
	Message
	status Status   // as stored, empty if it is new
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
	return m, nil
}

// readMessage returns store.ErrNotFound if there is no message id, and store.ErrRecord if
// what is there is none.
func readMessage(r store.Reader, id string) (Message, error) {
	value, err := r.Get(messageKey(id))
	switch {
	case err != nil:
		return Message{}, err
	case value == nil:
		return Message{}, fmt.Errorf("message %s: %w", id, store.ErrNotFound)
	default:
		return decodeMessage(id, value)
	}
}

// load returns the message to be changed; it must be saved afterwards.
func (w *work) load(id string) (*entry, error) {
	m, err := readMessage(w.tx, id)
	if err != nil {
		return nil, err
	}
	return stored(m), nil
}

// stored returns a message read in this transaction as load does.
func stored(m Message) *entry {
	return &entry{Message: m, status: m.Status, keys: m.indexes()}
}

// save writes the message with every key that leads to it, and counts it.
func (w *work) save(e *entry) error {
	before := e.status
	if err := e.write(w.tx); err != nil {
		return err
	}
	return w.tally(before, e.Status)
}

// write is save without the count.
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

// remove deletes the message with every key that leads to it. Of a message with more
// attempts than one transaction should change it removes the first ones, which nobody
// can report any more, and all is false.
func (w *work) remove(e *entry) (all bool, err error) {
	if len(e.Attempts) > attemptsTogether {
		e.Attempts = e.Attempts[attemptsTogether:]
		return false, w.save(e)
	}
	for _, key := range append(e.keys, messageKey(e.ID)) {
		if err := w.tx.Delete(key); err != nil {
			return false, err
		}
	}
	return true, w.tally(e.status, "")
}

// move changes the status of the message and appends the event that tells.
func (w *work) move(e *entry, to Status) error {
	if e.Status == to {
		return nil
	}
	if err := e.Message.move(to, w.now); err != nil {
		return err
	}
	return w.tell(e)
}

// tell appends the event that says where the message stands.
func (w *work) tell(e *entry) error {
	fact := MessageChanged{ID: e.ID, Reference: e.Reference, Status: e.Status, Parts: len(e.Parts)}
	if n := len(e.Attempts); n > 0 {
		fact.Modem = e.Attempts[n-1].Modem
	}
	if e.Error != nil {
		fact.ErrorCode, fact.RetryAt = e.Error.Code, e.Error.RetryAt
	}
	return w.queue.events.Append(w.tx, w.actor, fact)
}

// settle moves the message to the status that follows from its parts.
func (w *work) settle(e *entry) error {
	to := e.derive(w.now)
	if !e.Status.Final() && (to == StatusFailed || to == StatusExpired) {
		return w.finish(e, to, e.failure())
	}
	if to == StatusDelivered {
		e.Error = nil // also of a message that had been given up
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
		return StatusScheduled // once it has been due it stays so, should the clock be set back
	case waits:
		return StatusHeld
	case m.count(PartSent, PartDelivered) > 0:
		return StatusSending
	default:
		return StatusQueued
	}
}

// finish ends the message: parts that wait will never leave. A part whose
// outcome is not known keeps that status, so that a report can still tell.
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

// held reports whether Error says why m is held, and Due until when.
func (m *Message) held() bool {
	return m.Error != nil && slices.Contains([]string{CodeQuietHours, CodeRecipientCap, CodeRestored, CodeClock}, m.Error.Code)
}

// schedule sets when the next part of m may leave, as Queue.schedule does now.
func (w *work) schedule(m *Message, due time.Time) { w.queue.schedule(m, due, w.now) }

// schedule sets when the next part may leave: at due, which may have passed, or
// when the quiet hours that lie there end; Error then says so.
func (q *Queue) schedule(m *Message, due, now time.Time) {
	m.Due = due
	if m.held() {
		m.Error = nil
	}
	if !m.obeysQuietHours() {
		return
	}
	if due.Before(now) {
		due = now
	}
	end := q.quietEnd(due)
	if !end.After(due) {
		return
	}
	m.Due = end
	m.Error = &Problem{Code: CodeQuietHours, Detail: "held by the quiet hours", RetryAt: end}
}

// quietEnd returns the first moment at or after t that is not quiet.
func (q *Queue) quietEnd(t time.Time) time.Time { return q.config.QuietHours.End(t, q.config.Location) }

// tally moves a message in the counts of this box from one status to another;
// empty: from, or to, nowhere.
func (w *work) tally(from, to Status) error {
	if from == to {
		return nil
	}
	return w.addCounts(map[Status]int{from: -1, to: 1})
}

// addCounts adds to the counts of this box. Boxes count apart so that they do not
// contend for one record; a count of one box alone may be negative.
func (w *work) addCounts(more map[Status]int) error {
	key := countKey(w.queue.config.Box)
	counts, _, err := store.GetJSON[[]int](w.tx, key)
	if err != nil && !errors.Is(err, store.ErrRecord) {
		return err
	}
	for i, status := range statusOrder() {
		if i == len(counts) { // none yet, or unreadable: no reason to stop
			counts = append(counts, 0)
		}
		counts[i] += more[status]
	}
	return store.PutJSON(w.tx, key, counts)
}

// attempt returns attempt number n of m, or nil.
func (m *Message) attempt(n int) *Attempt {
	for i := range m.Attempts {
		if m.Attempts[i].Number == n {
			return &m.Attempts[i]
		}
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

// addAttempt appends a, and forgets the oldest attempt of which nobody will ask
// again if there are many. Those that a report may name are kept: there are few,
// since the repetitions of a part that has left are bounded.
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

// stuck reports whether err is about one message that does not get further, not
// about the store: the others can go on. A message that cannot move is found out
// before anything of the change has been written.
func stuck(err error) bool { return store.Unreadable(err) || errors.Is(err, ErrMove) }

// logBroken tells of records that had to be passed over.
func (q *Queue) logBroken(ctx context.Context, reasons []string) {
	for _, reason := range reasons {
		q.log.ErrorContext(ctx, "stored record does not get further and is passed over", "err", reason)
	}
}
