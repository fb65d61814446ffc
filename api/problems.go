package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"

	"github.com/danielgtaylor/huma/v2"

	"goniec/accept"
	"goniec/api/client"
	"goniec/catalogue"
	"goniec/queue"
	"goniec/store"
)

// Code names a problem, for programs. Codes are part of the contract: they may be
// added, never changed.
type Code string

// The problems of a whole request.
const (
	CodeInvalidRequest       Code = "invalid_request" // fields are wrong: see errors
	CodeMalformedJSON        Code = "malformed_json"
	CodeInvalidUTF8          Code = "invalid_utf8" // also of a field
	CodeNestedTooDeep        Code = "nested_too_deep"
	CodeBodyRequired         Code = "body_required"
	CodeBodyUnreadable       Code = "body_unreadable"
	CodeBodyTooLarge         Code = "body_too_large"
	CodeContentType          Code = "wrong_content_type"
	CodeRequestTimeout       Code = "request_timeout"
	CodeTokenMissing         Code = "token_missing"
	CodeTokenMalformed       Code = "token_malformed"
	CodeTokenUnknown         Code = "token_unknown"
	CodeScopeMissing         Code = "scope_missing"
	CodeRouteNotFound        Code = "route_not_found"
	CodeMethodNotAllowed     Code = "method_not_allowed"
	CodeMessageNotFound      Code = "message_not_found"
	CodeInboundNotFound      Code = "inbound_not_found"
	CodeConversationNotFound Code = "conversation_not_found"
	CodeSuppressionNotFound  Code = "suppression_not_found"
	CodeWebhookNotFound      Code = "webhook_not_found"
	CodeDeliveryNotFound     Code = "delivery_not_found"
	CodeNumberBusy           Code = "number_busy"
	CodeModemNotFound        Code = "modem_not_found"
	CodeModemNotReady        Code = "modem_not_ready"
	CodeTestRunning          Code = "self_test_running"
	CodeTestNoNumber         Code = "self_test_no_number"
	CodeTestBudget           Code = "self_test_budget"
	CodeModemFailed          Code = "modem_failed"
	CodeUSSDRefused          Code = "ussd_refused"
	CodeUSSDTimeout          Code = "ussd_timeout"
	CodeTokenNotFound        Code = "token_not_found"
	CodeKeyReused            Code = "idempotency_key_reused"
	CodeKeyInvalid           Code = "idempotency_key_invalid"
	CodeInFlight             Code = "message_in_flight"
	CodeEnded                Code = "message_ended"
	CodeNotHeld              Code = "message_not_held"
	CodeTokenExists          Code = "token_exists"
	CodeClockDiffers         Code = "clock_differs"
	CodeEventUnknown         Code = "event_unknown"
	CodeRateLimited          Code = "rate_limited"
	CodeTooManyStreams       Code = "too_many_streams"
	CodeNotReady             Code = "not_ready"
	CodeShuttingDown         Code = "shutting_down"
	CodeStorageFull          Code = "storage_full"
	CodeStorageFailed        Code = "storage_failed"
	CodeInternal             Code = "internal_error"
	CodeRequestInterrupted   Code = "request_interrupted"
)

// The problems of one field.
const (
	CodeUnknownField     Code = "unknown_field"
	CodeUnknownParameter Code = "unknown_parameter"
	CodeDuplicateField   Code = "duplicate_field"
	CodeRequired         Code = "required"
	CodeWrongType        Code = "wrong_type"
	CodeNotOneOf         Code = "not_one_of"
	CodeTooLong          Code = "too_long"
	CodeEmpty            Code = "empty"
	CodeOutOfRange       Code = "out_of_range"
	CodeNotATime         Code = "not_a_time"
	CodeNotAWatch        Code = "not_a_watch" // neither date and minute nor RFC 3339
	CodeWrongFormat      Code = "wrong_format"
	CodeTooManyItems     Code = "too_many_items"
	CodeTooFewItems      Code = "too_few_items"
	CodeCursorInvalid    Code = "cursor_invalid"

	CodeNoModem      Code = "no_modem"       // of readiness
	CodeNoModemReady Code = "no_modem_ready" // of readiness
	CodeStoreFull    Code = "store_full"     // of readiness
	CodeStoreBroken  Code = "store_broken"   // of readiness: the disk refuses
	CodeStoreFailed  Code = "store_failed"   // of readiness
)

// statuses is the one list of problems of a whole request with their HTTP
// status.
func statuses() map[Code]int {
	return map[Code]int{
		CodeInvalidRequest:       http.StatusUnprocessableEntity,
		CodeMalformedJSON:        http.StatusBadRequest,
		CodeInvalidUTF8:          http.StatusBadRequest,
		CodeNestedTooDeep:        http.StatusBadRequest,
		CodeBodyRequired:         http.StatusBadRequest,
		CodeBodyUnreadable:       http.StatusBadRequest,
		CodeBodyTooLarge:         http.StatusRequestEntityTooLarge,
		CodeContentType:          http.StatusUnsupportedMediaType,
		CodeRequestTimeout:       http.StatusRequestTimeout,
		CodeTokenMissing:         http.StatusUnauthorized,
		CodeTokenMalformed:       http.StatusUnauthorized,
		CodeTokenUnknown:         http.StatusUnauthorized,
		CodeScopeMissing:         http.StatusForbidden,
		CodeRouteNotFound:        http.StatusNotFound,
		CodeMethodNotAllowed:     http.StatusMethodNotAllowed,
		CodeMessageNotFound:      http.StatusNotFound,
		CodeInboundNotFound:      http.StatusNotFound,
		CodeConversationNotFound: http.StatusNotFound,
		CodeSuppressionNotFound:  http.StatusNotFound,
		CodeWebhookNotFound:      http.StatusNotFound,
		CodeDeliveryNotFound:     http.StatusNotFound,
		CodeNumberBusy:           http.StatusConflict,
		CodeModemNotFound:        http.StatusNotFound,
		CodeModemNotReady:        http.StatusConflict,
		CodeTestRunning:          http.StatusConflict,
		CodeTestNoNumber:         http.StatusConflict,
		CodeTestBudget:           http.StatusConflict,
		CodeModemFailed:          http.StatusBadGateway,
		CodeUSSDRefused:          http.StatusBadGateway,
		CodeUSSDTimeout:          http.StatusGatewayTimeout,
		CodeTokenNotFound:        http.StatusNotFound,
		CodeKeyReused:            http.StatusUnprocessableEntity,
		CodeKeyInvalid:           http.StatusBadRequest,
		CodeInFlight:             http.StatusConflict,
		CodeEnded:                http.StatusConflict,
		CodeNotHeld:              http.StatusConflict,
		CodeTokenExists:          http.StatusConflict,
		CodeClockDiffers:         http.StatusConflict,
		CodeEventUnknown:         http.StatusBadRequest,
		CodeRateLimited:          http.StatusTooManyRequests,
		CodeTooManyStreams:       http.StatusTooManyRequests,
		CodeNotReady:             http.StatusServiceUnavailable,
		CodeShuttingDown:         http.StatusServiceUnavailable,
		CodeStorageFull:          http.StatusInsufficientStorage,
		CodeStorageFailed:        http.StatusServiceUnavailable,
		CodeInternal:             http.StatusInternalServerError,
		CodeRequestInterrupted:   http.StatusServiceUnavailable,
	}
}

// fieldCodes lists the problems of one field. CodeInvalidUTF8 is one, too.
func fieldCodes() []Code {
	codes := []Code{
		CodeUnknownField, CodeUnknownParameter, CodeDuplicateField, Code(accept.CodeControl), CodeRequired, CodeWrongType, CodeNotOneOf, CodeTooLong, CodeEmpty,
		CodeOutOfRange, CodeNotATime, CodeNotAWatch, CodeWrongFormat, CodeTooManyItems, CodeTooFewItems, CodeCursorInvalid,
	}
	for _, code := range accept.Codes() {
		codes = append(codes, Code(code))
	}
	return append(codes, CodeNoModem, CodeNoModemReady, CodeStoreFull, CodeStoreBroken, CodeStoreFailed)
}

// problem is an error of a request before it is put into words. Handlers return
// it; render is the one place that turns it into what goes over the wire.
type problem struct {
	code    Code
	args    []any // of the detail
	fields  []fieldProblem
	headers http.Header // sent along
	cause   error       // for the log only
}

// fieldProblem is what is wrong with one field. Its args never hold what was
// sent.
type fieldProblem struct {
	code         Code
	in           string // body, query, header, path
	field        string // query parameter or header
	pointer      string // JSON pointer into the body
	args         []any
	line, column int
}

func newProblem(code Code, args ...any) *problem { return &problem{code: code, args: args} }

// invalid returns the problem of a request with wrong fields.
func invalid(fields ...fieldProblem) *problem {
	return &problem{code: CodeInvalidRequest, fields: fields}
}

// bodyField is what is wrong with a field of the body.
func bodyField(pointer string, code Code, args ...any) fieldProblem {
	return fieldProblem{in: "body", pointer: pointer, code: code, args: args}
}

func (p *problem) withHeader(name, value string) *problem {
	if p.headers == nil {
		p.headers = http.Header{}
	}
	p.headers.Set(name, value)
	return p
}

// needsPerson reports whether somebody has to look after the gateway.
func (p *problem) needsPerson() bool {
	return p.code == CodeInternal || p.code == CodeStorageFull || p.code == CodeStorageFailed
}

// Error, GetStatus and GetHeaders make a problem an error of huma. Error is for
// the log; it holds nothing of the request.
func (p *problem) Error() string {
	if p.cause != nil {
		return fmt.Sprintf("%s: %v", p.code, p.cause)
	}
	return string(p.code)
}

func (p *problem) Unwrap() error           { return p.cause }
func (p *problem) GetStatus() int          { return statuses()[p.code] }
func (p *problem) GetHeaders() http.Header { return p.headers }

// ContentType makes huma send a problem as what it is.
func (p *problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// render puts p into words for the caller who sent the request.
func (p *problem) render(lang catalogue.Language, instance string) *client.Problem {
	out := &client.Problem{
		Type:     problemURI(p.code),
		Title:    http.StatusText(p.GetStatus()),
		Status:   p.GetStatus(),
		Code:     string(p.code),
		Detail:   problemText(lang, p.code, p.args...),
		Instance: instance,
	}
	for _, f := range p.fields {
		name := f.field
		if f.pointer != "" {
			name = strings.ReplaceAll(strings.TrimPrefix(f.pointer, "/"), "/", ".")
		}
		if name == "" {
			name = f.in
		}
		out.Errors = append(out.Errors, client.FieldProblem{
			Field:   name,
			In:      f.in,
			Pointer: f.pointer,
			Code:    string(f.code),
			Detail:  problemText(lang, f.code, f.args...),
			Line:    f.line,
			Column:  f.column,
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

// failure returns the problem for an error that is not the caller's fault, or
// the one that err already is. It is never empty.
func failure(ctx context.Context, err error) *problem {
	var known *problem
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, queue.ErrKeyReused):
		return newProblem(CodeKeyReused)
	case errors.Is(err, queue.ErrInFlight):
		return newProblem(CodeInFlight)
	case errors.Is(err, queue.ErrFinal):
		return newProblem(CodeEnded)
	case errors.Is(err, queue.ErrNotHeld):
		return newProblem(CodeNotHeld)
	case errors.Is(err, store.ErrClosed):
		return &problem{code: CodeShuttingDown, cause: err}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return &problem{code: CodeStorageFull, cause: err}
	case errors.Is(err, store.ErrWrite):
		return &problem{code: CodeStorageFailed, cause: err}
	case ctx.Err() != nil:
		return &problem{code: CodeRequestInterrupted, cause: err}
	}
	return &problem{code: CodeInternal, cause: err}
}

// fromHuma turns an error that huma found into a problem of ours. Its words, and
// the values in them, are dropped; what matters is told from the status and from
// the schema of the parameter.
func fromHuma(op *huma.Operation, e *huma.ErrorModel) *problem {
	switch e.Status {
	case http.StatusRequestEntityTooLarge:
		return newProblem(CodeBodyTooLarge, (op.MaxBodyBytes-1)>>10)
	case http.StatusRequestTimeout:
		return newProblem(CodeRequestTimeout)
	case http.StatusBadRequest:
		return newProblem(CodeBodyRequired)
	case http.StatusUnprocessableEntity:
		fields := make([]fieldProblem, 0, len(e.Errors))
		for _, detail := range e.Errors {
			in, name, _ := strings.Cut(detail.Location, ".")
			fields = append(fields, parameterProblem(op, in, name))
		}
		return invalid(fields...)
	case http.StatusInternalServerError:
		if len(e.Errors) > 0 { // the connection broke while the body came
			return newProblem(CodeBodyUnreadable)
		}
	}
	return newProblem(CodeInternal)
}

// parameterProblem says what a parameter of an operation should have been.
func parameterProblem(op *huma.Operation, in, name string) fieldProblem {
	for _, p := range op.Parameters {
		if p.In == in && p.Name == name {
			code, args := expectation(p.Schema)
			return fieldProblem{in: in, field: name, code: code, args: args}
		}
	}
	known := make([]string, 0, len(op.Parameters))
	for _, p := range op.Parameters {
		if p.In == in {
			known = append(known, p.Name)
		}
	}
	return fieldProblem{in: in, field: presentable(name), code: CodeUnknownParameter, args: []any{strings.Join(known, ", ")}}
}
