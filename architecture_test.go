package goniec_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport lists, for each package of the house, which others it may import.
// Arrows point one way, from cmd towards pdu and store: queue does not know
// modem, modem does not know queue, and only app sees everything. A folder that
// is missing here is missing from the house: add it with a reason, or not at all.
// A name that ends in * stands for every folder there that has no row of its own.
var mayImport = map[string][]string{
	"cmd/goniec":        {"access", "api/client", "app", "app/migrate", "catalogue", "configs", "event", "inbox", "modem", "modem/emulator", "pdu", "queue", "reply", "reply/reader", "store", "store/boltstore", "store/disk", "store/sealed"},
	"app/migrate":       {"store", "store/boltstore"},
	"app":               {"accept", "access", "api", "api/*", "app/migrate", "calendar", "catalogue", "clock", "configs", "event", "gateway", "inbox", "modem", "number", "pdu", "queue", "reply", "reply/reader", "selfcare", "store", "store/boltstore", "store/disk", "store/sealed", "suppression", "web/docs", "webhook"},
	"api":               {"api/rest"},
	"api/*":             {"accept", "access", "api/client", "api/rest", "api/wire", "catalogue", "clock", "event", "gateway", "inbox", "modem", "pdu", "queue", "reply", "reply/reader", "selfcare", "store", "suppression", "webhook"}, // a resource; resources do not import each other
	"api/rest":          {"accept", "access", "api/client", "catalogue", "store"},
	"api/wire":          {"api/client", "catalogue", "inbox", "modem", "pdu", "queue", "reply", "reply/reader", "store"},
	"api/client":        {},
	"web/docs":          {"api/rest", "catalogue"},
	"access":            {"store"},
	"accept":            {"number", "pdu", "queue", "reply", "store", "suppression"},
	"selfcare":          {"catalogue", "clock", "gateway", "inbox", "modem", "pdu", "queue", "store", "suppression"},
	"gateway":           {"catalogue", "clock", "event", "inbox", "modem", "number", "pdu", "queue", "store"},
	"reply":             {"calendar", "clock", "event", "inbox", "number", "pdu", "queue", "reply/reader", "store", "suppression"},
	"reply/reader":      {},
	"inbox":             {"clock", "event", "number", "pdu", "queue", "store"},
	"queue":             {"calendar", "clock", "event", "number", "pdu", "store", "suppression"},
	"suppression":       {"event", "number", "pdu", "store"},
	"event":             {"store"},
	"webhook":           {"event", "store"},
	"configs":           {"catalogue", "reply/reader"},
	"catalogue":         {},
	"modem":             {"catalogue", "modem/at", "pdu"},
	"modem/at":          {},
	"modem/emulator":    {"pdu"},
	"number":            {"pdu", "store"},
	"calendar":          {},
	"clock":             {"store"},
	"pdu":               {},
	"store":             {},
	"store/boltstore":   {"store", "store/disk"},
	"store/disk":        {},
	"store/memstore":    {"store"},
	"store/sealed":      {"store", "store/disk"},
	"store/storetest":   {"store"},
	"scripts/progress":  {},
	"scripts/testtools": {},
}

const module = "goniec/"

// TestImportsPointOneWay reads the imports of every file that is linked into a
// program. Tests may look anywhere: they are where the parts meet.
func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); path != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		row := rowOf(pkg)
		seen[row] = true
		allowed, known := mayImport[row]
		if !known {
			t.Errorf("%s: folder %s is not on the path of a message; see mayImport", path, pkg)
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			target, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if inside, ok := strings.CutPrefix(target, module); ok && !slices.ContainsFunc(allowed, func(pattern string) bool { return matches(pattern, inside) }) {
				t.Errorf("%s: %s must not import %s", path, pkg, inside)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range mayImport {
		if !seen[pkg] {
			t.Errorf("mayImport names %s, which does not exist", pkg)
		}
	}
}

// rowOf returns the name of the row of mayImport for a folder.
func rowOf(folder string) string {
	if _, own := mayImport[folder]; own {
		return folder
	}
	for pattern := range mayImport {
		if matches(pattern, folder) {
			return pattern
		}
	}
	return folder
}

func matches(pattern, folder string) bool {
	ok, err := path.Match(pattern, folder)
	return ok && err == nil
}
