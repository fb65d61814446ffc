package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"goniec/api/client"
	"goniec/api/system"
	"goniec/modem/emulator"
)

// TestDiskRefuses has the kernel refuse whatever the running daemon writes to its
// data, while the parts of a text are on their way and another comes in, and take it
// again: as a disk does that is full, or that the kernel has made read-only.
func TestDiskRefuses(t *testing.T) {
	t.Parallel()
	n, device, path := networkLike(t, emulator.Options{Seed: 1, Latency: emulator.Latency{Air: 300 * time.Millisecond}})
	d := newDaemon(t, "", path)
	d.start()
	d.ready()
	url, token := d.url(), d.token()
	long := d.send("+48602000001", 0) // of three parts
	d.eventually("a part has left", func() bool { return n.AcceptedCount() > 0 })

	writable := d.refuseWrites()
	if status := post(t, url, token, `{"to": "+48602000002", "text": "Wizyta jutro"}`); status != http.StatusInsufficientStorage {
		t.Errorf("a message was answered with %d, want 507", status)
	}
	if err := n.Handset("+48602000003").Send(device.SIM().Number, "TAK"); err != nil {
		t.Fatal(err)
	}
	d.eventually("the alarm is raised", func() bool { return d.alarmed(system.AlarmStore) })
	if status, body := get(t, url+"/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "store_") {
		t.Errorf("readiness is %d: %s", status, body)
	}
	if _, body := get(t, url+"/metrics"); !strings.Contains(body, `goniec_alarm{code="store_failed"} 1`) {
		t.Error("the metrics do not tell of the alarm")
	}
	// What was in the air when it happened may end there; nothing else leaves.
	left := n.AcceptedCount()
	pauseFor(t, 2*time.Second)
	if got := n.AcceptedCount(); left > 2 || got != left {
		t.Errorf("%d parts had left when the alarm was raised, %d two seconds later; there was one before", left, got)
	}

	writable()
	d.waitFor(long, client.StatusDelivered)
	d.waitFor(d.send("+48602000002", 2), client.StatusDelivered)
	d.eventually("the alarm is over", func() bool { return !d.alarmed(system.AlarmStore) })
	d.eventually("the text that came in is there", func() bool { return d.received("TAK") })
	if status, _ := get(t, url+"/readyz"); status != http.StatusOK {
		t.Errorf("readiness is %d", status)
	}
	if got, want := n.AcceptedCount(), len(d.message(long).Parts)+1; got != want {
		t.Errorf("%d parts have left, want %d", got, want)
	}
	for _, want := range []string{"level=ERROR msg=alarm code=store_failed", "nothing is sent", "store can be written again", "alarm is over"} {
		if !strings.Contains(d.logged(), want) {
			t.Errorf("the log lacks %q", want)
		}
	}
	d.stop()
	d.verify()
}

// refuseWrites has every write of the daemon to a file fail until the function
// returned is called.
func (d *daemon) refuseWrites() (end func()) {
	d.t.Helper()
	var before unix.Rlimit
	set := func(l *unix.Rlimit, old *unix.Rlimit) {
		d.t.Helper()
		if err := unix.Prlimit(d.process.Process.Pid, unix.RLIMIT_FSIZE, l, old); err != nil {
			d.t.Fatal(err)
		}
	}
	set(nil, &before)
	set(&unix.Rlimit{Cur: 0, Max: before.Max}, nil)
	return func() { set(&before, nil) }
}

// get asks for a page that needs no token.
func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(all)
}

// received says whether a text is in the inbox.
func (d *daemon) received(text string) bool {
	d.t.Helper()
	for m, err := range d.client.Inbox(d.t.Context(), client.InboxFilter{}) {
		if err != nil {
			d.t.Fatal(err)
		}
		if m.Text == text {
			return true
		}
	}
	return false
}

// send has message i accepted.
func (d *daemon) send(to string, i int) string {
	d.t.Helper()
	m, err := d.client.Send(d.t.Context(), client.MessageRequest{To: to, Text: soakText(i)})
	if err != nil {
		d.t.Fatal(err)
	}
	return m.ID
}

func (d *daemon) alarmed(code string) bool {
	d.t.Helper()
	alarms, err := d.client.Alarms(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	for _, a := range alarms {
		if a.Code == code {
			return true
		}
	}
	return false
}
