package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/app"
	"goniec/app/migrate"
	"goniec/catalogue"
	"goniec/store/boltstore"
)

// The variables that the client commands read.
const (
	tokenVariable = "GONIEC_TOKEN"
	urlVariable   = "GONIEC_URL"
)

// addConnection adds the flags that say which gateway is meant.
func (p *program) addConnection(cmd *cobra.Command) {
	p.addConfig(cmd)
	cmd.Flags().String("url", "", p.say(catalogue.FlagURL))
	cmd.Flags().String("token-file", "", p.say(catalogue.FlagTokenFile))
}

// connect returns a client of the gateway at --url or GONIEC_URL, else of the
// daemon of this computer by its socket. where names it for messages.
func (p *program) connect(cmd *cobra.Command) (c *client.Client, where string, err error) {
	target := cmd.Flag("url").Value.String()
	if target == "" {
		target = os.Getenv(urlVariable)
	}
	tokenFile := cmd.Flag("token-file").Value.String()
	if target == "" {
		if tokenFile != "" {
			return nil, "", p.wrongUsage(cmd, catalogue.UsageTokenAndSocket)
		}
		config, err := p.loadConfig(cmd)
		if err != nil {
			return nil, "", err
		}
		socket := app.SocketPath(config.DataDir)
		c, err = client.New("unix:"+socket, "", client.WithLanguage(string(p.lang)))
		return c, socket, err
	}
	token, err := readToken(tokenFile)
	if err != nil {
		return nil, "", err
	}
	if token == "" {
		fmt.Fprintln(p.stderr, p.say(catalogue.NoToken, target))
		return nil, "", errSaid
	}
	c, err = client.New(target, token, client.WithLanguage(string(p.lang)))
	return c, target, err
}

// question is what a command that asks the gateway has at hand.
type question struct {
	cmd    *cobra.Command
	args   []string
	client *client.Client
	where  string // the gateway, for explainCall
	asJSON bool
}

// askCommand builds a subcommand of so many arguments that asks the gateway and
// prints its answer in either form.
func (p *program) askCommand(use string, short catalogue.Key, arguments int, run func(q question) error) *cobra.Command {
	cmd := p.command(use, short, arguments, arguments, func(cmd *cobra.Command, args []string) error {
		asJSON, err := p.wantsJSON(cmd)
		if err != nil {
			return err
		}
		c, where, err := p.connect(cmd)
		if err != nil {
			return err
		}
		return run(question{cmd: cmd, args: args, client: c, where: where, asJSON: asJSON})
	})
	p.addOutput(cmd)
	p.addConnection(cmd)
	return cmd
}

// readToken returns what is in the token file, else the variable.
func readToken(path string) (string, error) {
	if path == "" {
		return os.Getenv(tokenVariable), nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read token file: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}

// explainCall turns the error of a call into words: no answer at all, or the
// problem that the gateway describes in the reader's language.
func (p *program) explainCall(err error, where string) error {
	var problem *client.Problem
	if errors.As(err, &problem) && len(problem.Errors) > 0 {
		// The detail speaks of the body of a request, which nobody here has seen.
		fmt.Fprintln(p.stderr, p.say(catalogue.CallRefused))
		for _, e := range problem.Errors {
			fmt.Fprintf(p.stderr, "  %s: %s\n", e.Field, e.Detail)
		}
		return errSaid
	}
	if problem != nil || errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, fs.ErrPermission) {
		fmt.Fprintln(p.stderr, p.say(catalogue.DataForbidden, filepath.Dir(where)))
		return errSaid
	}
	if answers := new(net.OpError); errors.As(err, &answers) {
		fmt.Fprintln(p.stderr, p.say(catalogue.NoDaemon, where))
		return errSaid
	}
	return err
}

// explainName is explainCall for calls that name something: if the error is the problem
// of an unknown name, it says with unknown which names there are. none, unless empty, is
// said where there is none.
func (p *program) explainName(q question, err error, code string, unknown, none catalogue.Key, list func() ([]string, error)) error {
	var problem *client.Problem
	if !errors.As(err, &problem) || problem.Code != code {
		return p.explainCall(err, q.where)
	}
	names, listErr := list()
	switch {
	case listErr != nil:
		return p.explainCall(err, q.where)
	case len(names) == 0 && none != "":
		fmt.Fprintln(p.stderr, p.say(none))
	default:
		fmt.Fprintln(p.stderr, p.say(unknown, strings.Join(names, ", ")))
	}
	return errSaid
}

// explain returns the words for an error that ends a command.
func (p *program) explain(err error) string {
	var (
		data   *app.DataError
		newer  *migrate.NewerDataError
		listen *app.ListenError
	)
	if text := p.explainKeys(err); text != "" {
		return text
	}
	switch {
	case errors.As(err, &newer):
		return p.say(catalogue.DataNewer, newer.Found, newer.Known)
	case errors.As(err, &data) && errors.Is(err, boltstore.ErrLocked):
		return p.say(catalogue.DataDirLocked, data.Dir)
	case errors.As(err, &data) && errors.Is(err, boltstore.ErrDamaged):
		return p.say(catalogue.DataDamaged, app.DataPath(data.Dir))
	case errors.As(err, &data) && errors.Is(err, fs.ErrPermission):
		return p.say(catalogue.DataForbidden, data.Dir)
	case errors.As(err, &listen) && errors.Is(err, syscall.EADDRINUSE):
		return p.say(catalogue.ListenTaken, listen.Address)
	case errors.As(err, &listen):
		return p.say(catalogue.ListenRefused, listen.Address, listen.Err)
	}
	return err.Error()
}
