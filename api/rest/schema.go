package rest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// checker holds a decoded JSON value against the schema that the document shows
// for it. huma can do that, too, but answers in English sentences that hold the
// values; this one answers in codes.
type checker struct {
	registry huma.Registry
	found    []FieldProblem
}

// maxFound is how many mistakes are told at once; more help nobody, and would make
// an answer much larger than its request.
const maxFound = 100

func (c *checker) add(pointer string, code Code, args ...any) {
	if len(c.found) == maxFound {
		return
	}
	c.found = append(c.found, BodyField(pointer, code, args...))
}

// value checks v, which stands at pointer.
func (c *checker) value(s *huma.Schema, v any, pointer string) {
	for s.Ref != "" {
		s = c.registry.SchemaFromRef(s.Ref)
	}
	if s.Type == "" {
		return // anything
	}
	switch v := v.(type) {
	case map[string]any:
		if s.Type != huma.TypeObject {
			c.add(pointer, CodeWrongType, s.Type)
			return
		}
		c.object(s, v, pointer)
	case []any:
		if s.Type != huma.TypeArray {
			c.add(pointer, CodeWrongType, s.Type)
			return
		}
		c.array(s, v, pointer)
	case string:
		c.text(s, v, pointer)
	case bool:
		if s.Type != huma.TypeBoolean {
			c.add(pointer, CodeWrongType, s.Type)
		}
	case json.Number:
		if _, err := strconv.ParseInt(v.String(), 10, 32); s.Type != huma.TypeInteger || err != nil {
			c.add(pointer, CodeWrongType, s.Type)
		}
	default: // null within an array
		c.add(pointer, CodeWrongType, s.Type)
	}
}

func (c *checker) object(s *huma.Schema, v map[string]any, pointer string) {
	for _, name := range s.Required {
		if v[name] == nil && !Named(c.found, pointer+"/"+name) {
			c.add(pointer+"/"+name, CodeRequired)
		}
	}
	names := make([]string, 0, len(v))
	for name := range v {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		property, known := s.Properties[name]
		switch {
		case !known:
			c.add(pointer+"/"+presentable(name), CodeUnknownField, strings.Join(propertyNames(s), ", "))
		case v[name] != nil: // null is as good as absent
			c.value(property, v[name], pointer+"/"+name)
		}
	}
}

func (c *checker) array(s *huma.Schema, v []any, pointer string) {
	if s.MaxItems != nil && len(v) > *s.MaxItems {
		c.add(pointer, CodeTooManyItems, *s.MaxItems)
		return
	}
	if s.MinItems != nil && len(v) < *s.MinItems {
		c.add(pointer, CodeTooFewItems, *s.MinItems)
	}
	if s.Items == nil {
		return // the items are checked one by one elsewhere
	}
	for i, item := range v {
		c.value(s.Items, item, pointer+"/"+strconv.Itoa(i))
	}
}

func (c *checker) text(s *huma.Schema, v, pointer string) {
	wrong := false
	switch {
	case s.Type != huma.TypeString:
		c.add(pointer, CodeWrongType, s.Type)
	case len(s.Enum) > 0:
		wrong = !slices.Contains(s.Enum, any(v))
	case s.Format == "date-time":
		wrong = new(time.Time).UnmarshalText([]byte(v)) != nil
	case s.MinLength != nil && v == "":
		c.add(pointer, CodeEmpty)
	case s.MaxLength != nil && utf8.RuneCountInString(v) > *s.MaxLength:
		c.add(pointer, CodeTooLong, *s.MaxLength)
	case s.Pattern != "":
		// Patterns stand on rare, small requests: compiling here costs nothing that matters.
		wrong = !regexp.MustCompile(s.Pattern).MatchString(v)
	}
	if wrong {
		code, args := expectation(s)
		c.add(pointer, code, args...)
	}
}

// expectation says, as a problem, what a schema wants of a value.
func expectation(s *huma.Schema) (Code, []any) {
	switch {
	case len(s.Enum) > 0:
		allowed := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			allowed[i] = fmt.Sprint(v)
		}
		return CodeNotOneOf, []any{strings.Join(allowed, ", ")}
	case s.Format == "date-time":
		return CodeNotATime, nil
	case s.Minimum != nil && s.Maximum != nil:
		return CodeOutOfRange, []any{int(*s.Minimum), int(*s.Maximum)}
	case s.Pattern != "":
		return CodeWrongFormat, nil
	case s.MaxLength != nil:
		return CodeTooLong, []any{*s.MaxLength}
	}
	return CodeWrongType, []any{s.Type}
}

// propertyNames lists the fields that an object may have.
func propertyNames(s *huma.Schema) []string {
	names := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// fieldName is what the name of a field looks like.
var fieldName = regexp.MustCompile(`^[A-Za-z_][A-Za-z_-]{0,39}$`)

// presentable returns the name of a field as it may be shown. A caller may have
// put a number or a text where a name belongs, and those are never repeated.
func presentable(name string) string {
	if fieldName.MatchString(name) {
		return name
	}
	return "?"
}
