package emulator

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// commandKind is the form in which a command was given (3GPP TS 27.007 4).
type commandKind int

const (
	execute commandKind = iota // AT+CSQ
	read                       // AT+CSQ?
	set                        // AT+CSQ=1
	test                       // AT+CSQ=?
)

// command is one command of a command line.
type command struct {
	name string // upper case, with its prefix: "+CMGS", "E", "&F", "^CURC"
	kind commandKind
	args []argument
	text string // what follows "=", as it was given
}

// String returns the command as it was given.
func (c command) String() string {
	return c.name + [...]string{"", "?", "=" + c.text, "=?"}[c.kind]
}

// argument is one parameter of a command.
type argument struct {
	text   string
	quoted bool
}

// given reports whether there is a parameter i that is not empty.
func (c command) given(i int) bool {
	return i < len(c.args) && (c.args[i].quoted || c.args[i].text != "")
}

// number returns parameter i, or fallback when it was left out; valid is false
// when it is not a number.
func (c command) number(i, fallback int) (value int, valid bool) {
	if !c.given(i) {
		return fallback, true
	}
	value, err := strconv.Atoi(c.args[i].text)
	return value, err == nil && value >= 0
}

// string returns parameter i, empty when it was left out.
func (c command) string(i int) string {
	if i >= len(c.args) {
		return ""
	}
	return c.args[i].text
}

// parseLine splits what follows "AT" into commands (ITU-T V.250 5.2 to 5.4).
// valid is false for a line that has no such form.
func parseLine(body string) (commands []command, valid bool) {
	for {
		body = strings.TrimLeft(body, " ;")
		if body == "" {
			return commands, true
		}
		var c command
		c, body, valid = parseCommand(body)
		if !valid {
			return nil, false
		}
		commands = append(commands, c)
	}
}

// parseCommand takes the first command of body and returns what is left.
func parseCommand(body string) (c command, rest string, valid bool) {
	switch first := body[0]; {
	case strings.IndexByte("+^$*#%!@_", first) >= 0:
		return parseExtended(body)
	case first == '&' && len(body) > 1:
		return parseBasic(strings.ToUpper(body[:2]), body[2:])
	case first == '\\' && len(body) > 1:
		return parseBasic(strings.ToUpper(body[:2]), body[2:])
	case first >= 'a' && first <= 'z', first >= 'A' && first <= 'Z':
		name := strings.ToUpper(body[:1])
		if name == "D" {
			return command{name: "D", text: body[1:]}, "", true
		}
		return parseBasic(name, body[1:])
	}
	return command{}, "", false
}

// parseBasic reads the number that follows a basic command; S-parameters are
// read and set with "?" and "=" (ITU-T V.250 5.3).
func parseBasic(name, body string) (c command, rest string, valid bool) {
	end := 0
	for end < len(body) && body[end] >= '0' && body[end] <= '9' {
		end++
	}
	c = command{name: name, kind: execute, args: []argument{{text: body[:end]}}}
	body = body[end:]
	if name != "S" || body == "" {
		return c, body, true
	}
	switch body[0] {
	case '?':
		c.kind = read
		return c, body[1:], true
	case '=':
		c.kind = set
		value, rest, valid := parseBasic("", body[1:])
		if !valid {
			return c, "", false
		}
		c.args = append(c.args, value.args...)
		return c, rest, true
	}
	return c, body, true
}

// parseExtended reads a command with a prefix up to its ";" (ITU-T V.250 5.4).
func parseExtended(body string) (c command, rest string, valid bool) {
	end := 1
	for end < len(body) && nameCharacter(body[end]) {
		end++
	}
	c.name = strings.ToUpper(body[:end])
	text, rest := cutCommand(body[end:])
	switch {
	case text == "":
		c.kind = execute
	case text == "?":
		c.kind = read
	case text == "=?":
		c.kind = test
	case text[0] == '=':
		c.kind = set
		c.text = text[1:]
		c.args, valid = parseArguments(c.text)
		return c, rest, valid
	default:
		return c, rest, false
	}
	return c, rest, end > 1
}

func nameCharacter(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' ||
		strings.IndexByte("!%-./:_", c) >= 0
}

// cutCommand splits at the first ";" outside quotation marks.
func cutCommand(s string) (text, rest string) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ';' && !quoted:
			return strings.TrimSpace(s[:i]), s[i+1:]
		}
	}
	return strings.TrimSpace(s), ""
}

// parseArguments splits parameters at commas outside quotation marks.
func parseArguments(s string) (args []argument, valid bool) {
	for {
		s = strings.TrimLeft(s, " ")
		var a argument
		if strings.HasPrefix(s, `"`) {
			end := strings.IndexByte(s[1:], '"')
			if end < 0 {
				return nil, false
			}
			a = argument{text: s[1 : 1+end], quoted: true}
			s = strings.TrimLeft(s[end+2:], " ")
			if s != "" && s[0] != ',' {
				return nil, false
			}
		} else {
			end := strings.IndexByte(s, ',')
			if end < 0 {
				end = len(s)
			}
			a = argument{text: strings.TrimRight(s[:end], " ")}
			s = s[end:]
		}
		args = append(args, a)
		if s == "" {
			return args, true
		}
		s = s[1:]
	}
}

// ranges writes a set of values as test forms do: (0-3), (0,2), (1).
func ranges(values []int) string {
	contiguous := len(values) > 2
	for i := 1; i < len(values); i++ {
		contiguous = contiguous && values[i] == values[i-1]+1
	}
	if contiguous {
		return fmt.Sprintf("(%d-%d)", values[0], values[len(values)-1])
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = strconv.Itoa(v)
	}
	return "(" + strings.Join(texts, ",") + ")"
}

// handler executes a command.
type handler func(command) reply

// handlers returns the commands of the modem by name.
func (m *Modem) handlers() map[string]handler {
	all := map[string]handler{}
	for _, name := range strings.Fields(`Q X L M &C &D &K &W &V &S \Q +IPR +ICF +IFC +WS46`) {
		all[name] = func(command) reply { return ok() }
	}
	for _, part := range []map[string]handler{
		m.commands(), m.settings.commands(), m.card.commands(), m.radio.commands(),
		m.storage.commands(), m.outbox.commands(), m.inbox.commands(), m.phone.commands(),
	} {
		maps.Copy(all, part)
	}
	return all
}

// tested returns h with a test form that is answered OK.
func tested(h handler) handler {
	return func(c command) reply {
		if c.kind == test {
			return ok()
		}
		return h(c)
	}
}

// unless returns h with a check before it: refused commands are not executed.
func unless(refused func() (r reply, refused bool), h handler) handler {
	return func(c command) reply {
		if r, no := refused(); no {
			return r
		}
		return h(c)
	}
}
