package queue

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"goniec/calendar"
)

// TestMillionCare does what a gateway does to many messages at once while somebody
// else goes on handing in single ones, and prints how long those have to wait.
func TestMillionCare(t *testing.T) {
	besideOthers(t)
	f, removed := aYear(4000, 500), 300
	path := filepath.Join(t.TempDir(), "goniec.db")
	if millionPath() != "" {
		f, removed = aMillion(), 20_000
		copyFile(t, millionPath(), path)
	}
	s := openSide(t, f, path)
	if millionPath() == "" {
		f.fill(t, s.Queue)
	}
	var table strings.Builder
	fmt.Fprintf(&table, "\n%-52s %8s %10s %12s %12s\n", "", "s", "MiB written", "others wait", "longest")
	row := func(what string, work func() error) {
		t.Helper()
		begin, before := time.Now(), s.written()
		waits := s.meanwhile(work)
		fmt.Fprintf(&table, "%-52s %8.2f %11.1f %9.2f ms %9.2f ms\n", what, time.Since(begin).Seconds(),
			float64(s.written()-before)/(1<<20), microseconds(waits[len(waits)/2])/1000, microseconds(waits[len(waits)-1])/1000)
	}
	step := f.span / time.Duration(f.finished)
	row(fmt.Sprintf("remove %d texts and %d records", removed, removed), func() error {
		return s.Prune(t.Context(), f.texts-time.Duration(removed)*step, f.span-time.Duration(removed)*step)
	})
	counts, err := s.Counts(t.Context())
	s.ok(err)
	waiting := counts[StatusQueued]
	midnight := s.now().Truncate(24 * time.Hour)
	s.config.QuietHours = calendar.QuietHours{From: s.now().Sub(midnight), To: (s.now().Sub(midnight) + 12*time.Hour) % (24 * time.Hour)}
	row(fmt.Sprintf("quiet hours begin for %d that wait", waiting), func() error { _, err := s.Tend(t.Context()); return err })
	if counts, err = s.Counts(t.Context()); err != nil || counts[StatusHeld] < waiting {
		t.Errorf("%d messages are held, want %d: %v", counts[StatusHeld], waiting, err)
	}
	s.config.QuietHours = calendar.QuietHours{}
	s.SetClock(13 * time.Hour)
	row("quiet hours end", func() error { _, err := s.Tend(t.Context()); return err })
	if counts, err = s.Counts(t.Context()); err != nil || counts[StatusHeld] > 0 {
		t.Errorf("%d messages are still held: %v", counts[StatusHeld], err)
	}
	ended := counts[StatusDelivered] + counts[StatusSent] + counts[StatusFailed] + counts[StatusExpired]
	if want := f.finished - removed; ended < want-removed/20 || ended > want+removed/20 { // those that expired ended later
		t.Errorf("%d ended messages are left, want about %d", ended, want)
	}
	row("hold what waits, since the data is a backup's", func() error { _, err := s.HoldRestored(t.Context()); return err })
	if counts, err = s.Counts(t.Context()); err != nil || counts[StatusHeld] < waiting {
		t.Errorf("%d messages are held for a person, want %d: %v", counts[StatusHeld], waiting, err)
	}
	t.Log(table.String())
	if millionPath() == "" {
		CheckInvariants(t, s.store)
	}
}

// meanwhile hands in single messages, one after the other, until work is done, and
// returns how long each took, the shortest first.
func (s *side) meanwhile(work func() error) []time.Duration {
	s.t.Helper()
	ctx, stop := context.WithCancel(s.t.Context())
	defer stop()
	worked := make(chan error, 1)
	go func() {
		worked <- work()
		stop()
	}()
	var waits []time.Duration
	for len(waits) == 0 || ctx.Err() == nil {
		begin := time.Now()
		s.enqueue(1)
		waits = append(waits, time.Since(begin))
	}
	s.ok(<-worked)
	slices.Sort(waits)
	return waits
}
