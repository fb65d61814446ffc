package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"goniec/accept"
	"goniec/api/client"
	"goniec/catalogue"
	"goniec/store"
)

// Problem is an error of a request before it is put into words. Handlers return
// it; render is the one place that turns it into what goes over the wire.
type Problem struct {
	Code   Code
	Args   []any // of the detail
	Fields []FieldProblem
	Cause  error // for the log only

	headers http.Header // sent along
}

// FieldProblem is what is wrong with one field. Its args never hold what was
// sent.
type FieldProblem struct {
	Code         Code
	In           string // body, query, header, path
	Field        string // query parameter or header
	Pointer      string // JSON pointer into the body
	Args         []any
	Line, Column int // in the body, from 1; 0: unknown
}

// NewProblem returns the problem of a whole request; args are those of its detail.
func NewProblem(code Code, args ...any) *Problem { return &Problem{Code: code, Args: args} }

// Invalid returns the problem of a request with wrong fields.
func Invalid(fields ...FieldProblem) *Problem {
	return &Problem{Code: CodeInvalidRequest, Fields: fields}
}

// BodyField is what is wrong with a field of the body.
func BodyField(pointer string, code Code, args ...any) FieldProblem {
	return FieldProblem{In: "body", Pointer: pointer, Code: code, Args: args}
}

// WithHeader returns p, which now sends a header along.
func (p *Problem) WithHeader(name, value string) *Problem {
	if p.headers == nil {
		p.headers = http.Header{}
	}
	p.headers.Set(name, value)
	return p
}

// needsPerson reports whether somebody has to look after the gateway.
func (p *Problem) needsPerson() bool {
	return p.Code == CodeInternal || p.Code == CodeStorageFull || p.Code == CodeStorageFailed
}

// Error, GetStatus and GetHeaders make a problem an error of huma. Error is for
// the log; it holds nothing of the request.
func (p *Problem) Error() string {
	if p.Cause != nil {
		return fmt.Sprintf("%s: %v", p.Code, p.Cause)
	}
	return string(p.Code)
}

func (p *Problem) Unwrap() error           { return p.Cause }
func (p *Problem) GetStatus() int          { return Statuses()[p.Code] }
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType makes huma send a problem as what it is.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// render puts p into words for the caller who sent the request.
func (p *Problem) render(lang catalogue.Language, instance string) *client.Problem {
	out := &client.Problem{
		Type:     problemURI(p.Code),
		Title:    http.StatusText(p.GetStatus()),
		Status:   p.GetStatus(),
		Code:     string(p.Code),
		Detail:   problemText(lang, p.Code, p.Args...),
		Instance: instance,
	}
	for _, f := range p.Fields {
		name := f.Field
		if f.Pointer != "" {
			name = strings.ReplaceAll(strings.TrimPrefix(f.Pointer, "/"), "/", ".")
		}
		if name == "" {
			name = f.In
		}
		out.Errors = append(out.Errors, client.FieldProblem{
			Field:   name,
			In:      f.In,
			Pointer: f.Pointer,
			Code:    string(f.Code),
			Detail:  problemText(lang, f.Code, f.Args...),
			Line:    f.Line,
			Column:  f.Column,
		})
	}
	return out
}

// problemURI is where a problem is explained: a place on our own page, for a box
// without internet has no other.
func problemURI(code Code) string { return "/docs#problem-" + string(code) }

// problemText is the detail of a problem; its keys are in catalogue/problems.go.
func problemText(lang catalogue.Language, code Code, args ...any) string {
	return catalogue.Text(lang, catalogue.Key("problem."+string(code)), args...)
}

// Failure returns the problem for an error that is not the caller's fault, or
// the one that err already is. It is never empty.
func Failure(ctx context.Context, err error) *Problem {
	var known *Problem
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, store.ErrClosed):
		return &Problem{Code: CodeShuttingDown, Cause: err}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return &Problem{Code: CodeStorageFull, Cause: err}
	case errors.Is(err, store.ErrWrite):
		return &Problem{Code: CodeStorageFailed, Cause: err}
	case ctx.Err() != nil:
		return &Problem{Code: CodeRequestInterrupted, Cause: err}
	}
	return &Problem{Code: CodeInternal, Cause: err}
}

// fromHuma turns an error that huma found into a problem of ours. Its words, and
// the values in them, are dropped; what matters is told from the status and from
// the schema of the parameter.
func fromHuma(op *huma.Operation, e *huma.ErrorModel) *Problem {
	switch e.Status {
	case http.StatusRequestEntityTooLarge:
		return NewProblem(CodeBodyTooLarge, (op.MaxBodyBytes-1)>>10)
	case http.StatusRequestTimeout:
		return NewProblem(CodeRequestTimeout)
	case http.StatusBadRequest:
		return NewProblem(CodeBodyRequired)
	case http.StatusUnprocessableEntity:
		fields := make([]FieldProblem, 0, len(e.Errors))
		for _, detail := range e.Errors {
			in, name, _ := strings.Cut(detail.Location, ".")
			fields = append(fields, parameterProblem(op, in, name))
		}
		return Invalid(fields...)
	case http.StatusInternalServerError:
		if len(e.Errors) > 0 { // the connection broke while the body came
			return NewProblem(CodeBodyUnreadable)
		}
	}
	return NewProblem(CodeInternal)
}

// parameterProblem says what a parameter of an operation should have been.
func parameterProblem(op *huma.Operation, in, name string) FieldProblem {
	for _, p := range op.Parameters {
		if p.In == in && p.Name == name {
			code, args := expectation(p.Schema)
			return FieldProblem{In: in, Field: name, Code: code, Args: args}
		}
	}
	known := make([]string, 0, len(op.Parameters))
	for _, p := range op.Parameters {
		if p.In == in {
			known = append(known, p.Name)
		}
	}
	return FieldProblem{In: in, Field: presentable(name), Code: CodeUnknownParameter, Args: []any{strings.Join(known, ", ")}}
}

// BodyProblems turns what package accept says of a body into problems of its fields.
func BodyProblems(problems ...accept.Problem) []FieldProblem {
	fields := make([]FieldProblem, len(problems))
	for i, p := range problems {
		fields[i] = BodyField("/"+strings.ReplaceAll(p.Field, ".", "/"), Code(p.Code), p.Args...)
	}
	return fields
}

// QueryProblem turns what package accept says of a query parameter into a problem.
func QueryProblem(p *accept.Problem) *Problem {
	return Invalid(FieldProblem{In: "query", Field: p.Field, Code: Code(p.Code), Args: p.Args})
}

// Unread lists the fields of a body that are refused already, as accept.Request
// wants them.
func Unread(wrong []FieldProblem) []string {
	var fields []string
	for _, f := range wrong {
		name, _, _ := strings.Cut(strings.TrimPrefix(f.Pointer, "/"), "/")
		fields = append(fields, name)
	}
	return fields
}

// WithRetryAfter returns p, which now says after which time to try again.
func (p *Problem) WithRetryAfter(wait time.Duration) *Problem {
	return p.WithHeader("Retry-After", strconv.Itoa(max(1, int((wait+time.Second-1)/time.Second))))
}
