package main

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// output is what a process has printed so far.
type output struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

// Write is that of io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// runGoniec starts the program; the test ends it by a signal.
func runGoniec(t *testing.T, environment []string, args ...string) (*exec.Cmd, *output, *output) {
	t.Helper()
	var stdout, stderr output
	cmd := exec.Command("goniec", args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = append(os.Environ(), environment...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
		if t.Failed() {
			t.Logf("%s\nstandard output:\n%s\nstandard error:\n%s", strings.Join(args, " "), &stdout, &stderr)
		}
	})
	return cmd, &stdout, &stderr
}

// interrupt presses Ctrl-C and returns the exit status.
func interrupt(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the status is looked at below
	return cmd.ProcessState.ExitCode()
}

// TestDemo uses the demo as a person does who has never seen it, in Polish: the
// usual port is taken, the curl line is pasted into a shell, Ctrl-C ends it.
func TestDemo(t *testing.T) {
	t.Parallel()
	// Either we take the port or somebody else has it.
	if l, err := net.Listen("tcp", "127.0.0.1:8080"); err == nil {
		defer l.Close()
	}
	temp := t.TempDir()
	demo, stdout, stderr := runGoniec(t, []string{"LC_ALL=pl_PL.UTF-8", "TMPDIR=" + shortTemp(t, temp)}, "demo")
	line := regexp.MustCompile(`(?m)^  (curl .*)$`)
	eventually(t, "the curl line is printed", func() bool { return line.MatchString(stdout.String()) })
	if !strings.Contains(stdout.String(), " 127.0.0.1:8080 jest zajęty, więc demo słucha na http://127.0.0.1:") {
		t.Error("it does not say that the port is taken")
	}
	if status := paste(t, line.FindStringSubmatch(stdout.String())[1]); status != http.StatusAccepted {
		t.Errorf("the curl line gets status %d, want 202", status)
	}
	for _, want := range []string{
		`(?m)^\S+ → .* \+48600100200 Anna +w kolejce +"Wizyta jutro o 10:00. Odpisz TAK lub NIE."$`,
		`(?m)^\S+ → sim-[ab] \+48600100200 Anna +doręczona$`,
		`(?m)^\S+ ← sim-[ab] \+48600100200 Anna +odebrana +"TAK"$`,
	} {
		eventually(t, "it shows "+want, func() bool { return regexp.MustCompile(want).MatchString(stdout.String()) })
	}
	if status := interrupt(t, demo); status != exitDone {
		t.Errorf("exit status %d after Ctrl-C, want 0", status)
	}
	if summary := regexp.MustCompile(`(?m)^Wysłane: \d+, doręczone: \d+, niedoręczone: \d+, odpowiedzi: \d+\.$`); !summary.MatchString(stdout.String()) {
		t.Error("there is no summary")
	}
	if stderr.String() != "" {
		t.Error("something is on standard error")
	}
	if left, err := filepath.Glob(filepath.Join(temp, "goniec-demo-*")); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
}

// shortTemp returns dir if a unix socket in a directory of it can have a name.
func shortTemp(t *testing.T, dir string) string {
	t.Helper()
	if len(dir) > 60 {
		return os.TempDir()
	}
	return dir
}

// paste has a shell read the curl line, and sends what curl would.
func paste(t *testing.T, line string) int {
	t.Helper()
	out, err := exec.Command("sh", "-c", `curl() { printf '%s\n' "$@"; }; `+line).Output()
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	var url, body string
	args := bufio.NewScanner(bytes.NewReader(out))
	for args.Scan() {
		switch arg := args.Text(); arg {
		case "-s":
		case "-H":
			args.Scan()
			name, value, _ := strings.Cut(args.Text(), ": ")
			request.Header.Set(name, value)
		case "-d":
			args.Scan()
			body = args.Text()
		default:
			url = arg
		}
	}
	sent, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	sent.Header = request.Header
	answer, err := http.DefaultClient.Do(sent)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// TestEmulate runs the daemon with what emulate prints, as somebody without a modem
// would, and asks the ports who they are.
func TestEmulate(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "goniec-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	ports := filepath.Join(dir, "ports")
	emulate, stdout, handsets := runGoniec(t, nil, "emulate", "--modems", "2", "--dir", ports)
	eventually(t, "two modems are printed", func() bool { return strings.Count(stdout.String(), "device: "+ports+"/sim-") == 2 })
	config := stdout.String()
	path := filepath.Join(dir, "goniec.yaml")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	device := regexp.MustCompile(`device: (\S+)`).FindStringSubmatch(config)[1]
	answers, err := exec.Command("goniec", "modem", "probe", device, "--output", "json").Output()
	if err != nil || !bytes.Contains(answers, []byte(`"answers": true`)) || !bytes.Contains(answers, []byte(`"sim": "READY"`)) {
		t.Errorf("modem probe: %v\n%s", err, answers)
	}
	serve, _, log := runGoniec(t, []string{"GONIEC_HTTP_LISTEN=127.0.0.1:0"}, "serve", "--config", path)
	eventually(t, "both modems are ready", func() bool { return strings.Count(log.String(), "modem is ready") == 2 })
	sent, err := exec.Command("goniec", "send", "--config", path, "--to", guest, "--text", "Wizyta", "--wait", "--timeout", "60s").CombinedOutput()
	if err != nil {
		t.Errorf("send: %v\n%s", err, sent)
	}
	for _, want := range []string{`(?m)^\S+ → \+48600100200 Anna "Wizyta"$`, `(?m)^\S+ ← \+48600100200 Anna "TAK"$`} {
		eventually(t, "emulate shows "+want, func() bool { return regexp.MustCompile(want).MatchString(handsets.String()) })
	}
	if _, err := os.Stat(filepath.Join(dir, "goniec-data", "goniec.db")); err != nil {
		t.Errorf("the data is not beside the file: %v", err)
	}
	for _, process := range []*exec.Cmd{serve, emulate} {
		if status := interrupt(t, process); status != exitDone {
			t.Errorf("exit status %d after Ctrl-C, want 0", status)
		}
	}
	if left, err := os.ReadDir(ports); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
}
