package configs_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/catalogue"
	"goniec/configs"
)

var update = flag.Bool("update", false, "rewrite the expected messages of testdata")

// TestMistakes loads each file of testdata, which holds one mistake that
// operators make, and compares every word of what is said about it.
func TestMistakes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 50 {
		t.Fatalf("testdata has %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			got := mistakes(t, file, catalogue.English)
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("mistakes of %s (-want +got):\n%s", file, diff)
			}
			if strings.Contains(got, "4711") {
				t.Errorf("a message shows the PIN:\n%s", got)
			}
			for _, lang := range []catalogue.Language{catalogue.Polish, catalogue.Spanish} {
				translated := mistakes(t, file, lang)
				if translated == got || strings.Count(translated, "\n") != strings.Count(got, "\n") || strings.Contains(translated, "%!") {
					t.Errorf("in %s:\n%s", lang, translated)
				}
			}
		})
	}
}

func TestFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	long := write(t, strings.Repeat("# long\n", 200_000))
	for name, test := range map[string]struct{ path, want string }{
		"missing":      {filepath.Join(t.TempDir(), "none.yaml"), "the file cannot be read: no such file or directory. Check the path, and that the program may read the file.\n"},
		"a directory":  {t.TempDir(), "the file cannot be read: is a directory. Check the path, and that the program may read the file.\n"},
		"far too long": {long, "the file is over 1 MiB and cannot be a configuration. Check that this is the file you meant.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, mistakes(t, test.path, catalogue.English)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTwoLinksToOnePort(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	port, link := filepath.Join(dir, "ttyUSB2"), filepath.Join(dir, "by-id")
	if err := os.WriteFile(port, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(port, link); err != nil {
		t.Fatal(err)
	}
	c := configs.Default()
	for name, device := range map[string]string{"a": port, "b": link} {
		m := configs.DefaultModem()
		m.Name, m.Device = name, device
		c.Modems = append(c.Modems, m)
	}
	if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "modems[1].device") {
		t.Errorf("two names of one port: %v", err)
	}
}

func TestPINFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pin")
	if err := os.WriteFile(path, []byte("4711\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := configs.Default()
	c.DataDir = t.TempDir()
	m := configs.DefaultModem()
	m.Name, m.Device, m.PINFile = "a", os.DevNull, path
	c.Modems = []configs.Modem{m}
	if err := c.Validate(); err != nil {
		t.Errorf("a good PIN file: %v", err)
	}
	if pin, err := configs.ReadPIN(path); pin != "4711" || err != nil {
		t.Errorf("ReadPIN = %q, %v", pin, err)
	}
	if warnings := c.Warnings(); len(warnings) != 0 {
		t.Errorf("a PIN file of mode 0600 is warned of: %v", warnings)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	want := "modems[0].pin_file: other users can read the file (mode -rw-r--r--). Run: chmod 0600 " + path + "."
	if warnings := c.Warnings(); len(warnings) != 1 || warnings[0].Text(catalogue.English) != want {
		t.Errorf("warnings of mode 0644: %v, want %s", warnings, want)
	}
}

func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(uncomment(configs.Sample))
	f.Add("a: &a [*a]")
	f.Add("modems: &m\n  - pace: *m")
	path := filepath.Join(f.TempDir(), "goniec.yaml")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		config, err := configs.Load(path)
		if err == nil {
			if err := config.Validate(); err != nil {
				t.Errorf("Load accepts what Validate refuses: %v", err)
			}
		}
	})
}

// TestMistakesLeaveTheRest holds that a daemon that runs is found beside a broken file.
func TestMistakesLeaveTheRest(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a misspelt key":  "htpp: {}\ndata_dir: data\nkey_file: one.key\ntimezone: Asia/Tokyo\n",
		"no YAML":         "data_dir: data\nkey_file: \"one.key\" # the key\ntimezone: Asia/Tokyo\nmodems: ]\n",
		"a tab":           "http:\n\tlisten: x\ndata_dir: data\nkey_file: one.key\ntimezone: Asia/Tokyo\n",
		"a value refused": "max_parts: many\ndata_dir: data\nkey_file: one.key\ntimezone: Asia/Tokyo\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, text)
			c, err := configs.Load(path)
			if err == nil {
				t.Fatal("no mistake is told")
			}
			dir := filepath.Dir(path)
			got := []string{c.DataDir, c.KeyFile, c.Timezone}
			if diff := cmp.Diff([]string{filepath.Join(dir, "data"), filepath.Join(dir, "one.key"), "Asia/Tokyo"}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestKeyThatWasMeant holds which key is named for one that does not exist; none if no key
// comes near.
func TestKeyThatWasMeant(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"quite_hours: {}":                  "quiet_hours",
		"foo: 1":                           "",
		"max: 3":                           "max_parts",
		"tz: UTC":                          "timezone",
		"port: 80":                         "http.listen",
		"http: {port: 80}":                 "http.listen",
		"http: {tls: {cert: a}}":           "http.tls.cert_file",
		"http: {tls: {key: a}}":            "http.tls.key_file",
		"modems: [{name: a, baud: 9600}]":  "modems[0].baud_rate",
		"modems: [{name: a, tty: /dev/x}]": "modems[0].device",
		"modems: [{name: a, rate: 9600}]":  "modems[0].baud_rate",
		"baud_rate: 9600":                  "modems[].baud_rate",
		"webhooks: [{name: a, target: x}]": "webhooks[0].url",
		"retention: {text: 3h}":            "retention.texts",
		"max_parts: 3\nfile: x":            "key_file",
		"quiet_hours: {days: [sunday]}":    "quiet_hours.days_off",
		"self_test: {month: 3}":            "self_test.per_month",
		"recipient_cap: {per: 3}":          "", // per_hour or per_day
		"calls: {rings: 3}":                "",
	} {
		got := ""
		for line := range strings.SplitSeq(mistakes(t, write(t, text+"\n"), catalogue.English), "\n") {
			if _, near, found := strings.Cut(line, "there is no such key. Did you mean "); found {
				got = strings.TrimSuffix(near, "?")
			}
		}
		if got != want {
			t.Errorf("%s: %q is named, want %q", text, got, want)
		}
	}
}
