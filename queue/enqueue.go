package queue

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"goniec/clock"
	"goniec/pdu"
	"goniec/store"
	"goniec/suppression"
)

const (
	// replayKept is how long an idempotency key is remembered.
	replayKept = 72 * time.Hour
	// together bounds how many messages are taken in one transaction, so that
	// a large batch does not keep the other callers waiting.
	together = 200
)

// replay is the value of idem/<token>/<key>. It holds the result of the first call, and
// how far a call has got that was interrupted by a crash.
type replay struct {
	Hash    string    `json:"h"`            // of the body
	At      time.Time `json:"at"`           // when the first call was made
	Base    store.ID  `json:"base"`         // see memberID
	Count   int       `json:"n"`            // drafts
	Done    int       `json:"done"`         // drafts taken or refused so far
	Refused []refusal `json:"no,omitempty"` // the refused drafts
	// Timeless says that the clock was unconfirmed; Past is a time before At in any case.
	Timeless bool      `json:"tmls,omitempty"`
	Past     time.Time `json:"past,omitzero"`
	// Status and Error are those of the message in the result of the first call, if
	// there is one draft only.
	Status Status   `json:"st,omitempty"`
	Error  *Problem `json:"err,omitempty"`
}

// refusal is a RefusedError of one draft.
type refusal struct {
	Index int            `json:"i"`
	Code  string         `json:"c"`
	Field string         `json:"f"`
	Text  *pdu.TextError `json:"t,omitempty"`
	By    time.Duration  `json:"by,omitempty"`
	Can   time.Time      `json:"can,omitzero"`
}

func (r refusal) err() *RefusedError {
	refused := &RefusedError{Code: r.Code, Field: r.Field, By: r.By, CanGo: r.Can}
	if r.Text != nil {
		refused.Err = r.Text
	}
	return refused
}

// Error implements error.
func (e *RefusedError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("field %s: %s: %v", e.Field, e.Code, e.Err)
	}
	return fmt.Sprintf("field %s: %s", e.Field, e.Code)
}

// Unwrap returns the cause, nil if there is none.
func (e *RefusedError) Unwrap() error { return e.Err }

// Enqueue takes drafts into the queue and returns one result for each, in order. The
// messages are on disk when Enqueue returns without an error.
//
// A second call with the same Token and Key within 72 hours takes no drafts: replayed is
// true and results are those of the first call. ErrKeyReused is returned if the bodies
// differ. A call that a crash or an error has interrupted has taken some of its drafts; a
// second call with the same Key takes the remaining drafts. A call whose drafts were all
// refused is not remembered.
//
// A large batch is taken in several transactions. A caller without a Key cannot repeat an
// interrupted call without sending some messages twice.
func (q *Queue) Enqueue(ctx context.Context, caller Caller, drafts []Draft) (results []Result, replayed bool, err error) {
	defer store.Wrap(&err, "enqueue")
	if len(drafts) > maxTogether {
		return nil, false, fmt.Errorf("%d drafts in one call, at most %d are possible", len(drafts), maxTogether)
	}
	b, err := q.newBatch(ctx, caller, drafts)
	if err != nil {
		return nil, false, err
	}
	for b.state.Done < len(drafts) {
		if err := b.advance(ctx); err != nil {
			return nil, false, err
		}
	}
	results, err = b.results(ctx)
	return results, b.replayed, err
}

// batch is one call of Enqueue under way.
type batch struct {
	queue    *Queue
	caller   Caller
	drafts   []Draft
	prepared []preparedDraft
	state    replay
	replayed bool             // the call is a repetition
	fresh    map[int]*Message // taken by this call
}

// preparedDraft is a draft that has been checked and composed, before it has an id.
type preparedDraft struct {
	message Message
	refused *refusal
}

// newBatch returns the batch of a call of Enqueue.
func (q *Queue) newBatch(ctx context.Context, caller Caller, drafts []Draft) (*batch, error) {
	b := &batch{queue: q, caller: caller, drafts: drafts, fresh: make(map[int]*Message, len(drafts))}
	b.state = replay{Hash: hex.EncodeToString(caller.BodyHash[:]), At: q.now(), Base: q.ids.Next(q.clock.Time()), Count: len(drafts)}
	at, err := store.View(ctx, q.store, func(r store.Reader) (clock.Moment, error) { return q.clock.MomentIn(r, b.state.At) })
	if err != nil {
		return nil, err
	}
	b.state.setMoment(at)
	b.prepareAll(at)
	return b, nil
}

// readReplay returns the replay of the call; nil: there is none.
func (b *batch) readReplay(r store.Reader) (*replay, error) {
	first, found, err := store.GetJSON[replay](r, idemKey(b.caller))
	switch {
	case err != nil || !found:
		return nil, err
	case first.Hash != b.state.Hash || first.Count != b.state.Count:
		return nil, ErrKeyReused
	default:
		return &first, nil
	}
}

// advance takes the next drafts of b in one transaction. If another call with the same
// Key has taken drafts, advance continues with the state of that call.
func (b *batch) advance(ctx context.Context) error {
	end := b.chunk()
	type step struct {
		state replay
		taken map[int]*Message
	}
	done, err := store.Update(ctx, b.queue.store, func(tx store.Tx) (step, error) {
		state := b.state
		if b.caller.Key != "" {
			first, err := b.readReplay(tx)
			if err != nil {
				return step{}, err
			}
			if first != nil && (first.Base != state.Base || first.Done != state.Done) {
				return step{state: *first}, nil
			}
		}
		taken, err := b.take(tx, &state, end)
		return step{state, taken}, err
	})
	if err != nil {
		return err
	}
	if done.state.Base != b.state.Base {
		b.replayed = true
		if done.state.Done < len(b.drafts) { // the other call was interrupted
			b.prepareAll(done.state.moment())
		}
	}
	b.state = done.state
	for i, m := range done.taken {
		b.fresh[i] = m
		b.queue.meter.enqueued(m)
	}
	return nil
}

// chunk returns the end index of the drafts that the next transaction takes within the
// limits of the store. A message takes up to ten operations, and JSON makes a text up to
// six times as long.
func (b *batch) chunk() int {
	const operations, octets, growth = 10, 4096, 6
	limits := b.queue.store.Limits()
	end, size := b.state.Done, 0
	for end < len(b.drafts) && end-b.state.Done < min(together, max(1, limits.Operations/operations-1)) {
		size += octets + growth*len(b.drafts[end].Text)
		if end > b.state.Done && size > limits.Bytes {
			break
		}
		end++
	}
	return end
}

// take writes the drafts from state.Done to end and moves state on.
func (b *batch) take(tx store.Tx, state *replay, end int) (map[int]*Message, error) {
	w := &work{queue: b.queue, tx: tx, now: state.At, actor: b.caller.Token}
	taken := make(map[int]*Message, end-state.Done)
	refused := slices.Clone(state.Refused)
	counts := map[Status]int{} // written once, since all messages count in one record
	for i := state.Done; i < end; i++ {
		if r := b.prepared[i].refused; r != nil {
			r.Index = i
			refused = append(refused, *r)
			continue
		}
		forbidden, err := forbids(tx, &b.drafts[i])
		if err != nil {
			return nil, err
		}
		if forbidden {
			refused = append(refused, refusal{Index: i, Code: RefusedNumber, Field: "to"})
			continue
		}
		m := b.prepared[i].message
		m.ID = memberID(state.Base, i, state.Count)
		if err := b.insert(w, &m, i); err != nil {
			return nil, err
		}
		taken[i] = &m
		counts[m.Status]++
		state.Status, state.Error = m.Status, m.Error
	}
	if len(taken) > 0 {
		if err := w.addCounts(counts); err != nil {
			return nil, err
		}
	}
	state.Done, state.Refused = end, refused
	if state.Count > 1 {
		state.Status, state.Error = "", nil
	}
	if b.caller.Key == "" || len(refused) == state.Count {
		return taken, nil
	}
	key := idemKey(b.caller)
	if err := tx.Put(TickKey(state.At.Add(replayKept), key), nil); err != nil {
		return nil, err
	}
	return taken, store.PutJSON(tx, key, state)
}

// forbids reports whether no text for the purpose of d may be sent to its number.
func forbids(r store.Reader, d *Draft) (bool, error) {
	if d.IgnoreSuppression {
		return false, nil
	}
	return suppression.Forbids(r, d.To, d.Purpose)
}

// insert writes one new message without counting it.
func (b *batch) insert(w *work, m *Message, i int) error {
	m.Parts = slices.Clone(m.Parts)
	if len(m.Parts) > 1 {
		if err := concatenate(w.tx, m, b.drafts[i].Text, m.CreatedAt); err != nil {
			return err
		}
	}
	if err := w.updatePreference(m); err != nil {
		return err
	}
	e := &entry{Message: *m}
	if err := w.updateStatus(e); err != nil {
		return err
	}
	if err := e.write(w.tx); err != nil {
		return err
	}
	*m = e.Message
	if along := b.drafts[i].InTx; along != nil {
		return along(w.tx, *m)
	}
	return nil
}

// results returns one result for each draft, with messages as they were when they were
// taken.
func (b *batch) results(ctx context.Context) ([]Result, error) {
	results := make([]Result, len(b.drafts))
	for _, r := range b.state.Refused {
		results[r.Index].Err = r.err()
	}
	if len(b.fresh)+len(b.state.Refused) < len(results) {
		for i := range results {
			if results[i].Err != nil || b.fresh[i] != nil {
				continue
			}
			m, err := b.queue.Message(ctx, memberID(b.state.Base, i, b.state.Count))
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return nil, err
			}
			m.ID = memberID(b.state.Base, i, b.state.Count)
			results[i].Message = b.state.firstAnswer(m)
		}
	}
	for i, m := range b.fresh {
		results[i].Message = *m
	}
	past := b.state.moment().Past
	for i := range results {
		if m := &results[i].Message; results[i].Err == nil && !m.SendAt.IsZero() {
			results[i].Late = max(0, past.Sub(m.SendAt))
		}
	}
	return results, nil
}

// firstAnswer returns m as it was when it was taken.
func (r *replay) firstAnswer(m Message) Message {
	first := Message{
		ID: m.ID, To: m.To, Text: m.Text, Alphabet: m.Alphabet, Encoding: m.Encoding, Reference: m.Reference,
		Priority: m.Priority, Purpose: m.Purpose, Origin: m.Origin, Modem: m.Modem, Flash: m.Flash, Status: m.Status,
		CreatedAt: m.CreatedAt, SendAt: m.SendAt, ExpiresAt: m.ExpiresAt, Error: m.Error,
		ConcatReference: m.ConcatReference, Wide: m.Wide, TextRemoved: m.TextRemoved,
	}
	for _, p := range m.Parts {
		first.Parts = append(first.Parts, Part{End: p.End, Status: PartQueued, MR: noMR})
	}
	if r.Count == 1 {
		first.Status, first.Error = r.Status, r.Error
	}
	first.Due = clock.Later(m.CreatedAt, m.SendAt)
	if first.Error != nil {
		first.Due = first.Error.RetryAt
	}
	return first
}

// setMoment notes the moment of the first call.
func (r *replay) setMoment(at clock.Moment) {
	if r.Timeless = at.Unconfirmed; r.Timeless {
		r.Past = at.Past
	}
}

// moment returns the moment of the first call.
func (r *replay) moment() clock.Moment {
	if r.Timeless {
		return clock.Moment{Now: r.At, Past: r.Past, Unconfirmed: true}
	}
	return clock.Moment{Now: r.At, Past: r.At}
}

// prepareAll checks and composes the drafts.
func (b *batch) prepareAll(at clock.Moment) {
	b.prepared = make([]preparedDraft, len(b.drafts))
	for i := range b.drafts {
		b.prepared[i] = b.queue.prepare(b.drafts[i], at)
	}
}

// prepare checks and composes a draft.
func (q *Queue) prepare(d Draft, at clock.Moment) preparedDraft {
	now := at.Now
	if r := check(&d); r != nil {
		return preparedDraft{refused: r}
	}
	if wrong := q.checkTimes(&d, at); len(wrong) > 0 {
		return preparedDraft{refused: &wrong[0]}
	}
	composition, err := pdu.Compose(d.Text, pdu.ComposeOptions{Encoding: d.Encoding, MaxParts: q.config.MaxParts})
	if err != nil {
		r := &refusal{Code: RefusedText, Field: "text"}
		errors.As(err, &r.Text)
		return preparedDraft{refused: r}
	}
	m := Message{
		To: d.To, Encoding: d.Encoding, Reference: d.Reference, Priority: d.Priority, Purpose: d.Purpose, Origin: cmp.Or(d.Origin, OriginAPI),
		Modem: d.Modem, Flash: d.Flash, IgnoreSuppression: d.IgnoreSuppression, CreatedAt: now, SendAt: store.Milliseconds(d.SendAt), ExpiresAt: store.Milliseconds(d.ExpiresAt),
	}
	m.setText(composition)
	q.schedule(&m, clock.Later(now, m.SendAt), now)
	if m.ExpiresAt.IsZero() {
		m.ExpiresAt = m.Due.Add(q.config.Validity)
		m.Timeless = at.Unconfirmed && !m.SendAt.After(now)
	}
	return preparedDraft{message: m}
}

// memberID returns the id of draft i of count drafts of one call with the id base. An
// interrupted call that is repeated gives the same ids. The ids are in the order of the
// drafts.
func memberID(base store.ID, i, count int) string {
	if count > 1 {
		binary.BigEndian.PutUint16(base[14:], uint16(i))
	}
	return base.String()
}

// maxTogether is how many ids memberID can make of one base.
const maxTogether = 1 << 16
