package api

import (
	"reflect"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"goniec/api/client"
	"goniec/pdu"
	"goniec/queue"
)

// draft turns a posted message into what the queue takes, or says everything that
// is wrong with it, which begins with what the schema found. It checks what the
// queue cannot know: how numbers are written here, and which modems there are.
func (s *Server) draft(m client.MessageRequest, wrong []fieldProblem) (queue.Draft, string, []fieldProblem) {
	var to pdu.Address
	var warning string
	if !named(wrong, "/to") {
		var err error
		if to, warning, err = s.config.Numbering.Parse(m.To); err != nil {
			wrong = append(wrong, bodyField("/to", numberCode(err)))
		}
	}
	if m.Modem != "" && !s.knowsModem(m.Modem) {
		wrong = append(wrong, bodyField("/modem", CodeModemUnknown))
	}
	if at := controlIn(m.Reference); at > 0 {
		wrong = append(wrong, bodyField("/reference", CodeControl, at))
	}
	var asking queue.Draft
	wrong = append(wrong, s.question(&asking, m.Question)...)
	if len(wrong) > 0 {
		return queue.Draft{}, "", s.complete(m, wrong)
	}
	return queue.Draft{
		Along:     asking.Along,
		To:        to,
		Text:      m.Text,
		Reference: m.Reference,
		SendAt:    timeOf(m.SendAt),
		ExpiresAt: timeOf(m.ExpiresAt),
		Priority:  queue.Priority(m.Priority),
		Encoding:  pdu.Encoding(m.Encoding),
		Purpose:   queue.Purpose(m.Purpose),
		Modem:     m.Modem,
		Flash:     m.Flash,
	}, warning, nil
}

// complete adds to what is wrong with a message what the queue would find next: it
// is not asked about a message that is refused anyway, and names one field only.
func (s *Server) complete(m client.MessageRequest, wrong []fieldProblem) []fieldProblem {
	if !named(wrong, "/text") {
		if _, err := pdu.Compose(m.Text, s.composeOptions(m.Encoding)); err != nil {
			wrong = append(wrong, textProblem(err))
		}
	}
	now := time.Now()
	if m.ExpiresAt != nil && !named(wrong, "/expires_at") {
		switch {
		case !m.ExpiresAt.After(now):
			wrong = append(wrong, bodyField("/expires_at", CodeExpiresInPast))
		case m.SendAt != nil && !m.ExpiresAt.After(*m.SendAt):
			wrong = append(wrong, bodyField("/expires_at", CodeExpiresBeforeSend))
		}
	}
	return wrong
}

func (s *Server) composeOptions(e client.Encoding) pdu.ComposeOptions {
	return pdu.ComposeOptions{Encoding: pdu.Encoding(e), MaxParts: s.config.MaxParts}
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
	preview, err := pdu.NewPreview(posted.Text, s.composeOptions(posted.Encoding))
	if err != nil && !named(wrong, "/text") {
		wrong = append(wrong, textProblem(err))
	}
	if len(wrong) > 0 {
		return nil, invalid(wrong...)
	}
	return &previewOutput{Body: wirePreview(preview)}, nil
}

// controlIn returns which character of s, from 1, is a control character; 0: none.
// A reference goes into logs and tables of others.
func controlIn(s string) int {
	for i, r := range s {
		if unicode.IsControl(r) {
			return utf8.RuneCountInString(s[:i]) + 1
		}
	}
	return 0
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
