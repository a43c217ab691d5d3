package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/inputs"
	"dubtop/state/jobset"
	"dubtop/state/outbox"
	"dubtop/ui/paint"
)

// measure measures the files of rows in the background and judges the rows.
func (g *setGrid) measure(rows []jobset.Row) tea.Cmd {
	if len(rows) == 0 {
		return nil
	}
	a := g.app
	m := &inputs.Measuring{
		Client: a.session.Client, Env: g.sources.Env, Assets: g.assets, Known: g.known, Plan: a.plan(),
	}
	m.Env.Now = a.Now
	m.Start(rows)
	g.measuring = append(g.measuring, m)
	return g.await(m)
}

// await waits for the next judged rows.
func (g *setGrid) await(m *inputs.Measuring) tea.Cmd {
	s := g.app.session
	return func() tea.Msg {
		rows, more := m.Next()
		return setMeasuredMsg{asked{s}, g, m, rows, more}
	}
}

// setMeasuredMsg carries judged rows of a job set.
type setMeasuredMsg struct {
	asked
	grid  *setGrid
	from  *inputs.Measuring
	rows  []jobset.Row
	again bool // more rows follow
}

func (m setMeasuredMsg) apply(*composer) tea.Cmd {
	g := m.grid
	for i := range m.rows {
		judged := &m.rows[i]
		g.rows.Amend(judged.Key(), func(r *jobset.Row) {
			if r.SameJob(judged) { // otherwise it was changed, and is measured again
				r.Measure(judged.Measured)
			}
		})
	}
	if m.again {
		return g.await(m.from)
	}
	for i, running := range g.measuring {
		if running == m.from {
			g.measuring = append(g.measuring[:i:i], g.measuring[i+1:]...)
			break
		}
	}
	return nil
}

// measureAll measures all rows. It tries the failed ones again.
func (g *setGrid) measureAll() tea.Cmd {
	var rows []jobset.Row
	for r := range g.rows.All() {
		if r.Trouble == "" && r.Fault == "" {
			rows = append(rows, r.Copy())
		}
	}
	return g.measure(rows)
}

// again measures and compares all rows.
func (g *setGrid) again() tea.Cmd { return tea.Batch(g.measureAll(), g.compareAll()) }

// Leave stops the measuring and comparing.
func (g *setGrid) Leave() tea.Cmd {
	g.stop()
	for _, m := range g.measuring {
		m.Stop()
	}
	return nil
}

// progress says how much is measured, or what else is awaited; "" for nothing.
func (g *setGrid) progress() text.Text {
	done, all := 0, 0
	for _, m := range g.measuring {
		n, of := m.Progress()
		done, all = done+n, all+of
	}
	switch {
	case len(g.measuring) == 0 && g.comparing > 0:
		return "comparing with the jobs made before"
	case len(g.measuring) == 0:
		return ""
	}
	return text.Sprintf("measuring %d of %s ", done, text.Count(all, "file", "files")) + g.app.Theme.Bar(float64(done)/float64(max(1, all)), 8)
}

// total returns the length of the output of the rows to be sent, and its cost at
// the prices seen so far.
func (g *setGrid) total() text.Text {
	n := g.totals()
	if n.Chosen == n.Unmeasured {
		return ""
	}
	var seconds float64
	var sum api.Micros
	priced := true
	for model, length := range n.Seconds {
		seconds += length
		amount, known := g.app.store.Prices.Derive(model, length)
		sum, priced = sum+amount, priced && known
	}
	words := span(time.Duration(seconds * float64(time.Second)))
	if priced {
		words += ", about " + text.Of(sum.Rounded())
	}
	if n.Unmeasured > 0 {
		words += text.Sprintf(", without %s of unknown length", text.Count(n.Unmeasured, "job", "jobs"))
	}
	return words
}

// lengthCell draws the length of a row's output.
func (g *setGrid) lengthCell(r *jobset.Row) paint.Piece {
	words := length(api.Seconds(r.Measured.Output))
	if r.Measured.About && r.Measured.Output > 0 {
		words = "≈" + words
	}
	return paint.Muted.Of(words)
}

// priceCell draws the price of a row at the prices seen so far.
func (g *setGrid) priceCell(r *jobset.Row) paint.Piece {
	amount, known := g.app.store.Prices.Derive(r.Draft.Model, r.Measured.Output)
	if !known {
		return paint.Muted.Of(none)
	}
	return paint.Muted.Of(rounded(amount, outbox.CostDerived))
}
