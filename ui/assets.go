package ui

import (
	"slices"

	"dubtop/state/table"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
)

// assetList is the list behind view 3 and behind the choice of an asset.
func assetList(a *App, rows *table.Collection[state.Asset]) list[state.Asset] {
	return list[state.Asset]{
		stage: a.stage, rows: rows, extent: a.extent(rows),
		sorts: []table.Sort{table.SortAge, table.SortName, table.SortModel, table.SortLength, table.SortSize},
		columns: []column[state.Asset]{
			{title: "type", width: 6, sort: table.SortModel, cell: func(x *state.Asset) piece { return assetTone(string(x.Type)).of(x.Type.Lower()) }},
			{title: "name", width: 14, grow: 1, inner: true, sort: table.SortName, cell: func(x *state.Asset) piece { return toneText.of(x.Name) }},
			{title: "length", width: 7, right: true, drop: 2, falls: true, sort: table.SortLength, cell: func(x *state.Asset) piece { return toneMuted.of(length(x.Duration)) }},
			{title: "picture", width: 9, right: true, drop: 5, sort: table.SortNone, cell: func(x *state.Asset) piece { return toneMuted.of(picture(x)) }},
			{title: "size", width: 8, right: true, drop: 3, falls: true, sort: table.SortSize, cell: func(x *state.Asset) piece { return toneMuted.of(bytesText(x.Size)) }},
			{title: "seen by", width: 12, drop: 6, sort: table.SortNone, cell: func(x *state.Asset) piece { return toneMuted.of(x.Visibility.Lower()) }},
			{title: "age", width: 4, right: true, drop: 4, sort: table.SortAge, cell: func(x *state.Asset) piece { return toneMuted.of(a.serverAge(x.Created)) }},
		},
		empty: func() []text.Text {
			return []text.Text{"No assets. They are uploaded at sync.so, or made from files sent with a job."}
		},
	}
}

// newAssets is view 3: the account's files.
func newAssets(a *App) *view[state.Asset] {
	v := &view[state.Asset]{title: "assets", list: assetList(a, &a.store.Assets)}
	v.pane = func(x *state.Asset, width int) []styled { return a.assetPane(x, width) }
	none := v.none
	unusable := func() text.Text {
		if why := none(); why != "" {
			return why
		}
		_, err := v.selected().URL.Link()
		if err != nil {
			return "its link can't be used: " + errorText(err)
		}
		return ""
	}
	link := func() string { l, _ := v.selected().URL.Link(); return l }
	return v.with(
		a.does(keymap.NewGeneration, func() tea.Cmd { return a.generationFromAsset(v.selected()) }).
			unless(func() text.Text { return first(none(), a.unspendable()) }).hinted("new with it"),
		a.does(keymap.Details, func() tea.Cmd { a.push(a.assetDetails(*v.selected())); return nil }).unless(none).hinted("details"),
		a.does(keymap.Open, func() tea.Cmd { return a.openURL(link()) }).unless(unusable).hinted("open"),
		a.does(keymap.CopyID, func() tea.Cmd { return a.copyText("id", string(v.selected().ID)) }).unless(none).hinted(""),
		a.does(keymap.CopyURL, func() tea.Cmd { return a.copyText("URL", link()) }).unless(unusable),
	)
}

func assetTone(kind string) tone {
	switch kind {
	case "VIDEO":
		return toneRunning
	case "AUDIO":
		return tonePending
	}
	return toneMuted
}

func picture(x *state.Asset) text.Text {
	if x.Width <= 0 || x.Height <= 0 {
		return none
	}
	return text.Sprintf("%d×%d", x.Width, x.Height)
}

func (a *App) assetPane(x *state.Asset, width int) []styled {
	t := a.theme
	link, n := x.URL.Shown(), toneText
	if link == "" {
		link, n = none, toneMuted
	}
	lines := append(a.called(x.Name, width), []styled{
		"",
		t.fact("type", x.Type.Lower()+" "+x.Format, toneText),
		t.fact("length", length(x.Duration), toneText),
		t.fact("picture", picture(x), toneText),
		t.fact("size", bytesText(x.Size), toneText),
		t.fact("seen by", x.Visibility.Lower(), toneText),
	}...)
	lines = append(lines, a.advice(width, "created", happened(a.ours(x.Created), a.now), toneText)...)
	lines = append(lines, a.advice(width, "link", link, n)...)
	lines = append(lines, t.reads(x.URL)...)
	return append(lines, a.advice(width, "id", text.Of(string(x.ID)), toneMuted)...)
}

func (a *App) assetDetails(x state.Asset) *pager {
	return &pager{stage: a.stage, title: "asset", content: func(width int) []styled {
		return append([]styled{""}, indented(a.assetPane(&x, width-2))...)
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
	*view[state.Asset]
}

// pickAsset shows the assets of some types; enter takes one.
func (a *App) pickAsset(types []string, chosen func(*state.Asset) tea.Cmd) tea.Cmd {
	rows := &table.Collection[state.Asset]{}
	ticket := rows.Ask(a.now)
	var fitting []state.Asset
	for x := range a.store.Assets.All() {
		if slices.Contains(types, string(x.Type)) {
			fitting = append(fitting, *x)
		}
	}
	rows.Answer(ticket, fitting, a.now)
	title := text.Text("pick an asset")
	if a.partial(&a.store.Assets) {
		title = text.Sprintf("pick an asset (%s loaded)", total(a, &a.store.Assets))
	}
	p := &assetPicker{&view[state.Asset]{title: title, list: assetList(a, rows)}}
	p.list.empty = func() []text.Text {
		return []text.Text{"None of the loaded assets is of the kind this field takes.", "esc  back"}
	}
	p.acts = append([]action{
		a.does(keymap.Choose, func() tea.Cmd {
			x := p.selected()
			a.remove(p)
			return chosen(x)
		}).unless(p.none).hinted("take it"),
		a.does(keymap.Back, p.back).hinted("back"),
	}, append(p.finding(), p.movement()...)...)
	a.push(p)
	return nil
}
