package ui

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/uuid"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// generationForm is the form for one new job. Its draft survives closing,
// quitting and crashes until the job is accepted.
type generationForm struct {
	kit.Form
	app      *composer
	draft    draft.Draft
	files    map[string]fileFact // results of checking typed paths
	looks    map[string]*looking // checks of the media, by field
	paths    completions         // of typed paths
	looked   int                 // number of checks started
	news     text.Text           // reports a change by another window
	cancel   context.CancelFunc  // stops the current pricing; nil if there is none
	run      int                 // number of the current pricing
	step     text.Text           // the current stage of the pricing
	reason   text.Text           // why the server refused the draft
	origin   *origin             // the job the form was copied from; may be nil
	lent     *lent               // set while the form edits a draft of another screen
	unfolded bool                // the fields that most jobs leave empty are shown
	aside    bool                // another unsent draft was in the form and comes back afterwards
}

// lent lets the form edit a draft of another screen, which gets the draft back
// instead of a price.
type lent struct {
	title text.Text
	words text.Text // the trouble with the draft, or ""
	save  func(d draft.Draft) tea.Cmd
}

// newGeneration opens the form with from, or with the draft typed last if from
// is nil.
func (a *composer) newGeneration(from *draft.Draft) tea.Cmd {
	if a.session.Journal == nil {
		return a.afterOpening(func() tea.Cmd { return a.newGeneration(from) })
	}
	draft := a.draft
	if from != nil {
		draft = *from
	}
	a.poller.Need(state.Projects, a.store.Projects.Known())
	if a.draft.Empty() && draft.ProjectID == "" {
		draft.ProjectID = a.defaultProject()
	}
	f := a.generationForm(draft)
	f.toSound(from)
	a.Push(f)
	return f.look()
}

// toSound moves the focus to the sound of a copied draft that has only a picture.
func (f *generationForm) toSound(from *draft.Draft) {
	if from != nil && from.Visual != "" && from.Audio == "" && from.Script == "" && from.DubLang == "" {
		f.JumpTo(draft.FieldAudio)
	}
}

// generationForm returns the form for a draft.
func (a *composer) generationForm(draft draft.Draft) *generationForm {
	f := &generationForm{app: a, files: map[string]fileFact{}, looks: map[string]*looking{}, paths: completions{}}
	f.Stage, f.Check, f.Changed, f.Note, f.Differs, f.Left = a.Stage, func(name string) kit.Problem { return problemOf(f.checkField(name)) }, f.edit, f.noteOf, f.changes, f.lookAt
	f.Shown = f.shown
	a.wantVoices(&draft)
	f.Longer = func(name string) string { return f.paths.of(name, f.Current().Value()) }
	draft = draft.Clone()
	if draft.Options == nil {
		draft.Options = map[string]string{}
	}
	if draft.Model == "" {
		draft.Model = a.firstModel()
	}
	f.draft = draft
	f.rebuild()
	f.TouchFilled()
	f.Jump(1)
	return f
}

// edit changes the draft. There is no price to invalidate: prices exist only in
// dialogs, and an open dialog covers the form.
func (f *generationForm) edit(name, value string) tea.Cmd {
	d := &f.draft
	if name == fieldFold {
		f.unfolded = value == unfolded
		f.rebuild()
		return nil
	}
	d.Put(name, value)
	if name == draft.FieldVoice {
		f.app.store.WantVoices(api.ID(value))
	}
	if reshapes(name) {
		f.rebuild()
	}
	d.Touch(time.Now(), uuid.NewString)
	f.reason, f.news = "", ""
	f.remember()
	if name == draft.FieldVisual || name == draft.FieldAudio {
		return tea.Batch(f.look(), f.paths.lookFor(name, value, value, f.app.cfg.Home))
	}
	return f.look()
}

// env returns what checks may use while the user types: earlier results only,
// nothing that would block.
func (f *generationForm) env() draft.CheckEnv {
	return draft.CheckEnv{
		Now: f.app.Now, Skew: f.app.store.Forecast.Skew, Home: f.app.cfg.Home, Models: f.app.modelNames(),
		Stat: func(path string) (int64, error) {
			if fact, ok := f.files[path]; ok {
				return fact.size, fact.err
			}
			return 1, nil // not checked yet
		},
		Asset: f.app.assetType, Uploads: f.app.askUploads(),
		Found: func(field string, _ draft.Media) (draft.Finding, bool) {
			in, ok := f.found(field)
			return in.Finding, ok
		},
	}
}

// shown returns the name of an asset or a project for a field without the focus.
func (f *generationForm) shown(name string) text.Text {
	switch name {
	case draft.FieldVisual:
		return f.app.shownInForm(f.draft.Visual)
	case draft.FieldAudio:
		return f.app.shownInForm(f.draft.Audio)
	case draft.FieldVoice:
		return f.app.store.VoiceName(api.ID(strings.TrimSpace(f.draft.VoiceID)))
	case draft.FieldProject:
		return f.app.store.ProjectName(api.ID(f.draft.ProjectID))
	}
	return ""
}

func (f *generationForm) checkField(name string) draft.Problem { return f.draft.Check(name, f.env()) }

func (f *generationForm) Title() text.Text {
	switch {
	case f.lent != nil:
		return f.lent.title
	case f.origin != nil:
		return "run again"
	}
	return "new generation"
}

func (f *generationForm) Actions() []kit.Action {
	a := f.app
	if f.Deaf() {
		return nil
	}
	if f.cancel != nil {
		return []kit.Action{a.Does(keymap.Leave, kit.Plain(f.stop)).Hinted("stop pricing")}
	}
	acts := []kit.Action{
		a.Does(keymap.Estimate, f.price).Unless(f.unread).Hinted("price it"),
		a.Does(keymap.Leave, f.leave).Hinted("close, keep the draft"),
	}
	if f.lent != nil {
		acts = f.lentActions()
	}
	acts = slices.Concat(acts, f.picking(), f.FieldActions(), f.editing(), []kit.Action{a.Does(keymap.Presets, f.openPresets)})
	if f.reason != "" {
		acts = append(acts, a.offeredPage()...)
	}
	if f.lent != nil {
		return acts
	}
	other := a.Does(keymap.OtherDraft, f.other).Unless(f.noOther)
	if f.noOther() == "" {
		other = other.Hinted("other draft")
	}
	acts = append(acts, other)
	return append(acts, a.Does(keymap.ClearForm, f.clear).Hinted("clear the form"))
}

// unread returns why the draft lacks the user's latest edit, or "".
func (f *generationForm) unread() text.Text {
	if f.draft.Edited == "" {
		return ""
	}
	return "the edited request can't be read yet: " + f.app.KeyFor(keymap.EditRequest) + " goes back to it"
}

func (f *generationForm) Update(msg tea.Msg) tea.Cmd {
	if f.cancel != nil {
		return nil // the draft must not change while it is being priced
	}
	if cmd, pasted := f.pasteScript(msg); pasted {
		return cmd
	}
	return f.Form.Update(msg)
}

func (f *generationForm) clear() tea.Cmd {
	was := f.draft
	f.draft = draft.Draft{Model: was.Model, Options: map[string]string{}, UpdatedAt: time.Now()}
	if !was.Over() {
		f.draft.ID, f.draft.Base = was.ID, was.Base
	}
	f.reason, f.news = "", ""
	f.remember()
	f.rebuild()
	f.Jump(1)
	f.app.Say("form cleared")
	return nil
}

// Leave saves the draft when the form closes.
func (f *generationForm) Leave() tea.Cmd {
	f.stop()
	f.stopLooking()
	return f.keep()
}

func (f *generationForm) keep() tea.Cmd {
	if f.aside {
		return nil
	}
	return f.app.keepDraft()
}

// Tick saves the draft within a second of a change, so that a crash loses no
// more than that.
func (f *generationForm) Tick(time.Time) tea.Cmd { return f.keep() }

func (f *generationForm) above() []paint.Styled {
	t := f.app.Theme
	lines := []paint.Styled{""}
	switch {
	case f.cancel != nil:
		lines = append(lines, "  "+t.Text(paint.Running, "Getting the price: "+f.step+t.Glyphs.More), "")
	case f.reason != "":
		lines = append(append(lines, t.Paragraph(f.Width, paint.Bad, f.reason)...), "")
	case f.lent != nil:
		lines = append(lines, f.lentLines()...)
	case f.draft.Unknown != "":
		lines = append(append(lines, t.Paragraph(f.Width, paint.Warn, text.Of(f.draft.Unknown))...), "")
	case f.draft.From != "":
		lines = append(lines, "  "+t.Text(paint.Muted, paint.Shorten(text.Of(f.draft.From), f.Width-4, t.Glyphs.More)), "")
	}
	return slices.Concat(lines, f.editedLines(), f.asideLines(), f.originLines())
}

func (f *generationForm) View() paint.Styled { return f.Form.View(f.above()) }

func (f *generationForm) Cursor() *tea.Cursor {
	if f.cancel != nil {
		return nil
	}
	return f.Form.Cursor()
}

// editFor opens the form for a draft of another screen.
func (a *composer) editFor(d draft.Draft, l lent) tea.Cmd {
	f := a.generationForm(d)
	f.aside, f.lent = true, &l
	a.Push(f)
	return f.look()
}

// lentActions returns the keys that give the draft back, changed or not.
func (f *generationForm) lentActions() []kit.Action {
	a := f.app
	save := a.Does(keymap.Estimate, func() tea.Cmd { return tea.Batch(a.Pop(), f.lent.save(f.draft.Clone())) }).Unless(f.unread).Hinted("save " + f.lent.title)
	save.Key.SetHelp(save.Key.Help().Key, string("save "+f.lent.title))
	leave := a.Does(keymap.Leave, a.Pop).Hinted("discard")
	leave.Key.SetHelp(leave.Key.Help().Key, "discard the changes")
	return []kit.Action{save, leave}
}

// lentLines shows the trouble with the draft above the form.
func (f *generationForm) lentLines() []paint.Styled {
	lines := f.app.Theme.Paragraph(f.Width, paint.Warn, f.lent.words)
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	return lines
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
