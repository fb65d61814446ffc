package queue

import (
	"context"
	"errors"
	"time"

	"goniec/pdu"
)

var errUnfinished = errors.New("unfinished")

func (q *Queue) Enqueue(ctx context.Context, caller Caller, drafts []Draft) (results []Result, replayed bool, err error) {
	return nil, false, errUnfinished
}
func (q *Queue) Message(ctx context.Context, id string) (Message, error) {
	return Message{}, errUnfinished
}
func (q *Queue) Messages(ctx context.Context, f Filter, after string, limit int) (items []Message, next string, err error) {
	return nil, "", errUnfinished
}
func (q *Queue) Inbox(ctx context.Context, f InboxFilter, after string, limit int) (items []Inbound, next string, err error) {
	return nil, "", errUnfinished
}
func (q *Queue) Inbound(ctx context.Context, id string) (Inbound, error) {
	return Inbound{}, errUnfinished
}
func (q *Queue) Cancel(ctx context.Context, id, actor string) (Message, error) {
	return Message{}, errUnfinished
}
func (q *Queue) Release(ctx context.Context, id, actor string) (Message, error) {
	return Message{}, errUnfinished
}
func (q *Queue) Claim(ctx context.Context, w Worker) (Submission, bool, error) {
	return Submission{}, false, errUnfinished
}
func (q *Queue) Record(ctx context.Context, s Submission, o Outcome, next bool) (Submission, bool, error) {
	return Submission{}, false, errUnfinished
}
func (q *Queue) Resolve(ctx context.Context, s Submission, mr byte, at time.Time) error {
	return errUnfinished
}
func (q *Queue) Report(ctx context.Context, w Worker, r pdu.StatusReport, at time.Time) error {
	return errUnfinished
}
func (q *Queue) Receive(ctx context.Context, w Worker, raw []byte, at time.Time) error {
	return errUnfinished
}
func (q *Queue) Recover(ctx context.Context) (uncertain int, err error) { return 0, errUnfinished }
func (q *Queue) Tend(ctx context.Context) (next time.Time, err error) {
	return time.Time{}, errUnfinished
}
func (q *Queue) NextDue(ctx context.Context, w Worker) (time.Time, bool, error) {
	return time.Time{}, false, errUnfinished
}
func (q *Queue) Prune(ctx context.Context, texts, records time.Duration) error { return errUnfinished }
func (q *Queue) Counts(ctx context.Context) (map[Status]int, error)            { return nil, errUnfinished }
func New(c Config) (*Queue, error)                                             { return nil, errUnfinished }

type calendar struct{}
type meter struct{}

const dueSpace = "due/"
