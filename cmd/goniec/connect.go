package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/app"
	"goniec/catalogue"
	"goniec/configs"
)

// The variables that name a gateway where no flag does.
const (
	tokenVariable = "GONIEC_TOKEN"
	urlVariable   = "GONIEC_URL"
)

// connection is a client of one gateway that can explain what goes wrong.
type connection struct {
	*client.Client
	terminal *terminal
	where    string // the URL or the path of the socket
}

// addConnection adds the flags that name a gateway. The command has --config already.
func addConnection(t *terminal, cmd *cobra.Command) {
	cmd.Flags().String("url", "", t.say(catalogue.FlagURL))
	cmd.Flags().String("token-file", "", t.say(catalogue.FlagTokenFile))
}

// connect connects to the gateway at --url or GONIEC_URL, else to the daemon of this
// computer by its socket.
func connect(c *call) (*connection, error) {
	url, tokenFile := c.flag("url"), c.flag("token-file")
	if url == "" {
		url = os.Getenv(urlVariable)
	}
	if url == "" {
		if tokenFile != "" {
			return nil, c.wrongUsage(catalogue.UsageTokenAndSocket)
		}
		config, err := c.config()
		if err != nil {
			return nil, err
		}
		return connectDaemon(c.terminal, config)
	}
	token, err := readToken(tokenFile)
	if err != nil {
		return nil, err
	}
	if token == "" {
		return nil, c.fail(catalogue.NoToken, url)
	}
	return newConnection(c.terminal, url, token)
}

// connectDaemon connects to the daemon of this computer by its socket.
func connectDaemon(t *terminal, config configs.Config) (*connection, error) {
	socket := app.SocketPath(config.DataDir)
	gateway, err := newConnection(t, "unix:"+socket, "")
	if err != nil {
		return nil, err
	}
	gateway.where = socket
	return gateway, nil
}

func newConnection(t *terminal, url, token string) (*connection, error) {
	c, err := client.New(url, token, client.WithLanguage(string(t.lang)))
	if err != nil {
		return nil, err
	}
	return &connection{Client: c, terminal: t, where: url}, nil
}

// readToken returns what is in the token file; without a file it returns GONIEC_TOKEN.
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

// explain prints what the error of a call means and returns errExplained: there was no
// answer, or the gateway refused fields of the request. An error that has its words
// already is returned as it is.
func (g *connection) explain(err error) error {
	var problem *client.Problem
	if errors.As(err, &problem) && len(problem.Errors) > 0 {
		// The detail of the problem speaks of the body of a request, which the person at
		// the terminal has not seen.
		g.terminal.tell(catalogue.CallRefused)
		for _, e := range problem.Errors {
			fmt.Fprintf(g.terminal.stderr, "  %s: %s\n", e.Field, e.Detail)
		}
		return errExplained
	}
	if problem != nil || errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, fs.ErrPermission) {
		return errors.New(explainForbidden(g.terminal, filepath.Dir(g.where)))
	}
	if unanswered := new(net.OpError); errors.As(err, &unanswered) {
		return g.terminal.fail(catalogue.NoDaemon, g.where)
	}
	return err
}

// unknownName describes how to explain that the gateway does not know a name.
type unknownName struct {
	code string        // of the problem
	is   catalogue.Key // the text that lists the names that there are
	none catalogue.Key // the text for a gateway without any name; empty if there is no such text
	list func() (names []string, err error)
}

// explainName is explain for a call that names something. If the gateway does not know
// the name, explainName prints which names there are.
func (g *connection) explainName(err error, unknown unknownName) error {
	var problem *client.Problem
	if !errors.As(err, &problem) || problem.Code != unknown.code {
		return g.explain(err)
	}
	names, listErr := unknown.list()
	switch {
	case listErr != nil:
		return g.explain(err)
	case len(names) == 0 && unknown.none != "":
		return g.terminal.fail(unknown.none)
	default:
		return g.terminal.fail(unknown.is, strings.Join(names, ", "))
	}
}

// collect returns what a walk yields; nothing if the walk ends with an error.
func collect[T any](walk iter.Seq2[T, error]) ([]T, error) {
	items := []T{}
	for item, err := range walk {
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}
