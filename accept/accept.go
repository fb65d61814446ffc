// Package accept turns a request to send a message into a draft for the queue, or
// reports the problems of its fields.
//
// It checks the spelling of numbers, the names of modems and whether a question can be
// asked, which the queue cannot know. It knows no transport: the REST API, a page or an
// SMTP listener passes a Request and renders each Problem for its callers. It owns no
// keys.
package accept

import (
	"context"
	"errors"
	"time"
	"unicode"
	"unicode/utf8"

	"goniec/pdu"
	"goniec/queue"
	"goniec/reply"
	"goniec/store"
	"goniec/suppression"
)

// Config configures an Intake.
type Config struct {
	Queue     Queue
	Questions Questions
	Numbers   Numbers
	HasModem  func(name string) bool // reports whether a modem has this name
	MaxParts  int                    // of one message, as in queue.Config; 0: 255
}

// Queue takes drafts; implemented by queue.Queue.
type Queue interface {
	Enqueue(ctx context.Context, caller queue.Caller, drafts []queue.Draft) (results []queue.Result, replayed bool, err error)
}

// Questions prepares the question of a message; implemented by reply.Replies. Ask
// returns the value of queue.Draft.InTx, or a *reply.QuestionError.
type Questions interface {
	Ask(q reply.Question) (along func(tx store.Tx, m queue.Message) error, err error)
}

// Request is a request to send one message, with its fields as the caller wrote them.
type Request struct {
	To        string // a number as people write it, or a short code
	Text      string
	Reference string              // the caller's own id; empty: none
	SendAt    time.Time           // zero: now
	ExpiresAt time.Time           // zero: the default of the queue
	Priority  queue.Priority      // empty: queue.Normal
	Encoding  pdu.Encoding        // empty: pdu.Auto
	Purpose   suppression.Purpose // may be empty
	Modem     string              // empty: any
	Flash     bool                // class 0: shown at once and not kept (3GPP TS 23.038 4)
	Question  *Question           // nil: the message asks nothing

	// Unread names the fields already refused while reading the request; "" stands for
	// all fields. Send reports no further problem of these fields, and refuses the
	// request.
	Unread []string
}

// Question is the question of a message. The caller sets Kind, Labels, Min, Max, About,
// Language, Until and ChangeUntil of the embedded Question.
type Question struct {
	reply.Question
	AlsoFrom []string // other numbers of the same person, as people write them
}

// Intake turns requests into drafts and hands them to the queue. It is safe for
// concurrent use.
type Intake struct{ config Config }

// New returns an Intake.
func New(c Config) *Intake { return &Intake{c} }

// Result is the outcome of one request: a Message on disk, the Problems for which it
// was refused, or Err. A request with Unread fields may be refused without a Problem.
type Result struct {
	Message  *queue.Message // nil: refused or failed
	Warning  string         // number.WarningFixedLine: the number probably cannot receive texts; empty: none
	Problems []Problem
	Err      error // the store failed
}

// Send passes requests to the queue and returns one result for each, in order. Each
// request is accepted or refused separately. replayed says that caller has made this
// call before and the results are those of the first call. The error is that of
// queue.Queue.Enqueue.
func (in *Intake) Send(ctx context.Context, caller queue.Caller, requests []Request) (results []Result, replayed bool, err error) {
	results = make([]Result, len(requests))
	all := make([]queue.Draft, len(requests))
	// Reading the numbers takes most of the time of a batch.
	OnAllCores(len(requests), func(i int) {
		all[i], results[i].Warning, results[i].Problems = in.Draft(&requests[i])
	})
	drafts := all[:0]                       // drafts without problems
	places := make([]int, 0, len(requests)) // index of each draft in results
	for i := range results {
		if len(results[i].Problems) == 0 && len(requests[i].Unread) == 0 {
			drafts, places = append(drafts, all[i]), append(places, i)
		}
	}
	if len(drafts) == 0 {
		return results, false, nil
	}
	taken, replayed, err := in.config.Queue.Enqueue(ctx, caller, drafts)
	if err != nil {
		return nil, false, err
	}
	for j := range taken {
		r := &results[places[j]]
		var refused *queue.RefusedError
		switch {
		case taken[j].Err == nil:
			r.Message = &taken[j].Message
		case errors.As(taken[j].Err, &refused):
			r.Problems = in.complete(&requests[places[j]], []Problem{refusal(refused)})
		default:
			r.Err = taken[j].Err
		}
	}
	return results, replayed, nil
}

// Draft turns a request into a draft for the queue. With problems or Unread fields it
// returns all problems that it finds, and no draft. warning is that of Result.
func (in *Intake) Draft(r *Request) (d queue.Draft, warning string, problems []Problem) {
	var to pdu.Address
	if !r.unread(fieldTo) {
		var p *Problem
		if to, warning, p = in.config.Numbers.Read(fieldTo, r.To); p != nil {
			problems = append(problems, *p)
		}
	}
	if r.Modem != "" && !in.config.HasModem(r.Modem) {
		problems = append(problems, Problem{Field: "modem", Code: CodeModemUnknown})
	}
	if at := controlIn(r.Reference); at > 0 {
		problems = append(problems, Problem{Field: "reference", Code: CodeControl, Args: []any{at}})
	}
	along, p := in.question(r.Question)
	if p != nil {
		problems = append(problems, *p)
	}
	if len(problems) > 0 || len(r.Unread) > 0 {
		return queue.Draft{}, "", in.complete(r, problems)
	}
	return queue.Draft{
		To: to, Text: r.Text, Reference: r.Reference, SendAt: r.SendAt, ExpiresAt: r.ExpiresAt,
		Priority: r.Priority, Encoding: r.Encoding, Purpose: r.Purpose, Modem: r.Modem, Flash: r.Flash, InTx: along,
	}, warning, nil
}

// Preview returns the composition of a text, without sending or storing it.
func (in *Intake) Preview(text string, e pdu.Encoding) (pdu.Preview, *Problem) {
	preview, err := pdu.NewPreview(text, in.composeOptions(e))
	if err != nil {
		p := textProblem(err)
		return pdu.Preview{}, &p
	}
	return preview, nil
}

// question prepares the question of a message; nil without one.
func (in *Intake) question(q *Question) (along func(tx store.Tx, m queue.Message) error, p *Problem) {
	if q == nil {
		return nil, nil
	}
	asked := q.Question
	for _, raw := range q.AlsoFrom {
		a, _, p := in.config.Numbers.Read("question.also_from", raw)
		if p != nil {
			return nil, p
		}
		asked.Also = append(asked.Also, a)
	}
	along, err := in.config.Questions.Ask(asked)
	var wrong *reply.QuestionError
	if errors.As(err, &wrong) {
		return nil, &Problem{Field: "question." + wrong.Field, Code: Code(wrong.Code)}
	}
	return along, nil
}

// complete adds the problem that the queue would find. The queue does not see a refused
// request, and reports one field only.
func (in *Intake) complete(r *Request, problems []Problem) []Problem {
	known := func(field string) bool { return r.unread(field) || names(problems, field) }
	if !known(fieldText) {
		if _, err := pdu.Compose(r.Text, in.composeOptions(r.Encoding)); err != nil {
			problems = append(problems, textProblem(err))
		}
	}
	if !r.ExpiresAt.IsZero() && !known(fieldExpiresAt) {
		switch {
		case !r.ExpiresAt.After(time.Now()):
			problems = append(problems, Problem{Field: fieldExpiresAt, Code: CodeExpiresInPast})
		case !r.SendAt.IsZero() && !r.ExpiresAt.After(r.SendAt):
			problems = append(problems, Problem{Field: fieldExpiresAt, Code: CodeExpiresBeforeSend})
		}
	}
	return problems
}

func (in *Intake) composeOptions(e pdu.Encoding) pdu.ComposeOptions {
	return pdu.ComposeOptions{Encoding: e, MaxParts: in.config.MaxParts}
}

// unread reports whether this field was already refused while reading the request.
func (r *Request) unread(field string) bool {
	for _, name := range r.Unread {
		if name == field || name == "" {
			return true
		}
	}
	return false
}

// controlIn returns the position of the first control character of s, from 1; 0: none.
// References are written to logs and tables of other programs.
func controlIn(s string) int {
	for i, r := range s {
		if unicode.IsControl(r) {
			return utf8.RuneCountInString(s[:i]) + 1
		}
	}
	return 0
}
