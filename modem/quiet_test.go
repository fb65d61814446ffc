package modem_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"goniec/modem"
	"goniec/modem/emulator"
)

// leave submits a text and has its port gone after a second, as if the process had
// died with it.
func leave(t *testing.T, m *modem.Modem) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	var fault *modem.Fault
	if _, err := m.Submit(ctx, tpdu(t, patient, "x")); !errors.As(err, &fault) || fault.Class != modem.Uncertain {
		t.Fatalf("Submit: %v, want Uncertain", err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOpensQuietly(t *testing.T) {
	t.Parallel()
	in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
		b.opened(t)
		b.device.Inject(emulator.Fault{Kind: emulator.LateAnswer, For: 20 * time.Second})
		leave(t, b.modem)
		start := time.Now()
		if err := b.modem.OpenQuietly(t.Context(), start.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < 15*time.Second || took > 30*time.Second {
			t.Errorf("open after %v, want soon after the answer", took)
		}
		if got := b.until(t, modem.LateSubmit); got.MR != b.network.Accepted()[0].MR {
			t.Errorf("late reference %d", got.MR)
		}
	})
}

// A modem that is looked for must not be disturbed by the looking either, and what
// it answers then is not lost.
func TestLooksQuietly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := emulator.NewNetwork(emulator.Options{Seed: 1})
		d := n.NewModem(emulator.Generic(), n.AddSIM(emulator.SIM{}))
		b := newBus()
		b.plug(modem.PortInfo{Device: "/dev/ttyUSB0", VendorID: "12d1", ProductID: "1506", USB: "1-1"}, emulated(d))
		m := b.modem(d.IMEI(), nil)
		defer func() {
			if err := errors.Join(m.Close(), n.Close()); err != nil {
				t.Errorf("close: %v", err)
			}
		}()
		if err := m.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.Inject(emulator.Fault{Kind: emulator.LateAnswer, For: 20 * time.Second})
		leave(t, m)
		start := time.Now()
		if err := m.OpenQuietly(t.Context(), start.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < 15*time.Second || took > 40*time.Second {
			t.Errorf("open after %v, want soon after the answer", took)
		}
		for {
			select {
			case i := <-m.Indications():
				if i.Kind == modem.LateSubmit {
					if want := n.Accepted()[0].MR; i.MR != want {
						t.Errorf("late reference %d, want %d", i.MR, want)
					}
					return
				}
			case <-time.After(time.Minute):
				t.Error("the answer was lost")
				return
			}
		}
	})
}
