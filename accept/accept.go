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
	CheckTimes(ctx context.Context, d queue.Draft) ([]*queue.RefusedError, error)
}

// Questions makes a draft ask a question; implemented by reply.Replies. A question that is
// wrong gives a *reply.QuestionError.
type Questions interface {
	Ask(ctx context.Context, d *queue.Draft, q reply.Question) error
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
	Warnings []Problem      // what looks odd about an accepted request; the words are "warning.<Code>"
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
		var failed error
		if all[i], results[i].Warnings, results[i].Problems, failed = in.draft(ctx, &requests[i]); failed != nil {
			results[i].Err = failed
		}
	})
	drafts := all[:0]                       // drafts without problems
	places := make([]int, 0, len(requests)) // index of each draft in results
	for i := range results {
		if len(results[i].Problems) == 0 && len(requests[i].Unread) == 0 && results[i].Err == nil {
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
			if late := taken[j].Late; late > lateTold {
				r.Warnings = append(r.Warnings, Problem{Field: "send_at", Code: CodeSendAtPassed, Args: []any{late}})
			}
		case errors.As(taken[j].Err, &refused):
			request := &requests[places[j]]
			if r.Problems, err = in.complete(ctx, request, drafts[j], []Problem{request.refusal(refused, drafts[j])}); err != nil {
				return nil, false, err
			}
		default:
			r.Err = taken[j].Err
		}
	}
	return results, replayed, nil
}

// lateTold is for how long send_at may have passed without a warning.
const lateTold = time.Minute

// draft turns a request into a draft for the queue. With problems or Unread fields it
// returns all problems that it finds, and no draft. warnings are those of Result. The error
// is that of reading the store.
func (in *Intake) draft(ctx context.Context, r *Request) (d queue.Draft, warnings, problems []Problem, err error) {
	d = queue.Draft{
		Text: r.Text, Reference: r.Reference, SendAt: r.SendAt, ExpiresAt: r.ExpiresAt,
		Priority: r.Priority, Encoding: r.Encoding, Purpose: r.Purpose, Origin: queue.OriginAPI, Modem: r.Modem, Flash: r.Flash,
	}
	if !r.unread(fieldTo) {
		var warning string
		var p *Problem
		if d.To, warning, p = in.config.Numbers.Read(fieldTo, r.To); p != nil {
			problems = append(problems, *p)
		}
		if warning != "" {
			warnings = append(warnings, Problem{Field: fieldTo, Code: Code(warning)})
		}
	}
	if r.Modem != "" && !in.config.HasModem(r.Modem) {
		problems = append(problems, Problem{Field: "modem", Code: CodeModemUnknown})
	}
	if at := controlIn(r.Reference); at > 0 {
		problems = append(problems, Problem{Field: "reference", Code: CodeControl, Args: []any{at}})
	}
	p, err := in.ask(ctx, &d, r.Question)
	if err != nil {
		return queue.Draft{}, nil, nil, err
	}
	if p != nil {
		problems = append(problems, *p)
	}
	if len(problems) > 0 || len(r.Unread) > 0 {
		problems, err = in.complete(ctx, r, d, problems)
		return queue.Draft{}, nil, problems, err
	}
	return d, warnings, nil, nil
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

// ask makes d ask q, which may be nil.
func (in *Intake) ask(ctx context.Context, d *queue.Draft, q *Question) (*Problem, error) {
	if q == nil {
		return nil, nil
	}
	asked := q.Question
	for _, raw := range q.AlsoFrom {
		a, _, p := in.config.Numbers.Read("question.also_from", raw)
		if p != nil {
			return p, nil
		}
		asked.Also = append(asked.Also, a)
	}
	err := in.config.Questions.Ask(ctx, d, asked)
	var wrong *reply.QuestionError
	if errors.As(err, &wrong) {
		return &Problem{Field: "question." + wrong.Field, Code: Code(wrong.Code)}, nil
	}
	return nil, err
}

// complete adds the problems that the queue would find. The queue does not see a refused
// request, and reports one field only.
func (in *Intake) complete(ctx context.Context, r *Request, d queue.Draft, problems []Problem) ([]Problem, error) {
	known := func(field string) bool { return r.unread(field) || names(problems, field) }
	if !known(fieldText) {
		if _, err := pdu.Compose(r.Text, in.composeOptions(r.Encoding)); err != nil {
			problems = append(problems, textProblem(err))
		}
	}
	wrong, err := in.config.Queue.CheckTimes(ctx, d)
	if err != nil {
		return nil, err
	}
	for _, e := range wrong {
		if p := r.refusal(e, d); !known(p.Field) {
			problems = append(problems, p)
		}
	}
	return problems, nil
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
