package ui

import (
	"cmp"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/outbox"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// generationPane shows beside the list as much about a job as is known without
// asking.
func (a *composer) generationPane(g *state.Generation, width int) []paint.Styled {
	t := a.Theme
	lines := append(a.called(g.Name, width), "")
	lines = append(lines, a.explained(g, nil, width)...)
	lines = append(lines, a.facts(g, width)...)
	return append(lines, "", t.Text(paint.Key, a.KeyFor(keymap.Details))+t.Text(paint.Muted, "  inputs, options, answer"))
}

// facts draws the labelled lines of a job.
func (a *composer) facts(g *state.Generation, width int) []paint.Styled {
	t := a.Theme
	status := jobStatus(t, g)
	lines := a.advice(width, "note", a.store.Notes.Of(g.Key()), paint.Normal)
	lines = append(lines,
		t.Fact("status", status.Text, status.Tone),
		t.Fact("model", text.Of(g.Model), paint.Normal),
	)
	lines = append(lines, a.fileFacts(g, width)...)
	if g.Label() != "" {
		lines = append(lines, a.advice(width, "label", g.Label(), paint.Normal)...)
	}
	if g.ProjectID() != "" {
		lines = append(lines, a.advice(width, "project", g.Project(), paint.Normal)...)
	}
	lines = append(lines, a.setFacts(g.Key(), width)...)
	lines = append(lines, a.takeFacts(g, width)...)
	lines = append(lines, t.Fact("length", length(g.Length), paint.Normal))
	lines = append(lines, a.advice(width, "cost", costWords(a.store.Cost(g)), costCell(a.store.Cost(g)).Tone)...)
	if e, ours := a.store.Ledger.Find(g.ID); ours {
		lines = append(lines, a.differsFact(&e, width)...)
	}
	lines = append(lines, a.advice(width, "created", happened(a.ours(g.Created), a.Aged), paint.Normal)...)
	if !g.Started.IsZero() {
		lines = append(lines, t.Fact("started", clock(g.Started, a.Now)+" (seen)", paint.Normal))
	}
	if !g.Ended.IsZero() {
		lines = append(lines, t.Fact("ended", clock(g.Ended, a.Now)+" (seen)", paint.Normal))
	}
	if took, whole, ok := a.store.Took(g); ok {
		words := span(took)
		if whole {
			words += " from its creation on"
		}
		lines = append(lines, a.advice(width, "took", words, paint.Normal)...)
	}
	lines = append(lines, a.lookFacts(g.Key(), width)...)
	lines = append(lines, a.hookFacts(g.Key(), width)...)
	return append(lines, a.advice(width, "id", text.Of(string(g.ID)), paint.Muted)...)
}

// costWords formats a cost and says where it comes from.
func costWords(c outbox.Cost) text.Text {
	switch c.Kind {
	case outbox.CostActual:
		return exactly(c.Amount, c.Kind) + " as billed"
	case outbox.CostEstimate:
		return exactly(c.Amount, c.Kind) + " as estimated when sent"
	case outbox.CostDerived:
		return exactly(c.Amount, c.Kind) + " from length and list price"
	}
	return none
}

// explained explains the state of a job: why it failed and how to fix it, or how
// long it may still take. told is the API's answer about this job; it may be
// nil.
func (a *composer) explained(g *state.Generation, told *api.Generation, width int) []paint.Styled {
	switch {
	case g.Submission == outbox.SubmissionUnknown:
		return a.unknownLines(g.Error, "job with the same inputs", width)
	case g.Gone:
		return a.advice(width, "Gone", "The server no longer has this job. This is what dubtop last saw of it.", paint.Warn)
	case g.Status.Troubled():
		return a.autopsy(g, told, width)
	case g.Status == api.CompletedPartial:
		return append(a.advice(width, "Partial", "The server completed this job only in part: compare the output with what was asked for. It is paid for.", paint.Warn), "")
	case !g.Status.Terminal() && !g.Status.Running():
		return append(a.advice(width, "Status", "dubtop does not know this status: it shows it as the server says it, and asks again.", paint.Muted), "")
	case g.Status.Running():
		return a.forecast(g, told, width)
	}
	return nil
}

// unknownLines explains a request of unknown outcome. sign is what in the list
// would prove that it was accepted.
func (a *composer) unknownLines(reason, sign text.Text, width int) []paint.Styled {
	lines := a.advice(width, "Unknown", "This request was sent, but no clear answer came: it may have been accepted and charged.", paint.Warn)
	if reason != "" {
		lines = append(lines, a.advice(width, "because", reason, paint.Normal)...)
	}
	return append(append(lines, a.advice(width, "So", "dubtop is looking for a "+sign+" to link it to; nothing is sent again on a guess. "+a.KeyFor(keymap.Details)+" shows more.", paint.Normal)...), "")
}

func (a *composer) autopsy(g *state.Generation, told *api.Generation, width int) []paint.Styled {
	code, message := g.ErrorCode, g.Error
	if told != nil {
		code, message = cmp.Or(code, text.Of(string(told.ErrorCode))), cmp.Or(told.Error, message)
	}
	d := a.diagnose(string(code), message)
	lines := a.advice(width, "Why", d.why, paint.Bad)
	if message != d.why {
		lines = append(lines, a.advice(width, "API says", message, paint.Normal)...)
	}
	for _, words := range a.evidence(string(code), g, told) {
		lines = append(lines, a.advice(width, "Here", words, paint.Normal)...)
	}
	lines = append(lines, a.advice(width, "Fix", d.fix, paint.OK)...)
	if words := a.remedyKey(d.remedy); words != "" {
		lines = append(lines, a.advice(width, "Key", words, paint.Muted)...)
	}
	return append(append(lines, a.advice(width, "code", code, paint.Muted)...), "")
}

// forecast says how long a job may still take, or that it takes unusually long.
func (a *composer) forecast(g *state.Generation, told *api.Generation, width int) []paint.Styled {
	e := a.store.Expect(g, a.Now)
	source := text.Text("the vendor's documented times")
	switch {
	case e.Whole:
		source = text.Count(e.Learned, "finished job", "finished jobs")
	case e.Learned > 0:
		source = text.Count(e.Learned, "job", "jobs") + " seen finishing"
	}
	words := text.Sprintf("about %s left, based on %s.", roughly(e.Left), source)
	n := paint.Normal
	switch {
	case g.Status == api.Pending && a.Now.Sub(a.ours(g.Created)) > unusualPending:
		words, n = "Pending for more than five minutes is unusual. Don't send it again: you would pay for both.", paint.Warn
	case e.Stuck:
		words, n = "Taking far longer than expected. Check status.sync.so, or contact support with its id. Don't send it again: you would pay for both.", paint.Warn
	case e.Left < time.Second:
		words = "due any moment, based on " + source + "."
	}
	lines := a.advice(width, "Forecast", words, n)
	if g.Status == api.Processing {
		share, about := e.Fraction, "~"
		if told != nil && told.Progress >= 0 {
			share, about = float64(told.Progress)/100, ""
		}
		lines = append([]paint.Styled{a.Theme.Fact("Progress", a.Theme.Bar(share, 16)+text.Sprintf(" %s%.0f %%", about, 100*share), paint.Running)}, lines...)
	}
	return append(append(lines, a.advice(width, "", "Running jobs can't be cancelled.", paint.Muted)...), "")
}

// generationDetails shows one job on the whole body. Only here is a single job
// requested, for its progress and its billed cost.
type generationDetails struct {
	kit.Pager
	app  *composer
	id   api.ID
	part int
}

// The parts of the details, in order.
const (
	partOverview = iota
	partRequest
	partRaw
	partCount
)

// openGeneration shows a job and requests the details that the list does not
// hold.
func (a *composer) openGeneration(g *state.Generation) tea.Cmd {
	id := g.Key()
	switch g.Submission {
	case "":
	case outbox.SubmissionUnknown:
		return a.openUnknown(id)
	default:
		a.Push(&kit.Pager{Stage: a.Stage, Heading: "details", Content: func(width int) []paint.Styled { return a.submissionLines(id, width-2) }})
		return nil
	}
	d := &generationDetails{app: a, id: g.ID}
	d.Pager = kit.Pager{Stage: a.Stage, Heading: "details", Content: d.lines}
	turn := func(by int) func() tea.Cmd {
		return kit.Plain(func() { d.part = (d.part + by + partCount) % partCount; d.Top = 0; d.Scroll(0) })
	}
	links := a.Does(keymap.PickAsset, func() tea.Cmd { return a.openLinks(d.opened().Job) }).Called("open one of its links: output, speech, inputs").Unless(func() text.Text {
		if job := d.opened().Job; job == nil || len(linksOfJob(job)) == 0 {
			return "this job has no links"
		}
		return ""
	})
	d.Extra = append([]kit.Action{
		a.Does(keymap.NextPart, turn(1)).Hinted("next part"),
		a.Does(keymap.PreviousPart, turn(-1)),
		a.Does(keymap.Refresh, func() tea.Cmd { return d.fetch() }).Hinted("refresh"),
		links,
	}, generationActions(a, oneJob(d.row))...)
	a.Push(d)
	a.pictures.of[d] = func() pictureOf {
		if g := d.row(); g != nil && d.part == partOverview {
			return a.openedPicture(g, d.opened().Job)
		}
		return pictureOf{}
	}
	return d.fetch()
}

// submissionLines describes a submission until its job is known.
func (a *composer) submissionLines(id string, width int) []paint.Styled {
	g, ok := a.store.Generations.Find(id)
	if !ok {
		return []paint.Styled{
			"", "  " + a.Theme.Text(paint.Normal, "The answer has arrived: the job is in the list."), "",
			"  " + a.Theme.Text(paint.Key, a.KeyFor(keymap.Back)) + a.Theme.Text(paint.Muted, "  back"),
		}
	}
	return append([]paint.Styled{""}, indented(append(a.explained(&g, nil, width), a.facts(&g, width)...))...)
}

// row returns the job from the store, or nil.
func (d *generationDetails) row() *state.Generation {
	g, ok := d.app.store.Generations.Find(string(d.id))
	if !ok {
		return nil
	}
	return &g
}

// fetch asks for the job at once.
func (d *generationDetails) fetch() tea.Cmd {
	a := d.app
	if a.store.Opened.ID == d.id && a.store.Opened.Asking {
		return nil
	}
	return workCmd(a.session.OpenDetails(d.id))
}

// Leave ends the polling for the job.
func (d *generationDetails) Leave() tea.Cmd {
	d.app.store.CloseDetails(d.id)
	delete(d.app.pictures.of, d)
	return nil
}

// opened returns the API's answers about the job, or nothing if another job is
// open.
func (d *generationDetails) opened() state.Opened {
	if o := d.app.store.Opened; o.ID == d.id {
		return o
	}
	return state.Opened{ID: d.id}
}

// kindOf is what an error of the API is about.
func kindOf(err error) api.Kind {
	if e, ok := errors.AsType[*api.Error](err); ok {
		return e.Kind
	}
	return api.KindUnknown
}

func (d *generationDetails) lines(width int) []paint.Styled {
	a, t, o := d.app, d.app.Theme, d.opened()
	lines := []paint.Styled{partTitles(t, d.part, "Overview", "Request", "Raw answer"), ""}
	g := d.row()
	switch {
	case g == nil:
		return append(lines, "  "+t.Text(paint.Muted, "This job is no longer known."))
	case d.part == partOverview:
		lines = append(lines, indented(d.overview(g, width-2))...)
	case o.Job == nil && d.part == partRequest && len(o.Sent.Body) > 0:
		lines = append(lines, "  "+t.Text(paint.Muted, "As sent from here, "+happened(o.Sent.SentAt, a.Aged)+":"), "")
		lines = append(lines, indented(a.rawLines(api.JSON(o.Sent.Body), width-2))...)
	case o.Job == nil && o.Err != nil:
		lines = append(lines, indented(d.missing(g, width-4))...)
	case o.Job == nil:
		lines = append(lines, "  "+t.Text(paint.Muted, "Loading"+t.Glyphs.More))
	case d.part == partRequest:
		lines = append(lines, indented(a.rawLines(o.Job.Request(), width-2))...)
	default:
		lines = append(lines, indented(a.rawLines(o.Job.Raw, width-2))...)
	}
	return lines
}

// missing says why not everything about a job is known, and whether more will
// come.
func (d *generationDetails) missing(g *state.Generation, width int) []paint.Styled {
	a, t, o := d.app, d.app.Theme, d.opened()
	rest, gone := "Inputs, options and output come from the server", "Inputs, options and output are gone with it."
	if len(o.Sent.Body) > 0 {
		gone = "The request as sent from here is under Request."
		rest = gone + " The rest comes from the server"
	}
	if g.Gone {
		return paint.Toned(t, paint.Muted, paint.Wrap(text.Of(gone), width))
	}
	lines := paint.Toned(t, paint.Bad, paint.Wrap("The rest could not be loaded: "+errorText(o.Err), width))
	if o.Job != nil {
		return lines
	}
	again := "; " + a.KeyFor(keymap.Refresh) + " tries again."
	if kindOf(o.Err) == api.KindNetwork {
		again = ", and will load when it answers again."
	}
	lines = append(lines, paint.Toned(t, paint.Muted, paint.Wrap(text.Of(rest)+again, width))...)
	if asOf := a.asOf(); asOf != "" && !a.store.Generations.Known() {
		lines = append(lines, t.Text(paint.Muted, "The data above is "+asOf+"."))
	}
	return lines
}

func (d *generationDetails) overview(g *state.Generation, width int) []paint.Styled {
	a, t, o := d.app, d.app.Theme, d.opened()
	lines := append(a.called(g.Name, width), "")
	lines = append(lines, a.explained(g, o.Job, width)...)
	lines = append(lines, a.facts(g, width)...)
	lines = append(lines, a.takeLines(g, width)...)
	if o.Err != nil {
		lines = append(append(lines, ""), d.missing(g, width-2)...)
	}
	if o.Job == nil {
		return lines
	}
	if c := o.Costs; c != nil && c.Total == nil && c.Availability != "" {
		lines = append(lines, t.Fact("billed", "not billed yet ("+c.Availability+")", paint.Muted))
	}
	lines = append(lines, "", t.Text(paint.Title, "Inputs"))
	for i := range o.Job.Input {
		in := &o.Job.Input[i]
		lines = append(append(lines, t.Fact(in.Type, a.inputWords(in), paint.Normal)), reads(t, in.URL)...)
	}
	lines = append(lines, a.segmentLines(o.Job, width)...)
	if len(o.Job.Options) > 0 {
		lines = append(lines, "", t.Text(paint.Title, "Options"))
		lines = append(lines, a.rawLines(o.Job.Options, width)...)
	}
	if p := a.pictureLines(a.openedPicture(g, o.Job), min(width, 60), 14); len(p) > 0 {
		lines = append(append(lines, ""), p...)
	}
	for _, x := range []jobLink{{"output", o.Job.Output}, {"speech", o.Job.SynthesizedAudio}, {"segments", o.Job.SegmentOutput}} {
		if !x.link.IsZero() {
			lines = append(append(lines, "", t.Fact(x.what, x.link.Shown(), paint.Normal)), reads(t, x.link)...)
		}
	}
	return lines
}
