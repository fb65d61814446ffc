package inbox_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"goniec/inbox"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// contacts notes what it is told.
type contacts struct{ notes []string }

func (c *contacts) Heard(_ store.Tx, from pdu.Address, w queue.Worker, _ time.Time) error {
	c.notes = append(c.notes, fmt.Sprintf("from %s by %s", from, w.SIM))
	return nil
}

// TestContactsAreTold who has written or called, each once.
func TestContactsAreTold(t *testing.T) {
	t.Parallel()
	c := &contacts{}
	b := newBox(t, func(config *inbox.Config) { config.Contacts = c })
	b.receive(deliver(t, "TAK"))
	b.receive(deliver(t, "NIE", func(d *pdu.Deliver) { d.OA = pdu.Address{Number: "600100200", Type: pdu.TypeNational} })) // as some networks write it
	b.receive(deliver(t, "paczka", func(d *pdu.Deliver) { d.OA = pdu.Address{Number: "InPost", Type: pdu.TypeAlphanumeric} }))
	for _, from := range []string{patient, ""} {
		if _, _, err := b.in.MissedCall(t.Context(), worker(1), inbox.Ring{From: from, Rings: 2, At: time.Now()}, nil); err != nil {
			t.Error(err)
		}
	}
	got := slices.Compact(c.notes)
	want := []string{"from " + patient + " by " + worker(0).SIM, "from " + patient + " by " + worker(1).SIM}
	if !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}
