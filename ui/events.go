package ui

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
	"dubtop/state/notify"
	"dubtop/state/outbox"
)

// event shows an event of the session.
func (a *App) event(e *account.Event) tea.Cmd {
	if e.Kind != account.EventDrafts { // comes with every look at the journal
		a.step()
	}
	a.notePage(e.Err)
	switch e.Kind {
	case account.EventOpened:
		return a.openedJournal(e)
	case account.EventAnswer:
		a.notePage(e.Result.Err)
		return tea.Batch(a.followWatch(&e.Result.Submission), a.answer(e.Result))
	case account.EventPlanned:
		return a.plannedFiles(e)
	case account.EventEnqueued:
		return a.enqueued(e)
	case account.EventDrafts:
		return a.heedDrafts(int64(e.Count))
	case account.EventOldProfile:
		return a.offerJoin(e.OldProfile)
	case account.EventJoined:
		return a.joined(e)
	default:
		a.tellEvent(e)
	}
	return nil
}

// tellEvent reports an event that has no other consequence.
func (a *App) tellEvent(e *account.Event) {
	switch e.Kind {
	case account.EventChanged:
		a.changed(e)
	case account.EventPolled:
		a.overhear(e.Topic, e.Err)
	case account.EventClock:
		a.tellClocks()
	case account.EventExpired:
		a.tellExpired(e.Submissions)
	case account.EventLedger:
		a.tellLedger(e)
	case account.EventUpload:
		a.tellUpload(e)
	case account.EventWished, account.EventSaved, account.EventLooked, account.EventHook:
		a.tellFiles(e)
	case account.EventTurn:
		a.Mention("this window sends from the queue now")
	case account.EventAsks:
		a.notices.Add(notify.End{Kind: notify.Queue, Words: e.Result.Submission.Name + ": only you can tell what happened"}, a.Now)
		a.Warn(e.Result.Submission.Name + ": only you can tell what happened. " + a.KeyFor(keymap.ViewQueue) + " and enter show what was found")
	default:
		a.tellFailure(e)
	}
}

// tellFiles reports what became of saved files.
func (a *App) tellFiles(e *account.Event) {
	switch e.Kind {
	case account.EventWished:
		a.wishedFiles(e)
		a.showSaves()
	case account.EventSaved:
		a.toldSaved(e)
		a.showSaves()
	case account.EventLooked:
		a.tellLook(e)
	case account.EventHook:
		a.tellHook(e)
	}
}

// tellFailure reports that something in the background failed.
func (a *App) tellFailure(e *account.Event) {
	if e.Err == nil {
		return
	}
	switch e.Kind {
	case account.EventListsRead:
		a.Complain("the journal's lists could not be read: " + errorText(e.Err))
	case account.EventListsSaved:
		a.Warn("the lists could not be saved for the next start: " + errorText(e.Err))
	case account.EventQueue:
		a.Complain("the queue could not be read from the journal: " + errorText(e.Err))
	case account.EventNews:
		a.Warn("the outcome of a job could not be saved in the ledger: " + errorText(e.Err))
	case account.EventApart:
		a.Warn("the answer could not be saved, so the next start asks again: " + errorText(e.Err))
	}
}

// openedJournal restores the draft from the journal and runs the action waiting
// for it.
func (a *App) openedJournal(e *account.Event) tea.Cmd {
	if e.Err != nil {
		a.Complain("the journal could not be read: " + errorText(e.Err))
	}
	a.drafts.counted = int64(e.Count)
	a.recallDrafts(e.Drafts, e.Interrupted)
	a.accustom(e.Lists)
	for _, id := range e.Watches {
		a.notices.Watch(id, true)
	}
	unknown := 0
	for _, sub := range a.outbox.Unresolved() {
		if sub.State == outbox.SubmissionUnknown {
			unknown++
		}
	}
	if unknown > 0 {
		a.Warn(text.Count(unknown, "request has", "requests have") + " an unknown outcome and may have been charged; dubtop is looking for it")
	}
	return tea.Batch(a.startJob(), a.doOpened())
}

// doOpened runs the action waiting for the journal.
func (a *App) doOpened() tea.Cmd {
	do := a.opened
	if do == nil {
		return nil
	}
	a.opened = nil
	a.Calm()
	if why := a.unspendable(); why != "" {
		a.Warn(why)
		return nil
	}
	return do()
}

// changed reports whether the journal has saved a change that is already on
// screen.
func (a *App) changed(e *account.Event) {
	switch {
	case e.Err != nil:
		a.Complain("the queue was not changed: " + errorText(e.Err))
	case e.Words != "":
		a.Say(text.Of(e.Words))
	}
	for i := range e.Drafts {
		if e.Err == nil {
			a.rebase(e.Drafts[i].ID, e.Drafts[i].Version())
		}
	}
}
