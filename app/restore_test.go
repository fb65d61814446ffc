package app_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"goniec/api/client"
	"goniec/app"
	"goniec/event"
)

// TestEventsAfterRestore: a program that follows the events, with an id that the restored data
// does not have, is told all that has happened since, under ids that it does not know.
func TestEventsAfterRestore(t *testing.T) {
	t.Parallel()
	c := config(t)
	run := func(do func(cl *client.Client)) {
		t.Helper()
		a, err := app.New(c, options())
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		do(local(t, c))
		if err := a.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	// send sends a message and returns the ids of the events behind one, up to that of the
	// message.
	send := func(cl *client.Client, behind string) (ids []string) {
		t.Helper()
		m, err := cl.Send(t.Context(), client.MessageRequest{To: "+48600100200", Text: "hej"})
		if err != nil {
			t.Fatal(err)
		}
		for e, err := range cl.Events(t.Context(), behind) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, e.ID)
			if fact, err := app.Facts().Decode(event.Event{Type: e.Type, Data: e.Data}); err == nil && slices.Contains(fact.About(), m.ID) {
				break
			}
		}
		return ids
	}
	backup := filepath.Join(t.TempDir(), "backup.db")
	var kept, lost []string
	run(func(cl *client.Client) {
		kept = send(cl, "0")
		file, err := os.Create(backup)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if err := cl.Backup(t.Context(), file); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			lost = append(lost, send(cl, kept[len(kept)-1])...)
		}
	})
	if _, err := app.Restore(t.Context(), app.Restoration{Dir: c.DataDir, Path: backup, Force: true}); err != nil {
		t.Fatal(err)
	}
	run(func(cl *client.Client) {
		got := send(cl, lost[0])
		if !slices.Equal(got[:len(kept)], kept) || len(got) == len(kept) {
			t.Errorf("behind an id that is lost came %q, want those kept and new ones: %q", got, kept)
		}
		for _, id := range got {
			if slices.Contains(lost, id) {
				t.Errorf("%s was the id of an event that is lost", id)
			}
		}
	})
}
