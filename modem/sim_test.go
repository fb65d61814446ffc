package modem_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"goniec/catalogue"
	"goniec/modem"
	"goniec/modem/emulator"
)

func TestSIMLock(t *testing.T) {
	t.Parallel()
	pin := func(p string) func() (string, error) { return func() (string, error) { return p, nil } }
	tests := []struct {
		name   string
		pin    func() (string, error)
		guard  *guard
		opens  bool
		tried  int // attempts that the card saw
		reopen bool
	}{
		{"no pin configured", nil, newGuard(), false, 0, true},
		{"no guard", pin("1234"), nil, false, 0, true},
		{"right pin", pin("1234"), newGuard(), true, 0, false},
		{"wrong pin", pin("9999"), newGuard(), false, 1, true},
		{"not a pin", pin("12,34"), newGuard(), false, 0, true},
		{"guard cannot write", pin("1234"), &guard{broken: true}, false, 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			change := func(c *modem.Config) {
				c.PIN = tt.pin
				if tt.guard != nil {
					c.PINGuard = tt.guard
				}
			}
			in(t, emulator.Generic(), emulator.SIM{PIN: "1234"}, change, func(t *testing.T, b *bench) {
				times := 1
				if tt.reopen { // a stubborn owner must not cost a second attempt
					times = 4
				}
				for range times {
					err := b.modem.Open(t.Context())
					var fault *modem.Fault
					switch errors.As(err, &fault); {
					case tt.opens && err != nil:
						t.Fatalf("Open: %v", err)
					case !tt.opens && (fault == nil || fault.Class != modem.Stop || !errors.Is(err, modem.ErrSIMLocked)):
						t.Fatalf("Open: %v, want Stop with ErrSIMLocked", err)
					case !tt.opens && b.modem.Info().State != modem.SIMLocked:
						t.Fatalf("state %s", b.modem.Info().State)
					}
				}
				if got := 3 - b.card.PINAttempts(); got != tt.tried {
					t.Errorf("the card saw %d wrong attempts, want %d", got, tt.tried)
				}
				for _, line := range b.modem.Transcript(true) {
					if line.Sent && (line.Text == `AT+CPIN="1234"` || line.Text == `AT+CPIN="9999"`) {
						t.Error("the transcript shows the PIN")
					}
				}
			})
		})
	}
}

// guard is a PINGuard in memory.
type guard struct {
	broken bool
	tried  map[string]bool
}

func newGuard() *guard { return &guard{tried: make(map[string]bool)} }

func (g *guard) Tried(iccid, pin string) bool { return g.tried[iccid+"/"+pin] }

func (g *guard) MarkTried(iccid, pin string) error {
	if g.broken {
		return errors.New("disk full")
	}
	g.tried[iccid+"/"+pin] = true
	return nil
}

func TestPINGivenAgainAfterAPowerCut(t *testing.T) {
	t.Parallel()
	g := newGuard()
	change := func(c *modem.Config) {
		c.PIN = func() (string, error) { return "1234", nil }
		c.PINGuard = g
	}
	in(t, emulator.Generic(), emulator.SIM{PIN: "1234"}, change, func(t *testing.T, b *bench) {
		for range 3 {
			b.opened(t)
			if err := b.modem.Close(); err != nil {
				t.Fatal(err)
			}
			b.device.Restart()
			<-time.After(time.Minute)
		}
		if got := b.card.PINAttempts(); got != 3 {
			t.Errorf("%d attempts are left, want 3", got)
		}
	})
}

func TestPUKStops(t *testing.T) {
	t.Parallel()
	change := func(c *modem.Config) {
		c.PIN = func() (string, error) { return "1234", nil }
		c.PINGuard = newGuard()
	}
	in(t, emulator.Generic(), emulator.SIM{PIN: "0000"}, change, func(t *testing.T, b *bench) {
		port, err := b.device.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		go func() { // somebody has entered three wrong ones
			for range 3 {
				_, _ = port.Write([]byte("AT+CPIN=\"1111\"\r"))
				<-time.After(time.Second)
			}
			port.Close()
		}()
		buf := make([]byte, 512)
		for err == nil {
			_, err = port.Read(buf)
		}
		err = b.modem.Open(t.Context())
		var fault *modem.Fault
		if !errors.As(err, &fault) || fault.Class != modem.Stop || b.modem.Info().State != modem.SIMLocked {
			t.Errorf("Open: %v, state %s; want Stop and sim_locked", err, b.modem.Info().State)
		}
		if fault != nil && !catalogue.Has(fault.Remedy()) {
			t.Error("no remedy is given")
		}
	})
}

func TestRegistration(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault emulator.Fault
		class modem.Class // empty: opens
		cause error
	}{
		{"denied", emulator.Fault{Kind: emulator.ServiceDenied}, modem.Stop, modem.ErrDenied},
		{"no network", emulator.Fault{Kind: emulator.ServiceLost}, modem.Transient, modem.ErrNotRegistered},
		{"network late", emulator.Fault{Kind: emulator.ServiceLost, For: time.Minute}, "", nil},
		{"denied at first", emulator.Fault{Kind: emulator.ServiceDenied, For: 5 * time.Second}, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
				b.device.Inject(tt.fault)
				err := b.modem.Open(t.Context())
				var fault *modem.Fault
				errors.As(err, &fault)
				if tt.class == "" && err != nil || tt.class != "" && (fault == nil || fault.Class != tt.class || !errors.Is(err, tt.cause)) {
					t.Errorf("Open: %v", err)
				}
			})
		})
	}
}

func TestRegistrationChanges(t *testing.T) {
	t.Parallel()
	in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
		b.opened(t)
		b.device.SetCoverage(int(modem.Searching))
		b.until(t, modem.RegistrationChanged)
		<-time.After(time.Second)
		if s := b.modem.Info().State; s != modem.Registering {
			t.Errorf("state %s without a network", s)
		}
		b.device.SetCoverage(int(modem.Roaming))
		b.until(t, modem.RegistrationChanged)
		<-time.After(time.Second)
		if s := b.modem.Info().State; s != modem.Ready {
			t.Errorf("state %s with a network", s)
		}
	})
}

func TestNoServiceCentreStops(t *testing.T) {
	t.Parallel()
	in(t, emulator.Generic(), emulator.SIM{SMSC: "none"}, nil, func(t *testing.T, b *bench) {
		err := b.modem.Open(t.Context())
		var fault *modem.Fault
		if !errors.As(err, &fault) || fault.Class != modem.Stop || fault.Code != 330 || !errors.Is(err, modem.ErrNoSMSC) {
			t.Errorf("Open: %v, want Stop with +CMS ERROR 330", err)
		}
	})
}

// A SIM that is changed while the modem is in service is noticed, and shown
// when the modem has been opened again.
func TestSIMChangedInService(t *testing.T) {
	t.Parallel()
	for _, profile := range emulator.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			in(t, profile, emulator.SIM{}, nil, func(t *testing.T, b *bench) {
				b.opened(t)
				refresh := func() {
					if err := b.modem.Refresh(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				refresh()
				other := b.network.AddSIM(emulator.SIM{Number: "+48500600799"})
				b.device.SetSIM(other)
				<-time.After(time.Minute)
				refresh()
				if i := b.until(t, modem.Rebooted); !errors.Is(i.Err, modem.ErrSIMChanged) {
					t.Errorf("%+v", i)
				}
				closed(t, b.modem)
				b.opened(t)
				if info := b.modem.Info(); info.IMSI != other.IMSI || info.IMEI != b.device.IMEI() {
					t.Errorf("%+v", info)
				}
				refresh()
				for _, i := range drain(b.modem) {
					if i.Kind == modem.Rebooted {
						t.Error("announced again")
					}
				}
			})
		})
	}
}

// drain takes what waits.
func drain(m *modem.Modem) (got []modem.Indication) {
	for {
		synctest.Wait()
		select {
		case i := <-m.Indications():
			got = append(got, i)
		default:
			return got
		}
	}
}
