package app

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestWatchdog listens where systemd would.
func TestWatchdog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "40000")

	a := &App{log: slog.New(slog.DiscardHandler)}
	s := &assembly{app: a, created: time.Now()}
	a.current.Store(s)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		a.watchdog(ctx)
		close(ended)
	}()
	hear := func() string {
		t.Helper()
		if err := l.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 256)
		n, err := l.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		return string(buf[:n])
	}
	for i, want := range []string{"READY=1", "WATCHDOG=1", "WATCHDOG=1"} {
		if got := hear(); got != want {
			t.Errorf("message %d is %q, want %q", i, got, want)
		}
	}
	cancel()
	<-ended
	a.notify(reloadingState())
	got := hear()
	for got == "WATCHDOG=1" { // one may have been on its way
		got = hear()
	}
	if !strings.HasPrefix(got, "RELOADING=1\nMONOTONIC_USEC=") {
		t.Errorf("a reload is announced as %q", got)
	}
}

func TestStuck(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		age, tended time.Duration // since the assembly was made
		want        string
	}{
		"just made":       {0, 0, ""},
		"just tended":     {time.Hour, time.Hour, ""},
		"a slow card":     {time.Hour, time.Hour - 30*time.Second, ""},
		"the queue hangs": {time.Hour, time.Hour - time.Minute, "queue"},
		"never tended":    {time.Minute, 0, "queue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &assembly{created: time.Now().Add(-test.age)}
			s.lastTend.Store(int64(test.tended))
			if got := s.stuck(); got != test.want {
				t.Errorf("stuck = %q, want %q", got, test.want)
			}
		})
	}
}
