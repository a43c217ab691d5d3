package kit

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/table"
	"dubtop/ui/paint"
)

// ListView is a list with a pane of details: beside it if the window is wide,
// below it if it is high, or else only after enter. The tabs, the results of a
// batch and the asset picker are list views.
type ListView[T any] struct {
	List[T]
	Heading text.Text
	Pane    func(row *T, width int) []paint.Styled
	Acts    []Action
	// Above draws lines above the list, if there is room for them; nil: none. It
	// gets the size of the view.
	Above func(width, height int) []paint.Styled
	// Picture draws a picture of a row below its pane, or on the right of it if the
	// pane is below the list; nil: none. A picture that is still to come has blank
	// lines, so that nothing moves when it is there.
	Picture func(row *T, width, height int) []paint.Styled

	width, height int            // of the list and its pane
	above         int            // number of lines above them
	pane          pane           // where the user wants it
	tally         table.Tally[T] // of the named views
	counted       time.Time      // when that was begun last
}

// The sizes in cells from which there is room for the pane.
const (
	besideWidth = 120
	belowHeight = 26 // of the body; the window then has 30 rows
	paneHeight  = 10
)

// Title returns the heading.
func (v *ListView[T]) Title() text.Text { return v.Heading }

// SetSize divides the space between the lines above, list and pane.
func (v *ListView[T]) SetSize(width, height int) {
	v.above = len(v.aboveLines(width, height))
	v.divide(width, height-v.above)
}

func (v *ListView[T]) divide(width, height int) {
	v.width, v.height = width, height
	switch v.placed() {
	case paneBeside:
		v.List.SetSize(width-v.paneWidth()-2, height)
	case paneBelow:
		v.List.SetSize(width, height-v.belowLines()-1)
	default:
		v.List.SetSize(width, height)
	}
}

// Cover keeps the cursor's row above a prompt. If the pane is below the list,
// the prompt covers only the pane.
func (v *ListView[T]) Cover(lines int) {
	if v.List.height < v.height {
		lines = 0
	}
	v.List.cover(lines)
}

func (v *ListView[T]) paneWidth() int { return max(34, v.width/4) }

// With completes a view: it adds the view's own actions, then those of every
// list, then those of the whole program.
func (v *ListView[T]) With(own ...Action) *ListView[T] {
	a := v.Stage
	v.Query.Sort, v.keep = v.Sorts[0], v.keepHabit
	v.Acts = append(v.Acts, own...)
	v.Acts = append(v.Acts, v.Finding()...)
	v.Acts = append(v.Acts, v.Movement()...)
	v.Acts = append(v.Acts, v.viewActions()...)
	v.Acts = append(v.Acts, a.Does(keymap.TurnPane, v.turnPane).Unless(v.paneless), a.Does(keymap.Back, v.Back))
	v.Acts = append(v.Acts, a.Everywhere()...)
	v.Accustom()
	return v
}

// Back removes the filter, or else the marks, or else closes a view that was
// opened from another. It never quits.
func (v *ListView[T]) Back() tea.Cmd {
	switch {
	case v.narrowed():
		v.widen()
		return v.seek()
	case v.MarkCount() > 0:
		v.Unmark()
		return nil
	}
	return v.Stage.Pop()
}

// Actions returns those collected by With.
func (v *ListView[T]) Actions() []Action { return v.Acts }

// Update does nothing: a list takes no text.
func (v *ListView[T]) Update(tea.Msg) tea.Cmd { return nil }

// aboveLines draws the lines above the list: those of the view, and its named
// views.
func (v *ListView[T]) aboveLines(width, height int) (lines []paint.Styled) {
	if v.Above != nil {
		lines = v.Above(width, height)
	}
	return append(lines, v.viewsLine(width, height-len(lines))...)
}

// View draws the lines above, the list, and the pane if there is room.
func (v *ListView[T]) View() paint.Styled {
	height := v.height + v.above
	lines := v.aboveLines(v.width, height)
	if len(lines) != v.above {
		v.above = len(lines)
		v.divide(v.width, height-v.above)
	}
	if len(lines) == 0 {
		return v.body()
	}
	return paint.Joined(append(lines, v.body()))
}

func (v *ListView[T]) body() paint.Styled {
	t := v.Stage.Theme
	switch v.placed() {
	case paneBeside:
		return v.beside()
	case paneFull:
		return paint.Joined(v.paneLines(v.width-2, v.height, " "))
	case paneBelow:
		lines := []paint.Styled{paint.Filled(v.List.View(), v.height-v.belowLines()-1), t.Text(paint.Muted, text.Repeat(t.Glyphs.Line, v.width))}
		return paint.Joined(append(lines, v.below()...))
	}
	return v.List.View()
}

// beside draws the pane to the right of the list, line by line.
func (v *ListView[T]) beside() paint.Styled {
	t := v.Stage.Theme
	left := v.lines()
	right := v.paneLines(v.paneWidth()-2, v.height, "")
	if left := v.height - len(right) - 1; left >= pictureLeast {
		if picture := v.picture(v.paneWidth()-2, min(left, pictureMost)); len(picture) > 0 {
			right = append(append(right, ""), picture...)
		}
	}
	edge := t.Text(paint.Muted, " "+text.Of(t.Glyphs.Border.Left)) + " "
	lines := make([]paint.Styled, v.height)
	for i := range lines {
		l, r := paint.Blank(v.List.width), paint.Styled("")
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		lines[i] = l + edge + r
	}
	return paint.Joined(lines)
}

// The lines that a picture has in a pane beside the list, and its width in one
// below.
const (
	pictureLeast, pictureMost = 5, 16
	pictureWidth              = 34
)

// below draws the pane below the list, with the picture on its right.
func (v *ListView[T]) below() []paint.Styled {
	const indent = 3
	height := v.belowLines()
	picture := v.picture(pictureWidth, height)
	if len(picture) == 0 {
		return v.paneLines(v.width-indent, height, paint.Blank(indent))
	}
	lines := v.paneLines(v.width-indent-pictureWidth-2, height, paint.Blank(indent))
	for len(lines) < len(picture) {
		lines = append(lines, "")
	}
	for i, part := range picture {
		lines[i] = paint.PadStyled(lines[i], v.width-pictureWidth-1) + part
	}
	return lines
}

func (v *ListView[T]) picture(width, height int) []paint.Styled {
	row := v.under()
	if v.Picture == nil || row == nil {
		return nil
	}
	return v.Picture(row, width, height)
}

// Paned returns the row in the pane, nil if there is no room for a pane.
func (v *ListView[T]) Paned() *T {
	if v.placed() == paneOff {
		return nil
	}
	return v.under()
}

func (v *ListView[T]) paneLines(width, height int, indent paint.Styled) []paint.Styled {
	row := v.under()
	if row == nil {
		return nil
	}
	lines := v.Pane(row, width)
	lines = lines[:min(len(lines), height)]
	for i, line := range lines {
		lines[i] = indent + paint.FitStyled(line, width)
	}
	return lines
}
