package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"dubtop/ui/paint"

	"pgregory.net/rapid"

	"dubtop/api/text"
)

func TestNoLineEndsWithTheBeginningOfAWord(t *testing.T) {
	t.Parallel()
	for width := 7; width < 40; width++ {
		for _, line := range wrap("start dubtop without --demo, or pay -$1.00 of well-known things", width) {
			if words := string(line); strings.HasSuffix(words, "-") && !strings.HasSuffix(words, "well-") || textWidth(line) > width {
				t.Errorf("%d cells: %q", width, line)
			}
		}
	}
}

func TestAnAgeFitsItsColumn(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC)
	for ago, want := range map[time.Duration]text.Text{
		-10 * 24 * time.Hour: "+10d", -200 * 24 * time.Hour: "+1y", -90 * time.Minute: "+1h", -59 * time.Second: "0s",
		0: "0s", 59 * time.Second: "59s", 33 * time.Minute: "33m", 47 * time.Hour: "47h", 700 * 24 * time.Hour: "700d", 731 * 24 * time.Hour: "2y",
	} {
		if got := age(now.Add(-ago), now); got != want {
			t.Errorf("%v ago is %q, want %q", ago, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		then := time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "then"), 0)
		if got := age(then, now); len(got) > 4 {
			t.Fatalf("%v is %q", then, got)
		}
	})
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
		{"promo_campaign_de", 2, "promo_campaign_de"}, // no middle: it is cut at its end
		{"日本語の長い名前です", 9, "日本…です"},
	} {
		if got := paint.Inner(text.Of(c.name), c.width, "…"); got != c.want {
			t.Errorf("%q in %d cells is %q, want %q", c.name, c.width, got, c.want)
		}
	}
}

// Where a terminal shows ASCII alone, no sign of ours turns into a question mark.
func TestEverySignHasAnASCIIForm(t *testing.T) {
	files, err := filepath.Glob("*.go")
	var others []string
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"../state", "../keymap", "dispatch", "../api", "../state/settings", "../state/journal", "../api/media"} {
		found, err := filepath.Glob(dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		others = append(others, found...)
	}
	seen := map[rune]bool{}
	for _, file := range append(files, others...) {
		if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, "redact.go") || strings.HasSuffix(file, "styled.go") || strings.HasSuffix(file, "ledger_groups.go") {
			continue // what is looked for in what others write
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				for _, r := range lit.Value {
					if r < 0x80 || unicode.IsLetter(r) || strings.ContainsRune("●○✓✗▌◆■·▁▂▃▄▅▆▇█─", r) { // glyphs have both forms
						continue
					}
					seen[r] = true
					if form := paint.PlainASCII(paint.Styled(string(r))); strings.Contains(string(form), "?") {
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
	if got := paint.PlainASCII("≥ 200, 0:28 (± 1 s), ≥200"); got != ">=200, 0:28 (+-1 s), >200" {
		t.Errorf("in ASCII: %q", got)
	}
}
