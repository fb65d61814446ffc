package modem

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"goniec/modem/at"
)

// TraceLine is one line of a dialogue. In a Transcript octets of Text other than printable
// ASCII are written as \xNN.
type TraceLine = at.Entry

// Transcript returns the beginning of the present or last dialogue and the last lines
// of all dialogues, oldest first. Unless plain is set, numbers and texts are masked so
// that the lines can still be replayed; see docs/trace.md. A PIN is always masked.
func (m *Modem) Transcript(plain bool) []TraceLine {
	lines := m.transcript.Entries()
	masking := masking{masker: m.masker}
	for i, line := range lines {
		if !plain {
			line.Text = masking.line(line)
		}
		lines[i].Text = escape(line.Text)
	}
	return lines
}

// traceVersion is the version of the trace format.
const traceVersion = 1

// TraceHeader is the header of a trace. Empty fields are left out.
type TraceHeader struct {
	Version      string // of the program
	Modem        string // name of the modem
	Manufacturer string
	Model        string
	Revision     string
	Profile      string
}

// TraceWriter writes a trace in the format of docs/trace.md.
type TraceWriter struct {
	out   *bufio.Writer
	begun time.Time
	last  uint64
}

// NewTraceWriter writes the header of a trace to w.
func NewTraceWriter(w io.Writer, h TraceHeader) (*TraceWriter, error) {
	t := &TraceWriter{out: bufio.NewWriter(w)}
	fmt.Fprintf(t.out, "# goniec trace %d\n", traceVersion)
	for _, field := range []struct{ name, value string }{
		{"goniec", h.Version}, {"modem", h.Modem}, {"manufacturer", h.Manufacturer}, {"model", h.Model},
		{"firmware", h.Revision}, {"profile", h.Profile},
	} {
		if field.value != "" {
			fmt.Fprintf(t.out, "# %s: %s\n", field.name, escape(field.value))
		}
	}
	return t, t.flush()
}

// Write appends lines.
func (t *TraceWriter) Write(lines []TraceLine) error {
	for _, line := range lines {
		if t.begun.IsZero() {
			t.begun = line.At
			fmt.Fprintf(t.out, "# begun: %s\n", line.At.UTC().Format(time.RFC3339))
		}
		if left := line.Number - t.last - 1; t.last > 0 && left > 0 {
			fmt.Fprintf(t.out, "# %d lines are left out here\n", left)
		}
		t.last = line.Number
		sign := '<'
		switch {
		case line.Note:
			sign = '='
		case line.Sent:
			sign = '>'
		}
		fmt.Fprintf(t.out, "%10.3f %c %s\n", line.At.Sub(t.begun).Seconds(), sign, line.Text)
	}
	return t.flush()
}

func (t *TraceWriter) flush() error {
	if err := t.out.Flush(); err != nil {
		return fmt.Errorf("write trace: %w", err)
	}
	return nil
}

// escape writes octets other than printable ASCII as \xNN.
func escape(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' || r == '\\' }) {
		return text
	}
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\\':
			b.WriteString(`\\`)
		case c < ' ' || c > '~':
			b.WriteString(`\x` + strconv.FormatUint(uint64(c)|0x100, 16)[1:])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
