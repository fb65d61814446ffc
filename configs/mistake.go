package configs

import (
	"fmt"
	"strings"

	"goniec/catalogue"
)

// Mistake is one thing wrong with the configuration. What it says is chosen when
// it is read, because the daemon's log and the person at the terminal may have
// different languages.
type Mistake struct {
	Key      string // "modems[0].device"; empty if the file as a whole is meant
	Line     int    // in the file, from 1; 0 if the value does not come from a line
	Variable string // the environment variable it comes from; empty if none
	Value    string // as written; empty where it may be a secret
	problem  saying
	remedy   saying
}

// saying is a text of the catalogue with its arguments.
type saying struct {
	key  catalogue.Key
	args []any
}

func say(key catalogue.Key, args ...any) saying { return saying{key: key, args: args} }

func (s saying) in(lang catalogue.Language) string {
	return catalogue.Text(lang, s.key, s.args...)
}

// Problem returns what is wrong, a clause without a full stop.
func (m Mistake) Problem(lang catalogue.Language) string { return m.problem.in(lang) }

// Remedy returns what to do about it, a sentence.
func (m Mistake) Remedy(lang catalogue.Language) string {
	remedy := m.remedy.in(lang)
	if strings.HasSuffix(remedy, "?") {
		return remedy
	}
	return remedy + "."
}

// Place returns where the value was written: a line, an environment variable, or
// nothing when it is a default or missing.
func (m Mistake) Place(lang catalogue.Language) string {
	switch {
	case m.Variable != "":
		return catalogue.Text(lang, catalogue.ConfigEnvironment, m.Variable)
	case m.Line > 0:
		return catalogue.Text(lang, catalogue.ConfigLine, m.Line)
	}
	return ""
}

// Text returns the whole mistake on one line: place, key, problem, remedy.
func (m Mistake) Text(lang catalogue.Language) string {
	var b strings.Builder
	for _, part := range []string{m.Place(lang), m.Key} {
		if part != "" {
			b.WriteString(part + ": ")
		}
	}
	fmt.Fprintf(&b, "%s. %s", m.Problem(lang), m.Remedy(lang))
	return b.String()
}

// Errors are all mistakes of one configuration, in the order of its lines.
type Errors struct {
	Path     string // of the file; empty if there is none
	Mistakes []Mistake
}

// Error returns every mistake in English, one a line.
func (e *Errors) Error() string {
	lines := make([]string, len(e.Mistakes))
	for i, m := range e.Mistakes {
		lines[i] = m.Text(catalogue.English)
	}
	return strings.Join(lines, "\n")
}
