package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"goniec/api/client"
	"goniec/app"
	"goniec/modem/emulator"
)

// patience is how long tests wait for what must happen; it is only used up when
// something is broken, or under the race detector on a small machine.
const patience = 60 * time.Second

// daemon is goniec serve as a process of its own, so that it can be killed.
type daemon struct {
	command []string // that runs the program
	t       testing.TB
	config  string // path
	data    string // directory
	client  *client.Client

	process *exec.Cmd
	ended   chan struct{} // closed when the process has been waited for

	mu  sync.Mutex // guards log
	log bytes.Buffer
}

// newDaemon writes a configuration with these modems; rest is added to it.
func newDaemon(t testing.TB, rest string, modems ...string) *daemon {
	t.Helper()
	// Not t.TempDir: its name may be too long for a unix socket.
	dir, err := os.MkdirTemp("", "goniec-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	d := &daemon{t: t, command: []string{"goniec"}, config: filepath.Join(dir, "goniec.yaml"), data: filepath.Join(dir, "data")}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log of the daemon:\n%s", d.logged())
		}
	})
	d.write(rest, modems...)
	d.client, err = client.New("unix:"+app.SocketPath(d.data), "")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// write writes the configuration file.
func (d *daemon) write(rest string, modems ...string) {
	d.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "data_dir: %s\nhttp: {listen: \"127.0.0.1:0\"}\nquiet_hours: {from: \"00:00\", to: \"00:00\"}\n%s", d.data, rest)
	for i, device := range modems {
		if i == 0 {
			b.WriteString("modems:\n")
		}
		fmt.Fprintf(&b, "  - {name: m%d, device: %s, pace: {per_minute: 0}}\n", i, device)
	}
	b.WriteString("box: box\n")
	if err := os.WriteFile(d.config, []byte(b.String()), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// start runs the daemon and waits until it answers.
func (d *daemon) start() {
	d.t.Helper()
	d.launch()
	d.eventually("the daemon answers", func() bool { return app.Answers(d.t.Context(), app.SocketPath(d.data)) })
}

// launch runs the daemon.
func (d *daemon) launch() {
	d.t.Helper()
	d.mu.Lock()
	d.log.Reset()
	d.mu.Unlock()
	d.process = exec.Command(d.command[0], append(d.command[1:], "serve", "--config", d.config)...)
	d.process.Env = slices.DeleteFunc(os.Environ(), func(entry string) bool { return strings.HasPrefix(entry, "GONIEC_") })
	stderr, err := d.process.StderrPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := d.process.Start(); err != nil {
		d.t.Fatal(err)
	}
	process, ended := d.process, make(chan struct{})
	d.ended = ended
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			d.mu.Lock()
			d.log.WriteString(lines.Text() + "\n")
			d.mu.Unlock()
		}
	}()
	go func() {
		<-read
		_ = process.Wait() // killed or stopped: the tests look at ProcessState
		close(ended)
	}()
	d.t.Cleanup(func() {
		_ = process.Process.Kill()
		<-ended
	})
}

// logged returns what the daemon has written.
func (d *daemon) logged() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.String()
}

// kill ends the daemon as a power cut does, and waits until it is gone.
func (d *daemon) kill() {
	d.t.Helper()
	if err := d.process.Process.Kill(); err != nil {
		d.t.Fatal(err)
	}
	<-d.ended
}

// stop ends the daemon as systemd does and returns how long that took.
func (d *daemon) stop() time.Duration {
	d.t.Helper()
	begin := time.Now()
	if err := d.process.Process.Signal(syscall.SIGTERM); err != nil {
		d.t.Fatal(err)
	}
	select {
	case <-d.ended:
	case <-time.After(patience):
		d.t.Fatal("the daemon does not stop")
	}
	return time.Since(begin)
}

// url returns the address of the API, which the daemon logs when it has started.
func (d *daemon) url() string {
	d.t.Helper()
	var url string
	d.eventually("the daemon logs its address", func() bool {
		all := regexp.MustCompile(`msg=started url=(\S+)`).FindAllStringSubmatch(d.logged(), -1)
		if len(all) > 0 {
			url = all[0][1]
		}
		return url != ""
	})
	return url
}

// eventually waits until condition holds.
func (d *daemon) eventually(what string, condition func() bool) {
	d.t.Helper()
	eventually(d.t, what, condition)
}

func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for !condition() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited %s in vain until %s", patience, what)
		case <-ticker.C:
		}
	}
}

// ready waits until the first modem is ready.
func (d *daemon) ready() {
	d.t.Helper()
	d.eventually("the modem is ready", func() bool {
		modems, err := d.client.Modems(d.t.Context())
		return err == nil && len(modems) > 0 && modems[0].State == "ready"
	})
}

// message returns a message as it stands.
func (d *daemon) message(id string) client.Message {
	d.t.Helper()
	m, err := d.client.Message(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return m
}

// waitFor waits until a message has one of the statuses.
func (d *daemon) waitFor(id string, want client.Status) client.Message {
	d.t.Helper()
	var m client.Message
	d.eventually(fmt.Sprintf("message %s is %s", id, want), func() bool {
		m = d.message(id)
		return m.Status == want
	})
	return m
}

// network is an emulated network where nothing takes time, and one modem on a
// pseudo-terminal.
func network(t testing.TB) (*emulator.Network, *emulator.Modem, string) {
	t.Helper()
	return networkLike(t, emulator.Options{Seed: 1})
}

func networkLike(t testing.TB, o emulator.Options) (*emulator.Network, *emulator.Modem, string) {
	t.Helper()
	n := emulator.NewNetwork(o)
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	m := n.NewModem(emulator.Generic(), n.AddSIM(emulator.SIM{}))
	port, err := m.OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	return n, m, port.Path()
}

// post posts a message by HTTP, as clinic software does, and returns the status of
// the answer the moment its header is there.
func post(t *testing.T, url, token, body string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v1/messages", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// token makes a token that may do everything.
func (d *daemon) token() string {
	d.t.Helper()
	token, err := d.client.CreateToken(d.t.Context(), client.TokenRequest{Name: "test", Scopes: []string{"admin"}})
	if err != nil {
		d.t.Fatal(err)
	}
	return token.Secret
}
