package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/draft"
	"dubtop/state/outbox"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// wantPrice requests a new price for a submission whose price is too old to
// agree to.
func (a *composer) wantPrice(id string) tea.Cmd {
	a.Busy("the price is too old; getting a new one" + a.Theme.Glyphs.More)
	a.outbox.wanted = id
	w, ok := a.session.Reprice(id)
	if !ok {
		return nil // already requested
	}
	return a.do(w)
}

// moveQueued changes the order, on screen and in the journal.
func (a *composer) moveQueued(rows []*outbox.QueueRow, by int) tea.Cmd {
	ids := inLine(rows)
	if len(ids) == 0 {
		a.Warn("none of them is waiting")
	}
	was := a.outbox.Queue.Names()
	work := a.session.Move(by, ids...)
	if !slices.Equal(was, a.outbox.Queue.Names()) {
		a.Undoable(func() tea.Cmd {
			a.Undone("the order of the queue")
			return a.do(a.session.Arrange(was)...)
		})
	}
	return a.do(work...)
}

// inLine returns the ids of the rows that have a place in the queue.
func inLine(rows []*outbox.QueueRow) (ids []string) {
	for _, r := range rows {
		if r.Place > 0 {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// pauseQueued pauses rows, or resumes them if all of them are paused.
func (a *composer) pauseQueued(rows []*outbox.QueueRow) tea.Cmd {
	ids, pause := inLine(rows), false
	for _, id := range ids {
		item, _ := a.outbox.Queue.Item(id)
		pause = pause || !item.Paused
	}
	if len(ids) == 0 {
		a.Warn("none of them is waiting")
		return nil
	}
	words := "paused: " + text.Count(len(ids), "job", "jobs")
	if !pause {
		words = "resumed: " + text.Count(len(ids), "job", "jobs")
	}
	a.Undoable(func() tea.Cmd {
		still := slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
			item, waits := a.outbox.Queue.Item(id)
			return !waits || item.Paused != pause
		})
		return a.do(a.session.PauseItems(still, !pause, "undone: "+string(words)))
	})
	return a.do(a.session.PauseItems(ids, pause, string(words)))
}

// takesOver says what continues the queue of a restored journal.
const takesOver = "dubtop journal take-over continues it here"

// pauseQueue pauses or resumes the whole queue. The state survives a restart.
func (a *composer) pauseQueue() tea.Cmd {
	if a.session.Journal == nil {
		return a.afterOpening(a.pauseQueue)
	}
	if a.session.Held() {
		a.Warn("this journal was restored, and another dubtop may send from its queue: " + takesOver)
		return nil
	}
	_, paused := a.outbox.Queue.Paused()
	if at, n := a.outbox.Queue.Opens(a.Now); !paused && !at.IsZero() {
		a.outbox.Queue.StartNow(a.Now)
		a.Say(text.Sprintf("the queue begins now, with %s", text.Count(n, "job", "jobs")))
		return a.work()
	}
	words := "queue resumed"
	if !paused {
		words = "queue paused; " + string(a.KeyFor(keymap.PauseQueue)) + " resumes it"
	}
	a.Undoable(func() tea.Cmd { return a.do(a.session.PauseQueue(paused, "undone: "+words)) })
	return a.do(a.session.PauseQueue(!paused, words))
}

// editQueued moves a submission back into the form. Its price becomes void.
func (a *composer) editQueued(id string) tea.Cmd {
	sub, ok := a.outbox.Find(id)
	if !ok {
		return nil
	}
	if sub.Kind == outbox.SubmitBatch {
		a.Warn("a batch is edited in its file")
		return nil
	}
	draft := sub.Draft.Clone()
	draft.From = "from the queue: its price is void"
	ownDraft(&draft)
	a.draft = draft
	f := a.generationForm(draft)
	a.Push(f)
	return tea.Batch(a.takeOut(&sub, f), f.look())
}

// dropQueued asks whether to delete rows from the queue.
func (a *composer) dropQueued(rows []*outbox.QueueRow) tea.Cmd {
	var ids, unknown []string
	for _, r := range rows {
		switch {
		case a.untouchable(r) != "":
		case r.State == outbox.QueueUnknown:
			unknown = append(unknown, r.ID)
		default:
			ids = append(ids, r.ID)
		}
	}
	switch {
	case len(ids) == 0 && len(unknown) == 1:
		return a.openUnknown(unknown[0])
	case len(ids) == 0:
		a.Warn("unknown outcomes are dropped one by one: press " + a.KeyFor(keymap.Details) + " on each")
		return nil
	}
	return a.Ask(&kit.Confirm{
		Heading: "Drop " + text.Count(len(ids), "job", "jobs") + "?",
		Body: func() []paint.Item {
			return paint.Sentence("Nothing was sent or charged. The request will be lost; to keep it, edit it instead (" +
				a.KeyFor(keymap.Edit) + ").")
		},
		Yes: "drop", No: "keep",
		Answer: func(yes bool) tea.Cmd {
			if !yes {
				return nil
			}
			a.undropping(ids)
			return a.do(a.session.Drop(ids, func(n int) string { return string("dropped: " + text.Count(n, "job", "jobs")) }))
		},
	})
}

// undropping lets a drop be taken back. The jobs come back as drafts: their
// prices may have changed, and other jobs may have taken their place in a budget.
func (a *composer) undropping(ids []string) {
	var drafts []draft.Draft
	for _, id := range ids {
		sub, ok := a.outbox.Find(id)
		if !ok || sub.Kind == outbox.SubmitBatch {
			continue
		}
		d := outbox.DraftOf(&sub)
		d.From = "dropped from the queue: its price is void"
		drafts = append(drafts, d)
	}
	a.Undoable(func() tea.Cmd {
		if len(drafts) == 0 {
			a.Warn("not undone: a batch is made again from its file")
			return nil
		}
		var keep []tea.Cmd
		for _, d := range drafts {
			ownDraft(&d)
			keep = append(keep, a.keepOther(d))
		}
		a.Undone(text.Count(len(drafts), "job is a draft again", "jobs are drafts again") + ", to be priced anew; in the form (" +
			a.KeyFor(keymap.NewGeneration) + ") " + a.KeyFor(keymap.OtherDraft) + " shows it")
		return tea.Batch(keep...)
	})
}
