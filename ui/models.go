package ui

import (
	"cmp"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/table"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// newModels returns the view of the models, their prices and their speed.
func newModels(a *composer) *kit.ListView[state.Model] {
	v := &kit.ListView[state.Model]{Heading: "models", List: kit.List[state.Model]{
		Stage: a.Stage, Rows: &a.store.Models, Extent: a.extent(&a.store.Models),
		Sorts: []table.Sort{table.SortAge, table.SortName, table.SortStatus},
		Columns: []kit.Column[state.Model]{
			{Title: "model", Width: 18, Sort: table.SortName, Cell: func(m *state.Model) paint.Piece { return modelTone(m).Of(text.Of(m.Name)) }},
			{Title: "type", Width: 8, Drop: 6, Sort: table.SortStatus, Cell: func(m *state.Model) paint.Piece { return paint.Muted.Of(text.Of(m.Type)) }},
			{Title: "a minute", Width: 8, Right: true, Drop: 2, Sort: table.SortNone, Cell: func(m *state.Model) paint.Piece { return a.minutePrice(m) }},
			{Title: "up to", Width: 6, Right: true, Drop: 4, Sort: table.SortNone, Cell: func(m *state.Model) paint.Piece { return paint.Muted.Of(longest(m)) }},
			{Title: "30 s clip", Width: 9, Right: true, Drop: 3, Sort: table.SortNone, Cell: func(m *state.Model) paint.Piece { return a.usualTime(m) }},
			{Title: "best for", Width: 19, Grow: 1, Drop: 5, Sort: table.SortNone, Cell: func(m *state.Model) paint.Piece { return paint.Normal.Of(purpose(m)) }},
		},
		Empty: func() []text.Text { return []text.Text{"The API lists no models for this key."} },
	}}
	v.Pane = func(m *state.Model, width int) []paint.Styled { return a.modelPane(m, width) }
	none := v.None
	return v.With(
		a.Does(keymap.NewGeneration, func() tea.Cmd {
			d := a.draft.Clone()
			d.Model, d.From = v.Selected().Name, "with model "+v.Selected().Name
			return a.newGeneration(&d)
		}).Unless(func() text.Text { return cmp.Or(none(), a.unspendable()) }).Hinted("new job with it"),
		a.Does(keymap.Details, func() tea.Cmd { a.Push(a.modelDetails(*v.Selected())); return nil }).Unless(none).Hinted("details"),
		a.Does(keymap.Open, func() tea.Cmd { return a.openURL(modelsPage) }).Hinted("vendor's page"),
		a.Does(keymap.CopyID, func() tea.Cmd { return a.copyText("model", v.Selected().Name) }).Unless(none).Hinted("copy name"),
		exporting(a.desk, &v.List, "models", exportedModels()),
	)
}

// modelsPage is the vendor's page about the models.
const modelsPage = "https://sync.so/docs/models/lipsync"

// longest returns the longest input a model takes.
func longest(m *state.Model) text.Text {
	if s := draft.RulesFor(m.Name).MaxSeconds; s > 0 {
		return inputs.Seconds(s)
	}
	return none
}

// usualTime returns how long a 30 s clip takes: as observed here, or in
// parentheses as documented by the vendor. A model that takes only shorter
// inputs has none.
func (a *composer) usualTime(m *state.Model) paint.Piece {
	const clip = api.Seconds(30)
	if most := draft.RulesFor(m.Name).MaxSeconds; most > 0 && api.Seconds(most) < clip {
		return paint.Muted.Of(none)
	}
	usual, learned := a.store.Forecast.Usual(m.Name, clip, a.Now)
	if learned > 0 {
		return paint.Normal.Of(span(usual))
	}
	return paint.Muted.Of("(" + span(usual.Round(time.Minute/2)) + ")")
}

// usualWords returns the same in words.
func (a *composer) usualWords(m *state.Model) text.Text {
	v := a.usualTime(m)
	if v.Text == none {
		return "longer than the model takes"
	}
	if usual, documented := strings.CutPrefix(string(v.Text), "("); documented {
		return text.Of("about " + strings.TrimSuffix(usual, ")") + ", according to the vendor")
	}
	return "about " + v.Text + ", measured here"
}

func (a *composer) modelPane(m *state.Model, width int) []paint.Styled {
	t := a.Theme
	price := a.minutePrice(m)
	lines := []paint.Styled{t.Text(paint.Title, text.Of(m.Name)), ""}
	lines = append(lines, a.advice(width, "for", purpose(m), paint.Normal)...)
	lines = append(lines, t.Fact("type", text.Of(m.Type+" "+m.Version), paint.Normal))
	if price.Text == none {
		price.Text = "not known yet"
	} else {
		price.Text += " a minute of output, list price"
	}
	lines = append(lines, a.advice(width, "price", price.Text, price.Tone)...)
	lines = append(lines, t.Fact("up to", longest(m), paint.Normal))
	lines = append(lines, a.advice(width, "30 s clip", a.usualWords(m), paint.Normal)...)
	if !m.Deprecated.IsZero() {
		lines = append(lines, t.Fact("until", text.Of("deprecated since "+m.Deprecated.Format(time.DateOnly)), paint.Warn))
	}
	rules := draft.RulesFor(m.Name)
	stills := "video only"
	if rules.Image {
		stills = "video, or a still image"
	}
	lines = append(lines, t.Fact("takes", text.Of(stills), paint.Normal), "", t.Text(paint.Title, "Supported options"))
	for _, o := range rules.Options {
		mark := t.Glyphs.Dot
		for _, line := range paint.Wrap(text.Of(strings.ReplaceAll(o.Name, "_", " ")+": "+o.Words), max(1, width-2)) {
			lines = append(lines, t.Text(paint.Muted, mark+" ")+t.Text(paint.Normal, line))
			mark = " "
		}
	}
	return lines
}

func (a *composer) modelDetails(m state.Model) *kit.Pager {
	return &kit.Pager{Stage: a.Stage, Heading: "model", Content: func(width int) []paint.Styled {
		return append([]paint.Styled{""}, indented(a.modelPane(&m, width-2))...)
	}}
}
