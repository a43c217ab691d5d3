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
	app    *composer
	draft  draft.Draft
	files  map[string]fileFact // results of checking typed paths
	looks  map[string]*looking // checks of the media, by field
	looked int                 // number of checks started
	news   text.Text           // reports a change by another window
	cancel context.CancelFunc  // stops the current pricing; nil if there is none
	run    int                 // number of the current pricing
	step   text.Text           // the current stage of the pricing
	reason text.Text           // why the server refused the draft
	origin *origin             // the job the form was copied from; may be nil
	lent   *lent               // what the draft is edited for; nil for a job of its own
	aside  bool                // another unsent draft was in the form and comes back afterwards
}

// lent is what the form needs to edit a draft of another screen, which gets it
// back instead of having it priced.
type lent struct {
	title text.Text
	words text.Text // what is wrong with the draft, "" if nothing is
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
	a.Push(f)
	return f.look()
}

// generationForm returns the form for a draft.
func (a *composer) generationForm(draft draft.Draft) *generationForm {
	f := &generationForm{app: a, files: map[string]fileFact{}, looks: map[string]*looking{}}
	f.Stage, f.Check, f.Changed, f.Note, f.Differs, f.Left = a.Stage, func(name string) kit.Problem { return problemOf(f.checkField(name)) }, f.edit, f.noteOf, f.changes, f.lookAt
	f.Shown = f.shown
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

// firstModel returns the model a new form starts with: lipsync-2 if the account
// has it, or else the first by name.
func (a *composer) firstModel() string {
	for _, name := range a.modelNames() {
		if name == "lipsync-2" {
			return name
		}
	}
	if names := a.modelNames(); len(names) > 0 {
		return names[0]
	}
	return ""
}

// imageModel returns the first model of the account known to take images, or
// "".
func (a *composer) imageModel() string {
	for _, name := range a.modelNames() {
		if r := draft.RulesFor(name); r.Known && r.Image {
			return name
		}
	}
	return ""
}

func (a *composer) modelNames() []string {
	var names []string
	for m := range a.store.Models.All() {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	return names
}

// rebuild creates the fields, which depend on the model's options.
func (f *generationForm) rebuild() {
	t, d := f.app.Theme, f.draft
	fields := []kit.Field{kit.ChoiceField(draft.FieldModel, "Model", "waiting for the models", d.Model, f.app.modelNames())}
	visual := "https://…  or a path, or ctrl+o for an asset"
	if draft.RulesFor(d.Model).Image {
		visual = "video or image: " + visual
	}
	x := kit.TextField(t, draft.FieldVisual, "Video", text.Of(visual), d.Visual)
	x.Picks = []string{"VIDEO"}
	if draft.RulesFor(d.Model).Image {
		x.Label, x.Picks = "Video or image", []string{"VIDEO", "IMAGE"}
	}
	y := kit.TextField(t, draft.FieldAudio, "Audio", "https://…  or a path, or ctrl+o for an asset", d.Audio)
	y.Picks = []string{"AUDIO"}
	fields = append(fields, x, y,
		kit.TextField(t, draft.FieldScript, "or a script", "text to speak instead of audio", d.Script),
		kit.TextField(t, draft.FieldVoice, "Voice id", "for a script", d.VoiceID))
	fields = append(fields, optionFields(t, draft.RulesFor(d.Model).Options, d.Options)...)
	if others := d.Others(); len(others) > 0 {
		fields = append(fields, kit.ShownField(draft.FieldExtra, "Others, kept", text.Of(strings.Join(others, ", "))))
	}
	f.Set(append(fields,
		kit.TextField(t, draft.FieldOutputName, "Output file name", "letters, digits, - and _", d.OutputFileName),
		kit.TextField(t, draft.FieldWebhook, "Webhook URL", "https://… called when the job ends", d.WebhookURL),
		kit.TextField(t, draft.FieldLabel, "Label", "for your own records, never sent", d.Label)))
}

// optionFields returns the fields of the options that can be filled in.
func optionFields(t *paint.Theme, options []draft.Option, typed map[string]string) (fields []kit.Field) {
	for _, o := range draft.OptionsIn(options, typed) {
		fields = append(fields, optionField(t, o, typed[o.Name]))
	}
	return fields
}

// reshapes reports whether other fields depend on the value of a field.
func reshapes(name string) bool {
	return name == draft.FieldModel || strings.HasPrefix(name, draft.OptionField("active_speaker"))
}

// optionField returns the field of an option.
func optionField(t *paint.Theme, o draft.Option, value string) kit.Field {
	name, label, hint := draft.OptionField(o.Name), optionLabel(o), o.Words
	if o.Default != "" {
		hint = o.Default + " (default)  " + o.Words
	}
	choices := append([]string{""}, o.Choices...)
	switch o.Kind {
	case draft.OptionNumber, draft.OptionFrame, draft.OptionPoint, draft.OptionLink:
		return kit.TextField(t, name, label, text.Of(hint), value)
	case draft.OptionBool:
		choices = []string{"", "true", "false"}
	}
	return kit.ChoiceField(name, label, text.Of(hint), value, choices)
}

// optionLabel names an option in the form.
func optionLabel(o draft.Option) text.Text {
	switch o.Kind {
	case draft.OptionFrame:
		return "  in frame"
	case draft.OptionPoint:
		return "  at point"
	case draft.OptionLink:
		return "  boxes from"
	}
	label := strings.TrimSuffix(strings.TrimSuffix(o.Name, "_enabled"), "_detection")
	label = strings.ReplaceAll(label, "_", " ")
	return text.Of(strings.ToUpper(label[:1]) + label[1:])
}

// edit changes the draft. There is no price to invalidate: prices exist only in
// dialogs, and an open dialog covers the form.
func (f *generationForm) edit(name, value string) tea.Cmd {
	d := &f.draft
	d.Put(name, value)
	if reshapes(name) {
		f.rebuild()
	}
	d.Touch(time.Now(), uuid.NewString)
	f.reason, f.news = "", ""
	f.remember()
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
		Asset: f.app.assetType, Uploads: f.app.uploads,
		Found: func(field string, _ draft.Media) (draft.Finding, bool) {
			in, ok := f.found(field)
			return in.Finding, ok
		},
	}
}

// assetType returns the type of a known asset. While not all assets are loaded,
// every id passes; the server decides.
func (a *composer) assetType(id string) (string, bool) {
	if x, ok := a.store.Asset(api.ID(id)); ok {
		return string(x.Type), true
	}
	return "", !a.store.Assets.Known() || a.store.Library.Partial()
}

// shown returns the name of an asset for a field without the focus.
func (f *generationForm) shown(name string) text.Text {
	switch name {
	case draft.FieldVisual:
		return f.app.shownInForm(f.draft.Visual)
	case draft.FieldAudio:
		return f.app.shownInForm(f.draft.Audio)
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
	if len(f.Current().Picks) > 0 {
		acts = append(acts, a.Does(keymap.PickAsset, f.pick).Hinted("pick an asset"))
	}
	acts = append(append(acts, f.FieldActions()...), f.editing()...)
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

// unread returns why the draft is not what the user wants to send, or "".
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

// pick opens the assets that fit the field and fills in the chosen one.
func (f *generationForm) pick() tea.Cmd {
	name := f.Current().Name
	return f.app.pickAsset(f.Current().Picks, func(x *state.Asset) tea.Cmd {
		cmd := f.Put(name, "asset:"+string(x.ID))
		if name == draft.FieldVisual {
			f.draft.VisualKind = string(x.Type)
		}
		return cmd
	})
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
		for _, l := range paint.Wrap(f.reason, max(10, f.Width-4)) {
			lines = append(lines, "  "+t.Text(paint.Bad, l))
		}
		lines = append(lines, "")
	case f.lent != nil:
		lines = append(lines, f.lentLines()...)
	case f.draft.Unknown != "":
		for _, l := range paint.Wrap(text.Of(f.draft.Unknown), max(10, f.Width-4)) {
			lines = append(lines, "  "+t.Text(paint.Warn, l))
		}
		lines = append(lines, "")
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

// problemOf converts a problem of the draft to one of the form.
func problemOf(p draft.Problem) kit.Problem {
	return kit.Problem{
		Level: map[draft.Severity]kit.Level{
			draft.SeverityWarning: kit.LevelWarning, draft.SeverityMissing: kit.LevelMissing, draft.SeverityError: kit.LevelWrong,
		}[p.Severity],
		Words: text.Of(p.Words),
	}
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

// lentLines says above the form what is wrong with the draft.
func (f *generationForm) lentLines() (lines []paint.Styled) {
	for _, l := range paint.Wrap(f.lent.words, max(10, f.Width-4)) {
		lines = append(lines, "  "+f.app.Theme.Text(paint.Warn, l))
	}
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	return lines
}
