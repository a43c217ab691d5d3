package ui

import (
	"slices"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/outbox"
	"dubtop/state/purchase"
	"dubtop/ui/paint"
)

// lines draws the group: its total, the jobs left out and why, and the jobs to
// run.
func (g *group) lines(width int) []paint.Styled {
	t := g.app.Theme
	heading := text.Sprintf("Run %s again, unchanged", text.Count(len(g.jobs), "job", "jobs"))
	switch {
	case g.isSet && g.without > 0:
		heading = "Send " + text.Count(len(g.jobs), "job", "jobs") + "; " + text.Count(g.without, "of the set is", "of the set are") + " left out"
	case g.isSet:
		heading = text.Sprintf("Send %s", text.Count(len(g.jobs), "job", "jobs"))
	case g.model != "":
		heading = text.Sprintf("Run %s again with %s", text.Count(len(g.jobs), "job", "jobs"), g.model)
	}
	lines := []paint.Styled{"", "  " + t.Text(paint.Title, heading), ""}
	for _, l := range indented(g.progress(width - 2)) {
		lines = append(lines, paint.FitStyled(l, width))
	}
	return append(lines, g.settled(width)...)
}

// groupKey identifies everything that the settled lines depend on.
type groupKey struct {
	width, run, results, read int
	busy                      bool
	way                       way
	noBatches                 text.Text
	aged                      time.Time
	theme                     *paint.Theme
	prices                    uint64
}

// settled draws everything below the progress. It goes through all jobs, so it
// is done again only after a change.
func (g *group) settled(width int) []paint.Styled {
	key := groupKey{
		width, g.run, g.results, g.read, g.cancel != nil, g.way, g.app.noBatches, g.app.Aged, g.app.Theme, g.app.store.Prices.Version(),
	}
	if g.drawn != nil && key == g.drawnFor {
		return g.drawn
	}
	lines := indented(g.sums(width - 2))
	lines = append(lines, indented(g.leftOut(width-2))...)
	lines = append(lines, indented(g.rows(width-2))...)
	for i := range lines {
		lines[i] = paint.FitStyled(lines[i], width)
	}
	g.drawn, g.drawnFor = lines, key
	return lines
}

// progress says how far the work is, or why it stopped.
func (g *group) progress(width int) []paint.Styled {
	t := g.app.Theme
	waiting := g.unpriced()
	var words text.Text
	switch {
	case g.trouble != "":
		var lines []paint.Styled
		for _, l := range paint.Wrap(g.trouble, max(10, width)) {
			lines = append(lines, t.Text(paint.Bad, l))
		}
		return append(lines, t.Text(paint.Key, g.app.KeyFor(keymap.Refresh))+t.Text(paint.Muted, "  try again"), "")
	case g.cancel == nil && (g.read < len(g.jobs) || waiting > 0):
		return []paint.Styled{t.Text(paint.Warn, "Stopped. ") + t.Text(paint.Key, g.app.KeyFor(keymap.Refresh)) + t.Text(paint.Muted, "  continue"), ""}
	case g.cancel == nil:
		return nil
	case g.checking:
		words = "the server checks the batch; nothing is created"
	case g.read < len(g.jobs):
		words = text.Sprintf("reading their inputs: %d of %d", g.read, len(g.jobs))
	case g.pricing != nil:
		measured, asked := g.pricing.Progress()
		words = text.Sprintf("measuring: %d of %d, prices asked: %d", measured, len(g.pricing.Drafts), asked)
	default:
		words = text.Sprintf("getting prices: %d of %d", len(g.jobs)-waiting, len(g.jobs))
	}
	return []paint.Styled{t.Text(paint.Running, words+t.Glyphs.More), ""}
}

// sums draws the total, the models and the choice of a pilot.
func (g *group) sums(width int) []paint.Styled {
	t, subs := g.app.Theme, g.ready()
	if len(subs) == 0 {
		return nil
	}
	prices := make([]outbox.Price, len(subs))
	for i := range subs {
		prices[i] = subs[i].Price
	}
	label, total := text.Text("total"), purchase.QuoteOfAll(prices).Short()
	if g.cancel != nil || g.unpriced() > 0 {
		label = "so far"
	}
	lines := append([]paint.Styled{t.Fact(label, total, paint.Money)}, g.app.advice(width, "compared", g.compared(), paint.Normal)...)
	lines = append(lines, g.app.advice(width, "models", modelSums(subs), paint.Normal)...)
	if g.isSet {
		lines = append(lines, g.app.advice(width, "in all", g.extent(subs), paint.Normal)...)
	}
	if g.isSet || g.asks < len(subs) {
		lines = append(lines, g.app.advice(width, "prices", g.askedWords(subs), paint.Muted)...)
	}
	lines = append(lines, g.setLine())
	if g.pilotless() == "" {
		lines = append(lines, g.way.line())
	}
	lines = append(lines, g.whereLines(subs, width)...)
	return append(lines, "")
}

// compared compares the total with the jobs' cost when they first ran.
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
	cents := func(m api.Micros) api.Micros { return (m + 5_000) / 10_000 * 10_000 } // as both are shown
	switch more := cents(now) - cents(then); {
	case more > 0:
		return text.Sprintf("%s%s more than they cost (%s)", about, more.Rounded(), cost)
	case more < 0:
		return text.Sprintf("%s%s less than they cost (%s)", about, (-more).Rounded(), cost)
	}
	return text.Of(about + "as much as they cost")
}

// extent says how much a set makes.
func (g *group) extent(subs []outbox.Submission) text.Text {
	seconds, unknown := 0.0, 0
	for i := range subs {
		if seconds += subs[i].Price.Seconds; subs[i].Price.Seconds == 0 {
			unknown++
		}
	}
	words := text.Count(len(subs), "job", "jobs")
	if seconds > 0 {
		words += ", " + span(time.Duration(seconds*float64(time.Second))) + " of output"
	}
	if unknown > 0 {
		words += text.Sprintf(", %d of unknown length", unknown)
	}
	if n := g.leaving() + g.without; n > 0 {
		words += text.Sprintf(", %d left out", n)
	}
	return words
}

// askedWords says how many prices of a set are the server's own.
func (g *group) askedWords(subs []outbox.Submission) text.Text {
	bound := slices.ContainsFunc(subs, func(s outbox.Submission) bool { return strings.HasSuffix(s.Price.Basis, inputs.AtMost) })
	words := text.Count(g.asks, "estimate", "estimates") + " of the server"
	switch {
	case bound:
		return words + "; it prices lengths differently, so the others are the most that they can cost"
	case g.asks < len(subs):
		return words + "; the others are in proportion"
	}
	return words
}

// leftOut lists the jobs that will not be run, and why.
func (g *group) leftOut(width int) []paint.Styled {
	t := g.app.Theme
	var lines []paint.Styled
	for i := range g.jobs {
		j := &g.jobs[i]
		if j.left == "" {
			continue
		}
		for k, l := range paint.Wrap(j.left, max(10, width-nameWidth-2)) {
			name := j.job.Name
			if k > 0 {
				name = ""
			}
			lines = append(lines, t.Text(paint.Normal, paint.Fit(name, nameWidth, false, t.Glyphs.More))+"  "+t.Text(paint.Warn, l))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	heading := t.Text(paint.Title, text.Sprintf("Left out: %d", g.leaving()))
	return append(append([]paint.Styled{heading}, lines...), "")
}

// leaving returns the number of jobs that will not be run.
func (g *group) leaving() (n int) {
	for i := range g.jobs {
		if g.jobs[i].left != "" {
			n++
		}
	}
	return n
}

// notes returns the warnings of a job, and the parts that could not be copied.
func (j *groupJob) notes() []text.Text {
	notes := text.All(j.warn)
	if len(j.lost) > 0 {
		notes = append(notes, "not copied: "+text.Join(j.lost, "; "))
	}
	return notes
}

// The widths of a group's columns in cells.
const (
	nameWidth  = 24
	modelWidth = 18
)

// rowsMost limits the jobs that are listed; a job set shows all in its grid.
const rowsMost = 1000

// rows lists the jobs to run, in sending order.
func (g *group) rows(width int) []paint.Styled {
	t := g.app.Theme
	var lines []paint.Styled
	shown := 0
	for i := range g.jobs {
		j := &g.jobs[i]
		if j.left != "" || i >= g.read {
			continue
		}
		if shown++; shown > rowsMost {
			lines = append(lines, t.Text(paint.Muted, text.Sprintf("and %d more", g.read-g.leaving()-rowsMost)))
			break
		}
		price := paint.Muted.Of(t.Glyphs.More)
		if j.sub != nil {
			price = priceCell(j.sub.Price)
		}
		line := t.Text(paint.Normal, paint.Fit(j.job.Name, nameWidth, false, t.Glyphs.More)) + "  " +
			t.Text(paint.Muted, paint.Fit(text.Of(j.draft.Model), modelWidth, false, t.Glyphs.More)) + "  " +
			t.Text(price.Tone, paint.Fit(price.Text, 9, true, t.Glyphs.More))
		lines = append(lines, line)
		notes := j.notes()
		if next := i + 1; next < len(g.jobs) && g.jobs[next].left == "" && slices.Equal(notes, g.jobs[next].notes()) {
			continue // they stand once, under the last job that has them
		}
		for _, note := range notes {
			for _, l := range paint.Wrap(note, max(10, width-2)) {
				lines = append(lines, "  "+t.Text(paint.Warn, l))
			}
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return append([]paint.Styled{t.Text(paint.Title, "Will be run")}, lines...)
}

// question lists the facts behind the total.
func (g *group) question(subs, batches []outbox.Submission) []paint.Item {
	a := g.app
	said := []paint.Item{{Label: "compared", Words: g.compared(), Tone: paint.Money}, {}, {Label: "models", Words: modelSums(subs)}, {Label: "set", Words: g.setWords()}}
	if n := g.leaving() + g.without; n > 0 {
		said = append(said, paint.Item{Label: "left out", Words: text.Count(n, "job", "jobs"), Tone: paint.Warn})
	}
	if g.isSet {
		said = append(said, paint.Item{Label: "in all", Words: g.extent(subs)})
	}
	if g.isSet || g.asks < len(subs) {
		said = append(said, paint.Item{Label: "prices", Words: g.askedWords(subs), Tone: paint.Muted})
	}
	said = append(said, a.leavingItems(subs)...)
	words := text.Text("They are sent one by one as slots become free.")
	switch {
	case batches != nil:
		words = batchWords(batches)
	case g.pilot:
		words = "The first is sent now. The rest (" + text.Count(len(subs)-1, "job", "jobs") + ") stays paused in the queue until you resume it."
	}
	said = append(said, paint.Item{Label: "then", Words: words})
	if today := a.spentToday(); today.Jobs > 0 {
		said = append(said, paint.Item{Label: "today", Words: a.todayWords(&today), Tone: paint.Muted})
	}
	for _, words := range a.budgetEffect(subs) {
		said = append(said, paint.Item{Label: "budget", Words: text.Of(words), Tone: paint.Muted})
	}
	return said
}

// warnings lists the first of the warnings, each with the jobs that have it.
func (g *group) warnings(hosts []draft.Host) []paint.Item {
	said := hostLines(hosts)
	const most = 8
	var kinds []text.Text
	jobs := map[text.Text][]text.Text{} // names by their warnings
	for i := range g.jobs {
		j := &g.jobs[i]
		if j.sub == nil || len(j.warn) == 0 {
			continue
		}
		words := text.Join(text.All(j.warn), "; ")
		if jobs[words] == nil {
			kinds = append(kinds, words)
		}
		jobs[words] = append(jobs[words], j.job.Name)
	}
	more := 0
	for i, words := range kinds {
		names := jobs[words]
		if i >= most {
			more += len(names)
			continue
		}
		said = append(said, paint.Item{Label: "job", Words: names[0], Short: true})
		if n := len(names) - 1; n > 0 {
			said = append(said, paint.Item{Label: "and", Words: text.Count(n, "other", "others")})
		}
		said = append(said, paint.Item{Label: "but", Words: words, Tone: paint.Warn})
	}
	if more > 0 {
		said = append(said, paint.Item{Label: "and", Words: text.Sprintf("similar warnings for %d more, shown in the list behind this", more), Tone: paint.Warn})
	}
	return said
}
