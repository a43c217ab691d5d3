package ui

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/draft"
	"dubtop/state/jobset"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// rowsForm changes many rows of a job set at once. Only the fields that are
// filled in or changed here apply; the others stay as they are in each row.
type rowsForm struct {
	kit.Form
	app     *composer
	grid    *setGrid
	rows    []*jobset.Row
	common  map[string]string // what all rows have, by field; fields that differ are missing
	changed map[string]string
}

// fieldLang is the language of rows.
const fieldLang = "lang"

// serverDefault is the choice that empties an option.
const serverDefault = "default"

// editMany opens the form for several rows.
func (g *setGrid) editMany(rows []*jobset.Row) tea.Cmd {
	f := &rowsForm{app: g.app, grid: g, rows: rows, changed: map[string]string{}}
	f.Stage, f.Changed, f.Check = g.app.Stage, f.edit, f.check
	f.Differs = func() []string { return slices.Collect(maps.Keys(f.changed)) }
	f.common = f.shared()
	f.rebuild()
	g.app.Push(f)
	return nil
}

// shared returns what all rows have, by field.
func (f *rowsForm) shared() map[string]string {
	common := map[string]string{}
	for i, r := range f.rows {
		own := map[string]string{
			draft.FieldModel: r.Draft.Model, draft.FieldLabel: r.Draft.Label, draft.FieldProject: r.Draft.ProjectID,
			draft.FieldWebhook: r.Draft.WebhookURL, fieldLang: r.Lang,
		}
		for _, o := range draft.RulesFor("").Options {
			own[draft.OptionField(o.Name)] = r.Draft.Option(o.Name)
		}
		if i == 0 {
			common = own
			continue
		}
		maps.DeleteFunc(common, func(field, value string) bool { return own[field] != value })
	}
	return common
}

// value returns the value of a field in the form.
func (f *rowsForm) value(field string) string {
	if v, ok := f.changed[field]; ok {
		return v
	}
	return f.common[field]
}

// hint says what an empty field means.
func (f *rowsForm) hint(field string, empty text.Text) text.Text {
	if _, same := f.common[field]; !same {
		return "differs; stays as it is in each row"
	}
	return empty
}

// rebuild creates the fields, which depend on the model's options.
func (f *rowsForm) rebuild() {
	t := f.app.Theme
	words := func(field string, label, empty text.Text) kit.Field {
		return kit.TextField(t, field, label, f.hint(field, empty), f.value(field))
	}
	fields := []kit.Field{
		kit.ChoiceField(draft.FieldModel, "Model", f.hint(draft.FieldModel, ""), f.value(draft.FieldModel), f.app.modelNames()),
	}
	typed := map[string]string{}
	rules := draft.RulesFor(f.value(draft.FieldModel))
	for _, o := range rules.Options {
		typed[o.Name] = f.value(draft.OptionField(o.Name))
	}
	for _, o := range draft.OptionsIn(rules.Options, typed) {
		field, choices := draft.OptionField(o.Name), optionChoices(o)
		if choices == nil {
			fields = append(fields, words(field, optionLabel(o), optionHint(o)))
			continue
		}
		choices = append([]string{"", serverDefault}, choices...)
		fields = append(fields, kit.ChoiceField(field, optionLabel(o), f.hint(field, optionHint(o)), f.value(field), choices))
	}
	fields = append(fields,
		kit.TextField(t, fieldSetTemplate, "Output names", "stay as they are; fields: "+jobset.Fields, f.changed[fieldSetTemplate]),
		words(fieldLang, "Language", "a tag such as de or pt-BR"),
		words(draft.FieldWebhook, "Webhook URL", "https://… called when each job ends"))
	if names := f.projects(); len(names) > 0 {
		fields = append(fields, kit.ChoiceField(draft.FieldProject, "Project", f.hint(draft.FieldProject, "none"), f.projectName(), append([]string{""}, names...)))
	}
	f.Set(append(fields, words(draft.FieldLabel, "Label", "for your own records, never sent")))
}

// projects lists the names of the account's projects.
func (f *rowsForm) projects() (names []string) {
	for p := range f.app.store.Projects.All() {
		names = append(names, string(p.Name))
	}
	slices.Sort(names)
	return names
}

// projectName returns the name of the project in the form.
func (f *rowsForm) projectName() string {
	id := f.value(draft.FieldProject)
	return cmp.Or(string(f.app.store.ProjectName(api.ID(id))), id)
}

func (f *rowsForm) edit(name, value string) tea.Cmd {
	if name == draft.FieldProject {
		for p := range f.app.store.Projects.All() {
			if string(p.Name) == value {
				value = string(p.ID)
			}
		}
	}
	f.changed[name] = value
	if was, same := f.common[name]; same && was == value || !same && value == "" {
		delete(f.changed, name) // as before
	}
	if reshapes(name) {
		f.rebuild()
	}
	return nil
}

func (f *rowsForm) check(name string) kit.Problem {
	value, changed := f.changed[name]
	switch {
	case !changed || value == serverDefault:
		return kit.Problem{}
	case name == fieldSetTemplate:
		if wrong := jobset.CheckTemplate(value); wrong != "" {
			return kit.Problem{Level: kit.LevelWrong, Words: text.Of(wrong)}
		}
		return kit.Problem{}
	case name == fieldLang:
		return kit.Problem{}
	}
	d := f.rows[0].Draft.Clone()
	f.apply(&d)
	return problemOf(d.Check(name, draft.CheckEnv{Models: f.app.modelNames()}))
}

// apply puts the changed fields into a draft.
func (f *rowsForm) apply(d *draft.Draft) {
	if d.Options == nil {
		d.Options = map[string]string{}
	}
	for name, value := range f.changed {
		switch {
		case name == fieldLang, name == fieldSetTemplate:
		case value == serverDefault && strings.HasPrefix(name, draft.OptionField("")):
			d.Put(name, "")
		default:
			d.Put(name, value)
		}
	}
}

// Title returns the number of rows.
func (f *rowsForm) Title() text.Text { return text.Sprintf("edit %d rows", len(f.rows)) }

// Actions returns the keys of the form.
func (f *rowsForm) Actions() []kit.Action {
	a := f.app
	save := a.Does(keymap.Estimate, f.save).Called("change the rows").Hinted("change " + text.Count(len(f.rows), "row", "rows"))
	return append([]kit.Action{save, a.Does(keymap.Leave, a.Pop).Hinted("leave")}, f.FieldActions()...)
}

// save changes the rows.
func (f *rowsForm) save() tea.Cmd {
	if !f.Ready() {
		return nil
	}
	f.app.Remove(f)
	return f.grid.change(f)
}

// View draws the form.
func (f *rowsForm) View() paint.Styled {
	return f.Form.View(above(f.app.Theme, f.Width, paint.Muted, "What you change here changes in all of these rows; the rest stays as it is in each."))
}

// change changes the rows of a form, and looks at those anew that make another
// job than before.
func (g *setGrid) change(f *rowsForm) tea.Cmd {
	if len(f.changed) == 0 {
		return nil
	}
	g.changed = true
	var others []*jobset.Row
	for _, row := range f.rows {
		g.rows.Amend(row.Key(), func(r *jobset.Row) {
			was := r.Content()
			r.Draft = r.Draft.Clone()
			f.apply(&r.Draft)
			if lang, ok := f.changed[fieldLang]; ok {
				r.Speak(lang)
			}
			if r.Content() != was {
				r.Measured = jobset.Measured{}
				others = append(others, r)
			}
		})
	}
	if template := f.changed[fieldSetTemplate]; template != "" {
		g.rename(f.rows, template)
	}
	g.compare()
	g.app.Say(text.Count(len(f.rows), "row", "rows") + " changed")
	return g.check(others)
}

// rename names rows by a template, differently from all others.
func (g *setGrid) rename(rows []*jobset.Row, template string) {
	renamed := map[*jobset.Row]bool{}
	for _, r := range rows {
		renamed[r] = true
	}
	taken := map[string]bool{}
	for r := range g.rows.All() {
		if !renamed[r] {
			taken[r.Draft.OutputFileName] = true
		}
	}
	names := jobset.Names(rows, template, taken)
	for i, row := range rows {
		g.rows.Amend(row.Key(), func(r *jobset.Row) { r.Draft.OutputFileName = names[i] })
	}
}
