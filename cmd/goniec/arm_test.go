package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"goniec/api/client"
	"goniec/scripts/testtools"
)

// TestARM builds the program for the smallest box, a Raspberry Pi of the first
// generation, and has it check a configuration and send a text.
func TestARM(t *testing.T) {
	t.Parallel()
	qemu := testtools.Path(t, "qemu-arm")
	binary := filepath.Join(t.TempDir(), "goniec")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm", "GOARM=6")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build for arm: %v\n%s", err, out)
	}
	n, _, device := network(t)
	d := newDaemon(t, "", device)
	d.command = []string{qemu, binary}
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), qemu, append([]string{binary}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("goniec %s: %v\n%s", args, err, out)
		}
		return string(out)
	}
	if got := run("version"); !strings.Contains(got, "linux/arm") {
		t.Errorf("version says %s", got)
	}
	run("config", "check", d.config)
	d.start()
	sent, err := d.client.Send(t.Context(), client.MessageRequest{To: "+48600100200", Text: "Wizyta jutro o 10:00"})
	if err != nil {
		t.Fatal(err)
	}
	d.waitFor(sent.ID, client.StatusDelivered)
	if got := n.AcceptedCount(); got != 1 {
		t.Errorf("%d texts were sent, want 1", got)
	}
	run("doctor", "--config", d.config)
	d.stop()
	run("verify", "--config", d.config)
}
