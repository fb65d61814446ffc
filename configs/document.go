package configs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"goniec/catalogue"
)

// reader walks the nodes of a YAML document beside the type Config. What it does
// not accept it notes as a mistake and leaves out, so that the rest can still be
// checked.
type reader struct {
	mistakes []Mistake
	lines    map[string]int // where each key stands
}

func (r *reader) add(m Mistake) { r.mistakes = append(r.mistakes, m) }

// mistaken reports whether the value of key, or of what it stands in, was refused.
func (r *reader) mistaken(key string) bool {
	return slices.ContainsFunc(r.mistakes, func(m Mistake) bool {
		return m.Key != "" && (m.Key == key || strings.HasPrefix(key, m.Key+".") || strings.HasPrefix(key, m.Key+"["))
	})
}

// line returns the line of key, or if it is not written that of what it would
// stand in, else 0.
func (r *reader) line(key string) int {
	for key != "" {
		if line, found := r.lines[key]; found {
			return line
		}
		key = key[:max(strings.LastIndexAny(key, ".["), 0)]
	}
	return 0
}

// document returns the values of a YAML document as nested maps, those of a
// wrong type left out.
func (r *reader) document(data []byte) map[string]any {
	if r.tabs(data) {
		return salvage(data)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var root, second yaml.Node
	if err := decoder.Decode(&root); errors.Is(err, io.EOF) {
		return nil
	} else if err != nil {
		r.syntax(err)
		return salvage(data)
	}
	if err := decoder.Decode(&second); err == nil {
		r.add(Mistake{Line: second.Line, problem: say(catalogue.ConfigDocuments), remedy: say(catalogue.ConfigDocumentsRemedy)})
	} else if !errors.Is(err, io.EOF) {
		r.syntax(err)
	}
	if isNull(root.Content[0]) {
		return nil
	}
	return r.section(root.Content[0], reflect.TypeFor[Config](), "", root.Content[0].Line)
}

// salvaged are the keys that find a daemon and read a copy of its data.
var salvaged = regexp.MustCompile(`(?m)^(data_dir|key_file|timezone):[ \t]+\S.*$`)

// salvage returns the keys of salvaged that stand on lines of their own in a document that
// is not YAML.
func salvage(data []byte) map[string]any {
	values := map[string]any{}
	for _, line := range salvaged.FindAll(data, -1) {
		var written map[string]string
		if err := yaml.Unmarshal(line, &written); err == nil {
			for key, value := range written {
				values[key] = value
			}
		}
	}
	return values
}

// tabs notes every line that begins with a tab, which the YAML parser describes
// in words that help nobody.
func (r *reader) tabs(data []byte) bool {
	found := false
	for i, line := range bytes.Split(data, []byte("\n")) {
		indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
		if rest := bytes.TrimSpace(line); bytes.ContainsRune(indent, '\t') && len(rest) > 0 && rest[0] != '#' {
			r.add(Mistake{Line: i + 1, problem: say(catalogue.ConfigTab), remedy: say(catalogue.ConfigTabRemedy)})
			found = true
		}
	}
	return found
}

// syntax notes what the parser says, with the line taken out of its words:
// "yaml: line 3: …".
func (r *reader) syntax(err error) {
	line, problem := 0, strings.TrimPrefix(err.Error(), "yaml: ")
	if n, scanErr := fmt.Sscanf(problem, "line %d:", &line); scanErr == nil && n == 1 {
		_, problem, _ = strings.Cut(problem, ": ")
	}
	r.add(Mistake{Line: line, problem: say(catalogue.ConfigSyntax, problem), remedy: say(catalogue.ConfigSyntaxRemedy)})
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null" }

// resolve follows an alias to what it stands for.
func resolve(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// section reads a mapping into the fields of typ, a struct.
func (r *reader) section(node *yaml.Node, typ reflect.Type, path string, line int) map[string]any {
	node = resolve(node)
	if node.Kind != yaml.MappingNode {
		r.add(Mistake{Key: path, Line: line, problem: say(catalogue.ConfigWantSection), remedy: say(catalogue.ConfigWantSectionRemedy)})
		return nil
	}
	values := map[string]any{}
	first := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		at := join(path, key.Value)
		if previous, found := first[key.Value]; found {
			r.add(Mistake{Key: at, Line: key.Line, problem: say(catalogue.ConfigTwice, previous), remedy: say(catalogue.ConfigTwiceRemedy)})
			continue
		}
		first[key.Value] = key.Line
		field, found := fieldOf(typ, key.Value)
		if !found {
			r.unknown(typ, path, key)
			continue
		}
		r.lines[at] = key.Line
		if v := r.value(value, field, at, key.Line); v != nil {
			values[key.Value] = v
		}
	}
	return values
}

// unknown notes a key that does not exist, with the one that was probably meant.
func (r *reader) unknown(typ reflect.Type, path string, key *yaml.Node) {
	m := Mistake{
		Key: join(path, key.Value), Line: key.Line,
		problem: say(catalogue.ConfigUnknown), remedy: say(catalogue.ConfigUnknownRemedy),
	}
	switch near := nearest(typ, path, key.Value); {
	case typ == reflect.TypeFor[Webhook]() && strings.EqualFold(key.Value, "secret"):
		m.remedy = say(catalogue.ConfigWebhookSecretRemedy)
	case typ == reflect.TypeFor[Modem]() && strings.EqualFold(key.Value, "pin"):
		m.remedy = say(catalogue.ConfigUnknownPINRemedy)
	case typ == reflect.TypeFor[Modem]() && key.Value == "weight":
		m.problem, m.remedy = say(catalogue.ConfigRemoved), say(catalogue.ConfigRemovedWeightRemedy)
	case near != "":
		m.remedy = say(catalogue.ConfigUnknownNearRemedy, near)
	}
	r.add(m)
}

// value reads one value of type typ; nil if it was refused.
func (r *reader) value(node *yaml.Node, typ reflect.Type, path string, line int) any {
	node = resolve(node)
	refuse := func(problem, remedy saying, written string) any {
		r.add(Mistake{Key: path, Line: line, Value: written, problem: problem, remedy: remedy})
		return nil
	}
	switch {
	case isNull(node) && typ.Kind() == reflect.Slice:
		return []any{}
	case isNull(node):
		return refuse(say(catalogue.ConfigEmpty), say(catalogue.ConfigEmptyRemedy), "")
	case typ.Kind() == reflect.Struct:
		if values := r.section(node, typ, path, line); values != nil {
			return values
		}
		return nil
	case typ.Kind() == reflect.Slice:
		return r.list(node, typ.Elem(), path, line)
	case node.Kind != yaml.ScalarNode:
		return refuse(say(catalogue.ConfigWantValue), say(catalogue.ConfigWantValueRemedy), "")
	}
	value, problem, remedy := parse(typ, node.Value)
	if value == nil {
		return refuse(problem, remedy, node.Value)
	}
	return value
}

// defaultItem returns the defaults of a section in a list.
func defaultItem(typ reflect.Type) map[string]any {
	if typ == reflect.TypeFor[Webhook]() {
		return section(reflect.ValueOf(DefaultWebhook()))
	}
	return section(reflect.ValueOf(DefaultModem()))
}

// list reads a sequence; each section in it begins with its defaults.
func (r *reader) list(node *yaml.Node, elem reflect.Type, path string, line int) any {
	if node.Kind != yaml.SequenceNode {
		r.add(Mistake{Key: path, Line: line, problem: say(catalogue.ConfigWantList), remedy: say(catalogue.ConfigWantListRemedy)})
		return nil
	}
	list := make([]any, 0, len(node.Content))
	for i, item := range node.Content {
		at := path + "[" + strconv.Itoa(i) + "]"
		r.lines[at] = item.Line
		value := r.value(item, elem, at, item.Line)
		if elem.Kind() == reflect.Struct {
			written, _ := value.(map[string]any)
			value = overlay(defaultItem(elem), written)
		}
		if value != nil {
			list = append(list, value)
		}
	}
	return list
}

// overlay puts the values of over into those of under, section by section.
func overlay(under, over map[string]any) map[string]any {
	for key, value := range over {
		below, isSection := under[key].(map[string]any)
		if above, ok := value.(map[string]any); ok && isSection {
			value = overlay(below, above)
		}
		under[key] = value
	}
	return under
}

// parse turns what is written into a string, an int, a time.Duration or a list of
// strings; nil with problem and remedy if that cannot be.
func parse(typ reflect.Type, written string) (value any, problem, remedy saying) {
	switch {
	case typ == reflect.TypeFor[time.Duration]():
		return parseDuration(written)
	case typ.Kind() == reflect.Int:
		n, err := strconv.Atoi(written)
		if err != nil {
			return nil, say(catalogue.ConfigWantNumber, written), say(catalogue.ConfigWantNumberRemedy)
		}
		return n, saying{}, saying{}
	case typ.Kind() == reflect.Slice:
		list := []any{}
		for item := range strings.SplitSeq(written, ",") {
			if item = strings.TrimSpace(item); item != "" {
				list = append(list, item)
			}
		}
		return list, saying{}, saying{}
	}
	return written, saying{}, saying{}
}

// parseDuration insists on a unit, because a number alone would be nanoseconds.
func parseDuration(written string) (value any, problem, remedy saying) {
	if d, err := time.ParseDuration(written); err == nil && (d == 0 || strings.TrimLeft(written, "+-.0123456789") != "") {
		return d, saying{}, saying{}
	}
	if _, err := strconv.ParseFloat(written, 64); err == nil {
		return nil, say(catalogue.ConfigNoUnit, written), say(catalogue.ConfigNoUnitRemedy, written)
	}
	if days, isDays := strings.CutSuffix(written, "d"); isDays {
		if n, err := strconv.Atoi(days); err == nil {
			return nil, say(catalogue.ConfigDays, written), say(catalogue.ConfigDaysRemedy, strconv.Itoa(n*24)+"h")
		}
	}
	return nil, say(catalogue.ConfigWantDuration, written), say(catalogue.ConfigWantDurationRemedy)
}
