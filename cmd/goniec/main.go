// Command goniec is the SMS gateway: the daemon, the tools around the daemon, and a
// demo that needs no hardware. Each subcommand has a file of its own. This file turns
// flags, signals and the locale into a context, a language and an exit code.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"goniec/catalogue"
)

// version is set by the linker: -ldflags "-X main.version=…".
var version string

// The exit status of every subcommand. The last two are those of send.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitUnderWay = 3 // the message was accepted, and what becomes of it is not known yet
	exitNever    = 4 // the message was refused, or will not arrive
)

// statusError is the error of a subcommand that ends with a status of its own and has
// printed why.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func main() {
	t := &terminal{lang: locale(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(run(t, os.Args[1:]))
}

// run runs one command line and returns its exit status. The first SIGINT or
// SIGTERM ends the context, a second one the process.
func run(t *terminal, args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	root := rootCommand(t)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var (
		usage  *usageError
		status statusError
	)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		fmt.Fprintf(t.stderr, "goniec: %s\n\n%s", usage.text, usage.usage)
		return exitUsage
	case errors.As(err, &status):
		return int(status)
	case !errors.Is(err, errExplained):
		fmt.Fprintf(t.stderr, "goniec: %s\n", explain(t, err))
	}
	return exitFailed
}

// locale returns the language that the environment asks for, in the order of POSIX.
func locale() catalogue.Language {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := os.Getenv(name); value != "" {
			return catalogue.Match(value)
		}
	}
	return catalogue.English
}
