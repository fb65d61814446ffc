package modem_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"goniec/modem"
	"goniec/modem/at"
	"goniec/modem/emulator"
)

// TestRestartOfAClosedModem: the port is opened for it, and closed again.
func TestRestartOfAClosedModem(t *testing.T) {
	t.Parallel()
	in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
		b.device.Inject(emulator.Fault{Kind: emulator.CommandFails, Line: "+CPIN", Code: 13, Until: emulator.CureRestart})
		if err := b.modem.Open(t.Context()); err == nil {
			t.Fatal("opened although the SIM cannot be read")
		}
		if err := b.modem.Restart(t.Context()); err != nil {
			t.Fatalf("Restart: %v", err)
		}
		<-time.After(10 * time.Second)
		b.opened(t)
	})
}

// TestReinitialise: a modem that has forgotten its settings, and not said so, is
// set up again without the port being closed.
func TestReinitialise(t *testing.T) {
	t.Parallel()
	in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
		b.opened(t)
		before := b.modem.Info()
		b.device.Restart()
		<-time.After(time.Minute)
		if err := b.modem.Reinitialise(t.Context()); err != nil {
			t.Fatalf("Reinitialise: %v", err)
		}
		after := b.modem.Info()
		if after.State != modem.Ready || after.IMEI != before.IMEI || after.IMSI != before.IMSI || after.Device != before.Device {
			t.Errorf("%+v after, %+v before", after, before)
		}
		if err := b.network.Handset(patient).Send(own, "TAK"); err != nil {
			t.Fatal(err)
		}
		b.until(t, modem.MessageStored)
		if _, err := b.modem.Submit(t.Context(), tpdu(t, patient, "x")); err != nil {
			t.Errorf("Submit: %v", err)
		}
	})
}

func TestReinitialiseFails(t *testing.T) {
	t.Parallel()
	in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
		b.opened(t)
		b.device.SetSIM(nil)
		err := b.modem.Reinitialise(t.Context())
		var f *modem.Fault
		if !errors.As(err, &f) || f.Code != 10 {
			t.Errorf("Reinitialise without a SIM: %v", err)
		}
		if err := b.modem.Ping(t.Context()); !errors.Is(err, modem.ErrNotOpen) {
			t.Errorf("Ping: %v, want %v", err, modem.ErrNotOpen)
		}
		b.device.SetSIM(b.card)
		b.opened(t)
	})
}

func TestPing(t *testing.T) {
	t.Parallel()
	in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
		b.opened(t)
		if err := b.modem.Ping(t.Context()); err != nil {
			t.Errorf("Ping: %v", err)
		}
		b.device.Inject(emulator.Fault{Kind: emulator.Deaf})
		asked := time.Now()
		if err := b.modem.Ping(t.Context()); !errors.Is(err, at.ErrTimeout) {
			t.Errorf("Ping of a deaf modem: %v", err)
		}
		if took := time.Since(asked); took > 5*time.Second {
			t.Errorf("it took %s to find out", took)
		}
	})
}

// TestSilentWhereItWas: a modem that is known by its IMEI and does not answer at the
// port it was at is not absent, so that it can be helped.
func TestSilentWhereItWas(t *testing.T) {
	t.Parallel()
	onBus(t, func(t *testing.T, b *bus) {
		n := emulator.NewNetwork(emulator.Options{Seed: 1})
		defer n.Close()
		d := n.NewModem(emulator.QuectelEC25(), n.AddSIM(emulator.SIM{Number: own}))
		b.plug(usbPort("/dev/ttyUSB2", "1-1", "02"), emulated(d))
		var struck []string
		m := b.modem(d.IMEI(), func(c *modem.Config) {
			c.Reenumerate = func(_ context.Context, device string) error {
				struck = append(struck, device)
				return nil
			}
		})
		defer closed(t, m)
		if err := m.Open(t.Context()); err != nil {
			t.Fatalf("Open: %v", err)
		}
		d.Inject(emulator.Fault{Kind: emulator.Deaf})
		closed(t, m)
		if err := m.Open(t.Context()); err == nil || errors.Is(err, modem.ErrNoDevice) || m.Info().State != modem.Faulted {
			t.Errorf("Open of a deaf modem: %v, %s", err, m.Info().State)
		}
		if err := m.ReenumerateUSB(t.Context()); err != nil {
			t.Errorf("ReenumerateUSB: %v", err)
		}
		// Another stick takes the name: it is not to be struck.
		b.plug(usbPort("/dev/ttyUSB2", "1-4", "02"), b.deaf())
		if err := m.ReenumerateUSB(t.Context()); !errors.Is(err, modem.ErrNoDevice) {
			t.Errorf("ReenumerateUSB with another stick at the port: %v", err)
		}
		if !slices.Equal(struck, []string{"/dev/ttyUSB2"}) {
			t.Errorf("enumerated %q", struck)
		}
	})
}

// TestReenumerateWhatIsConfigured: of a modem that never was open the port is known
// all the same, if it is named.
func TestReenumerateWhatIsConfigured(t *testing.T) {
	t.Parallel()
	onBus(t, func(t *testing.T, b *bus) {
		b.plug(usbPort("/dev/ttyUSB2", "1-1", "02"), b.deaf())
		var struck []string
		change := func(device string) func(c *modem.Config) {
			return func(c *modem.Config) {
				c.Device = device
				c.Reenumerate = func(_ context.Context, device string) error {
					struck = append(struck, device)
					return nil
				}
			}
		}
		if err := b.modem("", change("/dev/ttyUSB2")).ReenumerateUSB(t.Context()); err != nil {
			t.Error(err)
		}
		if err := b.modem("", change("/dev/ttyUSB7")).ReenumerateUSB(t.Context()); !errors.Is(err, modem.ErrNoDevice) {
			t.Errorf("of a port that is not there: %v", err)
		}
		if err := b.modem(imei, change("")).ReenumerateUSB(t.Context()); !errors.Is(err, modem.ErrNoDevice) {
			t.Errorf("of a modem that was never found: %v", err)
		}
		if err := b.modem("", change(os.DevNull)).ReenumerateUSB(t.Context()); !errors.Is(err, modem.ErrNotUSB) {
			t.Errorf("of a port that is not on USB: %v", err)
		}
		if !slices.Equal(struck, []string{"/dev/ttyUSB2"}) {
			t.Errorf("enumerated %q", struck)
		}
	})
}
