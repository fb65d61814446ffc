//go:build soak

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"goniec/api/client"
	"goniec/event"
	"goniec/modem/emulator"
	"goniec/queue"
	"goniec/store/boltstore"
)

// soakRun is one daemon that is killed again and again while clients post and an
// emulated network keeps the record of what was really on the air.
type soakRun struct {
	t       *testing.T
	random  *rand.Rand
	binary  string
	folder  string // short, for the socket in it
	config  string
	network *emulator.Network
	api     *client.Client
}

// soakAir is how long a part is on the air: long enough that many kills hit it.
const soakAir = 60 * time.Millisecond

// TestSoakKills kills the daemon with kill -9 at random moments while messages
// come in, starts it again each time, and compares the network's own record with
// the queue's: nothing may be lost, and whatever was sent twice must have been
// called uncertain first.
func TestSoakKills(t *testing.T) {
	messages, kills := soakNumber(t, "SOAK_MESSAGES", 300), soakNumber(t, "SOAK_KILLS", 50)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	s := newSoakRun(t, seed)

	posting := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	ids := make([]string, messages)
	// Each life of the daemon gets its share of the messages, so that every kill
	// finds some at work.
	share := make(chan int, kills+1)
	go func() { posting <- s.post(ctx, ids, share) }()

	for n := range kills {
		daemon := s.start(ctx)
		if n%5 != 0 { // every fifth kill comes at any moment of the start
			s.awaitReady(ctx)
		}
		share <- messages / kills
		s.wait(ctx, time.Duration(s.random.Int64N(int64(800*time.Millisecond))))
		s.kill(daemon)
	}
	share <- messages
	daemon := s.start(ctx)
	if err := <-posting; err != nil {
		t.Fatalf("post: %v", err)
	}
	s.awaitQuiet(ctx, messages)
	s.stop(daemon)
	s.compare(ids, kills)
}

// soakNumber returns the number in an environment variable, or what is usual.
func soakNumber(t *testing.T, name string, usual int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	var n int
	if _, err := fmt.Sscan(text, &n); err != nil || n < 1 {
		t.Fatalf("%s=%q is not a number", name, text)
	}
	return n
}

func newSoakRun(t *testing.T, seed uint64) *soakRun {
	t.Helper()
	// The path of a socket is limited to 107 octets, which t.TempDir may exceed.
	folder, err := os.MkdirTemp("", "goniec-soak")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	s := &soakRun{
		t: t, folder: folder,
		random: rand.New(rand.NewPCG(seed, seed)),
		binary: filepath.Join(folder, "goniec"),
		config: filepath.Join(folder, "goniec.yaml"),
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", s.binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	s.network = emulator.NewNetwork(emulator.Options{
		Seed: seed, Latency: emulator.Latency{Air: soakAir}, DeliveryDelay: 20 * time.Millisecond, ReportDelay: 100 * time.Millisecond,
	})
	t.Cleanup(func() { s.network.Close() })
	port, err := s.network.NewModem(emulator.Generic(), s.network.AddSIM(emulator.SIM{})).OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	yaml := fmt.Sprintf(`data_dir: %s/data
http: {listen: "127.0.0.1:0"}
quiet_hours: {from: "00:00", to: "00:00", days_off: []}
uncertain: wait_then_resend
uncertain_wait: 1m
modems:
  - {name: m0, device: %s, pace: {per_minute: 0}}
`, folder, port.Path())
	if err := os.WriteFile(s.config, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	if s.api, err = client.New("unix:"+filepath.Join(folder, "data", "goniec.sock"), ""); err != nil {
		t.Fatal(err)
	}
	return s
}

// start starts the daemon; its log goes to a file in the folder.
func (s *soakRun) start(ctx context.Context) *exec.Cmd {
	s.t.Helper()
	log, err := os.OpenFile(filepath.Join(s.folder, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	daemon := exec.CommandContext(ctx, s.binary, "serve", "--config", s.config)
	daemon.Stdout, daemon.Stderr = log, log
	if err := daemon.Start(); err != nil {
		s.t.Fatal(err)
	}
	return daemon
}

// kill is kill -9.
func (s *soakRun) kill(daemon *exec.Cmd) {
	s.t.Helper()
	if err := daemon.Process.Kill(); err != nil {
		s.fail("the daemon had ended by itself: %v", err)
	}
	_ = daemon.Wait() // the error says that it was killed
}

// stop ends the daemon as systemd would.
func (s *soakRun) stop(daemon *exec.Cmd) {
	s.t.Helper()
	if err := daemon.Process.Signal(os.Interrupt); err != nil {
		s.fail("stop: %v", err)
	}
	if err := daemon.Wait(); err != nil {
		s.fail("stop: %v", err)
	}
}

// fail ends the test and shows the end of the daemon's log.
func (s *soakRun) fail(format string, args ...any) {
	s.t.Helper()
	log, _ := os.ReadFile(filepath.Join(s.folder, "log"))
	s.t.Logf("the daemon's log ends with:\n%s", log[max(0, len(log)-4000):])
	s.t.Fatalf(format, args...)
}

// wait waits for d.
func (s *soakRun) wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		s.fail("out of time")
	}
}

// awaitReady waits until the modem of the daemon can send.
func (s *soakRun) awaitReady(ctx context.Context) {
	for s.api.Ready(ctx) != nil {
		s.wait(ctx, 20*time.Millisecond)
	}
}

// post posts as many messages as share says, until all are accepted.
func (s *soakRun) post(ctx context.Context, ids []string, share <-chan int) error {
	next := 0
	for next < len(ids) {
		select {
		case n := <-share:
			for ; n > 0 && next < len(ids); n-- {
				id, err := s.postUntilAccepted(ctx, next)
				if err != nil {
					return fmt.Errorf("message %d: %w", next, err)
				}
				ids[next] = id
				next++
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// postUntilAccepted posts message i. A call that a kill cut off is made again under
// its key, as a good client does.
func (s *soakRun) postUntilAccepted(ctx context.Context, i int) (id string, err error) {
	request := client.MessageRequest{To: soakNumberOf(i), Text: soakText(i)}
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		m, err := s.api.Send(ctx, request, client.WithKey(fmt.Sprintf("soak-%d", i)))
		if err == nil {
			return m.ID, nil
		}
		var problem *client.Problem
		if errors.As(err, &problem) && problem.Status < http.StatusInternalServerError {
			return "", err
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// soakNumberOf spreads the messages over twenty patients.
func soakNumberOf(i int) string { return fmt.Sprintf("+486001005%02d", 20+i%20) }

// soakText makes every third message a long one of three parts.
func soakText(i int) string {
	text := fmt.Sprintf("Wizyta nr %d, jutro o 10:00. Odpisz TAK lub NIE.", i)
	if i%3 == 0 {
		text += strings.Repeat(fmt.Sprintf(" [%d] Prosimy o przybycie.", i), 14)
	}
	return text
}

// awaitQuiet waits until every message has come to an end. Sent is one: a report that
// came while nobody listened does not come again. So is held, what a part is that
// two kills have hit: a person decides.
func (s *soakRun) awaitQuiet(ctx context.Context, messages int) {
	for {
		open := 0
		for m, err := range s.api.Messages(ctx, client.MessageFilter{}) {
			if err != nil {
				open = messages
				break
			}
			if !m.Status.Final() && m.Status != client.StatusSent && m.Status != client.StatusHeld {
				open++
			}
		}
		if open == 0 {
			return
		}
		s.wait(ctx, time.Second)
	}
}

// compare holds the network's record against the queue's.
func (s *soakRun) compare(ids []string, kills int) {
	s.t.Helper()
	messages := s.readQueue(ids)
	onAir := map[string]int{} // by part of a message
	for _, a := range s.network.Accepted() {
		onAir[airKey(a.To, a.Part, a.Text)]++
	}
	var parts, lost, doubled, unmarked, doubted int
	for i, m := range messages {
		for p := range m.Parts {
			parts++
			uncertain := 0
			for _, a := range m.Attempts {
				if a.Part == p && a.Outcome == queue.AttemptUncertain {
					uncertain++
				}
			}
			doubted += uncertain
			switch n := onAir[airKey(m.To.String(), p+1, m.PartText(p))]; {
			case n == 0:
				lost++
				s.t.Errorf("message %d part %d was never on the air; it is %s", i, p+1, m.Status)
			case n > 1:
				doubled += n - 1
				if uncertain < n-1 {
					unmarked += n - 1 - uncertain
					s.t.Errorf("message %d part %d was on the air %d times, and called uncertain %d times", i, p+1, n, uncertain)
				}
			}
		}
		if m.Text != soakText(i) {
			s.t.Errorf("message %d has another text than was posted", i)
		}
	}
	fmt.Printf("soak: %d messages in %d parts, %d kills: %d lost, %d doubled, of these %d not called uncertain before; %d attempts were uncertain\n",
		len(messages), parts, kills, lost, doubled, unmarked, doubted)
}

// airKey names a part on the air.
func airKey(to string, part int, text string) string { return fmt.Sprintf("%s|%d|%s", to, part, text) }

// readQueue reads the messages from the data that the daemon has left behind.
func (s *soakRun) readQueue(ids []string) []queue.Message {
	s.t.Helper()
	data, err := boltstore.Open(filepath.Join(s.folder, "data", "goniec.db"), boltstore.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	defer data.Close()
	q, err := queue.New(queue.Config{Store: data, Events: event.New(data, "soak"), Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		s.t.Fatal(err)
	}
	messages := make([]queue.Message, len(ids))
	for i, id := range ids {
		if messages[i], err = q.Message(s.t.Context(), id); err != nil {
			s.t.Fatalf("message %d: %v", i, err)
		}
	}
	return messages
}
