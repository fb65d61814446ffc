// Progress shows how a run of the tests goes on: it reads what "go test -json" prints
// and prints the line of each package when that has ended, the output of what fails, and
// at the end what was counted. Its first argument is a file for that last line, the others
// are what the tests run without.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: go test -json ./... | progress FILE [WITHOUT]...")
		os.Exit(2)
	}
	r := newRun(os.Stdout)
	for _, without := range os.Args[2:] {
		r.notRun[without] = true
	}
	err := r.read(os.Stdin)
	err = errors.Join(err, os.WriteFile(os.Args[1], []byte(r.summary()+"\n"), 0o600))
	if err != nil {
		fmt.Fprintln(os.Stderr, "progress:", err)
	}
	if err != nil || !r.good() {
		os.Exit(1)
	}
}

// event is a line of "go test -json", see "go doc test2json".
type event struct {
	Action, Package, Test, Output string
}

// run is what has been read so far.
type run struct {
	w              io.Writer
	output         map[[2]string][]string // of tests that have not ended, by package and test
	passed, failed int                    // tests, with their subtests
	skipped        int
	packages       int             // that have ended well
	bad            int             // that have not
	notRun         map[string]bool // programs that tests need and that cannot be installed
}

func newRun(w io.Writer) *run {
	return &run{w: w, output: map[[2]string][]string{}, notRun: map[string]bool{}}
}

// read takes in lines until there are no more. What is no event is printed as it is.
func (r *run) read(from io.Reader) error {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadBytes('\n')
		var e event
		switch {
		case len(line) == 0:
		case json.Unmarshal(line, &e) != nil || e.Action == "":
			fmt.Fprintf(r.w, "%s", line)
		default:
			r.take(e)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *run) take(e event) {
	key := [2]string{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.w, e.Output)
	case "output":
		if !strings.HasPrefix(e.Output, "=== ") { // that a test begins, waits, goes on
			r.output[key] = append(r.output[key], e.Output)
		}
		return
	case "pass", "fail", "skip":
		r.end(e, r.output[key])
		delete(r.output, key)
	}
}

// end counts a test or a package that has ended, and shows what somebody wants to see.
func (r *run) end(e event, output []string) {
	if e.Test == "" {
		r.endPackage(e, output)
		return
	}
	switch e.Action {
	case "pass":
		r.passed++
	case "fail":
		r.failed++
		fmt.Fprint(r.w, strings.Join(output, ""))
	case "skip":
		r.skipped++
		for _, line := range output {
			if _, reason, found := strings.Cut(line, "not run: "); found {
				program, _, _ := strings.Cut(reason, ":")
				r.notRun[program] = true
			}
		}
	}
}

func (r *run) endPackage(e event, output []string) {
	if e.Action == "fail" {
		r.bad++
		// A panic or a time-out ends tests that say nothing of it themselves.
		for key, lines := range r.output {
			if key[0] == e.Package && key[1] != "" {
				fmt.Fprint(r.w, strings.Join(lines, ""))
				delete(r.output, key)
			}
		}
		fmt.Fprint(r.w, strings.Join(output, ""))
		return
	}
	r.packages++
	for _, line := range output {
		if strings.HasPrefix(line, "ok") || strings.HasPrefix(line, "?") {
			fmt.Fprint(r.w, line)
		}
	}
}

// good tells whether tests have run and none has failed.
func (r *run) good() bool { return r.failed == 0 && r.bad == 0 && r.passed > 0 }

// summary returns the counts on one line.
func (r *run) summary() string {
	s := fmt.Sprintf("%d packages good, %d bad; %d tests passed, %d failed, %d skipped", r.packages, r.bad, r.passed, r.failed, r.skipped)
	if len(r.notRun) > 0 {
		s += "; not run for want of " + strings.Join(slices.Sorted(maps.Keys(r.notRun)), ", ")
	}
	return s
}
