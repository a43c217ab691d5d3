package ui

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/table"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// assetList returns the list used by the assets view and by the asset picker.
func assetList(a *desk, f *assetFinder) kit.List[state.Asset] {
	return kit.List[state.Asset]{
		Stage: a.Stage, Rows: f.shown.Rows, Extent: f.extent(),
		Sorts: []table.Sort{table.SortAge, table.SortName, table.SortModel, table.SortLength, table.SortSize},
		Columns: []kit.Column[state.Asset]{
			{Title: "type", Width: 6, Sort: table.SortModel, Cell: func(x *state.Asset) paint.Piece { return assetTone(string(x.Type)).Of(x.Type.Lower()) }},
			{Title: "name", Width: 14, Grow: 1, Inner: true, Sort: table.SortName, Cell: func(x *state.Asset) paint.Piece { return paint.Normal.Of(x.Name) }},
			{Title: "length", Width: 7, Right: true, Drop: 2, Falls: true, Sort: table.SortLength, Cell: func(x *state.Asset) paint.Piece { return paint.Muted.Of(length(x.Duration)) }},
			{Title: "picture", Width: 9, Right: true, Drop: 5, Sort: table.SortNone, Cell: func(x *state.Asset) paint.Piece { return paint.Muted.Of(picture(x)) }},
			{Title: "size", Width: 8, Right: true, Drop: 3, Falls: true, Sort: table.SortSize, Cell: func(x *state.Asset) paint.Piece { return paint.Muted.Of(bytesText(x.Size)) }},
			{Title: "access", Width: 12, Drop: 6, Sort: table.SortNone, Cell: func(x *state.Asset) paint.Piece { return paint.Muted.Of(x.Visibility.Lower()) }},
			{Title: "age", Width: 4, Right: true, Drop: 4, Sort: table.SortAge, Cell: func(x *state.Asset) paint.Piece { return paint.Muted.Of(a.serverAge(x.Created)) }},
		},
		Empty: func() []text.Text {
			return f.empty("No assets yet. Upload them at sync.so, or send a job with a file.")
		},
	}
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

// assetPicker lets the user choose an asset for a field.
type assetPicker struct {
	*kit.ListView[state.Asset]
}

// pickAsset shows the assets of the given types; enter takes one.
func (a *desk) pickAsset(types []string, chosen func(*state.Asset) tea.Cmd) tea.Cmd {
	f := newAssetFinder(a, types)
	p := &assetPicker{&kit.ListView[state.Asset]{Heading: "pick an asset", List: assetList(a, f)}}
	f.list = &p.List
	p.List.Empty = func() []text.Text {
		return append(f.empty("The account has no asset that fits this field."), "esc  back")
	}
	p.Acts = append([]kit.Action{
		a.Does(keymap.Choose, func() tea.Cmd {
			x := p.Selected()
			a.Remove(p)
			return chosen(x)
		}).Unless(p.None).Hinted("choose it"),
		a.Does(keymap.Back, p.Back).Hinted("back"),
	}, append(p.Finding(), p.Movement()...)...)
	a.Push(p)
	return f.begin()
}
