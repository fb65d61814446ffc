package modem

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// PortHolders lists the programs that have a device open, such as "ModemManager (812)".
// Without root privileges it sees the processes of its own user only.
func PortHolders(device string) []string { return holders("/proc", device) }

// holders is PortHolders with another root than /proc.
func holders(proc, device string) []string {
	target, err := os.Stat(device)
	if err != nil {
		return nil
	}
	processes, err := os.ReadDir(proc)
	if err != nil {
		return nil
	}
	var names []string
	for _, p := range processes {
		pid, err := strconv.Atoi(p.Name())
		if err != nil || !holds(filepath.Join(proc, p.Name(), "fd"), target, pid == os.Getpid()) {
			continue
		}
		name, err := os.ReadFile(filepath.Join(proc, p.Name(), "comm"))
		if err != nil {
			continue // the process has just ended
		}
		names = append(names, fmt.Sprintf("%s (%d)", strings.TrimSpace(string(name)), pid))
	}
	return names
}

// holds reports whether a process has target open. Of this process one descriptor does
// not count: that of the attempt that found the device busy.
func holds(fds string, target fs.FileInfo, ourselves bool) bool {
	entries, err := os.ReadDir(fds)
	if err != nil {
		return false // no permission
	}
	count := 0
	for _, e := range entries {
		path := filepath.Join(fds, e.Name())
		// Sockets and pipes have no absolute path.
		if link, err := os.Readlink(path); err != nil || !strings.HasPrefix(link, "/") {
			continue
		}
		if opened, err := os.Stat(path); err == nil && sameDevice(opened, target) {
			count++
		}
	}
	if ourselves {
		count--
	}
	return count > 0
}

// sameDevice reports whether two files are the same device. Names do not decide: a
// container has a /dev of its own, and a device may have several names. The device
// number decides, except for pseudo-terminals: each mounted devpts counts them from 0,
// so the file system must be the same, too.
func sameDevice(a, b fs.FileInfo) bool {
	if a.Mode()&b.Mode()&fs.ModeCharDevice == 0 {
		return os.SameFile(a, b)
	}
	x, okX := a.Sys().(*syscall.Stat_t)
	y, okY := b.Sys().(*syscall.Stat_t)
	if !okX || !okY || x.Rdev != y.Rdev {
		return false
	}
	return !isPseudoTerminal(x) || x.Dev == y.Dev
}

// isPseudoTerminal reports whether a character device is the slave side of a
// pseudo-terminal: majors 136 to 143, devices.txt of Linux.
func isPseudoTerminal(s *syscall.Stat_t) bool {
	major := unix.Major(s.Rdev)
	return major >= 136 && major <= 143
}
