package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/google/uuid"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/table"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// assetFinder has the server find and sort assets as long as not all of them are
// loaded. Until its answer comes, the list shows the loaded ones.
type assetFinder struct {
	app    *desk
	list   *kit.List[state.Asset]
	types  []string       // the types that a field takes; nil for all
	all    *state.Library // the assets without a filter, the newest first
	shown  *state.Library // those in the list
	sought *state.Library // those on their way; nil if there are none
}

// newAssetFinder returns a finder in the assets of the given types; nil for all.
func newAssetFinder(a *desk, types []string) *assetFinder {
	f := &assetFinder{app: a, types: types, all: &a.store.Library}
	if types != nil {
		f.all = state.NewLibrary(api.AssetQuery{Types: types, SortBy: state.Newest})
	}
	f.shown = f.all
	return f
}

// begin shows the loaded assets that fit, and asks for all of them if there are
// more.
func (f *assetFinder) begin() tea.Cmd {
	a := f.app
	var fitting []state.Asset
	for x := range a.store.Assets.All() {
		if slices.Contains(f.types, string(x.Type)) {
			fitting = append(fitting, *x)
		}
	}
	all := a.store.Assets.Known() && !a.store.Library.Partial()
	f.all.Fill(fitting, all, a.Now)
	if all {
		return nil
	}
	return f.read(f.all)
}

// extent describes the assets that are not loaded.
func (f *assetFinder) extent() kit.Extent {
	e := f.app.extent(f.all.Rows)
	e.All = func() int {
		if f.shown.Partial() {
			return f.shown.Total
		}
		return f.all.Total
	}
	e.Partial = func() bool { return !f.shown.Rows.Known() || f.shown.Partial() }
	e.Further, e.Sought = func() tea.Cmd { return f.read(f.shown) }, f.seek
	return e
}

// seek shows the assets of an order and a filter, and asks the server for them
// if need be.
func (f *assetFinder) seek(q table.Query) tea.Cmd {
	f.sought = nil
	switch want := f.query(q); {
	case !f.all.Partial() && f.all.Rows.Known(), alike(want, f.all.Query):
		f.show(f.all)
	case !alike(want, f.shown.Query):
		return f.ask(want)
	}
	return nil
}

// ask asks the server. The rows shown stay until it has answered.
func (f *assetFinder) ask(want api.AssetQuery) tea.Cmd {
	f.sought = state.NewLibrary(want)
	f.app.Busy("asking the server" + f.app.Theme.Glyphs.More)
	return f.read(f.sought)
}

// again asks once more for the rows shown, unless they are kept up to date
// anyway.
func (f *assetFinder) again() tea.Cmd {
	if f.shown == &f.app.store.Library {
		return nil
	}
	if f.shown == f.all {
		f.all = state.NewLibrary(f.all.Query)
		f.sought = f.all
		return f.read(f.all)
	}
	return f.ask(f.shown.Query)
}

// read reads the next page of a library.
func (f *assetFinder) read(l *state.Library) tea.Cmd {
	work, ok := f.app.session.FindAssets(l, func(err error) { f.answered(l, err) })
	if !ok {
		return nil
	}
	return workCmd(work)
}

func (f *assetFinder) answered(l *state.Library, err error) {
	if l == f.sought {
		f.app.Calm()
		f.sought = nil
		if err == nil {
			f.show(l)
		}
	}
	if err != nil {
		f.app.Complain("the server could not be asked for assets: " + errorText(err))
	}
}

func (f *assetFinder) show(l *state.Library) {
	f.shown = l
	f.list.Replace(l.Rows)
	f.list.Refresh()
}

// query translates an order and a filter. The server finds one part of a name;
// the other words are left to the list.
func (f *assetFinder) query(q table.Query) api.AssetQuery {
	want := api.AssetQuery{Limit: state.PageSize, Types: f.types, SortBy: assetOrder(q)}
	for word := range strings.FieldsSeq(q.Text) {
		field, value, fielded := strings.Cut(word, ":")
		if !fielded {
			field, value = "name", word
		}
		switch strings.ToLower(field) {
		case "type":
			want.Types = f.ofType(strings.ToUpper(value), want.Types)
		case "name", "id":
			if !strings.HasPrefix(word, "-") {
				want.Search = longer(want.Search, value)
			}
		}
	}
	return want
}

// ofType narrows the types to one, if it is among them.
func (f *assetFinder) ofType(kind string, types []string) []string {
	known := f.types
	if known == nil {
		known = []string{"AUDIO", "VIDEO", "IMAGE"}
	}
	if slices.Contains(known, kind) {
		return []string{kind}
	}
	return types
}

// longer is the longer of two words to search for; an id beats them all.
func longer(a, b string) string {
	if uuid.Validate(a) == nil || len(a) >= len(b) && uuid.Validate(b) != nil {
		return a
	}
	return b
}

// assetOrder is the server's name for an order of the list.
func assetOrder(q table.Query) string {
	name, falls := "date", true
	switch q.Sort {
	case table.SortName:
		name, falls = "name", false
	case table.SortModel:
		name, falls = "kind", false
	case table.SortLength:
		name = "duration"
	case table.SortSize:
		name = "size"
	}
	if falls != q.Reverse {
		return name + "Desc"
	}
	return name + "Asc"
}

func alike(a, b api.AssetQuery) bool {
	return a.Search == b.Search && a.SortBy == b.SortBy && slices.Equal(a.Types, b.Types)
}

// empty says why there are no assets, and which key helps.
func (f *assetFinder) empty(none text.Text) []text.Text {
	q := &f.list.Query
	if q.Text == "" {
		return []text.Text{none}
	}
	among := text.Text("assets")
	if n := f.all.Total; n > 0 {
		among = paint.Thousands(n) + " " + among
	}
	return []text.Text{
		text.Sprintf("None of the %s has %q in its name: the server was asked.", among, f.shown.Query.Search),
		f.app.KeyFor(keymap.Back) + "  show all",
	}
}
