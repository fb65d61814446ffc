package app

import (
	"context"
	"strconv"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/sys/unix"
)

// What we tell systemd (sd_notify(3)). Without systemd nothing is told.
const (
	ready     = daemon.SdNotifyReady
	stopping  = daemon.SdNotifyStopping
	reloading = daemon.SdNotifyReloading
	alive     = daemon.SdNotifyWatchdog
)

// staleAfter is the age at which a tick counts as missed: several times what the
// loops promise, so that a slow card is not taken for a hang.
const staleAfter = 45 * time.Second

func (a *App) notify(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		a.log.Warn("cannot notify systemd", "err", err)
	}
}

// monotonic is what systemd wants beside a reload: when it began, on the clock
// that never jumps, in microseconds.
func monotonic() string {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return ""
	}
	return "\nMONOTONIC_USEC=" + strconv.FormatInt(now.Nano()/1000, 10)
}

// watchdog tells systemd that we are ready and then, twice in each of its
// intervals, that we are alive: that the queue has been looked after and every
// worker has turned lately. If they have not, it is silent and we are restarted.
func (a *App) watchdog(ctx context.Context) {
	a.notify(ready)
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		a.log.Warn("cannot read the watchdog's interval", "err", err)
	}
	if interval <= 0 {
		return
	}
	for pause(ctx, interval/2, nil) {
		if stuck := a.current.Load().stuck(); stuck != "" {
			a.log.Error("a part of the daemon hangs, so the watchdog is not told", "part", stuck)
			continue
		}
		a.notify(alive)
	}
}
