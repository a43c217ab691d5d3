package text

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestTextIsCreatedHereOnly searches the source of the program for ways to make a
// Text or styled value that was not cleaned: a conversion of anything but a
// literal, and constructs that could hide one.
func TestTextIsCreatedHereOnly(t *testing.T) {
	t.Parallel()
	files := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || d.Name() == "text" || d.Name() == "testdata"):
			if path != "../.." {
				return filepath.SkipDir
			}
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if files++; !bytes.Contains(src, []byte("dubtop/api/text")) && !bytes.Contains(src, []byte("styled")) && !bytes.Contains(src, []byte("~string")) {
				return nil // it does not use the types
			}
			for _, wrong := range unsealed(path, src) {
				t.Error(wrong)
			}
		}
		return nil
	})
	if err != nil || files < 100 {
		t.Fatalf("%d files read: %v", files, err)
	}
}

func TestUncleanTextIsDetected(t *testing.T) {
	t.Parallel()
	const head = "package ui\nimport clean \"dubtop/api/text\"\nvar s string\n"
	for _, broken := range []string{
		"var t = clean.Text(s)",
		"var t = (clean.Text)(s)",
		"var t = clean.Text(\"a\" + s)",
		"var t = clean.Text([]byte(s))",
		"type mine = clean.Text",
		"type mine clean.Text",
		"type other interface{ ~string }",
		"func f[T ~string](s string) T { return T(s) }",
		"func f[T interface{ clean.Text }](s string) T { return T(s) }",
		"func f[T clean.Text](s string) T { return T(s) }",
		"var t = styled(s)",
		"type line = styled",
	} {
		if len(unsealed("broken.go", head+broken)) == 0 {
			t.Errorf("unnoticed: %s", broken)
		}
	}
	for _, whole := range []string{
		"var t = clean.Text(\"a\" + `b`)", "var t = clean.Clean(s, 9)", "type mine struct{ clean.Text }", "var t = string(clean.Text(\"\"))", "var t = styled(\" \")",
		"func f[T ~string](s T) string { return string(s) }",
	} {
		if wrong := unsealed("whole.go", head+whole); len(wrong) > 0 {
			t.Errorf("%s: %v", whole, wrong)
		}
	}
}

// unsealed lists the places in a file that could make a Text without cleaning.
// src is its content.
func unsealed(path string, src any) (wrong []string) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, src, parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	s := seal{
		text:   importedAs(file, "dubtop/api/text"),
		styled: file.Name.Name == "ui" && filepath.Base(path) != "styled.go",
	}
	if s.text == "." {
		return []string{path + ": the package text is imported with a dot"}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if why := s.breaks(n); why != "" {
			wrong = append(wrong, fmt.Sprintf("%s: %s", fset.Position(n.Pos()), why))
		}
		return true
	})
	return wrong
}

// importedAs returns the name under which a file imports a package, "" if it
// does not.
func importedAs(file *ast.File, path string) string {
	for _, i := range file.Imports {
		if p, _ := strconv.Unquote(i.Path.Value); p == path {
			if i.Name != nil {
				return i.Name.Name
			}
			return filepath.Base(path)
		}
	}
	return ""
}

// seal knows what a file calls the types that hold only clean text.
type seal struct {
	text   string // name of the package
	styled bool   // the file has a type styled
}

func (s seal) breaks(n ast.Node) string {
	switch n := n.(type) {
	case *ast.CallExpr:
		if s.sealed(n.Fun) && (len(n.Args) != 1 || !literal(n.Args[0])) {
			return "a conversion that does not clean: use text.Of, text.Clean or text.Sprintf; what is styled comes from theme.text"
		}
	case *ast.TypeSpec:
		if s.sealed(n.Type) {
			return "another name for a sealed type"
		}
	case *ast.InterfaceType:
		if s.within(n) {
			return "a constraint that a sealed type meets"
		}
	case *ast.FuncDecl:
		return s.converts(n)
	}
	return ""
}

// sealed reports whether an expression is a type that holds only clean text.
func (s seal) sealed(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return s.sealed(e.X)
	case *ast.StarExpr:
		return s.sealed(e.X)
	case *ast.SelectorExpr:
		pkg, ok := e.X.(*ast.Ident)
		return ok && s.text != "" && pkg.Name == s.text && e.Sel.Name == "Text"
	case *ast.Ident:
		return s.styled && e.Name == "styled"
	}
	return false
}

// within reports whether a constraint includes a sealed type.
func (s seal) within(e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.UnaryExpr:
			found = found || x.Op == token.TILDE
		case *ast.FuncType:
			return false // a method, whatever its type
		case ast.Expr:
			found = found || s.sealed(x)
		}
		return !found
	})
	return found
}

// converts reports whether a generic function converts to a type parameter that
// may be sealed.
func (s seal) converts(f *ast.FuncDecl) string {
	if f.Type.TypeParams == nil || f.Body == nil {
		return ""
	}
	var params []string
	for _, p := range f.Type.TypeParams.List {
		if s.within(p.Type) {
			for _, name := range p.Names {
				params = append(params, name.Name)
			}
		}
	}
	found := false
	ast.Inspect(f.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if name, ok := call.Fun.(*ast.Ident); ok && slices.Contains(params, name.Name) {
			found = true
		}
		return true
	})
	if found {
		return "a conversion to a type parameter that may be a sealed type"
	}
	return ""
}

// literal reports whether an expression consists of string literals only.
func literal(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind == token.STRING
	case *ast.BinaryExpr:
		return e.Op == token.ADD && literal(e.X) && literal(e.Y)
	case *ast.ParenExpr:
		return literal(e.X)
	}
	return false
}
