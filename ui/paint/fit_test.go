package paint

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"dubtop/api/text"
)

func TestNoLineEndsWithTheBeginningOfAWord(t *testing.T) {
	t.Parallel()
	for width := 7; width < 40; width++ {
		for _, line := range Wrap("start dubtop without --demo, or pay -$1.00 of well-known things", width) {
			if words := string(line); strings.HasSuffix(words, "-") && !strings.HasSuffix(words, "well-") || TextWidth(line) > width {
				t.Errorf("%d cells: %q", width, line)
			}
		}
	}
}

func TestNamesAreCutInTheMiddle(t *testing.T) {
	for _, c := range []struct {
		name  string
		width int
		want  text.Text
	}{
		{"promo_de", 8, "promo_de"},
		{"promo_campaign_de", 10, "promo…n_de"},
		{"promo_campaign_de", 3, "p…e"},
		{"promo_campaign_de", 2, "promo_campaign_de"}, // too narrow for a middle: the caller cuts the end
		{"日本語の長い名前です", 9, "日本…です"},
	} {
		if got := Inner(text.Of(c.name), c.width, "…"); got != c.want {
			t.Errorf("%q in %d cells is %q, want %q", c.name, c.width, got, c.want)
		}
	}
}

// On a terminal limited to ASCII, none of our signs becomes a question mark.
func TestEverySignHasAnASCIIForm(t *testing.T) {
	var files []string
	for _, dir := range []string{"../../ui", "../../state", "../../keymap", "../../api"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	seen := map[rune]bool{}
	for _, file := range files {
		switch base := filepath.Base(file); {
		case base == "redact.go", base == "finished.go", base == "styled.go", base == "groups.go", base == "sheet.go", strings.HasSuffix(file, "output/name.go"), strings.Contains(file, "simulator"), strings.Contains(file, "uitest"):
			continue // text from others, or text that we look for in it
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				for _, r := range lit.Value {
					if r < 0x80 || unicode.IsLetter(r) || strings.ContainsRune("●○✓✗▌◆■·▁▂▃▄▅▆▇█─▀", r) { // glyphs have both forms, and pictures are not shown
						continue
					}
					seen[r] = true
					if form := PlainASCII(Styled(string(r))); strings.Contains(string(form), "?") {
						t.Errorf("%s: %q has no ASCII form", file, r)
					}
				}
			}
			return true
		})
	}
	if len(seen) < 5 {
		t.Errorf("only %d signs were found", len(seen))
	}
	if got := PlainASCII("≥ 200, 0:28 (± 1 s), ≥200"); got != ">=200, 0:28 (+-1 s), >200" {
		t.Errorf("in ASCII: %q", got)
	}
}
