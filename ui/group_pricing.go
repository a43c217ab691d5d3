package ui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/uuid"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/outbox"
)

// env returns what checks may use. Files are checked later, when pricing.
func (g *group) env() draft.CheckEnv {
	a := g.app
	return draft.CheckEnv{Now: a.Now, Skew: a.store.Forecast.Skew, Home: a.cfg.Home, Models: a.modelNames(), Asset: a.assetType, Uploads: a.askUploads()}
}

// prepare turns the job's source into the draft to run, or says why it cannot
// be run.
func (g *group) prepare(j *groupJob) {
	if j.err != nil {
		j.left = errorText(j.err)
		return
	}
	if j.draft.Unknown != "" {
		j.left = "unknown outcome: running it again may pay for it twice. Run it again on its own if you must"
		return
	}
	if g.model != "" {
		j.draft.Model = g.model
		if j.left = g.app.unfit(&j.source)(g.model); j.left != "" {
			return
		}
	}
	for _, p := range j.draft.Problems(g.env()) {
		if p.Blocks() {
			j.left = text.Of(p.Words)
			return
		}
	}
}

// priceAll requests prices for all jobs without a current one, at the pace that
// their hosts and the server allow. Jobs with the same price key are priced
// once.
func (g *group) priceAll() tea.Cmd {
	if g.isSet {
		return g.priceSet()
	}
	now := time.Now()
	at := map[string]int{}
	var alike [][]int
	for i := range g.jobs {
		j := &g.jobs[i]
		if j.left != "" && !j.failed || j.sub != nil && j.sub.Price.Known() && j.sub.Price.Fresh(now) {
			continue
		}
		j.left, j.failed, j.sub, j.warn = "", false, nil, nil
		key := j.draft.PriceKey()
		n, known := at[key]
		if !known {
			n = len(alike)
			at[key] = n
			alike = append(alike, nil)
		}
		alike[n] = append(alike[n], i)
	}
	looks := inputs.NewLooks(g.app.session.Client)
	var cmds []tea.Cmd
	for _, jobs := range alike {
		cmds = append(cmds, g.price(looks, jobs))
	}
	if g.asked = len(cmds); g.asked == 0 {
		g.stop() // everything is priced
	}
	return tea.Batch(cmds...)
}

// groupPricedMsg is the price of jobs with the same price key.
type groupPricedMsg struct {
	group *group
	run   int
	jobs  []int
	subs  []outbox.Submission // one per job
	warn  []string
	err   error
}

func (g *group) price(looks *inputs.Looks, jobs []int) tea.Cmd {
	ctx, s, run := g.ctx, g.app.session, g.run
	var drafts []draft.Draft
	for _, i := range jobs {
		drafts = append(drafts, g.jobs[i].draft.Clone())
	}
	p := inputs.Pricing{Draft: drafts[0], Env: g.env(), Assets: g.app.assetFacts(drafts[0]), Looks: looks, Known: g.known, Contents: g.app.session.Contents()}
	return func() tea.Msg {
		subs, warn, err := priceAlike(ctx, s.Client, p, drafts)
		return groupPricedMsg{g, run, jobs, subs, warn, err}
	}
}

// priceAlike prices the first of several drafts with the same price key and
// returns a submission for each. warn holds warnings about their inputs.
func priceAlike(ctx context.Context, c *api.Client, p inputs.Pricing, drafts []draft.Draft) (subs []outbox.Submission, warn []string, err error) {
	sub, found, err := p.Price(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	subs = []outbox.Submission{sub}
	for _, d := range drafts[1:] {
		twin, err := sub.Twin(uuid.NewString(), d, p.Env)
		if err != nil {
			return nil, nil, err
		}
		if d.OutputFileName == "" {
			twin.Name = found[0].Name
		}
		subs = append(subs, twin)
	}
	return subs, inputs.Warnings(found), nil
}

func (m groupPricedMsg) apply(a *composer) tea.Cmd {
	g := m.group
	if g.run != m.run || !a.Shown(g) {
		return nil
	}
	g.asked--
	g.results++
	for n, i := range m.jobs {
		j := &g.jobs[i]
		if m.err != nil {
			a.notePage(m.err)
			j.left, j.failed = errorText(m.err), true
			continue
		}
		j.sub, j.warn = &m.subs[n], m.warn
		if short := j.sub.LinkEnd().Short(a.outbox.ServerTime(a.Now)); short != "" {
			j.warn = append(slices.Clone(m.warn), short)
		}
	}
	if m.err == nil {
		a.learnPrice(&m.subs[0])
	}
	if g.asked > 0 {
		return nil
	}
	return g.priced()
}

// priced ends the work once everything is priced. It asks the question again if
// the prices were renewed for it.
func (g *group) priced() tea.Cmd {
	g.stop()
	g.recommend(g.ready())
	if !g.renewing {
		return nil
	}
	g.renewing = false
	if slices.ContainsFunc(g.jobs, func(j groupJob) bool { return j.failed }) || g.runnable() == 0 {
		return nil
	}
	return g.goOn()
}

// settle chooses the set of jobs that are run again: their own if they all
// belong to one, or else a new one.
func (g *group) settle() {
	if g.isSet || len(g.jobs) == 0 {
		return
	}
	if name := g.jobs[0].draft.Set; name != "" && !slices.ContainsFunc(g.jobs, func(j groupJob) bool { return j.draft.Set != name }) {
		g.way.set = groupSet{name: name, again: true}
		return
	}
	g.way.set = g.app.newSet("again", "")
	for i := range g.jobs {
		g.jobs[i].draft.Row = i + 1
	}
}

// batchesMsg carries the batches of a group, checked by the server.
type batchesMsg struct {
	group *group
	run   int
	subs  []outbox.Submission // one for each batch
	jobs  []outbox.Submission // one for each job
	err   error
}

// checkBatches writes the batches and has the server check them. Nothing is
// created.
func (g *group) checkBatches(jobs []outbox.Submission) tea.Cmd {
	g.stop()
	g.ctx, g.cancel = context.WithCancel(context.Background())
	g.checking, g.trouble = true, ""
	plan := inputs.BatchPlan{Client: g.app.session.Client, Name: g.way.set.name, Jobs: jobs, Known: g.known}
	ctx, run := g.ctx, g.run
	return func() tea.Msg {
		subs, err := plan.Write(ctx)
		return batchesMsg{g, run, subs, jobs, err}
	}
}

func (m batchesMsg) apply(a *composer) tea.Cmd {
	g := m.group
	if g.run != m.run || !a.Shown(g) {
		return nil
	}
	g.stop()
	switch {
	case m.err == nil:
		return g.confirm(m.jobs, m.subs)
	case inputs.OutOfPlan(m.err):
		a.noBatches = "this account's plan includes none"
		a.Warn("no batch: " + a.noBatches + "; the jobs can go through the queue")
	default:
		g.trouble = "no batch: " + errorText(m.err)
		a.Warn(g.trouble)
	}
	g.batch, g.pilot = false, true
	return nil
}
