package ui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/draft"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// A preset keeps the values of the form under a name. The journal holds them.

// presetting is a form for presets.
type presetting struct {
	app    *desk
	screen kit.Screen
	now    func() draft.Draft           // the form's draft
	fill   func(p draft.Preset) tea.Cmd // fills in a preset
}

// open reads the presets and shows them.
func (f presetting) open() tea.Cmd {
	return f.withPresets(func(context.Context) error { return nil }, func(all []draft.Preset) tea.Cmd {
		f.showPresets(all)
		return nil
	})
}

// withPresets changes the presets in the background, and then shows them.
func (f presetting) withPresets(change func(context.Context) error, then func([]draft.Preset) tea.Cmd) tea.Cmd {
	m := presetsMsg{asked: asked{f.app.session}, form: f.screen, then: then}
	book := f.app.session.Journal
	return func() tea.Msg {
		ctx := context.Background()
		if m.err = change(ctx); m.err == nil {
			m.presets, m.err = book.Presets(ctx)
		}
		return m
	}
}

// presetsMsg carries the presets.
type presetsMsg struct {
	asked
	form    kit.Screen
	presets []draft.Preset
	err     error
	then    func([]draft.Preset) tea.Cmd
}

func (m presetsMsg) apply(a *desk) tea.Cmd {
	switch {
	case m.err != nil:
		a.Complain("presets: " + errorText(m.err))
		return nil
	case !a.Shown(m.form):
		return nil // the user has moved on
	}
	return m.then(m.presets)
}

// showPresets lists the presets. Here they are filled in, deleted, and saved from
// the form.
func (f presetting) showPresets(all []draft.Preset) {
	a := f.app
	headings := []heading{{"preset", 16, 1}, {"model", 18, 0}, {"what else", 20, 2}}
	empty := []text.Text{"No presets yet.", a.KeyFor(keymap.NewGeneration) + "  save what is in the form under a name", "esc  back"}
	l := a.newSmallList("presets", headings, empty, func() (rows [][]paint.Piece) {
		for _, p := range all {
			rows = append(rows, []paint.Piece{paint.Normal.Of(text.Of(p.Name)), paint.Muted.Of(text.Of(p.Draft.Model)), paint.Muted.Of(presetWords(p.Draft))})
		}
		return rows
	})
	renew := func(now []draft.Preset) tea.Cmd {
		all = now
		l.refill()
		return nil
	}
	save := a.Does(keymap.NewGeneration, func() tea.Cmd {
		return a.Prompt("name of the preset", "", draft.MaxPresetName, func(name text.Text) tea.Cmd {
			if name == "" {
				return nil
			}
			book, p := a.session.Journal, draft.NewPreset(string(name), f.now())
			return f.withPresets(func(ctx context.Context) error { return book.SavePreset(ctx, p) }, renew)
		})
	}).Hinted("save the form")
	save.Key.SetHelp(save.Key.Help().Key, "save what is in the form as a preset")
	drop := a.Does(keymap.Drop, func() tea.Cmd {
		name, book := all[l.Selected().at].Name, a.session.Journal
		return a.Ask(&kit.Confirm{
			Heading: "Delete the preset " + text.Of(name) + "?", Yes: "delete it", No: "keep it",
			Answer: func(yes bool) tea.Cmd {
				if !yes {
					return nil
				}
				return f.withPresets(func(ctx context.Context) error { return book.DropPreset(ctx, name) }, renew)
			},
		})
	}).Unless(l.None).Hinted("delete")
	drop.Key.SetHelp(drop.Key.Help().Key, "delete the preset")
	a.Push(l.picker(func(at int) tea.Cmd { return f.fill(all[at]) }, save, drop))
}

// presetWords says what a preset fills in beside the model.
func presetWords(d draft.Draft) text.Text {
	var words []text.Text
	for _, field := range d.Fields() {
		if value := d.Value(field); field != draft.FieldModel && strings.TrimSpace(value) != "" {
			words = append(words, fieldWords(field)+" "+text.Of(value))
		}
	}
	return text.Join(words, ", ")
}
