package ui

import (
	"cmp"
	"context"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/ui/handover"
	"dubtop/ui/handover/pick"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// The fields of the hand-over form, and their choices.
const (
	fieldHandTitle  = "title"
	fieldHandFolder = "folder"
	fieldHandFiles  = "files"
	fieldHandCosts  = "costs"

	handCopied  = "copied"
	handInPlace = "in place"
	costsOut    = "left out"
	costsIn     = "in the list"
)

// handMost is the largest number of jobs in a hand-over.
const handMost = 10_000

// handOver is the form for a folder that is given to a client.
type handOver struct {
	kit.Form
	app         *composer
	files       []handover.File
	lacking     []text.Text // names of the jobs without a saved file
	bytes       int64
	here        string // the folder that all files are in, "" if there is none
	title, into string
	inPlace     bool
	costs       bool
	paths       completions

	done, total atomic.Int64 // bytes
	cancel      context.CancelFunc
	trouble     text.Text
}

// handing returns the action that hands files over to a client: those of the
// marked jobs, or else of all that the list shows.
func (a *composer) handing(set selection) kit.Action {
	refuse := func() text.Text {
		switch n := set.many(); {
		case n > handMost:
			return tooMany(n, handMost)
		case n < 2 && set.shown == nil && set.one() == nil:
			return set.none()
		}
		return ""
	}
	return a.Does(keymap.HandOver, func() tea.Cmd {
		if set.many() == 0 && set.shown != nil {
			return a.openHandOver(set.shown(handMost))
		}
		return a.openHandOver(set.chosen())
	}).Unless(refuse)
}

// openHandOver opens the form for the saved files of some jobs.
func (a *composer) openHandOver(jobs []state.Generation) tea.Cmd {
	f := &handOver{app: a, paths: completions{}, title: "Hand-over"}
	f.take(jobs)
	if len(f.files) == 0 {
		a.Warn("none of these jobs has a saved file to hand over; save them first")
		return nil
	}
	beside := filepath.Dir(cmp.Or(f.here, f.files[0].Path))
	f.into = a.typedPath(filepath.Join(beside, "hand-over-"+a.Now.Local().Format("2006-01-02")))
	f.Stage, f.Changed = a.Stage, f.edit
	f.Check = func(name string) kit.Problem { return problemOf(f.checkField(name)) }
	f.Longer = func(name string) string { return f.paths.of(name, f.Current().Value()) }
	f.rebuild()
	a.Push(f)
	return nil
}

// typedPath is a path as the user would type it, with ~ for the home directory.
func (a *desk) typedPath(path string) string {
	short := string(a.short(path))
	if p, err := draft.ParsePath(short, a.cfg.Home); err == nil && p == path {
		return short
	}
	return draft.TypedPath(path)
}

// take finds the saved files of the jobs that have made something.
func (f *handOver) take(jobs []state.Generation) {
	p := pick.Saved(f.app.store, jobs)
	f.files, f.bytes, f.lacking, f.here = p.Files, p.Bytes, p.Lacking, p.Folder
	if p.Label != "" {
		f.title = string(p.Label)
	}
}

func (f *handOver) rebuild() {
	t := f.app.Theme
	folder := kit.TextField(t, fieldHandFolder, "Folder", "a new folder for the client", f.into)
	files, costs := handCopied, costsOut
	if f.inPlace {
		files = handInPlace
		folder = kit.ShownField(fieldHandFolder, "Folder", "", text.Of(f.here))
	}
	if f.costs {
		costs = costsIn
	}
	f.Set([]kit.Field{
		kit.TextField(t, fieldHandTitle, "Title of the page", "what the client reads first", f.title),
		folder,
		kit.ChoiceField(fieldHandFiles, "Files", "", files, []string{handCopied, handInPlace}),
		kit.ChoiceField(fieldHandCosts, "Costs", "", costs, []string{costsOut, costsIn}),
	})
}

func (f *handOver) edit(name, value string) tea.Cmd {
	f.trouble = ""
	switch name {
	case fieldHandTitle:
		f.title = value
	case fieldHandFolder:
		f.into = value
		return f.paths.lookFor(name, value, value, f.app.cfg.Home)
	case fieldHandFiles:
		f.inPlace = value == handInPlace
		f.rebuild()
	case fieldHandCosts:
		f.costs = value == costsIn
	}
	return nil
}

func (f *handOver) checkField(name string) draft.Problem {
	p := draft.Problem{Field: name, Severity: draft.SeverityError}
	switch {
	case name == fieldHandFiles && f.inPlace && f.here == "":
		p.Words = "the files are in folders that have nothing in common: copy them"
	case name != fieldHandFolder || f.inPlace:
		return draft.Problem{}
	case strings.TrimSpace(f.into) == "":
		p.Severity, p.Words = draft.SeverityMissing, "enter the path of a folder that is not there yet"
	default:
		path, err := draft.ParsePath(f.into, f.app.cfg.Home)
		switch {
		case err != nil:
			p.Words = err.Error()
		case !filepath.IsAbs(path):
			p.Words = "write the whole path, or begin it with ~"
		default:
			return draft.Problem{}
		}
	}
	return p
}

// Title names the form.
func (f *handOver) Title() text.Text { return "hand over" }

// Actions returns those of a form, or a single action that stops the hand-over
// while it is being made.
func (f *handOver) Actions() []kit.Action {
	a := f.app
	if f.cancel != nil {
		return []kit.Action{a.Does(keymap.Leave, kit.Plain(f.stop)).Called("stop it").Hinted("stop")}
	}
	return append([]kit.Action{
		a.Does(keymap.Estimate, f.make).Called("make the hand-over").Hinted("make it"),
		a.Does(keymap.Leave, a.Pop).Hinted("leave"),
	}, f.FieldActions()...)
}

// Update types into the form, unless it is being made.
func (f *handOver) Update(msg tea.Msg) tea.Cmd {
	if f.cancel != nil {
		return nil
	}
	return f.Form.Update(msg)
}

func (f *handOver) stop() {
	if f.cancel != nil {
		f.cancel()
		f.cancel = nil
	}
}

// Leave stops making it. Nothing of an unfinished one is left.
func (f *handOver) Leave() tea.Cmd { f.stop(); return nil }

// make makes the hand-over in the background.
func (f *handOver) make() tea.Cmd {
	if !f.Ready() {
		return nil
	}
	o := handover.Order{
		Title: text.Of(strings.TrimSpace(f.title)), Folder: f.here, Files: f.files, InPlace: f.inPlace, Costs: f.costs,
		Progress: func(done, total int64) { f.done.Store(done); f.total.Store(total) },
	}
	if !f.inPlace {
		path, err := draft.ParsePath(f.into, f.app.cfg.Home)
		if err != nil {
			return nil
		}
		o.Folder = path
	}
	ctx, cancel := context.WithCancel(context.Background())
	f.cancel, f.trouble = cancel, ""
	f.done.Store(0)
	f.total.Store(f.bytes)
	s := f.app.session
	return tea.Batch(f.tick(), func() tea.Msg {
		made, err := handover.Make(ctx, o)
		return handedMsg{asked{s}, f, made, err}
	})
}

// handedMsg reports that a hand-over is made, or why not.
type handedMsg struct {
	asked
	form *handOver
	made handover.Result
	err  error
}

func (m handedMsg) apply(a *desk) tea.Cmd {
	stopped := m.form.cancel == nil
	m.form.stop()
	switch {
	case m.err != nil && stopped:
		a.Say("the hand-over was stopped; nothing of it is left")
	case m.err != nil:
		m.form.trouble = errorText(m.err)
		a.note("the hand-over could not be made: " + m.form.trouble)
	default:
		a.Remove(m.form)
		a.Say(text.Sprintf("handed over: %s, %s, in %s", text.Count(m.made.Files, "file", "files"), bytesText(m.made.Bytes), m.made.Folder))
	}
	return nil
}

// handTick is the time between two looks at how far a hand-over is.
const handTick = 250 * time.Millisecond

// handTickMsg draws the progress.
type handTickMsg struct{ form *handOver }

func (f *handOver) tick() tea.Cmd {
	return tea.Tick(handTick, func(time.Time) tea.Msg { return handTickMsg{f} })
}

func (m handTickMsg) apply(*desk) tea.Cmd {
	if m.form.cancel == nil {
		return nil
	}
	return m.form.tick()
}

// View draws the form, and below it the files to hand over.
func (f *handOver) View() paint.Styled {
	t := f.app.Theme
	lines := paint.Parted(f.Form.View([]paint.Styled{""}))
	lines = append(lines, "")
	add := func(n paint.Tone, words text.Text) { lines = append(lines, t.Paragraph(f.Width, n, words)...) }
	what := text.Sprintf("%s, %s, with a page to watch and approve them offline, a list and checksums.", text.Count(len(f.files), "saved file", "saved files"), bytesText(f.bytes))
	add(paint.Normal, what)
	if n := len(f.lacking); n > 0 {
		names := f.lacking[:min(n, 3)]
		words := text.Count(n, "job has", "jobs have") + " no saved file and will not be in it: " + text.Join(names, ", ")
		if n > len(names) {
			words += text.Sprintf(" and %d more", n-len(names))
		}
		add(paint.Warn, words)
	}
	if f.cancel != nil {
		share := 0.0
		if total := f.total.Load(); total > 0 {
			share = float64(f.done.Load()) / float64(total)
		}
		add(paint.Running, t.Bar(share, 20)+text.Sprintf(" %s of %s", bytesText(f.done.Load()), bytesText(f.total.Load())))
	}
	if f.trouble != "" {
		add(paint.Bad, f.trouble)
	}
	return paint.Joined(lines[:min(len(lines), max(1, f.Height))])
}
