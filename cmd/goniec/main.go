// Command goniec is the SMS gateway: the daemon, the tools around it, and a demo
// that needs no hardware. Each subcommand has a file of its own; this one turns
// flags, signals and the locale into a context, a language and an exit code.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"goniec/catalogue"
)

// version is set by the linker: -ldflags "-X main.version=…".
var version string

// The exit status of every subcommand.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// program is what every subcommand stands on.
type program struct {
	lang   catalogue.Language
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

func main() {
	p := &program{lang: locale(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(p.run(os.Args[1:]))
}

// run runs one command line and returns its exit status. The first SIGINT or
// SIGTERM ends the context, a second one the process.
func (p *program) run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	root := p.rootCommand()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var usage *usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		fmt.Fprintf(p.stderr, "goniec: %s\n\n%s", usage.text, usage.usage)
		return exitUsage
	case !errors.Is(err, errSaid):
		fmt.Fprintf(p.stderr, "goniec: %s\n", p.explain(err))
	}
	return exitFailed
}

// errSaid is returned by a subcommand that has failed and has said why.
var errSaid = errors.New("the reason has been printed")

// say returns a text in the language of the person at the terminal.
func (p *program) say(key catalogue.Key, args ...any) string {
	return catalogue.Text(p.lang, key, args...)
}

// locale returns the language that the environment asks for, in the order of
// POSIX.
func locale() catalogue.Language {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := os.Getenv(name); value != "" {
			return catalogue.Match(value)
		}
	}
	return catalogue.English
}
