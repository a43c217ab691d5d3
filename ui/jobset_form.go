package ui

import (
	"context"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/jobset"
	"dubtop/state/outbox"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// The fields of the job set form, in addition to those of the form for one job.
const (
	fieldSetVideos   = "videos"
	fieldSetTracks   = "tracks"
	fieldSetJoin     = "join"
	fieldSetTemplate = "template"
	fieldSetPlan     = "plan"
)

// The ways to combine videos and tracks.
const (
	joinByName = "each track with the video of the same name"
	joinEvery  = "every track with every video"
)

// setForm makes a job set from lists, folders, files and links.
type setForm struct {
	kit.Form
	app    *composer
	typed  *setTyped
	cancel context.CancelFunc // stops the reading; nil if there is none
	run    int                // number of the current reading
	reason text.Text          // why the sources could not be read

	columns *jobset.Columns // of the list, as chosen; nil: guessed or remembered
	paths   completions
}

// newJobSet opens the job set form with the values typed last.
func (a *composer) newJobSet() tea.Cmd {
	if a.session.Journal == nil {
		return a.afterOpening(a.newJobSet)
	}
	f := &setForm{app: a, typed: &a.setTyped, paths: completions{}}
	f.Longer = func(name string) string { return f.paths.of(name, f.Current().Value()) }
	f.Stage, f.Changed, f.Note = a.Stage, f.edit, f.noteAssets
	f.Check = func(name string) kit.Problem { return problemOf(f.checkField(name)) }
	if f.typed.like.Model == "" {
		a.poller.Need(state.Projects, a.store.Projects.Known())
		f.typed.like = draft.Draft{Model: a.firstModel(), Options: map[string]string{}, ProjectID: a.defaultProject()}
		f.typed.template = "{stem}_{lang}"
	}
	f.rebuild()
	f.TouchFilled()
	f.Jump(0)
	a.Push(f)
	return nil
}

// rebuild creates the fields, which depend on the model's options.
func (f *setForm) rebuild() {
	t, d, join := f.app.Theme, f.typed.like, joinByName
	if f.typed.every {
		join = joinEvery
	}
	fields := []kit.Field{
		kit.TextField(t, fieldSetVideos, "Videos or a list", "a folder, *.mp4, files, links, or a CSV, TSV or JSONL file", f.typed.videos),
		kit.TextField(t, fieldSetTracks, "Audio", "a folder, files or links; empty: in the same folder", f.typed.tracks),
		kit.ChoiceField(fieldSetJoin, "Join", joinByName, join, []string{joinByName, joinEvery}),
		kit.ChoiceField(draft.FieldModel, "Model", "waiting for the models", d.Model, f.app.modelNames()),
	}
	fields = append(fields, optionFields(t, draft.RulesFor(d.Model).Options, d.Options)...)
	f.Set(append(fields,
		kit.TextField(t, fieldSetTemplate, "Output names", jobset.Fields, f.typed.template),
		kit.TextField(t, draft.FieldWebhook, "Webhook URL", "https://… called when each job ends", d.WebhookURL),
		kit.TextField(t, draft.FieldLabel, "Label", "for your own records, never sent", d.Label),
		kit.TextField(t, fieldSetPlan, "Deadline", "18:00, in 3h, 2026-12-01 09:00; and high or low", f.typed.plan)))
}

func (f *setForm) edit(name, value string) tea.Cmd {
	f.reason = ""
	switch name {
	case fieldSetVideos:
		f.typed.videos, f.columns = value, nil
	case fieldSetTracks:
		f.typed.tracks = value
	case fieldSetTemplate:
		f.typed.template = value
	case fieldSetPlan:
		f.typed.plan = value
	case fieldSetJoin:
		f.typed.every = value == joinEvery
	default:
		f.typed.like.Put(name, value)
	}
	if reshapes(name) {
		f.rebuild()
	}
	if name == fieldSetVideos || name == fieldSetTracks {
		return f.paths.lookFor(name, value, lastEntry(value), f.app.cfg.Home)
	}
	return nil
}

func (f *setForm) checkField(name string) draft.Problem {
	wrong := func(words string) draft.Problem {
		if words == "" {
			return draft.Problem{}
		}
		return draft.Problem{Field: name, Severity: draft.SeverityError, Words: words}
	}
	switch name {
	case fieldSetVideos:
		if strings.TrimSpace(f.typed.videos) == "" {
			return draft.Problem{Field: name, Severity: draft.SeverityMissing, Words: "name a list, a folder, files or links; paste or drag them into the window"}
		}
		return draft.Problem{}
	case fieldSetTracks, fieldSetJoin:
		return draft.Problem{}
	case fieldSetPlan:
		if _, err := outbox.ParsePlan(f.typed.plan, f.app.Now.Local()); err != nil {
			return wrong(err.Error())
		}
		return draft.Problem{}
	case fieldSetTemplate:
		return wrong(jobset.CheckTemplate(f.typed.template))
	}
	return f.typed.like.Check(name, draft.CheckEnv{Models: f.app.modelNames()})
}

func (f *setForm) Title() text.Text { return "new job set" }

func (f *setForm) Actions() []kit.Action {
	a := f.app
	if f.cancel != nil {
		return []kit.Action{a.Does(keymap.Leave, kit.Plain(f.stop)).Hinted("stop reading")}
	}
	estimate := a.Does(keymap.Estimate, f.read).Hinted("show the jobs")
	estimate.Key.SetHelp(estimate.Key.Help().Key, "read the files and show the jobs; nothing is sent")
	return append([]kit.Action{estimate, a.Does(keymap.Leave, a.Pop).Hinted("leave")}, f.FieldActions()...)
}

func (f *setForm) stop() {
	f.run++
	if f.cancel != nil {
		f.cancel()
		f.cancel = nil
	}
}

// Leave stops the reading.
func (f *setForm) Leave() tea.Cmd { f.stop(); return nil }

// Update types into the fields, unless they are being read.
func (f *setForm) Update(msg tea.Msg) tea.Cmd {
	if f.cancel != nil {
		return nil
	}
	return f.Form.Update(msg)
}

// read reads the sources in the background.
func (f *setForm) read() tea.Cmd {
	if !f.Ready() {
		return nil
	}
	f.stop()
	var ctx context.Context
	ctx, f.cancel = context.WithCancel(context.Background())
	sources, s, run := f.app.jobSources(*f.typed), f.app.session, f.run
	sources.Columns = f.columns
	return func() tea.Msg {
		set, err := sources.Read(ctx, s.Journal)
		return setReadMsg{asked{s}, f, run, sources, set, err}
	}
}

// jobSources returns copies of the sources of a job set, because they are read
// in the background.
func (a *composer) jobSources(typed setTyped) inputs.JobSources {
	like := typed.like.Clone()
	like.ID, like.Base = "", ""
	names, kinds := map[string]string{}, map[string]string{}
	for id, x := range typed.assets {
		names[id], kinds[id] = x.Name, x.Kind
	}
	for x := range a.store.Assets.All() {
		names[string(x.ID)], kinds[string(x.ID)] = string(x.Name), string(x.Type)
	}
	loading := !a.store.Assets.Known()
	failed := map[api.ID]bool{}
	for g := range a.store.Generations.All() {
		if g.Status.Troubled() {
			failed[g.ID] = true
		}
	}
	return inputs.JobSources{
		Videos: typed.videos, Tracks: typed.tracks, Every: typed.every, Template: typed.template, Like: like,
		Env: draft.CheckEnv{
			Now: a.Now, Skew: a.store.Forecast.Skew, Home: a.cfg.Home, Models: a.modelNames(), Uploads: a.askUploads(),
			Asset: func(id string) (string, bool) { kind, ok := kinds[id]; return kind, ok || loading },
		},
		Asset:  func(id string) (string, bool) { name, ok := names[id]; return name, ok },
		Failed: failed,
	}
}

// setReadMsg carries the rows of a job set.
type setReadMsg struct {
	asked
	form    *setForm
	run     int
	sources inputs.JobSources
	set     jobset.Set
	err     error
}

func (m setReadMsg) apply(a *composer) tea.Cmd {
	f := m.form
	if f.run != m.run || !a.Shown(f) {
		return nil
	}
	f.stop()
	if m.err != nil {
		if f.reason = errorText(m.err); len(m.set.Columns.All) > 0 {
			f.askColumns(m.set.Columns, nil)
		}
		return nil
	}
	g := newSetGrid(f, m.sources, m.set)
	a.Push(g)
	return g.again()
}

func (f *setForm) above() []paint.Styled {
	t := f.app.Theme
	words, tone := text.Text("Many jobs at once. You see every row, then one price, before anything is sent."), paint.Muted
	switch {
	case f.cancel != nil:
		words, tone = "Reading the files"+t.Glyphs.More, paint.Running
	case f.reason != "":
		words, tone = f.reason, paint.Bad
	}
	return above(t, f.Width, tone, words)
}

// View draws the form.
func (f *setForm) View() paint.Styled { return f.Form.View(f.above()) }

// Cursor returns the position in the focused field.
func (f *setForm) Cursor() *tea.Cursor {
	if f.cancel != nil {
		return nil
	}
	return f.Form.Cursor()
}

// languages lists the number of rows per language.
func languages(n map[string]int) text.Text {
	var words []text.Text
	for _, lang := range slices.Sorted(maps.Keys(n)) {
		words = append(words, text.Sprintf("%s %d", lang, n[lang]))
	}
	return text.Join(words, ", ")
}
