package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

const (
	maxBody  = 1 << 20          // bytes of a body, unless Operation.MaxBody says otherwise
	bodyTime = 30 * time.Second // for a body to come in
)

// Input is embedded in the input of an operation with a BodyReader.
type Input struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"application/json"`
}

// BodyReader decodes bodies into a T and validates them against the schema in the
// document. Unlike encoding/json it refuses invalid UTF-8, unknown fields and names in
// another case.
type BodyReader[T any] struct {
	registry huma.Registry
	schema   *huma.Schema
}

// NewBodyReader returns a reader of bodies for an operation of s.
func NewBodyReader[T any](s *Server) BodyReader[T] {
	return BodyReader[T]{registry: s.Registry(), schema: s.Registry().Schema(reflect.TypeFor[T](), true, "")}
}

// ReadWhole is Read for an operation that needs a body without any wrong field.
func (r BodyReader[T]) ReadWhole(in Input) (T, *Problem) {
	value, wrong, p := r.Read(in)
	if p == nil && len(wrong) > 0 {
		p = Invalid(wrong...)
	}
	return value, p
}

// Read returns the value of a body with the problems of its fields, or a problem of the
// whole body. Wrong fields are left out of the value, so that the others can be checked
// and all problems are reported at once.
func (r BodyReader[T]) Read(in Input) (value T, wrong []FieldProblem, p *Problem) {
	data, p := jsonOf(in)
	if p != nil {
		return value, nil, p
	}
	value, wrong, err := r.parse(data)
	if err != nil {
		return value, nil, malformed(data, err)
	}
	return value, wrong, nil
}

// parse decodes one JSON value as Read does. The error says that data is not JSON.
func (r BodyReader[T]) parse(data []byte) (value T, wrong []FieldProblem, err error) {
	loose, twice, err := decodeLoose(data)
	if err != nil {
		return value, nil, err
	}
	check := checker{registry: r.registry}
	for _, pointer := range twice {
		check.add(pointer, CodeDuplicateField)
	}
	check.value(r.schema, loose, "")
	if len(check.found) == 0 {
		return value, nil, json.Unmarshal(data, &value)
	}
	return value, check.found, salvage(loose, check.found, &value)
}

// salvage decodes the valid fields of an object.
func salvage(loose any, wrong []FieldProblem, value any) error {
	object, ok := loose.(map[string]any)
	if !ok {
		return nil
	}
	right := make(map[string]any, len(object))
	for name, v := range object {
		if !Named(wrong, "/"+presentable(name)) {
			right[name] = v
		}
	}
	data, err := json.Marshal(right)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, value)
}

// Named reports whether wrong contains a problem at pointer, within it, or of a value
// that contains it.
func Named(wrong []FieldProblem, pointer string) bool {
	return slices.ContainsFunc(wrong, func(f FieldProblem) bool {
		return f.Pointer == pointer || f.Pointer == "" || strings.HasPrefix(f.Pointer, pointer+"/")
	})
}

// jsonOf returns the body if it has the content type JSON, is UTF-8 and is not nested
// too deeply.
func jsonOf(in Input) ([]byte, *Problem) {
	if p := checkContentType(in.ContentType); p != nil {
		return nil, p
	}
	// Some editors and programs prepend a byte order mark.
	data := bytes.TrimPrefix(in.RawBody, []byte("\xef\xbb\xbf"))
	if at := tooDeep(data); at >= 0 {
		p := NewProblem(CodeNestedTooDeep, maxDepth)
		p.Fields = []FieldProblem{BodyField("", CodeNestedTooDeep, maxDepth)}
		p.Fields[0].Line, p.Fields[0].Column = position(data, at)
		return nil, p
	}
	return data, checkEncoding(data)
}

func checkContentType(header string) *Problem {
	if header == "application/json" { // the common case
		return nil
	}
	mediaType, _, err := mime.ParseMediaType(header)
	if err != nil || (mediaType != "application/json" && !strings.HasSuffix(mediaType, "+json")) {
		return NewProblem(CodeContentType)
	}
	return nil
}

// checkEncoding finds invalid UTF-8 and escapes of lone surrogates, and names their
// field.
func checkEncoding(body []byte) *Problem {
	at := firstInvalid(body)
	if at < 0 {
		return nil
	}
	p := NewProblem(CodeInvalidUTF8)
	field := BodyField(pointerAt(body, at), CodeInvalidUTF8)
	field.Line, field.Column = position(body, at)
	p.Fields = []FieldProblem{field}
	return p
}

// firstInvalid returns the offset of the first byte that is not UTF-8 or begins
// the escape of a lone surrogate, or -1.
func firstInvalid(body []byte) int {
	if !utf8.Valid(body) {
		for i := 0; i < len(body); {
			r, size := utf8.DecodeRune(body[i:])
			if r == utf8.RuneError && size == 1 {
				return i
			}
			i += size
		}
	}
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' {
			continue
		}
		unit, ok := escapedUnit(body[i:])
		switch {
		case !ok:
			i++ // the escaped character may be a backslash
		case unit >= 0xDC00 && unit <= 0xDFFF:
			return i
		case unit >= 0xD800 && unit <= 0xDBFF:
			low, ok := escapedUnit(body[i+6:])
			if !ok || low < 0xDC00 || low > 0xDFFF {
				return i
			}
			i += 11
		default:
			i += 5
		}
	}
	return -1
}

// escapedUnit reads \uXXXX at the beginning of b.
func escapedUnit(b []byte) (uint64, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return unit, err == nil
}

// malformed returns the problem with the position at which a body stops being JSON.
func malformed(body []byte, err error) *Problem {
	if len(bytes.TrimSpace(body)) == 0 {
		return NewProblem(CodeBodyRequired)
	}
	at := len(body)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = max(int(syntax.Offset)-1, 0)
	}
	line, column := position(body, at)
	p := NewProblem(CodeMalformedJSON, line, column)
	p.Fields = []FieldProblem{{
		In: "body", Pointer: pointerAt(body, at), Code: CodeMalformedJSON,
		Args: []any{line, column}, Line: line, Column: column,
	}}
	return p
}

// position returns the line and the column in bytes of an offset, from 1.
func position(body []byte, at int) (line, column int) {
	before := body[:min(at, len(body))]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}

// pointerAt returns the JSON pointer to the value at an offset of body, as far as body
// can be parsed.
func pointerAt(body []byte, at int) string {
	type level struct {
		array bool
		index int
		name  string
		value bool // in an object: the next token is a value
	}
	var levels []level
	decoder := json.NewDecoder(bytes.NewReader(body))
	for {
		token, err := decoder.Token()
		if err != nil || int(decoder.InputOffset()) > at {
			break
		}
		top := len(levels) - 1
		switch token {
		case json.Delim('{'), json.Delim('['):
			levels = append(levels, level{array: token == json.Delim('[')})
			continue
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:top]
			top--
		}
		if top < 0 {
			continue
		}
		switch {
		case levels[top].array:
			levels[top].index++
		case levels[top].value:
			levels[top].value = false
		default:
			levels[top].name, _ = token.(string)
			levels[top].value = true
		}
	}
	pointer := ""
	for _, l := range levels {
		switch {
		case l.array:
			pointer += "/" + strconv.Itoa(l.index)
		case l.value:
			pointer += "/" + presentable(l.name)
		}
	}
	return pointer
}
