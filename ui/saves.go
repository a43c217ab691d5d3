package ui

import (
	"path/filepath"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
	"dubtop/state/output"
	"dubtop/ui/paint"
)

// saves lists the files that are being saved, or could not be.
type saves struct {
	*smallList
	app *desk
	all []account.Save // as drawn
}

// openSaves shows the files that are being saved.
func (a *composer) openSaves() tea.Cmd {
	s := &saves{app: a.desk}
	headings := []heading{{"file", 24, 3}, {"how far", 34, 2}}
	empty := []text.Text{
		"Nothing is being saved.",
		a.KeyFor(keymap.Save) + "  on a job saves its output to " + a.short(a.session.Saving.Folder), "esc  back",
	}
	s.smallList = a.newSmallList("saving", headings, empty, s.fill)
	s.Above = s.sum
	s.Pane = s.pane
	one := func() text.Text { return s.None() }
	s.with(
		a.Does(keymap.Save, func() tea.Cmd { return a.do(a.session.RetrySaves()) }).Unless(s.unfailed).Hinted("try all again").IfAble(),
		a.Does(keymap.Drop, s.drop).Unless(one).Hinted("give up").IfAble(),
		a.Does(keymap.CopyID, func() tea.Cmd { return a.copyText("path", s.all[s.Selected().at].Path) }).Unless(one),
		a.Does(keymap.OpenFolder, func() tea.Cmd { return a.openLocal(filepath.Dir(s.all[s.Selected().at].Path)) }).Unless(one),
	)
	s.Acts = append(s.Acts, a.Everywhere()...)
	for i := range s.Acts {
		if s.Acts[i].Name == keymap.CopyID {
			s.Acts[i].Key.SetHelp(s.Acts[i].Key.Help().Key, "copy the path")
		}
	}
	a.Push(s)
	return nil
}

// fill returns the rows.
func (s *saves) fill() (rows [][]paint.Piece) {
	a := s.app
	s.all = a.session.Saves()
	for i := range s.all {
		one := &s.all[i]
		name, err := filepath.Rel(a.session.Saving.Folder, one.Path)
		if err != nil || !filepath.IsLocal(name) {
			name = one.Path
		}
		words := saveWords(one)
		tone := savePart(one).Tone
		rows = append(rows, []paint.Piece{paint.Normal.Of(text.Of(name)), tone.Of(words)})
	}
	return rows
}

// Tick draws how far everything is.
func (s *saves) Tick(time.Time) tea.Cmd {
	s.refill()
	return nil
}

// showSaves brings open lists of running saves up to date.
func (a *desk) showSaves() {
	for _, s := range a.Stack {
		if s, ok := s.(*saves); ok {
			s.refill()
		}
	}
}

// sum draws how far all files are together.
func (s *saves) sum(width, _ int) []paint.Styled {
	a := s.app
	sum := a.session.SaveSum()
	words := text.Sprintf(" %d running, %d waiting", sum.Running, sum.Waiting)
	if sum.Saved > 0 {
		words += text.Sprintf(", %d saved", sum.Saved)
	}
	if sum.Done > 0 {
		words += ", " + bytesText(sum.Done)
		if sum.Total > sum.Done {
			words += " of " + bytesText(sum.Total)
		}
	}
	if sum.Speed >= 1 {
		words += ", " + bytesText(int64(sum.Speed)) + "/s"
	}
	if sum.Left > 0 {
		words += ", " + roughly(sum.Left) + " left"
	}
	pieces := []paint.Piece{paint.Running.Of(words)}
	if sum.Running+sum.Waiting == 0 {
		pieces = []paint.Piece{paint.Muted.Of(" nothing is running")}
	}
	if sum.Failed > 0 {
		pieces = append(pieces, paint.Muted.Of(", "), paint.Bad.Of(text.Sprintf("%d not saved", sum.Failed)))
	}
	return []paint.Styled{a.Theme.Line(width, pieces, nil)}
}

// pane draws a file in full.
func (s *saves) pane(l *line, width int) []paint.Styled {
	a := s.app
	if l.at >= len(s.all) {
		return nil
	}
	one := &s.all[l.at]
	lines := append(a.called(one.Name, width), "")
	lines = append(lines, a.advice(width, "kind", text.Of(one.Kind.Words()), paint.Normal)...)
	lines = append(lines, a.advice(width, "path", a.short(one.Path), paint.Normal)...)
	return append(lines, a.advice(width, "how far", saveWords(one), savePart(one).Tone)...)
}

// unfailed returns why there is nothing to try again, or "".
func (s *saves) unfailed() text.Text {
	if s.app.session.SaveSum().Failed == 0 {
		return "nothing has failed"
	}
	return ""
}

// drop gives up the selected file.
func (s *saves) drop() tea.Cmd {
	a := s.app
	one := s.all[s.Selected().at]
	cmd := a.do(a.session.DropSaves(output.Want(one.Want)))
	a.Say("given up: " + text.Of(filepath.Base(one.Path)))
	s.refill()
	return cmd
}
