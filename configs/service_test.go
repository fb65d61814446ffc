package configs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"goniec/catalogue"
	"goniec/configs"
)

// stranger is a user to whom nothing in the tests belongs.
var stranger = configs.Account{Name: "goniec", UID: 64999, GID: 64999, Groups: []int{64999}}

// folderForAll returns a folder that every user can enter.
func folderForAll(t *testing.T) string {
	t.Helper()
	for above := os.TempDir(); above != "/"; above = filepath.Dir(above) {
		if info, err := os.Stat(above); err != nil || info.Mode().Perm()&0o001 == 0 {
			t.Skipf("others cannot enter %s, where temporary files are: %v", above, err)
		}
	}
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} { // TempDir makes both
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// put writes a file of a mode and returns its path.
func put(t *testing.T, dir, name string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte("4711\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestUnreadable looks at files with the eyes of another user, as root has to.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	dir := folderForAll(t)
	closed := filepath.Join(dir, "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	linked := filepath.Join(dir, "link")
	if err := os.Symlink(put(t, closed, "behind", 0o644), linked); err != nil {
		t.Fatal(err)
	}
	private := put(t, dir, "private", 0o600)
	group := stranger
	group.Groups = append([]int{os.Getegid()}, stranger.Groups...)
	tests := []struct {
		name, path string
		by         configs.Account
		want       string // "": it can be read
	}{
		{"a file for all", put(t, dir, "open", 0o644), stranger, ""},
		{"a file of another", private, stranger, "who cannot read the file " + private + ". Run: chown goniec " + private + "."},
		{"a file of a group", put(t, dir, "shared", 0o640), group, ""},
		{"a file of another group", put(t, dir, "other", 0o640), stranger, "chown goniec"},
		{"a group that may not", put(t, dir, "notgroup", 0o604), group, "chown goniec"},
		{"a file in a folder of another", put(t, closed, "inside", 0o644), stranger,
			"who cannot enter the folder " + closed + ". Run: install -m 0600 -o goniec " + filepath.Join(closed, "inside") + " /etc/goniec/, and write the new path here."},
		{"a link into a folder of another", linked, stranger, "cannot enter the folder " + closed},
		{"its own file", private, configs.Account{Name: "me", UID: os.Geteuid()}, ""},
		{"no file", filepath.Join(dir, "none"), stranger, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := configs.Default()
			c.KeyFile, c.ProfilesDir = tt.path, ""
			found := c.Unreadable("", tt.by)
			switch {
			case tt.want == "" && len(found) > 0:
				t.Errorf("%s", found[0].Text(catalogue.English))
			case tt.want != "" && (len(found) != 1 || !strings.Contains(found[0].Text(catalogue.English), tt.want) || found[0].Key != "key_file"):
				t.Errorf("found %v, want %s", found, tt.want)
			}
		})
	}
}

// TestUnreadableLooksEverywhere names each key whose file the service has to read.
func TestUnreadableLooksEverywhere(t *testing.T) {
	t.Parallel()
	dir := folderForAll(t)
	m, w := configs.DefaultModem(), configs.DefaultWebhook()
	m.PINFile, w.SecretFile = put(t, dir, "pin", 0o600), put(t, dir, "secret", 0o600)
	c := configs.Default()
	c.KeyFile, c.ProfilesDir = put(t, dir, "key", 0o600), dir
	c.HTTP.TLS = configs.TLS{CertFile: put(t, dir, "cert", 0o600), KeyFile: put(t, dir, "tls", 0o600)}
	c.Modems, c.Webhooks = []configs.Modem{m}, []configs.Webhook{w}
	put(t, dir, "e173.json", 0o600)
	var keys []string
	for _, found := range c.Unreadable("", stranger) {
		keys = append(keys, found.Key)
	}
	want := "key_file profiles_dir http.tls.cert_file http.tls.key_file modems[0].pin_file webhooks[0].secret_file"
	if got := strings.Join(keys, " "); got != want {
		t.Errorf("looked at %s, want %s", got, want)
	}
}

// TestSecretsThatOthersRead warns of each file with a secret that is open to others.
func TestSecretsThatOthersRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m, w := configs.DefaultModem(), configs.DefaultWebhook()
	m.Device, m.PINFile, w.SecretFile = os.DevNull, put(t, dir, "pin", 0o644), put(t, dir, "secret", 0o604)
	c := configs.Default()
	c.DataDir, c.ProfilesDir = dir, ""
	c.HTTP.TLS = configs.TLS{CertFile: put(t, dir, "cert", 0o644), KeyFile: put(t, dir, "tls", 0o644)}
	c.Modems, c.Webhooks = []configs.Modem{m}, []configs.Webhook{w}
	var keys []string
	for _, found := range c.Warnings() {
		keys = append(keys, found.Key)
	}
	if got, want := strings.Join(keys, " "), "http.tls.key_file modems[0].pin_file webhooks[0].secret_file"; got != want {
		t.Errorf("warned of %s, want %s", got, want)
	}
	for _, path := range []string{m.PINFile, w.SecretFile, c.HTTP.TLS.KeyFile} {
		if err := os.Chmod(path, 0o640); err != nil { // as for a file root:goniec
			t.Fatal(err)
		}
	}
	if found := c.Warnings(); len(found) != 0 {
		t.Errorf("mode 0640: %v", found)
	}
}
