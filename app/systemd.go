package app

import (
	"context"
	"strconv"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/sys/unix"
)

// States sent to systemd (sd_notify(3)). Without systemd nothing is sent.
const (
	ready     = daemon.SdNotifyReady
	stopping  = daemon.SdNotifyStopping
	reloading = daemon.SdNotifyReloading
	alive     = daemon.SdNotifyWatchdog
)

// staleAfter is the time without a Tend after which the queue counts as hanging: several times
// the interval of Tend, since a slow card is no hang.
const staleAfter = 45 * time.Second

func (a *App) notify(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		a.log.Warn("cannot notify systemd", "err", err)
	}
}

// monotonic returns the field that systemd requires with RELOADING: the monotonic time in
// microseconds.
func monotonic() string {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return ""
	}
	return "\nMONOTONIC_USEC=" + strconv.FormatInt(now.Nano()/1000, 10)
}

// watchdog sends READY to systemd and then WATCHDOG twice in each watchdog interval, while the
// queue has been tended lately. Without the message systemd restarts the daemon.
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
