// Package testtools gives tests the foreign programs they compare us with:
// tshark, gammu, smstools and the like.
//
// It owns which command comes from which Debian package, and installs what is
// missing by scripts/install-test-tools. It is for tests only. Where a program
// cannot be installed the test is skipped with "not run: PROGRAM", which make test
// names in its last line. Under CI, where the variable CI is set, the test fails: a
// referee that silently does not come is no referee.
package testtools

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// debianPackage returns the package a command comes from; empty if the command
// is not one that tests may ask for.
func debianPackage(command string) string {
	switch command {
	case "tshark", "text2pcap":
		return "tshark"
	case "gammu", "gammu-smsd", "chromium", "npm", "curl", "jq", "openssl", "python3":
		return command
	case "php":
		return "php-cli"
	case "smsd":
		return "smstools"
	case "qemu-arm":
		return "qemu-user"
	}
	return ""
}

// Need makes sure that the commands can be run, installing their packages if
// need be. If one still cannot, it skips the test, or fails it under CI.
func Need(t testing.TB, commands ...string) {
	t.Helper()
	for _, command := range commands {
		Path(t, command)
	}
}

// Path is Need for one command and returns where it lies. Use it for daemons,
// which lie outside an ordinary user's PATH.
func Path(t testing.TB, command string) string {
	t.Helper()
	path, err := find(command)
	if err == nil {
		return path
	}
	name := debianPackage(command)
	if name == "" {
		t.Fatalf("testtools does not know which package has the command %q", command)
	}
	script, err := installer()
	if err != nil {
		t.Fatalf("find the installer of test tools: %v", err)
	}
	out, err := exec.CommandContext(t.Context(), script, name).CombinedOutput()
	if err != nil {
		absent(t, os.Getenv("CI") != "", fmt.Sprintf("not run: %s: the package %s cannot be installed: %s", command, name, strings.TrimSpace(string(out))))
		return ""
	}
	if path, err = find(command); err != nil {
		t.Fatalf("package %s is installed, yet: %v", name, err)
	}
	return path
}

// Absent ends a test whose programs cannot be had otherwise than from a Debian package: it is
// skipped, or fails under CI.
func Absent(t testing.TB, reason string) {
	t.Helper()
	absent(t, os.Getenv("CI") != "", "not run: "+reason)
}

// absent ends a test whose program cannot be had.
func absent(t testing.TB, required bool, reason string) {
	t.Helper()
	if required {
		t.Fatal(reason)
	} else {
		t.Skip(reason)
	}
}

// find looks on PATH and where Debian keeps daemons.
func find(command string) (string, error) {
	path, err := exec.LookPath(command)
	if err == nil {
		return path, nil
	}
	if path, sbinErr := exec.LookPath(filepath.Join("/usr/sbin", command)); sbinErr == nil {
		return path, nil
	}
	return "", err
}

// installer returns the script's path. Tests run in the folder of their
// package, so the module's root is one of the folders above.
func installer() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		script := filepath.Join(dir, "scripts", "install-test-tools")
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return script, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod in any folder above the test")
		}
		dir = filepath.Dir(dir)
	}
}
