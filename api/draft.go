package api

import (
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"goniec/accept"
	"goniec/api/client"
	"goniec/pdu"
	"goniec/queue"
	"goniec/reply"
	"goniec/reply/reader"
)

// sendRequest turns a posted message into a request to send it. wrong is what the
// schema found.
func sendRequest(m client.MessageRequest, wrong []fieldProblem) accept.Request {
	r := accept.Request{
		To: m.To, Text: m.Text, Reference: m.Reference, SendAt: timeOf(m.SendAt), ExpiresAt: timeOf(m.ExpiresAt),
		Priority: queue.Priority(m.Priority), Encoding: pdu.Encoding(m.Encoding), Purpose: queue.Purpose(m.Purpose),
		Modem: m.Modem, Flash: m.Flash, Unread: unread(wrong),
	}
	if q := m.Question; q != nil {
		r.Question = &accept.Question{AlsoFrom: q.AlsoFrom, Question: reply.Question{
			Kind: reader.Kind(q.Kind), Labels: q.Labels, Min: q.Min, Max: q.Max, About: q.About,
			Language: q.Language, Until: timeOf(q.Until), ChangeUntil: timeOf(q.ChangeUntil),
		}}
	}
	return r
}

// unread lists the fields of a body that the schema has refused, as accept.Request
// wants them.
func unread(wrong []fieldProblem) []string {
	var fields []string
	for _, f := range wrong {
		name, _, _ := strings.Cut(strings.TrimPrefix(f.pointer, "/"), "/")
		fields = append(fields, name)
	}
	return fields
}

// bodyProblems turns what accept says of a body into problems of its fields.
func bodyProblems(problems ...accept.Problem) []fieldProblem {
	fields := make([]fieldProblem, len(problems))
	for i, p := range problems {
		fields[i] = bodyField("/"+strings.ReplaceAll(p.Field, ".", "/"), Code(p.Code), p.Args...)
	}
	return fields
}

// queryProblem turns what accept says of a query parameter into a problem.
func queryProblem(p *accept.Problem) *problem {
	return invalid(fieldProblem{in: "query", field: p.Field, code: Code(p.Code), args: p.Args})
}

// newPreviewReader returns a reader that takes the body of a message as well, whose
// other fields it ignores.
func newPreviewReader(registry huma.Registry) bodyReader[client.PreviewRequest] {
	schemaOf := func(t reflect.Type) *huma.Schema {
		return registry.SchemaFromRef(registry.Schema(t, true, "").Ref)
	}
	preview := schemaOf(reflect.TypeFor[client.PreviewRequest]())
	for name := range schemaOf(reflect.TypeFor[client.MessageRequest]()).Properties {
		if preview.Properties[name] == nil {
			preview.Properties[name] = &huma.Schema{Description: "Ignored: it is of a message."}
		}
	}
	return newBodyReader[client.PreviewRequest](registry)
}

func (s *Server) preview(in *bodyInput, bodies bodyReader[client.PreviewRequest]) (*previewOutput, error) {
	posted, wrong, p := bodies.read(in.ContentType, in.RawBody)
	if p != nil {
		return nil, p
	}
	preview, problem := s.config.Intake.Preview(posted.Text, pdu.Encoding(posted.Encoding))
	if problem != nil && !named(wrong, "/text") {
		wrong = append(wrong, bodyProblems(*problem)...)
	}
	if len(wrong) > 0 {
		return nil, invalid(wrong...)
	}
	return &previewOutput{Body: wirePreview(preview)}, nil
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
