package rest_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"goniec/access"
	"goniec/api/rest"
	"goniec/store/memstore"
)

// TestMountedPageHasHeadersOfItsOwn: a page that is no operation finds the strict
// headers of the API set, replaces those that it needs otherwise, and knows who came
// by the socket; a request for it is logged like any other.
func TestMountedPageHasHeadersOfItsOwn(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s := rest.New(rest.Config{Tokens: access.NewTokens(memstore.New()), Logger: logger})
	const policy = "default-src 'self'"
	s.Mount(http.MethodPost, "/page", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Del("X-Frame-Options")
		if rest.RequestOf(r.Context()).Local() {
			fmt.Fprint(w, "by the socket")
		}
	}))
	s.Finish()
	ask := func(h http.Handler, method, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
		return w
	}
	page := ask(s.Handler(), http.MethodPost, "/page")
	if h := page.Header(); page.Code != http.StatusOK || h.Get("Content-Security-Policy") != policy || h.Values("X-Frame-Options") != nil ||
		h.Get("Cache-Control") != "no-store" || h.Get("X-Request-Id") == "" || page.Body.Len() != 0 {
		t.Errorf("page: %d %v %q", page.Code, h, page.Body)
	}
	if !strings.Contains(log.String(), "route=/page") {
		t.Errorf("log: %s", log.String())
	}
	if local := ask(s.AdminHandler(), http.MethodPost, "/page"); local.Body.String() != "by the socket" {
		t.Errorf("by the socket: %q", local.Body)
	}
	if other := ask(s.Handler(), http.MethodGet, "/page"); other.Code != http.StatusMethodNotAllowed || other.Header().Get("X-Frame-Options") != "DENY" {
		t.Errorf("another method: %d %v", other.Code, other.Header())
	}
	if api := ask(s.Handler(), http.MethodGet, "/openapi.json"); api.Code != http.StatusOK || strings.Contains(api.Header().Get("Content-Security-Policy"), "self") {
		t.Errorf("the API beside it: %d %v", api.Code, api.Header())
	}
}
