package configs_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/catalogue"
	"goniec/configs"
)

// write puts a configuration file into a directory of the test.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "goniec.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// mistakes loads path and returns what is said about it in lang, one a line.
func mistakes(t *testing.T, path string, lang catalogue.Language) string {
	t.Helper()
	_, err := configs.Load(path)
	if err == nil {
		return ""
	}
	var all *configs.Errors
	if !errors.As(err, &all) {
		t.Fatalf("Load(%s) = %v, not an *Errors", path, err)
	}
	var b strings.Builder
	for _, m := range all.Mistakes {
		b.WriteString(m.Text(lang) + "\n")
	}
	return b.String()
}

// uncomment takes the # from the keys of the sample. Their indentation behind it
// is even, that of stories odd.
func uncomment(text string) string {
	return regexp.MustCompile(`(?m)^#((?:  )*[a-z#])`).ReplaceAllString(text, "$1")
}

func TestSampleHoldsEveryDefault(t *testing.T) {
	t.Parallel()
	want := configs.Default()
	for name, text := range map[string]string{
		"as shipped":  configs.Sample,
		"uncommented": uncomment(configs.Sample),
		"empty":       "",
	} {
		got, err := configs.Load(write(t, text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: differs from the defaults (-want +got):\n%s", name, diff)
		}
	}
	if got, err := configs.Load(""); err != nil || !cmp.Equal(want, got) {
		t.Errorf("Load without a file = %+v, %v, want the defaults", got, err)
	}
}

func TestSampleModemHoldsItsDefaults(t *testing.T) {
	t.Parallel()
	_, block, found := strings.Cut(configs.Sample, "# modems:\n")
	block, _, ended := strings.Cut(block, "#\n")
	if !found || !ended {
		t.Fatal("the sample shows no modem")
	}
	text := "modems:\n" + regexp.MustCompile(`(?m)^# `).ReplaceAllString(block, "")
	got, err := configs.Load(write(t, text))
	if err != nil {
		t.Fatal(err)
	}
	want := configs.DefaultModem()
	want.Name, want.Device = "sim-a", "/dev/ttyUSB2"
	if diff := cmp.Diff([]configs.Modem{want}, got.Modems); diff != "" {
		t.Errorf("the modem of the sample (-want +got):\n%s", diff)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want func(*configs.Config)
	}{
		"the file of the contract": {
			text: `data_dir: /tmp
http: {listen: "127.0.0.1:9090", tls: {cert_file: "", key_file: ""}}
quiet_hours: {from: "21:00", to: "07:30", days_off: []}
modems: [{name: m0, device: /dev/pts/9}]
uncertain: hold
retention: {texts: 48h, records: 96h}
`,
			want: func(c *configs.Config) {
				c.DataDir = "/tmp"
				c.HTTP.Listen = "127.0.0.1:9090"
				c.QuietHours = configs.QuietHours{From: "21:00", To: "07:30", DaysOff: []string{}}
				m := configs.DefaultModem()
				m.Name, m.Device = "m0", "/dev/pts/9"
				c.Modems = []configs.Modem{m}
				c.Uncertain = configs.UncertainHold
				c.Retention = configs.Retention{Texts: 48 * time.Hour, Records: 96 * time.Hour}
			},
		},
		"unquoted words that look like something else": {
			text: "region: NO\nshort_codes: [8080, 0123]\nquiet_hours:\n  from: 20:30\n",
			want: func(c *configs.Config) {
				c.Region = "NO"
				c.ShortCodes = []string{"8080", "0123"}
				c.QuietHours.From = "20:30"
			},
		},
		"part of a modem's pace": {
			text: "modems:\n  - name: a\n    device: /dev/ttyUSB0\n    pace:\n      per_day: 500\n",
			want: func(c *configs.Config) {
				m := configs.DefaultModem()
				m.Name, m.Device, m.Pace.PerDay = "a", "/dev/ttyUSB0", 500
				c.Modems = []configs.Modem{m}
			},
		},
		"a list without items": {
			text: "modems:\ncountries:\n",
			want: func(*configs.Config) {},
		},
		"an anchor": {
			text: "retention:\n  texts: &long 1000h\n  records: *long\n",
			want: func(c *configs.Config) {
				c.Retention = configs.Retention{Texts: 1000 * time.Hour, Records: 1000 * time.Hour}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := configs.Default()
			test.want(&want)
			got, err := configs.Load(write(t, test.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Load (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEnvironmentOverridesTheFile(t *testing.T) {
	path := write(t, "http:\n  listen: 127.0.0.1:1111\nlog:\n  level: error\n")
	t.Setenv("GONIEC_HTTP_LISTEN", ":2222")
	t.Setenv("GONIEC_QUIET_HOURS_FROM", "22:00")
	t.Setenv("GONIEC_COUNTRIES", "PL, DE")
	t.Setenv("GONIEC_RETENTION_TEXTS", "24h")
	t.Setenv("GONIEC_MAX_PARTS", "3")
	want := configs.Default()
	want.HTTP.Listen = ":2222"
	want.QuietHours.From = "22:00"
	want.Countries = []string{"PL", "DE"}
	want.Retention.Texts = 24 * time.Hour
	want.MaxParts = 3
	want.Log.Level = "error"
	got, err := configs.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
}

func TestMistakesInTheEnvironmentNameTheVariable(t *testing.T) {
	t.Setenv("GONIEC_HTTP_LISTEN", "8080")
	t.Setenv("GONIEC_UNCERTAIN_WAIT", "30")
	want := `environment variable GONIEC_UNCERTAIN_WAIT: uncertain_wait: "30" has no unit. Write 30s for seconds, 30m for minutes or 30h for hours.
environment variable GONIEC_HTTP_LISTEN: http.listen: "8080" is not an address with a port. Write address and port, such as 127.0.0.1:8080; without an address (:8080) the whole network is served.
`
	if diff := cmp.Diff(want, mistakes(t, "", catalogue.English)); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}

func TestStrayVariablesAreWarnedOf(t *testing.T) {
	t.Setenv("GONIEC_HTPP_LISTEN", "127.0.0.1:8080")
	t.Setenv("GONIEC_SERVICE_HOST", "10.0.0.1")
	t.Setenv("GONIEC_TOKEN", "a token for the command line")
	var got []string
	for _, m := range configs.Default().Warnings() {
		got = append(got, m.Text(catalogue.English))
	}
	want := []string{
		"environment variable GONIEC_HTPP_LISTEN: this variable sets nothing. Did you mean GONIEC_HTTP_LISTEN?",
		"environment variable GONIEC_SERVICE_HOST: this variable sets nothing. Remove it if it was meant for the configuration.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// TestDataDirIsBesideTheFile loads a file by a relative and by an absolute path.
func TestDataDirIsBesideTheFile(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir("conf", 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("conf", "goniec.yaml")
	if err := os.WriteFile(file, []byte("data_dir: data\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Join(dir, file)} {
		c, err := configs.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if want := filepath.Join(dir, "conf", "data"); c.DataDir != want {
			t.Errorf("data_dir of %s is %s, want %s", path, c.DataDir, want)
		}
	}
	t.Setenv("GONIEC_DATA_DIR", "elsewhere")
	if c, err := configs.Load(file); err != nil || c.DataDir != "elsewhere" {
		t.Errorf("data_dir by the environment is %s, %v", c.DataDir, err)
	}
}

func TestSurroundingsAreWarnedOf(t *testing.T) {
	t.Parallel()
	m := configs.DefaultModem()
	m.Name, m.Device = "m0", "/dev/none"
	for listen, want := range map[string]string{
		"127.0.0.1:8080": "", "localhost:8080": "", "[::1]:8080": "",
		":8080":           "http.listen: the gateway listens on :8080 without TLS, so texts and tokens cross the network readable. Set http.tls, or listen on 127.0.0.1 behind a server that encrypts.\n",
		"192.0.2.10:8080": "http.listen: the gateway listens on 192.0.2.10:8080 without TLS, so texts and tokens cross the network readable. Set http.tls, or listen on 127.0.0.1 behind a server that encrypts.\n",
	} {
		t.Run(listen, func(t *testing.T) {
			t.Parallel()
			c := configs.Default()
			c.HTTP.Listen, c.Modems = listen, []configs.Modem{m}
			got := ""
			for _, w := range c.Warnings() {
				if w.Variable == "" {
					got += w.Text(catalogue.English) + "\n"
				}
			}
			want += "modems[0].device: there is no device /dev/none now. Plug the modem in or correct the path; goniec modem list shows what is plugged in.\n"
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
			c.HTTP.TLS = configs.TLS{CertFile: "cert.pem", KeyFile: "key.pem"}
			if w := c.Warnings(); strings.Contains(w[0].Key, "listen") {
				t.Errorf("with TLS: %s", w[0].Text(catalogue.English))
			}
		})
	}
}

func TestFind(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, err := os.Stat("/etc/goniec/goniec.yaml"); err == nil {
		t.Skip("this machine has a configuration in /etc/goniec")
	}
	if got := configs.Find(); got != "" {
		t.Errorf("Find() in an empty directory = %q, want nothing", got)
	}
	if err := os.WriteFile("goniec.yaml", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := configs.Find(); got != "goniec.yaml" {
		t.Errorf("Find() beside a goniec.yaml = %q", got)
	}
}
