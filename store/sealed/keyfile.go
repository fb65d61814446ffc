package sealed

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"goniec/store/disk"
)

// credentialName is the name of the key file for systemd's LoadCredential=.
const credentialName = "goniec.key"

// KeyPath returns the path of the key file: the configured one or else the credential
// that systemd passed to the service. Empty: there is none.
func KeyPath(configured string) string {
	if configured != "" {
		return configured
	}
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return ""
	}
	path := filepath.Join(dir, credentialName)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

var (
	// ErrKeyExposed is the error of a key file that other users may read or change.
	ErrKeyExposed = errors.New("other users may read or change it")
	// ErrNoKey is the error of a key file without a key.
	ErrNoKey = errors.New("there is no key in it")
)

// KeyFileError is why a key file cannot be used. Err is ErrKeyExposed, ErrNoKey, a
// *KeyTextError, or an error of the operating system.
type KeyFileError struct {
	Path string
	Line int // of the mistake, from 1; 0: none
	Err  error
}

// Error implements error.
func (e *KeyFileError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("key file %s, line %d: %v", e.Path, e.Line, e.Err)
	}
	return fmt.Sprintf("key file %s: %v", e.Path, e.Err)
}

// Unwrap returns the cause.
func (e *KeyFileError) Unwrap() error { return e.Err }

// maxKeyFile is the greatest length of a key file in bytes.
const maxKeyFile = 64 << 10

// LoadKeys reads the key file at path: one key a line, of which the first encrypts and
// all decrypt; lines with # are comments. An empty path means no keys. An error is a
// *KeyFileError.
func LoadKeys(path string) ([]Key, error) {
	if path == "" {
		return nil, nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, &KeyFileError{Path: path, Err: cut(err)}
	case !info.Mode().IsRegular() || info.Size() > maxKeyFile:
		return nil, &KeyFileError{Path: path, Err: ErrNoKey}
	case info.Mode().Perm()&0o027 != 0:
		return nil, &KeyFileError{Path: path, Err: ErrKeyExposed}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &KeyFileError{Path: path, Err: cut(err)}
	}
	var keys []Key
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, err := ParseKey(line)
		if err != nil {
			return nil, &KeyFileError{Path: path, Line: n, Err: err}
		}
		keys = append(keys, k)
	}
	if err := lines.Err(); err != nil {
		return nil, &KeyFileError{Path: path, Err: err}
	}
	if len(keys) == 0 {
		return nil, &KeyFileError{Path: path, Err: ErrNoKey}
	}
	return keys, nil
}

// cut removes from an error of package os the parts that KeyFileError repeats.
func cut(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// CreateKeys writes keys to a new file at path, readable by its owner only, who is that of
// its folder. It never replaces a file.
func CreateKeys(path string, keys ...Key) error {
	write := writeKeys(keys, 0o600)
	return explain(path, disk.Create(path, func(temp string) error { return errors.Join(write(temp), disk.Adopt(temp)) }))
}

// ReplaceKeys replaces the keys in the file at path, whose owner and permissions stay:
// the daemon may read the file through its group.
func ReplaceKeys(path string, keys []Key) error {
	info, err := os.Stat(path)
	if err == nil {
		err = disk.Replace(path, writeKeys(keys, info.Mode().Perm()))
	}
	return explain(path, err)
}

// writeKeys returns a function that writes keys to a file and sets its permissions.
func writeKeys(keys []Key, mode fs.FileMode) func(path string) error {
	return func(path string) error {
		return errors.Join(os.WriteFile(path, keyText(keys), 0o600), os.Chmod(path, mode))
	}
}

// explain returns err as a *KeyFileError.
func explain(path string, err error) error {
	if err != nil {
		return &KeyFileError{Path: path, Err: cut(err)}
	}
	return nil
}

// keyText returns the contents of a key file.
func keyText(keys []Key) []byte {
	var b bytes.Buffer
	b.WriteString("# Keys of goniec. The first one encrypts the data, the others only decrypt what is\n" +
		"# still under them. Without this file the data is lost: print it (goniec key sheet).\n")
	for _, k := range keys {
		fmt.Fprintf(&b, "\n# key %s, written %s\n%s\n", k.ID(), time.Now().UTC().Format(time.DateOnly), k.Text())
	}
	return b.Bytes()
}
