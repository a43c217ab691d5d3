package ui

import (
	"cmp"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/ledger"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// totals shows the ledger added up: an overview, and tables by day, week,
// month, model and label.
type totals struct {
	kit.Pager
	app    *composer
	sums   ledgerSums
	part   int
	shown  int // the part that groups belongs to
	seen   uint64
	groups []ledger.Group
}

// totalParts returns the parts in order; "" is the overview.
func totalParts() []ledger.Grouping {
	return []ledger.Grouping{"", ledger.ByDay, ledger.ByWeek, ledger.ByMonth, ledger.ByModel, ledger.ByLabel, ledger.ByProject, ledger.BySpender}
}

func newTotals(a *composer) *totals {
	p := &totals{app: a, shown: -1, sums: ledgerSums{app: a}}
	p.Pager = kit.Pager{Stage: a.Stage, Heading: "totals", Content: p.lines}
	turn := func(by int) func() tea.Cmd {
		n := len(totalParts())
		return kit.Plain(func() { p.part = (p.part + by + n) % n; p.Top = 0; p.Scroll(0) })
	}
	p.Extra = []kit.Action{
		a.Does(keymap.NextPart, turn(1)).Hinted("next part"),
		a.Does(keymap.PreviousPart, turn(-1)).Hinted(""),
		a.Does(keymap.Export, func() tea.Cmd { return a.exportLedger(a.store.Ledger.Entries()) }).Hinted("export"),
	}
	return p
}

func (p *totals) lines(width int) []paint.Styled {
	a, t := p.app, p.app.Theme
	by := totalParts()[p.part]
	if by == "" {
		return append([]paint.Styled{p.titles(), ""}, indented(p.sums.sums(width-2))...)
	}
	if p.shown != p.part || p.seen != a.store.Ledger.Version() {
		p.shown, p.seen = p.part, a.store.Ledger.Version()
		p.groups = a.store.Ledger.GroupsOf(a.cfg.Guard.Scope, by, time.Local)
	}
	key := min(24, max(12, width-60))
	lines := []paint.Styled{p.titles(), "", "  " + t.Text(paint.Muted, totalsLine(
		[]text.Text{text.Of(strings.ToUpper(string(by))), "JOBS", "LENGTH", "COST", "ON FAILURES", "UNKNOWN"}, key, t))}
	credits := false
	for i := range p.groups {
		g := &p.groups[i]
		lines = append(lines, "  "+t.Text(paint.Normal, a.groupLine(g, key)))
		_, billed := g.Credits()
		credits = credits || billed
	}
	lines = append(lines, "", "  "+t.Text(paint.Muted, "Counted: "+p.counted(by)+"."))
	for _, f := range a.store.Ledger.Others().Abroad(p.scope(by)) {
		lines = append(lines, "  "+t.Text(paint.Warn, "Not in the sums: "+f.Words()+", "+f.Scope.Whose()+"."))
	}
	if credits {
		lines = append(lines, "", "  "+t.Text(paint.Muted, "Credits are not included; the overview and the export show them."))
	}
	return lines
}

// scope is whose jobs a part counts.
func (p *totals) scope(by ledger.Grouping) ledger.Scope {
	if by == ledger.BySpender {
		return ledger.ScopeOrganisation
	}
	return p.app.cfg.Guard.Scope
}

// counted says whose jobs a part counts.
func (p *totals) counted(by ledger.Grouping) text.Text {
	words := p.scope(by).Counted()
	if by == ledger.BySpender {
		words += "; other sums and budgets count " + p.app.cfg.Guard.Scope.Counted()
	}
	return words
}

func (p *totals) titles() paint.Styled {
	line := paint.Styled("  ")
	for i, part := range totalParts() {
		n, words := paint.Muted, "by "+text.Of(string(part))
		if part == "" {
			words = "overview"
		}
		if i == p.part {
			n, words = paint.Accent, "["+words+"]"
		}
		line += p.app.Theme.Text(n, words) + "  "
	}
	return line
}

func (a *composer) groupLine(g *ledger.Group, key int) text.Text {
	var failures, unknown text.Text
	if g.Failed > 0 {
		failures = rounded(g.FailedCost, g.FailedKind)
	}
	if g.Unknown > 0 {
		unknown = text.Count(g.Unknown, "job", "jobs")
	}
	return totalsLine([]text.Text{
		cmp.Or(g.Key, none), text.Count(g.Jobs, "job", "jobs"), length(api.Seconds(g.Seconds)), a.sumWords(&g.Tally), failures, unknown,
	}, key, a.Theme)
}

// totalsLine lays out one line of a table.
func totalsLine(cells []text.Text, key int, t *paint.Theme) text.Text {
	var b strings.Builder
	for i, width := range []int{key, 10, 9, 12, 11, 9} {
		b.WriteString(string(paint.Fit(cells[i], width, i > 0, t.Glyphs.More)))
		if i < len(cells)-1 {
			b.WriteByte(' ')
		}
	}
	return text.Of(strings.TrimRight(b.String(), " "))
}
