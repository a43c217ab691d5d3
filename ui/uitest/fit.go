package uitest

import (
	"strings"
	"sync"
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
		f.fit.mu.Lock()
		f.fit.width, f.fit.height = size.Width, size.Height
		f.fit.last = ""
		f.fit.mu.Unlock()
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

// fit remembers the window and the frame it measured last.
type fit struct {
	t testing.TB

	mu            sync.Mutex // guards what follows
	width, height int        // 0 until the program has been told
	last          string
	failures      int
}

// mostFailures is how many frames that are too large a test reports.
const mostFailures = 5

// check reports the frames that are larger than the window.
func (f *fit) check(frame string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.width < 1 || f.height < 1 || frame == f.last {
		return
	}
	f.last = frame
	if f.failures == mostFailures {
		return
	}
	rows := strings.Split(frame, "\n")
	if len(rows) > f.height {
		f.failures++
		f.t.Errorf("a frame of %d rows in a window of %d×%d\n%s",
			len(rows), f.width, f.height, framed(ansi.Strip(frame)))
	}
	for i, row := range rows {
		if width := ansi.StringWidth(row); width > f.width {
			f.failures++
			f.t.Errorf("row %d is %d cells wide in a window of %d×%d: %q",
				i, width, f.width, f.height, ansi.Strip(row))
			return
		}
	}
}
