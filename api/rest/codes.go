package rest

import (
	"net/http"

	"goniec/accept"
)

// Code identifies a problem for programs. Codes are part of the contract: new ones may
// be added, existing ones never change.
type Code string

// The problems of a whole request.
const (
	CodeInvalidRequest       Code = "invalid_request" // fields are wrong: see errors
	CodeMalformedJSON        Code = "malformed_json"
	CodeInvalidUTF8               = Code(accept.CodeInvalidUTF8) // also of a field
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
	CodeDecisionNotFound     Code = "decision_not_found"
	CodeDecisionExists       Code = "decision_exists"
	CodeDecisionOutdated     Code = "decision_outdated" // something newer came in
	CodeNothingToDecide      Code = "nothing_to_decide"
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
	CodeOver                 Code = "message_over"
	CodeNotHeld              Code = "message_not_held"
	CodeTokenExists          Code = "token_exists"
	CodeClockDiffers         Code = "clock_differs"
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
	CodeUnknownField       Code = "unknown_field"
	CodeUnknownParameter   Code = "unknown_parameter"
	CodeDuplicateField     Code = "duplicate_field"
	CodeDuplicateParameter Code = "duplicate_parameter"
	CodeRequired           Code = "required"
	CodeWrongType          Code = "wrong_type"
	CodeNotOneOf           Code = "not_one_of"
	CodeTooLong                 = Code(accept.CodeTooLong)
	CodeEmpty              Code = "empty"
	CodeOutOfRange         Code = "out_of_range"
	CodeNotATime           Code = "not_a_time"
	CodeNotAWatch          Code = "not_a_watch" // neither date and minute nor RFC 3339
	CodeWrongFormat             = Code(accept.CodeWrongFormat)
	CodeTooManyItems       Code = "too_many_items"
	CodeTooFewItems        Code = "too_few_items"
	CodeCursorInvalid      Code = "cursor_invalid"
	CodeNotAsked           Code = "not_asked" // of a decision

	CodeNoModem      Code = "no_modem"       // of readiness
	CodeNoModemReady Code = "no_modem_ready" // of readiness
	CodeStoreFull    Code = "store_full"     // of readiness
	CodeStoreBroken  Code = "store_broken"   // of readiness: the disk refuses
	CodeStoreFailed  Code = "store_failed"   // of readiness
)

// Statuses returns the problems of a whole request with their HTTP statuses.
func Statuses() map[Code]int {
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
		CodeDecisionNotFound:     http.StatusNotFound,
		CodeDecisionExists:       http.StatusConflict,
		CodeDecisionOutdated:     http.StatusConflict,
		CodeNothingToDecide:      http.StatusConflict,
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
		CodeOver:                 http.StatusConflict,
		CodeNotHeld:              http.StatusConflict,
		CodeTokenExists:          http.StatusConflict,
		CodeClockDiffers:         http.StatusConflict,
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

// FieldCodes lists the problems of one field in the order of the documentation.
func FieldCodes() []Code {
	codes := []Code{
		CodeUnknownField, CodeUnknownParameter, CodeDuplicateField, CodeDuplicateParameter, Code(accept.CodeControl), CodeRequired, CodeWrongType, CodeNotOneOf, CodeTooLong, CodeEmpty,
		CodeOutOfRange, CodeNotATime, CodeNotAWatch, CodeWrongFormat, CodeTooManyItems, CodeTooFewItems, CodeCursorInvalid, CodeNotAsked,
	}
	for _, code := range accept.Codes() {
		codes = append(codes, Code(code))
	}
	return append(codes, CodeNoModem, CodeNoModemReady, CodeStoreFull, CodeStoreBroken, CodeStoreFailed)
}
