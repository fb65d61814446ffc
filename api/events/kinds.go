package events

import (
	"maps"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"goniec/api/client"
	"goniec/api/rest"
	"goniec/event"
)

// unionName is the name of the schema of an event of any type.
const unionName = "Event"

// describe adds to the document of s the schemas of all types of events, and for each type a
// webhook. It returns the schema of an event of any type.
func describe(s *rest.Server, kinds event.Kinds) *huma.Schema {
	d := descriptor{registry: s.Registry(), base: huma.SchemaFromType(s.Registry(), reflect.TypeFor[client.Event]()), kinds: kinds}
	document := s.OpenAPI()
	document.Components.Parameters = webhookHeaders()
	document.Webhooks = map[string]*huma.PathItem{}
	union := &huma.Schema{
		Description:   "One entry of the log of events, by its type. Types may be added: leave out those that you do not know.",
		Discriminator: &huma.Discriminator{PropertyName: "type", Mapping: map[string]string{}},
	}
	for _, kind := range kinds {
		typ, schema := kind.Fact.EventType(), d.event(kind)
		union.OneOf = append(union.OneOf, schema)
		union.Discriminator.Mapping[typ] = schema.Ref
		document.Webhooks[typ] = &huma.PathItem{Post: webhookOf(kind, schema)}
	}
	return d.add(unionName, union)
}

// descriptor makes the schemas of events.
type descriptor struct {
	registry huma.Registry
	base     *huma.Schema // of an event without a type
	kinds    event.Kinds
}

func (d descriptor) add(name string, schema *huma.Schema) *huma.Schema {
	d.registry.Map()[name] = schema
	return &huma.Schema{Ref: "#/components/schemas/" + name}
}

// event adds the schema of the events of a kind, and of their data.
func (d descriptor) event(kind event.Kind) *huma.Schema {
	typ := kind.Fact.EventType()
	properties := maps.Clone(d.base.Properties)
	properties["type"] = &huma.Schema{Type: huma.TypeString, Enum: []any{typ}, Description: "The type of the event."}
	properties["timestamp"] = &huma.Schema{Type: huma.TypeString, Format: "date-time", Description: "In webhooks only: the same as at, under the name of Standard Webhooks."}
	properties["data"] = d.data(kind.Fact)
	return d.add(camel(typ)+"Event", &huma.Schema{
		Type: huma.TypeObject, Description: kind.Meaning, Properties: properties, Required: d.base.Required,
	})
}

// data adds the schema of a fact. Types of events whose facts have one Go type share it, under
// the first word of their names.
func (d descriptor) data(fact event.Fact) *huma.Schema {
	var types []string
	for _, kind := range d.kinds {
		if reflect.TypeOf(kind.Fact) == reflect.TypeOf(fact) {
			types = append(types, kind.Fact.EventType())
		}
	}
	name := camel(types[0])
	if len(types) > 1 {
		group, _, _ := strings.Cut(types[0], ".")
		name = camel(group)
	}
	schema := huma.SchemaFromType(d.registry, reflect.TypeOf(fact))
	schema.Description = "The data of " + strings.Join(types, ", ") + "."
	return d.add(name+"Data", schema)
}

// camel returns the type of an event as a name: MessageSent for "message.sent".
func camel(typ string) string {
	var name strings.Builder
	for word := range strings.FieldsFuncSeq(typ, func(r rune) bool { return r == '.' || r == '_' }) {
		name.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return name.String()
}

// webhookHeaders returns the headers of Standard Webhooks by their names in the document.
func webhookHeaders() map[string]*huma.Param {
	text := &huma.Schema{Type: huma.TypeString}
	return map[string]*huma.Param{
		"WebhookId": {
			Name: "Webhook-Id", In: "header", Required: true, Schema: text,
			Description: "evt_ and the id of the event. It is the same in every attempt.",
		},
		"WebhookTimestamp": {
			Name: "Webhook-Timestamp", In: "header", Required: true, Schema: text,
			Description: "When the attempt was made, in seconds since 1970-01-01 00:00:00 UTC.",
		},
		"WebhookSignature": {
			Name: "Webhook-Signature", In: "header", Schema: text,
			Description: "Signatures by Standard Webhooks, version 1, separated by spaces. Absent if the webhook has no secret.",
		},
	}
}

// webhookOf returns the request that the receiver of a webhook gets for an event of a kind.
func webhookOf(kind event.Kind, schema *huma.Schema) *huma.Operation {
	typ := kind.Fact.EventType()
	headers := make([]*huma.Param, 0, len(webhookHeaders()))
	for _, name := range []string{"WebhookId", "WebhookTimestamp", "WebhookSignature"} {
		headers = append(headers, &huma.Param{Ref: "#/components/parameters/" + name})
	}
	return &huma.Operation{
		OperationID: "on" + camel(typ), Summary: typ, Description: kind.Meaning, Tags: []string{"Webhooks"},
		Parameters:  headers,
		Security:    []map[string][]string{},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}},
		Responses: map[string]*huma.Response{
			"2XX": {Description: "The receiver has the event. Any other answer, and none in time, is tried again."},
			"410": {Description: "The receiver wants no more events: the webhook is disabled."},
		},
	}
}
