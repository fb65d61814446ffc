package configs

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"goniec/catalogue"
)

// Account is a user of the system: the one the service runs as.
type Account struct {
	Name   string // the uid in digits if the user has no name
	UID    int
	GID    int   // of the files that the user makes
	Groups []int // all groups of the user, GID among them
}

// ServiceAccount returns the user the service runs as, to whom the data directory belongs.
// other is false if this process runs as the same user, or if the directory cannot be
// looked at.
func ServiceAccount(dataDir string) (account Account, other bool) {
	account, found := ownerOf(dataDir)
	return account, found && account.UID != os.Geteuid()
}

// ownerOf returns the user to whom a directory belongs.
func ownerOf(dir string) (account Account, found bool) {
	info, err := os.Stat(dir)
	if err != nil {
		return Account{}, false
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return Account{}, false
	}
	a := Account{Name: strconv.Itoa(int(owner.Uid)), UID: int(owner.Uid), GID: int(owner.Gid)}
	if u, err := user.LookupId(a.Name); err == nil {
		a.Name = u.Username
		ids, _ := u.GroupIds() // without them the group of the directory is left
		for _, id := range ids {
			if gid, err := strconv.Atoi(id); err == nil {
				a.Groups = append(a.Groups, gid)
			}
		}
	}
	// A directory that was given to a user by "chown USER" has the group of root still.
	if a.GID != 0 {
		a.Groups = append(a.Groups, a.GID)
	}
	return a, true
}

// Unreadable returns the files that c names and a user cannot read. Root can read all of
// them, and therefore does not notice. path is the file of c: it is looked at too if an
// installed service would find it, while any other may be a draft.
func (c Config) Unreadable(path string, by Account) []Mistake {
	k := &checker{}
	if filepath.Dir(path) == systemDir {
		k.readableBy(by, "", path)
	}
	k.readableBy(by, "key_file", c.KeyFile)
	profiles, _ := filepath.Glob(filepath.Join(c.ProfilesDir, "*.json")) // the pattern is good
	for _, profile := range profiles {
		k.readableBy(by, "profiles_dir", profile)
	}
	k.readableBy(by, "http.tls.cert_file", c.HTTP.TLS.CertFile)
	k.readableBy(by, "http.tls.key_file", c.HTTP.TLS.KeyFile)
	for i, m := range c.Modems {
		k.readableBy(by, item("modems", i)+".pin_file", m.PINFile)
	}
	for i, w := range c.Webhooks {
		k.readableBy(by, item("webhooks", i)+".secret_file", w.SecretFile)
	}
	return k.mistakes
}

// readableBy notes a file that a user cannot read, with the command that changes this, and
// reports whether there was something to note.
func (k *checker) readableBy(by Account, key, path string) (noted bool) {
	if path == "" {
		return false
	}
	blocked := by.blocked(path)
	switch blocked {
	case "":
	case path:
		k.add(key, path, say(catalogue.ConfigHidden, by.Name, path), say(catalogue.ConfigHiddenRemedy, fmt.Sprintf("chown %s %s", by.Name, path)))
	default:
		command := fmt.Sprintf("install -m 0600 -o %s %s %s/", by.Name, path, systemDir)
		k.add(key, path, say(catalogue.ConfigHiddenFolder, by.Name, blocked), say(catalogue.ConfigHiddenFolderRemedy, command))
	}
	return blocked != ""
}

// blocked returns what keeps a from reading the file at path: path itself or a folder on
// the way to it; empty if nothing does or the file is not there.
func (a Account) blocked(path string) string {
	whole, err := filepath.Abs(path)
	if err != nil {
		return ""
	}
	real := whole
	for range 2 { // the way that is written, and then the way behind its links
		for _, folder := range foldersOf(real) {
			if !a.may(folder, 0o1) {
				return folder
			}
		}
		if real, err = filepath.EvalSymlinks(whole); err != nil {
			return ""
		}
	}
	if !a.may(real, 0o4) {
		return path
	}
	return ""
}

// foldersOf returns the folders on the way to an absolute path, / first.
func foldersOf(path string) []string {
	var all []string
	for path != "/" {
		path = filepath.Dir(path)
		all = append(all, path)
	}
	slices.Reverse(all)
	return all
}

// may reports whether the permissions of a file grant want to a: 4 to read, 1 to enter.
// A file with an access control list, or that cannot be looked at, counts as granted.
func (a Account) may(path string, want fs.FileMode) bool {
	info, err := os.Stat(path)
	if err != nil {
		return true
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if n, err := syscall.Getxattr(path, "system.posix_acl_access", nil); !ok || a.UID == 0 || err == nil && n > 0 {
		return true
	}
	switch {
	case int(owner.Uid) == a.UID:
		want <<= 6
	case slices.Contains(a.Groups, int(owner.Gid)):
		want <<= 3
	}
	return info.Mode().Perm()&want != 0
}

// exposed notes a file with a secret that others than its owner and group can read.
func (k *checker) exposed(dataDir, key, path string) {
	info, err := os.Stat(path)
	if path == "" || err != nil || info.Mode().Perm()&0o027 == 0 {
		return
	}
	commands := []string{"chmod 0600 " + path}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if service, other := ServiceAccount(dataDir); ok && other && service.UID != int(owner.Uid) {
		commands = append([]string{fmt.Sprintf("chown %s %s", service.Name, path)}, commands...)
	}
	k.add(key, path, say(catalogue.ConfigExposed, info.Mode().Perm()), say(catalogue.ConfigExposedRemedy, strings.Join(commands, " && ")))
}
