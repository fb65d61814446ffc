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

// Machine is the computer's knowledge of the time besides its clock. With the zero value the
// clock is trusted.
type Machine struct {
	Boot clock.Boot
	// Synchronised reports whether a time server keeps the clock right; nil: no.
	Synchronised func() bool
	// Battery returns the time of a hardware clock; ok is false if there is none. nil: there
	// is none.
	Battery func() (at time.Time, ok bool)
}

// built returns a time before any run of this program: the commit time of the build if
// recorded, else a fixed date.
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

// thisMachine returns the Machine of this computer. If boots cannot be told apart the clock is
// trusted.
func thisMachine() Machine {
	id := bootID()
	if _, err := uptime(); err != nil || id == "" {
		return Machine{}
	}
	return Machine{
		Boot:         clock.Boot{ID: id, Uptime: func() time.Duration { d, _ := uptime(); return d }, Earliest: built()}, // uptime has just worked
		Synchronised: synchronised,
		Battery:      hardwareClock,
	}
}

// bootID returns the id of the present boot. A service that may not read /proc gets it in the
// environment, see systemd/goniec.service.
func bootID() string {
	if id, err := os.ReadFile("/proc/sys/kernel/random/boot_id"); err == nil {
		return strings.TrimSpace(string(id))
	}
	return os.Getenv("BOOT_ID")
}

// uptime returns the time since boot, including sleep.
func uptime() (time.Duration, error) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return 0, err
	}
	return time.Duration(t.Nano()), nil
}

// synchronised reports whether a time service has told the kernel that the clock is
// synchronised (adjtimex(2)). Setting the clock by hand clears the flag.
func synchronised() bool {
	var t unix.Timex
	if state, err := unix.Adjtimex(&t); err == nil {
		return state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0
	}
	// A service may be forbidden adjtimex but can see the file of systemd-timesyncd.
	_, err := os.Stat("/run/systemd/timesync/synchronized")
	return err == nil
}

// hardwareClock reads the first hardware clock of Linux, as UTC.
func hardwareClock() (time.Time, bool) {
	text, err := os.ReadFile("/sys/class/rtc/rtc0/since_epoch")
	if err != nil {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return time.Unix(seconds, 0), err == nil
}

// confirmClock passes the time of the time server or the hardware clock to the clock of the
// queue.
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
