package rest

import (
	"encoding/json"
	"slices"
	"strconv"
)

// maxDepth bounds the nesting of a body. Valid bodies have at most four levels;
// unbounded nesting costs memory and would be returned as an endless pointer.
const maxDepth = 16

// tooDeep returns the offset of the bracket beyond maxDepth, or -1. data need not be
// valid JSON.
func tooDeep(body []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted:
			switch c {
			case '\\':
				i++
			case '"':
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return i
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return -1
}

// looseJSON decodes valid JSON within maxDepth into values as encoding/json does, but
// with numbers as written, and records duplicate names, of which encoding/json silently
// takes the last.
type looseJSON struct {
	data  []byte
	at    int
	path  []step   // to the present value
	twice []string // pointers, each once
}

// step leads from an object or a list to a value in it.
type step struct {
	name  string
	index int // of a list; -1: of an object
}

// decodeLoose returns the value of data and the pointers of duplicate names.
func decodeLoose(data []byte) (value any, twice []string, err error) {
	if !json.Valid(data) {
		return nil, nil, json.Unmarshal(data, &value) // returns the position
	}
	d := looseJSON{data: data}
	value = d.value()
	return value, d.twice, nil
}

// value decodes the value at d.at after white space.
func (d *looseJSON) value() any {
	switch d.space(); d.data[d.at] {
	case '{':
		return d.object()
	case '[':
		return d.array()
	case '"':
		return d.text()
	}
	begin := d.at
	for d.at < len(d.data) && !endsLiteral(d.data[d.at]) {
		d.at++
	}
	switch literal := string(d.data[begin:d.at]); literal {
	case "null":
		return nil
	case "true", "false":
		return literal == "true"
	default:
		return json.Number(literal)
	}
}

func (d *looseJSON) object() map[string]any {
	object := map[string]any{}
	d.at++ // {
	for {
		d.space()
		switch d.data[d.at] {
		case '}':
			d.at++
			return object
		case ',':
			d.at++
			continue
		}
		name := d.text()
		d.space()
		d.at++ // :
		d.path = append(d.path, step{name, -1})
		if _, again := object[name]; again {
			d.remember()
		}
		object[name] = d.value()
		d.path = d.path[:len(d.path)-1]
	}
}

func (d *looseJSON) array() []any {
	array := []any{}
	d.at++ // [
	for {
		d.space()
		switch d.data[d.at] {
		case ']':
			d.at++
			return array
		case ',':
			d.at++
			continue
		}
		d.path = append(d.path, step{index: len(array)})
		array = append(array, d.value())
		d.path = d.path[:len(d.path)-1]
	}
}

// text decodes the string that begins at d.at.
func (d *looseJSON) text() string {
	begin, plain := d.at, true
	for d.at++; d.data[d.at] != '"'; d.at++ {
		if d.data[d.at] == '\\' {
			d.at++
			plain = false
		}
	}
	d.at++
	if plain {
		return string(d.data[begin+1 : d.at-1])
	}
	var text string
	if err := json.Unmarshal(d.data[begin:d.at], &text); err != nil {
		return "" // impossible in valid JSON
	}
	return text
}

// remember records the name at the end of the path as a duplicate.
func (d *looseJSON) remember() {
	pointer := ""
	for _, s := range d.path {
		if s.index < 0 {
			pointer += "/" + presentable(s.name)
		} else {
			pointer += "/" + strconv.Itoa(s.index)
		}
	}
	if !slices.Contains(d.twice, pointer) {
		d.twice = append(d.twice, pointer)
	}
}

func (d *looseJSON) space() {
	for isSpace(d.data[d.at]) {
		d.at++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func endsLiteral(c byte) bool { return isSpace(c) || c == ',' || c == ']' || c == '}' }
