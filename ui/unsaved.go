package ui

import (
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// The answer to a paid request may arrive when the disk is full. Saving it is
// retried every few seconds. Until it succeeds, the status line, the queue and
// the ledger show it, and quitting asks.

// whyUnsaved says briefly why an answer could not be saved.
func whyUnsaved(u *outbox.Unsaved) text.Text {
	if errors.Is(u.Why, account.ErrFull) {
		return text.Of(account.ErrFull.Error())
	}
	return errorText(u.Why)
}

// unsavedStatement returns the status line while an answer is not saved. ok is
// false if all are saved.
func (a *desk) unsavedStatement() (s statement, ok bool) {
	all := a.outbox.Unsaved()
	if len(all) == 0 {
		return statement{}, false
	}
	words := all[0].Words()
	if len(all) > 1 {
		words = text.Sprintf("%d answers are not saved yet (%s)", len(all), a.KeyFor(keymap.ViewQueue))
	}
	next := text.Text("dubtop keeps trying, and sends nothing else until it is saved")
	if !savable(&all[0]) {
		next = "note the id and restart dubtop; nothing else is sent"
	}
	return statement{words + ": " + whyUnsaved(&all[0]), next, paint.Bad}, true
}

// savable reports whether retrying can help. A journal that failed for any
// reason other than a full disk accepts nothing more until the next start.
func savable(u *outbox.Unsaved) bool { return !errors.Is(u.Why, account.ErrStuck) }

// tellUnsaved reports that an answer could not be saved.
func (a *desk) tellUnsaved(d *outbox.TaskResult) {
	u := outbox.Unsaved{Submission: d.Submission, Why: d.Unrecorded}
	a.Complain(u.Words() + ": " + whyUnsaved(&u) + ". " + u.Submission.Name)
}

// tellSaved reports that an answer has been saved, and closes a question about
// it.
func (a *desk) tellSaved(sub *outbox.Submission) {
	u := outbox.Unsaved{Submission: *sub}
	words := "saved the outcome of " + sub.Name
	if id := u.Job(); id != "" {
		words += ": " + text.Of(string(id))
	}
	a.Say(words)
	a.host.answered()
}

// unsavedEntry reports whether the journal still lacks an entry of the ledger.
func (a *desk) unsavedEntry(e *ledger.Entry) bool {
	_, ok := a.outbox.UnsavedJob(e.Job)
	return ok
}

// unsavedWords says what leaving would lose, or nothing if all answers are
// saved.
func (a *desk) unsavedWords(d *departure) (said []paint.Item) {
	all := a.outbox.Unsaved()
	if len(all) == 0 {
		return nil
	}
	for i, u := range all {
		if i == 3 {
			said = append(said, paint.Item{Label: "and", Words: text.Sprintf("%d more", len(all)-i)})
			break
		}
		said = append(said, paint.Item{Label: "job", Words: u.Submission.Name, Short: true}, paint.Item{Label: "is", Words: u.Words()})
	}
	next := text.Text("dubtop tries again every few seconds.")
	if !savable(&all[0]) {
		next = "Nothing can be saved until dubtop is restarted."
	}
	return append(said, paint.Item{Label: "because", Words: "it could not be saved: " + whyUnsaved(&all[0])}, paint.Item{},
		paint.Item{Words: next + " If you " + d.act + " now, the outcome is unknown, and " + d.unknown + ". Note the id."})
}

// openUnsaved shows the details of an answer that is not saved.
func (a *desk) openUnsaved(id string) tea.Cmd {
	p := &kit.Pager{Stage: a.Stage, Heading: "not saved yet"}
	find := func() (outbox.Unsaved, bool) {
		all := a.outbox.Unsaved()
		i := slices.IndexFunc(all, func(u outbox.Unsaved) bool { return u.Submission.ID == id })
		if i < 0 {
			return outbox.Unsaved{}, false
		}
		return all[i], true
	}
	p.Content = func(width int) []paint.Styled {
		t := a.Theme
		u, ok := find()
		if !ok {
			return []paint.Styled{"", "  " + t.Text(paint.Normal, "It has been saved."), "", "  " + t.Text(paint.Key, a.KeyFor(keymap.Back)) + t.Text(paint.Muted, "  back")}
		}
		lines := []paint.Styled{"", t.Text(paint.Title, u.Submission.Name), ""}
		lines = append(lines, a.advice(width-2, "What", u.Words()+". It was accepted, and is charged.", paint.Normal)...)
		lines = append(lines, a.advice(width-2, "Why", errorText(u.Why), paint.Bad)...)
		do := text.Text("Free some disk space. dubtop tries again every few seconds and sends nothing else until then. If it ends before that, the ")
		if !savable(&u) {
			do = "Restart dubtop: nothing more can be saved or sent. The "
		}
		do += "next start treats the outcome as unknown and looks for it. Note the id (" + a.KeyFor(keymap.CopyID) + " copies it)."
		lines = append(lines, a.advice(width-2, "Do", do, paint.OK)...)
		return indented(lines)
	}
	p.Extra = []kit.Action{a.Does(keymap.CopyID, func() tea.Cmd {
		u, _ := find()
		return a.copyText("id", string(u.Job()))
	}).Unless(func() text.Text {
		if _, ok := find(); !ok {
			return "it has been saved"
		}
		return ""
	}).Hinted("copy id")}
	a.Push(p)
	return nil
}
