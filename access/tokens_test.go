package access_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goniec/access"
	"goniec/store"
	"goniec/store/memstore"
)

func TestTokenLife(t *testing.T) {
	t.Parallel()
	s := memstore.New()
	tokens := access.NewTokens(s)
	made, secret, err := tokens.Create(t.Context(), "clinic", []access.Scope{access.ScopeSend, access.ScopeInbox, access.ScopeSend})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(secret, "gnc_") || len(secret) != 53 || !strings.HasPrefix(secret, made.Prefix) || len(made.Prefix) != 8 {
		t.Errorf("secret has %d characters, prefix %q", len(secret), made.Prefix)
	}
	found, err := tokens.Verify(t.Context(), secret)
	if err != nil || found.Name != "clinic" {
		t.Fatalf("verify: %+v, %v", found, err)
	}
	for scope, want := range map[access.Scope]bool{access.ScopeSend: true, access.ScopeInbox: true, access.ScopeMessages: false, access.ScopeAdmin: false} {
		if found.Allows(scope) != want {
			t.Errorf("allows %s: %v", scope, !want)
		}
	}
	if _, _, err := tokens.Create(t.Context(), "clinic", []access.Scope{access.ScopeSend}); !errors.Is(err, access.ErrTokenExists) {
		t.Errorf("second token of this name: %v", err)
	}
	// Another process on the same store, as "goniec token create" is.
	if _, err := access.NewTokens(s).Verify(t.Context(), secret); err != nil {
		t.Errorf("another reader: %v", err)
	}
	if _, err := tokens.Revoke(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := tokens.Verify(t.Context(), secret); !errors.Is(err, access.ErrTokenUnknown) {
		t.Errorf("after it was revoked: %v", err)
	}
	if _, err := tokens.Revoke(t.Context(), "clinic"); !errors.Is(err, access.ErrTokenUnknown) {
		t.Errorf("revoked twice: %v", err)
	}
}

func TestTokenSecretIsNotStored(t *testing.T) {
	t.Parallel()
	s := memstore.New()
	_, secret, err := access.NewTokens(s).Create(t.Context(), "clinic", []access.Scope{access.ScopeSend})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(r store.Reader) error {
		pairs, err := r.Scan("", "", 0)
		for _, p := range pairs {
			if strings.Contains(p.Key+string(p.Value), secret[8:20]) {
				t.Errorf("the store has the secret under %s", p.Key)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	tokens := access.NewTokens(memstore.New())
	for name, test := range map[string]struct {
		name   string
		scopes []access.Scope
		want   error
	}{
		"no name":       {"", []access.Scope{access.ScopeSend}, access.ErrTokenName},
		"a path":        {"a/b", []access.Scope{access.ScopeSend}, access.ErrTokenName},
		"a space":       {"a b", []access.Scope{access.ScopeSend}, access.ErrTokenName},
		"a long name":   {strings.Repeat("a", 65), []access.Scope{access.ScopeSend}, access.ErrTokenName},
		"no scope":      {"a", nil, access.ErrScopeUnknown},
		"unknown scope": {"a", []access.Scope{"messages:write"}, access.ErrScopeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := tokens.Create(t.Context(), test.name, test.scopes); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
	list, err := tokens.List(t.Context())
	if err != nil || len(list) != 0 {
		t.Errorf("there are %d tokens, %v", len(list), err)
	}
}

func TestSecretsDiffer(t *testing.T) {
	t.Parallel()
	tokens := access.NewTokens(memstore.New())
	var secrets []string
	for _, name := range []string{"a", "b", "c"} {
		_, secret, err := tokens.Create(t.Context(), name, []access.Scope{access.ScopeSend})
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, secret)
	}
	if slices.Sort(secrets); len(slices.Compact(secrets)) != 3 {
		t.Error("two tokens are the same")
	}
}

// TestTokensFollowTheStore has two boxes on one store: what one revokes is
// worthless on the other, and the last use is written down once a minute.
func TestTokensFollowTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := memstore.New()
		here, there := access.NewTokens(s), access.NewTokens(s)
		go here.Run(ctx, slog.New(slog.DiscardHandler))
		_, secret, err := there.Create(ctx, "clinic", []access.Scope{access.ScopeSend})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, err := here.Verify(ctx, secret); err != nil {
			t.Errorf("made elsewhere: %v", err)
		}
		used := time.Now()
		if list, err := here.List(ctx); err != nil || !list[0].LastUsed.IsZero() {
			t.Errorf("last use is written at once: %v, %v", list, err)
		}
		<-time.After(2 * time.Minute)
		if list, err := here.List(ctx); err != nil || !list[0].LastUsed.Equal(used.Truncate(time.Second)) {
			t.Errorf("last used %v, want %v (%v)", list[0].LastUsed, used, err)
		}
		if _, err := there.Revoke(ctx, "clinic"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, err := here.Verify(ctx, secret); !errors.Is(err, access.ErrTokenUnknown) {
			t.Errorf("revoked elsewhere: %v", err)
		}
		cancel()
		synctest.Wait()
	})
}
