package ui

import (
	"cmp"
	"path/filepath"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/output"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// saveMost is how many files can be saved with one key.
const saveMost = 10_000

// savingActions returns the actions that save files of jobs and open them.
func (a *composer) savingActions(set selection) []kit.Action {
	unless := func(one func() text.Text) func() text.Text {
		return func() text.Text {
			if n := set.many(); n > 1 {
				return cmp.Or(tooMany(n, saveMost), a.unsavable())
			}
			return cmp.Or(one(), a.unsavable())
		}
	}
	return []kit.Action{
		a.Does(keymap.Save, func() tea.Cmd { return a.planFiles(set.chosen(), false, output.Output) }).Unless(unless(func() text.Text { return noOutput(set) })).Hinted("save").IfAble(),
		a.Does(keymap.SaveWhat, func() tea.Cmd { return a.askWhat(a.saveChoices(set)) }).Unless(unless(set.missing)),
		a.Does(keymap.OpenFolder, func() tea.Cmd { return a.openFolder(set.one()) }).Unless(func() text.Text { return cmp.Or(set.missing(), a.unsavedFiles(set.one())) }),
		a.Does(keymap.Saves, a.openSaves),
	}
}

// unsavable returns why nothing can be saved now, or "".
func (a *desk) unsavable() text.Text {
	switch {
	case a.session == nil:
		return "there is no account yet"
	case a.session.Unsavable() != nil:
		return errorText(a.session.Unsavable())
	}
	return ""
}

// saveChoice is a choice of jobs whose files can be saved.
type saveChoice struct {
	words text.Text // whose files they are
	plan  func(kinds ...output.Kind) tea.Cmd
}

// saveChoices returns the chosen jobs, and the set that one of them is in.
func (a *composer) saveChoices(set selection) (all []saveChoice) {
	jobs := set.chosen()
	of := text.Text("")
	if len(jobs) > 1 {
		of = text.Sprintf(" of the %d marked jobs", len(jobs))
	}
	all = append(all, saveChoice{of, func(kinds ...output.Kind) tea.Cmd { return a.planFiles(jobs, true, kinds...) }})
	if len(jobs) != 1 || jobs[0].Set() == "" {
		return all
	}
	var members []state.Generation
	rows := &a.store.Generations
	for i := range rows.Len() {
		if g := rows.At(i); g.Set() == jobs[0].Set() && g.Submission == "" {
			members = append(members, *g)
		}
	}
	return append(all, saveChoice{" of the whole set " + jobs[0].Set(), func(kinds ...output.Kind) tea.Cmd { return a.planFiles(members, true, kinds...) }})
}

// askWhat offers the kinds of files.
func (a *composer) askWhat(of []saveChoice) tea.Cmd {
	var acts []kit.Action
	offer := func(words text.Text, do func() tea.Cmd) {
		acts = append(acts, kit.Action{Key: key.NewBinding(key.WithHelp("", string(words))), Run: do})
	}
	for _, s := range of {
		for _, k := range output.Kinds() {
			offer(text.Of(k.Words())+s.words, func() tea.Cmd { return s.plan(k) })
		}
		offer("all of these"+s.words, func() tea.Cmd { return s.plan(output.Kinds()...) })
	}
	a.Push(kit.NewMenu(a.Stage, "what to save", acts))
	return nil
}

// planFiles finds the names of files. With preview they are shown in any case,
// and otherwise only those of several.
func (a *composer) planFiles(jobs []state.Generation, preview bool, kinds ...output.Kind) tea.Cmd {
	a.saving.preview = preview
	if len(jobs) > saveMost {
		a.Warn(tooMany(len(jobs), saveMost))
		return nil
	}
	a.Busy("finding names" + a.Theme.Glyphs.More)
	return workCmd(a.session.PlanFiles(jobs, kinds))
}

// planBatch finds the names of the files of a batch, whose results are read
// first.
func (a *composer) planBatch(id api.ID, kinds ...output.Kind) tea.Cmd {
	a.saving.preview = true
	a.Busy("reading the results" + a.Theme.Glyphs.More)
	return a.do(a.session.PlanBatch(id, kinds))
}

// savingBatch returns the actions that save the files of all jobs of a batch.
func (a *composer) savingBatch(which func() api.ID, noResults func() text.Text) []kit.Action {
	refused := func() text.Text { return cmp.Or(noResults(), a.unsavable()) }
	all := func(kinds ...output.Kind) tea.Cmd { return a.planBatch(which(), kinds...) }
	return []kit.Action{
		a.Does(keymap.Save, func() tea.Cmd { return all(output.Output) }).Unless(refused).Hinted("save all").IfAble(),
		a.Does(keymap.SaveWhat, func() tea.Cmd { return a.askWhat([]saveChoice{{" of all jobs of the batch", all}}) }).Unless(refused),
		a.Does(keymap.Saves, a.openSaves),
	}
}

// plannedFiles saves the planned files. If there are several, it shows their
// names first.
func (a *desk) plannedFiles(e *account.Event) tea.Cmd {
	a.Calm()
	if e.Err != nil {
		a.Complain("nothing is saved: " + errorText(e.Err))
		return nil
	}
	p := *e.Plan
	n := p.New()
	if n == 0 {
		a.tellNothingToSave(&p)
		return nil
	}
	if n > 1 || a.saving.preview {
		return a.Ask(a.savePreview(p))
	}
	return a.saveFiles(p)
}

// tellNothingToSave says why no file is saved.
func (a *desk) tellNothingToSave(p *account.Plan) {
	if len(p.Files) == 1 {
		f := &p.Files[0]
		if f.Here {
			a.Say(f.Name + " is saved already: " + a.short(f.Path))
			return
		}
		a.Warn(f.Name + ": " + f.Skip)
		return
	}
	words := []text.Text{"nothing to save"}
	for _, item := range skippedItems(p) {
		words = append(words, item.Words)
	}
	a.Say(text.Join(words, "; "))
}

// saveFiles begins to save.
func (a *desk) saveFiles(p account.Plan) tea.Cmd {
	a.saving = savesWatch{}
	return a.do(a.session.SaveFiles(p))
}

// previewMost is how many names a preview lists.
const previewMost = 500

// savePreview asks whether files may be saved under these names.
func (a *desk) savePreview(p account.Plan) *kit.Confirm {
	folder := a.session.Saving.Folder
	body := append([]paint.Item{{Label: "folder", Words: a.short(folder), Tone: paint.Normal}}, skippedItems(&p)...)
	shown := 0
	for i := range p.Files {
		f := &p.Files[i]
		if f.Skip != "" {
			continue
		}
		if shown++; shown > previewMost {
			continue
		}
		name, err := filepath.Rel(folder, f.Path)
		if err != nil {
			name = f.Path
		}
		body = append(body, paint.Item{Label: text.Sprint(shown), Words: text.Of(name), Tone: paint.Normal})
	}
	if more := shown - previewMost; more > 0 {
		body = append(body, paint.Item{Label: "and", Words: text.Sprintf("%d more", more), Tone: paint.Muted})
	}
	heading := text.Text("Save a file under this name?")
	if shown > 1 {
		heading = text.Sprintf("Save %d files under these names?", shown)
	}
	return &kit.Confirm{
		Heading: heading,
		Body:    func() []paint.Item { return body },
		Yes:     "save", No: "no",
		Answer: func(yes bool) tea.Cmd {
			if !yes {
				return nil
			}
			return a.saveFiles(p)
		},
	}
}

// skippedItems says how many files are left out for which reason.
func skippedItems(p *account.Plan) (items []paint.Item) {
	counts := map[text.Text]int{}
	var order []text.Text
	for i := range p.Files {
		if why := p.Files[i].Skip; why != "" {
			if counts[why] == 0 {
				order = append(order, why)
			}
			counts[why]++
		}
	}
	for _, why := range order {
		items = append(items, paint.Item{Label: "left out", Words: text.Sprintf("%d: %s", counts[why], why), Tone: paint.Muted})
	}
	return items
}

// wishedFiles says that files are being saved.
func (a *desk) wishedFiles(e *account.Event) {
	switch {
	case e.Err != nil:
		a.Complain("nothing is saved: " + errorText(e.Err))
	case e.Count == 1:
		a.Say("saving")
	case e.Count > 1:
		a.Say("saving " + text.Count(e.Count, "file", "files") + " (" + a.KeyFor(keymap.Saves) + " shows them)")
	}
}

// toldSaved reports a file that was saved, or why it was not.
func (a *desk) toldSaved(e *account.Event) {
	w, s := &a.saving, e.Saved
	switch {
	case e.Err != nil:
		a.tellUnsavedFile(s.Name, errorText(e.Err))
	case s.None:
		w.none++
	default:
		w.saved, w.last = w.saved+1, s.File
		if s.Mark != "" {
			a.Warn(s.Name + " is saved, but differs: " + text.Of(s.Mark))
		}
	}
	sum := a.session.SaveSum()
	if sum.Running+sum.Waiting > 0 || w.saved+w.none == 0 {
		return
	}
	words := text.Count(w.saved, "file", "files") + " saved"
	if w.saved == 1 {
		words = "saved " + a.short(w.last.Path)
	}
	if w.none > 0 {
		words += text.Sprintf("; %s no such file", text.Count(w.none, "job has", "jobs have"))
	}
	if sum.Failed > 0 {
		words += text.Sprintf("; %d not saved (%s)", sum.Failed, a.KeyFor(keymap.Saves))
	}
	a.Mention(words)
	a.saving = savesWatch{}
}

// tellUnsavedFile complains about each reason once.
func (a *desk) tellUnsavedFile(name, why text.Text) {
	w := &a.saving
	if w.asked[why] {
		return
	}
	if w.asked == nil {
		w.asked = make(map[text.Text]bool)
	}
	w.asked[why] = true
	a.Complain(name + " is not saved: " + why + " (" + a.KeyFor(keymap.Save) + " tries again)")
}

// unsavedFiles returns why a job has no folder to open, or ""; also if there is
// no job.
func (a *desk) unsavedFiles(g *state.Generation) text.Text {
	if g == nil {
		return "" // the row has gone, as is said elsewhere
	}
	if len(a.store.Saved.Files(g.Key())) == 0 {
		return "nothing of it is saved yet; " + a.KeyFor(keymap.Save) + " saves it"
	}
	return ""
}

// openFolder opens the folder of the files of a job.
func (a *desk) openFolder(g *state.Generation) tea.Cmd {
	files := a.store.Saved.Files(g.Key())
	at := max(0, slices.IndexFunc(files, func(f output.File) bool { return f.Kind == output.Output }))
	return a.openLocal(filepath.Dir(files[at].Path))
}

// openLocal opens a file or folder of this machine.
func (a *desk) openLocal(path string) tea.Cmd {
	if a.cfg.Open == nil {
		a.Push(newCopyBox(a, "path", path))
		return tea.SetClipboard(path)
	}
	return a.browse(path)
}

// openSaved opens the saved output of a job, or that of the server if the file
// is gone.
func (a *desk) openSaved(f output.File) tea.Cmd {
	a.Busy("opening" + a.Theme.Glyphs.More)
	s := a.session
	return func() tea.Msg { return foundMsg{asked{s}, f, account.Present(f.Path)} }
}

// foundMsg tells whether a saved file is still there.
type foundMsg struct {
	asked
	file  output.File
	there bool
}

func (m foundMsg) apply(a *desk) tea.Cmd {
	a.Calm()
	if m.there {
		return a.openLocal(m.file.Path)
	}
	a.note(a.short(m.file.Path) + " is gone: the output was opened from the server")
	return a.openOutput(api.ID(m.file.Job), opening)
}
