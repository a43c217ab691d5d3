package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/keymap"
)

// view is a list with a pane of details: beside it where there is width, below
// it where there is height, else only on enter. The four tabs, the results of
// a batch and the choice of an asset are views.
type view[T any] struct {
	list[T]
	title string
	pane  func(row *T, width int) []string
	acts  []action

	width, height int
}

// From these sizes on there is room for the pane.
const (
	besideWidth = 120
	belowHeight = 26 // of the body: a window of 30 rows
	paneHeight  = 10
)

func (v *view[T]) Title() string { return v.title }

// SetSize shares the room between list and pane.
func (v *view[T]) SetSize(width, height int) {
	v.width, v.height = width, height
	switch {
	case v.pane == nil:
		v.list.SetSize(width, height)
	case width >= besideWidth:
		v.list.SetSize(width-v.paneWidth()-1, height)
	case height >= belowHeight:
		v.list.SetSize(width, height-paneHeight-1)
	default:
		v.list.SetSize(width, height)
	}
}

func (v *view[T]) paneWidth() int { return max(42, v.width*7/20) }

// with ends the making of a view: its own actions first, then those that all
// views have, then those of the whole dashboard.
func (v *view[T]) with(own ...action) *view[T] {
	a := v.app
	v.acts = append(v.acts, own...)
	v.acts = append(v.acts, v.finding()...)
	v.acts = append(v.acts, v.movement()...)
	v.acts = append(v.acts, a.does(keymap.Back, v.back))
	v.acts = append(v.acts, a.everywhere()...)
	return v
}

// back takes off what hides rows, else leaves a view that stands on another.
// It never quits.
func (v *view[T]) back() tea.Cmd {
	if v.narrowed() {
		v.widen()
		return nil
	}
	return v.app.pop()
}

func (v *view[T]) Actions() []action { return v.acts }

func (v *view[T]) Update(tea.Msg) tea.Cmd { return nil }

func (v *view[T]) View() string {
	body := v.list.View()
	t := v.app.theme
	switch {
	case v.pane == nil:
		return body
	case v.width >= besideWidth:
		return v.beside(body)
	case v.height >= belowHeight:
		lines := []string{filled(body, v.height-paneHeight-1), t.text(toneMuted, strings.Repeat(t.glyphs.line, v.width))}
		return strings.Join(append(lines, v.paneLines(v.width-3, paneHeight, "   ")...), "\n")
	}
	return body
}

// beside puts the pane to the right of the list, line by line.
func (v *view[T]) beside(body string) string {
	t := v.app.theme
	left := strings.Split(filled(body, v.height), "\n")
	right := v.paneLines(v.paneWidth()-2, v.height, "")
	edge := t.text(toneMuted, t.glyphs.border.Left) + " "
	var b strings.Builder
	for i, line := range left {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(padStyled(line, v.list.width))
		b.WriteString(edge)
		if i < len(right) {
			b.WriteString(right[i])
		}
	}
	return b.String()
}

func (v *view[T]) paneLines(width, height int, indent string) []string {
	row := v.selected()
	if row == nil {
		return nil
	}
	lines := v.pane(row, width)
	lines = lines[:min(len(lines), height)]
	for i, line := range lines {
		lines[i] = indent + fitStyled(line, width)
	}
	return lines
}
