package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
)

// view is a list with a pane of details: beside it where there is width, below
// it where there is height, else only on enter. The four tabs, the results of
// a batch and the choice of an asset are views.
type view[T any] struct {
	list[T]
	title text.Text
	pane  func(row *T, width int) []styled
	acts  []action

	width, height int
	inPane        string    // id of the row the pane is about
	moved         time.Time // when the cursor last moved
}

// From these sizes on there is room for the pane.
const (
	besideWidth = 120
	belowHeight = 26 // of the body: a window of 30 rows
	paneHeight  = 10
)

func (v *view[T]) Title() text.Text { return v.title }

// SetSize shares the room between list and pane.
func (v *view[T]) SetSize(width, height int) {
	v.width, v.height = width, height
	switch {
	case v.pane == nil:
		v.list.SetSize(width, height)
	case width >= besideWidth:
		v.list.SetSize(width-v.paneWidth()-2, height)
	case height >= belowHeight:
		v.list.SetSize(width, height-paneHeight-1)
	default:
		v.list.SetSize(width, height)
	}
}

// Cover keeps the cursor's row above a prompt on the last lines. Below the list
// the prompt covers the pane alone.
func (v *view[T]) Cover(lines int) {
	if v.list.height < v.height {
		lines = 0
	}
	v.list.cover(lines)
}

func (v *view[T]) paneWidth() int { return max(34, v.width/4) }

// with ends the making of a view: its own actions first, then those that all
// views have, then those of the whole dashboard.
func (v *view[T]) with(own ...action) *view[T] {
	a := v.stage
	v.query.Sort = v.sorts[0]
	v.acts = append(v.acts, own...)
	v.acts = append(v.acts, v.finding()...)
	v.acts = append(v.acts, v.following(v.movement())...)
	v.acts = append(v.acts, a.does(keymap.Back, v.back))
	v.acts = append(v.acts, a.everywhere()...)
	return v
}

// back takes off what hides rows, else the marks, else leaves a view that
// stands on another. It never quits.
func (v *view[T]) back() tea.Cmd {
	switch {
	case v.narrowed():
		v.widen()
		return nil
	case v.markCount() > 0:
		v.unmark()
		return nil
	}
	return v.stage.pop()
}

func (v *view[T]) Actions() []action { return v.acts }

func (v *view[T]) Update(tea.Msg) tea.Cmd { return nil }

func (v *view[T]) View() styled {
	body := v.list.View()
	t := v.stage.theme
	switch {
	case v.pane == nil:
		return body
	case v.width >= besideWidth:
		return v.beside(body)
	case v.height >= belowHeight:
		lines := []styled{filled(body, v.height-paneHeight-1), t.text(toneMuted, text.Repeat(t.glyphs.line, v.width))}
		return joined(append(lines, v.paneLines(v.width-3, paneHeight, "   ")...))
	}
	return body
}

// beside puts the pane to the right of the list, line by line.
func (v *view[T]) beside(body styled) styled {
	t := v.stage.theme
	left := parted(filled(body, v.height))
	right := v.paneLines(v.paneWidth()-2, v.height, "")
	edge := t.text(toneMuted, " "+text.Of(t.glyphs.border.Left)) + " "
	for i := range left {
		left[i] = padStyled(left[i], v.list.width) + edge
		if i < len(right) {
			left[i] += right[i]
		}
	}
	return joined(left)
}

// restTime is how long the cursor rests before the pane follows a key that is
// held down: drawing details that nobody can read only costs time and bytes.
const restTime = 90 * time.Millisecond

// restMsg says that the cursor may have come to rest.
type restMsg struct{ follow func() }

func (m restMsg) land(*stage) tea.Cmd { m.follow(); return nil }

// following has the pane follow a movement: at once, unless keys come faster
// than one presses them by hand.
func (v *view[T]) following(acts []action) []action {
	for i, act := range acts {
		run := act.run
		acts[i].run = func() tea.Cmd {
			cmd, now := run(), time.Now()
			quick := now.Sub(v.moved) < restTime
			v.moved = now
			if !quick {
				v.inPane = v.cursor.id
				return cmd
			}
			return tea.Batch(cmd, tea.Tick(restTime, func(time.Time) tea.Msg {
				return restMsg{func() {
					if v.moved.Equal(now) {
						v.inPane = v.cursor.id
					}
				}}
			}))
		}
	}
	return acts
}

// paned is the row the pane is about: the cursor's, or the one it was on when
// the key that is still held down began.
func (v *view[T]) paned() *T {
	v.refresh()
	if i := v.view.Index(v.inPane); i >= 0 && time.Since(v.moved) < restTime+beatTime {
		return v.view.At(i)
	}
	return v.under()
}

func (v *view[T]) paneLines(width, height int, indent styled) []styled {
	row := v.paned()
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
