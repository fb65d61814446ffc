package app

import (
	"io/fs"
	"os"
	"syscall"
)

// sameOwner gives f to the owner of another file, where that is another: root may
// change what belongs to the user of the daemon.
func sameOwner(f *os.File, other fs.FileInfo) error {
	want, ok := other.Sys().(*syscall.Stat_t)
	if !ok || int(want.Uid) == os.Geteuid() && int(want.Gid) == os.Getegid() {
		return nil
	}
	return f.Chown(int(want.Uid), int(want.Gid))
}
