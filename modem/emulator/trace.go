package emulator

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// ErrTrace says that a file is no trace, or a broken one.
var ErrTrace = errors.New("not a trace")

const (
	traceTitle   = "# goniec trace "
	traceVersion = 1
	// traceLineLimit bounds a line of a trace file, in octets.
	traceLineLimit = 64 << 10
)

// Trace is a recorded dialogue with a modem, read from a file that docs/trace.md
// describes.
type Trace struct {
	// Header has what the file says of the modem: "model", "firmware", "profile".
	Header map[string]string
	lines  []traceLine
}

// traceLine is one line of a recorded dialogue.
type traceLine struct {
	at   time.Duration // since the beginning
	from traceSource
	text string
}

// traceSource is the sign in front of a line.
type traceSource byte

const (
	fromHost  traceSource = '>'
	fromModem traceSource = '<'
	fromPort  traceSource = '=' // a note: what happened to the port itself
)

// Notes about a port.
const (
	noteOpened = "port opened"
	noteLost   = "port lost"
)

// ReadTrace reads a trace file. Its errors wrap ErrTrace, name the line and say
// what should stand there.
func ReadTrace(r io.Reader) (*Trace, error) {
	t := &Trace{Header: map[string]string{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, traceLineLimit)
	number := 0
	for lines.Scan() {
		number++
		text := strings.TrimRight(lines.Text(), "\r")
		if number == 1 {
			if err := checkTitle(text); err != nil {
				return nil, err
			}
			continue
		}
		if err := t.take(text); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrTrace, number, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read trace: %w", err)
	}
	if len(t.lines) == 0 {
		return nil, fmt.Errorf("%w: there is no dialogue in it", ErrTrace)
	}
	return t, nil
}

func checkTitle(text string) error {
	version, found := strings.CutPrefix(text, traceTitle)
	if !found {
		return fmt.Errorf("%w: the first line should be %q", ErrTrace, traceTitle+strconv.Itoa(traceVersion))
	}
	if version != strconv.Itoa(traceVersion) {
		return fmt.Errorf("%w: format %q is not known, only %d", ErrTrace, version, traceVersion)
	}
	return nil
}

// take takes one line behind the title.
func (t *Trace) take(text string) error {
	if comment, found := strings.CutPrefix(text, "#"); found {
		if name, value, found := strings.Cut(comment, ":"); found {
			t.Header[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
		return nil
	}
	text = strings.TrimLeft(text, " \t")
	if text == "" {
		return nil
	}
	seconds, rest, _ := strings.Cut(text, " ")
	at, err := strconv.ParseFloat(seconds, 64)
	if err != nil || at < 0 || at > 1e9 {
		return errors.New("it should begin with the seconds since the beginning")
	}
	source, said, _ := strings.Cut(rest, " ")
	if len(source) != 1 || !strings.Contains("<>=", source) {
		return errors.New("behind the seconds should be > (to the modem), < (from it) or = (a note)")
	}
	said, err = unescape(said)
	if err != nil {
		return err
	}
	t.lines = append(t.lines, traceLine{at: time.Duration(at * float64(time.Second)), from: traceSource(source[0]), text: said})
	return nil
}

// unescape reads \xNN and \\.
func unescape(text string) (string, error) {
	if !strings.Contains(text, `\`) {
		return text, nil
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			b.WriteByte(text[i])
			continue
		}
		switch rest := text[i+1:]; {
		case strings.HasPrefix(rest, `\`):
			b.WriteByte('\\')
			i++
		case strings.HasPrefix(rest, "x") && len(rest) >= 3:
			octet, err := strconv.ParseUint(rest[1:3], 16, 8)
			if err != nil {
				return "", fmt.Errorf("\\%s should be \\x and two hexadecimal digits", rest[:3])
			}
			b.WriteByte(byte(octet))
			i += 3
		default:
			return "", errors.New(`a backslash should be written as \\ or begin an \xNN`)
		}
	}
	return b.String(), nil
}
