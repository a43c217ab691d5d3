package ui

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// suspend stops the program like ctrl+z. A stopped process must not keep others
// from sending, so it first gives up its turn.
func (a *App) suspend() tea.Cmd {
	if a.session == nil {
		return a.cfg.Suspend
	}
	return tea.Sequence(append(workCmds(a.session.YieldTurn(a.Now)), a.cfg.Suspend)...)
}

// unstoppable returns why the program cannot be suspended, or "".
func (a *App) unstoppable() text.Text {
	if a.cfg.Suspend == nil {
		return "there is no shell to return to"
	}
	return ""
}

// quit ends the program. It asks first if an answer is not saved, a paid
// request is being sent, a file is being uploaded for no job or saved, or confirmed jobs
// are waiting in the queue.
func (a *App) quit() tea.Cmd {
	leave := func() tea.Cmd { return tea.Sequence(a.leaveAll(), tea.Quit) }
	if c, ok := a.Top().(*kit.Confirm); ok && c.Leaving {
		return leave()
	}
	waiting := a.outbox.Queue.Sendable()
	unsaved := a.unsavedWords()
	switch {
	case len(unsaved) > 0:
		return a.askToLeave("An answer is not saved yet", unsaved, leave, func() bool { return len(a.unsavedWords()) > 0 })
	case a.paid() > 0:
		return a.askToLeave("A paid request is being sent", paint.Sentence(text.Count(a.paid(), "paid request is", "paid requests are")+
			" being sent. Waiting for the answer takes a few seconds. If you quit now, the outcome is unknown: it may have been charged, and the next start looks for it."), leave, func() bool { return a.paid() > 0 })
	case len(a.uploading) > 0:
		return a.askToLeave("A file is being uploaded", paint.Sentence(a.uploading[0].name()+": "+uploadWords(a.uploading[0].making.Progress())+
			". If you quit now, it is sent again from its first byte when it is needed."), leave, func() bool { return len(a.uploading) > 0 })
	case a.savesLeft() > 0 && !a.session.Demo:
		return a.askToLeave(text.Count(a.savesLeft(), "file is", "files are")+" being saved",
			paint.Sentence("If you quit now, what has arrived is kept, and the rest follows at the next start."), leave, func() bool { return a.savesLeft() > 0 })
	case waiting > 0 && a.outbox.Sender && !a.session.Demo:
		return a.askToLeave(text.Count(waiting, "job waits", "jobs wait")+" in the queue",
			paint.Sentence("They are saved, but nothing is sent while dubtop is closed. Sending continues at the next start, or without a screen: dubtop queue drain."), leave, func() bool { return true })
	}
	return leave()
}

// parting is the question whether to quit anyway.
type parting struct {
	dialog *kit.Confirm
	needed func() bool // reports whether there is still a reason to ask
}

// askToLeave asks whether to quit anyway.
func (a *App) askToLeave(title text.Text, words []paint.Item, leave func() tea.Cmd, needed func() bool) tea.Cmd {
	c := &kit.Confirm{
		Heading: title, Leaving: true,
		Body: func() []paint.Item { return words },
		Yes:  "quit now", No: "stay",
		Answer: func(yes bool) tea.Cmd {
			if yes {
				return leave()
			}
			return nil
		},
	}
	a.parting = parting{c, needed}
	return a.Ask(c)
}

// answered closes the question about quitting when its reason is gone.
func (a *App) answered() {
	if c, ok := a.Top().(*kit.Confirm); ok && c == a.parting.dialog && !a.parting.needed() {
		a.Remove(c)
	}
}

// leaveAll lets every screen save its state before the end.
func (a *App) leaveAll() tea.Cmd {
	var cmds []tea.Cmd
	if a.session != nil {
		cmds = workCmds(a.session.SaveLast())
	}
	for _, s := range a.Stack {
		if l, ok := s.(kit.Leaving); ok {
			cmds = append(cmds, l.Leave())
		}
	}
	return tea.Sequence(cmds...)
}
