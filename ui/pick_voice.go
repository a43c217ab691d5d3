package ui

import (
	"cmp"
	"context"
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// pickVoice asks for the account's voices and lets the user choose one.
func (a *desk) pickVoice(chosen func(id string) tea.Cmd) tea.Cmd {
	a.Busy("reading the voices" + a.Theme.Glyphs.More)
	m := voicesMsg{asked: asked{a.session}, from: a.Top(), chosen: chosen}
	client := a.session.Client
	return func() tea.Msg {
		list, err := client.Voices(context.Background())
		m.voices, m.err = list.Items, err
		return m
	}
}

// voicesMsg carries the account's voices.
type voicesMsg struct {
	asked
	from   kit.Screen // the screen that asked for them
	voices []api.Voice
	err    error
	chosen func(id string) tea.Cmd
}

func (m voicesMsg) apply(a *desk) tea.Cmd {
	a.Calm()
	m.keep(a)
	switch {
	case errors.Is(m.err, api.ErrUnsupported):
		a.Warn("this server lists no voices: type the id of one, your own or from ElevenLabs")
		return nil
	case m.err != nil:
		a.Complain("no voices: " + errorText(m.err))
		return nil
	case a.Top() != m.from:
		return nil // the user has moved on
	}
	l := a.newSmallList("pick a voice", []heading{{"voice", 20, 2}, {"kind", 19, 0}, {"id", 14, 1}}, []text.Text{"The account has no voices.", "esc  back"}, func() (rows [][]paint.Piece) {
		for _, v := range m.voices {
			rows = append(rows, voiceCells(v))
		}
		return rows
	})
	voice := func() api.Voice { return m.voices[l.Selected().at] }
	open := a.Does(keymap.Open, func() tea.Cmd {
		link, err := voice().Preview.Link()
		if err != nil {
			a.Complain("no preview: " + text.Of(err.Error()))
			return nil
		}
		return a.openURL(link)
	}).Unless(func() text.Text {
		if why := l.None(); why != "" || !voice().Preview.IsZero() {
			return why
		}
		return "this voice has no preview"
	}).Hinted("hear it")
	open.Key.SetHelp(open.Key.Help().Key, "open the preview in the browser")
	l.picker(func(at int) tea.Cmd { return m.chosen(string(m.voices[at].ID)) }, open)
	choose := &l.Acts[0]
	*choose = choose.Unless(func() text.Text {
		if why := l.None(); why != "" || !voice().Restricted {
			return why
		}
		return "this voice may not speak: choose another"
	})
	a.Push(l)
	return nil
}

// keep learns the names of the voices, or takes those known from before if the
// server can't be asked.
func (m *voicesMsg) keep(a *desk) {
	known := a.store.KnownVoices()
	switch {
	case m.err == nil:
		a.store.NameVoices(m.voices, a.Now)
	case len(known) > 0 && !errors.Is(m.err, api.ErrUnsupported):
		a.Complain("these voices are known from before: " + errorText(m.err))
		m.voices, m.err = known, nil
		slices.SortFunc(m.voices, func(v, w api.Voice) int { return cmp.Or(cmp.Compare(v.Name, w.Name), cmp.Compare(v.ID, w.ID)) })
	}
}

func voiceCells(v api.Voice) []paint.Piece {
	kind, tone := text.Text("built in"), paint.Muted
	if v.Cloned {
		kind = "cloned"
	}
	if v.Restricted {
		kind, tone = kind+", can't speak", paint.Warn
	}
	return []paint.Piece{paint.Normal.Of(v.Name), tone.Of(kind), paint.Muted.Of(text.Of(string(v.ID)))}
}
