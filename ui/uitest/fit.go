package uitest

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// fitting passes everything through to a model and looks at every frame it
// builds. It has to look at the model's own frame: the renderer cuts what does
// not fit, so the screen never tells.
type fitting struct {
	tea.Model
	fit *fit
}

// Update hands msg to the model and notes the size of the window.
func (f fitting) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		f.fit.width, f.fit.height = size.Width, size.Height
		f.fit.last = ""
	}
	model, cmd := f.Model.Update(msg)
	return fitting{model, f.fit}, cmd
}

// View is the model's view, measured.
func (f fitting) View() tea.View {
	v := f.Model.View()
	f.fit.check(v.Content)
	return v
}

// fit remembers the window and the frame it measured last. Only the program's
// event loop uses it.
type fit struct {
	t             testing.TB
	width, height int // 0 until the program has been told
	last          string
	failed        bool
}

// check reports the first frame that is larger than the window.
func (f *fit) check(frame string) {
	if f.failed || f.width < 1 || f.height < 1 || frame == f.last {
		return
	}
	f.last = frame
	rows := strings.Split(frame, "\n")
	if len(rows) > f.height {
		f.failed = true
		f.t.Errorf("a frame of %d rows in a window of %d×%d\n%s",
			len(rows), f.width, f.height, framed(ansi.Strip(frame)))
	}
	for i, row := range rows {
		if width := ansi.StringWidth(row); width > f.width {
			f.failed = true
			f.t.Errorf("row %d is %d cells wide in a window of %d×%d: %q",
				i, width, f.width, f.height, ansi.Strip(row))
			return
		}
	}
}
