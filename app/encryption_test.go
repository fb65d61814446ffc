package app_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"goniec/api/client"
	"goniec/app"
	"goniec/store/sealed"
)

// TestRotation changes the key of a daemon with messages in it, and takes the old key
// away when all is done.
func TestRotation(t *testing.T) {
	t.Parallel()
	first, second := sealed.NewKey(), sealed.NewKey()
	c := config(t)
	c.KeyFile = filepath.Join(t.TempDir(), "goniec.key")
	if err := sealed.CreateKeys(c.KeyFile, first); err != nil {
		t.Fatal(err)
	}
	// life runs the daemon once.
	life := func(use func(cl *client.Client)) {
		t.Helper()
		a, err := app.New(c, options())
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		use(local(t, c))
		if err := a.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	want := func(cl *client.Client, key sealed.Key) {
		t.Helper()
		eventually(t, "all is under key "+key.ID(), func() bool {
			e, err := cl.Encryption(t.Context())
			return err == nil && e.Enabled && e.Key == key.ID() && !e.Rotating && e.Remaining == 0
		})
	}
	var id string
	life(func(cl *client.Client) {
		want(cl, first)
		for range 20 {
			m, err := cl.Send(t.Context(), client.MessageRequest{To: "+48600100200", Text: "Wizyta jutro"})
			if err != nil {
				t.Fatal(err)
			}
			id = m.ID
		}
	})
	if err := sealed.ReplaceKeys(c.KeyFile, []sealed.Key{second, first}); err != nil {
		t.Fatal(err)
	}
	life(func(cl *client.Client) { want(cl, second) })
	if err := sealed.ReplaceKeys(c.KeyFile, []sealed.Key{second}); err != nil {
		t.Fatal(err)
	}
	life(func(cl *client.Client) {
		want(cl, second)
		if m, err := cl.Message(t.Context(), id); err != nil || m.Text != "Wizyta jutro" || m.To != "+48600100200" {
			t.Errorf("the message after the change of keys: %v", err)
		}
	})
	info, err := os.Stat(c.KeyFile)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v", info, err)
	}
}
