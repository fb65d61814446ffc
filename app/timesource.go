package app

import (
	"context"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"goniec/clock"
)

// Machine is what the computer knows about the time, beside its clock. The zero value
// trusts the clock.
type Machine struct {
	Boot clock.Boot
	// Synchronised reports whether a time server keeps the clock right; nil: none.
	Synchronised func() bool
	// Battery returns what a hardware clock shows; ok is false if there is none. nil:
	// there is none.
	Battery func() (at time.Time, ok bool)
}

// built returns a time before any run of this program: that of the change it was built
// from, where the build has noted it.
func built() time.Time {
	at := time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return at
	}
	for _, s := range info.Settings {
		if changed, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
			at = clock.Later(at, changed)
		}
	}
	return at
}

// thisMachine returns the computer that this program runs on. Where it cannot tell one
// run of it from another the clock is trusted.
func thisMachine() Machine {
	id := bootID()
	if _, err := uptime(); err != nil || id == "" {
		return Machine{}
	}
	return Machine{
		Boot:         clock.Boot{ID: id, Uptime: func() time.Duration { d, _ := uptime(); return d }, Earliest: built()}, // it worked once
		Synchronised: synchronised,
		Battery:      hardwareClock,
	}
}

// bootID names this run of the computer. A service that may not see it there gets it
// in the environment, see systemd/goniec.service.
func bootID() string {
	if id, err := os.ReadFile("/proc/sys/kernel/random/boot_id"); err == nil {
		return strings.TrimSpace(string(id))
	}
	return os.Getenv("BOOT_ID")
}

// uptime returns how long the computer has run, with the time it slept.
func uptime() (time.Duration, error) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return 0, err
	}
	return time.Duration(t.Nano()), nil
}

// synchronised reports what the kernel has been told by whoever asks a time server:
// the flag goes away when the clock is set by hand (adjtimex(2)).
func synchronised() bool {
	var t unix.Timex
	if state, err := unix.Adjtimex(&t); err == nil {
		return state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0
	}
	// A service may be forbidden that call, but see what systemd-timesyncd leaves.
	_, err := os.Stat("/run/systemd/timesync/synchronized")
	return err == nil
}

// hardwareClock reads the first clock that Linux knows; it is taken to show UTC.
func hardwareClock() (time.Time, bool) {
	text, err := os.ReadFile("/sys/class/rtc/rtc0/since_epoch")
	if err != nil {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return time.Unix(seconds, 0), err == nil
}

// confirmClock tells the queue what the computer knows about the time.
func (s *assembly) confirmClock(ctx context.Context) error {
	m := s.app.options.Machine
	if m.Synchronised != nil && m.Synchronised() {
		_, err := s.queue.Clock().Confirm(ctx, clock.TimeServer, time.Now())
		return err
	}
	if m.Battery == nil {
		return nil
	}
	at, ok := m.Battery()
	if !ok {
		return nil
	}
	_, err := s.queue.Clock().Confirm(ctx, clock.Battery, at)
	return err
}
