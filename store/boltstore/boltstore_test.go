package boltstore_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/storetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		return open(t, filepath.Join(t.TempDir(), "test.db"), boltstore.Options{})
	})
}

func open(tb testing.TB, path string, o boltstore.Options) *boltstore.Store {
	tb.Helper()
	s, err := boltstore.Open(path, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return s
}

func put(tb testing.TB, s store.Store, key, value string) {
	tb.Helper()
	if err := s.Update(tb.Context(), func(tx store.Tx) error { return tx.Put(key, []byte(value)) }); err != nil {
		tb.Fatal(err)
	}
}

func get(tb testing.TB, s store.Store, key string) string {
	tb.Helper()
	v, err := store.View(tb.Context(), s, func(r store.Reader) (string, error) {
		v, err := r.Get(key)
		return string(v), err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

func TestReopen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "goniec.db")
	s := open(t, path, boltstore.Options{})
	put(t, s, "k", "kept")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := get(t, open(t, path, boltstore.Options{}), "k"); got != "kept" {
		t.Errorf("after reopening: %q", got)
	}
}

func TestNewFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	open(t, filepath.Join(folder, "goniec.db"), boltstore.Options{})
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Name()+" "+info.Mode().String())
	}
	if diff := cmp.Diff([]string{"goniec.db -rw-------"}, got); diff != "" {
		t.Errorf("files after the first start:\n%s", diff)
	}
}

func TestOpenConcurrently(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "goniec.db")
	const starts = 8
	var wg sync.WaitGroup
	for range starts {
		wg.Go(func() {
			s, err := boltstore.Open(path, boltstore.Options{Timeout: time.Minute})
			if err != nil {
				t.Error(err)
				return
			}
			err = s.Update(t.Context(), func(tx store.Tx) error {
				n, err := tx.Get("starts")
				if err != nil {
					return err
				}
				return tx.Put("starts", append([]byte("x"), n...))
			})
			if err := errors.Join(err, s.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := get(t, open(t, path, boltstore.Options{}), "starts"); len(got) != starts {
		t.Errorf("%d of %d starts found the same file", len(got), starts)
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	inUse := filepath.Join(folder, "used.db")
	open(t, inUse, boltstore.Options{})
	noise := filepath.Join(folder, "noise.db")
	if err := os.WriteFile(noise, []byte(strings.Repeat("this is not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	short := filepath.Join(folder, "short.db")
	if err := os.WriteFile(short, []byte("cut"), 0o600); err != nil {
		t.Fatal(err)
	}
	overwritten := filepath.Join(folder, "overwritten.db")
	spoil(t, overwritten)
	for _, c := range []struct {
		name, path string
		want       error
	}{
		{"in use", inUse, boltstore.ErrLocked},
		{"not a database", noise, boltstore.ErrDamaged},
		{"cut short", short, boltstore.ErrDamaged},
		{"pages overwritten", overwritten, boltstore.ErrDamaged},
		{"folder missing", filepath.Join(folder, "missing", "goniec.db"), fs.ErrNotExist},
		{"a folder", folder, boltstore.ErrDamaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := boltstore.Open(c.path, boltstore.Options{Timeout: 10 * time.Millisecond})
			if err == nil {
				_ = s.Close()
				t.Fatalf("opened %s", c.path)
			}
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.path) {
				t.Errorf("error %q, want %q with the path", err, c.want)
			}
		})
	}
}

// spoil makes a database at path with zeros where its tree was.
func spoil(t *testing.T, path string) {
	t.Helper()
	s := open(t, path, boltstore.Options{})
	for i := range 50 {
		put(t, s, fmt.Sprint(i), strings.Repeat("v", 1000))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const meta = 2 * 4096
	clear(data[meta:])
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFileLimit(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "goniec.db"), boltstore.Options{MaxSize: 1 << 20})
	put(t, s, "before", "1")
	err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put("large", make([]byte, 2<<20)) })
	if err == nil {
		t.Fatal("2 MiB went into a file of 1 MiB")
	}
	put(t, s, "after", "2")
	if got := get(t, s, "before") + get(t, s, "large") + get(t, s, "after"); got != "12" {
		t.Errorf("after the failure: %q", got)
	}
}

// fullDisk is set for the process in which TestDiskFull fills a disk.
const fullDisk = "GONIEC_TEST_FULL_DISK"

// TestDiskFull runs fillDisk in a process of its own, because the limit on the
// length of a file, by which the kernel is made to refuse, is one for a whole
// process.
func TestDiskFull(t *testing.T) {
	if path := os.Getenv(fullDisk); path != "" {
		fillDisk(t, path)
		return
	}
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDiskFull$", "-test.v")
	cmd.Env = append(os.Environ(), fullDisk+"="+filepath.Join(t.TempDir(), "goniec.db"))
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "the disk was full") {
		t.Errorf("%v\n%s", err, out)
	}
}

func fillDisk(t *testing.T, path string) {
	signal.Ignore(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	s := open(t, path, boltstore.Options{})
	put(t, s, "before", "1")
	limit := func(bytes uint64) {
		t.Helper()
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: before.Max}); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	limit(uint64(info.Size()))
	var failed error
	for i := 0; failed == nil && i < 1000; i++ {
		failed = s.Update(t.Context(), func(tx store.Tx) error {
			return tx.Put(fmt.Sprintf("fill/%03d", i), make([]byte, 100_000))
		})
	}
	if failed == nil {
		t.Fatal("100 MB went to a disk that was full")
	}
	t.Logf("the disk was full: %v", failed)
	full, err := store.View(t.Context(), s, func(r store.Reader) (int, error) {
		pairs, err := r.Scan("fill/", "fill0", 0)
		return len(pairs), err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, "before"); got != "1" {
		t.Errorf("reading while the disk is full: %q", got)
	}
	limit(before.Cur)
	put(t, s, "after", "2")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, boltstore.Options{})
	again, err := store.View(t.Context(), s, func(r store.Reader) (int, error) {
		pairs, err := r.Scan("fill/", "fill0", 0)
		return len(pairs), err
	})
	if err != nil || again != full || get(t, s, "after") != "2" {
		t.Errorf("after reopening: %d records, %v, want %d", again, err, full)
	}
}

func TestWritersShareACommit(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	s := open(t, filepath.Join(t.TempDir(), "goniec.db"), boltstore.Options{Registerer: registry})
	const writers = 50
	var waiting, wg sync.WaitGroup
	err := s.Update(t.Context(), func(store.Tx) error {
		for i := range writers {
			waiting.Add(1)
			wg.Go(func() {
				waiting.Done()
				put(t, s, fmt.Sprint(i), "v")
			})
		}
		waiting.Wait()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	commits, closures := counts(t, registry)
	if commits < 1 || commits > writers/2 || closures < writers {
		t.Errorf("%d writers waiting at once took %v commits with %v closures, want far fewer commits", writers, commits, closures)
	}
}

func TestNothingWrittenIsNoCommit(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	s := open(t, filepath.Join(t.TempDir(), "goniec.db"), boltstore.Options{Registerer: registry})
	for name, fn := range map[string]func(store.Tx) error{
		"nothing":           func(store.Tx) error { return nil },
		"read":              func(tx store.Tx) error { _, err := tx.Get("k"); return err },
		"delete of nothing": func(tx store.Tx) error { return tx.Delete("k") },
		"write and fail":    func(tx store.Tx) error { return errors.Join(tx.Put("k", nil), fs.ErrInvalid) },
	} {
		if err := s.Update(t.Context(), fn); err != nil && !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if commits, _ := counts(t, registry); commits != 0 {
		t.Errorf("%v commits, want none", commits)
	}
}

// counts returns the number of commits and of closures in them.
func counts(t *testing.T, g prometheus.Gatherer) (commits, closures float64) {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "goniec_store_commit_closures" {
			h := f.GetMetric()[0].GetHistogram()
			return float64(h.GetSampleCount()), h.GetSampleSum()
		}
	}
	t.Fatal("no metric goniec_store_commit_closures")
	return 0, 0
}

func TestMetricsRegisteredTwice(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	path := filepath.Join(t.TempDir(), "goniec.db")
	s := open(t, path, boltstore.Options{Registerer: registry})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := boltstore.Open(path, boltstore.Options{Registerer: registry}); err == nil {
		t.Fatal("two stores report under one name")
	}
	open(t, path, boltstore.Options{}) // the failed Open has given the file back
}
