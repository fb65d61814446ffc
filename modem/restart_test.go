package modem_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goniec/catalogue"
	"goniec/modem"
	"goniec/modem/emulator"
)

// After Restart the handle is gone, and the modem serves again once it is back.
func TestRestartOnEveryProfile(t *testing.T) {
	t.Parallel()
	for _, profile := range emulator.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			in(t, profile, emulator.SIM{}, nil, func(t *testing.T, b *bench) {
				b.opened(t)
				if err := b.modem.Restart(t.Context()); err != nil {
					t.Fatalf("Restart: %v", err)
				}
				if _, err := b.modem.Submit(t.Context(), tpdu(t, patient, "x")); !errors.Is(err, modem.ErrNotOpen) {
					t.Errorf("Submit by the old handle: %v", err)
				}
				<-time.After(profile.BootTime + time.Second)
				b.opened(t)
				if _, err := b.modem.Submit(t.Context(), tpdu(t, patient, "x")); err != nil {
					t.Errorf("Submit: %v", err)
				}
				if got := len(b.network.Accepted()); got != 1 {
					t.Errorf("the network has %d texts", got)
				}
			})
		})
	}
}

func TestRestart(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		more table
		want []string // commands from Restart on
		err  bool
	}{
		{"taken", table{"AT+CFUN=1,1": ""}, []string{"AT+CFUN=1,1"}, false},
		{"refused", table{"AT+CFUN=0": "", "AT+CFUN=1": ""}, []string{"AT+CFUN=1,1", "AT+CFUN=0", "AT+CFUN=1"}, false},
		{"refused but for aeroplanes", table{"AT+CFUN=4": "", "AT+CFUN=1": ""}, []string{"AT+CFUN=1,1", "AT+CFUN=0", "AT+CFUN=4", "AT+CFUN=1"}, false},
		{"faster than its answer", table{"AT+CFUN=1,1": "<hang up>"}, []string{"AT+CFUN=1,1"}, false},
		{"deaf", table{"AT+CFUN=1,1": "\r\n"}, []string{"AT+CFUN=1,1"}, true},
		{"refused at all", nil, []string{"AT+CFUN=1,1", "AT+CFUN=0", "AT+CFUN=4"}, true},
		{"refused to come back", table{"AT+CFUN=0": ""}, []string{"AT+CFUN=1,1", "AT+CFUN=0", "AT+CFUN=1", "AT+CFUN=1"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			script(t, least(tt.more).reply, func(t *testing.T, s *scripted) {
				s.open(t)
				before := len(s.received())
				err := s.modem.Restart(t.Context())
				var f *modem.Fault
				if tt.err != errors.As(err, &f) || (err != nil) != tt.err {
					t.Errorf("Restart: %v, want an error: %v", err, tt.err)
				}
				synctest.Wait()
				if got := s.received()[before:]; !slices.Equal(got, tt.want) {
					t.Errorf("wrote %q, want %q", got, tt.want)
				}
				if err := s.modem.Refresh(t.Context()); !errors.Is(err, modem.ErrNotOpen) {
					t.Errorf("Refresh: %v, want %v", err, modem.ErrNotOpen)
				}
			})
		})
	}
}

// A submission is not broken off by a restart, unless its owner cannot wait.
func TestRestartWaitsForASubmission(t *testing.T) {
	t.Parallel()
	in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
		b.opened(t)
		b.device.Inject(emulator.Fault{Kind: emulator.LateAnswer, For: time.Minute})
		sending, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var f *modem.Fault
		if _, err := b.modem.Submit(sending, tpdu(t, patient, "x")); !errors.As(err, &f) || f.Class != modem.Uncertain {
			t.Fatalf("Submit: %v", err)
		}
		if err := b.modem.Restart(t.Context()); err != nil {
			t.Errorf("Restart: %v", err)
		}
		if i := b.until(t, modem.LateSubmit); i.MR != b.network.Accepted()[0].MR {
			t.Errorf("%+v", i)
		}
	})
}

func TestCycleRadio(t *testing.T) {
	t.Parallel()
	in(t, emulator.SIM800(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
		b.opened(t)
		if err := b.modem.CycleRadio(t.Context()); err != nil {
			t.Fatalf("CycleRadio: %v", err)
		}
		for !b.modem.Info().Registration.CanSend() {
			b.until(t, modem.RegistrationChanged)
		}
		if _, err := b.modem.Submit(t.Context(), tpdu(t, patient, "x")); err != nil {
			t.Errorf("Submit: %v", err)
		}
	})
}

// A radio that has been switched off is switched on again, whoever gave up
// meanwhile.
func TestCycleRadioGivenUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	answers := least(table{"AT+CFUN=1": ""})
	script(t, func(in string) (string, bool) {
		if in == "AT+CFUN=0" {
			time.AfterFunc(time.Second, cancel)
			return "\r\nOK\r\n", true
		}
		return answers.reply(in)
	}, func(t *testing.T, s *scripted) {
		s.open(t)
		_ = s.modem.CycleRadio(ctx)
		if !s.sent("AT+CFUN=1") {
			t.Error("the radio was left switched off")
		}
	})
}

// sysfs is a stick and a board in a fake sysfs, and what has been written.
type sysfs struct {
	root    string
	refuses map[string]error // by the end of the path
	written []string
}

func newSysfs(t *testing.T) *sysfs {
	t.Helper()
	usb := "sys/devices/pci0000:00/usb1/1-1.2/"
	return &sysfs{root: tree(t, map[string]string{
		usb + "idVendor": "12d1", usb + "authorized": "1",
		usb + "1-1.2:1.2/bInterfaceNumber": "02", usb + "1-1.2:1.2/ttyUSB2/port_number": "0",
		"sys/class/tty/ttyUSB2/device": "->" + usb + "1-1.2:1.2/ttyUSB2",
		"sys/bus/usb/drivers/usb/bind": "", "sys/bus/usb/drivers/usb/unbind": "",
		"sys/devices/platform/uart/type": "32", "sys/class/tty/ttyAMA0/device": "->sys/devices/platform/uart",
		"dev/ttyUSB2": "", "dev/ttyAMA0": "", "dev/null": "", "dev/serial/by-id/usb-HUAWEI-if02": "->dev/ttyUSB2",
	})}
}

func (s *sysfs) write(path, value string) error {
	for end, err := range s.refuses {
		if strings.HasSuffix(path, end) {
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	s.written = append(s.written, filepath.Base(path)+"="+value)
	return modem.WriteAttribute(path, value)
}

func TestReenumerateUSB(t *testing.T) {
	t.Parallel()
	denied := map[string]error{"/authorized": fs.ErrPermission, "/unbind": fs.ErrPermission}
	tests := []struct {
		name    string
		device  string
		refuses map[string]error
		want    []string
		err     error
		named   string // in the error
	}{
		{"authorized", "ttyUSB2", nil, []string{"authorized=0", "authorized=1"}, nil, ""},
		{"by a stable link", "serial/by-id/usb-HUAWEI-if02", nil, []string{"authorized=0", "authorized=1"}, nil, ""},
		{"unbind", "ttyUSB2", map[string]error{"/authorized": fs.ErrPermission}, []string{"unbind=1-1.2", "bind=1-1.2"}, nil, ""},
		{"neither", "ttyUSB2", denied, nil, modem.ErrUSBReset, "authorized"},
		{"not on USB", "ttyAMA0", nil, nil, modem.ErrNotUSB, "ttyAMA0"},
		{"no serial port", "null", nil, nil, modem.ErrNotUSB, "null"},
		{"not there", "ttyUSB7", nil, nil, modem.ErrNoDevice, "ttyUSB7"},
		{"not switched on again", "ttyUSB2", map[string]error{"/authorized": fs.ErrPermission, "/bind": fs.ErrInvalid}, []string{"unbind=1-1.2"}, fs.ErrInvalid, "could not be switched on again"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSysfs(t)
			s.refuses = tt.refuses
			synctest.Test(t, func(t *testing.T) {
				err := modem.ReenumerateUSBWith(t.Context(), filepath.Join(s.root, "sys"), filepath.Join(s.root, "dev", tt.device), s.write)
				var f *modem.Fault
				if !errors.Is(err, tt.err) || err != nil && (!errors.As(err, &f) || !catalogue.Has(f.Remedy()) || !strings.Contains(err.Error(), tt.named)) {
					t.Errorf("%v, want %v that names %q", err, tt.err, tt.named)
				}
				if !slices.Equal(s.written, tt.want) {
					t.Errorf("wrote %q, want %q", s.written, tt.want)
				}
			})
		})
	}
}

// A device that has been switched off is switched on again, whoever gave up
// meanwhile. The files themselves end as they were.
func TestReenumerateUSBGivenUp(t *testing.T) {
	t.Parallel()
	s := newSysfs(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := modem.ReenumerateUSBWith(ctx, filepath.Join(s.root, "sys"), filepath.Join(s.root, "dev/ttyUSB2"), s.write); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(s.root, "sys/devices/pci0000:00/usb1/1-1.2/authorized"))
	if err != nil || got[0] != '1' {
		t.Errorf("authorized is %q, %v", got, err)
	}
	if err := modem.WriteAttribute(filepath.Join(s.root, "sys/none"), "1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file was made: %v", err)
	}
	if err := modem.ReenumerateUSB(t.Context(), filepath.Join(s.root, "dev/ttyUSB7")); !errors.Is(err, modem.ErrNoDevice) {
		t.Errorf("on the machine itself: %v", err)
	}
}

func TestNotOpen(t *testing.T) {
	t.Parallel()
	m := modem.New(modem.Config{Name: "m0", Device: "/dev/none"})
	for name, call := range map[string]func() error{
		"CycleRadio": func() error { return m.CycleRadio(t.Context()) },
		"Hangup":     func() error { return m.Hangup(t.Context()) },
		"USSD":       func() error { _, err := m.USSD(t.Context(), "*101#"); return err },
	} {
		if err := call(); !errors.Is(err, modem.ErrNotOpen) {
			t.Errorf("%s: %v, want %v", name, err, modem.ErrNotOpen)
		}
	}
	if err := m.Restart(t.Context()); !errors.Is(err, modem.ErrNoDevice) {
		t.Errorf("Restart of a modem that is not there: %v, want %v", err, modem.ErrNoDevice)
	}
}

// Every fault that has a name says what it is and what a person can do.
func TestNamedFaultsHaveARemedy(t *testing.T) {
	t.Parallel()
	for _, want := range []error{
		modem.ErrOtherModem, modem.ErrRoaming, modem.ErrUSSDCode, modem.ErrUSSDRefused, modem.ErrUSSDTimeout, modem.ErrNotUSB, modem.ErrUSBReset,
	} {
		m := modem.New(modem.Config{Name: "m0", Open: func(context.Context) (modem.Port, error) { return nil, want }})
		var f *modem.Fault
		if err := m.Open(t.Context()); !errors.As(err, &f) || !errors.Is(err, want) || f.Meaning() == "the modem could not be used" || !catalogue.Has(f.Remedy()) {
			t.Errorf("%v: %v", want, err)
		}
	}
}
