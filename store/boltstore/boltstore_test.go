package boltstore_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"go.etcd.io/bbolt"

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

func TestLeftTemporaryFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "goniec.db")
	old, young := path+".1.tmp", path+".2.tmp"
	for _, name := range []string{old, young} {
		if err := os.WriteFile(name, []byte("cut off"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	yesterday := time.Now().Add(-24 * time.Hour)
	if err := os.Chtimes(old, yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	open(t, path, boltstore.Options{})
	if names, err := filepath.Glob(path + "*"); err != nil || !slices.Equal(names, []string{path, young}) {
		t.Errorf("files %q, %v, want the old one gone", names, err)
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

func TestCompaction(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "goniec.db")
	s := open(t, path, boltstore.Options{})
	const rows, size = 3000, 10_000
	for from := 0; from < rows; from += 500 {
		err := s.Update(t.Context(), func(tx store.Tx) error {
			for i := from; i < from+500; i++ {
				if err := tx.Put(fmt.Sprintf("k/%05d", i), make([]byte, size)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	put(t, s, "kept", "1")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	full := fileSize(t, path)

	s = open(t, path, boltstore.Options{})
	if got := fileSize(t, path); got != full {
		t.Errorf("a full file of %d bytes was compacted to %d", full, got)
	}
	err := s.Update(t.Context(), func(tx store.Tx) error {
		for i := range rows {
			if err := tx.Delete(fmt.Sprintf("k/%05d", i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, boltstore.Options{})
	if got := fileSize(t, path); got > 1<<20 {
		t.Errorf("an empty file of %d bytes has %d after a restart", full, got)
	}
	put(t, s, "after", "2")
	if got := get(t, s, "kept") + get(t, s, "k/00007") + get(t, s, "after"); got != "12" {
		t.Errorf("after compaction: %q", got)
	}
	if names, err := filepath.Glob(path + "*"); err != nil || len(names) != 1 {
		t.Errorf("files %q, %v, want the database alone", names, err)
	}
}

// TestGrowth lets a file grow in small and in large steps and has bbolt check
// every page.
func TestGrowth(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "goniec.db")
	s := open(t, path, boltstore.Options{})
	want := map[string]int{}
	for i := range 400 {
		key, size := fmt.Sprintf("k/%03d", i%150), 40_000
		if i%50 == 49 {
			size = 3 << 20
		}
		want[key] = size
		err := s.Update(t.Context(), func(tx store.Tx) error {
			if i%7 == 0 {
				return errors.Join(tx.Put(key, bytes.Repeat([]byte{byte(i)}, size)), tx.Delete("k/003"))
			}
			return tx.Put(key, bytes.Repeat([]byte{byte(i)}, size))
		})
		if err != nil {
			t.Fatal(err)
		}
		if i%7 == 0 {
			delete(want, "k/003")
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			t.Error(err)
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, boltstore.Options{})
	got := map[string]int{}
	err = s.View(t.Context(), func(r store.Reader) error {
		pairs, err := r.Scan("", "", 0)
		for _, p := range pairs {
			got[p.Key] = len(p.Value)
			if len(bytes.Trim(p.Value, string(p.Value[:1]))) != 0 {
				t.Errorf("value of %s is mixed up", p.Key)
			}
		}
		return err
	})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// killed is set for the process that TestKilled kills.
const killed = "GONIEC_TEST_KILLED"

// TestKilled ends a process in the middle of many writes, again and again, and
// checks that whatever it was told is on disk is there.
func TestKilled(t *testing.T) {
	if path := os.Getenv(killed); path != "" {
		writeUntilKilled(t, path)
		return
	}
	t.Parallel()
	path := filepath.Join(t.TempDir(), "goniec.db")
	told := 0
	for life := range 5 {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), killed+"="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; n < 200*(life+1) && lines.Scan(); n++ {
			if _, err := fmt.Sscanf(lines.Text(), "done %d", &told); err != nil {
				t.Fatalf("%q: %v", lines.Text(), err)
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // that it was killed is no news
		s := open(t, path, boltstore.Options{Timeout: 10 * time.Second})
		pairs, err := store.View(t.Context(), s, func(r store.Reader) (int, error) {
			pairs, err := r.Scan("", "", 0)
			return len(pairs), err
		})
		if err != nil || pairs < told {
			t.Errorf("life %d: %d records, %v, but %d were said to be on disk", life, pairs, err, told)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if told < 5*200 {
		t.Errorf("only %d records in five lives", told)
	}
}

// writeUntilKilled adds records from several goroutines and says how many are
// on disk.
func writeUntilKilled(t *testing.T, path string) {
	s := open(t, path, boltstore.Options{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				n, err := store.Update(t.Context(), s, func(tx store.Tx) (int, error) {
					last, err := tx.ScanLast("", "", 1)
					if err != nil {
						return 0, err
					}
					n := 0
					if len(last) > 0 {
						if n, err = strconv.Atoi(last[0].Key); err != nil {
							return 0, err
						}
					}
					return n + 1, tx.Put(fmt.Sprintf("%09d", n+1), make([]byte, 300))
				})
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := fmt.Printf("done %d\n", n); err != nil {
					return // killed soon
				}
			}
		})
	}
	wg.Wait()
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

func TestExamine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "goniec.db")
	if err := boltstore.Examine(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	s, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := boltstore.Examine(path); !errors.Is(err, boltstore.ErrLocked) {
		t.Errorf("while it is open: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := boltstore.Examine(path); err != nil {
		t.Errorf("good: %v", err)
	}
	if err := os.WriteFile(path, bytes.Repeat([]byte("x"), 1<<16), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := boltstore.Examine(path); !errors.Is(err, boltstore.ErrDamaged) {
		t.Errorf("damaged: %v", err)
	}
}
