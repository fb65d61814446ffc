package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"goniec/accept"
	"goniec/access"
	"goniec/api/client"
	"goniec/queue"
	"goniec/store"
)

type (
	postInput struct {
		ContentType string `header:"Content-Type" hidden:"true"`
		Key         string `header:"Idempotency-Key" example:"\"visit-17-reminder\"" doc:"Names this call, bare or in quotes, up to 255 characters. Calling again with the same key and body gives the first answer again and sends nothing; the same key with another body is refused."`
		RawBody     []byte `contentType:"application/json"`
	}
	bodyInput struct {
		ContentType string `header:"Content-Type" hidden:"true"`
		RawBody     []byte `contentType:"application/json"`
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

func (s *Server) registerMessages() {
	registry := s.api.OpenAPI().Components.Schemas
	messages := newBodyReader[client.MessageRequest](registry)
	previews := newPreviewReader(registry)
	batches := newBatchReader(registry, messages)

	register(s, postOperation[client.MessageRequest](s, operation{
		id: "postMessage", method: http.MethodPost, path: "/v1/messages", tag: tagMessages, scope: access.ScopeSend,
		summary:     "Send a message",
		description: "202 means that the message is on disk and will go out, whatever happens to the box. What becomes of it is told by GET /v1/messages/{id} and by /v1/events.",
		status:      http.StatusAccepted,
		problems:    []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusInsufficientStorage},
	}, maxBody), func(ctx context.Context, in *postInput) (*postOutput, error) {
		return s.postMessage(ctx, in, messages)
	})
	register(s, postOperation[client.BatchRequest](s, operation{
		id: "postBatch", method: http.MethodPost, path: "/v1/messages/batch", tag: tagMessages, scope: access.ScopeSend,
		summary:     "Send up to 1000 messages",
		description: "Each message is accepted or refused on its own; the results are in the order of the messages. The answer is 202 even if every one was refused: look at each result.",
		status:      http.StatusAccepted,
		problems:    []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusInsufficientStorage},
	}, maxBatch), func(ctx context.Context, in *postInput) (*batchOutput, error) {
		return s.postBatch(ctx, in, batches)
	})
	register(s, postOperation[client.PreviewRequest](s, operation{
		id: "previewMessage", method: http.MethodPost, path: "/v1/messages/preview", tag: tagMessages, scope: access.ScopeSend,
		summary:     "See what a text becomes",
		description: "Encoding, parts, room left, what each character outside GSM 7-bit costs, and the folded alternative. Nothing is sent or stored. The body of a message may be given as it is: its other fields are ignored.",
		status:      http.StatusOK,
		problems:    []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity},
	}, maxBody), func(_ context.Context, in *bodyInput) (*previewOutput, error) {
		return s.preview(in, previews)
	})
	s.registerMessageList()
	register(s, s.newOperation(operation{
		id: "getMessage", method: http.MethodGet, path: "/v1/messages/{id}", tag: tagMessages, scope: access.ScopeMessages,
		summary:     "Read a message",
		description: "The message with its parts and where it stands.",
		status:      http.StatusOK,
		problems:    []int{http.StatusNotFound},
	}), func(ctx context.Context, in *messageInput) (*messageOutput, error) {
		return s.answerMessage(ctx)(s.config.Queue.Message(ctx, in.ID))
	})
	register(s, s.newOperation(operation{
		id: "cancelMessage", method: http.MethodDelete, path: "/v1/messages/{id}", tag: tagMessages, scope: access.ScopeSend,
		summary:     "Cancel a message",
		description: "Works until the first part is with a modem; then the answer is 409.",
		status:      http.StatusOK,
		problems:    []int{http.StatusNotFound, http.StatusConflict},
	}), func(ctx context.Context, in *messageInput) (*messageOutput, error) {
		return s.answerMessage(ctx)(s.config.Queue.Cancel(ctx, in.ID, requestOf(ctx).caller.Name))
	})
	register(s, s.newOperation(operation{
		id: "releaseMessage", method: http.MethodPost, path: "/v1/messages/{id}/release", tag: tagMessages, scope: access.ScopeSend,
		summary:     "Send a held or uncertain message",
		description: "A person decides that a held message goes now, or that an uncertain one is sent again although it may arrive twice. 409 for a message that is neither.",
		status:      http.StatusOK,
		problems:    []int{http.StatusNotFound, http.StatusConflict},
	}), func(ctx context.Context, in *messageInput) (*messageOutput, error) {
		return s.answerMessage(ctx)(s.config.Queue.Release(ctx, in.ID, requestOf(ctx).caller.Name))
	})
}

// answerMessage returns what turns the answer of the queue into ours.
func (s *Server) answerMessage(ctx context.Context) func(queue.Message, error) (*messageOutput, error) {
	return func(m queue.Message, err error) (*messageOutput, error) {
		if errors.Is(err, store.ErrNotFound) {
			return nil, newProblem(CodeMessageNotFound)
		}
		if err != nil {
			return nil, failure(ctx, err)
		}
		body := []client.Message{wireMessage(&m, requestOf(ctx).language())}
		if err := s.addQuestions(ctx, body); err != nil {
			return nil, failure(ctx, err)
		}
		return &messageOutput{Body: body[0]}, nil
	}
}

func (s *Server) postMessage(ctx context.Context, in *postInput, bodies bodyReader[client.MessageRequest]) (*postOutput, error) {
	posted, wrong, p := bodies.read(in.ContentType, in.RawBody)
	if p != nil {
		return nil, p
	}
	caller, p := callerOf(ctx, in.Key, posted)
	if p != nil {
		return nil, p
	}
	results, replayed, err := s.config.Intake.Send(ctx, caller, []accept.Request{sendRequest(posted, wrong)})
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		return nil, failure(ctx, err)
	}
	if wrong = append(wrong, bodyProblems(results[0].Problems...)...); len(wrong) > 0 {
		return nil, invalid(wrong...)
	}
	lang := requestOf(ctx).language()
	message := []client.Message{wireMessage(&results[0].Message, lang)}
	if posted.Question != nil {
		if err := s.addQuestions(ctx, message); err != nil {
			return nil, failure(ctx, err)
		}
	}
	message[0].Warnings = wireWarnings(results[0].Warning, lang)
	return &postOutput{Location: "/v1/messages/" + message[0].ID, Replayed: flag(replayed), Body: message[0]}, nil
}

func (s *Server) postBatch(ctx context.Context, in *postInput, batches batchReader) (*batchOutput, error) {
	entries, whole, p := batches.read(in.ContentType, in.RawBody)
	if p != nil {
		return nil, p
	}
	caller, p := callerOf(ctx, in.Key, whole)
	if p != nil {
		return nil, p
	}
	requests := make([]accept.Request, len(entries))
	for i, entry := range entries {
		requests[i] = sendRequest(entry.message, entry.wrong)
	}
	taken, replayed, err := s.config.Intake.Send(ctx, caller, requests)
	if err != nil {
		return nil, failure(ctx, err)
	}
	r := requestOf(ctx)
	results := make([]client.BatchResult, len(entries))
	for i := range taken {
		wrong := append(entries[i].wrong, bodyProblems(taken[i].Problems...)...)
		switch {
		case taken[i].Err != nil:
			results[i].Problem = failure(ctx, taken[i].Err).render(r.language(), r.id)
		case len(wrong) > 0:
			results[i].Problem = invalid(wrong...).render(r.language(), r.id)
		default:
			results[i].ID = taken[i].Message.ID
		}
	}
	return &batchOutput{Replayed: flag(replayed), Body: client.BatchResponse{Results: results}}, nil
}

// callerOf returns who enqueues. body is what was read, not what was sent, so
// that white space and the order of fields do not make it another one.
func callerOf(ctx context.Context, header string, body any) (queue.Caller, *problem) {
	r := requestOf(ctx)
	caller := queue.Caller{Token: r.caller.Name}
	given := len(r.header["Idempotency-Key"])
	if given == 0 {
		return caller, nil
	}
	// An empty one comes of a variable that was not set: who sends it believes
	// to be safe.
	key, ok := idempotencyKey(header)
	if !ok || given > 1 {
		return caller, newProblem(CodeKeyInvalid)
	}
	canonical, err := json.Marshal(body)
	if err != nil {
		return caller, failure(ctx, err)
	}
	caller.Key, caller.BodyHash = key, sha256.Sum256(canonical)
	return caller, nil
}

// idempotencyKey reads the header Idempotency-Key: a string of RFC 8941 in
// quotes, or, as most callers write it, without them.
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

// seconds writes a duration for Retry-After, rounded up.
func seconds(d time.Duration) string {
	return strconv.Itoa(max(1, int((d+time.Second-1)/time.Second)))
}
