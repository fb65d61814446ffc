package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"

	"goniec/api/client"
	"goniec/modem/emulator"
)

// TestKilledBehindTheAnswer kills the daemon the moment it has answered 202. The
// message must still be sent, once.
func TestKilledBehindTheAnswer(t *testing.T) {
	t.Parallel()
	n, m, device := network(t)
	m.SetLatency(emulator.Latency{Air: 20 * time.Millisecond})
	d := newDaemon(t, "", device)
	d.start()
	token := d.token()
	const rounds = 5
	for i := range rounds {
		body := fmt.Sprintf(`{"to": "+4860010030%d", "text": "Wizyta jutro o 10:00"}`, i)
		if status := post(t, d.url(), token, body); status != http.StatusAccepted {
			t.Fatalf("round %d: status %d, want 202", i, status)
		}
		d.kill()
		d.start()
	}
	sent := func() []string {
		var numbers []string
		for _, a := range n.Accepted() {
			numbers = append(numbers, a.To)
		}
		slices.Sort(numbers)
		return numbers
	}
	eventually(t, "all are sent", func() bool { return len(slices.Compact(sent())) == rounds })
	for message, err := range d.client.Messages(t.Context(), client.MessageFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		final := d.waitFor(message.ID, client.StatusDelivered)
		copies := 0
		for _, to := range sent() {
			if to == final.To {
				copies++
			}
		}
		// A kill may hit the instant between payload and answer; then, and only
		// then, there may be a second copy, and the attempt before was uncertain.
		if copies > 1 && final.Attempts < 2 || copies > 2 {
			t.Errorf("%d copies were sent, in %d attempts", copies, final.Attempts)
		}
	}
}

// TestWhatPreviewAnnounces sends a long Polish text and compares what the network
// took with what preview had announced, and follows the way of the message.
func TestWhatPreviewAnnounces(t *testing.T) {
	t.Parallel()
	n, m, device := network(t)
	m.SetLatency(emulator.Latency{Air: 50 * time.Millisecond})
	d := newDaemon(t, "", device)
	d.start()
	text := "Dzień dobry, przypominamy o jutrzejszej wizycie o godzinie 10:00. Prosimy zabrać dokument tożsamości i wyniki badań. Zażółć gęślą jaźń! 👍🏻"
	d.ready()
	// The first event is that of the modem or of this one, whichever is faster.
	first, err := d.client.Send(t.Context(), client.MessageRequest{To: "600100201", Text: "Dzień dobry"})
	if err != nil {
		t.Fatal(err)
	}
	d.waitFor(first.ID, client.StatusDelivered)
	preview, err := d.client.Preview(t.Context(), client.PreviewRequest{Text: text})
	if err != nil {
		t.Fatal(err)
	}
	message, err := d.client.Send(t.Context(), client.MessageRequest{To: "600100200", Text: text})
	if err != nil {
		t.Fatal(err)
	}
	d.waitFor(message.ID, client.StatusDelivered)
	var parts []string
	for _, a := range n.Accepted()[1:] {
		parts = append(parts, a.Text)
	}
	if diff := cmp.Diff(preview.Parts, parts); diff != "" {
		t.Errorf("parts on the air (-announced +taken):\n%s", diff)
	}
	if got := n.Handset("+48600100200").Received(); len(got) != 1 || got[0].Text != text {
		t.Errorf("the handset shows %v", got)
	}
	var walked []string
	for event, err := range d.client.Events(t.Context(), "box-1") {
		if err != nil {
			t.Fatal(err)
		}
		kind, isMessage := strings.CutPrefix(event.Type, "message.")
		if !isMessage || !strings.Contains(string(event.Data), message.ID) {
			continue
		}
		if walked = append(walked, kind); kind == "delivered" {
			break
		}
	}
	if diff := cmp.Diff([]string{"queued", "sending", "sent", "delivered"}, walked); diff != "" {
		t.Errorf("the way of the message (-want +got):\n%s", diff)
	}
}

// TestReplyOutOfOrder has a patient's long answer arrive with its parts in the
// wrong order, and the daemon killed in between.
func TestReplyOutOfOrder(t *testing.T) {
	t.Parallel()
	n, m, device := network(t)
	d := newDaemon(t, "", device)
	d.start()
	text := strings.Repeat("Niestety jutro nie mogę przyjść. ", 6)
	patient, to := n.Handset("+48600100200"), m.SIM().Number
	if err := patient.SendParts(to, text, 3, 1); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the card is empty", func() bool { return m.SIM().Stored() == 0 && m.SIM().Waiting() == 0 })
	d.kill()
	d.start()
	if err := patient.Send(to, "a second text"); err != nil {
		t.Fatal(err)
	}
	inbox := func() []string {
		var texts []string
		for in, err := range d.client.Inbox(t.Context(), client.InboxFilter{}) {
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, in.Text)
		}
		return texts
	}
	eventually(t, "the second text is there", func() bool { return len(inbox()) == 1 })
	if err := patient.SendParts(to, text); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the long text is whole", func() bool { return slices.Contains(inbox(), text) })
}

// TestModemsThatAreNone starts the daemon with devices that cannot be modems. It
// runs, takes messages, says of each what is wrong, and sends as soon as one works.
func TestModemsThatAreNone(t *testing.T) {
	t.Parallel()
	n, _, device := network(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("no modem\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	master, silent, err := pty.Open() // a port where nobody answers
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	defer silent.Close()
	d := newDaemon(t, "", "/dev/ttyUSB-missing", file, silent.Name())
	d.start()
	message, err := d.client.Send(t.Context(), client.MessageRequest{To: "+48600100200", Text: "Wizyta"})
	if err != nil {
		t.Fatal(err)
	}
	d.eventually("every modem has its error", func() bool {
		modems, err := d.client.Modems(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return !slices.ContainsFunc(modems, func(m client.Modem) bool { return m.LastError == nil })
	})
	modems, err := d.client.Modems(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range modems {
		t.Logf("%s: %s: %+v", m.Device, m.State, *m.LastError)
		if m.State == "ready" || m.LastError.Detail == "" || m.LastError.Remedy == "" {
			t.Errorf("%s is %s with %+v", m.Device, m.State, m.LastError)
		}
	}
	if m := d.message(message.ID); m.Status != client.StatusQueued {
		t.Errorf("the message is %s, want queued", m.Status)
	}
	// A reload brings a modem that works.
	d.write("", "/dev/ttyUSB-missing", file, silent.Name(), device)
	if err := d.process.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	d.waitFor(message.ID, client.StatusDelivered)
	if got := n.AcceptedCount(); got != 1 {
		t.Errorf("%d texts were sent, want 1", got)
	}
}

// TestReload has SIGHUP read a broken file, which changes nothing, and then one
// that changes what can be changed and what cannot.
func TestReload(t *testing.T) {
	t.Parallel()
	n, _, device := network(t)
	d := newDaemon(t, "", device)
	d.start()
	url := d.url()
	hangup := func(want string) {
		t.Helper()
		before := strings.Count(d.logged(), want)
		if err := d.process.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		d.eventually("the log says "+want, func() bool { return strings.Count(d.logged(), want) > before })
	}
	d.write("max_parts: 99\nregoin: PL\n", device)
	hangup("the configuration is unchanged")
	for _, want := range []string{
		`key=max_parts problem="99 is out of range" remedy="Write a number from 1 to 10."`,
		`place="line 5" key=regoin problem="there is no such key" remedy="Did you mean region?"`,
	} {
		if !strings.Contains(d.logged(), want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	d.write("max_parts: 1\nlog: {level: debug}\n", device)
	text, err := os.ReadFile(d.config)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "127.0.0.1:0", "127.0.0.1:1", 1)
	if err := os.WriteFile(d.config, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	hangup(`configuration reloaded`)
	if want := `msg="this change needs a restart" key=http.listen in_force=127.0.0.1:0 wanted=127.0.0.1:1`; !strings.Contains(d.logged(), want) {
		t.Errorf("the log lacks %s", want)
	}
	d.write("max_parts: 1\nlog: {level: debug}\n", device)
	if text, err = os.ReadFile(d.config); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.config, []byte(strings.Replace(string(text), "per_minute: 0", "per_minute: 600", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	hangup(`configuration reloaded" changed=[modems[0].pace.per_minute]`)
	long := strings.Repeat("dwie części ", 20)
	if _, err := d.client.Send(t.Context(), client.MessageRequest{To: "+48600100200", Text: long}); err == nil {
		t.Error("a text of several parts is taken although max_parts is 1 now")
	}
	if status := post(t, url, d.token(), `{"to": "+48600100200", "text": "po zmianie"}`); status != http.StatusAccepted {
		t.Errorf("status %d at the old address, want 202", status)
	}
	eventually(t, "it is sent", func() bool { return n.AcceptedCount() == 1 })
	for line := range strings.Lines(d.logged()) {
		if strings.Count(line, " modem=") > 1 || strings.Contains(line, "0001-01-01") {
			t.Errorf("the log says a thing twice, or a time that is none: %s", line)
		}
	}
}

// TestLogAsJSON holds that a length of time is text in JSON too.
func TestLogAsJSON(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	newLogger(&log, "json", slog.LevelInfo).Info("stopping", "timeout", 8*time.Second, "was", time.Time{}, "at", time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC))
	if _, got, _ := strings.Cut(log.String(), `"msg":`); got != `"stopping","timeout":"8s","at":"2026-12-01T08:00:00Z"}`+"\n" {
		t.Errorf("the log says %s", got)
	}
}

// TestStopWhileThePortBlocks has the modem fall silent in the middle of a
// submission. SIGTERM must end the daemon all the same, and the message must be
// called uncertain afterwards.
func TestStopWhileThePortBlocks(t *testing.T) {
	t.Parallel()
	n, m, device := network(t)
	m.Inject(emulator.Fault{Kind: emulator.GoesDeaf, Taken: true})
	d := newDaemon(t, "shutdown_timeout: 3s\n", device)
	d.start()
	message, err := d.client.Send(t.Context(), client.MessageRequest{To: "+48600199901", Text: "Wizyta"})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the network has it", func() bool { return n.AcceptedCount() == 1 })
	if took := d.stop(); took > 10*time.Second {
		t.Errorf("stopping took %s, want less than 10 s", took)
	}
	if status := d.process.ProcessState.ExitCode(); status != exitDone {
		t.Errorf("exit status %d after SIGTERM, want 0", status)
	}
	if want := "it is uncertain, and its report decides"; strings.Count(d.logged(), want) != 1 {
		t.Errorf("the log does not say once: %s", want)
	}
	for _, alarm := range []string{"bringing it back", "Nothing is to be done"} {
		if strings.Contains(d.logged(), alarm) {
			t.Errorf("the log of a stop says: %s", alarm)
		}
	}
	m.Restart()
	d.start()
	if got := d.message(message.ID); got.Status != client.StatusUncertain {
		t.Errorf("the message is %s, want uncertain", got.Status)
	}
}
