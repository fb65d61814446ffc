package app_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"goniec/app"
	"goniec/configs"
	"goniec/modem/emulator"
)

// locked is a modem whose SIM has the PIN 4711, and a configuration that gives it
// the one written.
func locked(t *testing.T, pin string) (*emulator.Modem, configs.Config) {
	t.Helper()
	n := emulator.NewNetwork(emulator.Options{Seed: 4})
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	device := n.NewModem(emulator.Generic(), n.AddSIM(emulator.SIM{PIN: "4711"}))
	port, err := device.OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	c := config(t)
	m := configs.DefaultModem()
	m.Name, m.Device, m.PINFile = "m0", port.Path(), filepath.Join(t.TempDir(), "pin")
	if err := os.WriteFile(m.PINFile, []byte(pin+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.Modems = []configs.Modem{m}
	return device, c
}

// run runs an app until its modem has this state.
func run(t *testing.T, c configs.Config, state string) {
	t.Helper()
	a, err := app.New(c, options())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	cl := local(t, c)
	eventually(t, "the modem is "+state, func() bool {
		modems, err := cl.Modems(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return modems[0].State == state
	})
	if err := a.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// TestRightPIN gives the PIN again after every loss of power.
func TestRightPIN(t *testing.T) {
	t.Parallel()
	device, c := locked(t, "4711")
	for range 3 {
		run(t, c, "ready")
		device.Restart()
	}
	if left := device.SIM().PINAttempts(); left != 3 {
		t.Errorf("%d attempts are left, want 3", left)
	}
}

// TestWrongPIN gives a wrong PIN once, however often the daemon starts. From then
// on a person has to deal with the card.
func TestWrongPIN(t *testing.T) {
	t.Parallel()
	device, c := locked(t, "1234")
	for range 3 {
		run(t, c, "sim_locked")
		device.Restart()
	}
	if left := device.SIM().PINAttempts(); left != 2 {
		t.Errorf("%d attempts are left, want 2", left)
	}
}
