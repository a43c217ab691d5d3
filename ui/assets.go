package ui

import (
	"slices"

	"dubtop/ui/kit"
	"dubtop/ui/paint"

	"dubtop/state/table"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
)

// assetList is the list behind view 3 and behind the choice of an asset.
func assetList(a *App, rows *table.Collection[state.Asset]) kit.List[state.Asset] {
	return kit.List[state.Asset]{
		Stage: a.Stage, Rows: rows, Extent: a.extent(rows),
		Sorts: []table.Sort{table.SortAge, table.SortName, table.SortModel, table.SortLength, table.SortSize},
		Columns: []kit.Column[state.Asset]{
			{Title: "type", Width: 6, Sort: table.SortModel, Cell: func(x *state.Asset) paint.Piece { return assetTone(string(x.Type)).Of(x.Type.Lower()) }},
			{Title: "name", Width: 14, Grow: 1, Inner: true, Sort: table.SortName, Cell: func(x *state.Asset) paint.Piece { return paint.Normal.Of(x.Name) }},
			{Title: "length", Width: 7, Right: true, Drop: 2, Falls: true, Sort: table.SortLength, Cell: func(x *state.Asset) paint.Piece { return paint.Muted.Of(length(x.Duration)) }},
			{Title: "picture", Width: 9, Right: true, Drop: 5, Sort: table.SortNone, Cell: func(x *state.Asset) paint.Piece { return paint.Muted.Of(picture(x)) }},
			{Title: "size", Width: 8, Right: true, Drop: 3, Falls: true, Sort: table.SortSize, Cell: func(x *state.Asset) paint.Piece { return paint.Muted.Of(bytesText(x.Size)) }},
			{Title: "seen by", Width: 12, Drop: 6, Sort: table.SortNone, Cell: func(x *state.Asset) paint.Piece { return paint.Muted.Of(x.Visibility.Lower()) }},
			{Title: "age", Width: 4, Right: true, Drop: 4, Sort: table.SortAge, Cell: func(x *state.Asset) paint.Piece { return paint.Muted.Of(a.serverAge(x.Created)) }},
		},
		Empty: func() []text.Text {
			return []text.Text{"No assets. They are uploaded at sync.so, or made from files sent with a job."}
		},
	}
}

// newAssets is view 3: the account's files.
func newAssets(a *App) *kit.ListView[state.Asset] {
	v := &kit.ListView[state.Asset]{Heading: "assets", List: assetList(a, &a.store.Assets)}
	v.Pane = func(x *state.Asset, width int) []paint.Styled { return a.assetPane(x, width) }
	none := v.None
	unusable := func() text.Text {
		if why := none(); why != "" {
			return why
		}
		_, err := v.Selected().URL.Link()
		if err != nil {
			return "its link can't be used: " + errorText(err)
		}
		return ""
	}
	link := func() string { l, _ := v.Selected().URL.Link(); return l }
	return v.With(
		a.Does(keymap.NewGeneration, func() tea.Cmd { return a.generationFromAsset(v.Selected()) }).
			Unless(func() text.Text { return kit.First(none(), a.unspendable()) }).Hinted("new with it"),
		a.Does(keymap.Details, func() tea.Cmd { a.Push(a.assetDetails(*v.Selected())); return nil }).Unless(none).Hinted("details"),
		a.Does(keymap.Open, func() tea.Cmd { return a.openURL(link()) }).Unless(unusable).Hinted("open"),
		a.Does(keymap.CopyID, func() tea.Cmd { return a.copyText("id", string(v.Selected().ID)) }).Unless(none).Hinted(""),
		a.Does(keymap.CopyURL, func() tea.Cmd { return a.copyText("URL", link()) }).Unless(unusable),
	)
}

func assetTone(kind string) paint.Tone {
	switch kind {
	case "VIDEO":
		return paint.Running
	case "AUDIO":
		return paint.Pending
	}
	return paint.Muted
}

func picture(x *state.Asset) text.Text {
	if x.Width <= 0 || x.Height <= 0 {
		return none
	}
	return text.Sprintf("%d×%d", x.Width, x.Height)
}

func (a *App) assetPane(x *state.Asset, width int) []paint.Styled {
	t := a.Theme
	link, n := x.URL.Shown(), paint.Normal
	if link == "" {
		link, n = none, paint.Muted
	}
	lines := append(a.called(x.Name, width), []paint.Styled{
		"",
		t.Fact("type", x.Type.Lower()+" "+x.Format, paint.Normal),
		t.Fact("length", length(x.Duration), paint.Normal),
		t.Fact("picture", picture(x), paint.Normal),
		t.Fact("size", bytesText(x.Size), paint.Normal),
		t.Fact("seen by", x.Visibility.Lower(), paint.Normal),
	}...)
	lines = append(lines, a.advice(width, "created", happened(a.ours(x.Created), a.Now), paint.Normal)...)
	lines = append(lines, a.advice(width, "link", link, n)...)
	lines = append(lines, reads(t, x.URL)...)
	return append(lines, a.advice(width, "id", text.Of(string(x.ID)), paint.Muted)...)
}

func (a *App) assetDetails(x state.Asset) *kit.Pager {
	return &kit.Pager{Stage: a.Stage, Heading: "asset", Content: func(width int) []paint.Styled {
		return append([]paint.Styled{""}, indented(a.assetPane(&x, width-2))...)
	}}
}

// generationFromAsset starts a form with the asset filled in where it fits.
func (a *App) generationFromAsset(x *state.Asset) tea.Cmd {
	d := a.draft.Clone()
	d.From = "with asset " + string(x.Name)
	if x.Type == "AUDIO" {
		d.Audio, d.Script = "asset:"+string(x.ID), ""
	} else {
		d.Visual, d.VisualKind = "asset:"+string(x.ID), string(x.Type)
		if x.Type == "IMAGE" {
			d.Model = a.imageModel()
		}
	}
	return a.newGeneration(&d)
}

// assetPicker lets one of the assets be chosen for a field.
type assetPicker struct {
	*kit.ListView[state.Asset]
}

// pickAsset shows the assets of some types; enter takes one.
func (a *App) pickAsset(types []string, chosen func(*state.Asset) tea.Cmd) tea.Cmd {
	rows := &table.Collection[state.Asset]{}
	ticket := rows.Ask(a.Now)
	var fitting []state.Asset
	for x := range a.store.Assets.All() {
		if slices.Contains(types, string(x.Type)) {
			fitting = append(fitting, *x)
		}
	}
	rows.Answer(ticket, fitting, a.Now)
	title := text.Text("pick an asset")
	if a.partial(&a.store.Assets) {
		title = text.Sprintf("pick an asset (%s loaded)", total(a, &a.store.Assets))
	}
	p := &assetPicker{&kit.ListView[state.Asset]{Heading: title, List: assetList(a, rows)}}
	p.List.Empty = func() []text.Text {
		return []text.Text{"None of the loaded assets is of the kind this field takes.", "esc  back"}
	}
	p.Acts = append([]kit.Action{
		a.Does(keymap.Choose, func() tea.Cmd {
			x := p.Selected()
			a.Remove(p)
			return chosen(x)
		}).Unless(p.None).Hinted("take it"),
		a.Does(keymap.Back, p.Back).Hinted("back"),
	}, append(p.Finding(), p.Movement()...)...)
	a.Push(p)
	return nil
}
