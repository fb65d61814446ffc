package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net"
	"net/http"
	"net/url"
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
	caVariable    = "GONIEC_CA"
)

// connection is a client of one gateway that can explain what goes wrong.
type connection struct {
	*client.Client
	terminal *terminal
	where    string // the URL or the path of the socket
	remote   bool   // where is a URL
}

// addConnection adds the flags that name a gateway. The command has --config already.
func addConnection(t *terminal, cmd *cobra.Command) {
	cmd.Flags().String("url", "", t.say(catalogue.FlagURL))
	cmd.Flags().String("token-file", "", t.say(catalogue.FlagTokenFile))
	cmd.Flags().String("ca", "", t.say(catalogue.FlagCA))
}

// url returns the URL of the gateway to ask; empty: the daemon of this computer.
func (c *call) url() string { return c.flagOr("url", urlVariable) }

// remote reports whether the gateway to ask is named by a URL.
func (c *call) remote() bool { return c.url() != "" }

// checkRemoteFlags refuses flags that say something about a URL where there is none.
func (c *call) checkRemoteFlags() error {
	for _, name := range []string{"token-file", "ca"} {
		if c.flag(name) != "" && !c.remote() {
			return c.wrongUsage(catalogue.UsageNeedsURL, "--"+name)
		}
	}
	return nil
}

// flagOr returns a flag, or the variable of the environment if the flag is empty.
func (c *call) flagOr(name, variable string) string {
	if value := c.flag(name); value != "" {
		return value
	}
	return os.Getenv(variable)
}

// connect connects to the gateway at --url or GONIEC_URL, else to the daemon of this
// computer by its socket.
func connect(ctx context.Context, c *call) (*connection, error) {
	if err := c.checkRemoteFlags(); err != nil {
		return nil, err
	}
	if !c.remote() {
		config, err := c.askable(ctx)
		if err != nil {
			return nil, err
		}
		return connectDaemon(c.terminal, config)
	}
	target := c.url()
	if u, err := url.Parse(target); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, c.wrongUsage(catalogue.UsageURL, target)
	}
	token, err := readToken(c.flag("token-file"))
	if err != nil {
		return nil, err
	}
	if token == "" {
		return nil, c.fail(catalogue.NoToken, target)
	}
	var options []client.Option
	if path := c.flagOr("ca", caVariable); path != "" {
		trusting, err := trustingClient(path)
		if err != nil {
			return nil, c.fail(catalogue.CAUnusable, path, err)
		}
		options = append(options, client.WithHTTPClient(trusting))
	}
	gateway, err := newConnection(c.terminal, target, token, options...)
	if err != nil {
		return nil, err
	}
	gateway.remote = true
	c.useZoneOf(ctx, gateway)
	return gateway, nil
}

// trustingClient returns an HTTP client that trusts the certificates in the PEM file at
// path besides those that the system trusts.
func trustingClient(path string) (*http.Client, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("no certificate in PEM format")
	}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
	}
	return &http.Client{Transport: transport}, nil
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

func newConnection(t *terminal, target, token string, options ...client.Option) (*connection, error) {
	c, err := client.New(target, token, append(options, client.WithLanguage(string(t.lang)))...)
	if err != nil {
		return nil, err
	}
	return &connection{Client: c, terminal: t, where: target}, nil
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
	switch {
	case errors.As(err, &problem) && problem.Code == client.CodeWantsHTTPS:
		return g.terminal.fail(catalogue.WantsHTTPS, g.where)
	case problem != nil && len(problem.Errors) > 0:
		// The detail of the problem speaks of the body of a request, which the person at
		// the terminal has not seen.
		g.terminal.tell(catalogue.CallRefused)
		for _, e := range problem.Errors {
			fmt.Fprintf(g.terminal.stderr, "  %s: %s\n", e.Field, e.Detail)
		}
		return errExplained
	case problem != nil, errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, fs.ErrPermission):
		return errors.New(explainForbidden(g.terminal, filepath.Dir(g.where)))
	case g.remote:
		return g.explainRemote(err)
	case errors.As(err, new(*net.OpError)):
		return g.terminal.fail(catalogue.NoDaemon, g.where)
	}
	return err
}

// explainRemote is explain for a gateway at a URL that has not answered.
func (g *connection) explainRemote(err error) error {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		operation *net.OpError
		network   net.Error
	)
	switch {
	case errors.Is(err, http.ErrSchemeMismatch):
		return g.terminal.fail(catalogue.WantsHTTP, g.where)
	case errors.As(err, &authority):
		return g.terminal.fail(catalogue.CertificateUnknown, g.where)
	case errors.As(err, &name):
		return g.terminal.fail(catalogue.CertificateWrong, g.where, name.Error())
	case errors.As(err, &invalid):
		return g.terminal.fail(catalogue.CertificateWrong, g.where, invalid.Error())
	case errors.As(err, &operation):
		return g.terminal.fail(catalogue.NoGateway, g.where, operation.Err)
	case errors.As(err, &network) && network.Timeout():
		return g.terminal.fail(catalogue.NoGateway, g.where, "timeout")
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
