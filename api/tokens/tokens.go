// Package tokens is the resource of the API for making, listing and revoking tokens.
package tokens

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/api/wire"
)

type (
	tokensOutput struct {
		Body client.Page[client.Token]
	}
	newTokenOutput struct {
		Body client.NewToken
	}
	tokenInput struct {
		Name string `path:"name" maxLength:"64" example:"clinic" doc:"The name or the id of the token."`
	}
)

// Resource holds the dependencies of the operations.
type Resource struct {
	Tokens Tokens
	Log    *slog.Logger
}

// Tokens stores the tokens; implemented by access.Tokens.
type Tokens interface {
	Create(ctx context.Context, name string, scopes []access.Scope) (access.Token, string, error)
	List(ctx context.Context) ([]access.Token, error)
	Revoke(ctx context.Context, nameOrID string) (access.Token, error)
}

// Register adds the operations to s.
func (res Resource) Register(s *rest.Server) {
	bodies := rest.NewBodyReader[client.TokenRequest](s)
	rest.Register(s, rest.Operation{
		ID: "createToken", Method: http.MethodPost, Path: "/v1/tokens", Tag: "Tokens", Scope: access.ScopeAdmin,
		Summary:     "Make a token",
		Description: "The answer shows the secret, this once. Names are unique, so this call takes no Idempotency-Key: repeating it is refused with 409.",
		Status:      http.StatusCreated,
		Problems:    []int{http.StatusConflict},
		Body:        client.TokenRequest{Name: "clinic", Scopes: []string{string(access.ScopeSend), string(access.ScopeMessages)}},
	}, func(ctx context.Context, in *rest.Input) (*newTokenOutput, error) {
		posted, p := bodies.ReadWhole(*in)
		if p != nil {
			return nil, p
		}
		scopes := make([]access.Scope, len(posted.Scopes))
		for i, scope := range posted.Scopes {
			scopes[i] = access.Scope(scope)
		}
		token, secret, err := res.Tokens.Create(ctx, posted.Name, scopes)
		if errors.Is(err, access.ErrTokenExists) {
			return nil, rest.NewProblem(rest.CodeTokenExists)
		}
		if err != nil {
			return nil, rest.Failure(ctx, err)
		}
		res.Log.Info("token made", "token", token.Name, "id", token.ID, "by", rest.RequestOf(ctx).Caller().Name)
		return &newTokenOutput{Body: client.NewToken{Token: wireToken(token), Secret: secret}}, nil
	})
	rest.Register(s, rest.Operation{
		ID: "listTokens", Method: http.MethodGet, Path: "/v1/tokens", Tag: "Tokens", Scope: access.ScopeAdmin,
		Summary:     "List tokens",
		Description: "By name, without their secrets. The list comes whole, without pages.",
		Status:      http.StatusOK,
	}, func(ctx context.Context, _ *struct{}) (*tokensOutput, error) {
		tokens, err := res.Tokens.List(ctx)
		if err != nil {
			return nil, rest.Failure(ctx, err)
		}
		page := client.Page[client.Token]{Items: make([]client.Token, len(tokens))}
		for i, token := range tokens {
			page.Items[i] = wireToken(token)
		}
		return &tokensOutput{Body: page}, nil
	})
	rest.Register(s, rest.Operation{
		ID: "revokeToken", Method: http.MethodDelete, Path: "/v1/tokens/{name}", Tag: "Tokens", Scope: access.ScopeAdmin,
		Summary:     "Revoke a token",
		Description: "It is worthless when the answer comes.",
		Status:      http.StatusNoContent,
		Problems:    []int{http.StatusNotFound},
	}, func(ctx context.Context, in *tokenInput) (*struct{}, error) {
		token, err := res.Tokens.Revoke(ctx, in.Name)
		if errors.Is(err, access.ErrTokenUnknown) {
			return nil, rest.NewProblem(rest.CodeTokenNotFound)
		}
		if err != nil {
			return nil, rest.Failure(ctx, err)
		}
		res.Log.Info("token revoked", "token", token.Name, "id", token.ID, "by", rest.RequestOf(ctx).Caller().Name)
		return nil, nil
	})
}

func wireToken(t access.Token) client.Token {
	scopes := make([]string, len(t.Scopes))
	for i, s := range t.Scopes {
		scopes[i] = string(s)
	}
	return client.Token{ID: t.ID, Name: t.Name, Prefix: t.Prefix, Scopes: scopes, Created: t.Created, LastUsed: wire.Time(t.LastUsed)}
}
