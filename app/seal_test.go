package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"goniec/pdu"
	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/sealed"
)

// secrets are what the fixtures hold of people, in every form in which the program
// or a modem writes it.
func secrets(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, number := range []string{"48600100201", "48600100202", "48600100219", "48600100231", "48600199901", "48600199911"} {
		swapped, err := pdu.Deliver{OA: address(t, "+"+number), SCTS: fixtureDay}.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		all["number "+number] = []byte(number[4:])
		all["number in semi-octets "+number] = swapped[3:8]
	}
	for _, text := range []string{"Wizyta jutro o 10:00", "Wyniki sa gotowe", "TAK, dzi", "Oddzwonimy", "Zażółć gęślą"} {
		all["text "+text] = []byte(text)
		var wide []byte
		for _, unit := range utf16.Encode([]rune(text)) {
			wide = append(wide, byte(unit>>8), byte(unit))
		}
		all["text in UCS-2 "+text] = wide
		if packed, err := pdu.TextUserData(text, pdu.GSM7, nil); err == nil {
			all["text in septets "+text] = packed.Data
		}
	}
	return all
}

// found returns which secrets are in a file, and in those beside it.
func found(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for name, secret := range secrets(t) {
			if bytes.Contains(data, secret) {
				names = append(names, name+" in "+e.Name())
			}
		}
	}
	return names
}

// TestEncryption turns encryption on for data of each schema, uses it, and turns it
// off again.
func TestEncryption(t *testing.T) {
	t.Parallel()
	for _, fixture := range []string{"schema-1.db.gz", "schema-2.db.gz", "schema-3.db.gz"} {
		t.Run(fixture, func(t *testing.T) {
			t.Parallel()
			dir := unpack(t, fixture)
			if len(found(t, dir)) < 8 {
				t.Fatalf("the plain file holds only %q: this test would find nothing", found(t, dir))
			}
			if err := os.WriteFile(DataPath(dir)+".rewrite", []byte("Wizyta jutro o 10:00"), 0o600); err != nil {
				t.Fatal(err) // what a power cut has left
			}
			keys := []sealed.Key{sealed.NewKey()}
			s := reopen(t, dir, keys)
			if left := found(t, dir); len(left) > 0 {
				t.Errorf("the encrypted file holds %q", left)
			}
			checkOldData(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if left := found(t, dir); len(left) > 0 {
				t.Errorf("after use the encrypted file holds %q", left)
			}
			if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
				t.Errorf("%d files, %v, want the data alone", len(entries), err)
			}
			findings, records, err := Verify(t.Context(), DataPath(dir), keys, func(int) {})
			if err != nil || len(findings) > 0 || records < 20 {
				t.Errorf("%d findings in %d records, %v", len(findings), records, err)
			}
			if _, err := Decrypt(t.Context(), dir, keys); err != nil {
				t.Fatal(err)
			}
			if len(found(t, dir)) < 8 {
				t.Error("decrypted data is not readable")
			}
			s = reopen(t, dir, nil)
			checkInvariants(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func reopen(t *testing.T, dir string, keys []sealed.Key) store.Store {
	t.Helper()
	s, err := OpenStore(t.Context(), dir, keys)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestKeysThatDoNotFit opens, verifies and restores encrypted data without its key.
func TestKeysThatDoNotFit(t *testing.T) {
	t.Parallel()
	dir := unpack(t, "schema-3.db.gz")
	right := []sealed.Key{sealed.NewKey()}
	if err := reopen(t, dir, right).Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		keys []sealed.Key
		want error
	}{
		"no key":      {nil, sealed.ErrSealed},
		"another key": {[]sealed.Key{sealed.NewKey()}, sealed.ErrWrongKey},
	} {
		var data *DataError
		if _, err := OpenStore(t.Context(), dir, c.keys); !errors.Is(err, c.want) || !errors.As(err, &data) {
			t.Errorf("open, %s: %v", name, err)
		}
		if _, _, err := Verify(t.Context(), DataPath(dir), c.keys, func(int) {}); !errors.Is(err, c.want) {
			t.Errorf("verify, %s: %v", name, err)
		}
		if _, err := Decrypt(t.Context(), dir, c.keys); !errors.Is(err, c.want) {
			t.Errorf("decrypt, %s: %v", name, err)
		}
		other := filepath.Join(t.TempDir(), "data")
		_, err := Restore(t.Context(), Restoration{Dir: other, Path: DataPath(dir), Keys: c.keys})
		if !errors.Is(err, c.want) {
			t.Errorf("restore, %s: %v", name, err)
		}
		if entries, err := os.ReadDir(other); err != nil || len(entries) > 0 {
			t.Errorf("a restore that failed left %d files, %v", len(entries), err)
		}
	}
	other := filepath.Join(t.TempDir(), "data")
	if _, err := Restore(t.Context(), Restoration{Dir: other, Path: DataPath(dir), Keys: right}); err != nil {
		t.Fatal(err)
	}
	if left := found(t, other); len(left) > 0 {
		t.Errorf("the restored file holds %q", left)
	}
	if err := reopen(t, other, right).Close(); err != nil {
		t.Error(err)
	}
}

// TestEncryptionInterrupted has the encryption of a file fail in the middle of it.
func TestEncryptionInterrupted(t *testing.T) {
	t.Parallel()
	dir := unpack(t, "schema-3.db.gz")
	file, err := boltstore.Open(DataPath(dir), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	before := everything(t, file)
	_, err = rewrite(t.Context(), DataPath(dir), file, slog.New(slog.DiscardHandler), func(to *boltstore.Store) (store.Store, error) {
		s, err := sealed.Create(t.Context(), to, []sealed.Key{sealed.NewKey()})
		return &failingStore{Store: s}, err
	})
	if !errors.Is(err, errDead) {
		t.Fatalf("rewrite = %v", err)
	}
	if after := everything(t, file); len(after) != len(before) {
		t.Errorf("%d records of %d", len(after), len(before))
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%d files, %v, want the data alone", len(entries), err)
	}
	s := reopen(t, dir, nil)
	checkOldData(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// failingStore takes no record.
type failingStore struct{ store.Store }

func (*failingStore) Update(context.Context, func(store.Tx) error) error { return errDead }

func TestLoadKeys(t *testing.T) {
	t.Parallel()
	a, b := sealed.NewKey(), sealed.NewKey()
	path := filepath.Join(t.TempDir(), "goniec.key")
	if err := sealed.CreateKeys(path, a); err != nil {
		t.Fatal(err)
	}
	if err := sealed.CreateKeys(path, b); !errors.Is(err, os.ErrExist) {
		t.Errorf("a key was replaced: %v", err)
	}
	if err := sealed.ReplaceKeys(path, []sealed.Key{b, a}); err != nil {
		t.Fatal(err)
	}
	if keys, err := sealed.LoadKeys(path); err != nil || !slices.Equal(keys, []sealed.Key{b, a}) {
		t.Errorf("read %d keys, %v", len(keys), err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	// A group that may read the keys, that of the daemon, still may when root replaces them.
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := sealed.ReplaceKeys(path, []sealed.Key{a}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if keys, err := sealed.LoadKeys(""); err != nil || keys != nil {
		t.Errorf("no file: %v", err)
	}
	text := a.Text()
	for name, c := range map[string]struct {
		content string
		mode    os.FileMode
		line    int
		want    error
	}{
		"others may read": {text, 0o604, 0, sealed.ErrKeyExposed},
		"group may write": {text, 0o620, 0, sealed.ErrKeyExposed},
		"empty":           {"# nothing\n\n", 0o600, 0, sealed.ErrNoKey},
		"mistyped":        {"# one\n" + text[:7] + "!" + text[8:], 0o600, 2, nil},
	} {
		bad := filepath.Join(t.TempDir(), "bad.key")
		if err := os.WriteFile(bad, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(bad, c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := sealed.LoadKeys(bad)
		var file *sealed.KeyFileError
		if !errors.As(err, &file) || file.Path != bad || file.Line != c.line || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), text[12:17]) {
			t.Errorf("%s: the error shows the key", name)
		}
	}
}
