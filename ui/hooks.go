package ui

import (
	"path"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
	"dubtop/state/hook"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// tellHook reports a run of the user's command that failed, or runs that were
// interrupted.
func (a *App) tellHook(e *account.Event) {
	again := a.KeyFor(keymap.RunHook)
	switch r := e.Hook; {
	case r == nil && e.Err != nil:
		a.Complain("the command of on_done was not run: " + errorText(e.Err))
	case r == nil:
		a.Warn(text.Count(e.Count, "run of the command of on_done was", "runs of the command of on_done were") +
			" interrupted, and perhaps did its work; the details of the jobs say for which, and " + again + " runs it again")
	case r.State == hook.Failed:
		a.Complain(a.hookProgram() + " failed for " + text.Of(e.Words) + ": " + hookReason(&r.Run) + " (" + again + " runs it again)")
	case e.Err != nil:
		a.Complain(a.hookProgram() + " ran for " + text.Of(e.Words) + ", but that could not be saved: " + errorText(e.Err))
	}
}

// hookProgram is the name of the user's command.
func (a *desk) hookProgram() text.Text {
	if a.session == nil || !a.session.Hook.On() {
		return "the command"
	}
	return text.Of(path.Base(a.session.Hook.Run[0]))
}

// hookReason says why a run failed.
func hookReason(r *hook.Run) text.Text {
	words := text.Of(r.Reason)
	if last := r.LastLine(); last != "" {
		words += ": " + last
	}
	return words
}

// hookFacts describes the runs of the user's command for a job.
func (a *composer) hookFacts(id string, width int) (lines []paint.Styled) {
	if a.session == nil {
		return nil
	}
	for _, r := range a.session.HookRuns(id) {
		words, tone := a.hookWords(&r)
		lines = append(lines, a.advice(width, "on_done", words, tone)...)
	}
	return lines
}

// lookFacts says what a technical look at the saved output found.
func (a *composer) lookFacts(id string, width int) []paint.Styled {
	if a.session == nil {
		return nil
	}
	l, ok := a.session.LookAt(id)
	tone := paint.Muted
	if l.Odd {
		tone = paint.Warn
	}
	if !ok {
		return nil
	}
	return a.advice(width, "look", text.Of(l.Words), tone)
}

// tellLook reports that something in a saved output may be wrong.
func (a *App) tellLook(e *account.Event) {
	if g, ok := a.store.Generations.Find(e.Words); ok && e.Look.Odd {
		a.Warn(g.Name + " is saved, but look at it: " + text.Of(e.Look.Words))
	}
}

// hookWords says how far a run is.
func (a *composer) hookWords(r *account.HookRun) (words text.Text, tone paint.Tone) {
	of := a.hookProgram()
	if r.Kind != "" && r.Kind != "output" {
		of += " (" + text.Of(r.Kind) + ")"
	}
	again := "; " + a.KeyFor(keymap.RunHook) + " runs it again"
	switch {
	case r.State == "":
		return of + " waits for its turn", paint.Pending
	case r.Perhaps():
		return of + " perhaps ran: dubtop ended meanwhile, " + happened(r.Begun, a.Aged) + again, paint.Warn
	case r.State == hook.Begun:
		return of + " runs since " + happened(r.Begun, a.Aged), paint.Running
	case r.State == hook.Failed:
		return of + " failed " + happened(r.Ended, a.Aged) + ": " + hookReason(&r.Run) + again, paint.Bad
	}
	return of + " was run " + happened(r.Ended, a.Aged), paint.Muted
}

// hookMost is how many jobs the command may be run again for at once.
const hookMost = 1000

// hookAction is the action that runs the user's command again.
func (a *composer) hookAction(set selection) kit.Action {
	refuse := func() text.Text {
		switch {
		case a.session == nil:
			return "there is no account"
		case !a.session.Hook.On():
			return "no command is configured"
		case set.many() > 1:
			return tooMany(set.many(), hookMost)
		case set.one() == nil:
			return set.none()
		case !a.repeatable(string(set.one().ID)):
			return "the command has not failed for this job"
		}
		return ""
	}
	return a.Does(keymap.RunHook, func() tea.Cmd {
		var work []account.Work
		for _, id := range set.ids() {
			work = append(work, a.session.RunHookAgain(id)...)
		}
		if len(work) == 0 {
			a.Warn("the command has failed for none of them")
			return nil
		}
		a.Say(a.hookProgram() + " runs again for " + text.Count(len(work), "file or job", "files or jobs"))
		return a.do(work...)
	}).Unless(refuse)
}

// repeatable reports whether the command may be run again for a job.
func (a *composer) repeatable(id string) bool {
	for _, r := range a.session.HookRuns(id) {
		if r.Repeatable() {
			return true
		}
	}
	return false
}
