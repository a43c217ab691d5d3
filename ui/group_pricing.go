package ui

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

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
	defer g.way.begin(len(g.jobs))
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
