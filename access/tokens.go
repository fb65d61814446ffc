package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"goniec/store"
)

var (
	// ErrTokenUnknown is returned by Verify for a token that was never made or has been
	// revoked, and by Revoke for a name or id without a token.
	ErrTokenUnknown = errors.New("token is unknown")
	// ErrTokenMalformed is returned by Verify for a string without the form of a token,
	// such as an incomplete copy.
	ErrTokenMalformed = errors.New("token is malformed")
	// ErrTokenExists is returned by Create for the name of an existing token.
	ErrTokenExists = errors.New("a token of this name exists")
	// ErrTokenName is returned by Create for an invalid name: valid are 1 to 64
	// letters, digits, dots, underscores and hyphens, beginning with a letter or digit.
	ErrTokenName = errors.New("name of a token is not valid")
	// ErrScopeUnknown is returned by Create for a scope that is not in Scopes.
	ErrScopeUnknown = errors.New("scope is unknown")
)

// tokenSpace holds the tokens under tok/<name>, so that names are unique.
const tokenSpace = "tok/"

const (
	tokenRefresh = time.Minute // how often Run writes last uses and reads the store again
	usedStep     = time.Minute // shortest interval between writes of the last use
)

var tokenName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Tokens creates, verifies and revokes tokens. It owns the keys tok/. It is safe for
// concurrent use.
type Tokens struct {
	store store.Store
	known atomic.Pointer[map[[sha256.Size]byte]*knownToken] // nil: to be read
	// loading lets one of several concurrent calls read the store, and orders load and
	// forget.
	loading sync.Mutex
}

// knownToken is a token in memory.
type knownToken struct {
	Token
	used atomic.Int64 // Unix seconds of the last use, 0 none since it was read
}

// NewTokens returns the tokens in s.
func NewTokens(s store.Store) *Tokens {
	return &Tokens{store: s}
}

// Create makes a token and returns it with its secret, of which only the hash is
// stored. Errors are ErrTokenName, ErrScopeUnknown and ErrTokenExists.
func (t *Tokens) Create(ctx context.Context, name string, scopes []Scope) (Token, string, error) {
	if !tokenName.MatchString(name) {
		return Token{}, "", ErrTokenName
	}
	if len(scopes) == 0 {
		return Token{}, "", fmt.Errorf("%w: none given", ErrScopeUnknown)
	}
	for _, s := range scopes {
		if !slices.Contains(Scopes(), s) {
			return Token{}, "", fmt.Errorf("%w: %q", ErrScopeUnknown, s)
		}
	}
	secret := newSecret()
	hash := sha256.Sum256([]byte(secret))
	token := Token{
		ID:      hex.EncodeToString(hash[:8]),
		Name:    name,
		Hash:    hex.EncodeToString(hash[:]),
		Prefix:  secret[:shownLength],
		Scopes:  slices.Compact(slices.Sorted(slices.Values(scopes))),
		Created: time.Now().UTC().Truncate(time.Second),
	}
	err := t.store.Update(ctx, func(tx store.Tx) error {
		existing, err := tx.Get(tokenSpace + name)
		if err != nil {
			return err
		}
		if existing != nil {
			return ErrTokenExists
		}
		return store.PutJSON(tx, tokenSpace+name, token)
	})
	if err != nil {
		return Token{}, "", fmt.Errorf("create token %s: %w", name, err)
	}
	t.forget()
	return token, secret, nil
}

// List returns every token, by name.
func (t *Tokens) List(ctx context.Context) ([]Token, error) {
	return store.View(ctx, t.store, readTokens)
}

// Revoke removes the token with this name or id, which is invalid when Revoke returns.
// The error is ErrTokenUnknown if there is none.
func (t *Tokens) Revoke(ctx context.Context, nameOrID string) (Token, error) {
	token, err := store.Update(ctx, t.store, func(tx store.Tx) (Token, error) {
		tokens, err := readTokens(tx)
		if err != nil {
			return Token{}, err
		}
		// A name has precedence over an equal id.
		i := slices.IndexFunc(tokens, func(t Token) bool { return t.Name == nameOrID })
		if i < 0 {
			i = slices.IndexFunc(tokens, func(t Token) bool { return t.ID == nameOrID })
		}
		if i < 0 {
			return Token{}, ErrTokenUnknown
		}
		return tokens[i], tx.Delete(tokenSpace + tokens[i].Name)
	})
	if err != nil {
		return Token{}, fmt.Errorf("revoke token: %w", err)
	}
	t.forget()
	return token, nil
}

// Verify returns the token with this secret, or ErrTokenMalformed or ErrTokenUnknown.
// It reads the store only after a change of the tokens.
func (t *Tokens) Verify(ctx context.Context, secret string) (Token, error) {
	if !wellFormed(secret) {
		return Token{}, ErrTokenMalformed
	}
	known, err := t.load(ctx)
	if err != nil {
		return Token{}, fmt.Errorf("read tokens: %w", err)
	}
	// The time of a lookup by hash reveals nothing about the secret.
	found, ok := known[sha256.Sum256([]byte(secret))]
	if !ok {
		return Token{}, ErrTokenUnknown
	}
	if now := time.Now().Unix(); now-found.used.Load() >= int64(usedStep/time.Second) {
		found.used.Store(now)
	}
	return found.Token, nil
}

// Exists reports whether a token has this id.
func (t *Tokens) Exists(ctx context.Context, id string) (bool, error) {
	known, err := t.load(ctx)
	if err != nil {
		return false, fmt.Errorf("read tokens: %w", err)
	}
	for _, k := range known {
		if k.ID == id {
			return true, nil
		}
	}
	return false, nil
}

// Run refreshes the tokens in memory and stores their last uses until ctx is done.
func (t *Tokens) Run(ctx context.Context, log *slog.Logger) {
	changed := t.store.Watch(ctx, tokenSpace)
	ticker := time.NewTicker(tokenRefresh)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-ticker.C:
		}
		if err := t.saveUses(ctx); err != nil && ctx.Err() == nil {
			log.Warn("last use of tokens not saved", "err", err)
		}
		t.forget()
	}
}

// saveUses stores the uses since its last call.
func (t *Tokens) saveUses(ctx context.Context) error {
	known := t.known.Load()
	if known == nil {
		return nil
	}
	for _, k := range *known {
		used := k.used.Load()
		if used == 0 {
			continue
		}
		err := t.store.Update(ctx, func(tx store.Tx) error {
			token, found, err := store.GetJSON[Token](tx, tokenSpace+k.Name)
			if err != nil || !found || token.ID != k.ID || used-token.LastUsed.Unix() < int64(usedStep/time.Second) {
				return err
			}
			token.LastUsed = time.Unix(used, 0).UTC()
			return store.PutJSON(tx, tokenSpace+k.Name, token)
		})
		if err != nil {
			return fmt.Errorf("save last use of token %s: %w", k.Name, err)
		}
	}
	return nil
}

// forget makes the next Verify read the store again.
func (t *Tokens) forget() {
	t.loading.Lock()
	defer t.loading.Unlock()
	t.known.Store(nil)
}

// load returns the tokens by hash, from memory if loaded.
func (t *Tokens) load(ctx context.Context) (map[[sha256.Size]byte]*knownToken, error) {
	if known := t.known.Load(); known != nil {
		return *known, nil
	}
	t.loading.Lock()
	defer t.loading.Unlock()
	if known := t.known.Load(); known != nil {
		return *known, nil
	}
	tokens, err := t.List(ctx)
	if err != nil {
		return nil, err
	}
	known := make(map[[sha256.Size]byte]*knownToken, len(tokens))
	for _, token := range tokens {
		hash, err := hex.DecodeString(token.Hash)
		if err != nil || len(hash) != sha256.Size {
			return nil, fmt.Errorf("token %s: hash is damaged", token.Name)
		}
		known[[sha256.Size]byte(hash)] = &knownToken{Token: token}
	}
	t.known.Store(&known)
	return known, nil
}

func readTokens(r store.Reader) ([]Token, error) {
	pairs, err := r.Scan(tokenSpace, store.PrefixEnd(tokenSpace), 0)
	if err != nil {
		return nil, err
	}
	tokens := make([]Token, 0, len(pairs))
	for _, p := range pairs {
		token, _, err := store.GetJSON[Token](r, p.Key)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, token)
	}
	return tokens, nil
}
