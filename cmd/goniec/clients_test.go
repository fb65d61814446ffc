package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"goniec/api/client"
	"goniec/modem/emulator"
	"goniec/scripts/testtools"
)

// sample is a client in docs/clients.
type sample struct {
	command []string // that runs the program
	// receiver is the command that receives webhooks and prints its address; nil: the
	// program has none that takes any free port.
	receiver []string
}

// TestSampleClients runs the clients of docs/clients against a daemon.
func TestSampleClients(t *testing.T) {
	t.Parallel()
	dir, err := filepath.Abs("../../docs/clients")
	if err != nil {
		t.Fatal(err)
	}
	for name, prepare := range map[string]func(t *testing.T) sample{
		"sh": func(t *testing.T) sample {
			t.Helper()
			testtools.Need(t, "curl", "jq", "openssl")
			return sample{command: []string{filepath.Join(dir, "goniec.sh")}}
		},
		"python": func(t *testing.T) sample {
			t.Helper()
			command := []string{testtools.Path(t, "python3"), "-B", filepath.Join(dir, "goniec.py")}
			return sample{command, append(command, "webhook", "0")}
		},
		"php": func(t *testing.T) sample {
			t.Helper()
			php, file := testtools.Path(t, "php"), filepath.Join(dir, "goniec.php")
			return sample{[]string{php, file}, []string{php, "-S", "127.0.0.1:0", file}}
		},
		"typescript": func(t *testing.T) sample {
			t.Helper()
			command := []string{"node", compileSample(t, filepath.Join(dir, "goniec.ts"))}
			return sample{command, append(command, "webhook", "0")}
		},
		"csharp": func(t *testing.T) sample {
			t.Helper()
			if _, err := exec.LookPath("dotnet"); err != nil {
				t.Skip("not run: dotnet, of which Debian has no package: " + err.Error())
			}
			return sample{command: []string{"dotnet", "run", filepath.Join(dir, "goniec.cs"), "--"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prepare(t).try(t, name == "sh")
		})
	}
}

// compileSample compiles a program in TypeScript with the types that openapi-typescript makes
// of the document of the API, and returns the path of what came out.
func compileSample(t *testing.T, source string) string {
	t.Helper()
	testtools.Need(t, "npm")
	work := t.TempDir()
	install := exec.CommandContext(t.Context(), "npm", "install", "--no-audit", "--no-fund", "--prefix", work,
		"typescript@5.9.3", "openapi-typescript@7.13.0", "@types/node@20.19.25")
	if out, err := install.CombinedOutput(); err != nil {
		testtools.Absent(t, fmt.Sprintf("typescript: %v: %s", err, out))
	}
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(work, "goniec.ts")
	if err := os.WriteFile(program, text, 0o600); err != nil {
		t.Fatal(err)
	}
	document, err := filepath.Abs("../../api/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{
		{"openapi-typescript", document, "-o", filepath.Join(work, "schema.d.ts")},
		{"tsc", "--strict", "--noUnusedLocals", "--target", "es2022", "--module", "nodenext", "--skipLibCheck", program},
	} {
		cmd := exec.CommandContext(t.Context(), filepath.Join(work, "node_modules", ".bin", command[0]), command[1:]...)
		cmd.Dir = work
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command[0], err, out)
		}
	}
	return filepath.Join(work, "goniec.js")
}

// gatekeeper stands between a client and the daemon. Of the first two POST it takes one to the
// daemon and loses the answer, and refuses the other; of lists it gives one item a page.
type gatekeeper struct {
	http.Handler
	mu    sync.Mutex // guards posts
	posts int
}

// ServeHTTP is that of http.Handler.
func (g *gatekeeper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		g.mu.Lock()
		g.posts++
		turn := g.posts
		g.mu.Unlock()
		status := map[int]int{1: http.StatusServiceUnavailable, 2: http.StatusTooManyRequests}[turn]
		if turn == 1 {
			g.Handler.ServeHTTP(httptest.NewRecorder(), r)
		}
		if status != 0 {
			w.Header().Set("Content-Type", "application/problem+json")
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"code": "test", "detail": "Try again.", "status": %d}`, status)
			return
		}
	}
	if query := r.URL.Query(); query.Has("limit") {
		query.Set("limit", "1")
		r.URL.RawQuery = query.Encode()
	}
	g.Handler.ServeHTTP(w, r)
}

// webhookSecret signs the webhooks of the samples.
func webhookSecret() string {
	return "whsec_" + base64.StdEncoding.EncodeToString([]byte("thirty-two bytes of a secret key"))
}

// try does with s what its users do.
func (s sample) try(t *testing.T, verifies bool) {
	t.Helper()
	n, m, device := network(t)
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(webhookSecret()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	told := &recorder{}
	mine := httptest.NewServer(told)
	t.Cleanup(mine.Close)
	hooks := fmt.Sprintf("webhooks:\n  - {name: mine, url: %q, secret_file: %q}\n", mine.URL, file)
	var theirs *output
	if s.receiver != nil {
		var address string
		address, theirs = s.receive(t)
		hooks += fmt.Sprintf("  - {name: theirs, url: %q, secret_file: %q, events: [\"message.received\"]}\n", address, file)
	}
	d := newDaemon(t, hooks, device)
	d.start()
	d.ready()
	target, err := url.Parse(d.url())
	if err != nil {
		t.Fatal(err)
	}
	gate := httptest.NewServer(&gatekeeper{Handler: httputil.NewSingleHostReverseProxy(target)})
	t.Cleanup(gate.Close)
	environment := append(os.Environ(), "GONIEC_URL="+gate.URL, "GONIEC_TOKEN="+d.token())
	run := func(args ...string) string {
		t.Helper()
		command := append(s.command[1:len(s.command):len(s.command)], args...)
		cmd := exec.CommandContext(t.Context(), s.command[0], command...)
		cmd.Env = environment
		out, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Sprintf("%v: %s", err, out)
		}
		return strings.TrimSpace(string(out))
	}

	const text = `Wizyta jutro o 10:00. "Odpisz" TAK`
	if got := run("send", "+48600100200", text, "visit-17"); !strings.HasSuffix(got, " delivered") {
		t.Errorf("send says %q", got)
	}
	if got := n.Handset("+48600100200").Received(); len(got) != 1 || got[0].Text != text {
		t.Errorf("the phone has %+v, want the text once", got)
	}
	if got := run("send", "+48600100200", "Inny tekst", "visit-17"); !strings.Contains(got, "idempotency_key_reused") {
		t.Errorf("the same key with another text: %q", got)
	}
	if got := run("send", "12", "Tekst", "visit-18"); !strings.Contains(got, "invalid_request") || !strings.Contains(got, "to: ") {
		t.Errorf("a wrong number: %q", got)
	}

	n.Handset("+48600100201").OnText(func(emulator.Text) (string, time.Duration) { return "Tak, będę", 0 })
	if got := run("ask", "+48600100201", text, "visit-19"); !strings.HasSuffix(got, " yes Tak, będę") {
		t.Errorf("ask says %q", got)
	}
	for _, text := range []string{"pierwszy", `drugi "ź"`} {
		sendText(t, n.Handset("+48600100202"), m, text)
	}
	d.eventually("the texts are in the inbox", func() bool { return len(d.inbox()) == 3 })
	all := d.inbox()
	lines := make([]string, len(all))
	for i, in := range all { // the newest first
		lines[len(all)-1-i] = fmt.Sprintf("%s %s %q", in.ID, in.From, in.Text)
	}
	if got, want := run("inbox"), strings.Join(lines, "\n"); got != want {
		t.Errorf("inbox says\n%s\nwant\n%s", got, want)
	}
	if got, want := run("inbox", all[2].ID), strings.Join(lines[1:], "\n"); got != want {
		t.Errorf("inbox behind the first says\n%s\nwant\n%s", got, want)
	}
	if got := run("inbox", all[0].ID); got != "" {
		t.Errorf("inbox behind the last says\n%s", got)
	}

	hook := told.of(t, "message.received")
	switch {
	case verifies:
		verify := func(h posted) string {
			cmd := exec.CommandContext(t.Context(), s.command[0], "verify", h.header.Get("Webhook-Id"), h.header.Get("Webhook-Timestamp"), h.header.Get("Webhook-Signature"))
			cmd.Env = append(os.Environ(), "GONIEC_SECRET="+webhookSecret())
			cmd.Stdin = bytes.NewReader(h.body)
			out, _ := cmd.CombinedOutput()
			return strings.TrimSpace(string(out))
		}
		if got := verify(hook); got != "genuine" {
			t.Errorf("verify says %q", got)
		}
		if got := verify(hook.changed()); got != "the signature is wrong" {
			t.Errorf("verify says %q of a changed body", got)
		}
		if got := verify(hook.old()); got != "the timestamp is not of now" {
			t.Errorf("verify says %q of an old webhook", got)
		}
	case theirs != nil:
		d.eventually("the receiver has told of all", func() bool {
			return strings.Count(theirs.String(), "message.received ") == len(all) && strings.Contains(theirs.String(), all[0].ID)
		})
		address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(theirs.String())
		for what, h := range map[string]posted{"changed": hook.changed(), "old": hook.old()} {
			if status := h.post(t, address); status != http.StatusUnauthorized {
				t.Errorf("a webhook that is %s: status %d", what, status)
			}
		}
		if status := hook.post(t, address); status != http.StatusNoContent {
			t.Errorf("a webhook that came before: status %d", status)
		}
	}
}

// receive starts the receiver of s and returns its address.
func (s sample) receive(t *testing.T) (address string, out *output) {
	t.Helper()
	out = &output{}
	cmd := exec.Command(s.receiver[0], s.receiver[1:]...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = append(os.Environ(), "GONIEC_SECRET="+webhookSecret())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("the receiver says:\n%s", out)
		}
	})
	eventually(t, "the receiver says its address", func() bool {
		address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(out.String())
		return address != ""
	})
	return address, out
}

// inbox returns what the daemon has received, the newest first.
func (d *daemon) inbox() []client.Inbound {
	d.t.Helper()
	var all []client.Inbound
	for in, err := range d.client.Inbox(d.t.Context(), client.InboxFilter{}) {
		if err != nil {
			d.t.Fatal(err)
		}
		all = append(all, in)
	}
	return all
}

// posted is one webhook.
type posted struct {
	header http.Header
	body   []byte
}

// recorder is a receiver that keeps what it gets.
type recorder struct {
	mu    sync.Mutex // guards hooks
	hooks []posted
}

// ServeHTTP is that of http.Handler.
func (r *recorder) ServeHTTP(_ http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hooks = append(r.hooks, posted{request.Header.Clone(), body})
}

// of returns the first webhook of a type.
func (r *recorder) of(t *testing.T, typ string) (first posted) {
	t.Helper()
	eventually(t, "an event "+typ+" has come", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, hook := range r.hooks {
			if bytes.Contains(hook.body, []byte(`"type":"`+typ+`"`)) {
				first = hook
				return true
			}
		}
		return false
	})
	return first
}

// changed returns p with another body.
func (p posted) changed() posted {
	return posted{p.header, bytes.Replace(p.body, []byte("received"), []byte("refused!"), 1)}
}

// old returns p as it was signed an hour ago.
func (p posted) old() posted {
	stamp := strconv.FormatInt(time.Now().Add(-time.Hour).Unix(), 10)
	mac := hmac.New(sha256.New, []byte("thirty-two bytes of a secret key"))
	fmt.Fprintf(mac, "%s.%s.%s", p.header.Get("Webhook-Id"), stamp, p.body)
	header := p.header.Clone()
	header.Set("Webhook-Timestamp", stamp)
	header.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return posted{header, p.body}
}

// post posts p and returns the status of the answer.
func (p posted) post(t *testing.T, address string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader(p.body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = p.header.Clone()
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}
