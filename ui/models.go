package ui

import (
	"iter"
	"slices"
	"strings"
	"time"

	"dubtop/state/draft"
	"dubtop/state/outbox"
	"dubtop/state/table"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
)

// newModels is view 4: what can be made, for how much and how fast.
func newModels(a *App) *view[state.Model] {
	v := &view[state.Model]{title: "models", list: list[state.Model]{
		stage: a.stage, rows: &a.store.Models, extent: a.extent(&a.store.Models),
		sorts: []table.Sort{table.SortAge, table.SortName, table.SortStatus},
		columns: []column[state.Model]{
			{title: "model", width: 18, sort: table.SortName, cell: func(m *state.Model) piece { return modelTone(m).of(text.Of(m.Name)) }},
			{title: "type", width: 8, drop: 6, sort: table.SortStatus, cell: func(m *state.Model) piece { return toneMuted.of(text.Of(m.Type)) }},
			{title: "a minute", width: 8, right: true, drop: 2, sort: table.SortNone, cell: func(m *state.Model) piece { return a.minutePrice(m) }},
			{title: "up to", width: 6, right: true, drop: 4, sort: table.SortNone, cell: func(m *state.Model) piece { return toneMuted.of(longest(m)) }},
			{title: "30 s clip", width: 9, right: true, drop: 3, sort: table.SortNone, cell: func(m *state.Model) piece { return a.usualTime(m) }},
			{title: "what for", width: 19, grow: 1, drop: 5, sort: table.SortNone, cell: func(m *state.Model) piece { return toneText.of(purpose(m)) }},
		},
		empty: func() []text.Text { return []text.Text{"The API names no models for this key."} },
	}}
	v.pane = func(m *state.Model, width int) []styled { return a.modelPane(m, width) }
	none := v.none
	return v.with(
		a.does(keymap.NewGeneration, func() tea.Cmd {
			d := a.draft.Clone()
			d.Model, d.From = v.selected().Name, "with model "+v.selected().Name
			return a.newGeneration(&d)
		}).unless(func() text.Text { return first(none(), a.unspendable()) }).hinted("new with it"),
		a.does(keymap.Details, func() tea.Cmd { a.push(a.modelDetails(*v.selected())); return nil }).unless(none).hinted("details"),
		a.does(keymap.Open, func() tea.Cmd { return a.openURL(modelsPage) }).hinted("vendor's page"),
		a.does(keymap.CopyID, func() tea.Cmd { return a.copyText("model", v.selected().Name) }).unless(none).hinted("copy name"),
	)
}

// pickModel lets one of the models be chosen: it names each with its price, and
// says why one can't be taken. The one that was used is named, too.
func (a *App) pickModel(used string, unfit func(model string) text.Text, chosen func(model string) tea.Cmd) tea.Cmd {
	rows := &table.Collection[state.Model]{}
	rows.Answer(rows.Ask(a.now), slices.Collect(a.modelCopies()), a.now)
	words := func(m *state.Model) piece {
		switch why := unfit(m.Name); {
		case why != "":
			return toneBad.of(a.theme.glyphs.failed + " " + why)
		case m.Name == used:
			return toneAccent.of("as it was")
		}
		return toneText.of(purpose(m))
	}
	v := &view[state.Model]{title: "pick a model", list: list[state.Model]{
		stage: a.stage, rows: rows, extent: a.extent(rows),
		sorts: []table.Sort{table.SortAge, table.SortName},
		columns: []column[state.Model]{
			{title: "model", width: 18, sort: table.SortName, cell: func(m *state.Model) piece { return modelTone(m).of(text.Of(m.Name)) }},
			{title: "a minute", width: 8, right: true, drop: 2, sort: table.SortNone, cell: func(m *state.Model) piece { return a.minutePrice(m) }},
			{title: "for this", width: 24, grow: 1, sort: table.SortNone, cell: words},
		},
		empty: func() []text.Text { return []text.Text{"The models are not loaded yet.", "esc  back"} },
	}}
	none := v.none
	refuse := func() text.Text {
		if why := none(); why != "" {
			return why
		}
		return unfit(v.selected().Name)
	}
	v.acts = append([]action{
		a.does(keymap.Choose, func() tea.Cmd {
			name := v.selected().Name
			a.remove(v)
			return chosen(name)
		}).unless(refuse).hinted("take it"),
		a.does(keymap.Back, v.back).hinted("back"),
	}, append(v.finding(), v.movement()...)...)
	a.push(v)
	return nil
}

// modelCopies are the models that are known.
func (a *App) modelCopies() iter.Seq[state.Model] {
	return func(yield func(state.Model) bool) {
		for m := range a.store.Models.All() {
			if !yield(*m) {
				return
			}
		}
	}
}

// modelsPage is the vendor's page on the models.
const modelsPage = "https://sync.so/docs/models/lipsync"

func modelTone(m *state.Model) tone {
	if !m.Deprecated.IsZero() {
		return toneMuted
	}
	return toneText
}

// minutePrice is the list price of a minute of output, as one estimate of the
// server taught it.
func (a *App) minutePrice(m *state.Model) piece {
	frame, ok := a.store.Prices.PerFrame(m.Name)
	if !ok {
		return toneMuted.of(none)
	}
	return toneMoney.of(text.Of((frame * outbox.FramesPerSecond * 60).Rounded()))
}

// longest is the longest input a model takes.
func longest(m *state.Model) text.Text {
	if s := draft.RulesFor(m.Name).MaxSeconds; s > 0 {
		return account.Seconds(s)
	}
	return none
}

// usualTime is how long a clip of 30 s takes: as observed here, else (in
// parentheses) as the vendor documents it.
func (a *App) usualTime(m *state.Model) piece {
	const clip = api.Seconds(30)
	e := a.store.Forecast.Expect(&state.Generation{Model: m.Name, Length: clip, Status: api.Processing, Started: a.now}, a.now)
	if e.Learned > 0 {
		return toneText.of(span(e.Total))
	}
	return toneMuted.of("(" + span(e.Total.Round(time.Minute/2)) + ")")
}

// usualWords is the same in words.
func (a *App) usualWords(m *state.Model) text.Text {
	v := a.usualTime(m)
	if usual, documented := strings.CutPrefix(string(v.text), "("); documented {
		return text.Of("about " + strings.TrimSuffix(usual, ")") + ", as the vendor documents it")
	}
	return "about " + v.text + ", as seen here"
}

// purpose is the API's description of a model, else what its overview says.
// https://sync.so/docs/api-reference/overview
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

func (a *App) modelPane(m *state.Model, width int) []styled {
	t := a.theme
	price := a.minutePrice(m)
	lines := []styled{t.text(toneTitle, text.Of(m.Name)), ""}
	lines = append(lines, a.advice(width, "for", purpose(m), toneText)...)
	lines = append(lines, t.fact("type", text.Of(m.Type+" "+m.Version), toneText))
	lines = append(lines, a.advice(width, "price", price.text+" a minute of output, list price", price.tone)...)
	lines = append(lines, t.fact("up to", longest(m), toneText))
	lines = append(lines, a.advice(width, "30 s clip", a.usualWords(m), toneText)...)
	if !m.Deprecated.IsZero() {
		lines = append(lines, t.fact("until", text.Of("deprecated since "+m.Deprecated.Format(time.DateOnly)), toneWarn))
	}
	rules := draft.RulesFor(m.Name)
	stills := "video only"
	if rules.Image {
		stills = "video, or a still image"
	}
	lines = append(lines, t.fact("takes", text.Of(stills), toneText), "", t.text(toneTitle, "Options it honours"))
	for _, o := range rules.Options {
		mark := t.glyphs.dot
		for _, line := range wrap(text.Of(strings.ReplaceAll(o.Name, "_", " ")+": "+o.Words), max(1, width-2)) {
			lines = append(lines, t.text(toneMuted, mark+" ")+t.text(toneText, line))
			mark = " "
		}
	}
	return lines
}

func (a *App) modelDetails(m state.Model) *pager {
	return &pager{stage: a.stage, title: "model", content: func(width int) []styled {
		return append([]styled{""}, indented(a.modelPane(&m, width-2))...)
	}}
}
