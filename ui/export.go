package ui

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/durable"
	"dubtop/state/outbox"
	"dubtop/state/sheet"
	"dubtop/ui/kit"
)

// exported is a column of an export.
type exported[T any] struct {
	title string
	cell  func(row *T) text.Text
}

// exporting returns the action that writes the rows of a list as CSV: all that
// match the filter, in the order of the list.
func exporting[T any](a *desk, l *kit.List[T], what string, columns []exported[T]) kit.Action {
	return a.Does(keymap.Export, func() tea.Cmd {
		rows := l.Matching()
		return a.askExport(what, len(rows), l.Extent.Partial != nil && l.Extent.Partial(), func() func() []byte {
			table := tableOf(rows, columns) // cells read the store
			return func() []byte { return sheet.CSV(table) }
		})
	}).Unless(func() text.Text {
		l.Refresh()
		if l.Shown.Len() == 0 {
			return "there are no rows to export"
		}
		return ""
	})
}

func tableOf[T any](rows []T, columns []exported[T]) [][]string {
	table := make([][]string, 1, 1+len(rows))
	for _, c := range columns {
		table[0] = append(table[0], c.title)
	}
	for i := range rows {
		cells := make([]string, len(columns))
		for n, c := range columns {
			cells[n] = sheet.Cell(c.cell(&rows[i]))
		}
		table = append(table, cells)
	}
	return table
}

// askExport asks for the file to write rows to, in the folder for saved files. What
// content returns runs in the background.
func (a *desk) askExport(what string, rows int, partial bool, content func() func() []byte) tea.Cmd {
	folder := text.Text("~")
	if a.session != nil && a.session.Saving.Folder != "" {
		folder = a.short(a.session.Saving.Folder)
	}
	name := string(folder) + "/dubtop-" + what + "-" + a.Now.Local().Format(time.DateOnly) + ".csv"
	return a.Prompt("export to", name, longestPath, func(typed text.Text) tea.Cmd {
		if typed == "" {
			a.Warn("not exported: there was no path to write to")
			return nil
		}
		path, err := draft.ParsePath(string(typed), a.cfg.Home)
		if err != nil {
			a.Warn(text.Of("not exported: " + err.Error()))
			return nil
		}
		a.Busy("writing" + a.Theme.Glyphs.More)
		csv := content()
		ours := a.session != nil && filepath.Dir(path) == a.session.Saving.Folder
		return func() tea.Msg {
			if ours { // it is made when something is saved first
				if err := durable.MakeFolder(filepath.Dir(path)); err != nil {
					return exportedMsg{path, rows, partial, err}
				}
			}
			return exportedMsg{path, rows, partial, durable.WriteNew(path, csv(), 0o600)}
		}
	})
}

// longestPath is the maximum length of a path on Linux, in characters.
const longestPath = 4095

// exportedMsg reports how an export went.
type exportedMsg struct {
	path    string
	rows    int
	partial bool // older rows were not loaded yet
	err     error
}

func (m exportedMsg) apply(a *desk) tea.Cmd {
	a.Calm()
	path := string(text.Clean(m.path, 600))
	if abs, err := filepath.Abs(m.path); err == nil {
		path = string(text.Clean(abs, 600))
	}
	switch {
	case errors.Is(m.err, fs.ErrExist):
		a.Complain(text.Of(path + " is there already; nothing was overwritten"))
	case m.err != nil:
		a.Complain("not exported: " + errorText(m.err))
	case m.partial:
		a.Warn(text.Count(m.rows, "row", "rows") + " written to " + text.Of(path) + "; older rows are still loading and are not in it")
		a.Toast.Until = a.Now.Add(kit.TroubleTime)
	default:
		a.Say(text.Count(m.rows, "row", "rows") + " written to " + text.Of(path))
		a.Toast.Until = a.Now.Add(kit.TroubleTime) // a path takes a while to read
	}
	return nil
}

// The columns of the exports. They have the names and the values that commands
// print, and not the shapes of the screen.

func (a *desk) exportedJobs() []exported[state.Generation] {
	return []exported[state.Generation]{
		{"id", func(g *state.Generation) text.Text { return text.Of(string(g.ID)) }},
		{"status", func(g *state.Generation) text.Text { return text.Of(string(g.Status)) }},
		{"model", func(g *state.Generation) text.Text { return text.Of(g.Model) }},
		{"name", func(g *state.Generation) text.Text { return g.Name }},
		{"label", func(g *state.Generation) text.Text { return g.Label() }},
		{"set", func(g *state.Generation) text.Text { return g.Set() }},
		{"language", func(g *state.Generation) text.Text { return g.Lang() }},
		{"project", func(g *state.Generation) text.Text { return g.Project() }},
		{"verdict", func(g *state.Generation) text.Text { return g.Verdict().Words() }},
		{"note", func(g *state.Generation) text.Text { return a.store.Notes.Of(g.Key()) }},
		{"length_seconds", func(g *state.Generation) text.Text { return secondsCell(g.Length) }},
		{"cost_usd", func(g *state.Generation) text.Text { c := a.store.Cost(g); return usdCell(c.Amount, c.Kind) }},
		{"billed", func(g *state.Generation) text.Text { return yesNo(a.store.Cost(g).Kind == outbox.CostActual) }},
		{"created", func(g *state.Generation) text.Text { return timeCell(g.Created) }},
		{"saved", func(g *state.Generation) text.Text { f, _ := a.store.Saved.Output(g.Key()); return text.Of(f.Path) }},
		{"error_code", func(g *state.Generation) text.Text { return g.ErrorCode }},
		{"error", func(g *state.Generation) text.Text { return g.Error }},
	}
}

func exportedBatches() []exported[state.Batch] {
	return []exported[state.Batch]{
		{"id", func(b *state.Batch) text.Text { return text.Of(string(b.ID)) }},
		{"name", func(b *state.Batch) text.Text { return b.Name }},
		{"status", func(b *state.Batch) text.Text { return text.Of(string(b.Status)) }},
		{"jobs", func(b *state.Batch) text.Text { return text.Sprint(b.Total) }},
		{"succeeded", func(b *state.Batch) text.Text { return text.Sprint(b.Succeeded) }},
		{"failed", func(b *state.Batch) text.Text { return text.Sprint(b.Failed) }},
		{"created", func(b *state.Batch) text.Text { return timeCell(b.Created) }},
	}
}

func exportedAssets() []exported[state.Asset] {
	return []exported[state.Asset]{
		{"id", func(x *state.Asset) text.Text { return text.Of(string(x.ID)) }},
		{"name", func(x *state.Asset) text.Text { return x.Name }},
		{"type", func(x *state.Asset) text.Text { return x.Type }},
		{"format", func(x *state.Asset) text.Text { return x.Format }},
		{"visibility", func(x *state.Asset) text.Text { return x.Visibility }},
		{"size_bytes", func(x *state.Asset) text.Text { return text.Sprint(x.Size) }},
		{"length_seconds", func(x *state.Asset) text.Text { return secondsCell(x.Duration) }},
		{"width", func(x *state.Asset) text.Text { return text.Sprint(x.Width) }},
		{"height", func(x *state.Asset) text.Text { return text.Sprint(x.Height) }},
		{"created", func(x *state.Asset) text.Text { return timeCell(x.Created) }},
	}
}

func exportedModels() []exported[state.Model] {
	return []exported[state.Model]{
		{"model", func(m *state.Model) text.Text { return text.Of(m.Name) }},
		{"type", func(m *state.Model) text.Text { return text.Of(m.Type) }},
		{"version", func(m *state.Model) text.Text { return text.Of(m.Version) }},
		{"longest_seconds", func(m *state.Model) text.Text { return secondsCell(api.Seconds(draft.RulesFor(m.Name).MaxSeconds)) }},
	}
}

func exportedQueue() []exported[outbox.QueueRow] {
	return []exported[outbox.QueueRow]{
		{"submission", func(r *outbox.QueueRow) text.Text { return text.Of(r.ID) }},
		{"place", func(r *outbox.QueueRow) text.Text { return text.Sprint(r.Place) }},
		{"state", func(r *outbox.QueueRow) text.Text { return text.Of(r.State.Word()) }},
		{"name", func(r *outbox.QueueRow) text.Text { return r.Name }},
		{"model", func(r *outbox.QueueRow) text.Text { return text.Of(r.Model) }},
		{"label", func(r *outbox.QueueRow) text.Text { return r.Label }},
		{"set", func(r *outbox.QueueRow) text.Text { return r.Set }},
		{"language", func(r *outbox.QueueRow) text.Text { return r.Lang }},
		{"length_seconds", func(r *outbox.QueueRow) text.Text { return secondsCell(r.Length) }},
		{"price_usd", func(r *outbox.QueueRow) text.Text { return usdCell(r.Cost, r.Priced) }},
		{"since", func(r *outbox.QueueRow) text.Text { return timeCell(r.Since) }},
		{"reason", func(r *outbox.QueueRow) text.Text { return r.Reason }},
	}
}

func timeCell(t time.Time) text.Text {
	if t.IsZero() {
		return ""
	}
	return text.Of(t.UTC().Format(time.RFC3339))
}

func secondsCell(s api.Seconds) text.Text {
	if s <= 0 {
		return ""
	}
	return text.Of(strconv.FormatFloat(float64(s), 'f', -1, 64))
}

// usdCell is an exact amount, or nothing if it is not known.
func usdCell(m api.Micros, k outbox.CostKind) text.Text {
	if k == outbox.CostUnknown {
		return ""
	}
	return text.Of(m.Decimal())
}

func yesNo(yes bool) text.Text {
	if yes {
		return "yes"
	}
	return "no"
}
