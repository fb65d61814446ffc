package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"goniec/access"
	"goniec/api/client"
	"goniec/app"
	"goniec/catalogue"
	"goniec/store/sealed"
)

// tokenStore is where tokens are: with the daemon, or in its data directory while
// it does not run.
type tokenStore interface {
	CreateToken(ctx context.Context, t client.TokenRequest) (client.NewToken, error)
	Tokens(ctx context.Context) ([]client.Token, error)
	RevokeToken(ctx context.Context, name string) error
}

// withTokens runs fn on the tokens of the daemon by its socket or, if nobody
// answers there, on those in the data directory.
func (p *program) withTokens(cmd *cobra.Command, fn func(tokenStore) error) error {
	config, err := p.loadConfig(cmd)
	if err != nil {
		return err
	}
	socket := app.SocketPath(config.DataDir)
	if app.Answers(cmd.Context(), socket) {
		c, err := client.New("unix:"+socket, "", client.WithLanguage(string(p.lang)))
		if err != nil {
			return err
		}
		return p.explainCall(fn(c), socket)
	}
	keys, err := sealed.LoadKeys(sealed.KeyPath(config.KeyFile))
	if err != nil {
		return err
	}
	s, err := app.OpenStore(cmd.Context(), config.DataDir, keys)
	if err != nil {
		return err
	}
	return errors.Join(fn(offlineTokens{access.NewTokens(s)}), s.Close())
}

func (p *program) tokenCreateCommand() *cobra.Command {
	cmd := p.command("create --name NAME --scope SCOPE", catalogue.CommandTokenCreate, 0, 0, func(cmd *cobra.Command, _ []string) error {
		if err := p.require(cmd, "name", "scope"); err != nil {
			return err
		}
		scopes, err := cmd.Flags().GetStringSlice("scope")
		if err != nil {
			return err
		}
		request := client.TokenRequest{Name: cmd.Flag("name").Value.String(), Scopes: scopes}
		return p.withTokens(cmd, func(tokens tokenStore) error {
			token, err := tokens.CreateToken(cmd.Context(), request)
			if err != nil {
				return p.tokenError(err, request.Name, scopes)
			}
			fmt.Fprintln(p.stdout, token.Secret)
			return nil
		})
	})
	cmd.Flags().String("name", "", p.say(catalogue.FlagName))
	cmd.Flags().StringSlice("scope", nil, p.say(catalogue.FlagScope, allScopes()))
	p.addConfig(cmd)
	return cmd
}

func (p *program) tokenListCommand() *cobra.Command {
	cmd := p.command("list", catalogue.CommandTokenList, 0, 0, func(cmd *cobra.Command, _ []string) error {
		asJSON, err := p.wantsJSON(cmd)
		if err != nil {
			return err
		}
		return p.withTokens(cmd, func(tokens tokenStore) error {
			list, err := tokens.Tokens(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(list)
			}
			rows := make([][]string, len(list))
			for i, t := range list {
				used := ""
				if t.LastUsed != nil {
					used = t.LastUsed.Local().Format(time.DateTime)
				}
				rows[i] = []string{t.Name, t.Prefix + "…", strings.Join(t.Scopes, " "), t.Created.Local().Format(time.DateTime), used}
			}
			return p.printTable([]catalogue.Key{
				catalogue.HeadName, "TOKEN", catalogue.HeadScopes, catalogue.HeadCreated, catalogue.HeadLastUsed,
			}, rows)
		})
	})
	p.addConfig(cmd)
	p.addOutput(cmd)
	return cmd
}

func (p *program) tokenRevokeCommand() *cobra.Command {
	cmd := p.command("revoke NAME", catalogue.CommandTokenRevoke, 1, 1, func(cmd *cobra.Command, args []string) error {
		return p.withTokens(cmd, func(tokens tokenStore) error {
			if err := tokens.RevokeToken(cmd.Context(), args[0]); err != nil {
				return p.tokenError(err, args[0], nil)
			}
			fmt.Fprintln(p.stderr, p.say(catalogue.TokenRevoked, args[0]))
			return nil
		})
	})
	p.addConfig(cmd)
	return cmd
}

// tokenError says in the reader's language what the token store refuses; what the
// daemon refuses it has put into words itself.
func (p *program) tokenError(err error, name string, scopes []string) error {
	switch {
	case errors.Is(err, access.ErrTokenExists):
		fmt.Fprintln(p.stderr, p.say(catalogue.TokenTaken, name))
	case errors.Is(err, access.ErrTokenUnknown):
		fmt.Fprintln(p.stderr, p.say(catalogue.TokenUnknown, name))
	case errors.Is(err, access.ErrTokenName):
		fmt.Fprintln(p.stderr, p.say(catalogue.TokenName, name))
	case errors.Is(err, access.ErrScopeUnknown):
		fmt.Fprintln(p.stderr, p.say(catalogue.TokenScope, strings.Join(scopes, ","), allScopes()))
	default:
		return err
	}
	return errSaid
}

func allScopes() string {
	scopes := access.Scopes()
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}

// offlineTokens are the tokens of a daemon that does not run, in the form that
// its API would show them.
type offlineTokens struct{ tokens *access.Tokens }

// CreateToken makes a token.
func (o offlineTokens) CreateToken(ctx context.Context, t client.TokenRequest) (client.NewToken, error) {
	scopes := make([]access.Scope, len(t.Scopes))
	for i, s := range t.Scopes {
		scopes[i] = access.Scope(s)
	}
	token, secret, err := o.tokens.Create(ctx, t.Name, scopes)
	return client.NewToken{Token: onTheWire(token), Secret: secret}, err
}

// Tokens lists the tokens.
func (o offlineTokens) Tokens(ctx context.Context) ([]client.Token, error) {
	list, err := o.tokens.List(ctx)
	tokens := make([]client.Token, len(list))
	for i, t := range list {
		tokens[i] = onTheWire(t)
	}
	return tokens, err
}

// RevokeToken makes a token worthless.
func (o offlineTokens) RevokeToken(ctx context.Context, name string) error {
	_, err := o.tokens.Revoke(ctx, name)
	return err
}

func onTheWire(t access.Token) client.Token {
	token := client.Token{ID: t.ID, Name: t.Name, Prefix: t.Prefix, Created: t.Created}
	for _, s := range t.Scopes {
		token.Scopes = append(token.Scopes, string(s))
	}
	if !t.LastUsed.IsZero() {
		token.LastUsed = &t.LastUsed
	}
	return token
}
