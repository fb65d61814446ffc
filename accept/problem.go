package accept

import (
	"errors"
	"slices"
	"time"

	"goniec/pdu"
	"goniec/queue"
	"goniec/reply"
)

// Problem is an error in one field of a request. It never contains the value of the
// field.
type Problem struct {
	Field string // "to", or "question.until" for a field within another
	Code  Code
	Args  []any // of the text "problem.<Code>" in package catalogue
}

// Code identifies a problem for programs. Codes never change; the catalogue has words
// for each under "problem.<code>".
type Code string

// The codes of a Problem. A question has those of reply.QuestionError besides.
const (
	CodeControl     Code = "control_character" // Args: its position, in characters from 1
	CodeTooLong     Code = "too_long"          // Args: the greatest length
	CodeWrongFormat Code = "wrong_format"
	CodeInvalidUTF8 Code = "invalid_utf8"

	CodeTextEmpty        Code = "text_empty"
	CodeTextControl      Code = "text_control_character" // Args: its position, in characters from 1
	CodeTextNotGSM7      Code = "text_not_in_gsm7"       // Args: the position of the character, from 1
	CodeTextTooManyParts Code = "text_too_many_parts"    // Args: parts that it takes, parts allowed

	CodeNumberEmpty     Code = "number_empty"
	CodeNumberTwo       Code = "number_two_numbers"
	CodeNumberInvalid   Code = "number_invalid"
	CodeNumberCountry   Code = "number_country_not_allowed"
	CodeNumberPremium   Code = "number_premium"
	CodeNumberShortCode Code = "number_unknown_short_code"
	CodeNumberEmergency Code = "number_emergency"

	CodeExpiresInPast     Code = "expires_in_the_past" // Args: for how long, a time.Duration
	CodeExpiresBeforeSend Code = "expires_before_send" // Args: when the message could go, RFC 3339
	CodeSendAtTooFar      Code = "send_at_too_far"
	CodeSendAtInPast      Code = "send_at_in_the_past" // Args: for how long, a time.Duration
	CodeSendAtPassed      Code = "send_at_passed"      // only a warning. Args: for how long, a time.Duration
	CodeModemUnknown      Code = "modem_unknown"
	CodeSuppressed        Code = "suppressed" // the number must not be written to for this purpose
)

// Codes lists the codes specific to this package: all but CodeControl, CodeTooLong,
// CodeWrongFormat and CodeInvalidUTF8.
func Codes() []Code {
	return []Code{
		CodeTextEmpty, CodeTextControl, CodeTextNotGSM7, CodeTextTooManyParts,
		CodeNumberEmpty, CodeNumberTwo, CodeNumberInvalid, CodeNumberCountry, CodeNumberPremium, CodeNumberShortCode, CodeNumberEmergency,
		CodeExpiresInPast, CodeExpiresBeforeSend, CodeSendAtTooFar, CodeSendAtInPast, CodeModemUnknown, CodeSuppressed,
		reply.InvalidKind, reply.InvalidLabels, reply.InvalidRange, reply.InvalidUntil, reply.InvalidChange, reply.InvalidAbout, reply.InvalidItems, reply.InvalidAlso, reply.InvalidSpoken,
	}
}

// Fields that several checks refer to.
const (
	fieldTo        = "to"
	fieldText      = "text"
	fieldExpiresAt = "expires_at"
	fieldUntil     = "question.until"
)

// names reports whether one of problems concerns this field.
func names(problems []Problem, field string) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return p.Field == field })
}

// refusal returns the problem of a field of r, of which d was made, that the queue refused.
func (r *Request) refusal(e *queue.RefusedError, d queue.Draft) Problem {
	p := Problem{Field: e.Field}
	byQuestion := e.Field == fieldExpiresAt && !d.ExpiresAt.Equal(r.ExpiresAt)
	if byQuestion {
		p.Field = fieldUntil
	}
	switch e.Code {
	case queue.RefusedText:
		return textProblem(e.Err)
	case queue.RefusedTo:
		p.Code = CodeNumberInvalid
	case queue.RefusedReference:
		p.Code, p.Args = CodeTooLong, []any{maxReference}
	case queue.RefusedExpired:
		if p.Code, p.Args = CodeExpiresInPast, []any{e.By}; byQuestion {
			p.Code, p.Args = reply.InvalidUntil, nil
		}
	case queue.RefusedWindow:
		p.Code, p.Args = CodeExpiresBeforeSend, []any{e.CanGo.Format(time.RFC3339)}
	case queue.RefusedNumber:
		p.Code = CodeSuppressed
	case queue.RefusedSendAt:
		p.Code = CodeSendAtTooFar
	case queue.RefusedPast:
		p.Code, p.Args = CodeSendAtInPast, []any{e.By}
	default: // priority, purpose or encoding
		p.Code = CodeWrongFormat
	}
	return p
}

// maxReference is the longest reference that the queue takes, in octets.
const maxReference = 128

// textProblem returns the problem of a text; err is a *pdu.TextError.
func textProblem(err error) Problem {
	p := Problem{Field: fieldText, Code: CodeWrongFormat}
	var e *pdu.TextError
	if !errors.As(err, &e) {
		return p
	}
	switch e.Kind {
	case pdu.TextEmpty:
		p.Code = CodeTextEmpty
	case pdu.TextInvalidUTF8:
		p.Code = CodeInvalidUTF8
	case pdu.TextControlCharacter:
		p.Code, p.Args = CodeTextControl, []any{e.Position}
	case pdu.TextNotInGSM7:
		p.Code, p.Args = CodeTextNotGSM7, []any{e.Position}
	case pdu.TextTooManyParts:
		p.Code, p.Args = CodeTextTooManyParts, []any{e.Parts, e.Max}
	}
	return p
}
