package app

import (
	"log/slog"
	"testing"

	"goniec/configs"
)

// TestFoundModemHasTheDefaults: a modem that no configuration names is like one of
// which the configuration says nothing but its name.
func TestFoundModemHasTheDefaults(t *testing.T) {
	t.Parallel()
	a := &App{log: slog.New(slog.DiscardHandler)}
	got, want := a.foundModem("e3372-0001", "/dev/ttyUSB0", ""), configs.DefaultModem()
	if got.Name != "e3372-0001" || got.Device != "/dev/ttyUSB0" || got.BaudRate != want.BaudRate || got.Pace.PerMinute != want.Pace.PerMinute {
		t.Errorf("modem %+v", got)
	}
}
