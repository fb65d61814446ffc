// Package access knows who may use the gateway: the tokens of programs, the scopes of
// each token and its rate limit.
//
// It owns the keys tok/. It is independent of HTTP and shared by all interfaces of the
// gateway.
package access

import (
	"slices"
	"time"
)

// Scope is a permission of a token.
type Scope string

// The scopes of tokens.
const (
	ScopeSend        Scope = "messages:send" // post, preview, cancel and release messages
	ScopeMessages    Scope = "messages:read"
	ScopeInbox       Scope = "inbox:read"
	ScopeInboxWrite  Scope = "inbox:write" // close, assign and note conversations, decide what texts say
	ScopeModems      Scope = "modems:read"
	ScopeModemsWrite Scope = "modems:write" // restart modems
	ScopeEvents      Scope = "events:read"
	ScopeMetrics     Scope = "metrics:read"
	ScopeAdmin       Scope = "admin" // everything, and tokens
)

// Scopes lists every scope.
func Scopes() []Scope {
	return []Scope{ScopeSend, ScopeMessages, ScopeInbox, ScopeInboxWrite, ScopeModems, ScopeModemsWrite, ScopeEvents, ScopeMetrics, ScopeAdmin}
}

// Token is a stored token, without its secret.
type Token struct {
	ID       string    `json:"id"` // the first half of its hash, in hexadecimal
	Name     string    `json:"name"`
	Hash     string    `json:"hash"`   // SHA-256 of the whole token, hexadecimal
	Prefix   string    `json:"prefix"` // its first characters, for recognition
	Scopes   []Scope   `json:"scopes"`
	Created  time.Time `json:"created"`
	LastUsed time.Time `json:"used,omitzero"` // to the minute
}

// Allows reports whether t has the scope or ScopeAdmin.
func (t Token) Allows(s Scope) bool {
	return slices.Contains(t.Scopes, s) || slices.Contains(t.Scopes, ScopeAdmin)
}
