package ui

import (
	"iter"
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/outbox"
	"dubtop/state/table"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// pickModel lets the user choose a model. It shows each with its price, or why
// it cannot be used, and marks the one used before.
func (a *desk) pickModel(used string, unfit func(model string) text.Text, chosen func(model string) tea.Cmd) tea.Cmd {
	rows := &table.Collection[state.Model]{}
	rows.Answer(rows.Ask(a.Now), slices.Collect(a.modelCopies()), a.Now)
	words := func(m *state.Model) paint.Piece {
		switch why := unfit(m.Name); {
		case why != "":
			return paint.Bad.Of(a.Theme.Glyphs.Failed + " " + why)
		case m.Name == used:
			return paint.Accent.Of("same as before")
		}
		return paint.Normal.Of(purpose(m))
	}
	v := &kit.ListView[state.Model]{Heading: "pick a model", List: kit.List[state.Model]{
		Stage: a.Stage, Rows: rows, Extent: a.extent(rows),
		Sorts: []table.Sort{table.SortAge, table.SortName},
		Columns: []kit.Column[state.Model]{
			{Title: "model", Width: 18, Sort: table.SortName, Cell: func(m *state.Model) paint.Piece { return modelTone(m).Of(text.Of(m.Name)) }},
			{Title: "a minute", Width: 8, Right: true, Drop: 2, Sort: table.SortNone, Cell: func(m *state.Model) paint.Piece { return a.minutePrice(m) }},
			{Title: "for this job", Width: 24, Grow: 1, Sort: table.SortNone, Cell: words},
		},
		Empty: func() []text.Text { return []text.Text{"The models are not loaded yet.", "esc  back"} },
	}}
	none := v.None
	refuse := func() text.Text {
		if why := none(); why != "" {
			return why
		}
		return unfit(v.Selected().Name)
	}
	v.Acts = append([]kit.Action{
		a.Does(keymap.Choose, func() tea.Cmd {
			name := v.Selected().Name
			a.Remove(v)
			return chosen(name)
		}).Unless(refuse).Hinted("choose it"),
		a.Does(keymap.Back, v.Back).Hinted("back"),
	}, append(v.Finding(), v.Movement()...)...)
	a.Push(v)
	return nil
}

// modelCopies returns copies of the known models.
func (a *desk) modelCopies() iter.Seq[state.Model] {
	return func(yield func(state.Model) bool) {
		for m := range a.store.Models.All() {
			if !yield(*m) {
				return
			}
		}
	}
}

func modelTone(m *state.Model) paint.Tone {
	if !m.Deprecated.IsZero() {
		return paint.Muted
	}
	return paint.Normal
}

// minutePrice returns the list price of a minute of output, learned from an
// estimate of the server.
func (a *desk) minutePrice(m *state.Model) paint.Piece {
	frame, ok := a.store.Prices.PerFrame(m.Name)
	if !ok {
		return paint.Muted.Of(none)
	}
	return paint.Money.Of(text.Of((frame * outbox.FramesPerSecond * 60).Rounded()))
}

// purpose returns the API's description of a model, or else a summary of
// https://sync.so/docs/api-reference/overview.
func purpose(m *state.Model) text.Text {
	if m.Description != "" {
		return text.Of(m.Description)
	}
	switch m.Name {
	case "sync-3":
		return "hard scenes, 4K, obstructions, extreme angles; stills too"
	case "lipsync-2":
		return "fast and cost-efficient, solid quality"
	case "lipsync-2-pro":
		return "high quality, more detail"
	case "lipsync-1.9.0-beta":
		return "legacy, the fastest"
	case "react-1":
		return "expressions and head movements, up to 15 s"
	}
	return ""
}

// learnPrice derives the unit price of a model from the price of one request.
// Some servers price only whole requests; this way other jobs of the model get
// a price too.
func (a *desk) learnPrice(sub *outbox.Submission) {
	if p := sub.Price; p.Cost != nil && !p.Approximate {
		a.store.Prices.Learn(sub.Model, api.Estimate{Frames: p.Frames, Cost: p.Cost})
	}
}

// firstModel returns the model a new form starts with.
func (a *desk) firstModel() string { return draft.DefaultModel(a.modelNames(), false) }

// imageModel returns the model of a new form for an image, or "".
func (a *desk) imageModel() string { return draft.DefaultModel(a.modelNames(), true) }

func (a *desk) modelNames() []string {
	var names []string
	for m := range a.store.Models.All() {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	return names
}
