package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"goniec/app"
	"goniec/store/disk"
)

// serviceUser is the user of the service in these tests: nobody.
const serviceUser = 65534

// service is a data directory of the service, in which root works as well.
type service struct {
	t       *testing.T
	program string // path of the program, which the user of the service can run
	config  string // path
	data    string // directory
}

func newService(t *testing.T) *service {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can run programs as another user")
	}
	// Not t.TempDir: its name may be too long for a unix socket.
	dir, err := os.MkdirTemp("", "goniec-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &service{t: t, program: filepath.Join(dir, "goniec"), config: filepath.Join(dir, "goniec.yaml"), data: filepath.Join(dir, "data")}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self) // the folder of the test program is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	text := "data_dir: " + s.data + "\nhttp: {listen: \"127.0.0.1:0\"}\n"
	for _, err := range []error{
		os.Chmod(dir, 0o755), os.WriteFile(s.program, program, 0o755), os.WriteFile(s.config, []byte(text), 0o644),
		os.Mkdir(s.data, 0o700), os.Chown(s.data, serviceUser, -1), // as "chown USER" does, which leaves the group
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// command returns a command of the program, run by a user.
func (s *service) command(ctx context.Context, user uint32, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, s.program, append(args, "--config", s.config)...)
	c.Env = []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	if user != 0 {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
	}
	return c
}

// root runs a command as root, and checks that all files are the service's afterwards.
func (s *service) root(args ...string) {
	s.t.Helper()
	if out, err := s.command(s.t.Context(), 0, args...).CombinedOutput(); err != nil {
		s.t.Fatalf("goniec %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	foreign, err := disk.Foreign(s.data, "")
	if err != nil || len(foreign) > 0 {
		s.t.Errorf("after goniec %s these belong to another user: %v, %v", args[0], foreign, err)
	}
}

// serves runs the service until it answers and has ended again.
func (s *service) serves(user uint32) {
	s.t.Helper()
	c := s.command(s.t.Context(), user, "serve")
	var log strings.Builder
	c.Stderr = &log
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	gone := false
	eventually(s.t, "the service answers or ends", func() bool {
		select {
		case err := <-ended:
			gone = true
			s.t.Logf("the service ended: %v", err)
		default:
		}
		return gone || app.Answers(s.t.Context(), app.SocketPath(s.data))
	})
	if gone {
		s.t.Fatalf("the service ended:\n%s", log.String())
	}
	foreign, err := disk.Foreign(s.data, "")
	if err != nil || len(foreign) > 0 {
		s.t.Errorf("while user %d serves these belong to another user: %v, %v", user, foreign, err)
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	if err := <-ended; err != nil {
		s.t.Fatalf("the service ended: %v\n%s", err, log.String())
	}
}

// TestRootLeavesNothingTheServiceCannotOpen runs every command that writes in the data
// directory as root, and the service as another user after each.
func TestRootLeavesNothingTheServiceCannotOpen(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.root("token", "create", "--name", "his", "--scope", "admin") // before the first start
	s.serves(serviceUser)
	copied := filepath.Join(filepath.Dir(s.data), "b.db")
	s.root("backup", copied)
	if uid, _, err := disk.Owner(copied); err != nil || uid != 0 {
		t.Errorf("a backup in a folder of root belongs to %d, %v", uid, err)
	}
	s.root("restore", copied, "--force")
	s.serves(serviceUser)
	s.serves(0) // by hand, to look for a mistake
	s.serves(serviceUser)

	key := filepath.Join(s.data, "goniec.key")
	if out, err := exec.Command(s.program, "key", "create", key).CombinedOutput(); err != nil {
		t.Fatalf("key create: %v\n%s", err, out)
	}
	f, err := os.OpenFile(s.config, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("key_file: " + key + "\n"); err != nil {
		t.Fatal(err)
	}
	f.Close()
	s.root("token", "list") // encrypts
	s.serves(serviceUser)
	s.root("key", "rotate")
	s.serves(serviceUser)
	s.root("key", "remove", "--force")
	s.serves(serviceUser)
}

// TestServiceNamesWhatItCannotOpen: files that root has left, by an older version or by
// cp, are named with the command that gives them back.
func TestServiceNamesWhatItCannotOpen(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.serves(serviceUser)
	data := app.DataPath(s.data)
	if err := os.Chown(data, 0, 0); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve"}, {"token", "list"}, {"doctor"}, {"backup", filepath.Join(s.data, "b.db")}, {"verify"}} {
		out, err := s.command(t.Context(), serviceUser, args...).CombinedOutput()
		if err == nil {
			t.Errorf("goniec %s is content", args[0])
		}
		words := strings.Fields(string(out))
		if at := slices.Index(words, "chown"); at < 0 || at+2 >= len(words) || words[at+2] != data {
			t.Errorf("goniec %s names no command for %s:\n%s", args[0], data, out)
		}
	}
	s.root("token", "list") // an older version had left the file; any command of root gives it back
	s.serves(serviceUser)
}
