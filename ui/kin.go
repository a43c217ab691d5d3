package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/journal"
)

// keepOffer has the question about an older key asked again when another view was
// chosen over it.
func (a *App) keepOffer() {
	if a.offer != nil && !a.shown(a.offer) {
		a.offer = nil
		a.session.AskAgain()
	}
}

// offerJoin asks whether a profile is this account's. It waits below whatever
// else is open: joining begins the session anew, and nothing typed may be lost.
func (a *App) offerJoin(r *journal.Relative) tea.Cmd {
	c := &confirm{
		title: "The same account with a new key?", binds: true,
		yes: "the same", no: "keep apart",
		body:   func() []told { return a.kinLines(r) },
		answer: func(yes bool) tea.Cmd { return a.answerJoin(r, yes) },
	}
	a.offer = c
	if len(a.stack) == 1 {
		return a.ask(c)
	}
	c.begin(a.stage)
	a.stack = slices.Insert(a.stack, 1, screen(c))
	a.layout()
	return c.wait(armTime)
}

func (a *App) kinLines(r *journal.Relative) []told {
	said := append(sentence("This key reads jobs that were made with another key."), told{})
	if r.Jobs > 0 {
		said = append(said, told{label: "known", words: grouped(r.Jobs, "job", "jobs")})
	}
	if r.Submissions > 0 {
		said = append(said, told{label: "confirmed", words: grouped(r.Submissions, "request", "requests") + " that cost money"})
	}
	if !r.Seen.IsZero() {
		said = append(said, told{label: "last seen", words: recently(r.Seen, a.now)})
	}
	return append(said, told{label: "profile", words: text.Of(r.Profile), tone: toneMuted}, told{},
		told{label: "yes", words: "history, ledger, queue, labels and notes of the old key go on with this one."},
		told{label: "no", words: "the two stay apart, and this is not asked again; the command dubtop join can still do it."})
}

// grouped says a number that may be large, and what it counts: 1,204 jobs.
func grouped(n int, one, many text.Text) text.Text {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// answerJoin joins on a yes, and remembers a no.
func (a *App) answerJoin(r *journal.Relative, yes bool) tea.Cmd {
	a.offer = nil
	switch {
	case !yes:
		return a.do(a.session.KeepApart(r.Profile))
	case a.session.Paid() > 0:
		a.complain("a paid request is on its way with this key, so the profiles stay apart")
		return nil
	}
	w := &waiting{app: a, words: "Joining the profiles" + a.theme.glyphs.more}
	a.push(w)
	return a.do(a.session.JoinProfile(r.Profile))
}

// waiting takes the keys while something is done after which nothing on the
// screen is as it was: what is typed meanwhile is meant for neither.
type waiting struct {
	app   *App
	words text.Text
}

func (w *waiting) Title() text.Text       { return w.words }
func (w *waiting) SetSize(_, _ int)       {}
func (w *waiting) Actions() []action      { return nil }
func (w *waiting) Update(tea.Msg) tea.Cmd { return nil }

// Place puts the words into the middle.
func (w *waiting) Place(boxWidth, boxHeight, width, height int) (int, int) {
	return max(0, (width-boxWidth)/2), max(0, (height-boxHeight)/2)
}

// Dims is true: the list below is about to go.
func (w *waiting) Dims() bool { return true }

func (w *waiting) View() styled {
	t := w.app.theme
	return t.boxed(t.text(toneRunning, w.words), 0)
}

// joined begins anew with everything that is known in the older journal.
func (a *App) joined(e *account.Event) tea.Cmd {
	a.endWaiting()
	if e.Err != nil {
		a.complain("the profiles could not be joined: " + errorText(e.Err))
		return nil
	}
	a.enter(e.Joined)
	a.say("joined: what is known of the old key goes on with this one")
	return a.work()
}

// endWaiting takes the screen away that takes the keys.
func (a *App) endWaiting() {
	for _, s := range a.stack {
		if w, ok := s.(*waiting); ok {
			a.remove(w)
			return
		}
	}
}
