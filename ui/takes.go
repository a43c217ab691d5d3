package ui

import (
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/take"
	"dubtop/state/verdict"
	"dubtop/ui/paint"
)

// Jobs made from the same video and sound are takes of each other.

// takesShown is the number of takes of a stack that the details name.
const takesShown = 5

// takeFacts tells the verdict on a job, and its place in its stack of takes.
func (a *desk) takeFacts(g *state.Generation, width int) (lines []paint.Styled) {
	if given := a.store.Verdicts.Of(g.Key()); given != (verdict.Given{}) {
		lines = append(lines, a.advice(width, "verdict", given.Words(), verdictCell(given.Verdict).Tone)...)
	}
	jobs, at := a.store.Takes(g)
	if len(jobs) == 0 {
		return lines
	}
	words := text.Sprintf("%d of %d", at+1, len(jobs))
	if n := len(jobs); n == 2 {
		words += "; " + a.KeyFor(keymap.Compare) + " compares them"
	} else {
		words += "; " + a.KeyFor(keymap.Compare) + " compares it with another"
	}
	return append(lines, a.advice(width, "take", words, paint.Normal)...)
}

// takeLines lists the takes around a job: model, cost, time and verdict of each.
func (a *desk) takeLines(g *state.Generation, width int) (lines []paint.Styled) {
	jobs, at := a.store.Takes(g)
	if len(jobs) == 0 {
		return nil
	}
	from := max(0, min(at-takesShown/2, len(jobs)-takesShown))
	lines = append(lines, "", a.Theme.Text(paint.Title, text.Sprintf("Takes of this video and sound: %d", len(jobs))))
	for i, j := range jobs[from:min(len(jobs), from+takesShown)] {
		other, ok := a.store.Generations.Find(string(j.ID))
		if !ok {
			continue
		}
		label, tone := text.Sprintf("%d", from+i+1), paint.Normal
		if from+i == at {
			label, tone = label+" "+a.Theme.Glyphs.Cursor, paint.Accent
		}
		lines = append(lines, a.advice(width, label, a.takeWords(&other), tone)...)
	}
	return lines
}

// takeWords tells a take in one line.
func (a *desk) takeWords(g *state.Generation) text.Text {
	words := []text.Text{g.Name, text.Of(g.Model), statusWord(g.Status)}
	if cost := a.store.Cost(g); cost.Amount > 0 {
		words = append(words, rounded(cost.Amount, cost.Kind))
	}
	if took, _, ok := a.store.Took(g); ok {
		words = append(words, "took "+span(took))
	}
	if given := a.store.Verdicts.Of(g.Key()); given != (verdict.Given{}) {
		words = append(words, given.Words())
	}
	return text.Join(words, ", ")
}

// neighbour returns the take to compare a job with: the one before it, or else
// the next.
func neighbour(jobs []take.Job, at int) take.Job {
	if at == 0 {
		return jobs[1]
	}
	return jobs[at-1]
}
