package api

import (
	"context"
	"errors"
	"net/http"

	"goniec/access"
	"goniec/api/client"
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

func (s *Server) registerTokens() {
	bodies := newBodyReader[client.TokenRequest](s.api.OpenAPI().Components.Schemas)
	register(s, postOperation[client.TokenRequest](s, operation{
		id: "createToken", method: http.MethodPost, path: "/v1/tokens", tag: tagTokens, scope: access.ScopeAdmin,
		summary:     "Make a token",
		description: "The answer shows the secret, this once. Names are unique, so this call takes no Idempotency-Key: repeating it is refused with 409.",
		status:      http.StatusCreated,
		problems:    []int{http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity},
	}, maxBody), func(ctx context.Context, in *bodyInput) (*newTokenOutput, error) {
		posted, wrong, p := bodies.read(in.ContentType, in.RawBody)
		if p != nil {
			return nil, p
		}
		if len(wrong) > 0 {
			return nil, invalid(wrong...)
		}
		scopes := make([]access.Scope, len(posted.Scopes))
		for i, scope := range posted.Scopes {
			scopes[i] = access.Scope(scope)
		}
		token, secret, err := s.config.Tokens.Create(ctx, posted.Name, scopes)
		if errors.Is(err, access.ErrTokenExists) {
			return nil, newProblem(CodeTokenExists)
		}
		if err != nil {
			return nil, failure(ctx, err)
		}
		s.log.Info("token made", "token", token.Name, "id", token.ID, "by", requestOf(ctx).caller.Name)
		return &newTokenOutput{Body: client.NewToken{Token: wireToken(token), Secret: secret}}, nil
	})
	register(s, s.newOperation(operation{
		id: "listTokens", method: http.MethodGet, path: "/v1/tokens", tag: tagTokens, scope: access.ScopeAdmin,
		summary:     "List tokens",
		description: "By name, without their secrets. The list comes whole, without pages.",
		status:      http.StatusOK,
	}), func(ctx context.Context, _ *struct{}) (*tokensOutput, error) {
		tokens, err := s.config.Tokens.List(ctx)
		if err != nil {
			return nil, failure(ctx, err)
		}
		page := client.Page[client.Token]{Items: make([]client.Token, len(tokens))}
		for i, token := range tokens {
			page.Items[i] = wireToken(token)
		}
		return &tokensOutput{Body: page}, nil
	})
	register(s, s.newOperation(operation{
		id: "revokeToken", method: http.MethodDelete, path: "/v1/tokens/{name}", tag: tagTokens, scope: access.ScopeAdmin,
		summary:     "Revoke a token",
		description: "It is worthless when the answer comes.",
		status:      http.StatusNoContent,
		problems:    []int{http.StatusNotFound},
	}), func(ctx context.Context, in *tokenInput) (*struct{}, error) {
		token, err := s.config.Tokens.Revoke(ctx, in.Name)
		if errors.Is(err, access.ErrTokenUnknown) {
			return nil, newProblem(CodeTokenNotFound)
		}
		if err != nil {
			return nil, failure(ctx, err)
		}
		s.log.Info("token revoked", "token", token.Name, "id", token.ID, "by", requestOf(ctx).caller.Name)
		return nil, nil
	})
}

func wireToken(t access.Token) client.Token {
	scopes := make([]string, len(t.Scopes))
	for i, s := range t.Scopes {
		scopes[i] = string(s)
	}
	return client.Token{ID: t.ID, Name: t.Name, Prefix: t.Prefix, Scopes: scopes, Created: t.Created, LastUsed: optional(t.LastUsed)}
}
