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

// Problem is an error of a request before translation. Handlers return it; render makes
// the wire type of it.
type Problem struct {
	Code   Code
	Args   []any // of the detail
	Fields []FieldProblem
	Cause  error // for the log only

	headers http.Header // headers of the answer
}

// FieldProblem is the error of one field. Args never contain the value.
type FieldProblem struct {
	Code         Code
	In           string // body, query, header, path
	Field        string // query parameter or header
	Pointer      string // JSON pointer into the body
	Args         []any
	Line, Column int // in the body, from 1; 0: unknown
}

// name returns the field as callers see it: "question.until".
func (f FieldProblem) name() string {
	switch {
	case f.Pointer != "" && f.Pointer != "/":
		return strings.ReplaceAll(strings.TrimPrefix(f.Pointer, "/"), "/", ".")
	case f.Pointer == "" && f.Field != "":
		return f.Field
	}
	return f.In
}

// NewProblem returns the problem of a whole request; args are those of its detail.
func NewProblem(code Code, args ...any) *Problem { return &Problem{Code: code, Args: args} }

// Invalid returns the problem of a request with wrong fields.
func Invalid(fields ...FieldProblem) *Problem {
	return &Problem{Code: CodeInvalidRequest, Fields: fields}
}

// BodyField returns the problem of a field of the body.
func BodyField(pointer string, code Code, args ...any) FieldProblem {
	return FieldProblem{In: "body", Pointer: pointer, Code: code, Args: args}
}

// WithHeader adds a header to the answer and returns p.
func (p *Problem) WithHeader(name, value string) *Problem {
	if p.headers == nil {
		p.headers = http.Header{}
	}
	p.headers.Set(name, value)
	return p
}

// needsPerson reports whether the problem needs the attention of the operator.
func (p *Problem) needsPerson() bool {
	return p.Code == CodeInternal || p.Code == CodeStorageFull || p.Code == CodeStorageFailed
}

// Error, GetStatus and GetHeaders implement huma's error interfaces. Error is for the
// log and contains nothing of the request.
func (p *Problem) Error() string {
	if p.Cause != nil {
		return fmt.Sprintf("%s: %v", p.Code, p.Cause)
	}
	return string(p.Code)
}

func (p *Problem) Unwrap() error           { return p.Cause }
func (p *Problem) GetStatus() int          { return Statuses()[p.Code] }
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType makes huma send the media type of a problem.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// render returns p in the words of lang. instance is the id of the request.
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
		out.Errors = append(out.Errors, client.FieldProblem{
			Field:   f.name(),
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

// problemURI returns the URI that explains a problem: on this box's own page, which
// works without internet.
func problemURI(code Code) string { return "/docs#problem-" + string(code) }

// problemText returns the detail of a problem; its keys are in catalogue/problems.go.
func problemText(lang catalogue.Language, code Code, args ...any) string {
	return Words(lang, catalogue.Key("problem."+string(code)), args)
}

// Words returns a text with its arguments. A time.Duration among them is put into words.
func Words(lang catalogue.Language, key catalogue.Key, args []any) string {
	said := make([]any, len(args))
	for i, arg := range args {
		if d, is := arg.(time.Duration); is {
			arg = catalogue.Duration(lang, d)
		}
		said[i] = arg
	}
	return catalogue.Text(lang, key, said...)
}

// Failure returns err if it is a problem, else the problem of a failure of the gateway.
// It is never nil.
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

// fromHuma converts an error of huma. Its words and values are dropped; the status and
// the schema of the parameter determine the problem.
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
			name, _, _ = strings.Cut(name, "[") // an item of a list
			fields = append(fields, parameterProblem(op, in, name))
		}
		return Invalid(fields...)
	case http.StatusInternalServerError:
		if len(e.Errors) > 0 { // the connection broke while the body was read
			return NewProblem(CodeBodyUnreadable)
		}
	}
	return NewProblem(CodeInternal)
}

// parameterProblem returns the expectation of a parameter as a problem.
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

// BodyProblems converts problems of package accept to problems of fields of the body.
func BodyProblems(problems ...accept.Problem) []FieldProblem {
	fields := make([]FieldProblem, len(problems))
	for i, p := range problems {
		fields[i] = BodyField("/"+strings.ReplaceAll(p.Field, ".", "/"), Code(p.Code), p.Args...)
	}
	return fields
}

// QueryProblem converts a problem of package accept to one of a query parameter.
func QueryProblem(p *accept.Problem) *Problem {
	return Invalid(FieldProblem{In: "query", Field: p.Field, Code: Code(p.Code), Args: p.Args})
}

// Unread lists the refused fields of a body for accept.Request.
func Unread(wrong []FieldProblem) []string {
	var fields []string
	for _, f := range wrong {
		name, _, _ := strings.Cut(strings.TrimPrefix(f.Pointer, "/"), "/")
		fields = append(fields, name)
	}
	return fields
}

// WithRetryAfter adds a Retry-After header to the answer and returns p.
func (p *Problem) WithRetryAfter(wait time.Duration) *Problem {
	return p.WithHeader("Retry-After", strconv.Itoa(max(1, int((wait+time.Second-1)/time.Second))))
}
