package modem_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"goniec/modem"
	"goniec/modem/emulator"
)

// The values of +CREG that the emulated network can have for a modem.
const (
	coverageHome    = 1
	coverageRoaming = 5
)

func TestRoamingIsAllowedByDefault(t *testing.T) {
	t.Parallel()
	in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
		b.device.SetCoverage(coverageRoaming)
		b.opened(t)
		if _, err := b.modem.Submit(t.Context(), tpdu(t, patient, "x")); err != nil {
			t.Errorf("Submit: %v", err)
		}
	})
}

func noRoaming(c *modem.Config) { c.NoRoaming = true }

// A modem abroad waits, says why, and is ready as soon as it is at home.
func TestNoRoamingWaits(t *testing.T) {
	t.Parallel()
	for _, profile := range emulator.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			in(t, profile, emulator.SIM{}, noRoaming, func(t *testing.T, b *bench) {
				b.device.SetCoverage(coverageRoaming)
				go func() {
					<-time.After(70 * time.Second)
					if info := b.modem.Info(); info.State != modem.Registering || !errors.Is(info.LastFault, modem.ErrRoaming) || !info.Registration.IsRoaming() {
						t.Errorf("abroad: %+v", info)
					}
					b.device.SetCoverage(coverageHome)
				}()
				b.opened(t)
				if info := b.modem.Info(); info.State != modem.Ready || info.Registration.IsRoaming() {
					t.Errorf("at home: %+v", info)
				}
			})
		})
	}
}

func TestNoRoamingGivesUp(t *testing.T) {
	t.Parallel()
	in(t, emulator.QuectelEC25(), emulator.SIM{}, noRoaming, func(t *testing.T, b *bench) {
		b.device.SetCoverage(coverageRoaming)
		var f *modem.Fault
		if err := b.modem.Open(t.Context()); !errors.As(err, &f) || !errors.Is(err, modem.ErrRoaming) || f.Blame() != modem.Network || f.Class != modem.Transient {
			t.Errorf("Open: %v", err)
		}
	})
}

// A modem that is moved abroad stops sending at once, and goes on when back.
func TestNoRoamingWhileInService(t *testing.T) {
	t.Parallel()
	in(t, emulator.QuectelEC25(), emulator.SIM{}, noRoaming, func(t *testing.T, b *bench) {
		b.opened(t)
		b.device.SetCoverage(coverageRoaming)
		b.until(t, modem.RegistrationChanged)
		synctest.Wait()
		if info := b.modem.Info(); info.State != modem.Registering || !errors.Is(info.LastFault, modem.ErrRoaming) {
			t.Errorf("abroad: %+v", info)
		}
		var f *modem.Fault
		if _, err := b.modem.Submit(t.Context(), tpdu(t, patient, "x")); !errors.As(err, &f) || !errors.Is(err, modem.ErrRoaming) || f.Class != modem.Transient {
			t.Errorf("Submit: %v", err)
		}
		b.device.SetCoverage(coverageHome)
		for b.modem.Info().State != modem.Ready {
			b.until(t, modem.RegistrationChanged)
		}
		if _, err := b.modem.Submit(t.Context(), tpdu(t, patient, "x")); err != nil {
			t.Errorf("Submit: %v", err)
		}
		if got := len(b.network.Accepted()); got != 1 {
			t.Errorf("%d texts were sent", got)
		}
	})
}

// The signal of a day is kept in quarters of an hour, over a restart of the
// modem, and no longer.
func TestSignalHistory(t *testing.T) {
	t.Parallel()
	in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
		b.opened(t) // at midnight
		refresh := func() {
			if err := b.modem.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		b.device.SetSignal(10) // -93 dBm
		refresh()
		b.device.SetSignal(99)
		refresh()
		<-time.After(15 * time.Minute)
		b.device.SetSignal(31) // -51 dBm
		refresh()
		history := b.modem.Info().SignalHistory
		if len(history) != 2 {
			t.Fatalf("%+v", history)
		}
		first, second := history[0], history[1]
		if first.Min != -93 || first.Max != -73 || first.Samples != 2 || first.Mean() != -83 || second.Min != -51 || second.Samples != 1 {
			t.Errorf("%+v", history)
		}
		if gap := second.From.Sub(first.From); gap != 15*time.Minute {
			t.Errorf("%v apart", gap)
		}
		closed(t, b.modem)
		b.opened(t)
		if got := b.modem.Info().SignalHistory; len(got) != 2 || got[1].Samples != 2 {
			t.Errorf("after a restart: %+v", got)
		}
		if history[1].Samples != 1 {
			t.Error("what Info had given out was changed")
		}
		for range 2 * 24 * 6 {
			<-time.After(10 * time.Minute)
			refresh()
		}
		history = b.modem.Info().SignalHistory
		if n := len(history); n < 94 || n > 97 || time.Since(history[0].From) > 24*time.Hour+15*time.Minute {
			t.Errorf("%d quarters from %v", n, history[0].From)
		}
		<-time.After(25 * time.Hour)
		if got := b.modem.Info().SignalHistory; len(got) != 0 {
			t.Errorf("after a day without a sample: %+v", got)
		}
	})
	if (modem.SignalBucket{}).Mean() != 0 {
		t.Error("the mean of nothing")
	}
}
