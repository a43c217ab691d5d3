package kit

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
)

// pane is where the details of a row are.
type pane uint8

const (
	paneAuto   pane = iota // beside the list if it is wide, below if it is high, else none
	paneBeside             // to the right of the list
	paneBelow
	paneFull // in place of the list
	paneOff
)

// names returns how panes are called.
func (pane) names() []string { return []string{"", "beside", "below", "full", "off"} }

func (p pane) String() string { return p.names()[p] }

// paneOf returns the pane with a name.
func paneOf(name string) pane {
	for i, n := range paneAuto.names() {
		if n == name {
			return pane(i)
		}
	}
	return paneAuto
}

// The sizes in cells that a pane needs if the user wants it.
const (
	besideLeast = 76
	belowLeast  = 14
)

// placed returns the place of the pane, given the user's choice and the room.
func (v *ListView[T]) placed() pane {
	switch {
	case v.Pane == nil, v.pane == paneOff, v.pane == paneFull && v.List.typing: // a filter needs its list
		return paneOff
	case v.pane == paneAuto && v.width >= besideWidth:
		return paneBeside
	case v.pane == paneAuto && v.height >= belowHeight:
		return paneBelow
	case v.pane == paneAuto:
		return paneOff
	case !v.fits(v.pane):
		return paneOff
	}
	return v.pane
}

func (v *ListView[T]) fits(p pane) bool {
	switch p {
	case paneBeside:
		return v.width >= besideLeast
	case paneBelow:
		return v.height >= belowLeast
	}
	return true
}

// belowLines is the height of a pane below the list.
func (v *ListView[T]) belowLines() int {
	if v.height >= belowHeight {
		return paneHeight
	}
	return min(paneHeight, v.height/2)
}

// turnPane moves the pane to its next place.
func (v *ListView[T]) turnPane() tea.Cmd {
	next := v.placed()
	for {
		if next++; next > paneOff {
			next = paneBeside
		}
		if v.fits(next) {
			break
		}
	}
	v.pane = next
	v.Stage.Layout()
	v.Stage.Say(text.Of("details: " + next.String()))
	return v.keepHabit()
}

// paneless returns why there is no pane to turn, or "".
func (v *ListView[T]) paneless() text.Text {
	if v.Pane == nil {
		return "this list has no pane"
	}
	return ""
}
