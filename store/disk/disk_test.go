package disk_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/store/disk"
)

func write(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask is
		t.Fatal(err)
	}
}

// want checks that path is the only file in its folder, with this text and mode.
func want(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != text {
		t.Errorf("%q, %v, want %q", got, err, text)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != mode {
		t.Errorf("mode %v, %v, want %v", info.Mode(), err, mode)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("%v beside it, %v", entries, err)
	}
}

func fill(text string) func(string) error {
	return func(temp string) error { return os.WriteFile(temp, []byte(text), 0o600) }
}

var errFill = errors.New("disk is full")

func broken(temp string) error { return errors.Join(os.WriteFile(temp, []byte("ha"), 0o600), errFill) }

func TestReplace(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if err := disk.Replace(path, fill("first")); err != nil {
		t.Fatal(err)
	}
	want(t, path, "first", 0o600)
	if err := disk.Replace(path, broken); !errors.Is(err, errFill) {
		t.Errorf("Replace = %v, want the error of fill", err)
	}
	want(t, path, "first", 0o600)
	if err := disk.Replace(path, fill("second")); err != nil {
		t.Fatal(err)
	}
	want(t, path, "second", 0o600)
	if err := disk.Replace(filepath.Join(filepath.Dir(path), "no", "file"), fill("")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a folder that does not exist: %v", err)
	}
}

// Whoever may read the file that is replaced may not read what takes its place.
func TestNothingPrivateIsExposed(t *testing.T) {
	t.Parallel()
	for _, mode := range []fs.FileMode{0o666, 0o644, 0o640, 0o604, 0o600} {
		path := filepath.Join(t.TempDir(), "file")
		write(t, path, "first", mode)
		if err := disk.Replace(path, broken); !errors.Is(err, errFill) {
			t.Errorf("Replace = %v, want the error of fill", err)
		}
		want(t, path, "first", mode)
		if err := disk.Replace(path, fill("second")); err != nil {
			t.Fatal(err)
		}
		want(t, path, "second", 0o600)
		write(t, path, "third", mode)
		ready := filepath.Join(filepath.Dir(path), "ready")
		write(t, ready, "fourth", 0o600)
		if err := disk.Put(ready, path); err != nil {
			t.Fatal(err)
		}
		want(t, path, "fourth", 0o600)
	}
}

func TestReplaceKeepsTheOwner(t *testing.T) {
	t.Parallel()
	const user, group = 12345, 12346
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, "first", 0o600)
	if err := os.Chown(path, user, group); err != nil {
		t.Skipf("only root gives files away: %v", err)
	}
	if err := disk.Replace(path, fill("second")); err != nil {
		t.Fatal(err)
	}
	want(t, path, "second", 0o600)
	second := filepath.Join(filepath.Dir(path), "other")
	write(t, second, "third", 0o600)
	if err := disk.Put(second, path); err != nil {
		t.Fatal(err)
	}
	want(t, path, "third", 0o600)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if uid, gid := owner(info); uid != user || gid != group {
		t.Errorf("belongs to %d:%d, want %d:%d", uid, gid, user, group)
	}
}

// What root makes in a folder of the service is the service's, and what is not is told.
func TestAdopt(t *testing.T) {
	t.Parallel()
	const user, group = 12345, 12346
	folder := t.TempDir()
	if err := os.Chown(folder, user, group); err != nil {
		t.Skipf("only root gives files away: %v", err)
	}
	mine, other, link := filepath.Join(folder, "goniec.db"), filepath.Join(folder, "notes"), filepath.Join(folder, "goniec.link")
	elsewhere := filepath.Join(t.TempDir(), "shadow")
	for _, path := range []string{mine, other, elsewhere} {
		write(t, path, "", 0o600)
	}
	if err := os.Symlink(elsewhere, link); err != nil {
		t.Fatal(err)
	}
	foreign, err := disk.Foreign(folder, "goniec.")
	if diff := cmp.Diff([]string{mine, link}, foreign); diff != "" || err != nil {
		t.Errorf("foreign files, %v (-want +got):\n%s", err, diff)
	}
	for _, path := range foreign {
		if err := disk.Adopt(path); err != nil {
			t.Fatal(err)
		}
	}
	if uid, gid, err := disk.Owner(mine); err != nil || uid != user || gid != group {
		t.Errorf("belongs to %d:%d, %v, want %d:%d", uid, gid, err, user, group)
	}
	if uid, _, err := disk.Owner(elsewhere); err != nil || uid != os.Geteuid() {
		t.Errorf("the file that a link leads to belongs to %d, %v", uid, err)
	}
	if foreign, err = disk.Foreign(folder, "goniec."); err != nil || len(foreign) > 0 {
		t.Errorf("still foreign: %v, %v", foreign, err)
	}
	if err := disk.Adopt(filepath.Join(folder, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if err := disk.Create(path, broken); !errors.Is(err, errFill) {
		t.Errorf("Create = %v, want the error of fill", err)
	}
	if err := disk.Create(path, fill("first")); err != nil {
		t.Fatal(err)
	}
	want(t, path, "first", 0o600)
	if err := disk.Create(path, fill("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a file that is there: %v, want fs.ErrExist", err)
	}
	want(t, path, "first", 0o600)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	// One that appears meanwhile stays, too.
	err := disk.Create(path, func(temp string) error {
		write(t, path, "other", 0o600)
		return fill("mine")(temp)
	})
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("a file that has come meanwhile: %v, want fs.ErrExist", err)
	}
	want(t, path, "other", 0o600)
}

func owner(info fs.FileInfo) (uid, gid uint32) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0
	}
	return s.Uid, s.Gid
}
