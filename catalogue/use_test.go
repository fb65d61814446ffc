package catalogue

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// source is what the production code of the module says of keys.
type source struct {
	constants map[string]Key  // the constants of type Key of this package, by name
	used      map[string]bool // names that stand behind "catalogue.", and names used by functions of this package
	written   map[string]bool // every string literal outside this package
	composed  map[string]bool // string literals to which Key(…) adds something
	asked     map[string]bool // string literals given where a text is asked for
}

// readSource parses every Go file of the module but its tests.
func readSource(t *testing.T) source {
	t.Helper()
	s := source{map[string]Key{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".html" {
			return s.readTemplate(path)
		}
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		own := filepath.Base(filepath.Dir(path)) == "catalogue"
		for _, decl := range file.Decls {
			if general, ok := decl.(*ast.GenDecl); ok && own {
				s.readConstants(general)
				continue
			}
			ast.Inspect(decl, func(n ast.Node) bool { s.readNode(n, own); return true })
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s source) readTemplate(path string) error {
	page, err := os.ReadFile(path)
	for _, m := range regexp.MustCompile(`"(\w+)"`).FindAllStringSubmatch(string(page), -1) {
		s.written[m[1]] = true
	}
	return err
}

func (s source) readConstants(decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		v, ok := spec.(*ast.ValueSpec)
		if !ok || decl.Tok != token.CONST {
			continue
		}
		if typ, ok := v.Type.(*ast.Ident); ok && typ.Name == "Key" {
			s.constants[v.Names[0].Name] = Key(literal(v.Values[0]))
		}
	}
}

func (s source) readNode(n ast.Node, own bool) {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		if x, ok := n.X.(*ast.Ident); ok && x.Name == "catalogue" {
			s.used[n.Sel.Name] = true
		}
	case *ast.Ident:
		if own {
			s.used[n.Name] = true
		}
	case *ast.BasicLit:
		if !own {
			s.written[literal(n)] = true
		}
	case *ast.CallExpr:
		s.readCall(n)
	}
}

func (s source) readCall(call *ast.CallExpr) {
	switch called(call.Fun) {
	case "Text", "Has", "say", "found", "wrongUsage":
		for _, arg := range call.Args[:min(3, len(call.Args))] {
			if text := literal(arg); text != "" {
				s.asked[text] = true
			}
		}
	case "Key":
		if len(call.Args) != 1 {
			return
		}
		sum, ok := call.Args[0].(*ast.BinaryExpr)
		for ok {
			s.composed[literal(sum.X)] = true
			sum, ok = sum.X.(*ast.BinaryExpr)
		}
	}
}

func called(fun ast.Expr) string {
	switch fun := fun.(type) {
	case *ast.Ident:
		return fun.Name
	case *ast.SelectorExpr:
		return fun.Sel.Name
	}
	return ""
}

func literal(e ast.Expr) string {
	if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
		text, _ := strconv.Unquote(l.Value)
		return text
	}
	return ""
}

func TestEveryConstantHasATextAndIsUsed(t *testing.T) {
	t.Parallel()
	s := readSource(t)
	if len(s.constants) < 100 || len(s.written) < 1000 {
		t.Fatalf("read only %d constants and %d literals", len(s.constants), len(s.written))
	}
	for name, key := range s.constants {
		if !Has(key) {
			t.Errorf("%s = %q is in no file of texts", name, key)
		}
		if !s.used[name] {
			t.Errorf("%s is used by no production code", name)
		}
	}
}

// TestNoTextIsAskedForByALiteral keeps misspelt keys out: only a constant is checked by
// the compiler.
func TestNoTextIsAskedForByALiteral(t *testing.T) {
	t.Parallel()
	for asked := range readSource(t).asked {
		if begin, _, dotted := strings.Cut(asked, "."); dotted && regexp.MustCompile(`^[a-z_]+$`).MatchString(begin) {
			t.Errorf("%q is a literal where a key belongs", asked)
		}
	}
}

// TestEveryOtherKeyIsComposed holds the keys without a constant against the code: each
// is a beginning that the code adds a name to, and a name that the code knows.
func TestEveryOtherKeyIsComposed(t *testing.T) {
	t.Parallel()
	s := readSource(t)
	constants := slices.Collect(maps.Values(s.constants))
	for key := range texts() {
		base := Key(strings.TrimSuffix(strings.TrimSuffix(string(key), ".remedy"), ".otherwise"))
		if slices.Contains(constants, key) || base != key && slices.Contains(constants, base) {
			continue
		}
		if !slices.ContainsFunc(slices.Collect(maps.Keys(s.composed)), func(begin string) bool {
			name, found := strings.CutPrefix(string(base), begin)
			return found && strings.HasSuffix(begin, ".") && s.written[name]
		}) {
			t.Errorf("no production code asks for %q", key)
		}
	}
}
