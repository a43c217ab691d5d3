package ui_test

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/simulator"
)

// tally counts the messages that wake a dashboard, and the frames that differ
// from the previous one.
type tally struct {
	mu               sync.Mutex
	messages, frames int
	last             string
}

// counting is a dashboard with a tally.
type counting struct {
	tea.Model
	tally *tally
}

func (c counting) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	model, cmd := c.Model.Update(msg)
	c.tally.mu.Lock()
	defer c.tally.mu.Unlock()
	c.tally.messages++
	if frame := model.View().Content; frame != c.tally.last {
		c.tally.frames++
		c.tally.last = frame
	}
	return counting{model, c.tally}, cmd
}

// of counts what happens during a call.
func (c *tally) of(do func()) (messages, frames int) {
	messages, frames = c.now()
	do()
	messagesAfter, framesAfter := c.now()
	return messagesAfter - messages, framesAfter - frames
}

func (c *tally) now() (messages, frames int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.messages, c.frames
}

// countedStage is a stage with a counted dashboard, rows with visible ages, and
// a journal in a file that others may write to.
func countedStage(t *testing.T) (stage, *tally) {
	t.Helper()
	c := &tally{}
	return stage{
		journal: filepath.Join(t.TempDir(), "journal.db"),
		counted: func(m tea.Model) tea.Model { return counting{m, c} },
		prepare: func(a *simulator.Server) {
			for i := range 12 { // each age changes at its own second
				a.Add(simulator.Job{Status: "COMPLETED", Age: time.Duration(5*i)*time.Minute + time.Duration(5*i)*time.Second})
			}
		},
	}, c
}

func TestTwoFramesAMinuteAtRest(t *testing.T) {
	t.Parallel()
	st, c := countedStage(t)
	tell(t, st, func(s *story) {
		s.Pass(6 * time.Minute) // the lists have been read and saved, and the prices are known
		for range 10 {
			messages, frames := c.of(func() { s.Pass(time.Minute) })
			if frames > 2 || messages > 60 {
				t.Errorf("%d frames and %d messages in a minute", frames, messages)
			}
		}
	})
}

// A frame in the next minute shows all ages as of then.
func TestAgesChangeWithTheMinuteAtRest(t *testing.T) {
	t.Parallel()
	st, c := countedStage(t)
	tell(t, st, func(s *story) {
		s.Pass(6*time.Minute + 55*time.Second)
		s.Sees("18:36", " 6m", " 11m", " 16m")
		s.Pass(10 * time.Second)
		s.Sees("18:37", " 7m", " 12m", " 17m")
		if _, frames := c.of(func() { s.Pass(50 * time.Second) }); frames > 1 {
			t.Errorf("%d frames between two minutes", frames)
		}
	})
}

// While a job runs, the clock and the ages count seconds. A minute after it has
// ended, the rest begins.
func TestSecondsAreCountedWhileAJobRuns(t *testing.T) {
	t.Parallel()
	st, c := countedStage(t)
	tell(t, st, func(s *story) {
		s.Pass(3 * time.Minute)
		s.account.Add(simulator.Job{Name: "at_work"})
		s.Pass(15 * time.Second)
		s.Sees("running 1", "18:33:1")
		if _, frames := c.of(func() { s.Pass(10 * time.Second) }); frames < 10 {
			t.Errorf("%d frames in ten seconds", frames)
		}
		s.until("running 0", 10*time.Minute)
		s.Pass(2 * time.Minute)
		if _, frames := c.of(func() { s.Pass(time.Minute) }); frames > 2 {
			t.Errorf("%d frames in a minute after it", frames)
		}
	})
}

// A key after a long rest finds the current time, and its notice stays as long
// as usual.
func TestKeyAfterARestFindsTheCurrentTime(t *testing.T) {
	t.Parallel()
	st, _ := countedStage(t)
	st.journal = ""
	tell(t, st, func(s *story) {
		s.Pass(4*time.Minute + 57*time.Second + 500*time.Millisecond)
		s.Press("y")
		s.Sees("id copied")
		s.Pass(3 * time.Second)
		s.Sees("id copied")
		s.Pass(3 * time.Second)
		s.DoesNotSee("id copied")
		s.Press("L")
		s.Sees("18:34:57  id copied")
	})
}
