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

// checker validates a decoded JSON value against the schema in the document. It reports
// codes, where huma's validation reports English sentences with the values.
type checker struct {
	registry huma.Registry
	found    []FieldProblem
}

// maxFound bounds the reported problems, so that an answer is not much larger than its
// request.
const maxFound = 100

func (c *checker) add(pointer string, code Code, args ...any) {
	if len(c.found) == maxFound {
		return
	}
	c.found = append(c.found, BodyField(pointer, code, args...))
}

// value validates v, which is at pointer.
func (c *checker) value(s *huma.Schema, v any, pointer string) {
	for s.Ref != "" {
		s = c.registry.SchemaFromRef(s.Ref)
	}
	if s.Type == "" {
		return // any value
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
		case v[name] != nil: // null means absent
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
		return // ListReader validates the items
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
		// Patterns occur in small, rare requests, so compiling them here is cheap
		// enough.
		wrong = !regexp.MustCompile(s.Pattern).MatchString(v)
	}
	if wrong {
		code, args := expectation(s)
		c.add(pointer, code, args...)
	}
}

// expectation returns the problem of a value that violates a schema.
func expectation(s *huma.Schema) (Code, []any) {
	if s.Items != nil {
		s = s.Items
	}
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

// propertyNames lists the fields of an object.
func propertyNames(s *huma.Schema) []string {
	names := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// fieldName matches names of fields.
var fieldName = regexp.MustCompile(`^[A-Za-z_][A-Za-z_-]{0,39}$`)

// presentable returns the name of a field if it may be shown. A caller may send a
// number or text in place of a name, and these must not be repeated.
func presentable(name string) string {
	if fieldName.MatchString(name) {
		return name
	}
	return "?"
}
