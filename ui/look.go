package ui

import (
	"context"
	"slices"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/inputs"
)

const (
	// lookPause is how long typing must pause before the file is checked.
	lookPause = 700 * time.Millisecond
	// lookMost is the time limit of a check in the form. Pricing has none.
	lookMost = 30 * time.Second
)

// looking is a background check of the file in one field, so that problems show
// up before the user asks for the price.
type looking struct {
	at     string             // the inputs of the check; see lookedAt
	run    int                // number of the check; results of earlier ones are dropped
	cancel context.CancelFunc // nil before it starts
	done   bool
	input  inputs.Input
}

// lookedAt returns everything the result of a check depends on.
func (f *generationForm) lookedAt(field string) string {
	if field != draft.FieldVisual {
		return f.draft.Media(field)
	}
	return f.draft.Visual + "\x00" + strconv.FormatBool(draft.RulesFor(f.draft.Model).Image)
}

// look starts checks for everything typed since the last one. Paths are checked
// on disk at once; files are measured after a pause.
func (f *generationForm) look() tea.Cmd {
	cmds := []tea.Cmd{f.stat()}
	for _, field := range f.draft.MediaFields() {
		l := f.looks[field]
		if at := f.lookedAt(field); l == nil || l.at != at {
			f.looked++
			l.stop()
			l = &looking{at: at, run: f.looked}
			f.looks[field] = l
			cmds = append(cmds, tea.Tick(lookPause, func(time.Time) tea.Msg { return lookDueMsg{f, field, l.run} }))
		}
	}
	return tea.Batch(cmds...)
}

func (l *looking) stop() {
	if l != nil && l.cancel != nil {
		l.cancel()
	}
}

func (f *generationForm) stopLooking() {
	for _, l := range f.looks {
		l.stop()
	}
}

// lookDueMsg says that typing has paused long enough.
type lookDueMsg struct {
	form  *generationForm
	field string
	run   int
}

func (m lookDueMsg) apply(a *composer) tea.Cmd {
	if l := m.form.looks[m.field]; l == nil || l.run != m.run || !a.Shown(m.form) {
		return nil
	}
	return m.form.lookAt(m.field)
}

// lookAt starts to measure the file in a field, unless that has started already
// or there is no file. Assets need no check.
func (f *generationForm) lookAt(field string) tea.Cmd {
	l := f.looks[field]
	m, err := draft.ParseMedia(f.draft.Media(field), f.app.cfg.Home)
	ready := err == nil && (m.Source == draft.SourceURL || m.Source == draft.SourceFile)
	if l == nil || l.cancel != nil || !ready || f.checkField(field).Blocks() {
		return nil
	}
	var ctx context.Context
	ctx, l.cancel = context.WithTimeout(context.Background(), lookMost)
	client, run := f.app.session.Client, l.run
	p := inputs.Pricing{Draft: f.draft.Clone(), Env: draft.CheckEnv{Home: f.app.cfg.Home}}
	return func() tea.Msg {
		in, err := p.Look(ctx, client, field)
		return lookedMsg{f, field, run, in, err}
	}
}

// lookedMsg is the result of a check.
type lookedMsg struct {
	form  *generationForm
	field string
	run   int
	input inputs.Input
	err   error
}

func (m lookedMsg) apply(*composer) tea.Cmd {
	l := m.form.looks[m.field]
	if l == nil || l.run != m.run {
		return nil
	}
	l.stop()
	l.input, l.done = m.input, m.err == nil // a check that was given up has no result
	return nil
}

// found returns the result of the check of a field.
func (f *generationForm) found(field string) (in inputs.Input, ok bool) {
	l := f.looks[field]
	if l == nil || !l.done || l.at != f.lookedAt(field) {
		return in, false
	}
	return l.input, true
}

// lookNote returns the progress of a check, or the length of the file.
func (f *generationForm) lookNote(field string) text.Text {
	if in, ok := f.found(field); ok {
		if in.Seconds > 0 {
			return in.Length()
		}
		return ""
	}
	if l := f.looks[field]; l != nil && l.cancel != nil && !l.done {
		return "checking it" + f.app.Theme.Glyphs.More
	}
	return ""
}

func statCmd(f *generationForm, path string) tea.Cmd {
	return func() tea.Msg {
		size, err := inputs.StatFile(path)
		return statMsg{f, path, fileFact{size, err}}
	}
}

// fileFact is the result of checking a typed path.
type fileFact struct {
	size int64
	err  error
}

// stat checks the typed paths on disk.
func (f *generationForm) stat() tea.Cmd {
	var cmds []tea.Cmd
	for _, field := range f.draft.MediaFields() {
		m, err := draft.ParseMedia(f.draft.Media(field), f.app.cfg.Home)
		if err != nil || m.Source != draft.SourceFile {
			continue
		}
		if _, known := f.files[m.Path]; !known {
			cmds = append(cmds, statCmd(f, m.Path))
		}
	}
	return tea.Batch(cmds...)
}

// statMsg is the result of checking a path on disk.
type statMsg struct {
	form *generationForm
	path string
	fact fileFact
}

func (m statMsg) apply(*composer) tea.Cmd {
	m.form.files[m.path] = m.fact
	return nil
}

// noteOf describes a typed input: an asset's name and length, a file's size.
func (f *generationForm) noteOf(name string) text.Text {
	if name == draft.FieldScript {
		return scriptNote(f.draft.Script)
	}
	m, err := draft.ParseMedia(f.draft.Media(name), f.app.cfg.Home)
	if err != nil {
		return ""
	}
	switch m.Source {
	case draft.SourceAsset:
		if x, ok := f.app.store.Asset(api.ID(m.AssetID)); ok {
			return x.Name + ", " + length(x.Duration)
		}
	case draft.SourceFile:
		if fact, ok := f.files[m.Path]; ok && fact.err == nil {
			note := bytesText(fact.size)
			if l := f.lookNote(name); l != "" {
				note += ", " + l
			}
			return note
		}
	case draft.SourceURL:
		notes := []text.Text{f.lookNote(name)}
		for _, h := range draft.HostsOf(m.URL) {
			notes = append(notes, "host "+h.Wire+" reads "+h.Read)
		}
		return text.Join(slices.DeleteFunc(notes, func(n text.Text) bool { return n == "" }), ", ")
	}
	return ""
}
