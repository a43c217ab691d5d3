package ui

import (
	"context"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/verdict"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// Verdicts are the user's decisions about what jobs made. The journal stores
// them, filters match them, and other windows see them.

// verdictNote is the longest note of a verdict that can be typed, in characters.
const verdictNote = verdict.MaxNote / utf8.UTFMax

// judging returns the action that gives verdicts on a job, or on the marked ones,
// and reviews several one by one.
func (a *composer) judging(set selection) kit.Action {
	refuse := func() text.Text {
		switch n := set.many(); {
		case n > wordMost:
			return tooMany(n, wordMost)
		case n < 2 && set.one() == nil:
			return set.none()
		case n < 2 && !set.one().Status.Produced() && set.shown == nil:
			return noOutput(set)
		}
		return a.unjudgeable()
	}
	return a.Does(keymap.Verdict, func() tea.Cmd { return a.askVerdict(set) }).Unless(refuse)
}

// unjudgeable returns why no verdict can be saved, or "".
func (a *desk) unjudgeable() text.Text { return a.unkept("verdicts") }

// judgeable returns those jobs that have made something.
func judgeable(jobs []state.Generation) (judged []named) {
	for i := range jobs {
		if g := &jobs[i]; g.ID != "" && g.Submission == "" && g.Status.Produced() {
			judged = append(judged, named{string(g.ID), g.Name})
		}
	}
	return judged
}

// askVerdict offers the verdicts on a job or on the marked ones, and a review of
// the marked or else of all shown jobs.
func (a *composer) askVerdict(set selection) tea.Cmd {
	jobs, all := judgeable(set.chosen()), set.shown
	heading := "verdict on " + whose(jobs)
	acts := a.verdicts(func() []named { return jobs })
	switch {
	case len(jobs) == 0 && set.many() > 1:
		a.Warn("none of the marked jobs has an output")
		return nil
	case len(jobs) == 0:
		heading, acts = set.one().Name+" has no output to judge", nil
	case set.many() > 1:
		all = func(int) []state.Generation { return set.chosen() }
	}
	if all != nil {
		words := text.Text("review all shown")
		if set.many() > 1 {
			words = "review them one by one"
		}
		acts = append(acts, a.Does(keymap.ReviewPage, func() tea.Cmd { return a.review(all(reviewMost)) }).Called(words).Hinted(words))
	}
	return a.Choose(heading, acts...)
}

// verdicts returns the actions that give one verdict each.
func (a *desk) verdicts(jobs func() []named) []kit.Action {
	give := func(v verdict.Verdict) func() tea.Cmd {
		return func() tea.Cmd { return a.giveVerdict(jobs(), verdict.Given{Verdict: v}) }
	}
	return []kit.Action{
		a.Does(keymap.Approve, give(verdict.Approved)).Hinted("approved"),
		a.Does(keymap.Retake, func() tea.Cmd { return a.askRetake(jobs()) }).Hinted("retake"),
		a.Does(keymap.Unjudge, give(verdict.None)).Hinted("no verdict"),
	}
}

// askRetake asks why jobs are to be made again. It asks once more before
// different notes are replaced.
func (a *desk) askRetake(jobs []named) tea.Cmd {
	old, mixed := common(jobs, func(id string) text.Text { return a.store.Verdicts.Of(id).Note })
	title := "why is " + whose(jobs) + " to be made again"
	if len(jobs) > 1 {
		title = "why are " + whose(jobs) + " to be made again"
	}
	return a.Prompt(title, string(old), verdictNote, func(note text.Text) tea.Cmd {
		given := verdict.Given{Verdict: verdict.Retake, Note: note}
		if mixed {
			give := func() tea.Msg { return giveVerdictMsg{asked{a.session}, jobs, given} }
			return a.askAbout(jobs, "Replace the notes?", "They have different notes on why to make them again.", "replace them", give)
		}
		return a.giveVerdict(jobs, given)
	})
}

// giveVerdictMsg confirms that notes of verdicts are replaced.
type giveVerdictMsg struct {
	asked
	jobs  []named
	given verdict.Given
}

func (m giveVerdictMsg) apply(a *desk) tea.Cmd { return a.giveVerdict(m.jobs, m.given) }

// giveVerdict saves one verdict on some jobs.
func (a *desk) giveVerdict(jobs []named, given verdict.Given) tea.Cmd {
	all := make(map[string]verdict.Given, len(jobs))
	for _, j := range jobs {
		all[j.id] = given
	}
	s := a.session
	return func() tea.Msg {
		return judgedMsg{asked: asked{s}, given: all, whose: whose(jobs), err: saveVerdicts(s, all)}
	}
}

func saveVerdicts(s *account.Account, given map[string]verdict.Given) error {
	return s.Journal.JudgeAll(context.Background(), given, time.Now())
}

// judgedMsg reports that the journal has saved verdicts, or the error.
type judgedMsg struct {
	asked
	given map[string]verdict.Given
	whose text.Text
	err   error
	page  bool // it was given on the review page
}

// judging is a screen that is about verdicts.
type judging interface{ heard(m *judgedMsg) tea.Cmd }

func (m judgedMsg) apply(a *desk) tea.Cmd {
	if m.err != nil {
		a.Complain("the verdict could not be saved: " + errorText(m.err))
		return nil
	}
	m.tell(a)
	var cmds []tea.Cmd
	for _, s := range a.Stack {
		if j, ok := s.(judging); ok {
			cmds = append(cmds, j.heard(&m))
		}
	}
	return tea.Batch(cmds...)
}

// tell shows the verdicts.
func (m judgedMsg) tell(a *desk) {
	var one verdict.Given
	had := make(map[string]verdict.Given, len(m.given))
	for id, g := range m.given {
		had[id] = a.store.Verdicts.Of(id)
		a.store.SetVerdict(id, g)
		one = g
	}
	words := m.whose + ": verdict " + one.Verdict.Words()
	if one.Verdict == verdict.None {
		words = m.whose + ": verdict removed"
	}
	a.restorable(words, func(s *account.Account) error { return saveVerdicts(s, had) }, func() {
		for id, g := range had {
			a.store.SetVerdict(id, g)
		}
	})
	switch one.Verdict {
	case verdict.None:
		a.Say(words)
	case verdict.Retake:
		a.Say(m.whose + ": retake; " + a.KeyFor(keymap.Rerun) + " makes the next take")
	default:
		a.Say(m.whose + ": approved")
	}
}

// verdictCell draws a verdict in a list.
func verdictCell(v verdict.Verdict) paint.Piece {
	switch v {
	case verdict.Approved:
		return paint.OK.Of(v.Words())
	case verdict.Retake:
		return paint.Warn.Of(v.Words())
	}
	return paint.Muted.Of("")
}
