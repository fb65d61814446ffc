package api_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"goniec/access"
	"goniec/api/client"
)

// TestBackup reads all data, which takes the scope admin.
func TestBackup(t *testing.T) {
	t.Parallel()
	g := memory(t)
	var got bytes.Buffer
	if err := g.client(t, access.ScopeAdmin).Backup(t.Context(), &got); err != nil || got.String() != allData {
		t.Errorf("got %q, %v", got.String(), err)
	}
	var problem *client.Problem
	reader, err := client.New(g.url, g.token(t, "reader", access.ScopeMessages, access.ScopeInbox))
	if err != nil {
		t.Fatal(err)
	}
	if err := reader.Backup(t.Context(), io.Discard); !errors.As(err, &problem) || problem.Status != http.StatusForbidden {
		t.Errorf("with the rights to read: %v", err)
	}
}

// failing gives some data, and then an error.
type failing struct{}

func (failing) WriteTo(w io.Writer) (int64, error) {
	n, err := io.Copy(w, strings.NewReader(strings.Repeat("some data", 10_000)))
	return n, errors.Join(err, errors.New("the disk"))
}

// TestBackupThatBreaksOff: half a backup is an error to whoever reads it.
func TestBackupThatBreaksOff(t *testing.T) {
	t.Parallel()
	g := memory(t, func(c *config) { c.backup = failing{} })
	if err := g.client(t, access.ScopeAdmin).Backup(t.Context(), io.Discard); err == nil {
		t.Error("half a backup was taken for a whole one")
	}
}
