package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"goniec/access"
	"goniec/api/client"
	"goniec/app"
	"goniec/catalogue"
	"goniec/store/sealed"
)

// tokenStore is where tokens are: with the daemon, or in its data directory while no
// daemon runs.
type tokenStore interface {
	CreateToken(ctx context.Context, t client.TokenRequest) (client.NewToken, error)
	Tokens(ctx context.Context) ([]client.Token, error)
	RevokeToken(ctx context.Context, name string) error
}

func tokenCommand(t *terminal) *cobra.Command {
	create := newCommand(t, command{use: "create --name NAME --scope SCOPE", short: catalogue.CommandTokenCreate, config: true, run: createToken})
	create.Flags().String("name", "", t.say(catalogue.FlagName))
	create.Flags().StringSlice("scope", nil, t.say(catalogue.FlagScope, allScopes()))
	require(t, create, "name", "scope")
	return newGroup(t, "token", catalogue.CommandToken, create,
		newCommand(t, command{use: "list", short: catalogue.CommandTokenList, config: true, output: true, run: listTokens}),
		newCommand(t, command{use: "revoke NAME", short: catalogue.CommandTokenRevoke, args: 1, config: true, run: revokeToken}))
}

// withTokens runs fn on the tokens of the daemon. If no daemon answers, it runs fn on
// the tokens in the data directory.
func withTokens(ctx context.Context, c *call, fn func(tokenStore) error) error {
	config, err := c.askable(ctx)
	if err != nil {
		return err
	}
	if app.Answers(ctx, app.SocketPath(config.DataDir)) {
		daemon, err := connectDaemon(c.terminal, config)
		if err != nil {
			return err
		}
		return daemon.explain(fn(daemon))
	}
	keys, err := sealed.LoadKeys(sealed.KeyPath(config.KeyFile))
	if err != nil {
		return err
	}
	s, err := app.OpenStore(ctx, config.DataDir, keys)
	if err != nil {
		return err
	}
	return errors.Join(fn(offlineTokens{access.NewTokens(s)}), s.Close())
}

func createToken(ctx context.Context, c *call) error {
	request := client.TokenRequest{Name: c.flag("name"), Scopes: must(c.cmd.Flags().GetStringSlice("scope"))}
	return withTokens(ctx, c, func(tokens tokenStore) error {
		token, err := tokens.CreateToken(ctx, request)
		if err != nil {
			return explainToken(c.terminal, err, request)
		}
		fmt.Fprintln(c.stdout, token.Secret)
		return nil
	})
}

func listTokens(ctx context.Context, c *call) error {
	return withTokens(ctx, c, func(tokens tokenStore) error {
		list, err := tokens.Tokens(ctx)
		if err != nil {
			return err
		}
		if c.asJSON {
			return c.printJSON(list)
		}
		rows := make([][]string, len(list))
		for i, t := range list {
			rows[i] = []string{t.Name, t.Prefix + "…", strings.Join(t.Scopes, " "), c.when(t.Created), c.whenever(t.LastUsed)}
		}
		return c.printTable([]catalogue.Key{
			catalogue.HeadName, "TOKEN", catalogue.HeadScopes, catalogue.HeadCreated, catalogue.HeadLastUsed,
		}, rows)
	})
}

func revokeToken(ctx context.Context, c *call) error {
	return withTokens(ctx, c, func(tokens tokenStore) error {
		if err := tokens.RevokeToken(ctx, c.args[0]); err != nil {
			return explainToken(c.terminal, err, client.TokenRequest{Name: c.args[0]})
		}
		c.tell(catalogue.TokenRevoked, c.args[0])
		return nil
	})
}

// explainToken prints what the tokens in the data directory refuse and returns
// errExplained. An error of the daemon has its words already and is returned as it is.
func explainToken(t *terminal, err error, request client.TokenRequest) error {
	switch {
	case errors.Is(err, access.ErrTokenExists):
		return t.fail(catalogue.TokenTaken, request.Name)
	case errors.Is(err, access.ErrTokenUnknown):
		return t.fail(catalogue.TokenUnknown, request.Name)
	case errors.Is(err, access.ErrTokenName):
		return t.fail(catalogue.TokenName, request.Name)
	case errors.Is(err, access.ErrScopeUnknown):
		return t.fail(catalogue.TokenScope, strings.Join(request.Scopes, ","), allScopes())
	}
	return err
}
func allScopes() string {
	scopes := access.Scopes()
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}

// offlineTokens are the tokens in a data directory while no daemon runs, in the form that
// the API shows them.
type offlineTokens struct{ tokens *access.Tokens }

// CreateToken makes a token.
func (o offlineTokens) CreateToken(ctx context.Context, t client.TokenRequest) (client.NewToken, error) {
	scopes := make([]access.Scope, len(t.Scopes))
	for i, s := range t.Scopes {
		scopes[i] = access.Scope(s)
	}
	token, secret, err := o.tokens.Create(ctx, t.Name, scopes)
	return client.NewToken{Token: wireToken(token), Secret: secret}, err
}

// Tokens lists the tokens.
func (o offlineTokens) Tokens(ctx context.Context) ([]client.Token, error) {
	list, err := o.tokens.List(ctx)
	tokens := make([]client.Token, len(list))
	for i, t := range list {
		tokens[i] = wireToken(t)
	}
	return tokens, err
}

// RevokeToken revokes a token.
func (o offlineTokens) RevokeToken(ctx context.Context, name string) error {
	_, err := o.tokens.Revoke(ctx, name)
	return err
}

// wireToken returns a token as the API shows it.
func wireToken(t access.Token) client.Token {
	token := client.Token{ID: t.ID, Name: t.Name, Prefix: t.Prefix, Created: t.Created}
	for _, s := range t.Scopes {
		token.Scopes = append(token.Scopes, string(s))
	}
	if !t.LastUsed.IsZero() {
		token.LastUsed = &t.LastUsed
	}
	return token
}
