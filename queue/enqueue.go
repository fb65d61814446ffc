package queue

import (
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
	// maxReference is the greatest length of Draft.Reference, in octets.
	maxReference = 128
	// maxAhead is how far ahead send_at may lie; further is a slip of the pen.
	maxAhead = 366 * 24 * time.Hour
	// replayKept is how long an idempotency key is remembered.
	replayKept = 72 * time.Hour
	// together bounds how many messages are taken in one transaction, so that
	// a large batch does not keep the other callers waiting.
	together = 200
)

// replay is the value of idem/<token>/<key>: enough to give the first answer
// again, and to go on where a crash has cut a batch.
type replay struct {
	Hash    string    `json:"h"`            // of the body
	At      time.Time `json:"at"`           // the time the first call reckoned with
	Base    store.ID  `json:"base"`         // see member
	Count   int       `json:"n"`            // drafts
	Done    int       `json:"done"`         // drafts taken or refused so far
	Refused []refusal `json:"no,omitempty"` // those refused
	// Timeless says that nothing had confirmed At; Past was over in any case.
	Timeless bool      `json:"tmls,omitempty"`
	Past     time.Time `json:"past,omitzero"`
	// Status and Error are of the message as it was answered first, if there
	// is one draft only.
	Status Status   `json:"st,omitempty"`
	Error  *Problem `json:"err,omitempty"`
}

// refusal is a RefusedError of one draft.
type refusal struct {
	Index int            `json:"i"`
	Code  string         `json:"c"`
	Field string         `json:"f"`
	Text  *pdu.TextError `json:"t,omitempty"`
}

func (r refusal) err() *RefusedError {
	refused := &RefusedError{Code: r.Code, Field: r.Field}
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

// Enqueue takes drafts into the queue and returns one result for each, in order.
// When it returns without an error the accepted ones are on disk.
//
// A call with a Key that has been made before, by the same Token within 72 hours,
// creates nothing: replayed is true and results are those of the first time.
// ErrKeyReused is returned if its body was another one. A call that was cut by a
// crash or an error has taken some of its drafts; repeating it with the same Key
// takes the rest. A call whose drafts are all refused is not remembered.
//
// A large batch is taken in several transactions. Without a Key there is no way
// to repeat one that failed halfway without sending some of it twice.
func (q *Queue) Enqueue(ctx context.Context, caller Caller, drafts []Draft) (results []Result, replayed bool, err error) {
	if len(drafts) > maxTogether {
		return nil, false, fmt.Errorf("enqueue: %d drafts in one call, at most %d are possible", len(drafts), maxTogether)
	}
	b, err := q.newBatch(ctx, caller, drafts)
	if err != nil {
		return nil, false, fmt.Errorf("enqueue: %w", err)
	}
	for b.state.Done < len(drafts) {
		if err := b.advance(ctx); err != nil {
			return nil, false, fmt.Errorf("enqueue: %w", err)
		}
	}
	results, err = b.results(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("enqueue: %w", err)
	}
	return results, b.replayed, nil
}

// batch is one call of Enqueue under way.
type batch struct {
	queue    *Queue
	caller   Caller
	drafts   []Draft
	prepared []prepared
	state    replay
	replayed bool             // the call had been made before
	fresh    map[int]*Message // taken by this call
}

// prepared is a draft that has been checked and composed, before it has an id.
type prepared struct {
	message Message
	refused *refusal
}

// newBatch begins a call of Enqueue.
func (q *Queue) newBatch(ctx context.Context, caller Caller, drafts []Draft) (*batch, error) {
	b := &batch{queue: q, caller: caller, drafts: drafts, fresh: make(map[int]*Message, len(drafts))}
	b.state = replay{Hash: hex.EncodeToString(caller.BodyHash[:]), At: q.now(), Base: q.ids.Next(q.clock.Time()), Count: len(drafts)}
	asked, err := store.View(ctx, q.store, func(r store.Reader) (asked, error) { return q.askedAt(r, b.state.At) })
	if err != nil {
		return nil, err
	}
	b.state.Timeless, b.state.Past = asked.timeless, asked.past
	b.prepareAll(asked)
	return b, nil
}

// readReplay returns what is remembered of the call, nil if nothing.
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

// advance takes the next drafts of b in one transaction, or finds that another
// call with the same key has done so before or meanwhile.
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
		if done.state.Done < len(b.drafts) { // it was cut: go on as it had begun
			b.prepareAll(asked{done.state.At, done.state.Past, done.state.Timeless})
		}
	}
	b.state = done.state
	for i, m := range done.taken {
		b.fresh[i] = m
		b.queue.meter.enqueued(m)
	}
	return nil
}

// chunk returns behind which draft the next transaction ends, so that it stays
// within the limits of the store. A message takes up to ten operations; its text
// grows up to sixfold in JSON.
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
	refused := append([]refusal(nil), state.Refused...)
	counts := map[Status]int{} // once for all: each would read and write the same record
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
		m.ID = member(state.Base, i, state.Count)
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

// forbids reports whether the number of d must not be written to for its purpose.
func forbids(r store.Reader, d *Draft) (bool, error) {
	if d.IgnoreSuppression {
		return false, nil
	}
	return suppression.Forbids(r, d.To, d.Purpose)
}

// insert writes one new message, and leaves it to take to count it.
func (b *batch) insert(w *work, m *Message, i int) error {
	m.Parts = append([]Part(nil), m.Parts...)
	if len(m.Parts) > 1 {
		if err := concatenate(w.tx, m, b.drafts[i].Text, m.CreatedAt); err != nil {
			return err
		}
	}
	if err := w.prefer(m); err != nil {
		return err
	}
	e := &entry{Message: *m}
	if err := w.settle(e); err != nil {
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

// results returns the first answer: messages as they were when they were taken.
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
			m, err := b.queue.Message(ctx, member(b.state.Base, i, b.state.Count))
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return nil, err
			}
			m.ID = member(b.state.Base, i, b.state.Count)
			results[i].Message = b.state.firstAnswer(m)
		}
	}
	for i, m := range b.fresh {
		results[i].Message = *m
	}
	return results, nil
}

// firstAnswer returns m as it was when it had just been taken.
func (r *replay) firstAnswer(m Message) Message {
	first := Message{
		ID: m.ID, To: m.To, Text: m.Text, Alphabet: m.Alphabet, Encoding: m.Encoding, Reference: m.Reference,
		Priority: m.Priority, Purpose: m.Purpose, Modem: m.Modem, Flash: m.Flash, Status: m.Status,
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

// asked is when a call was made.
type asked struct {
	now      time.Time
	past     time.Time // a time that is over for certain; of use if timeless
	timeless bool      // nothing has confirmed now
}

// askedAt returns what is known of a call that is made now.
func (q *Queue) askedAt(r store.Reader, now time.Time) (asked, error) {
	timeless, err := q.clock.UnconfirmedIn(r, now)
	if err != nil || !timeless {
		return asked{now: now}, err
	}
	past, err := q.clock.PastIn(r)
	return asked{now, past, true}, err
}

// prepareAll checks and composes the drafts.
func (b *batch) prepareAll(at asked) {
	b.prepared = make([]prepared, len(b.drafts))
	for i := range b.drafts {
		b.prepared[i] = b.queue.prepare(b.drafts[i], at)
	}
}

// prepare checks and composes a draft.
func (q *Queue) prepare(d Draft, at asked) prepared {
	now, timeless := at.now, at.timeless
	if r := check(&d, at); r != nil {
		return prepared{refused: r}
	}
	composition, err := pdu.Compose(d.Text, pdu.ComposeOptions{Encoding: d.Encoding, MaxParts: q.config.MaxParts})
	if err != nil {
		r := &refusal{Code: RefusedText, Field: "text"}
		errors.As(err, &r.Text)
		return prepared{refused: r}
	}
	m := Message{
		To: d.To, Encoding: d.Encoding, Reference: d.Reference, Priority: d.Priority, Purpose: d.Purpose,
		Modem: d.Modem, Flash: d.Flash, IgnoreSuppression: d.IgnoreSuppression, CreatedAt: now, SendAt: store.Milliseconds(d.SendAt), ExpiresAt: store.Milliseconds(d.ExpiresAt),
	}
	m.setText(composition)
	due := now
	if m.SendAt.After(now) {
		due = m.SendAt
	}
	q.schedule(&m, due, now)
	if m.ExpiresAt.IsZero() {
		m.ExpiresAt = m.Due.Add(q.config.Validity)
		m.Timeless = timeless && !m.SendAt.After(now)
	}
	return prepared{message: m}
}

// check fills in the defaults of d and returns what is wrong with it. By a clock that
// nobody has confirmed only an end is wrong that has passed for certain.
func check(d *Draft, at asked) *refusal {
	now, timeless := at.now, at.timeless
	ended := now
	if timeless {
		ended = at.past
	}
	if d.Priority == "" {
		d.Priority = Normal
	}
	if d.Encoding == "" {
		d.Encoding = pdu.Auto
	}
	sendAt := d.SendAt
	if sendAt.Before(ended) {
		sendAt = ended
	}
	switch {
	case d.To.Number == "" || d.To.IsAlphanumeric():
		return &refusal{Code: RefusedTo, Field: "to"}
	case len(d.Reference) > maxReference:
		return &refusal{Code: RefusedReference, Field: "reference"}
	case d.Priority != High && d.Priority != Normal && d.Priority != Low:
		return &refusal{Code: RefusedPriority, Field: "priority"}
	case d.Purpose != "" && !slices.Contains(suppression.Purposes(), d.Purpose):
		return &refusal{Code: RefusedPurpose, Field: "purpose"}
	case d.Encoding != pdu.Auto && d.Encoding != pdu.ForceGSM7 && d.Encoding != pdu.ForceUCS2 && d.Encoding != pdu.Fold:
		return &refusal{Code: RefusedEncoding, Field: "encoding"}
	case sendAt.After(now.Add(maxAhead)) && !timeless:
		return &refusal{Code: RefusedSendAt, Field: "send_at"}
	case !d.ExpiresAt.IsZero() && !d.ExpiresAt.After(ended):
		return &refusal{Code: RefusedExpired, Field: "expires_at"}
	case !d.ExpiresAt.IsZero() && !d.ExpiresAt.After(sendAt):
		return &refusal{Code: RefusedWindow, Field: "expires_at"}
	default:
		return nil
	}
}

// member returns the id of item i of count that were created together under
// base. It depends on nothing else, so that a call that was cut by a crash goes
// on with the ids it began with; and the ids are in the order of the items.
func member(base store.ID, i, count int) string {
	if count > 1 {
		binary.BigEndian.PutUint16(base[14:], uint16(i))
	}
	return base.String()
}

// maxTogether is how many ids member can make of one base.
const maxTogether = 1 << 16
