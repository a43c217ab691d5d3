package ui

import (
	"slices"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/instant"
	"dubtop/state/outbox"
	"dubtop/ui/paint"
)

// setShown is how long a set is shown after it was confirmed, if all its rows
// have ended.
const setShown = 24 * time.Hour

// watched returns the sets to watch, newest first.
func (a *desk) watched() []state.SetCount {
	s := a.store
	if !s.Sets.Any() {
		return nil
	}
	w := &a.sets
	of := setVersions{
		s.Sets.Version(), s.Generations.Version(), s.Queue.Version(), s.Batches.Version(), s.Ledger.Rows().Version(), minuteOf(a.Now),
	}
	if of == w.of {
		return w.counts
	}
	w.of, w.counts, w.ends, w.vague = of, s.CountSets(a.Now.Add(-setShown)), map[string]time.Time{}, map[string]bool{}
	for i := range w.counts {
		a.foreseeBatches(&w.counts[i])
	}
	for g := range s.Generations.Live() {
		if set := string(g.Set()); set != "" {
			w.ends[set] = instant.Later(w.ends[set], a.Now.Add(s.Expect(g, a.Now).Left))
		}
	}
	return w.counts
}

// foreseeBatches forecasts when the running batches of a set should be done.
func (a *desk) foreseeBatches(c *state.SetCount) {
	for _, id := range c.Batches {
		b, _ := a.store.Batches.Find(string(id))
		end := a.store.BatchEnd(&b, a.Now.Add(a.store.Forecast.Skew))
		if end.IsZero() {
			a.sets.vague[c.Name] = true
		}
		a.sets.ends[c.Name] = instant.Later(a.sets.ends[c.Name], a.ours(end))
	}
}

// The number of lines about sets by the height of the view.
const (
	setLineHeight  = 10 // for one
	setLinesHeight = 20 // for more
	setLinesMost   = 3
)

// setLines draws a line for each job set to watch, and what made its rows fail.
func (a *desk) setLines(width, height int) []paint.Styled {
	sets := a.watched()
	if len(sets) == 0 || height < setLineHeight {
		return nil
	}
	most := 1
	if height >= setLinesHeight {
		most = setLinesMost
	}
	var lines []paint.Styled
	for i := range sets[:min(most, len(sets))] {
		c := &sets[i]
		lines = append(lines, a.Theme.Line(width, a.setPieces(c, width-1), nil))
		if words := a.causeLine(c, width-4); words != "" && height >= setLinesHeight {
			lines = append(lines, a.Theme.Line(width, []paint.Piece{paint.Bad.Of("   " + words)}, nil))
		}
	}
	return lines
}

// setPieces describes a set in one line. If the line is too narrow, it drops the
// cost first, then the words for the numbers, then the end.
func (a *desk) setPieces(c *state.SetCount, width int) []paint.Piece {
	head := []paint.Piece{paint.Normal.Of(" "), paint.Title.Of(text.Of(c.Name))}
	sized := append(slices.Clone(head), paint.Normal.Of(text.Sprintf(" %d:", c.Rows)))
	long, short := a.setCounts(c, true), a.setCounts(c, false)
	end, cost := a.setEnd(c), a.setCost(c)
	ways := [][]paint.Piece{
		slices.Concat(sized, long, cost, end),
		slices.Concat(sized, long, end),
		slices.Concat(sized, short, end),
		slices.Concat(sized, short),
	}
	for _, way := range ways {
		if paint.Cells(way) <= width {
			return way
		}
	}
	name := paint.Shorten(text.Of(c.Name), max(4, width-paint.Cells(short)-2), a.Theme.Glyphs.More)
	return append([]paint.Piece{paint.Normal.Of(" "), paint.Title.Of(name)}, short...)
}

// setCounts returns the numbers of rows by state, without those that are 0.
func (a *desk) setCounts(c *state.SetCount, words bool) (pieces []paint.Piece) {
	g := a.Theme.Glyphs
	count := func(n int, tone paint.Tone, glyph, word text.Text) {
		sign := glyph
		if words && word != "" {
			sign = word
		}
		if n > 0 {
			pieces = append(pieces, tone.Of(text.Sprintf(" %d %s", n, sign)))
		}
	}
	count(c.Done, paint.Done, g.Completed, "")
	count(c.Failed, paint.Bad, g.Failed, "")
	count(c.Running, paint.Running, g.Running, "")
	count(c.Unknown, paint.Warn, g.Alert, "unknown")
	count(c.Waiting, paint.Pending, g.Pending, "waiting")
	count(c.Paused, paint.Warn, g.Dot, "paused")
	if left := c.Rows - c.Done - c.Failed - c.Running - c.Unknown - c.Waiting - c.Paused; words && left > 0 {
		pieces = append(pieces, paint.Muted.Of(text.Sprintf(" %d dropped", left)))
	}
	if words && c.Again > 0 {
		pieces = append(pieces, paint.Muted.Of(text.Sprintf(" (%d again)", c.Again)))
	}
	return pieces
}

// setCost compares the amount spent on a set with the amount confirmed.
func (a *desk) setCost(c *state.SetCount) []paint.Piece {
	words := text.Text("")
	if c.Spent > 0 {
		words = rounded(c.Spent, c.Kind)
	}
	switch {
	case c.Cost != nil && words != "":
		words += " of " + text.Of(c.Cost.Rounded())
	case c.Cost != nil:
		words = text.Of(api.Micros(0).Rounded()) + " of " + text.Of(c.Cost.Rounded())
	case words == "":
		return nil
	}
	return []paint.Piece{paint.Muted.Of(" · "), paint.Money.Of(words)}
}

// setEnd says when a set should be done: never, while rows wait for the user. It
// is not known while batches wait for others, or before a batch tells how fast it
// is.
func (a *desk) setEnd(c *state.SetCount) []paint.Piece {
	end := a.setEnds(c.Name)
	_, paused := a.outbox.Queue.Paused()
	late := a.lateWords(c.Name)
	switch {
	case !c.Open():
		return []paint.Piece{paint.Muted.Of(" · all ended")}
	case late != "":
		return []paint.Piece{paint.Muted.Of(" · "), paint.Warn.Of(late)}
	case c.Paused > 0 || c.Waiting > 0 && (paused || a.outbox.setEnds[c.Name].IsZero()):
		return nil
	case a.sets.vague[c.Name]:
		return []paint.Piece{paint.Muted.Of(" · end not known yet: a batch may take 24 h")}
	case end.IsZero() || !end.After(a.Now):
		return nil
	}
	return []paint.Piece{paint.Muted.Of(" · done "), paint.Normal.Of(endClock(end, a.Now))}
}

// setEnds is when the rows of a set should be done that run or are in the queue;
// zero if that is not known.
func (a *desk) setEnds(set string) time.Time {
	return instant.Later(a.sets.ends[set], a.outbox.setEnds[set])
}

// lateWords says how late a set that has not ended will be, by the forecast, or is
// already; "" if it is in time, or has no deadline.
func (a *desk) lateWords(set string) text.Text {
	late := a.store.Sets.Plan(set).Late(instant.Later(a.setEnds(set), a.Now)).Round(time.Minute)
	if late < time.Minute {
		return ""
	}
	return "late by " + span(late)
}

// planFacts tells the deadline and the priority of a set.
func (a *desk) planFacts(set string, width int) (lines []paint.Styled) {
	p := a.store.Sets.Plan(set)
	if !p.Deadline.IsZero() {
		words, tone := endClock(p.Deadline, a.Now), paint.Normal
		open := slices.ContainsFunc(a.watched(), func(c state.SetCount) bool { return c.Name == set && c.Open() })
		if late := a.lateWords(set); open && late != "" {
			words, tone = words+", "+late, paint.Warn
		}
		lines = append(lines, a.advice(width, "deadline", words, tone)...)
	}
	if p.Priority != outbox.PriorityNormal {
		lines = append(lines, a.advice(width, "priority", text.Of(string(p.Priority)), paint.Normal)...)
	}
	return lines
}

// causeLine names what most failed rows of a set have in common, and the filter
// that shows them.
func (a *desk) causeLine(c *state.SetCount, width int) text.Text {
	if len(c.Causes) == 0 {
		return ""
	}
	words := a.causeWords(c, &c.Causes[0])
	if n := len(c.Causes) - 1; n > 0 {
		words += text.Sprintf("; %s", text.Count(n, "other cause", "other causes"))
	}
	if cause := &c.Causes[0]; cause.Code != "" {
		filter := " · " + a.KeyFor(keymap.Filter) + " set:" + text.Of(c.Name) + " code:" + cause.Code
		if paint.TextWidth(words)+paint.TextWidth(filter) <= width {
			return words + filter
		}
	}
	return paint.Fit(words, min(width, paint.TextWidth(words)), false, a.Theme.Glyphs.More)
}

// causeWords says how many rows failed for a cause.
func (a *desk) causeWords(c *state.SetCount, cause *state.Cause) text.Text {
	words := text.Sprintf("%d × %s", cause.Rows, a.diagnose(string(cause.Code), cause.Words).short)
	if cause.Rows > 1 && cause.Rows == c.Failed {
		words += ": mend it once"
	}
	return words
}

// setFacts describes the set of a job: its name, its row, and how far it is.
func (a *desk) setFacts(id string, width int) (lines []paint.Styled) {
	m, ok := a.store.MemberOf(id)
	if !ok {
		return nil
	}
	words := text.Of(m.Set)
	if m.Row > 0 {
		words += text.Sprintf(", row %d", m.Row)
	}
	if m.Lang != "" {
		words += ", " + text.Of(m.Lang)
	}
	lines = append(lines, a.advice(width, "set", words, paint.Normal)...)
	if set, ok := a.store.Sets.Find(m.Set); ok && set.Source != "" {
		lines = append(lines, a.advice(width, "made from", text.Of(set.Source), paint.Muted)...)
	}
	return append(lines, a.planFacts(m.Set, width)...)
}
