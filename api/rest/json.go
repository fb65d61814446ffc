package rest

import (
	"encoding/json"
	"slices"
	"strconv"
)

// maxDepth is how deep objects and lists of a body may stand in one another. No
// body of ours goes beyond four; what goes on for ever would cost memory and come
// back as an endless pointer.
const maxDepth = 16

// tooDeep returns the offset of the bracket that goes beyond maxDepth, or -1. It
// needs no valid JSON.
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

// looseJSON decodes JSON that is known to be valid and not too deep into values as
// encoding/json does, but with numbers as they are written, and remembers which
// names an object has twice: encoding/json takes the last of them without a word.
type looseJSON struct {
	data  []byte
	at    int
	path  []step   // to the value at hand
	twice []string // pointers, each once
}

// step leads from an object or a list to a value in it.
type step struct {
	name  string
	index int // of a list; -1: of an object
}

// decodeLoose returns the value of data and the pointers of names that stand twice.
func decodeLoose(data []byte) (value any, twice []string, err error) {
	if !json.Valid(data) {
		return nil, nil, json.Unmarshal(data, &value) // says where
	}
	d := looseJSON{data: data}
	value = d.value()
	return value, d.twice, nil
}

// value decodes the value that begins behind white space at d.at.
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
		return "" // cannot be: the whole is valid
	}
	return text
}

// remember takes down that the name at the end of the path came before.
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
