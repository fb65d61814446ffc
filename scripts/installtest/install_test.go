// Package installtest tests docs/install.md, the units and scripts/install: every command of
// the page is run as it stands there.
package installtest

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const source = "../.."

// block is one block of code of a page.
type block struct {
	line     int // of its first command
	language string
	text     string
}

// blocks returns the blocks of code of a page of docs.
func blocks(t *testing.T, page string) []block {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(source, "docs", page))
	if err != nil {
		t.Fatal(err)
	}
	var all []block
	inside := false
	for i, line := range strings.Split(string(text), "\n") {
		language, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && !inside:
			all = append(all, block{line: i + 2, language: language})
			inside = true
		case fence:
			inside = false
		case inside:
			all[len(all)-1].text += line + "\n"
		}
	}
	return all
}

// around is what the test does before or after the block that begins with some words. Each
// is used once, in the order of the page.
type around struct {
	begins        string
	before, after string // lines of sh; the first that fails ends the test
}

// page is what a person does or sees on the way through install.md.
var page = []around{
	{"make\n", "", "bin/goniec version"},
	{"make install", "", `
is root:goniec:640 /etc/goniec/goniec.yaml
is root:goniec:750 /etc/goniec
is goniec:goniec:700 /var/lib/goniec
is root:root:700 /var/lib/goniec-backup
id -nG goniec | grep -qw dialout
[ ! -e /run/goniec.service.pid ] # nothing has been started
grep -q "modprobe -a usbserial option cdc_acm" /run/called
grep -q "udevadm control --reload" /run/called
systemd-analyze verify /usr/lib/systemd/system/goniec.service /usr/lib/systemd/system/goniec-backup.timer
make install | grep "goniec.yaml stays as it is"`},
	{"goniec modem list", `
goniec emulate --dir /run/modems >/run/emulate.yaml 2>/run/handsets &
until [ -L /run/modems/* ]; do sleep 0.1; done
modem=$(readlink -f /run/modems/*)
chgrp dialout "$modem"; chmod 0660 "$modem"
ln -s "$modem" /dev/ttyUSB2`, ""},
	{"install -m 0600 -o goniec /dev/stdin", "echo 1234 >/run/typed", `
is goniec:root:600 /etc/goniec/sim-a.pin
[ "$(cat /etc/goniec/sim-a.pin)" = 1234 ]`},
	{"goniec config check", "chown root /etc/goniec/sim-a.pin; ! goniec config check; chown goniec /etc/goniec/sim-a.pin", ""},
	{"systemctl enable --now goniec\n", "", `
[ -L /etc/systemd/system/multi-user.target.wants/goniec.service ]
is goniec:goniec:600 /var/lib/goniec/goniec.db`},
	{"goniec send", "", `grep "Goniec works." /run/handsets`},
	{"openssl", "", "is goniec:root:600 /etc/goniec/tls.key"},
	{"systemctl enable --now goniec-backup.timer", "", "[ -L /etc/systemd/system/timers.target.wants/goniec-backup.timer ]"},
	{"mkdir -p /media/usb", "systemctl start goniec-backup.service; goniec verify /var/lib/goniec-backup/goniec-$(date +%u).db", `
is root:root:600 /media/usb/goniec/goniec-$(date +%u).db
mv /media/usb /media/gone; ! systemctl start goniec-backup.service; [ ! -e /media/usb ]; mv /media/gone /media/usb`},
	{"goniec verify", "", "goniec token list | grep clinic"},
	{"goniec backup", "sum=$(cat /etc/goniec/*.yaml | cksum)", `[ "$sum" = "$(cat /etc/goniec/*.yaml | cksum)" ]`},
	{"systemctl stop goniec", "", "goniec token list | grep clinic"},
	{"sed", "", "grep 1435 /etc/udev/rules.d/70-goniec.rules"},
	{"goniec webhook secret", "", "is goniec:goniec:600 /etc/goniec/his.secret"},
	{"make uninstall", "", `
[ ! -e /run/goniec.service.pid ]
[ ! -e /etc/systemd/system/multi-user.target.wants/goniec.service ]
[ ! -e /usr/share/doc/goniec ]
[ -z "$(find /usr /etc -path "*goniec*" -type f -not -path "$PWD/*" -not -path "/etc/goniec/*" -not -path "/etc/udev/rules.d/*" -not -path "*/goniec-backup.service.d/*")" ]
[ -e /etc/goniec/goniec.yaml ] && [ -e /var/lib/goniec/goniec.db ]`},
	{"rm -r", "", "! id goniec"},
}

// script puts the commands of the page and what is around them into one script.
func script(t *testing.T, all []block) string {
	t.Helper()
	var s strings.Builder
	s.WriteString(`is() { [ "$(stat -c %U:%G:%a "$2")" = "$1" ] || { ls -l "$2"; return 1; }; }` + "\n: >/run/typed\n")
	rest := page
	for _, b := range all {
		if b.language != "sh" {
			continue
		}
		with := around{}
		if len(rest) > 0 && strings.HasPrefix(b.text, rest[0].begins) {
			with, rest = rest[0], rest[1:]
		}
		fmt.Fprintf(&s, "echo '== line %d'\n%s\n{\n%s} </run/typed\n%s\n", b.line, with.before, b.text, with.after)
	}
	if len(rest) > 0 {
		t.Fatalf("no block of the page begins with %q", rest[0].begins)
	}
	return s.String()
}

// TestInstallPage runs the page from the first block to the last on a box of its own, with
// the real program and an emulated modem.
func TestInstallPage(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root may mount a box of its own")
	}
	for _, path := range []string{"/etc/goniec", "/var/lib/goniec", "/usr/bin/goniec"} {
		if _, err := os.Stat(path); err == nil {
			t.Skipf("Goniec is installed here: there is %s", path)
		}
	}
	for _, command := range []string{"unshare", "ip", "make", "curl", "openssl", "setpriv", "systemd-sysusers", "systemd-analyze", "systemctl"} {
		if _, err := exec.LookPath(command); err != nil {
			t.Skipf("not run: %s: %v", command, err)
		}
	}
	folder, err := filepath.Abs(source)
	if err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	path := filepath.Join(temp, "script")
	if err := os.WriteFile(path, []byte(script(t, blocks(t, "install.md"))), 0o600); err != nil {
		t.Fatal(err)
	}
	cache, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "testdata/box", folder, path, temp)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "GOCACHE="+string(bytes.TrimSpace(cache)))
	out, err := cmd.CombinedOutput()
	if err != nil && bytes.Contains(out, []byte("unshare: ")) {
		t.Skipf("no mounts of its own here: %s", out)
	}
	if err != nil {
		t.Fatalf("%v after\n%s", err, out)
	}
	t.Logf("%s", out)
}

// TestInstallPageLeavesNothingOut allows only what no test can run to be no sh.
func TestInstallPageLeavesNothingOut(t *testing.T) {
	t.Parallel()
	var begins []string
	for _, b := range blocks(t, "install.md") {
		if b.language != "sh" {
			begins = append(begins, strings.Fields(b.text)[0])
		}
	}
	if want := []string{"GOARCH=arm64", "ufw"}; !slices.Equal(begins, want) {
		t.Errorf("not run are the blocks that begin with %q, want %q", begins, want)
	}
}

// TestFilesOfInstall compares what make install puts below DESTDIR with the table of the
// page, for two prefixes, and removes it again.
func TestFilesOfInstall(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(source, "docs/install.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "## Where each file goes")
	if !found {
		t.Fatal("the page has no table of files")
	}
	var want []string
	for _, path := range regexp.MustCompile("`(/(?:usr|etc)/[^`]*)`").FindAllStringSubmatch(table, -1) {
		if path[1] != "/usr/share/doc/goniec/" {
			want = append(want, path[1])
		}
	}
	slices.Sort(want)
	want = slices.Compact(want)
	// The program is built by another test, and any file will do.
	copied := t.TempDir()
	for _, part := range []string{"scripts/install", "systemd", "configs/goniec.yaml", "docs", "README.md", "CHANGELOG.md", "LICENSE"} {
		if out, err := exec.CommandContext(t.Context(), "sh", "-ec", `mkdir -p "$1/$(dirname "$0")"; cp -r "$2/$0" "$1/$0"`, part, copied, source).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	if err := os.Mkdir(filepath.Join(copied, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(copied, "bin/goniec"), []byte("program"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, prefix := range []string{"/usr", "/opt/goniec"} {
		dest := t.TempDir()
		run := func(verb string) {
			t.Helper()
			cmd := exec.CommandContext(t.Context(), filepath.Join(copied, "scripts/install"), verb)
			cmd.Env = append(os.Environ(), "DESTDIR="+dest, "PREFIX="+prefix)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v: %s", verb, err, out)
			}
		}
		run("install")
		under := strings.NewReplacer("/usr/", prefix+"/")
		var installed []string
		for _, path := range files(t, dest) {
			if !strings.HasPrefix(path, prefix+"/share/doc/goniec/") {
				installed = append(installed, path)
			}
		}
		wanted := strings.Split(under.Replace(strings.Join(want, "\n")), "\n")
		slices.Sort(wanted)
		if diff := cmp.Diff(wanted, installed); diff != "" {
			t.Errorf("PREFIX=%s, the table (-) and the files (+):\n%s", prefix, diff)
		}
		unit, err := os.ReadFile(filepath.Join(dest, prefix, "lib/systemd/system/goniec.service"))
		if err != nil || !strings.Contains(string(unit), "\nExecStart="+prefix+"/bin/goniec serve\n") {
			t.Errorf("PREFIX=%s: the unit starts another program, %v", prefix, err)
		}
		config := filepath.Join(dest, "etc/goniec/goniec.yaml")
		if err := os.WriteFile(config, []byte("region: ES\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		run("install")
		if kept, err := os.ReadFile(config); err != nil || string(kept) != "region: ES\n" {
			t.Errorf("the configuration was changed to %q, %v", kept, err)
		}
		run("uninstall")
		if left := files(t, dest); !slices.Equal(left, []string{"/etc/goniec/goniec.yaml"}) {
			t.Errorf("PREFIX=%s: left are %v", prefix, left)
		}
	}
}

// files returns the files below a folder, by their paths from there, in order.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			all = append(all, strings.TrimPrefix(path, dir))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
