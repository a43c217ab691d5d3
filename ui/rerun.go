package ui

import (
	"context"
	"errors"
	"strings"
	"time"

	"dubtop/ui/kit"
	"dubtop/ui/paint"

	"dubtop/state/draft"
	"dubtop/state/outbox"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
)

// runningAgain are the actions that make new jobs from those there are.
func (a *composer) runningAgain(set jobSet) []kit.Action {
	refuse := func() text.Text {
		n := set.many()
		switch {
		case n > groupMost:
			return text.Sprintf("%d are marked; a group takes %d at most", n, groupMost)
		case n < 2 && set.one() == nil:
			return set.none()
		case n < 2 && set.one().Intent == outbox.SubmissionSending:
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
				return a.groupWithModel(set.held())
			}
			return a.openGroup(set.held(), "")
		}
	}
	return []kit.Action{
		a.Does(keymap.Rerun, run(false)).Unless(refuse).Hinted("again"),
		a.Does(keymap.RerunModel, run(true)).Unless(refuse),
	}
}

// source is what a job was made from, as far as it can be known.
type source struct {
	job   state.Generation
	draft draft.Draft
	lost  []text.Text // what could not be taken over, in words
	err   error       // why it can't be run again; nil if it can
}

var (
	errForgotten = errors.New("the server no longer knows this job, and it was not sent from here: what it was made from is not known")
	errNoJob     = errors.New("this line became no job")
	errUnwritten = errors.New("the journal does not tell what was sent")
	errOnItsWay  = errors.New("this is being sent right now: wait for the answer")
)

// sources finds out what up to 100 jobs were made from: from the journal what
// was sent from here, from the server in one request the rest.
func sources(ctx context.Context, s *account.Account, jobs []state.Generation) ([]source, error) {
	out := make([]source, len(jobs))
	ids := make([]api.ID, len(jobs))
	for i, g := range jobs {
		out[i].job, ids[i] = g, g.ID
	}
	// What the journal can't tell the server can, of all but unknown outcomes.
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
		x.draft.UpdatedAt = time.Time{} // nothing of it was typed yet
	}
	return out, err
}

// recall takes over what the journal tells of a job, if it knows it. It reports
// whether the server has to be asked.
func (x *source) recall(sub *outbox.Submission, known bool) (ask bool) {
	switch {
	case x.job.ID == "":
		x.err = errNoJob
	case x.job.Intent == outbox.SubmissionSending:
		x.err = errOnItsWay
	case known && !sub.Draft.Empty():
		x.draft = outbox.DraftOf(sub)
		if x.job.Intent != "" {
			x.draft.Doubt = string(doubtful(sub))
		}
	case x.job.Intent != "":
		x.err = errUnwritten
	default:
		x.err = errForgotten // unless the server brings it
		return true
	}
	return false
}

// runAgain reads what a job was made from and opens a form with it; choose has
// another model be chosen first.
func (a *composer) runAgain(g state.Generation, choose bool) tea.Cmd {
	if a.session.Journal == nil {
		return a.afterOpening(func() tea.Cmd { return a.runAgain(g, choose) })
	}
	a.Busy("reading what " + g.Name + " was made from" + a.Theme.Glyphs.More)
	s, from := a.session, a.Top()
	return func() tea.Msg {
		m := sourceMsg{session: s, from: from, choose: choose}
		found, err := sources(context.Background(), s, []state.Generation{g})
		m.source = found[0]
		if err != nil {
			m.source.err = err
		}
		return m
	}
}

// sourceMsg is what a job was made from.
type sourceMsg struct {
	session *account.Account
	from    kit.Screen // where it was asked for
	choose  bool
	source  source
}

func (m sourceMsg) land(a *composer) tea.Cmd {
	if m.session != a.session {
		return nil
	}
	a.Calm()
	switch {
	case m.source.err != nil:
		a.Complain(m.source.job.Name + " can't be run again: " + errorText(m.source.err))
		return nil
	case a.Top() != m.from:
		return nil // somebody is at work elsewhere by now
	case !m.choose:
		return a.formAgain(m.source, "")
	}
	return a.pickModel(m.source.draft.Model, a.unfit(&m.source), func(model string) tea.Cmd {
		return a.formAgain(m.source, model)
	})
}

// unfit says which models can't take what a job was made from. A job's output
// is as long as one of its inputs.
func (a *composer) unfit(x *source) func(model string) text.Text {
	env := draft.CheckEnv{
		Now: a.Now, Skew: a.store.Forecast.Skew, Home: a.cfg.Home, Asset: a.assetType, AudioSeconds: float64(x.job.Length),
	}
	return func(model string) text.Text { return text.Of(x.draft.Unfit(model, env)) }
}

// origin is the job that a form was started from.
type origin struct {
	job   state.Generation
	draft draft.Draft // as it was
	lost  []text.Text
}

// formAgain opens a form with a job as it was, or with another model. What
// stands unsent in the form already is kept aside meanwhile.
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

// originLines tell above the form what it was started from, what could not be
// taken over, and what becomes of what was typed before.
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
		add(paint.Warn, "Not taken over: "+text.Join(o.lost, "; "))
	}
	if f.aside {
		add(paint.Muted, "What was typed before is kept, and is back when this form is left.")
	}
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	return lines
}

// changes are the fields that differ from the job that the form was started
// from.
func (f *generationForm) changes() []string {
	if f.origin == nil {
		return nil
	}
	return f.draft.Changes(f.origin.draft)
}

// leave leaves the form. Where it was edited while something else stood unsent
// before it, the user says which of the two is kept.
func (f *generationForm) leave() tea.Cmd {
	a := f.app
	if !f.aside || f.draft.UpdatedAt.IsZero() {
		return a.Pop()
	}
	env := f.env()
	return a.Ask(&kit.Confirm{
		Heading: "Keep this in place of what was typed before?",
		Body: func() []paint.Told {
			return []paint.Told{
				{Words: "The form keeps one unsent job."},
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
				f.hold()
			}
			a.Remove(f)
			return tea.Batch(forget, f.Leave())
		},
	})
}

// hold remembers what stands in the form as what was typed last, unless
// something else does that has to come back.
func (f *generationForm) hold() {
	if !f.aside {
		f.app.draft = f.draft.Clone()
	}
}

// release empties the form's memory when its draft has become a submission.
func (f *generationForm) release() {
	if !f.aside {
		f.app.draft = draft.Draft{Model: f.draft.Model}
	}
}

// comparison says how a price stands to what the job cost that the form was
// started from, and what was changed.
func (a *composer) comparison(s *spending) []paint.Told {
	if s.form == nil || s.form.origin == nil {
		return nil
	}
	o := s.form.origin
	var changed []text.Text
	for _, field := range s.submission.Draft.Changes(o.draft) {
		changed = append(changed, fieldWords(field))
	}
	return []paint.Told{
		{Label: "that is", Words: difference(s.submission.Price, a.store.Cost(&o.job)), Tone: paint.Money},
		{Label: "before", Words: o.job.Name, Short: true},
		{Label: "changed", Words: text.Join(changed, ", ")},
	}
}

// difference says how much more or less a price is than what was paid before.
func difference(p outbox.Price, was outbox.Cost) text.Text {
	more, known := outbox.PriceDifference(p, was)
	if !known {
		return "not to be compared: a cost is not known"
	}
	cost, about := exactly(was.Amount, was.Kind), ""
	if was.Kind == outbox.CostDerived {
		cost, about = rounded(was.Amount, was.Kind), "about "
	}
	switch {
	case more > 0:
		return text.Sprintf("%s%s more than before, %s", about, more, cost)
	case more < 0:
		return text.Sprintf("%s%s less than before, %s", about, -more, cost)
	}
	return text.Sprintf("%sas much as before, %s", about, cost)
}

// fieldWords is a field of a draft as a person calls it.
func fieldWords(name string) text.Text {
	switch name {
	case draft.FieldVisual:
		return "video"
	case draft.FieldVoice:
		return "voice"
	case draft.FieldOutputName:
		return "output name"
	case draft.FieldWebhook:
		return "webhook"
	}
	return text.Of(strings.ReplaceAll(strings.TrimPrefix(name, draft.OptionField("")), "_", " "))
}
