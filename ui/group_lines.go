package ui

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
)

// lines draw a group: what it comes to, then what is left out and why, then
// every job that will be run.
func (g *group) lines(width int) []styled {
	t := g.app.theme
	heading := text.Sprintf("Run %s again, as they were", count(len(g.jobs), "job", "jobs"))
	if g.model != "" {
		heading = text.Sprintf("Run %s again with %s", count(len(g.jobs), "job", "jobs"), g.model)
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
	total := t.fact("total", groupTotal(subs), toneMoney)
	if g.cancel != nil || g.unpriced() > 0 {
		total = t.fact("so far", groupTotal(subs), toneMoney)
	}
	lines := append([]styled{total}, g.app.advice(width, "that is", g.compared(), toneText)...)
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
	about := ""
	for i := range g.jobs {
		j := &g.jobs[i]
		if j.sub == nil {
			continue
		}
		was := g.app.store.Cost(&j.job)
		if j.sub.Price.Cost == nil || was.Kind == state.CostUnknown {
			return ""
		}
		if was.Kind == state.CostDerived {
			about = "about "
		}
		now, then = now+*j.sub.Price.Cost, then+was.Amount
	}
	switch more := now - then; {
	case more > 0:
		return text.Sprintf("%s%s more than they cost, %s", about, more, then)
	case more < 0:
		return text.Sprintf("%s%s less than they cost, %s", about, -more, then)
	}
	return text.Of(about + "as much as they cost")
}

// groupTotal says what some jobs cost together: count × price = total. Those
// without a price are counted apart.
func groupTotal(subs []state.Submission) text.Text {
	var known []state.Price
	credits, billed, about := 0.0, 0, ""
	for i := range subs {
		p := subs[i].Price
		if p.Approximate {
			about = "≈ "
		}
		if p.Cost != nil {
			known = append(known, p)
		}
		if p.Credits != nil {
			credits += *p.Credits
			billed++
		}
	}
	charge := state.ChargeOf(known...)
	unknown := len(subs) - len(known)
	switch {
	case billed == len(subs) && unknown == 0:
		return text.Sprintf("%s%g credits (list price %s)", about, credits, charge.Words())
	case billed == len(subs):
		return text.Sprintf("%s: %s%g credits", count(len(subs), "job", "jobs"), about, credits)
	case unknown == len(subs):
		return text.Of(state.ChargeTimes(state.Price{}, unknown).Words())
	case unknown > 0:
		return text.Sprintf("%s%s, and %s", about, charge.Words(), state.ChargeTimes(state.Price{}, unknown).Words())
	}
	return text.Of(about + charge.Words())
}

// modelCounts says how many jobs there are of each model, the most first.
func modelCounts(subs []state.Submission) text.Text {
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
		price := cell{t.glyphs.more, toneMuted}
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
func priceCell(p state.Price) cell {
	about := ""
	if p.Approximate {
		about = "≈ "
	}
	switch {
	case p.Credits != nil:
		return cell{text.Sprintf("%s%g cr", about, *p.Credits), toneMoney}
	case p.Cost != nil:
		return cell{text.Of(about + p.Cost.String()), toneMoney}
	}
	return cell{"unpriced", toneWarn}
}

// question states all that the total rests on.
func (g *group) question(subs []state.Submission, width int) []styled {
	a := g.app
	lines := append(a.advice(width, "that is", g.compared(), toneMoney), "")
	lines = append(lines, a.advice(width, "models", modelCounts(subs), toneText)...)
	if n := g.leaving(); n > 0 {
		lines = append(lines, a.advice(width, "left out", count(n, "job", "jobs"), toneWarn)...)
	}
	words := text.Text("They are sent one after the other, as slots come free.")
	if g.pilot {
		words = text.Sprintf("The first is sent. The other %d wait in the queue until you let them go on.", len(subs)-1)
	}
	lines = append(lines, a.advice(width, "then", words, toneText)...)
	if today := a.store.Ledger.Period(state.ByDay, a.now, time.Local); today.Jobs > 0 {
		lines = append(lines, a.advice(width, "today", a.sumWords(&today)+" so far", toneMuted)...)
	}
	oldest := subs[0].Price.At
	for i := range subs {
		if subs[i].Price.At.Before(oldest) {
			oldest = subs[i].Price.At
		}
	}
	return append(lines, a.validity(width, oldest)...)
}

// warnings are what has to be read before a yes: what speaks against the first
// jobs, and against how many more something does.
func (g *group) warnings(width int) (lines []styled) {
	const most = 8
	n := 0
	for i := range g.jobs {
		j := &g.jobs[i]
		if j.sub == nil || len(j.warn) == 0 {
			continue
		}
		if n++; n <= most {
			words := j.job.Name + ": " + text.Join(text.All(j.warn), "; ")
			lines = append(lines, g.app.advice(width, "but", words, toneWarn)...)
		}
	}
	if n > most {
		lines = append(lines, g.app.advice(width, "", text.Sprintf("and as much of %d more, as the list behind this says", n-most), toneWarn)...)
	}
	return lines
}

// validity says how long a price may still be agreed to.
func (a *App) validity(width int, at time.Time) []styled {
	left := state.PriceValid - a.now.Sub(at)
	if left <= 0 {
		return a.advice(width, "holds", "no more: go back and price it again", toneWarn)
	}
	return a.advice(width, "holds", "for "+span(left)+" from now", toneMuted)
}
