package ui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
	"dubtop/state/notify"
	"dubtop/state/outbox"
	"dubtop/ui/kit"
)

// enqueued reports that the journal holds the submissions, or why it holds
// none.
func (a *composer) enqueued(e *account.Event) tea.Cmd {
	subs := e.Submissions
	if e.Err != nil {
		return a.unqueued(subs, e.Err)
	}
	a.leaveGroup(subs[0].ID)
	a.Calm()
	if e.Pilot && len(subs) > 1 {
		a.pilots.add(subs[0].ID, pilot{name: subs[0].Name, rest: len(subs) - 1})
	}
	if len(subs) > 1 {
		a.Say(a.groupWords(len(subs), e.Pilot))
	}
	cmd := a.work()
	if len(subs) == 1 {
		a.tellPlace(&subs[0])
	}
	return cmd
}

func (a *composer) groupWords(n int, pilot bool) text.Text {
	key := a.KeyFor(keymap.ViewQueue)
	if pilot {
		return text.Sprintf("the pilot is sent first; the rest (%s) is paused in the queue (%s) until you resume it", text.Count(n-1, "job", "jobs"), key)
	}
	return text.Sprintf("%d jobs are in the queue (%s)", n, key)
}

// tellPlace says where in the queue a submission is that could not be sent at
// once.
func (a *composer) tellPlace(sub *outbox.Submission) {
	row, ok := a.store.Queue.Find(sub.ID)
	switch {
	case !ok:
	case row.State == outbox.QueueSending:
		a.Busy("sending" + a.Theme.Glyphs.More)
	case row.State == outbox.QueueUploading:
		a.Say("its files are uploaded first; " + a.KeyFor(keymap.ViewQueue) + " shows how far they are")
	case !a.outbox.Sender:
		a.Say(text.Of("queued; " + a.sender() + " sends from this queue"))
	case row.Place > 0:
		a.Say(text.Sprintf("number %d in the queue (%s): %s", row.Place, a.KeyFor(keymap.ViewQueue), a.waitWords(&row).Text))
	}
}

// unqueued returns submissions that could not be saved to their form or group.
// Nothing was sent.
func (a *composer) unqueued(subs []outbox.Submission, err error) tea.Cmd {
	words := "Not sent, nothing was charged: " + errorText(err)
	a.Calm()
	s := a.attended[subs[0].ID]
	delete(a.attended, subs[0].ID)
	switch {
	case s != nil && s.form != nil && (errors.Is(err, account.ErrSameDraft) || errors.Is(err, account.ErrDraftChanged)):
		return a.staleForm(s.form, words)
	case errors.Is(err, account.ErrTaken), errors.Is(err, account.ErrBackwards):
		a.Complain("another window was faster; the list shows the result")
	case s != nil && s.group != nil:
		s.group.unqueued(words)
		a.Complain(words)
		a.bring(s.group)
	case s != nil:
		return a.giveBack(s, &s.submission, words)
	default:
		a.Complain(words)
	}
	return nil
}

// answer shows the result of a task. The journal already holds it, unless
// d.Unrecorded says otherwise.
func (a *composer) answer(d *outbox.TaskResult) tea.Cmd {
	cmd := a.showAnswer(d)
	if d.Unrecorded != nil && d.Kind != outbox.TaskNote {
		if a.outbox.AnswerUnsaved(d.Submission.ID) {
			a.tellUnsaved(d)
		} else {
			a.Complain("could not be saved: " + errorText(d.Unrecorded))
		}
	}
	return cmd
}

func (a *composer) showAnswer(d *outbox.TaskResult) tea.Cmd {
	switch d.Kind {
	case outbox.TaskSend, outbox.TaskResend, outbox.TaskHold:
		return a.answeredSending(d)
	case outbox.TaskLink:
		a.answeredChoice(d)
	case outbox.TaskNote:
		if d.Unrecorded == nil {
			a.tellSaved(&d.Submission)
		}
	case outbox.TaskPrice:
		switch d.Submission.State {
		case outbox.SubmissionUnknown:
			return a.repricedUnknown(d)
		case outbox.SubmissionEstimated:
			return a.repricedWaiting(d)
		}
	}
	return nil
}

// tellExpired reports submissions that will not be sent because a link in them
// has expired.
func (a *composer) tellExpired(subs []outbox.Submission) {
	if len(subs) > 1 {
		a.Warn(text.Sprintf("%d jobs were not sent: their signed links have expired (%s)", len(subs), a.KeyFor(keymap.ViewQueue)))
		return
	}
	sub := &subs[0]
	a.Warn(sub.Name + " was not sent: " + text.Of(sub.Expired(a.outbox.ServerTime(a.Now)).Error()) +
		" (" + a.KeyFor(keymap.ViewQueue) + ", " + a.KeyFor(keymap.Edit) + ")")
}

// tellPilots says that a pilot has ended and how to release the rest.
func (a *composer) tellPilots() {
	for p, g := range a.pilots.ended(&a.store.Generations) {
		failed := g.Status.Troubled()
		a.notices.Add(notify.End{Kind: notify.Pilot, Name: p.name, Waiting: p.rest, Jobs: []notify.Job{{ID: g.Key(), Name: p.name, Failed: failed}}}, a.Now)
		queue, rest := a.KeyFor(keymap.ViewQueue), text.Count(p.rest, "job", "jobs")
		if failed {
			a.Complain(text.Sprintf("the pilot %s failed; the rest (%s) stays paused in the queue (%s)", p.name, rest, queue))
			continue
		}
		a.Say(text.Sprintf("the pilot %s is done: look at it; in the queue (%s), %s and %s resume the rest (%s)",
			p.name, queue, a.KeyFor(keymap.MarkAll), a.KeyFor(keymap.PauseItem), rest))
		a.Toast.Until = a.Now.Add(kit.TroubleTime)
	}
}

// leaveGroup lets go of a group once the journal holds it.
func (a *composer) leaveGroup(first string) {
	if s := a.attended[first]; s != nil && s.group != nil {
		delete(a.attended, first)
		s.group.queued()
	}
}
