package modem_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"goniec/catalogue"
	"goniec/modem"
	"goniec/modem/emulator"
)

// verdicts returns the verdicts of a certificate by check.
func verdicts(c modem.Certificate) map[string]modem.Verdict {
	all := map[string]modem.Verdict{}
	for _, k := range c.Checks {
		all[k.ID] = k.Verdict
	}
	return all
}

// TestCertifyEveryProfile certifies each emulated modem over a real
// pseudo-terminal, with texts to itself.
func TestCertifyEveryProfile(t *testing.T) {
	t.Parallel()
	refused := map[string][]string{
		"refuser":      {"service", "report", "reports", "network_lte", "link", "ussd", "caller", "operator", "iccid", "number", "pin_attempts"},
		"cinterion":    {"reports", "report", "network_lte"},
		"quectel-ep06": {"list"},
		"quectel-m26":  {"service", "network_lte"},
		"a7670":        {"network_cs", "report"},
	}
	for _, profile := range emulator.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			n := emulator.NewNetwork(emulator.Options{Seed: 1})
			t.Cleanup(func() {
				if err := n.Close(); err != nil {
					t.Error(err)
				}
			})
			card := n.AddSIM(emulator.SIM{Number: own})
			device := n.NewModem(profile, card)
			port, err := device.OpenPTY()
			if err != nil {
				t.Fatal(err)
			}
			if err := n.Handset(patient).Send(own, "to nie jest nasze"); err != nil {
				t.Fatal(err)
			}
			seen := 0
			got, err := modem.Certify(t.Context(), modem.Config{Device: port.Path(), Timeouts: modem.Timeouts{Quiet: 20 * time.Millisecond}}, modem.CertifyOptions{
				Texts: true, To: own, Patience: 9 * time.Second, Progress: func(modem.Check) { seen++ },
			})
			if err != nil {
				t.Fatal(err)
			}
			all := verdicts(got)
			if len(got.Checks) != len(modem.Checks()) || seen != len(got.Checks) || len(got.Checks) < 25 {
				t.Errorf("%d checks, told of %d", len(got.Checks), seen)
			}
			if !got.Fit() {
				t.Errorf("found unfit")
			}
			for _, k := range got.Checks {
				t.Logf("%-14s %-10s %s", k.ID, k.Verdict, k.Evidence)
				if k.Verdict == modem.Failed || k.Required && k.Verdict != modem.Passed && k.ID != "unplug" {
					t.Errorf("%s: %s %s", k.ID, k.Verdict, k.Evidence)
				}
				if polish := k.EvidenceIn(catalogue.Polish); k.Verdict == modem.Refused && strings.Contains(k.Evidence, "ERROR") && polish == k.Evidence || strings.Contains(polish, "home") {
					t.Errorf("%s in Polish: %q", k.ID, polish)
				}
				if strings.Contains(k.Evidence, own[1:]) {
					t.Errorf("%s shows a number", k.ID)
				}
			}
			for _, id := range refused[profile.Name] {
				if all[id] != modem.Refused {
					t.Errorf("%s: %s, want refused", id, all[id])
				}
			}
			if count := n.AcceptedCount(); count != 4 {
				t.Errorf("%d parts were sent, want 1 and 3", count)
			}
			checkProfile(t, got)
			// What was there before is still there, and nothing else.
			left, err := listAll(t, device)
			if err != nil || left != 1 {
				t.Errorf("%d texts are left, %v", left, err)
			}
		})
	}
}

// checkProfile wants a profile that can be shared and read back.
func checkProfile(t *testing.T, c modem.Certificate) {
	t.Helper()
	data, err := json.Marshal(c.File("v1"))
	if err != nil {
		t.Fatal(err)
	}
	file, err := modem.ReadProfile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.File("v1"), file, cmpopts.IgnoreUnexported(modem.Check{})); diff != "" {
		t.Errorf("read back (-written +read):\n%s", diff)
	}
	if p := file.Profile; p.Name == "" || len(p.Models) != 1 || len(p.Routes) == 0 || p.Memory == "" {
		t.Errorf("profile %+v", p)
	}
}

// listAll counts what a modem that nobody else talks to has in its memories.
func listAll(t *testing.T, device *emulator.Modem) (int, error) {
	t.Helper()
	m := modem.New(modem.Config{Name: "m", Open: func(ctx context.Context) (modem.Port, error) { return device.Dial(ctx) }})
	if err := m.Open(t.Context()); err != nil {
		return 0, err
	}
	defer m.Close()
	all, err := m.List(t.Context())
	return len(all), err
}

// certify certifies a modem in a bubble, without texts.
func certify(t *testing.T, profile emulator.Profile, card emulator.SIM, prepare func(*emulator.Modem), o modem.CertifyOptions) modem.Certificate {
	t.Helper()
	var got modem.Certificate
	synctest.Test(t, func(t *testing.T) {
		n := emulator.NewNetwork(emulator.Options{Seed: 1})
		var sim *emulator.SIM
		if card.Number != "" {
			sim = n.AddSIM(card)
		}
		device := n.NewModem(profile, sim)
		if prepare != nil {
			prepare(device)
		}
		var err error
		got, err = modem.Certify(t.Context(), modem.Config{Device: "/dev/none", Open: func(ctx context.Context) (modem.Port, error) { return device.Dial(ctx) }}, o)
		if err != nil {
			t.Error(err)
		}
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return got
}

// TestCertifyJudgesNothingItCannotOpen returns why the port cannot be opened and no checks.
func TestCertifyJudgesNothingItCannotOpen(t *testing.T) {
	t.Parallel()
	got, err := modem.Certify(t.Context(), modem.Config{Device: filepath.Join(t.TempDir(), "ttyUSB9")}, modem.CertifyOptions{
		Progress: func(k modem.Check) { t.Errorf("check %s was tried", k.ID) },
	})
	if !errors.Is(err, modem.ErrNoDevice) || len(got.Checks) != 0 {
		t.Errorf("error %v and %d checks", err, len(got.Checks))
	}
}

func TestCertifyFindsWhatIsMissing(t *testing.T) {
	t.Parallel()
	noTexts := emulator.Generic()
	noTexts.Refused = []string{"+CMGF", "+CMGS"}
	tests := []struct {
		name    string
		profile emulator.Profile
		card    emulator.SIM
		prepare func(*emulator.Modem)
		failed  []string
	}{
		{"no card", emulator.Generic(), emulator.SIM{}, nil, []string{"sim"}},
		{"PIN", emulator.QuectelEC25(), emulator.SIM{Number: own, PIN: "1234"}, nil, []string{"sim"}},
		{"no texts", noTexts, emulator.SIM{Number: own}, nil, []string{"pdu_mode"}},
		{"deaf", emulator.Generic(), emulator.SIM{Number: own}, func(m *emulator.Modem) { m.Inject(emulator.Fault{Kind: emulator.Deaf}) }, []string{"answers"}},
		{"no network", emulator.Generic(), emulator.SIM{Number: own}, func(m *emulator.Modem) { m.Inject(emulator.Fault{Kind: emulator.ServiceLost}) }, []string{"network", "ready"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := certify(t, tt.profile, tt.card, tt.prepare, modem.CertifyOptions{})
			if got.Fit() || len(got.Checks) != len(modem.Checks()) {
				t.Errorf("fit %v with %d checks", got.Fit(), len(got.Checks))
			}
			all := verdicts(got)
			for _, id := range tt.failed {
				if all[id] != modem.Failed {
					t.Errorf("%s: %s, want failed", id, all[id])
				}
			}
			for id, v := range all {
				if v == modem.Failed && !slices.Contains(tt.failed, id) && id != "network" && id != "smsc" {
					t.Errorf("%s failed as well", id)
				}
			}
		})
	}
}

func TestCertifyUnplugged(t *testing.T) {
	t.Parallel()
	n := emulator.NewNetwork(emulator.Options{Seed: 1})
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	profile := emulator.Generic()
	device := n.NewModem(profile, n.AddSIM(emulator.SIM{Number: own}))
	port, err := device.OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	got, err := modem.Certify(t.Context(), modem.Config{Device: port.Path(), Timeouts: modem.Timeouts{Quiet: 20 * time.Millisecond}}, modem.CertifyOptions{
		Unplug: func(what string) {
			asked = append(asked, what)
			if what == "unplug" {
				device.Unplug()
			} else {
				device.Plug()
			}
		},
	})
	if err != nil || verdicts(got)["unplug"] != modem.Passed {
		t.Errorf("%v, %+v", err, got.Checks)
	}
	if diff := cmp.Diff([]string{"unplug", "plug"}, asked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestProfileFileSetsUp certifies a modem, puts the file where profiles are, and wants
// one of the same model and firmware set up by it: the way of telling texts that was
// found by asking is taken first, and what somebody wrote into the file is sent.
func TestProfileFileSetsUp(t *testing.T) {
	t.Parallel()
	device := emulator.HuaweiE3372()
	device.CNMIRefused = [][5]int{{2, 1, 0, 1, 0}, {2, 1, 0, 2, 0}, {2, 1, 0, 0, 0}} // what the family takes first
	other := device
	other.Revision = "another firmware"
	certificate := certify(t, device, emulator.SIM{Number: own}, nil, modem.CertifyOptions{})
	file := certificate.File("test")
	file.Profile.Prepare = append(file.Profile.Prepare, "+FROMFILE")
	dir := t.TempDir()
	writeProfile(t, filepath.Join(dir, "e3372.json"), file)

	for name, c := range map[string]struct {
		device   emulator.Profile
		dir      string
		profile  string
		refusals bool // answers to +CNMI
	}{
		"with the file":    {device, dir, file.Profile.Name, false},
		"without":          {device, "", "huawei-lte", true},
		"another firmware": {other, dir, "huawei-lte", true},
		"no such folder":   {device, filepath.Join(dir, "none"), "huawei-lte", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in(t, c.device, emulator.SIM{}, func(cfg *modem.Config) { cfg.ProfilesDir = c.dir }, func(t *testing.T, b *bench) {
				b.opened(t)
				if got := b.modem.Info().Profile; got != c.profile {
					t.Errorf("set up by %q, want %q", got, c.profile)
				}
				routings, prepared := 0, false
				for _, line := range b.modem.Transcript(true) {
					if line.Sent && strings.HasPrefix(line.Text, "AT+CNMI=") && line.Text != "AT+CNMI=?" {
						routings++
					}
					prepared = prepared || line.Sent && line.Text == "AT+FROMFILE"
				}
				if (routings > 1) != c.refusals || prepared == c.refusals {
					t.Errorf("%d tries of +CNMI, the command of the file sent: %v", routings, prepared)
				}
			})
		})
	}
}

// TestProfileFileWinsOverMemory wants a file that was put in place later heeded,
// although another set-up is remembered for the model.
func TestProfileFileWinsOverMemory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	device := emulator.HuaweiE3372()
	file := certify(t, device, emulator.SIM{Number: own}, nil, modem.CertifyOptions{}).File("test")
	kept := &notes{}
	open := func() (route string) {
		in(t, device, emulator.SIM{}, func(cfg *modem.Config) { cfg.ProfilesDir, cfg.Memory = dir, kept }, func(t *testing.T, b *bench) {
			b.opened(t)
			for _, line := range b.modem.Transcript(true) {
				if line.Sent && strings.HasPrefix(line.Text, "AT+CNMI=") && line.Text != "AT+CNMI=?" {
					route = line.Text
				}
			}
		})
		return route
	}
	first := open()
	wanted := modem.Route{2, 1, 0, 0, 0}
	file.Profile.Routes = []modem.Route{wanted}
	writeProfile(t, filepath.Join(dir, "e3372.json"), file)
	if second := open(); second != "AT+CNMI="+wanted.String() || first == second {
		t.Errorf("armed %s, then %s, want %s", first, second, wanted)
	}
}

func TestUnusableProfiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"a.json": "{", "b.json": `{"goniec_profile":2}`, "notes.txt": "not looked at"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "c.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	writeProfile(t, filepath.Join(dir, "d.json"), modem.ProfileFile{Format: 1, Model: "maker model 1", Profile: modem.Profile{Name: "x"}})
	files, unusable := modem.ReadProfiles(dir)
	if len(files) != 1 || files[0].Profile.Name != "x" {
		t.Errorf("read %+v", files)
	}
	var names []string
	for _, u := range unusable {
		names = append(names, filepath.Base(u.Path))
		if !errors.Is(u.Err, modem.ErrProfile) {
			t.Errorf("%s: %v", u.Path, u.Err)
		}
	}
	if !slices.Equal(names, []string{"a.json", "b.json", "c.json"}) {
		t.Errorf("unusable are %q", names)
	}
	if files, unusable := modem.ReadProfiles(filepath.Join(dir, "none")); files != nil || unusable != nil {
		t.Errorf("a folder that is not there: %v, %v", files, unusable)
	}
	if _, unusable := modem.ReadProfiles(filepath.Join(dir, "notes.txt")); len(unusable) != 1 {
		t.Errorf("a file for a folder: %v", unusable)
	}
	// A modem comes up all the same.
	in(t, emulator.Generic(), emulator.SIM{}, func(cfg *modem.Config) { cfg.ProfilesDir = dir }, func(t *testing.T, b *bench) { b.opened(t) })
}

func writeProfile(t *testing.T, path string, file modem.ProfileFile) {
	t.Helper()
	text, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReadProfileNamesTheMistake(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                     "EOF",
		`{"goniec_profile":2}`: "goniec_profile is 2",
		`{"goniec_profile":1}`: "profile.name",
		`{"goniec_profile":1,"profile":{"name":"x"}}`: "model must say",
		`{"goniec_profile":1,"colour":"red"}`:         "colour",
	} {
		if _, err := modem.ReadProfile(strings.NewReader(text)); !errors.Is(err, modem.ErrProfile) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
