package api

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

// Limits of bodies.
const (
	maxBody  = 1 << 20          // bytes
	maxBatch = 8 << 20          // bytes
	bodyTime = 30 * time.Second // for a body to come in
)

// bodyReader reads bodies into a T and holds them against the schema that the
// document shows for it. It is our own business because encoding/json repairs
// what must be refused: it replaces what is not UTF-8, drops fields that it does
// not know, and takes names in any case.
type bodyReader[T any] struct {
	registry huma.Registry
	schema   *huma.Schema
}

func newBodyReader[T any](registry huma.Registry) bodyReader[T] {
	return bodyReader[T]{registry: registry, schema: registry.Schema(reflect.TypeFor[T](), true, "")}
}

// read returns the value of a body and what is wrong with its fields, or a problem
// of the whole. Fields that are wrong are left out of the value, so that the others
// can be looked at as well and every mistake is told at once.
func (r bodyReader[T]) read(contentType string, body []byte) (value T, wrong []fieldProblem, p *problem) {
	data, p := jsonOf(contentType, body)
	if p != nil {
		return value, nil, p
	}
	value, wrong, err := r.parse(data)
	if err != nil {
		return value, nil, malformed(data, err)
	}
	return value, wrong, nil
}

// parse decodes one JSON value as read does; the error says that it is no JSON.
func (r bodyReader[T]) parse(data []byte) (value T, wrong []fieldProblem, err error) {
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

// salvage decodes what is right of an object.
func salvage(loose any, wrong []fieldProblem, value any) error {
	object, ok := loose.(map[string]any)
	if !ok {
		return nil
	}
	right := make(map[string]any, len(object))
	for name, v := range object {
		if !named(wrong, "/"+presentable(name)) {
			right[name] = v
		}
	}
	data, err := json.Marshal(right)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, value)
}

// named reports whether something is wrong with the field at pointer, in it, or with
// the whole that it would stand in.
func named(wrong []fieldProblem, pointer string) bool {
	return slices.ContainsFunc(wrong, func(f fieldProblem) bool {
		return f.pointer == pointer || f.pointer == "" || strings.HasPrefix(f.pointer, pointer+"/")
	})
}

// jsonOf returns the body if it is what it should be: JSON by its type, UTF-8, and
// not nested without end.
func jsonOf(contentType string, body []byte) ([]byte, *problem) {
	if p := checkContentType(contentType); p != nil {
		return nil, p
	}
	// Some editors and programs put a byte order mark in front.
	data := bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if at := tooDeep(data); at >= 0 {
		p := newProblem(CodeNestedTooDeep, maxDepth)
		p.fields = []fieldProblem{bodyField("", CodeNestedTooDeep, maxDepth)}
		p.fields[0].line, p.fields[0].column = position(data, at)
		return nil, p
	}
	return data, checkEncoding(data)
}

func checkContentType(header string) *problem {
	if header == "application/json" { // as nearly all send it
		return nil
	}
	mediaType, _, err := mime.ParseMediaType(header)
	if err != nil || (mediaType != "application/json" && !strings.HasSuffix(mediaType, "+json")) {
		return newProblem(CodeContentType)
	}
	return nil
}

// checkEncoding finds bytes that are not UTF-8 and escapes that are half of a
// surrogate pair, and names the field they are in.
func checkEncoding(body []byte) *problem {
	at := firstInvalid(body)
	if at < 0 {
		return nil
	}
	p := newProblem(CodeInvalidUTF8)
	field := bodyField(pointerAt(body, at), CodeInvalidUTF8)
	field.line, field.column = position(body, at)
	p.fields = []fieldProblem{field}
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

// malformed says where a body stops being JSON.
func malformed(body []byte, err error) *problem {
	if len(bytes.TrimSpace(body)) == 0 {
		return newProblem(CodeBodyRequired)
	}
	at := len(body)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = max(int(syntax.Offset)-1, 0)
	}
	line, column := position(body, at)
	p := newProblem(CodeMalformedJSON, line, column)
	p.fields = []fieldProblem{{
		in: "body", pointer: pointerAt(body, at), code: CodeMalformedJSON,
		args: []any{line, column}, line: line, column: column,
	}}
	return p
}

// position returns the line and the column in bytes of an offset, from 1.
func position(body []byte, at int) (line, column int) {
	before := body[:min(at, len(body))]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}

// pointerAt returns the JSON pointer to the value that an offset of body lies
// in. It reads as far as body can be read.
func pointerAt(body []byte, at int) string {
	type level struct {
		array bool
		index int
		name  string
		value bool // in an object: a name has been read, its value comes next
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
