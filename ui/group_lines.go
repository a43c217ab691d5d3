package ui

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"dubtop/state/draft"
	"dubtop/state/ledger"
	"dubtop/state/outbox"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
)

// lines draw a group: what it comes to, then what is left out and why, then
// every job that will be run.
func (g *group) lines(width int) []styled {
	t := g.app.theme
	heading := text.Sprintf("Run %s again, as they were", text.Count(len(g.jobs), "job", "jobs"))
	if g.model != "" {
		heading = text.Sprintf("Run %s again with %s", text.Count(len(g.jobs), "job", "jobs"), g.model)
	}
	lines := []styled{"", "  " + t.text(toneTitle, heading), ""}
	lines = append(lines, indented(g.progress(width-2))...)
	lines = append(lines, indented(g.sums(width-2))...)
	lines = append(lines, indented(g.leftOut(width-2))...)
	lines = append(lines, indented(g.rows(width-2))...)
	for i := range lines {
		lines[i] = fitStyled(lines[i], width)
	}
	return lines
}

// progress says how far the work is, or why it stands still.
func (g *group) progress(width int) []styled {
	t := g.app.theme
	waiting := g.unpriced()
	var words text.Text
	switch {
	case g.trouble != "":
		var lines []styled
		for _, l := range wrap(g.trouble, max(10, width)) {
			lines = append(lines, t.text(toneBad, l))
		}
		return append(lines, t.text(toneKey, g.app.keyFor(keymap.Refresh))+t.text(toneMuted, "  try again"), "")
	case g.cancel == nil && (g.read < len(g.jobs) || waiting > 0):
		return []styled{t.text(toneWarn, "Stopped. ") + t.text(toneKey, g.app.keyFor(keymap.Refresh)) + t.text(toneMuted, "  goes on"), ""}
	case g.cancel == nil:
		return nil
	case g.read < len(g.jobs):
		words = text.Sprintf("reading what they were made from: %d of %d", g.read, len(g.jobs))
	default:
		words = text.Sprintf("finding the prices: %d of %d", len(g.jobs)-waiting, len(g.jobs))
	}
	return []styled{t.text(toneRunning, words+t.glyphs.more), ""}
}

// sums say what the group comes to, of which models it is, and whether there
// is a pilot.
func (g *group) sums(width int) []styled {
	t, subs := g.app.theme, g.ready()
	if len(subs) == 0 {
		return nil
	}
	prices := make([]outbox.Price, len(subs))
	for i := range subs {
		prices[i] = subs[i].Price
	}
	label, total := text.Text("total"), quoteOfAll(prices).short()
	if g.cancel != nil || g.unpriced() > 0 {
		label = "so far"
	}
	lines := append([]styled{t.fact(label, total, toneMoney)}, g.app.advice(width, "that is", g.compared(), toneText)...)
	lines = append(lines, g.app.advice(width, "models", modelCounts(subs), toneText)...)
	if g.pilotless() == "" {
		box := text.Text("[ ]")
		if g.pilot {
			box = "[x]"
		}
		lines = append(lines, t.fact("pilot", box+" send one first as a pilot, the rest when you say so  ", toneText)+t.text(toneKey, g.app.keyFor(keymap.Switch)))
	}
	return append(lines, "")
}

// compared says how the total stands to what the jobs cost when they ran.
func (g *group) compared() text.Text {
	var now, then api.Micros
	kind, about := outbox.CostUnknown, ""
	for i := range g.jobs {
		j := &g.jobs[i]
		if j.sub == nil {
			continue
		}
		was := g.app.store.Cost(&j.job)
		if j.sub.Price.Cost == nil || was.Kind == outbox.CostUnknown {
			return ""
		}
		if was.Kind == outbox.CostDerived {
			about = "about "
		}
		now, then = now+*j.sub.Price.Cost, then+was.Amount
		kind = kind.Weaker(was.Kind)
	}
	cost := rounded(then, kind)
	switch more := now - then; {
	case more > 0:
		return text.Sprintf("%s%s more than they cost, %s", about, more.Rounded(), cost)
	case more < 0:
		return text.Sprintf("%s%s less than they cost, %s", about, (-more).Rounded(), cost)
	}
	return text.Of(about + "as much as they cost")
}

// modelCounts says how many jobs there are of each model, the most first.
func modelCounts(subs []outbox.Submission) text.Text {
	n := map[string]int{}
	for i := range subs {
		n[subs[i].Model]++
	}
	names := slices.SortedFunc(maps.Keys(n), func(a, b string) int {
		return cmp.Or(cmp.Compare(n[b], n[a]), strings.Compare(a, b))
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%d × %s", n[name], name)
	}
	return text.Of(strings.Join(names, ", "))
}

// leftOut names the jobs that will not be run, and why.
func (g *group) leftOut(width int) []styled {
	t := g.app.theme
	var lines []styled
	for i := range g.jobs {
		j := &g.jobs[i]
		if j.left == "" {
			continue
		}
		for k, l := range wrap(j.left, max(10, width-nameWidth-2)) {
			name := j.job.Name
			if k > 0 {
				name = ""
			}
			lines = append(lines, t.text(toneText, fit(name, nameWidth, false, t.glyphs.more))+"  "+t.text(toneWarn, l))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	heading := t.text(toneTitle, text.Sprintf("Left out: %d", g.leaving()))
	return append(append([]styled{heading}, lines...), "")
}

// leaving is how many jobs will not be run.
func (g *group) leaving() (n int) {
	for i := range g.jobs {
		if g.jobs[i].left != "" {
			n++
		}
	}
	return n
}

// The widths of the columns of a group.
const (
	nameWidth  = 24
	modelWidth = 18
)

// rows are the jobs that will be run, in the order in which they are sent.
func (g *group) rows(width int) []styled {
	t := g.app.theme
	var lines []styled
	for i := range g.jobs {
		j := &g.jobs[i]
		if j.left != "" || i >= g.read {
			continue
		}
		price := toneMuted.of(t.glyphs.more)
		if j.sub != nil {
			price = priceCell(j.sub.Price)
		}
		line := t.text(toneText, fit(j.job.Name, nameWidth, false, t.glyphs.more)) + "  " +
			t.text(toneMuted, fit(text.Of(j.draft.Model), modelWidth, false, t.glyphs.more)) + "  " +
			t.text(price.tone, fit(price.text, 9, true, t.glyphs.more))
		lines = append(lines, line)
		notes := text.All(j.warn)
		if len(j.lost) > 0 {
			notes = append(notes, "not taken over: "+text.Join(j.lost, "; "))
		}
		for _, note := range notes {
			for _, l := range wrap(note, max(10, width-2)) {
				lines = append(lines, "  "+t.text(toneWarn, l))
			}
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return append([]styled{t.text(toneTitle, "Will be run")}, lines...)
}

// priceCell is a price in short.
func priceCell(p outbox.Price) piece {
	kind := outbox.CostEstimate
	if p.Approximate {
		kind = outbox.CostDerived
	}
	switch {
	case p.Credits != nil:
		return amountTone(kind).of(amountSign(kind) + text.Sprintf("%g cr", *p.Credits))
	case p.Cost != nil:
		return amountTone(kind).of(exactly(*p.Cost, kind))
	}
	return toneWarn.of("unpriced")
}

// question states all that the total rests on.
func (g *group) question(subs []outbox.Submission) []told {
	a := g.app
	said := []told{{label: "that is", words: g.compared(), tone: toneMoney}, {}, {label: "models", words: modelCounts(subs)}}
	if n := g.leaving(); n > 0 {
		said = append(said, told{label: "left out", words: text.Count(n, "job", "jobs"), tone: toneWarn})
	}
	words := text.Text("They are sent one after the other, as slots come free.")
	if g.pilot {
		words = text.Sprintf("The first is sent. The other %d wait in the queue until you let them go on.", len(subs)-1)
	}
	said = append(said, told{label: "then", words: words})
	if today := a.store.Ledger.Period(ledger.ByDay, a.now, time.Local); today.Jobs > 0 {
		said = append(said, told{label: "today", words: a.sumWords(&today) + " so far", tone: toneMuted})
	}
	oldest := subs[0].Price.At
	for i := range subs {
		if subs[i].Price.At.Before(oldest) {
			oldest = subs[i].Price.At
		}
	}
	return append(said, a.validity(oldest))
}

// warnings are what has to be read before a yes: what speaks against the first
// jobs, and against how many more something does.
func (g *group) warnings(hosts []draft.Host) []told {
	said := hostLines(hosts)
	const most = 8
	n := 0
	for i := range g.jobs {
		j := &g.jobs[i]
		if j.sub == nil || len(j.warn) == 0 {
			continue
		}
		if n++; n <= most {
			said = append(said, told{label: "job", words: j.job.Name, short: true},
				told{label: "but", words: text.Join(text.All(j.warn), "; "), tone: toneWarn})
		}
	}
	if n > most {
		said = append(said, told{label: "and", words: text.Sprintf("as much of %d more, as the list behind this says", n-most), tone: toneWarn})
	}
	return said
}

// validity says how long a price may still be agreed to.
func (a *App) validity(at time.Time) told {
	left := outbox.PriceValid - a.now.Sub(at)
	if left <= 0 {
		return told{label: "holds", words: "no more: go back and price it again", tone: toneWarn}
	}
	return told{label: "holds", words: "for " + span(left) + " from now", tone: toneMuted}
}
