package modem_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"goniec/modem"
)

// procOf makes a /proc with processes that have one file open each.
func procOf(t *testing.T, processes map[int]string) string {
	t.Helper()
	proc := t.TempDir()
	for pid, opened := range processes {
		dir := filepath.Join(proc, strconv.Itoa(pid))
		if err := os.MkdirAll(filepath.Join(dir, "fd"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "comm"), []byte("ModemManager\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(opened, filepath.Join(dir, "fd", "7")); err != nil {
			t.Fatal(err)
		}
	}
	return proc
}

// terminal opens a pseudo-terminal and returns the side that programs open.
func terminal(t *testing.T) *os.File {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatalf("no pseudo-terminal: %v", err)
	}
	t.Cleanup(func() {
		slave.Close()
		master.Close()
	})
	return slave
}

func TestHolders(t *testing.T) {
	t.Parallel()
	device, other := terminal(t), terminal(t)
	file := filepath.Join(t.TempDir(), "ttyUSB0")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "by-id")
	if err := os.Symlink(device.Name(), link); err != nil {
		t.Fatal(err)
	}
	descriptor := filepath.Join("/proc/self/fd", strconv.Itoa(int(device.Fd()))) // another name of the open device
	tests := []struct {
		name, device, opened string
		held                 bool
	}{
		{"its name", device.Name(), device.Name(), true},
		{"a link to it", link, device.Name(), true},
		{"another name", device.Name(), descriptor, true},
		{"another terminal", device.Name(), other.Name(), false},
		{"another device", device.Name(), "/dev/null", false},
		{"a file", file, file, true},
		{"no file", device.Name(), "/no/such/file", false},
		{"a socket", device.Name(), "socket:[4711]", false},
		{"no device", "/no/such/device", "/no/such/device", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := modem.Holders(procOf(t, map[int]string{812: tt.opened, 900: "/dev/zero"}), tt.device)
			if held := len(got) == 1 && got[0] == "ModemManager (812)"; held != tt.held || len(got) > 1 {
				t.Errorf("holders %q, want ModemManager (812): %t", got, tt.held)
			}
		})
	}
}

// TestHoldersInContainers has somebody hold a device of the same name and number in a
// container, where another devpts is mounted on /dev/pts.
func TestHoldersInContainers(t *testing.T) {
	t.Parallel()
	device := terminal(t)
	stranger := inContainer(t, device.Name())
	name := func(f *os.File) string { return filepath.Join("/proc/self/fd", strconv.Itoa(int(f.Fd()))) }
	if seen, err := os.Readlink(name(stranger)); err != nil || seen != device.Name() {
		t.Errorf("the stranger holds %q, %v, want the name %s", seen, err, device.Name())
	}
	if got := modem.Holders(procOf(t, map[int]string{812: name(stranger)}), device.Name()); len(got) > 0 {
		t.Errorf("holders %q, want none", got)
	}
	if got := modem.Holders(procOf(t, map[int]string{812: name(device)}), device.Name()); len(got) != 1 {
		t.Errorf("holders %q, want one", got)
	}
}

// inContainer mounts a devpts where nobody else sees it, which only root may, and
// opens the pseudo-terminal of this name there.
func inContainer(t *testing.T, name string) *os.File {
	t.Helper()
	type result struct {
		slave *os.File
		err   error
	}
	opened := make(chan result)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends, and with it the mount
		slave, err := mountAndOpen(t, name)
		opened <- result{slave, err}
		<-t.Context().Done()
	}()
	r := <-opened
	if errors.Is(r.err, fs.ErrPermission) {
		t.Skip("only root may mount another devpts")
	}
	if r.err != nil {
		t.Fatal(r.err)
	}
	return r.slave
}

// mountAndOpen does so for this thread.
func mountAndOpen(t *testing.T, name string) (*os.File, error) {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return nil, err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return nil, err
	}
	if err := unix.Mount("devpts", "/dev/pts", "devpts", 0, "newinstance,ptmxmode=0666"); err != nil {
		return nil, err
	}
	const most = 1 << 12 // the numbers count from 0
	for range most {
		master, err := os.OpenFile("/dev/pts/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { master.Close() })
		fd := int(master.Fd())
		number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
		if err != nil {
			return nil, err
		}
		if "/dev/pts/"+strconv.Itoa(number) != name {
			continue
		}
		if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
			return nil, err
		}
		slave, err := os.OpenFile(name, os.O_RDWR|unix.O_NOCTTY, 0)
		if err == nil {
			t.Cleanup(func() { slave.Close() })
		}
		return slave, err
	}
	return nil, fmt.Errorf("no terminal %s among %d", name, most)
}
