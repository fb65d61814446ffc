package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"goniec/access"
	gw "goniec/gateway"
	"goniec/modem"
	"goniec/store"
	"goniec/store/memstore"
)

// ailingStore can be read, and written only while it is well.
type ailingStore struct {
	store.Store
	err    atomic.Pointer[error] // of every write; nil: none
	writes atomic.Int64          // tried
}

func (s *ailingStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	s.writes.Add(1)
	if err := s.err.Load(); err != nil {
		return fmt.Errorf("commit: %w", *err)
	}
	return s.Store.Update(ctx, fn)
}

func (s *ailingStore) failWith(err error) {
	if err == nil {
		s.err.Store(nil)
		return
	}
	s.err.Store(&err)
}

// serve lets the handler answer without a connection, as inside a bubble.
func (g *gateway) serve(t testing.TB, method, path, secret, body string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	g.server.Handler().ServeHTTP(w, r)
	return answer{status: w.Code, header: w.Header(), body: w.Body.Bytes()}
}

// lacking is what readyz says is missing, each field with its code.
func (g *gateway) lacking(t testing.TB) string {
	t.Helper()
	answer := g.serve(t, http.MethodGet, "/readyz", "", "")
	if answer.status == http.StatusOK {
		return ""
	}
	var missing []string
	for _, f := range answer.problem(t).Errors {
		if f.Detail == "" || strings.Contains(f.Detail, "problem.") {
			t.Errorf("%s has no words", f.Code)
		}
		missing = append(missing, f.Field+" "+f.Code)
	}
	return strings.Join(missing, ", ")
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	g := memory(t)
	if answer := g.ask(t, http.MethodGet, "/healthz", "", ""); answer.status != http.StatusOK {
		t.Errorf("healthz: %d", answer.status)
	}
	ready := func() (int, []string) {
		answer := g.ask(t, http.MethodGet, "/readyz", "", "")
		if answer.status == http.StatusOK {
			return answer.status, nil
		}
		var missing []string
		for _, f := range answer.problem(t).Errors {
			missing = append(missing, f.Field+" "+f.Code)
		}
		return answer.status, missing
	}
	if status, missing := ready(); status != http.StatusOK {
		t.Errorf("with a modem that is ready: %d %q", status, missing)
	}
	g.modems.set(gw.Status{Name: "m", State: modem.Faulted})
	if status, missing := ready(); status != http.StatusServiceUnavailable || !slices.Equal(missing, []string{"modems no_modem_ready"}) {
		t.Errorf("with a modem that is not: %d %q", status, missing)
	}
	g.modems.set()
	if status, missing := ready(); status != http.StatusServiceUnavailable || !slices.Equal(missing, []string{"modems no_modem"}) {
		t.Errorf("without modems: %d %q", status, missing)
	}
	g.modems.set(gw.Status{Name: "m", State: modem.Ready})
	g.store.Close()
	if status, missing := ready(); status != http.StatusServiceUnavailable || !slices.Equal(missing, []string{"store shutting_down"}) {
		t.Errorf("without a store: %d %q", status, missing)
	}
	if answer := g.ask(t, http.MethodGet, "/healthz", "", ""); answer.status != http.StatusOK {
		t.Errorf("healthz without a store: %d", answer.status)
	}
}

func TestNotReadyWhenTheDiskIsFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &ailingStore{Store: memstore.New()}
		defer s.Close()
		g := bare(t, s)
		secret := g.token(t, "clinic", access.ScopeSend)
		want := func(when, missing string) {
			t.Helper()
			if got := g.lacking(t); got != missing {
				t.Errorf("%s: lacking %q, want %q", when, got, missing)
			}
		}
		want("at first", "")

		s.failWith(syscall.ENOSPC)
		if p := g.serve(t, http.MethodPost, "/v1/messages", secret, `{"to":"600100200","text":"x"}`).problem(t); p.Status != http.StatusInsufficientStorage {
			t.Errorf("POST on a full disk: %+v", p)
		}
		want("right after a message was refused", "store store_full")
		s.failWith(nil)
		want("within the second", "store store_full")
		<-time.After(2 * time.Second)
		want("with space again", "")

		// It finds out by itself, and writes little for it.
		before := s.writes.Load()
		for range 9 {
			<-time.After(time.Second)
			want("while all is well", "")
		}
		if wrote := s.writes.Load() - before; wrote != 0 {
			t.Errorf("%d trials within nine seconds", wrote)
		}
		s.failWith(syscall.EROFS)
		<-time.After(2 * time.Second)
		want("read-only, and nobody posted", "store store_broken")
		s.failWith(errors.New("page 7 is damaged"))
		<-time.After(2 * time.Second)
		want("damaged", "store store_failed")
		g.modems.set(gw.Status{Name: "m", State: modem.Faulted})
		want("and without a modem", "store store_failed, modems no_modem_ready")
	})
}

func TestReadinessIsLoggedWhenItChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &ailingStore{Store: memstore.New()}
		defer s.Close()
		g := bare(t, s)
		ask := func() {
			for range 5 {
				<-time.After(10 * time.Second)
				g.lacking(t)
			}
		}
		ask()
		s.failWith(syscall.ENOSPC)
		ask()
		s.failWith(nil)
		ask()
		var loud []string
		for line := range strings.Lines(g.log.String()) {
			if !strings.Contains(line, "level=DEBUG") {
				_, line, _ = strings.Cut(strings.TrimSpace(line), " ")
				loud = append(loud, line)
			}
		}
		want := []string{
			`level=ERROR msg="not ready" missing=store_full err="commit: no space left on device"`,
			`level=INFO msg="ready again"`,
		}
		if strings.Join(loud, "\n") != strings.Join(want, "\n") {
			t.Errorf("logged\n%s\nwant\n%s", strings.Join(loud, "\n"), strings.Join(want, "\n"))
		}
	})
}
