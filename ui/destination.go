package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/uuid"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/state/outbox"
	"dubtop/ui/paint"
)

// destination is where a group goes: one by one through the queue, with a pilot
// first, or as batches.
type destination struct {
	batch    bool
	chosen   bool // by the user
	checking bool // the server is asked in a dry run
	reason   text.Text
	end      time.Time // when the queue would be done with the group
	endOf    int       // number of jobs that end is about
}

// batchTime is how long the vendor may take for a batch.
// https://sync.so/docs/api-reference/guides/batch-processing
const batchTime = 24 * time.Hour

// batchLaws says what a batch means, in few words.
const batchLaws = "up to 24 h, can't be stopped, all at once"

// batchless returns why the group can't go as batches, or "".
func (g *group) batchless() text.Text {
	subs := g.ready()
	files, long := 0, 0
	for i := range subs {
		if len(subs[i].Files) > 0 {
			files++
		}
		if subs[i].Price.Seconds > api.BatchMaxSeconds {
			long++
		}
	}
	slots := &g.app.outbox.Slots
	switch {
	case len(subs) < api.BatchMinLines:
		return text.Sprintf("a batch takes at least %d jobs", api.BatchMinLines)
	case g.app.noBatches != "":
		return g.app.noBatches
	case slots.Configured == 0 && api.NoBatches(slots.OfPlan(g.app.Now)):
		return "this plan has none: Scale and Enterprise have"
	case files > 0:
		return text.Count(files, "job uses a file", "jobs use files") + " of this machine, which a batch can't name"
	case long > 0:
		return text.Count(long, "job is", "jobs are") + text.Sprintf(" longer than %d s", api.BatchMaxSeconds)
	}
	return ""
}

// nextWay goes on to the next way to send the group: a pilot first, all at once,
// or as batches.
func (g *group) nextWay() {
	d := &g.to
	d.chosen = true
	switch {
	case d.batch:
		d.batch, g.pilot = false, true
	case g.pilot || g.batchless() != "":
		g.pilot = !g.pilot
	default:
		d.batch = true
	}
}

// recommend chooses the way for a group that was just priced: batches only where
// the queue would take longer, and a set from the same source has shown that the
// jobs come out well.
func (g *group) recommend() {
	if g.to.chosen || g.batchless() != "" {
		return
	}
	end := g.queueEnd()
	if g.to.batch = end.Sub(g.app.Now) > batchTime && g.piloted(); g.to.batch {
		g.pilot = false
		g.to.reason = "the queue would take until " + endClock(end, g.app.Now)
	}
}

// piloted reports whether a job of the same source or set has been completed.
func (g *group) piloted() bool {
	for _, c := range g.app.store.CountSets(time.Time{}) {
		same := g.in.again && c.Name == g.in.name || g.in.source != "" && c.Source == g.in.source
		if same && c.Done > 0 {
			return true
		}
	}
	return false
}

// queueEnd forecasts when the queue would be done with the group, if it was sent
// all at once.
func (g *group) queueEnd() time.Time {
	subs := g.ready()
	if g.to.endOf == len(subs) {
		return g.to.end
	}
	a := g.app
	slots, _ := a.outbox.Slots.Known(a.Now)
	var behind outbox.Queue
	for i := range subs {
		subs[i].State = outbox.SubmissionConfirmed
		behind.Put(subs[i], false)
	}
	var busy []time.Duration
	if before := a.outbox.end.Sub(a.Now); before > 0 {
		for range max(1, slots) {
			busy = append(busy, before)
		}
	}
	behind.Reserve = a.outbox.Queue.Reserve
	g.to.end, g.to.endOf = behind.Finish(a.Now, busy, max(slots, a.outbox.Slots.Reached()), a.store.Forecast.Fresh), len(subs)
	return g.to.end
}

// whereLines say where the group goes and why, and what else there is.
func (g *group) whereLines(width int) []paint.Styled {
	if len(g.jobs)-g.leaving() < api.BatchMinLines {
		return nil
	}
	a := g.app
	why := g.batchless()
	end := g.queueEnd()
	queue := text.Text("the queue")
	if end.After(a.Now) {
		queue += ", done about " + endClock(end, a.Now)
	}
	var words, other text.Text
	switch {
	case g.to.batch:
		words, other = text.Of("the Batch API: "+batchLaws), "or "+queue
		if g.to.reason != "" {
			other = g.to.reason
		}
	case why != "":
		words, other = queue, "not as a batch: "+why
	default:
		words, other = queue, text.Of("or a batch: "+batchLaws)
	}
	lines := a.advice(width, "where", words, paint.Normal)
	return append(lines, a.advice(width, "", other, paint.Muted)...)
}

// wayLine draws the way and the key that changes it.
func (g *group) wayLine() paint.Styled {
	t := g.app.Theme
	box := text.Text("[ ]")
	if g.pilot {
		box = "[x]"
	}
	label, words := text.Text("pilot"), box+" send one first, the rest when you resume them  "
	if g.to.batch {
		label, words = "batch", "[x] send all of them as a batch  "
	}
	return t.Fact(label, words, paint.Normal) + t.Text(paint.Key, g.app.KeyFor(keymap.Switch))
}

// batchPlan is all that is needed to write the batches of a group and to have
// the server check them. It runs in a command.
type batchPlan struct {
	session *account.Account
	name    string
	subs    []outbox.Submission
	known   *account.Findings
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
	g.to.checking, g.trouble = true, ""
	plan := batchPlan{session: g.app.session, name: g.in.name, subs: jobs, known: g.known}
	ctx, run := g.ctx, g.run
	return func() tea.Msg {
		subs, err := plan.write(ctx)
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
	case outOfPlan(m.err):
		a.noBatches = "this account's plan includes none"
		a.Warn("no batch: " + a.noBatches + "; the jobs can go through the queue")
	default:
		g.trouble = "no batch: " + errorText(m.err)
		a.Warn(g.trouble)
	}
	g.to.batch, g.pilot = false, true
	return nil
}

// write cuts the jobs into batches, and returns those that the server would
// take: each holds exactly the bytes of its dry run.
func (p *batchPlan) write(ctx context.Context) (subs []outbox.Submission, err error) {
	lines, sizes := make([][]byte, len(p.subs)), make([]int, len(p.subs))
	mark := uuid.NewString()[:4] // the same rows may be sent again
	ids := make([]string, len(p.subs))
	for i := range p.subs {
		ids[i] = fmt.Sprintf("%s-%04d-%s", p.name, p.subs[i].Draft.Row, mark)
		if lines[i], err = draft.BatchText(ids[i], p.subs[i].Body); err != nil {
			return nil, err
		}
		sizes[i] = len(lines[i])
	}
	parts, err := draft.CutBatch(sizes)
	if err != nil {
		return nil, err
	}
	at := 0
	for i, n := range parts {
		name := p.name
		if len(parts) > 1 {
			name = fmt.Sprintf("%s, part %d of %d", p.name, i+1, len(parts))
		}
		sub, err := p.part(ctx, name, lines[at:at+n], ids[at:at+n], p.subs[at:at+n])
		if err != nil {
			return nil, err
		}
		subs = append(subs, sub)
		at += n
	}
	return subs, nil
}

// part writes, checks and prices one batch.
func (p *batchPlan) part(ctx context.Context, name string, lines [][]byte, ids []string, jobs []outbox.Submission) (sub outbox.Submission, err error) {
	now := time.Now()
	env := draft.BatchEnv{Now: now, Found: p.known.Input}
	if t, ok := p.session.Client.ServerTime(now); ok {
		env.Now = t
	}
	file, err := draft.CheckBatch(bytes.NewReader(bytes.Join(lines, nil)), env)
	switch {
	case err != nil:
		return sub, err
	case len(file.Problems) > 0:
		problem := file.Problems[0]
		if n := problem.Line; n > 0 {
			return sub, fmt.Errorf("%s: %s", jobs[n-1].Name, problem.Words)
		}
		return sub, errors.New(problem.Words)
	}
	if err := p.session.Client.ValidateBatch(ctx, file.Exact); err != nil {
		return sub, planWords(err)
	}
	if sub, err = outbox.NewBatchSubmission(uuid.NewString(), file, name, "", now); err != nil {
		return sub, err
	}
	price, at := outbox.Price{Cost: new(api.Micros), Basis: "the prices of its jobs"}, jobs[0].Price.At
	for i := range jobs {
		price = price.Plus(&jobs[i].Price)
		if jobs[i].Price.At.Before(at) {
			at = jobs[i].Price.At
		}
		sub.Lines = append(sub.Lines, outbox.BatchLine{RequestID: ids[i], Draft: jobs[i].Draft, Seconds: jobs[i].Price.Seconds})
	}
	return sub, sub.Estimate(price, at)
}

// intoSet puts the batches of a group and their lines into its set.
func intoSet(subs []outbox.Submission, name string) {
	for i := range subs {
		subs[i].Draft.Set = name
		for k := range subs[i].Lines {
			subs[i].Lines[k].Draft.Set = name
		}
	}
}

// batchWords says how a group is cut into batches.
func batchWords(subs []outbox.Submission) text.Text {
	if len(subs) == 1 {
		return text.Of("As one batch: " + batchLaws + ".")
	}
	var sizes []text.Text
	for i := range subs {
		sizes = append(sizes, text.Sprint(subs[i].BatchLines))
	}
	return text.Sprintf("As %d batches (%s jobs): %s.", len(subs), text.Join(sizes, " + "), batchLaws)
}

// batchWaits says why a batch of a set was not accepted. It stays in the queue.
func (a *composer) batchWaits(sub *outbox.Submission, words text.Text, unfit bool) {
	if sub.State == outbox.SubmissionRejected || unfit {
		a.Complain(sub.Name + ": " + words)
		return
	}
	a.Warn(sub.Name + " waits in the queue (" + a.KeyFor(keymap.ViewQueue) + "): " + sub.Reason)
}
