package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"goniec/catalogue"
)

// terminal speaks to the person who typed a command: in the language of this person, on
// standard output for results, on standard error for everything else.
type terminal struct {
	lang   catalogue.Language
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	// zone returns the time zone of the gateway; nil: times are shown in that of this
	// computer.
	zone func() *time.Location
}

// errExplained is the error of a subcommand that has failed and has printed why.
var errExplained = errors.New("the reason has been printed")

// say returns a text in the language of the terminal.
func (t *terminal) say(key catalogue.Key, args ...any) string {
	return catalogue.Text(t.lang, key, args...)
}

// show prints a text as a line on standard output.
func (t *terminal) show(key catalogue.Key, args ...any) {
	fmt.Fprintln(t.stdout, t.say(key, args...))
}

// tell prints a text as a line on standard error.
func (t *terminal) tell(key catalogue.Key, args ...any) {
	fmt.Fprintln(t.stderr, t.say(key, args...))
}

// fail prints on standard error why a subcommand fails, and returns errExplained.
func (t *terminal) fail(key catalogue.Key, args ...any) error {
	t.tell(key, args...)
	return errExplained
}

// printJSON prints a value for programs.
func (t *terminal) printJSON(value any) error {
	encoder := json.NewEncoder(t.stdout)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// printTable prints rows for people, under heads in the language of the terminal. An
// empty cell is printed as a hyphen, so that the eye keeps its column.
func (t *terminal) printTable(heads []catalogue.Key, rows [][]string) error {
	w := tabwriter.NewWriter(t.stdout, 0, 8, 2, ' ', 0)
	names := make([]string, len(heads))
	for i, head := range heads {
		names[i] = t.say(head)
	}
	fmt.Fprintln(w, strings.Join(names, "\t"))
	for _, row := range rows {
		for i, cell := range row {
			if cell == "" {
				row[i] = "-"
			}
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// progress is one line on standard error that is written over and over. It prints only
// where standard error is a screen.
type progress struct {
	terminal *terminal
	screen   bool
	written  bool // the line is on the screen
}

// progress returns a line that is not on the screen yet.
func (t *terminal) progress() *progress {
	file, ok := t.stderr.(*os.File)
	return &progress{terminal: t, screen: ok && term.IsTerminal(int(file.Fd()))}
}

// say writes a text of the catalogue as the line.
func (b *progress) say(key catalogue.Key, args ...any) {
	if b.screen {
		b.write(b.terminal.say(key, args...))
	}
}

func (b *progress) write(line string) {
	if b.screen {
		b.written = true
		fmt.Fprintf(b.terminal.stderr, "\r\x1b[K%s", line)
	}
}

// clear takes the line from the screen.
func (b *progress) clear() {
	if b.written {
		b.written = false
		fmt.Fprint(b.terminal.stderr, "\r\x1b[K")
	}
}
