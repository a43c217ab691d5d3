package ui_test

import (
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/keymap"
)

// changed is an action that changes something here, and what u says and shows after
// it was done.
type changed struct {
	do     func(s *story)
	undone []string
}

// typing types into the prompt that a key opens.
func typing(key, words string) func(*story) {
	return func(s *story) {
		s.Press(key)
		s.Press("ctrl+u")
		s.Type(words)
		s.Press("enter")
	}
}

// inQueue presses keys in the queue, in which two jobs wait.
func inQueue(keys ...string) func(*story) {
	return func(s *story) {
		s.Press("5", "g")
		for _, k := range keys {
			s.Press(k)
			s.Pass(time.Second)
		}
	}
}

// byName finds an action by its name and does it.
func byName(s *story, words string) {
	s.Press(":")
	s.Type(words)
	s.Press("enter")
}

func keepsView(s *story) {
	s.Press("/")
	s.Type("model:react-1")
	s.Press("enter")
	byName(s, "keep this filter")
	s.Type("reacts")
	s.Press("enter")
	s.Sees("reacts 6")
}

// undoable lists the actions that u takes back.
func undoable() map[keymap.Name]changed {
	return map[keymap.Name]changed{
		keymap.Mark:      {func(s *story) { s.Press("space") }, []string{"undone: mark"}},
		keymap.MarkRange: {func(s *story) { s.Press("space", "j", "v") }, []string{"undone: marks", "1 marked"}},
		keymap.MarkAll:   {func(s *story) { s.Press("a") }, []string{"undone: marks"}},
		keymap.MarkNone:  {func(s *story) { s.Press("a", "A") }, []string{"undone: marks removed", "40 marked"}},
		keymap.Label:     {typing("t", "initech"), []string{"undone: labelled initech"}},
		keymap.Note:      {typing("w", "too loud"), []string{"undone: note saved"}},
		keymap.Watch: {func(s *story) {
			s.agree("runs")
			s.Press("1", "g", "!")
		}, []string{"undone: you are told when runs ends"}},
		keymap.Verdict: {func(s *story) { s.Press("V", "a"); s.Pass(time.Second) }, []string{": verdict approved"}},
		keymap.Approve: {func(s *story) { s.Press("V", "a"); s.Pass(time.Second) }, []string{": verdict approved"}},
		keymap.Retake: {func(s *story) {
			s.Press("V", "r")
			s.Pass(time.Second)
			s.Press("enter")
			s.Pass(time.Second)
		}, []string{": verdict retake"}},
		keymap.Unjudge: {func(s *story) {
			s.Press("V", "a")
			s.Pass(time.Second)
			s.Press("V", "x")
			s.Pass(time.Second)
		}, []string{": verdict removed", "approved"}},
		keymap.KeepView:   {keepsView, []string{"undone: kept as the view reacts"}},
		keymap.ForgetView: {func(s *story) { keepsView(s); byName(s, "forget this view") }, []string{"undone: forgotten: reacts", "reacts 6"}},
		keymap.MoveDown:   {inQueue("J"), []string{"undone: the order of the queue"}},
		keymap.MoveUp:     {inQueue("G", "K"), []string{"undone: the order of the queue"}},
		keymap.PauseItem:  {inQueue("p"), []string{"undone: paused: 1 job"}},
		keymap.PauseQueue: {inQueue("P"), []string{"undone: queue paused"}},
		keymap.Slots:      {func(s *story) { s.Press("5"); typing("#", "2")(s) }, []string{"undone: up to 2 jobs run at once"}},
		keymap.Drop:       {inQueue("x", "y"), []string{"1 job is a draft again"}},
	}
}

// lasting says why u does not take other actions back.
func lasting() map[string][]keymap.Name {
	return map[string][]keymap.Name{
		"it only shows something": {
			keymap.Details, keymap.NextPart, keymap.PreviousPart, keymap.Open, keymap.OpenFolder, keymap.Saves, keymap.Compare, keymap.Totals,
			keymap.CopyID, keymap.CopyURL, keymap.CopyAs, keymap.RunHook,
		},
		"the same key takes it back": {keymap.Undo, keymap.SaveWhat},
		"a form or a question comes first, and what was sent stays sent": {
			keymap.NewGeneration, keymap.NewSet, keymap.Upload, keymap.Rerun, keymap.RerunModel, keymap.Resend, keymap.Delete,
		},
		"it makes files, which dubtop never deletes": {keymap.Save, keymap.HandOver, keymap.Export},
		"the form keeps it as a draft":               {keymap.Edit},
		"TestSetHasADeadline shows it":               {keymap.SetPlan},
	}
}

// TestEveryLocalChangeIsUndone does everything that changes something here, and
// takes it back. A new action needs a row in one of both tables.
func TestEveryLocalChangeIsUndone(t *testing.T) {
	t.Parallel()
	known := map[keymap.Name]bool{}
	for _, names := range lasting() {
		for _, n := range names {
			known[n] = true
		}
	}
	changes := undoable()
	for _, e := range keymap.Default().Entries() {
		looks := e.Group == keymap.GroupViews || e.Group == keymap.GroupMove || e.Group == keymap.GroupFind || e.Group == keymap.GroupScreen ||
			e.Group == keymap.GroupForm || e.Group == keymap.GroupDialog || e.Group == keymap.GroupSpare
		walks := e.Name == keymap.ReviewPage || e.Name == keymap.NextReview || e.Name == keymap.LastReview || e.Name == keymap.OtherTake
		if _, undone := changes[e.Name]; !undone && !known[e.Name] && !looks && !walks {
			t.Errorf("%s: is it undone, or why not?", e.Name)
		}
	}
	for name, c := range changes {
		t.Run(string(name), func(t *testing.T) {
			t.Parallel()
			queue := func(a *simulator.Server) {}
			inTheQueue := name == keymap.MoveDown || name == keymap.MoveUp || name == keymap.PauseItem || name == keymap.PauseQueue || name == keymap.Drop
			if inTheQueue {
				queue = func(a *simulator.Server) { a.SetRunning(3) }
			}
			tell(t, stage{prepare: queue}, func(s *story) {
				s.Pass(time.Second)
				if inTheQueue {
					s.agree("first")
					s.agree("second")
				}
				c.do(s)
				s.Pass(time.Second)
				s.Press("u")
				s.Pass(time.Second)
				s.Sees(c.undone...)
			})
		})
	}
}
