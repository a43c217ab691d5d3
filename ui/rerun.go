package ui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/state/outbox"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// runningAgain returns the actions that create new jobs from existing ones.
func (a *composer) runningAgain(set selection) []kit.Action {
	refuse := func() text.Text {
		n := set.many()
		switch {
		case n > groupMost:
			return text.Sprintf("%d are marked; a group takes %d at most", n, groupMost)
		case n < 2 && set.one() == nil:
			return set.none()
		case n < 2 && set.one().Submission == outbox.SubmissionSending:
			return "this is being sent right now: wait for the answer"
		}
		return a.unspendable()
	}
	run := func(choose bool) func() tea.Cmd {
		return func() tea.Cmd {
			if set.many() < 2 {
				return a.runAgain(*set.one(), choose)
			}
			if choose {
				return a.groupWithModel(set.fixed())
			}
			return a.openGroup(set.fixed(), "")
		}
	}
	return []kit.Action{
		a.Does(keymap.Rerun, run(false)).Unless(refuse).Hinted("again"),
		a.Does(keymap.RerunModel, run(true)).Unless(refuse),
	}
}

// source is the draft a job was made from, as far as it is known.
type source struct {
	job   state.Generation
	draft draft.Draft
	lost  []text.Text // parts that could not be copied
	err   error       // why it cannot be run again; nil if it can
}

var (
	errForgotten = errors.New("the server no longer knows this job, and it was not sent from here, so its inputs are unknown")
	errNoJob     = errors.New("this line did not become a job")
	errLocal     = errors.New("it was made from files of this machine, which a request can't name")
	errUnwritten = errors.New("the journal does not hold the request")
	errOnItsWay  = errors.New("this is being sent right now: wait for the answer")
)

// sources returns the sources of up to 100 jobs: from the journal if they were
// sent from here, the others from the server in one request.
func sources(ctx context.Context, s *account.Account, jobs []state.Generation) ([]source, error) {
	out := make([]source, len(jobs))
	ids := make([]api.ID, len(jobs))
	for i, g := range jobs {
		out[i].job, ids[i] = g, g.ID
	}
	// The server knows all but unknown outcomes, so an error here is not fatal.
	ours, _ := s.Journal.SubmissionsOf(ctx, ids)
	var strangers []api.ID
	for i := range out {
		sub, known := ours[out[i].job.ID]
		if out[i].recall(&sub, known) {
			strangers = append(strangers, out[i].job.ID)
		}
	}
	found, err := fetch(ctx, s, strangers)
	for i := range out {
		x := &out[i]
		if g, ok := found[x.job.ID]; ok && errors.Is(x.err, errForgotten) {
			draft, lost := draft.FromJob(g)
			x.draft, x.lost = draft, text.All(lost)
			x.err = nil
		}
		x.draft.UpdatedAt = time.Time{} // nothing has been typed yet
	}
	return out, err
}

// recall fills in the source of a job from the journal. ask reports whether the
// server must be asked.
func (x *source) recall(sub *outbox.Submission, known bool) (ask bool) {
	switch {
	case x.job.ID == "":
		x.err = errNoJob
	case x.job.Submission == outbox.SubmissionSending:
		x.err = errOnItsWay
	case known && !sub.Draft.Empty():
		x.draft = outbox.DraftOf(sub)
		if x.job.Submission != "" {
			x.draft.Unknown = string(unknownWarning(sub))
		}
	case x.job.Submission != "":
		x.err = errUnwritten
	default:
		x.err = errForgotten // unless the server knows it
		return true
	}
	return false
}

// runAgain opens a form with the source of a job, after the choice of another
// model if choose is set.
func (a *composer) runAgain(g state.Generation, choose bool) tea.Cmd {
	if a.session.Journal == nil {
		return a.afterOpening(func() tea.Cmd { return a.runAgain(g, choose) })
	}
	a.Busy("reading the inputs of " + g.Name + a.Theme.Glyphs.More)
	s, from := a.session, a.Top()
	return func() tea.Msg {
		m := sourceMsg{asked: asked{s}, from: from, choose: choose}
		found, err := sources(context.Background(), s, []state.Generation{g})
		m.source = found[0]
		if err != nil {
			m.source.err = err
		}
		return m
	}
}

// sourceMsg carries the source of a job.
type sourceMsg struct {
	asked
	from   kit.Screen // the screen that asked for it
	choose bool
	source source
}

func (m sourceMsg) apply(a *composer) tea.Cmd {
	a.Calm()
	a.remember(&m.source)
	switch {
	case m.source.err != nil:
		a.Complain(m.source.job.Name + " can't be run again: " + errorText(m.source.err))
		return nil
	case a.Top() != m.from:
		return nil // the user has moved on
	case !m.choose:
		return a.formAgain(m.source, "")
	}
	return a.pickModel(m.source.draft.Model, a.unfit(&m.source), func(model string) tea.Cmd {
		return a.formAgain(m.source, model)
	})
}

// unfit returns a check for models that cannot take the source's inputs. The
// output of a job is as long as one of its inputs.
func (a *composer) unfit(x *source) func(model string) text.Text {
	env := draft.CheckEnv{
		Now: a.Now, Skew: a.store.Forecast.Skew, Home: a.cfg.Home, Asset: a.assetType, Uploads: a.askUploads(), AudioSeconds: float64(x.job.Length),
	}
	return func(model string) text.Text { return text.Of(x.draft.Unfit(model, env)) }
}

// origin is the job a form was copied from.
type origin struct {
	job   state.Generation
	draft draft.Draft // before any change
	lost  []text.Text
}

// formAgain opens a form with a copy of a job, or with another model. An unsent
// draft in the form is kept and comes back later.
func (a *composer) formAgain(x source, model string) tea.Cmd {
	d := x.draft.Clone()
	if model != "" {
		d.Model = model
	}
	f := a.generationForm(d)
	f.origin = &origin{x.job, x.draft, x.lost}
	f.aside = !a.draft.Empty()
	f.Came = time.Now() // keys pressed while it was read were meant for the list
	a.Push(f)
	return f.look()
}

// originLines says above the form which fields differ from the original, which
// parts could not be copied, and that an earlier draft will be back.
func (f *generationForm) originLines() []paint.Styled {
	o, t := f.origin, f.app.Theme
	if o == nil {
		return nil
	}
	var lines []paint.Styled
	add := func(n paint.Tone, words text.Text) {
		for _, l := range paint.Wrap(words, max(10, f.Width-4)) {
			lines = append(lines, "  "+t.Text(n, l))
		}
	}
	if len(f.changes()) > 0 {
		add(paint.Muted, kit.ChangedMark+" differs from "+o.job.Name)
	}
	if len(o.lost) > 0 {
		add(paint.Warn, "Not copied: "+text.Join(o.lost, "; "))
	}
	if f.aside {
		add(paint.Muted, "Your earlier draft is kept and comes back when you close this form.")
	}
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	return lines
}

// changes returns the fields that differ from the original job.
func (f *generationForm) changes() []string {
	if f.origin == nil {
		return nil
	}
	return f.draft.Changes(f.origin.draft)
}

// leave closes the form. If an earlier draft was in the form, the user decides
// which of the two to keep.
func (f *generationForm) leave() tea.Cmd {
	a := f.app
	if !f.aside || f.draft.UpdatedAt.IsZero() {
		return a.Pop()
	}
	env := f.env()
	return a.Ask(&kit.Confirm{
		Heading: "Keep this draft instead of the earlier one?",
		Body: func() []paint.Item {
			return []paint.Item{
				{Words: "The form holds one unsent job."},
				{Label: "this", Words: f.draft.Name(env), Short: true},
				{Label: "earlier", Words: a.draft.Name(env), Short: true},
			}
		},
		Yes: "keep this one", No: "keep the earlier one", Binds: true,
		Answer: func(yes bool) tea.Cmd {
			var forget tea.Cmd
			if yes {
				forget = a.keepOther(draft.Draft{ID: a.draft.ID, Base: a.draft.Base})
				f.aside = false
				f.remember()
			}
			a.Remove(f)
			return tea.Batch(forget, f.Leave())
		},
	})
}

// remember keeps the draft as the one typed last, unless an earlier draft comes
// back.
func (f *generationForm) remember() {
	if !f.aside {
		f.app.draft = f.draft.Clone()
	}
}

// release clears the remembered draft once it has become a submission.
func (f *generationForm) release() {
	if !f.aside {
		f.app.draft = draft.Draft{Model: f.draft.Model}
	}
}

// comparison compares a price with the cost of the original job and lists the
// changes.
func (a *composer) comparison(s *spending) []paint.Item {
	if s.form == nil || s.form.origin == nil {
		return nil
	}
	o := s.form.origin
	var changed []text.Text
	for _, field := range s.submission.Draft.Changes(o.draft) {
		changed = append(changed, fieldWords(field))
	}
	return []paint.Item{
		{Label: "compared", Words: difference(s.submission.Price, a.store.Cost(&o.job)), Tone: paint.Money},
		{Label: "before", Words: o.job.Name, Short: true},
		{Label: "changed", Words: text.Join(changed, ", ")},
	}
}

// difference says how much more or less a price is than the earlier cost.
func difference(p outbox.Price, was outbox.Cost) text.Text {
	more, known := outbox.PriceDifference(p, was)
	if !known {
		return "can't be compared: a cost is unknown"
	}
	cost, about := exactly(was.Amount, was.Kind), ""
	if was.Kind == outbox.CostDerived {
		cost, about = rounded(was.Amount, was.Kind), "about "
	}
	switch {
	case more > 0:
		return text.Sprintf("%s%s more than before (%s)", about, more, cost)
	case more < 0:
		return text.Sprintf("%s%s less than before (%s)", about, -more, cost)
	}
	return text.Sprintf("%sas much as before (%s)", about, cost)
}
