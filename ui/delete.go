package ui

import (
	"cmp"
	"errors"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// deleteMost is the largest number of jobs deleted at once.
const deleteMost = 1000

// deleting returns the action that deletes ended jobs on the server.
func (a *desk) deleting(set selection) kit.Action {
	return a.Does(keymap.Delete, func() tea.Cmd { return a.askDelete(set.chosen(), set.drop) }).Unless(func() text.Text {
		if n := set.many(); n > deleteMost {
			return tooMany(n, deleteMost)
		}
		if set.many() == 0 && set.one() == nil {
			return set.none()
		}
		if why := cmp.Or(a.unkept("what is deleted"), a.undeletable()); why != "" {
			return why
		}
		for _, g := range set.chosen() {
			if why := a.needed(&g); why != "" {
				return why
			}
		}
		return ""
	})
}

// undeletable returns why no job can be deleted on the server, or "".
func (a *desk) undeletable() text.Text {
	if a.session != nil && !a.session.Client.DeletesJobs() {
		return "this server does not let jobs be deleted; " + a.KeyFor(keymap.Drop) + " hides them here"
	}
	if a.session != nil && a.session.Held() { // the other dubtop may have made it of a job that waits here
		return "this journal was restored, and a job may be the only sign that another dubtop sent it: " + takesOver
	}
	return ""
}

// needed returns why a job must stay on the server, or "".
func (a *desk) needed(g *state.Generation) text.Text {
	switch {
	case g.Submission != "":
		return "what may have been charged stays until its outcome is known"
	case g.Gone:
		return g.Name + " is not on the server any more"
	case !g.Status.Terminal():
		return g.Name + " has not ended: only ended jobs can be deleted, and a running one can't be cancelled"
	}
	if sub, ok := a.outbox.MayHaveMade(a.ours(g.Created)); ok {
		return g.Name + " may be what became of " + sub.Name + ", whose outcome is unknown: decide that first (" + a.KeyFor(keymap.ViewQueue) + ")"
	}
	return ""
}

// askDelete asks whether to delete jobs. Jobs that are not saved, and several at
// once, need their number typed.
func (a *desk) askDelete(jobs []state.Generation, unmark func()) tea.Cmd {
	var names, unsaved []text.Text
	var ids []api.ID
	for i := range jobs {
		g := &jobs[i]
		ids, names = append(ids, g.ID), append(names, g.Name)
		if _, saved := a.store.Saved.Output(g.Key()); !saved && g.Status == api.Completed {
			unsaved = append(unsaved, g.Name)
		}
	}
	question := &kit.Confirm{
		Heading: "Delete " + text.Count(len(jobs), "job", "jobs") + " on the server?",
		Warning: func() []paint.Item {
			items := []paint.Item{{Label: "jobs", Words: firstFew(names)}}
			if len(unsaved) > 0 {
				items = append(items, paint.Item{Label: "unsaved", Words: firstFew(unsaved), Tone: paint.Warn})
			}
			return append(items, paint.Item{
				Label: "then", Words: "Their outputs are lost unless they are saved, and they can't be brought back. The ledger keeps what they cost.",
			})
		},
		Yes: "delete on the server", No: "keep",
		Answer: func(yes bool) tea.Cmd {
			if !yes {
				return nil
			}
			for i := range jobs { // it may be new
				if why := a.needed(&jobs[i]); why != "" {
					a.Warn("not deleted: " + why)
					return nil
				}
			}
			unmark()
			a.Busy("deleting" + a.Theme.Glyphs.More)
			return a.do(a.session.DeleteJobs(ids, a.tellDeleted))
		},
	}
	if len(unsaved) > 0 || len(jobs) > 1 {
		question.Word = strconv.Itoa(len(jobs))
	}
	return a.Ask(question)
}

// firstFew names the first of several jobs.
func firstFew(names []text.Text) text.Text {
	const most = 5
	if len(names) <= most {
		return text.Join(names, ", ")
	}
	return text.Join(names[:most], ", ") + text.Sprintf(" and %d more", len(names)-most)
}

// tellDeleted says what became of jobs that were to be deleted.
func (a *desk) tellDeleted(d account.Deleted) {
	a.Calm()
	done := text.Count(len(d.Gone), "job", "jobs") + " deleted on the server, and hidden here"
	var why []string
	for id, words := range d.Kept {
		name := text.Of(id.Short())
		if g, ok := a.store.Generations.Find(string(id)); ok {
			name = g.Name
		}
		why = append(why, string(name+": "+words))
	}
	switch {
	case errors.Is(d.Err, api.ErrUnsupported):
		a.Complain("not deleted: " + a.undeletable())
	case d.Err != nil:
		a.Complain(done + "; then it failed: " + errorText(d.Err))
	case len(why) > 0:
		a.Complain(done + "; not deleted: " + text.Of(strings.Join(why[:min(3, len(why))], "; ")))
	default:
		a.Say(done + "; the ledger keeps what they cost")
	}
}
