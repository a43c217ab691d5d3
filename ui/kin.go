package ui

import (
	"context"
	"slices"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/journal"
)

// A key that replaces another begins with an empty journal, while the account's
// money, history and queue are in that of the old key. The server can tell: a
// key that reads a job of another profile is of the same account, or of one
// that shares its jobs; so the user has the last word.

// kinPace is how long an unanswered question about kin rests.
const kinPace = time.Minute

// kinship is how far the search for profiles of older keys is.
type kinship struct {
	asking bool
	done   bool      // there are none, or the user has decided
	next   time.Time // not before
	offer  *confirm  // the question, until it is answered
}

// lookForKin is called with every beat. It waits for the first good answer: a
// key that reads nothing proves nothing.
func (a *App) lookForKin() tea.Cmd {
	k, s := &a.kinship, a.session
	if k.offer != nil && !a.shown(k.offer) {
		k.offer, k.done = nil, false // another view was chosen over it
	}
	if s == nil || s.Kin == nil || s.Journal == nil || s.JournalErr != nil || k.asking || k.done ||
		a.now.Before(k.next) || !a.store.Generations.Known() || a.cutOff() != "" {
		return nil
	}
	k.asking = true
	return kinCmd(s)
}

// kinCmd finds the first profile whose jobs this key can read.
func kinCmd(s *Session) tea.Cmd {
	return func() tea.Msg {
		ctx := api.Background(context.Background())
		m := kinMsg{session: s}
		untouched, err := s.Journal.Untouched(ctx)
		if err != nil || !untouched {
			return m // what has money of its own is not joined
		}
		kin, err := s.Kin(ctx)
		if err != nil {
			return m
		}
		answers, err := s.Journal.Settings(ctx, kinSetting)
		if err != nil {
			return m
		}
		for _, k := range kin {
			answer := answers[kinSetting+k.Profile]
			if answer == kinRefused || answer == string(k.Newest[0]) {
				continue
			}
			readable, err := s.Client.Reads(ctx, k.Newest)
			switch {
			case err != nil:
				m.later = true // but another one may be told now
			case readable:
				m.relative = &k
				return m
			default:
				// Only a courtesy to the server: at worst it is asked again.
				_ = s.Journal.SaveSetting(ctx, kinSetting+k.Profile, string(k.Newest[0]))
			}
		}
		return m
	}
}

// What is kept of the answers: under kinSetting and the profile either
// kinRefused, or the newest job there that this key can't read.
const (
	kinSetting = "kin:"
	kinRefused = "apart"
)

// kinMsg tells of a profile that may be this account's.
type kinMsg struct {
	session  *Session
	relative *journal.Relative
	later    bool // not all could be asked
}

func (m kinMsg) land(a *App) tea.Cmd {
	if m.session != a.session {
		return nil
	}
	k := &a.kinship
	k.asking, k.done = false, !m.later
	k.next = a.now.Add(kinPace)
	if m.relative == nil {
		return nil
	}
	k.done = true
	return a.offerJoin(m.relative)
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
	a.kinship.offer = c
	if len(a.stack) == 1 {
		return a.ask(c)
	}
	c.begin(a)
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
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return text.Of(digits+" ") + many
}

// answerJoin joins on a yes, and remembers a no.
func (a *App) answerJoin(r *journal.Relative, yes bool) tea.Cmd {
	a.kinship.offer = nil
	switch {
	case !yes:
		return refuseKinCmd(a.session, r.Profile)
	case len(a.sending) > 0:
		a.complain("a paid request is on its way with this key, so the profiles stay apart")
		return nil
	}
	w := &waiting{app: a, words: "Joining the profiles" + a.theme.glyphs.more}
	a.push(w)
	return joinCmd(a.session, w, r.Profile)
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

func refuseKinCmd(s *Session, profile string) tea.Cmd {
	return func() tea.Msg {
		return refusedKinMsg{s, s.Journal.SaveSetting(context.Background(), kinSetting+profile, kinRefused)}
	}
}

// refusedKinMsg tells when a no could not be remembered.
type refusedKinMsg struct {
	session *Session
	err     error
}

func (m refusedKinMsg) land(a *App) tea.Cmd {
	if m.session != a.session {
		return nil
	}
	if m.err != nil {
		a.warn("the answer could not be kept, so the next start asks again: " + errorText(m.err))
		return nil
	}
	a.kinship.done = false // there may be others
	return nil
}

func joinCmd(s *Session, w *waiting, profile string) tea.Cmd {
	return func() tea.Msg {
		joined, err := s.Join(context.Background(), profile)
		return joinedMsg{s, joined, w, err}
	}
}

// joinedMsg is the session on the journal of the older key.
type joinedMsg struct {
	session, joined *Session
	waiting         *waiting
	err             error
}

// land begins anew with everything that is known there.
func (m joinedMsg) land(a *App) tea.Cmd {
	if m.session != a.session {
		return nil // its journal leads on from the next start
	}
	a.remove(m.waiting)
	if m.err != nil {
		a.complain("the profiles could not be joined: " + errorText(m.err))
		return nil
	}
	a.enter(m.joined)
	a.say("joined: what is known of the old key goes on with this one")
	return a.begin()
}
