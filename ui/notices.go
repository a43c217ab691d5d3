package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/notify"
	"dubtop/state/outbox"
	"dubtop/state/table"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
	"dubtop/ui/painter"
)

// tellEnds reports ended jobs, and shows the progress of everything.
func (a *desk) tellEnds() tea.Cmd {
	if a.session == nil {
		return nil
	}
	n := &a.notices
	var save tea.Cmd
	if n.Look(notify.Scene{Store: a.store, Outbox: a.outbox.Outbox, Sets: a.watched(), Why: a.whyFailed}, a.Now) {
		save = a.keepWatches()
	}
	a.Progress = a.progress()
	return tea.Batch(save, a.tell(n.Tell(a.Now)))
}

func (a *desk) whyFailed(g *state.Generation) text.Text {
	return a.diagnose(string(g.ErrorCode), g.Error).short
}

// tell reports ends: those of watched rows on the screen, and others only to a
// user who looks elsewhere.
func (a *desk) tell(ends []notify.End) tea.Cmd {
	if len(ends) == 0 {
		return nil
	}
	signs := notify.Signs{Done: a.Theme.Glyphs.Completed, Failed: a.Theme.Glyphs.Failed}
	a.mentionWatched(ends, signs)
	wish := a.cfg.Notify
	if a.notices.off || a.notices.eyes.Look(time.Now()) {
		return nil
	}
	words := wish.Words(ends, signs)
	switch {
	case words == "":
		return nil
	case wish.How == notify.Bell:
		return painter.Ring
	}
	return painter.Notify("dubtop", string(words))
}

// mentionWatched shows on the screen how watched rows ended.
func (a *desk) mentionWatched(ends []notify.End, signs notify.Signs) {
	var watched []notify.End
	failed := false
	for _, e := range ends {
		if e.Kind == notify.Watched {
			watched = append(watched, e)
			failed = failed || e.Jobs[0].Failed
		}
	}
	words := (&notify.Wish{}).Words(watched, signs)
	switch {
	case words == "":
	case failed:
		a.Complain(words)
	default:
		a.Mention(words)
		a.Toast.Until = a.Now.Add(kit.TroubleTime)
	}
}

// progress returns how far everything is that runs or is going to, nil if there
// is nothing or nobody wants to know.
func (a *desk) progress() *tea.ProgressBar {
	if !a.showsProgress() {
		return nil
	}
	percent, ok := a.notices.Percent(a.liveParts(), a.outbox.Queue.Sendable(), a.watched())
	if !ok {
		return nil
	}
	state := tea.ProgressBarDefault
	if _, held := a.outbox.Queue.Paused(); held && a.outbox.Queue.Len() > 0 {
		state = tea.ProgressBarWarning
	}
	return &tea.ProgressBar{State: state, Value: percent}
}

func (a *desk) showsProgress() bool {
	w := &a.cfg.Notify
	return !w.NoProgress && w.How != notify.Off && !a.notices.off && a.store.Generations.Known()
}

// liveParts returns how far everything is that runs, from 0 to 1.
func (a *desk) liveParts() (live []float64) {
	for g := range a.store.Generations.Live() {
		if g.Submission == "" {
			live = append(live, a.store.Expect(g, a.Now).Fraction)
		}
	}
	for b := range a.store.Batches.Live() {
		if b.Class() == table.ClassRunning || b.Class() == table.ClassWaiting {
			live = append(live, b.Fraction())
		}
	}
	return live
}

// toggleNotices switches notices and progress off, or on again.
func (a *desk) toggleNotices() {
	a.notices.off = !a.notices.off
	a.Progress = a.progress()
	switch key := a.KeyFor(keymap.Notices); {
	case a.cfg.Notify.How == notify.Off:
		a.notices.off = false
		a.Warn(`notices are off in the configuration: how = "off" in [notify]`)
	case a.notices.off:
		a.Say("notices are off until you quit (" + key + " turns them on)")
	default:
		a.Say("notices are on")
	}
}

// watchRows watches rows, or stops if all of them are watched.
func (a *desk) watchRows(rows []named) tea.Cmd {
	all, had := true, make(map[string]bool, len(rows))
	for _, r := range rows {
		had[r.id] = a.notices.Watches[r.id]
		all = all && had[r.id]
	}
	for _, r := range rows {
		a.notices.Watch(r.id, !all)
	}
	words := "you are told when " + whose(rows) + verb(rows, " ends", " end")
	if all {
		words = "you are not told when " + whose(rows) + verb(rows, " ends", " end")
	}
	a.Say(words)
	a.Undoable(func() tea.Cmd {
		for id, watched := range had {
			a.notices.Watch(id, watched)
		}
		a.Undone(words)
		return a.keepWatches()
	})
	return a.keepWatches()
}

func verb(rows []named, one, many text.Text) text.Text {
	if len(rows) == 1 {
		return one
	}
	return many
}

func (a *desk) keepWatches() tea.Cmd {
	if a.session == nil || a.session.Journal == nil {
		return nil
	}
	return workCmd(a.session.KeepWatches(a.notices.Watches))
}

// followWatch passes the watch on a submission to its job.
func (a *desk) followWatch(sub *outbox.Submission) tea.Cmd {
	if a.notices.Follow(sub, a.Now) {
		return a.keepWatches()
	}
	return nil
}

// watchAction returns the action that watches the chosen rows.
func (a *desk) watchAction(chosen func() []watchee, none func() text.Text) kit.Action {
	live := func() (rows []named) {
		for _, w := range chosen() {
			if !w.ended {
				rows = append(rows, w.named)
			}
		}
		return rows
	}
	return a.Does(keymap.Watch, func() tea.Cmd { return a.watchRows(live()) }).Unless(func() text.Text {
		switch {
		case len(live()) > 0:
			return ""
		case len(chosen()) > 0:
			return "nothing to wait for: it has ended"
		}
		return none()
	})
}

// watchSign marks the status of a watched row.
func (a *desk) watchSign(id string, status paint.Piece) paint.Piece {
	if a.notices.Watches[id] {
		status.Text += " " + a.Theme.Glyphs.Alert
	}
	return status
}
