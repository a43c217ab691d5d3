package ui

import (
	"cmp"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// newAssets returns the view of the account's files.
func newAssets(a *composer) *kit.ListView[state.Asset] {
	f := newAssetFinder(a.desk, nil)
	v := &kit.ListView[state.Asset]{Heading: "assets", List: assetList(a.desk, f)}
	f.list, v.Marks = &v.List, &kit.Marks[state.Asset]{}
	v.Pane = func(x *state.Asset, width int) []paint.Styled { return a.assetPane(x, width) }
	withPicture(a.desk, v, assetPicture)
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
	return v.With(append([]kit.Action{
		a.Does(keymap.NewGeneration, func() tea.Cmd { return a.generationFromAsset(v.Selected()) }).
			Unless(func() text.Text { return cmp.Or(none(), a.unspendable()) }).Hinted("new job with it"),
		a.Does(keymap.NewSet, func() tea.Cmd { return a.jobSetFromAssets(&v.List) }).Unless(a.unspendable).Called("new job set, with the marked assets"),
		a.Does(keymap.Details, func() tea.Cmd { a.Push(a.assetDetails(*v.Selected())); return nil }).Unless(none).Hinted("details"),
		a.Does(keymap.Open, func() tea.Cmd { return a.openURL(link()) }).Unless(unusable).Hinted("open"),
		a.Does(keymap.CopyID, func() tea.Cmd { return a.copyText("id", string(v.Selected().ID)) }).Unless(none).Hinted(""),
		a.Does(keymap.CopyURL, func() tea.Cmd { return a.copyText("URL", link()) }).Unless(unusable),
		a.uploadAction(),
		exporting(a.desk, &v.List, "assets", exportedAssets()),
		a.Does(keymap.Edit, func() tea.Cmd { return f.renameAsset(*v.Selected()) }).Called("rename on the server").
			Unless(func() text.Text { return cmp.Or(none(), a.unchangeable()) }),
		a.Does(keymap.Delete, func() tea.Cmd { return f.deleteAsset(*v.Selected()) }).
			Unless(func() text.Text { return cmp.Or(none(), a.unchangeable()) }),
		a.Does(keymap.Refresh, func() tea.Cmd { return tea.Batch(f.again(), a.refreshNow()) }),
	}, v.Marking()...)...)
}

func (a *composer) assetPane(x *state.Asset, width int) []paint.Styled {
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
		t.Fact("access", x.Visibility.Lower(), paint.Normal),
	}...)
	lines = append(lines, a.advice(width, "created", happened(a.ours(x.Created), a.Aged), paint.Normal)...)
	lines = append(lines, a.advice(width, "link", link, n)...)
	lines = append(lines, reads(t, x.URL)...)
	return append(lines, a.advice(width, "id", text.Of(string(x.ID)), paint.Muted)...)
}

func (a *composer) assetDetails(x state.Asset) *kit.Pager {
	return &kit.Pager{Stage: a.Stage, Heading: "asset", Content: func(width int) []paint.Styled {
		return append([]paint.Styled{""}, indented(a.assetPane(&x, width-2))...)
	}}
}

// generationFromAsset opens the form with the asset in the field that takes it.
func (a *composer) generationFromAsset(x *state.Asset) tea.Cmd {
	d := a.draft.Clone()
	d.From = "with asset " + string(x.Name)
	if x.Type == "AUDIO" {
		d.Audio, d.Script = draft.AssetPrefix+string(x.ID), ""
	} else {
		d.Visual, d.VisualKind = draft.AssetPrefix+string(x.ID), string(x.Type)
		if x.Type == "IMAGE" {
			d.Model = a.imageModel()
		}
	}
	return a.newGeneration(&d)
}
