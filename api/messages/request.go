package messages

import (
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"goniec/accept"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/catalogue"
	"goniec/pdu"
	"goniec/queue"
	"goniec/reply"
	"goniec/reply/reader"
	"goniec/suppression"
)

// sendRequest converts a posted message to a request for package accept. wrong lists
// the errors found by the schema.
func sendRequest(m client.MessageRequest, wrong []rest.FieldProblem) accept.Request {
	r := accept.Request{
		To: m.To, Text: m.Text, Reference: m.Reference, SendAt: timeOf(m.SendAt), ExpiresAt: timeOf(m.ExpiresAt),
		Priority: queue.Priority(m.Priority), Encoding: pdu.Encoding(m.Encoding), Purpose: suppression.Purpose(m.Purpose),
		Modem: m.Modem, Flash: m.Flash, Unread: rest.Unread(wrong),
	}
	if q := m.Question; q != nil {
		r.Question = &accept.Question{AlsoFrom: q.AlsoFrom, Question: reply.Question{
			Kind: reader.Kind(q.Kind), Labels: q.Labels, Min: q.Min, Max: q.Max, About: q.About,
			Items: itemsOf(q.Items), Language: q.Language, Until: timeOf(q.Until), ChangeUntil: timeOf(q.ChangeUntil),
		}}
	}
	return r
}

func itemsOf(posted []client.ItemRequest) []reply.Item {
	var items []reply.Item
	for _, item := range posted {
		items = append(items, reply.Item{About: item.About})
	}
	return items
}

// newPreviewReader returns a body reader that also accepts a message, ignoring its
// other fields.
func newPreviewReader(s *rest.Server) rest.BodyReader[client.PreviewRequest] {
	registry := s.Registry()
	schemaOf := func(t reflect.Type) *huma.Schema {
		return registry.SchemaFromRef(registry.Schema(t, true, "").Ref)
	}
	preview := schemaOf(reflect.TypeFor[client.PreviewRequest]())
	for name := range schemaOf(reflect.TypeFor[client.MessageRequest]()).Properties {
		if preview.Properties[name] == nil {
			preview.Properties[name] = &huma.Schema{Description: "Ignored: it is of a message."}
		}
	}
	return rest.NewBodyReader[client.PreviewRequest](s)
}

func (res Resource) preview(in rest.Input, bodies rest.BodyReader[client.PreviewRequest]) (*previewOutput, error) {
	posted, wrong, p := bodies.Read(in)
	if p != nil {
		return nil, p
	}
	preview, problem := res.Intake.Preview(posted.Text, pdu.Encoding(posted.Encoding))
	if problem != nil && !rest.Named(wrong, "/text") {
		wrong = append(wrong, rest.BodyProblems(*problem)...)
	}
	if len(wrong) > 0 {
		return nil, rest.Invalid(wrong...)
	}
	return &previewOutput{Body: wirePreview(preview)}, nil
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func wirePreview(p pdu.Preview) client.Preview {
	out := client.Preview{
		Alphabet: string(p.Alphabet),
		Text:     p.Text,
		Parts:    p.Parts,
		Units:    p.Units,
		Left:     p.Left,
		Foreign:  make([]client.ForeignRune, len(p.Foreign)),
	}
	for i, f := range p.Foreign {
		out.Foreign[i] = client.ForeignRune{Character: string(f.Rune), Count: f.Count, Replacement: f.Replacement, Costs: f.Costs}
	}
	if f := p.Folded; f != nil {
		out.Folded = &client.Folded{Alphabet: string(f.Alphabet), Text: f.Text, Parts: f.Parts, Units: f.Units, Left: f.Left}
	}
	return out
}

// silenceWarning returns the warning that a delivery report is overdue at now.
func silenceWarning(s queue.Silence, now time.Time, lang catalogue.Language) client.Warning {
	return client.Warning{
		Field: "status", Code: "report_overdue",
		Detail: catalogue.Text(lang, catalogue.WarningReportOverdue, catalogue.Duration(lang, now.Sub(s.Since)), s.Modem, catalogue.Duration(lang, max(time.Second, s.Usual))),
	}
}

// wireWarnings returns warnings of package accept in words.
func wireWarnings(all []accept.Problem, lang catalogue.Language) []client.Warning {
	var warnings []client.Warning
	for _, w := range all {
		warnings = append(warnings, client.Warning{Field: w.Field, Code: string(w.Code), Detail: rest.Words(lang, catalogue.Key("warning."+string(w.Code)), w.Args)})
	}
	return warnings
}
