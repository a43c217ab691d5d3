package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/state/draft"
	"dubtop/state/inputs"
)

// priceAll prices the jobs that have no current price, with few questions to the
// server.
func (g *group) priceAll() tea.Cmd {
	now := time.Now()
	var jobs []int
	var drafts []draft.Draft
	for i := range g.jobs {
		j := &g.jobs[i]
		if j.left != "" && !j.failed || j.sub != nil && j.sub.Price.Known() && j.sub.Price.Fresh(now) {
			continue
		}
		j.left, j.failed, j.sub, j.warn = "", false, nil, nil
		jobs, drafts = append(jobs, i), append(drafts, j.draft.Clone())
	}
	if len(jobs) == 0 {
		return g.priced()
	}
	a := g.app
	p := &inputs.SetPricing{
		Client: a.session.Client, Env: g.env(), Assets: a.allAssets(), Known: g.known, Contents: a.session.Contents(), Drafts: drafts,
	}
	p.Env.Asset, p.Env.Uploads = nil, nil // it asks the server itself
	g.pricing = p
	ctx, run := g.ctx, g.run
	return func() tea.Msg { return groupPricedMsg{g, run, jobs, p.Price(ctx)} }
}

// groupPricedMsg carries the prices of some jobs.
type groupPricedMsg struct {
	group  *group
	run    int
	jobs   []int
	priced []inputs.Priced
}

func (m groupPricedMsg) apply(a *composer) tea.Cmd {
	g := m.group
	if g.run != m.run || !a.Shown(g) {
		return nil
	}
	g.results++
	_, g.asks = g.pricing.Progress()
	learned := map[string]bool{}
	for n, i := range m.jobs {
		j, found := &g.jobs[i], &m.priced[n]
		if found.Err != nil {
			j.left, j.failed = errorText(found.Err), true
			continue
		}
		j.sub, j.warn = &found.Submission, found.Warnings
		if short := j.sub.LinkEnd().Short(a.outbox.ServerTime(a.Now)); short != "" {
			j.warn = append(slices.Clone(j.warn), short)
		}
		if !learned[j.sub.Model] {
			learned[j.sub.Model] = true
			a.learnPrice(j.sub)
		}
	}
	return g.priced()
}
