package testtools

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestFindLooksOutsidePath(t *testing.T) {
	// Not parallel: it changes PATH.
	t.Setenv("PATH", "/nowhere")
	if path, err := find("ldconfig"); err != nil || path != "/usr/sbin/ldconfig" {
		t.Errorf("find(ldconfig) = %q, %v, want it where Debian keeps daemons", path, err)
	}
	if path, err := find("no-such-command"); err == nil {
		t.Errorf("find(no-such-command) = %q, want an error", path)
	}
}

func TestInstallerIsExecutable(t *testing.T) {
	t.Parallel()
	script, err := installer()
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(script)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode()&0o111 == 0 {
		t.Errorf("%s is not executable", script)
	}
}

func TestNeedFindsWhatIsThere(t *testing.T) {
	t.Parallel()
	Need(t, "tshark", "text2pcap")
	if path := Path(t, "tshark"); path == "" {
		t.Error("Path(tshark) is empty")
	}
}

// ended notes how a test was ended.
type ended struct {
	testing.TB
	skipped, failed string
}

func (e *ended) Helper()           {}
func (e *ended) Skip(args ...any)  { e.skipped = fmt.Sprint(args...) }
func (e *ended) Fatal(args ...any) { e.failed = fmt.Sprint(args...) }

// A program that cannot be installed is named, and must be there under CI.
func TestAbsent(t *testing.T) {
	// Not parallel: it changes the environment.
	t.Setenv("PATH", t.TempDir()) // neither apt-get nor the shell that runs the script
	if _, err := find("gammu"); err == nil {
		t.Skip("gammu lies where Debian keeps daemons")
	}
	for _, ci := range []string{"", "true"} {
		t.Setenv("CI", ci)
		got := &ended{TB: t}
		if path := Path(got, "gammu"); path != "" {
			t.Errorf("found %s", path)
		}
		said, other := got.skipped, got.failed
		if ci != "" {
			said, other = other, said
		}
		if !strings.HasPrefix(said, "not run: gammu: the package gammu cannot be installed: ") || other != "" {
			t.Errorf("CI=%q: skipped with %q, failed with %q", ci, got.skipped, got.failed)
		}
	}
}

// TestInstaller runs the script with a system of its own.
func TestInstaller(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root may mount a /run of its own")
	}
	bin, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	for name, text := range map[string]string{
		"dpkg-query": `grep -q install ` + log + ` 2>/dev/null && echo "install ok installed"`,
		"apt-get":    `echo "$@" >> ` + log,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	script, err := installer()
	if err != nil {
		t.Fatal(err)
	}
	// A /run without lock, as in a small container.
	cmd := exec.CommandContext(t.Context(), "unshare", "--mount", "sh", "-ec", `mount -t tmpfs none /run; exec "$0" gammu`, script)
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil && strings.Contains(string(out), "unshare") {
		t.Skipf("no mount of its own here: %s", out)
	}
	installed, readErr := os.ReadFile(log)
	if err != nil || readErr != nil || !strings.Contains(string(installed), "install -y --no-install-recommends gammu") {
		t.Errorf("%v, %v: %s\n%s", err, readErr, out, installed)
	}
}
