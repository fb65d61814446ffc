package main

import (
	"bytes"
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"goniec/app"
	"goniec/catalogue"
	"goniec/modem"
	"goniec/store/boltstore"
)

// installation is one that is to be examined.
type installation struct {
	*doctor
	dir, config, data string
	out               bytes.Buffer
}

func newInstallation(t *testing.T, modems string) *installation {
	t.Helper()
	i := &installation{dir: t.TempDir()}
	i.config, i.data = filepath.Join(i.dir, "goniec.yaml"), filepath.Join(i.dir, "data")
	i.write(t, "goniec.yaml", "data_dir: "+i.data+"\n"+modems)
	if err := os.Mkdir(i.data, 0o700); err != nil {
		t.Fatal(err)
	}
	i.doctor = &doctor{
		terminal: &terminal{lang: catalogue.English, stdout: &i.out, stderr: &i.out}, root: filepath.Join(i.dir, "root"), now: time.Now(),
		ports:   func() ([]modem.PortInfo, error) { return nil, nil },
		usb:     func() ([]modem.USBModem, error) { return nil, nil },
		holders: func(string) []string { return nil },
		lookup:  func(context.Context, string) ([]netip.Addr, error) { return nil, nil },
		probe: func(context.Context, string, int) (modem.ProbeResult, error) {
			return modem.ProbeResult{Answers: true, Texts: true}, nil
		},
	}
	return i
}

func (i *installation) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(i.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// store makes a database in the data directory.
func (i *installation) store(t *testing.T) {
	t.Helper()
	s, err := boltstore.Open(app.DataPath(i.data), boltstore.Options{})
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestDoctorFinds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		modems  string
		prepare func(t *testing.T, i *installation)
		level   string
		want    string // in the detail
		remedy  string
	}{
		{"a good database", "", func(t *testing.T, i *installation) { i.store(t) }, levelOK, "whole database can be read", ""},
		{"a damaged database", "", func(t *testing.T, i *installation) {
			i.write(t, "data/goniec.db", strings.Repeat("no database ", 5000))
		}, levelProblem, "is damaged", "backup"},
		{"a mistake", "colour: red\n", nil, levelProblem, "colour", ""},
		{"data that others can read", "", func(t *testing.T, i *installation) {
			if err := os.Chmod(i.data, 0o755); err != nil {
				t.Fatal(err)
			}
		}, levelWarning, "(0755)", "chmod 700"},
		{"no daemon", "", nil, levelProblem, "does not run", "systemctl start"},
		{"a clock without battery", "", func(_ *testing.T, i *installation) { i.now = time.Date(1970, 1, 1, 0, 5, 0, 0, time.UTC) }, levelProblem, "1970", "set-time"},
		{"a clock that went back", "", func(t *testing.T, i *installation) {
			i.store(t)
			later := i.now.Add(48 * time.Hour)
			if err := os.Chtimes(app.DataPath(i.data), later, later); err != nil {
				t.Fatal(err)
			}
		}, levelProblem, "written later", "RTC"},
		{"a clock kept by the network", "", func(t *testing.T, i *installation) { i.write(t, "root/run/systemd/timesync/synchronized", "") }, levelOK, "synchronised by the network", ""},
		{"ModemManager", "", func(t *testing.T, i *installation) { i.write(t, "root/proc/812/comm", "ModemManager\n") }, levelWarning, "70-goniec.rules is not there", "disable --now ModemManager"},
		{"no port", "", nil, levelProblem, "no serial port", "Plug in"},
		{"a port that is held", "", func(t *testing.T, i *installation) {
			device := i.write(t, "ttyUSB0", "")
			i.ports = func() ([]modem.PortInfo, error) { return []modem.PortInfo{{Device: device}}, nil }
			i.holders = func(string) []string { return []string{"goniec (7)", "getty (8)"} }
		}, levelProblem, "getty (8)", "Stop that program"},
		{"a CD-ROM", "", func(_ *testing.T, i *installation) {
			i.usb = func() ([]modem.USBModem, error) {
				return []modem.USBModem{{ID: "12d1:1f01", Product: "HUAWEI", Mode: modem.ModeStorage}}, nil
			}
		}, levelProblem, "as a CD-ROM", "usb-modeswitch"},
		{"a HiLink stick", "", func(_ *testing.T, i *installation) {
			i.usb = func() ([]modem.USBModem, error) {
				return []modem.USBModem{{ID: "12d1:14dc", Mode: modem.ModeNetwork}}, nil
			}
		}, levelProblem, "12d1:14dc", "stick"},
		{"a stick without driver", "", func(_ *testing.T, i *installation) {
			i.usb = func() ([]modem.USBModem, error) {
				return []modem.USBModem{{ID: "2c7c:0125", Mode: modem.ModeNoPort}}, nil
			}
		}, levelProblem, "has no port", "modprobe option"},
		{"a modem that answers", "modems: [{name: sim-a, device: /dev/null}]\n", nil, levelOK, "sim-a answers", ""},
		{"a modem that does not", "modems: [{name: sim-a, device: /dev/null}]\n", func(_ *testing.T, i *installation) {
			i.probe = func(context.Context, string, int) (modem.ProbeResult, error) { return modem.ProbeResult{}, nil }
		}, levelProblem, "sim-a", "goniec modem probe"},
		{"a modem that is not there", "modems: [{name: sim-a, device: /dev/no-such}]\n", func(_ *testing.T, i *installation) { i.probe = modem.Probe }, levelProblem, "sim-a: there is no such port", "modem list"},
		{"a modem that somebody holds", "modems: [{name: sim-a, device: /dev/null}]\n", func(_ *testing.T, i *installation) {
			i.holders = func(string) []string { return []string{"minicom (8)"} }
		}, levelProblem, "sim-a was not asked: its port /dev/null is held by minicom (8)", "Stop that program"},
		{"a modem that another goniec holds", "modems: [{name: sim-a, device: /dev/null}]\n", func(_ *testing.T, i *installation) {
			i.holders = func(string) []string { return []string{"goniec (7)"} }
		}, levelProblem, "held by goniec (7)", "another gateway"},
		{"a modem known by its IMEI", "modems: [{name: sim-a, imei: \"490154203237518\"}]\n", nil, levelOK, "sim-a is looked for by its IMEI (490154203237518)", ""},
		{"a webhook that the unit does not let out", "webhooks: [{name: his, url: \"https://his.example/sms\"}]\n", func(t *testing.T, i *installation) {
			i.unit(t)
			i.lookup = finds("192.168.1.9", "203.0.113.7")
		}, levelWarning, "his leads to the address 203.0.113.7", "IPAddressAllow"},
		{"an API that travels readable", "http: {listen: \":8080\"}\n", nil, levelWarning, "http.listen", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := newInstallation(t, tt.modems)
			if tt.prepare != nil {
				tt.prepare(t, i)
			}
			i.examine(t.Context(), i.config)
			for _, f := range i.findings {
				if f.Detail == "" || strings.HasPrefix(f.Detail, "doctor.") {
					t.Errorf("a finding without words: %+v", f)
				}
				if f.Level == tt.level && strings.Contains(f.Detail, tt.want) && strings.Contains(f.Remedy, tt.remedy) {
					return
				}
			}
			t.Errorf("no %s with %q, but %+v", tt.level, tt.want, i.findings)
		})
	}
}

// unit installs goniec.service as it is in the source.
func (i *installation) unit(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile("../../systemd/goniec.service")
	if err != nil {
		t.Fatal(err)
	}
	i.write(t, "root/usr/lib/systemd/system/goniec.service", string(text))
}

// finds returns a lookup whose names all have these addresses.
func finds(addresses ...string) func(context.Context, string) ([]netip.Addr, error) {
	return func(context.Context, string) ([]netip.Addr, error) {
		all := make([]netip.Addr, len(addresses))
		for i, a := range addresses {
			all[i] = netip.MustParseAddr(a)
		}
		return all, nil
	}
}

// TestDoctorFindsNothingOutside gives webhooks that the unit lets through.
func TestDoctorFindsNothingOutside(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		prepare func(t *testing.T, i *installation)
	}{
		{"no unit", func(_ *testing.T, i *installation) { i.lookup = finds("203.0.113.7") }},
		{"private addresses", func(t *testing.T, i *installation) {
			i.unit(t)
			i.lookup = finds("192.168.1.9", "::ffff:10.0.0.1", "fd00::1", "127.0.0.1")
		}},
		{"more is allowed", func(t *testing.T, i *installation) {
			i.unit(t)
			i.write(t, "root/etc/systemd/system/goniec.service.d/override.conf", "[Service]\nIPAddressAllow=any\n")
			i.lookup = finds("203.0.113.7")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := newInstallation(t, "webhooks: [{name: his, url: \"https://his.example/sms\"}]\n")
			tt.prepare(t, i)
			i.examine(t.Context(), i.config)
			for _, f := range i.findings {
				if f.Check == "webhook" {
					t.Errorf("found %s", f.Detail)
				}
			}
		})
	}
}

// TestDoctorChangesNothing compares a data directory before and after.
func TestDoctorChangesNothing(t *testing.T) {
	t.Parallel()
	i := newInstallation(t, "")
	i.store(t)
	before, err := os.ReadFile(app.DataPath(i.data))
	if err != nil {
		t.Fatal(err)
	}
	i.examine(t.Context(), i.config)
	after, err := os.ReadFile(app.DataPath(i.data))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the database has been changed, %v", err)
	}
	entries, err := os.ReadDir(i.data)
	if err != nil || len(entries) != 1 {
		t.Errorf("in the data directory: %v, %v", entries, err)
	}
}
