package uitest

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// fitting wraps a model and measures the frames it builds. It must look at the
// model's own frame, because the renderer cuts off anything that does not fit. While
// nobody watches, the terminal keeps its last frame, and during long waits most
// frames are not even built: frames that no test looks at took two thirds of the
// time of all stories.
type fitting struct {
	tea.Model
	fit *fit
}

// look asks for a frame of the present state. It is not passed to the model.
type look struct{}

// Update passes msg to the model and records the size of the window.
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

// View measures the model's view and returns it. While nobody watches, it returns
// a view that leaves the screen as it is.
func (f fitting) View() tea.View {
	if f.fit.skips(time.Now()) {
		return tea.View{}
	}
	v := f.Model.View()
	f.fit.mu.Lock()
	defer f.fit.mu.Unlock()
	f.fit.check(v.Content)
	if f.fit.unwatched && !f.fit.watched.Load() {
		return tea.View{}
	}
	return v
}

// fit holds the size of the window and the frame measured last.
type fit struct {
	t       testing.TB
	watched atomic.Bool // all frames are drawn
	every   bool        // all frames are built

	mu            sync.Mutex // guards the fields below
	width, height int        // 0 until the program knows it
	last          string
	narrow        []string // its rows, if they fit
	failures      int
	unwatched     bool      // frames are not drawn
	since         time.Time // when that began
	measured      time.Time // when the last frame was
}

// Of a long wait all frames are measured at first, and later one in a while.
const (
	measureAll   = 3 * time.Second
	measureEvery = 10 * time.Second
)

// watch turns the drawing of frames on or off.
func (f *fit) watch(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.unwatched, f.since = !on, time.Now()
}

// skips reports whether the next frame need not be built.
func (f *fit) skips(now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.unwatched && !f.every && !f.watched.Load() && now.Sub(f.since) > measureAll && now.Sub(f.measured) < measureEvery {
		return true
	}
	f.measured = now
	return false
}

// mostFailures is the number of oversized frames a test reports.
const mostFailures = 5

// check reports frames larger than the window. The caller holds mu.
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
			continue // measured already
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
