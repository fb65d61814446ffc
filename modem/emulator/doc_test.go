package emulator_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"goniec/modem/emulator"
)

// TestDocumentation compares the tables that people read with those in code.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/emulator.md")
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "emulator.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for ending, about := range emulator.FateTable() {
		if row := "| `" + ending + "` | " + about + " |\n"; !strings.Contains(string(page), row) {
			t.Errorf("docs/emulator.md lacks %s", row)
		}
		if line := ending + "  " + about + "\n"; !strings.Contains(file.Doc.Text(), line) {
			t.Errorf("the package comment lacks %s", line)
		}
	}
	if rows, want := strings.Count(string(page), "\n| `999"), len(emulator.FateTable()); rows != want {
		t.Errorf("docs/emulator.md has %d magic endings, the code %d", rows, want)
	}
	for _, p := range emulator.Profiles() {
		if !strings.Contains(string(page), "\n| `"+p.Name+"` | ") {
			t.Errorf("docs/emulator.md lacks profile %s", p.Name)
		}
	}
	for _, name := range faultNames(t) {
		if !strings.Contains(string(page), "\n| `"+name+"` | ") {
			t.Errorf("docs/emulator.md lacks fault %s", name)
		}
	}
}

// faultNames returns the names of the constants of type FaultKind.
func faultNames(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "fault.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, isValue := n.(*ast.ValueSpec); isValue {
			if kind, named := spec.Type.(*ast.Ident); named && kind.Name == "FaultKind" {
				names = append(names, spec.Names[0].Name)
			}
		}
		return true
	})
	if len(names) == 0 {
		t.Fatal("no faults found in fault.go")
	}
	return names
}
