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
// not fit, so the screen never tells. While nobody watches, the terminal keeps
// the frame it has: drawing frames that no test looks at took half of the time
// of all stories.
type fitting struct {
	tea.Model
	fit *fit
}

// look asks for the frame of now. The model is never told.
type look struct{}

// Update hands msg to the model and notes the size of the window.
func (f fitting) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(look); ok {
		return f, nil
	}
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		f.fit.mu.Lock()
		f.fit.width, f.fit.height = size.Width, size.Height
		f.fit.last, f.fit.narrow = "", nil
		f.fit.mu.Unlock()
	}
	model, cmd := f.Model.Update(msg)
	return fitting{model, f.fit}, cmd
}

// View is the model's view, measured; while nobody watches it is the last one
// that was drawn.
func (f fitting) View() tea.View {
	v := f.Model.View()
	f.fit.mu.Lock()
	defer f.fit.mu.Unlock()
	f.fit.check(v.Content)
	if f.fit.unwatched {
		return f.fit.drawn
	}
	f.fit.drawn = v
	return v
}

// fit holds the size of the window and the frame measured last.
type fit struct {
	t testing.TB

	mu            sync.Mutex // guards the fields below
	width, height int        // 0 until the program knows it
	last          string
	narrow        []string // its rows, where they fit
	failures      int
	unwatched     bool     // no frame is drawn
	drawn         tea.View // the last frame that was
}

// watch says whether frames are drawn from now on.
func (f *fit) watch(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.unwatched = !on
}

// mostFailures is the number of oversized frames a test reports.
const mostFailures = 5

// check reports the frames that are larger than the window. The caller holds
// mu.
func (f *fit) check(frame string) {
	if f.width < 1 || f.height < 1 || frame == f.last {
		return
	}
	rows, before := strings.Split(frame, "\n"), f.narrow
	f.last, f.narrow = frame, nil
	if f.failures == mostFailures {
		return
	}
	if len(rows) > f.height {
		f.failures++
		f.t.Errorf("a frame of %d rows in a window of %d×%d\n%s",
			len(rows), f.width, f.height, framed(ansi.Strip(frame)))
	}
	for i, row := range rows {
		if i < len(before) && row == before[i] {
			continue // measured
		}
		if width := ansi.StringWidth(row); width > f.width {
			f.failures++
			f.t.Errorf("row %d is %d cells wide in a window of %d×%d: %q",
				i, width, f.width, f.height, ansi.Strip(row))
			return
		}
	}
	f.narrow = rows
}
