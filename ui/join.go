package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// keepOffer asks the question about an older key again if switching views
// closed it.
func (a *desk) keepOffer() {
	if a.offer != nil && !a.Shown(a.offer) {
		a.offer = nil
		a.session.AskAgain()
	}
}

// offerJoin asks whether a profile belongs to this account. The question stays
// below any other open screen: joining starts the session over, which must not
// lose typed text.
func (a *desk) offerJoin(r *account.OldProfile) tea.Cmd {
	c := &kit.Confirm{
		Heading: "The same account with a new key?", Binds: true,
		Yes: "join", No: "keep separate",
		Body:   func() []paint.Item { return a.joinLines(r) },
		Answer: func(yes bool) tea.Cmd { return a.answerJoin(r, yes) },
	}
	a.offer = c
	if len(a.Stack) == 1 {
		return a.Ask(c)
	}
	c.Begin(a.Stage)
	a.Stack = slices.Insert(a.Stack, 1, kit.Screen(c))
	a.Layout()
	return c.Wait(kit.ArmTime)
}

func (a *desk) joinLines(r *account.OldProfile) []paint.Item {
	said := append(paint.Sentence("This key can read jobs created with another key."), paint.Item{})
	if r.Jobs > 0 {
		said = append(said, paint.Item{Label: "known", Words: grouped(r.Jobs, "job", "jobs")})
	}
	if r.Submissions > 0 {
		said = append(said, paint.Item{Label: "confirmed", Words: grouped(r.Submissions, "request", "requests") + " that cost money"})
	}
	if !r.Seen.IsZero() {
		said = append(said, paint.Item{Label: "last seen", Words: recently(r.Seen, a.Now)})
	}
	return append(said, paint.Item{Label: "profile", Words: text.Of(r.Profile), Tone: paint.Muted}, paint.Item{},
		paint.Item{Label: "yes", Words: "this key takes over the old key's history, ledger, queue, labels and notes."},
		paint.Item{Label: "no", Words: "the two stay separate, and dubtop does not ask again; the command dubtop join can still join them."})
}

// grouped formats a possibly large number and its noun: 1,204 jobs.
func grouped(n int, one, many text.Text) text.Text {
	if n == 1 {
		return "1 " + one
	}
	return paint.Thousands(n) + " " + many
}

// answerJoin joins the profile after a yes and remembers a no.
func (a *desk) answerJoin(r *account.OldProfile, yes bool) tea.Cmd {
	a.offer = nil
	switch {
	case !yes:
		return a.do(a.session.KeepApart(r.Profile))
	case a.session.Paid() > 0:
		a.Complain("a paid request is being sent with this key, so the profiles were not joined")
		return nil
	}
	w := &waiting{app: a, words: "Joining the profiles" + a.Theme.Glyphs.More}
	a.Push(w)
	return a.do(a.session.JoinProfile(r.Profile))
}

// joined starts over with the joined journal.
func (a *desk) joined(e *account.Event) tea.Cmd {
	a.endWaiting()
	if e.Err != nil {
		a.Complain("the profiles could not be joined: " + errorText(e.Err))
		return nil
	}
	a.host.enter(e.Joined)
	a.Say("joined: this key has taken over the old key's data")
	return a.work()
}
