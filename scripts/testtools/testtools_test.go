package testtools

import (
	"os"
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
