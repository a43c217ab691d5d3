package chromium

import "os"

// Accessible checks the page by the accessibility rules of axe-core (WCAG 2.2,
// levels A and AA, and best practices), and returns its faults: names, roles,
// contrast. DUBTOP_AXE names the script; without it, ok is false.
// https://github.com/dequelabs/axe-core
func (t *Tab) Accessible() (wrong []string, ok bool) {
	t.b.t.Helper()
	path := os.Getenv("DUBTOP_AXE")
	if path == "" {
		return nil, false
	}
	script, err := os.ReadFile(path)
	t.b.must(err)
	t.Eval("if (!window.axe) {"+string(script)+"\n}; 0", nil)
	var found struct {
		Passed int
		Wrong  []string
	}
	t.Eval(`await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((r) => ({
		passed: r.passes.length,
		wrong: r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.html.slice(0, 150) + " " + n.failureSummary)),
	}))`, &found)
	if found.Passed < 10 {
		t.b.t.Fatalf("axe-core looked at nothing: %+v", found)
	}
	return found.Wrong, true
}
