package ui_test

import (
	"path/filepath"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/simulator"
)

// tally counts what a dashboard does: the messages that wake it, and the frames
// that differ from the one before.
type tally struct {
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
	c.tally.messages++
	if frame := model.View().Content; frame != c.tally.last {
		c.tally.frames++
		c.tally.last = frame
	}
	return counting{model, c.tally}, cmd
}

// of counts what happens meanwhile.
func (c *tally) of(do func()) (messages, frames int) {
	messages, frames = c.messages, c.frames
	do()
	return c.messages - messages, c.frames - frames
}

// countedStage is a stage whose dashboard is counted, with rows whose ages show
// and a journal in a file, which others may write to.
func countedStage(t *testing.T) (stage, *tally) {
	t.Helper()
	c := &tally{}
	return stage{
		journal: filepath.Join(t.TempDir(), "journal.db"),
		counted: func(m tea.Model) tea.Model { return counting{m, c} },
		prepare: func(a *simulator.Server) {
			for i := range 12 { // each age steps at a second of its own
				a.Add(simulator.Job{Status: "COMPLETED", Age: time.Duration(5*i)*time.Minute + time.Duration(5*i)*time.Second})
			}
		},
	}, c
}

func TestAtRestAMinuteIsTwoFrames(t *testing.T) {
	t.Parallel()
	st, c := countedStage(t)
	tell(t, st, func(s *story) {
		s.Pass(6 * time.Minute) // the lists are read and saved, the prices known
		for range 10 {
			messages, frames := c.of(func() { s.Pass(time.Minute) })
			if frames > 2 || messages > 150 {
				t.Errorf("%d frames and %d messages in a minute", frames, messages)
			}
		}
	})
}

// A frame of the next minute shows all ages as they are then.
func TestAtRestAgesStepWithTheMinute(t *testing.T) {
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

// While a job runs, the clock and the ages count seconds; a minute after it has
// ended the rest begins.
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

// A key after a long rest finds the time as it is, and its notice stays as long
// as ever.
func TestAKeyAfterARestFindsTheTimeAsItIs(t *testing.T) {
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
