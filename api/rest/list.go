package rest

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"goniec/accept"
)

// ListReader decodes bodies whose only field is a list of T. Each item is decoded
// separately, so that a wrong item does not affect others.
type ListReader[T any] struct {
	field string
	shell *huma.Schema // of the body without its items
	items BodyReader[T]
}

// Item is one decoded item of a list with its problems.
type Item[T any] struct {
	Value T
	Wrong []FieldProblem
}

// NewListReader returns a reader of bodies for an operation of s. B is the type of
// the body, field the name of its one field.
func NewListReader[B, T any](s *Server, field string) ListReader[T] {
	full := s.Registry().SchemaFromRef(s.Registry().Schema(reflect.TypeFor[B](), true, "").Ref)
	list := *full.Properties[field]
	list.Items = nil
	shell := &huma.Schema{Type: full.Type, Required: full.Required, Properties: map[string]*huma.Schema{field: &list}}
	return ListReader[T]{field: field, shell: shell, items: NewBodyReader[T](s)}
}

// Read returns the items of a body, and the whole decoded body.
func (r ListReader[T]) Read(in Input) (items []Item[T], whole any, p *Problem) {
	data, p := jsonOf(in)
	if p != nil {
		return nil, nil, p
	}
	whole, twice, err := decodeLoose(data)
	if err != nil {
		return nil, nil, malformed(data, err)
	}
	check := checker{registry: r.items.registry}
	if slices.Contains(twice, "/"+r.field) { // other duplicates are reported with their item
		check.add("/"+r.field, CodeDuplicateField)
	}
	check.value(r.shell, whole, "")
	if len(check.found) > 0 {
		return nil, nil, Invalid(check.found...)
	}
	var list map[string][]json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, nil, malformed(data, err)
	}
	items = make([]Item[T], len(list[r.field]))
	errs := make([]error, len(items))
	accept.OnAllCores(len(items), func(i int) {
		items[i].Value, items[i].Wrong, errs[i] = r.items.parse(list[r.field][i])
	})
	if err := errors.Join(errs...); err != nil { // impossible after the whole was decoded
		return nil, nil, malformed(data, err)
	}
	return items, whole, nil
}
