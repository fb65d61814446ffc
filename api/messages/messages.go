// Package messages is the resource of the API for outgoing messages: posting, preview,
// lists, cancelling and release.
package messages

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"goniec/accept"
	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/api/wire"
	"goniec/queue"
	"goniec/store"
)

type (
	postInput struct {
		rest.Input

		Key string `header:"Idempotency-Key" example:"\"visit-17-reminder\"" doc:"Names this call, bare or in quotes, up to 255 characters. Calling again with the same key and body gives the first answer again and sends nothing; the same key with another body is refused."`
	}
	messageInput struct {
		ID string `path:"id" maxLength:"64" example:"019aa8f0-5c1e-7d3a-9b42-6f0e8c2d1a57" doc:"The id of the message."`
	}
	messageOutput struct {
		Body client.Message
	}
	postOutput struct {
		Location string `header:"Location" doc:"Where the message is."`
		Replayed string `header:"Idempotency-Replayed" enum:"true" doc:"true: this key came before, and this is the answer it got."`
		Body     client.Message
	}
	batchOutput struct {
		Replayed string `header:"Idempotency-Replayed" enum:"true" doc:"true: this key came before, and this is the answer it got."`
		Body     client.BatchResponse
	}
	previewOutput struct {
		Body client.Preview
	}
)

// Resource holds the dependencies of the operations.
type Resource struct {
	Intake  *accept.Intake
	Queue   Queue
	Replies wire.Replies // questions of messages and their answers
	Numbers accept.Numbers
}

// Queue holds the accepted messages; implemented by queue.Queue.
type Queue interface {
	Message(ctx context.Context, id string) (queue.Message, error)
	Messages(ctx context.Context, f queue.Filter, after string, limit int) ([]queue.Message, string, error)
	Cancel(ctx context.Context, id, actor string) (queue.Message, error)
	Release(ctx context.Context, id, actor string) (queue.Message, error)
	Silent(ctx context.Context, m *queue.Message) (queue.Silence, bool, error)
}

// maxBatch is the greatest length of a batch, in bytes.
const maxBatch = 8 << 20

// Register adds the operations to s.
func (res Resource) Register(s *rest.Server) {
	messages := rest.NewBodyReader[client.MessageRequest](s)
	previews := newPreviewReader(s)
	batches := rest.NewListReader[client.BatchRequest, client.MessageRequest](s, "messages")
	example := client.MessageRequest{To: "+48600100200", Text: "Wizyta jutro o 10:00. Odpisz TAK lub NIE.", Reference: "visit-17"}

	rest.Register(s, rest.Operation{
		ID: "postMessage", Method: http.MethodPost, Path: "/v1/messages", Tag: "Messages", Scope: access.ScopeSend,
		Summary:     "Send a message",
		Description: "202 means that the message is on disk and will go out, whatever happens to the box. What becomes of it is told by GET /v1/messages/{id} and by /v1/events.",
		Status:      http.StatusAccepted,
		Problems:    []int{http.StatusInsufficientStorage},
		Body:        example,
	}, func(ctx context.Context, in *postInput) (*postOutput, error) {
		return res.postMessage(ctx, in, messages)
	})
	rest.Register(s, rest.Operation{
		ID: "postBatch", Method: http.MethodPost, Path: "/v1/messages/batch", Tag: "Messages", Scope: access.ScopeSend,
		Summary:     "Send up to 1000 messages",
		Description: "Each message is accepted or refused on its own; the results are in the order of the messages. 202 does not mean that all were accepted: it is the answer even if every message was refused. accepted and refused count them, and each result tells its own.",
		Status:      http.StatusAccepted,
		Problems:    []int{http.StatusInsufficientStorage},
		Body:        client.BatchRequest{Messages: []client.MessageRequest{example}}, MaxBody: maxBatch,
	}, func(ctx context.Context, in *postInput) (*batchOutput, error) {
		return res.postBatch(ctx, in, batches)
	})
	rest.Register(s, rest.Operation{
		ID: "previewMessage", Method: http.MethodPost, Path: "/v1/messages/preview", Tag: "Messages", Scope: access.ScopeSend,
		Summary:     "See what a text becomes",
		Description: "Encoding, parts, room left, what each character outside GSM 7-bit costs, and the folded alternative. Nothing is sent or stored. The body of a message may be given as it is: its other fields are ignored.",
		Status:      http.StatusOK,
		Body:        client.PreviewRequest{Text: "Zażółć gęślą jaźń"},
	}, func(_ context.Context, in *rest.Input) (*previewOutput, error) {
		return res.preview(*in, previews)
	})
	res.registerList(s)
	res.registerHistory(s)
	rest.Register(s, rest.Operation{
		ID: "getMessage", Method: http.MethodGet, Path: "/v1/messages/{id}", Tag: "Messages", Scope: access.ScopeMessages,
		Summary:     "Read a message",
		Description: "The message with its parts and where it stands. The warning report_overdue says that no delivery report has come although those of the same SIM usually had come by then; the status stays as it is.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusNotFound},
	}, func(ctx context.Context, in *messageInput) (*messageOutput, error) {
		m, err := res.Queue.Message(ctx, in.ID)
		return res.answer(ctx, m, err)
	})
	rest.Register(s, rest.Operation{
		ID: "cancelMessage", Method: http.MethodDelete, Path: "/v1/messages/{id}", Tag: "Messages", Scope: access.ScopeSend,
		Summary:     "Cancel a message",
		Description: "Works until the first part is with a modem; then the answer is 409.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusNotFound, http.StatusConflict},
	}, func(ctx context.Context, in *messageInput) (*messageOutput, error) {
		m, err := res.Queue.Cancel(ctx, in.ID, rest.RequestOf(ctx).Caller().Name)
		return res.answer(ctx, m, err)
	})
	rest.Register(s, rest.Operation{
		ID: "releaseMessage", Method: http.MethodPost, Path: "/v1/messages/{id}/release", Tag: "Messages", Scope: access.ScopeSend,
		Summary:     "Send a held or uncertain message",
		Description: "A person decides that a held message goes now, or that an uncertain one is sent again although it may arrive twice. 409 for a message that is neither.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusNotFound, http.StatusConflict},
	}, func(ctx context.Context, in *messageInput) (*messageOutput, error) {
		m, err := res.Queue.Release(ctx, in.ID, rest.RequestOf(ctx).Caller().Name)
		return res.answer(ctx, m, err)
	})
}

// answer answers with a message, or with the problem for the error of the queue.
func (res Resource) answer(ctx context.Context, m queue.Message, err error) (*messageOutput, error) {
	if errors.Is(err, store.ErrNotFound) {
		return nil, rest.NewProblem(rest.CodeMessageNotFound)
	}
	if err != nil {
		return nil, failure(ctx, err)
	}
	lang := rest.RequestOf(ctx).Language()
	body := []client.Message{wire.Message(&m, lang)}
	if err := wire.AddQuestions(ctx, res.Replies, body); err != nil {
		return nil, failure(ctx, err)
	}
	silence, silent, err := res.Queue.Silent(ctx, &m)
	if err != nil {
		return nil, failure(ctx, err)
	}
	if silent {
		body[0].Warnings = []client.Warning{silenceWarning(silence, time.Now(), lang)}
	}
	return &messageOutput{Body: body[0]}, nil
}

func (res Resource) postMessage(ctx context.Context, in *postInput, bodies rest.BodyReader[client.MessageRequest]) (*postOutput, error) {
	posted, wrong, p := bodies.Read(in.Input)
	if p != nil {
		return nil, p
	}
	caller, p := callerOf(ctx, in.Key, posted)
	if p != nil {
		return nil, p
	}
	results, replayed, err := res.Intake.Send(ctx, caller, []accept.Request{sendRequest(posted, wrong)})
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		return nil, failure(ctx, err)
	}
	if wrong = append(wrong, rest.BodyProblems(results[0].Problems...)...); len(wrong) > 0 {
		return nil, rest.Invalid(wrong...)
	}
	lang := rest.RequestOf(ctx).Language()
	message := []client.Message{wire.Message(results[0].Message, lang)}
	if posted.Question != nil {
		if err := wire.AddQuestions(ctx, res.Replies, message); err != nil {
			return nil, failure(ctx, err)
		}
	}
	message[0].Warnings = wireWarnings(results[0].Warnings, lang)
	return &postOutput{Location: "/v1/messages/" + message[0].ID, Replayed: flag(replayed), Body: message[0]}, nil
}

func (res Resource) postBatch(ctx context.Context, in *postInput, batches rest.ListReader[client.MessageRequest]) (*batchOutput, error) {
	entries, whole, p := batches.Read(in.Input)
	if p != nil {
		return nil, p
	}
	caller, p := callerOf(ctx, in.Key, whole)
	if p != nil {
		return nil, p
	}
	requests := make([]accept.Request, len(entries))
	for i, entry := range entries {
		requests[i] = sendRequest(entry.Value, entry.Wrong)
	}
	taken, replayed, err := res.Intake.Send(ctx, caller, requests)
	if err != nil {
		return nil, failure(ctx, err)
	}
	r := rest.RequestOf(ctx)
	body := client.BatchResponse{Results: make([]client.BatchResult, len(entries))}
	for i := range taken {
		result := &body.Results[i]
		wrong := append(entries[i].Wrong, rest.BodyProblems(taken[i].Problems...)...)
		switch {
		case taken[i].Err != nil:
			result.Problem = r.Render(failure(ctx, taken[i].Err))
		case len(wrong) > 0:
			result.Problem = r.Render(rest.Invalid(wrong...))
		default:
			result.ID = taken[i].Message.ID
			result.Warnings = wireWarnings(taken[i].Warnings, r.Language())
		}
		if result.Problem == nil {
			body.Accepted++
		} else {
			body.Refused++
		}
	}
	return &batchOutput{Replayed: flag(replayed), Body: body}, nil
}

// callerOf returns the caller of a request with its idempotency key and the fingerprint
// of its body. body is the decoded body, so that white space and the order of fields do
// not matter.
func callerOf(ctx context.Context, header string, body any) (queue.Caller, *rest.Problem) {
	r := rest.RequestOf(ctx)
	caller := queue.Caller{Token: r.Caller().Name}
	given := len(r.Header()["Idempotency-Key"])
	if given == 0 {
		return caller, nil
	}
	// An empty header usually comes from an unset variable; accepting it would leave
	// the caller without the protection it expects.
	key, ok := idempotencyKey(header)
	if !ok || given > 1 {
		return caller, rest.NewProblem(rest.CodeKeyInvalid)
	}
	canonical, err := json.Marshal(body)
	if err != nil {
		return caller, failure(ctx, err)
	}
	caller.Key, caller.BodyHash = key, sha256.Sum256(canonical)
	return caller, nil
}

// idempotencyKey reads the header Idempotency-Key: a quoted string of RFC 8941 or, as
// most callers write it, an unquoted one.
func idempotencyKey(header string) (key string, ok bool) {
	key = header
	if strings.HasPrefix(header, `"`) {
		unescaped := strings.NewReplacer(`\"`, `"`, `\\`, `\`)
		if len(header) < 2 || !strings.HasSuffix(header, `"`) {
			return "", false
		}
		key = unescaped.Replace(header[1 : len(header)-1])
	}
	for _, c := range []byte(key) {
		if c < ' ' || c > '~' {
			return "", false
		}
	}
	return key, len(key) >= 1 && len(key) <= 255
}

func flag(b bool) string {
	if b {
		return "true"
	}
	return ""
}

// failure is the problem for an error of the queue.
func failure(ctx context.Context, err error) *rest.Problem {
	for _, known := range []struct {
		err  error
		code rest.Code
	}{
		{queue.ErrKeyReused, rest.CodeKeyReused}, {queue.ErrInFlight, rest.CodeInFlight}, {queue.ErrOver, rest.CodeOver}, {queue.ErrFinal, rest.CodeEnded}, {queue.ErrNotHeld, rest.CodeNotHeld},
	} {
		if errors.Is(err, known.err) {
			return rest.NewProblem(known.code)
		}
	}
	return rest.Failure(ctx, err)
}
