package emulator_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/modem/emulator"
)

const recording = `# goniec trace 1
# model: E3372
# begun: 2026-11-25T10:00:00Z
     0.000 = port opened
     0.500 < ^BOOT:1
     1.000 > AT+CSQ
     1.250 < +CSQ: 20,99
     1.250 < OK
     3.250 < ^RSSI:18
     4.000 > AT+CSQ
     4.100 < +CSQ: 9,99
     4.100 < OK
     5.000 > AT+CMGS=17
     5.100 < >
     5.200 > 0021000B918467520102F0000004783C1E0F
     6.200 < +CMS ERROR: 38
     7.000 > AT+CIMI
     7.500 = port lost
    17.500 = port opened
    18.000 > AT+CGMM
    18.000 < E3372\x00
    18.000 < OK
`

func readTrace(t *testing.T, text string) *emulator.Trace {
	t.Helper()
	trace, err := emulator.ReadTrace(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return trace
}

// hear returns what comes within d.
func hear(t *testing.T, port io.Reader, d time.Duration) string {
	t.Helper()
	if err := port.(interface{ SetReadDeadline(time.Time) error }).SetReadDeadline(time.Now().Add(d)); err != nil {
		t.Error(err)
	}
	heard, err := io.ReadAll(port)
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read: %v", err)
	}
	return string(heard)
}

func TestReplayKeepsOrderAndTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var unknown []string
		replay := emulator.NewReplay(readTrace(t, recording), emulator.ReplayOptions{Unknown: func(c string) { unknown = append(unknown, c) }})
		port, err := replay.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		steps := []struct {
			write, want string
			within      time.Duration
		}{
			{"", "\r\n^BOOT:1\r\n", time.Second},
			{"AT+CSQ\r", "", 200 * time.Millisecond},
			{"", "\r\n+CSQ: 20,99\r\n\r\nOK\r\n", 100 * time.Millisecond},
			{"", "\r\n^RSSI:18\r\n", 2 * time.Second},
			{"at+csq\r", "\r\n+CSQ: 9,99\r\n\r\nOK\r\n", time.Second},
			{"AT+CSQ\r", "\r\n+CSQ: 9,99\r\n\r\nOK\r\n", time.Second},
			{"AT+CUSD=2\r", "\r\nERROR\r\n", time.Second},
			{"AT+CMGS=142\r", "\r\n> ", time.Second},
			{"0011\r00\x1a", "", 900 * time.Millisecond},
			{"", "\r\n+CMS ERROR: 38\r\n", 200 * time.Millisecond},
		}
		for _, s := range steps {
			if s.write != "" {
				if _, err := io.WriteString(port, s.write); err != nil {
					t.Fatal(err)
				}
			}
			if got := hear(t, port, s.within); got != s.want {
				t.Errorf("behind %q came %q, want %q", s.write, got, s.want)
			}
		}
		if diff := cmp.Diff([]string{"AT+CUSD=2"}, unknown); diff != "" {
			t.Errorf("unknown (-want +got):\n%s", diff)
		}
		if err := replay.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestReplayLosesThePort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		replay := emulator.NewReplay(readTrace(t, recording), emulator.ReplayOptions{Speed: 2})
		port, err := replay.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(port, "AT+CIMI\r"); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(port); err != nil {
			t.Errorf("read: %v, want the end of the line", err)
		}
		if _, err := replay.Dial(t.Context()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Dial while the port is lost: %v", err)
		}
		<-time.After(5 * time.Second)
		port, err = replay.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(port, "AT+CGMM\r"); err != nil {
			t.Fatal(err)
		}
		if got, want := hear(t, port, time.Second), "\r\nE3372\x00\r\n\r\nOK\r\n"; got != want {
			t.Errorf("came %q, want %q", got, want)
		}
		if err := replay.Close(); err != nil {
			t.Error(err)
		}
		if _, err := replay.Dial(t.Context()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Dial behind Close: %v", err)
		}
	})
}

func TestReplayOnAPseudoTerminal(t *testing.T) {
	t.Parallel()
	replay := emulator.NewReplay(readTrace(t, recording), emulator.ReplayOptions{Speed: 100})
	path, err := replay.OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	port, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := port.WriteString("AT+CGMM\r"); err != nil {
		t.Fatal(err)
	}
	heard := ""
	for buffer := make([]byte, 256); !strings.Contains(heard, "OK"); {
		n, err := port.Read(buffer)
		if err != nil {
			t.Fatalf("read: %v behind %q", err, heard)
		}
		heard += string(buffer[:n])
	}
	if !strings.Contains(heard, "E3372\x00") {
		t.Errorf("heard %q", heard)
	}
	// It outlives the program that had it open.
	if err := port.Close(); err != nil {
		t.Error(err)
	}
	again, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, err := again.WriteString("AT+CSQ\r"); err != nil {
		t.Fatal(err)
	}
	heard = ""
	for buffer := make([]byte, 256); !strings.Contains(heard, "OK"); {
		n, err := again.Read(buffer)
		if err != nil {
			t.Fatalf("read: %v behind %q", err, heard)
		}
		heard += string(buffer[:n])
	}
	if err := replay.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", path, err)
	}
}

func TestReadTraceNamesTheMistake(t *testing.T) {
	t.Parallel()
	const title = "# goniec trace 1\n"
	tests := []struct{ name, text, want string }{
		{"another file", "modems: []\n", "the first line should be"},
		{"a newer format", "# goniec trace 9\n", `format "9"`},
		{"empty", title, "no dialogue"},
		{"no time", title + "AT\n", "line 2: it should begin with the seconds"},
		{"no sign", title + "# x: y\n0.1 AT\n", "line 3: behind the seconds"},
		{"broken escape", title + `0.1 < a\q` + "\n", "line 2: a backslash"},
		{"broken octet", title + `0.1 < a\xzz` + "\n", `line 2: \xzz should be`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := emulator.ReadTrace(strings.NewReader(tt.text))
			if !errors.Is(err, emulator.ErrTrace) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzReadTrace(f *testing.F) {
	f.Add(recording)
	f.Add("# goniec trace 1\n0 < \\\\\\x00")
	f.Fuzz(func(t *testing.T, text string) {
		trace, err := emulator.ReadTrace(strings.NewReader(text))
		if err == nil {
			_ = emulator.NewReplay(trace, emulator.ReplayOptions{}).Close()
		}
	})
}
