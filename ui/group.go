package ui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/outbox"
	"dubtop/state/purchase"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// Limits of a group.
const (
	groupMost = 10_000 // jobs in one group
)

// group is a set of jobs to be run again: read, priced and confirmed together.
// Nothing is sent or saved before the confirmation, so it can be left at any
// time.
type group struct {
	kit.Pager
	app    *composer
	model  string // for all jobs; "": each keeps its own
	unmark func() // called once the group is confirmed

	jobs    []groupJob
	read    int // number of jobs whose inputs are known
	run     int // number of the current work; answers to earlier work are dropped
	ctx     context.Context
	cancel  context.CancelFunc // nil while nothing is being requested
	trouble text.Text          // why the work stopped

	renewing bool // the prices are renewed for the question

	isSet   bool               // a job set, instead of jobs to run again
	plan    string             // the deadline and the priority of the set, as typed
	without int                // rows of the set that are not in the group
	known   *inputs.Findings   // measurements of the set's files
	pricing *inputs.SetPricing // under way
	asks    int                // questions it took to price the set
	way
	checking bool // the server is asked about the batches in a dry run

	results  int // answers so far
	drawn    []paint.Styled
	drawnFor groupKey
}

// groupJob is one job of a group.
type groupJob struct {
	source
	left   text.Text          // why it is left out, or ""
	failed bool               // for a reason that may pass
	sub    *outbox.Submission // set once it is priced
	warn   []string           // warnings; it can be run all the same
}

// openGroup opens a group of the chosen jobs and reads their inputs.
func (a *composer) openGroup(set selection, model string) tea.Cmd {
	if a.session.Journal == nil {
		return a.afterOpening(func() tea.Cmd { return a.openGroup(set, model) })
	}
	g := &group{app: a, way: way{desk: a.desk}, model: model, unmark: set.unmark, known: inputs.NewFindings()}
	g.Pager = kit.Pager{Stage: a.Stage, Heading: "run again", Content: g.lines}
	for _, job := range set.chosen() {
		g.jobs = append(g.jobs, groupJob{source: set.source(job)})
	}
	a.Push(g)
	return g.resume()
}

// groupWithModel lets the user choose a model for a group. A model may be
// chosen that takes only some of the jobs; the others are left out.
func (a *composer) groupWithModel(set selection) tea.Cmd {
	jobs := set.chosen()
	unfit := func(model string) text.Text {
		most := draft.RulesFor(model).MaxSeconds
		long := 0
		for i := range jobs {
			if most > 0 && float64(jobs[i].Length) > most {
				long++
			}
		}
		if long < len(jobs) {
			return ""
		}
		return text.Sprintf("all of them are longer than %.0f s, the limit of %s", most, model)
	}
	return a.pickModel("", unfit, func(model string) tea.Cmd { return a.openGroup(set, model) })
}

// resume starts the work or continues it: it reads jobs that have not been read
// and prices those without a current price.
func (g *group) resume() tea.Cmd {
	g.stop()
	g.ctx, g.cancel = context.WithCancel(context.Background())
	g.trouble = ""
	if g.read < len(g.jobs) {
		return g.readNext()
	}
	return g.priceAll()
}

// stop stops the current work. Results so far are kept.
func (g *group) stop() {
	g.run++
	g.pricing, g.checking = nil, false
	if g.cancel != nil {
		g.cancel()
		g.cancel = nil
	}
}

// Leave stops the work when the screen closes.
func (g *group) Leave() tea.Cmd { g.stop(); return nil }

// groupReadMsg carries the sources of some jobs.
type groupReadMsg struct {
	group   *group
	run     int
	sources []source
	err     error
}

func (g *group) readNext() tea.Cmd {
	ctx, s, run := g.ctx, g.app.session, g.run
	var jobs []source
	for _, j := range g.jobs[g.read:min(len(g.jobs), g.read+groupPage)] {
		jobs = append(jobs, j.source)
	}
	return func() tea.Msg {
		found, err := sources(ctx, s, jobs)
		return groupReadMsg{g, run, found, err}
	}
}

func (m groupReadMsg) apply(a *composer) tea.Cmd {
	g := m.group
	if g.run != m.run || !a.Shown(g) {
		return nil
	}
	if m.err != nil {
		g.stop()
		g.trouble = "the jobs could not be read: " + errorText(m.err)
		a.note(g.trouble)
		return nil
	}
	g.results++
	for _, x := range m.sources {
		g.app.remember(&x)
		g.jobs[g.read].source = x
		g.read++
	}
	if g.read < len(g.jobs) {
		return g.readNext()
	}
	g.settle()
	for i := range g.jobs {
		g.prepare(&g.jobs[i])
	}
	return g.priceAll()
}

// ready returns the priced submissions, in the order of the group.
func (g *group) ready() []outbox.Submission {
	var subs []outbox.Submission
	for i := range g.jobs {
		if sub := g.jobs[i].sub; sub != nil {
			subs = append(subs, *sub)
		}
	}
	return subs
}

// runnable returns the number of priced jobs.
func (g *group) runnable() (n int) {
	for i := range g.jobs {
		if g.jobs[i].sub != nil {
			n++
		}
	}
	return n
}

// Actions returns the group's own actions and those of a pager.
func (g *group) Actions() []kit.Action {
	a := g.app
	pilot := func(n keymap.Name) kit.Action {
		act := a.Does(n, kit.Plain(func() { g.next(g.ready()) })).Unless(g.pilotless)
		act.Key.SetHelp(act.Key.Help().Key, "send a pilot first, all at once, or a batch")
		return act
	}
	rename := a.Does(keymap.Edit, g.rename).Unless(g.unnamable)
	rename.Key.SetHelp(rename.Key.Help().Key, "name the set")
	if g.cancel != nil {
		return append([]kit.Action{
			a.Does(keymap.Back, kit.Plain(g.stop)).Hinted("stop"),
			pilot(keymap.Switch).Hinted("switch"),
			pilot(keymap.Mark),
		}, g.Pager.Actions()...)
	}
	return append([]kit.Action{
		a.Does(keymap.Choose, g.goOn).Unless(g.unready).Hinted("continue"),
		pilot(keymap.Switch).Hinted("switch"),
		pilot(keymap.Mark),
		rename,
		a.Does(keymap.Refresh, g.resume).Unless(a.unspendable).Hinted("price again"),
		a.Does(keymap.Back, a.Pop).Hinted("close without sending"),
	}, g.Pager.Actions()...)
}

// pilotless returns why there can be no pilot, or "".
func (g *group) pilotless() text.Text {
	if len(g.jobs)-g.leaving() < 2 {
		return "a pilot needs other jobs to wait for it"
	}
	return ""
}

// unready returns why the group cannot be confirmed, or "".
func (g *group) unready() text.Text {
	switch {
	case g.read < len(g.jobs) || g.unpriced() > 0:
		return "stopped; " + g.app.KeyFor(keymap.Refresh) + " continues"
	case g.runnable() == 0:
		return "none of these jobs can be run"
	}
	return g.app.unspendable()
}

// unpriced returns the number of jobs still without a price.
func (g *group) unpriced() (n int) {
	for i := range g.jobs {
		if g.jobs[i].left == "" && g.jobs[i].sub == nil {
			n++
		}
	}
	return n
}

// leaveExpired leaves out jobs whose links have expired since they were priced,
// and reports whether there were any.
func (g *group) leaveExpired() (some bool) {
	at := g.app.outbox.ServerTime(time.Now())
	for i := range g.jobs {
		j := &g.jobs[i]
		if j.sub == nil {
			continue
		}
		if err := j.sub.Expired(at); err != nil {
			j.sub, j.left, some = nil, text.Of(err.Error()), true
			g.results++
		}
	}
	return some
}

// goOn asks for the confirmation. If some prices have become too old, it
// requests them again first.
func (g *group) goOn() tea.Cmd {
	if g.leaveExpired() && g.runnable() == 0 {
		g.app.Warn("none of these jobs can be run")
		return nil
	}
	subs, now := g.ready(), time.Now()
	if slices.ContainsFunc(subs, func(s outbox.Submission) bool { return !s.Price.Fresh(now) }) {
		return g.renew()
	}
	if g.batch {
		return g.checkBatches(subs)
	}
	return g.confirm(subs, nil)
}

// confirm asks about the priced jobs, which go through the queue, or as batches
// if there are some.
func (g *group) confirm(subs, batches []outbox.Submission) tea.Cmd {
	prices, priced := make([]outbox.Price, len(subs)), true
	for i := range subs {
		prices[i] = subs[i].Price
		priced = priced && prices[i].Known()
	}
	said, warned, oldest := g.question(subs, batches), g.warnings(hostsOfAll(subs)), oldestPrice(subs)
	c := &kit.Confirm{
		Heading: text.Sprintf("Send %s?", text.Count(len(subs), "job", "jobs")),
		Yes:     "send them", No: "no, go back",
		Quote:   purchase.QuoteOfAll(prices),
		Body:    func() []paint.Item { return append(append(slices.Clone(said), g.planItems()...), g.validity(oldest)) },
		Warning: func() []paint.Item { return warned },
		Answer:  func(yes bool) tea.Cmd { return g.answer(subs, batches, yes) },
	}
	switch g.pilot = g.pilot && g.pilotless() == "" && batches == nil; {
	case len(batches) == 1:
		c.Heading = text.Sprintf("Send %d jobs as a batch?", len(subs))
	case batches != nil:
		c.Heading = text.Sprintf("Send %d jobs as %d batches?", len(subs), len(batches))
	case g.pilot:
		c.Heading = text.Sprintf("Send 1 job as a pilot, and %d later?", len(subs)-1)
		c.Yes = "send the pilot"
	}
	return g.app.askToSpend(c, subs, priced, func(words text.Text) {
		g.trouble = words
		g.app.Complain(words)
	})
}

// renew gets new prices in place of those older than five minutes, and then asks
// the question.
func (g *group) renew() tea.Cmd {
	g.app.Warn("some prices are older than five minutes; getting new ones")
	cmd := g.resume()
	g.renewing = g.cancel != nil
	return cmd
}

// validity says how long the prices stay valid.
func (g *group) validity(oldest time.Time) paint.Item {
	if !g.app.Now.Before(oldest.Add(outbox.PriceValid)) {
		return paint.Item{Label: "valid", Words: "no longer: a yes gets new prices and asks again", Tone: paint.Warn}
	}
	return g.app.validity(oldest)
}

// hostsOfAll returns the non-ASCII hosts in some requests, without duplicates.
func hostsOfAll(subs []outbox.Submission) (hosts []draft.Host) {
	for i := range subs {
		for _, h := range subs[i].Hosts() {
			if !slices.Contains(hosts, h) {
				hosts = append(hosts, h)
			}
		}
	}
	return hosts
}

// answer confirms every job, or every batch, after a yes, each with its own
// idempotency key, and queues them. If one cannot be confirmed, none is.
func (g *group) answer(subs, batches []outbox.Submission, yes bool) tea.Cmd {
	if !yes {
		return nil
	}
	a, now := g.app, time.Now()
	if g.leaveExpired() {
		g.app.Complain("Nothing was sent: a signed link has expired, and its job was left out")
		return nil
	}
	if slices.ContainsFunc(subs, func(s outbox.Submission) bool { return !s.Price.Fresh(now) }) {
		return g.renew()
	}
	chosen := subs
	if batches != nil {
		chosen = batches
	}
	confirmed, err := purchase.Agree(chosen, now)
	if err != nil {
		g.trouble = "Nothing was sent: " + errorText(err)
		a.Complain(g.trouble)
		return nil
	}
	set := purchase.SetOf(g.way.set.name, g.way.set.source, len(subs), confirmed, now)
	plan, late := outbox.ParsePlan(g.plan, now.Local())
	if late != nil {
		g.trouble = "Nothing was sent: the deadline: " + errorText(late)
		a.Complain(g.trouble)
		return nil
	}
	a.Remove(g)
	g.stop()
	a.attend(&spending{submission: confirmed[0], group: g})
	send := workCmd(a.session.EnqueueSet(set, g.way.set.again, confirmed, g.pilot))
	if plan == (outbox.Plan{}) {
		return send
	}
	return tea.Batch(send, workCmd(a.session.PlanSet(set.Name, plan, "")))
}

// queued takes the marks off the jobs once the journal holds them.
func (g *group) queued() {
	if g.unmark != nil {
		g.unmark()
	}
}

// unqueued says why the journal holds none of the jobs.
func (g *group) unqueued(words text.Text) { g.trouble = words }
