package ui

import (
	"context"
	"slices"
	"time"

	"dubtop/ui/kit"
	"dubtop/ui/paint"

	"dubtop/state/draft"
	"dubtop/state/outbox"

	tea "charm.land/bubbletea/v2"
	"github.com/google/uuid"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
)

// Several windows may show the draft in the form. Each keeps what is typed into it
// in the journal, a moment later, and hears there of what another one did.

// drafting is how the draft in the form stands to the journal. Only one thing is
// asked of the journal at a time: what it held before would else look like
// another window's doing.
type drafting struct {
	busy    bool
	waiting []func() tea.Cmd // for their turn
	counted int64            // of the drafts' changes, those that were read
	others  []draft.Draft    // unsent beside the one in the form, the last changed first
	news    *outbox.Held     // what another window did to it, and the form can't show yet
	newsOf  string           // the draft's id
	failed  string           // the version that could not be kept, which was told
}

// inTurn has the journal asked when it has answered all that was asked before.
// The step may find that there is nothing to do any more.
func (a *composer) inTurn(step func() tea.Cmd) tea.Cmd {
	a.drafts.waiting = append(a.drafts.waiting, step)
	return a.nextTurn()
}

func (a *composer) nextTurn() tea.Cmd {
	for d := &a.drafts; !d.busy && len(d.waiting) > 0; {
		step := d.waiting[0]
		d.waiting = d.waiting[1:]
		if cmd := step(); cmd != nil {
			d.busy = true
			s := a.session
			return func() tea.Msg { return turnMsg{s, cmd()} }
		}
	}
	return nil
}

// turnMsg is the answer to one question to the journal.
type turnMsg struct {
	session *account.Account
	answer  tea.Msg
}

func (m turnMsg) land(a *composer) tea.Cmd {
	cmd, _ := a.landed(m.answer)
	if m.session != a.session {
		return cmd
	}
	a.drafts.busy = false
	return tea.Batch(cmd, a.nextTurn())
}

// recallDrafts takes in what was left unsent; the last changed is in the form. Where
// nothing was, what was on its way when the program ended is there, with a warning.
func (a *composer) recallDrafts(all []draft.Draft, interrupted []outbox.Submission) {
	a.draft = draft.Draft{}
	for i := range interrupted {
		if sub := &interrupted[i]; !sub.Draft.Empty() {
			a.draft = inDoubt(sub)
		}
	}
	if len(all) > 0 {
		a.draft = all[0].Clone()
		a.draft.Base, a.drafts.others = a.draft.Version(), all[1:]
	}
}

// inDoubt is the draft of what may have been accepted, as it is shown again.
func inDoubt(sub *outbox.Submission) draft.Draft {
	d := sub.Draft.Clone()
	d.Doubt, d.Base = string(doubtful(sub)), outbox.Held{Became: sub}.Version()
	return d
}

// keepDraft has the journal keep what stands in the form, if it changed.
func (a *composer) keepDraft() tea.Cmd {
	if !a.mayKeep() {
		return nil
	}
	return a.inTurn(func() tea.Cmd {
		if !a.mayKeep() {
			return nil
		}
		return keepDraftCmd(a.session, a.draft.Clone())
	})
}

func (a *composer) mayKeep() bool {
	return a.session != nil && a.session.Journal != nil && (a.drafts.news == nil || a.drafts.newsOf != a.draft.ID) &&
		a.draft.Unkept() && (a.drafts.failed == "" || a.draft.Version() != a.drafts.failed)
}

// keepOther has the journal keep a draft that is not in the form any more, or
// forget it where it is empty.
func (a *composer) keepOther(d draft.Draft) tea.Cmd {
	if !d.Unkept() {
		return nil
	}
	return a.inTurn(func() tea.Cmd { return keepDraftCmd(a.session, d) })
}

func keepDraftCmd(s *account.Account, d draft.Draft) tea.Cmd {
	return func() tea.Msg {
		held, err := s.Journal.KeepDraft(context.Background(), d)
		return draftKeptMsg{s, d, held, err}
	}
}

// draftKeptMsg says whether the journal holds a draft as it was to be kept.
type draftKeptMsg struct {
	session *account.Account
	draft   draft.Draft
	held    outbox.Held
	err     error
}

func (m draftKeptMsg) land(a *composer) tea.Cmd {
	switch {
	case m.session != a.session:
		return nil
	case m.err != nil:
		a.drafts.failed = m.draft.Version()
		a.Complain("what you typed could not be kept on disk: " + errorText(m.err))
		return nil
	case m.held.Version() == m.draft.Version():
		a.rebase(m.draft.ID, m.held.Version())
		return nil
	case m.draft.ID == a.draft.ID:
		a.drafts.news, a.drafts.newsOf = &m.held, a.draft.ID
		return a.followDraft()
	}
	_, own := m.held.Follow(m.draft)
	return a.putAside(own)
}

// rebase notes what the journal holds of a draft, wherever it is shown.
func (a *composer) rebase(id, version string) {
	forms := a.draftForms()
	for _, s := range a.attended {
		if s.form != nil {
			forms = append(forms, s.form)
		}
	}
	for _, f := range forms {
		if f.draft.ID == id {
			f.draft.Base = version
		}
	}
	if a.draft.ID == id {
		a.draft.Base = version
	}
	for i := range a.drafts.others {
		if d := &a.drafts.others[i]; d.ID == id {
			d.Base = version
		}
	}
}

// draftForms are the forms on the stack.
func (a *composer) draftForms() (forms []*generationForm) {
	for _, s := range a.Stack {
		if f, ok := s.(*generationForm); ok {
			forms = append(forms, f)
		}
	}
	return forms
}

// putAside keeps a draft beside the one in the form, under an id of its own.
func (a *composer) putAside(d draft.Draft) tea.Cmd {
	if d.Empty() {
		return nil
	}
	d.Touch(time.Now(), uuid.NewString)
	a.drafts.others = slices.Insert(a.drafts.others, 0, d)
	return a.keepOther(d)
}

// heedDrafts reads the drafts when their number of changes says that there are
// some.
func (a *composer) heedDrafts(changes int64) tea.Cmd {
	if changes == a.drafts.counted || a.drafts.busy {
		return a.followDraft()
	}
	return tea.Batch(a.followDraft(), a.readDrafts(changes))
}

func (a *composer) readDrafts(changes int64) tea.Cmd {
	return a.inTurn(func() tea.Cmd {
		s, id := a.session, a.draft.ID
		return func() tea.Msg {
			m := draftsMsg{session: s, changes: changes, id: id}
			if m.held, m.err = s.Journal.Held(context.Background(), id); m.err == nil {
				m.all, m.err = s.Journal.Drafts(context.Background())
			}
			return m
		}
	})
}

// draftsMsg is what the journal holds of drafts.
type draftsMsg struct {
	session *account.Account
	changes int64 // those that were counted before
	id      string
	held    outbox.Held // of the draft in the form
	all     []draft.Draft
	err     error
}

func (m draftsMsg) land(a *composer) tea.Cmd {
	if m.session != a.session || m.err != nil {
		return nil // read again with the next beat
	}
	a.drafts.counted = m.changes
	for i := range m.all {
		m.all[i].Base = m.all[i].Version()
	}
	a.drafts.others = slices.DeleteFunc(m.all, func(d draft.Draft) bool { return d.ID == a.draft.ID })
	switch v := m.held.Version(); {
	case m.id == "" || m.id != a.draft.ID || v == a.draft.Base:
	case v == a.draft.Version():
		a.rebase(m.id, v)
	default:
		a.drafts.news, a.drafts.newsOf = &m.held, a.draft.ID
		return a.followDraft()
	}
	return nil
}

// followDraft shows what another window made of the draft in the form. What was
// typed here meanwhile is kept beside it. While a price is agreed to the form
// stays as it is: the journal would refuse it.
func (a *composer) followDraft() tea.Cmd {
	news := a.drafts.news
	if news == nil || a.drafts.newsOf != a.draft.ID {
		a.drafts.news = nil // it has been sent from here, or put aside
		return nil
	}
	form := a.draftForm()
	if form != nil && a.Top() != kit.Screen(form) {
		return nil
	}
	a.drafts.news = nil
	was := a.draft
	next, own := news.Follow(was)
	if news.Became != nil && news.Became.State == outbox.SubmissionUnknown {
		next.Doubt = string(doubtful(news.Became))
	}
	kept := a.putAside(own)
	if form == nil {
		if a.draft = next; next.Over() && next.Doubt == "" {
			a.draft = draft.Draft{Model: next.Model}
		}
		return kept
	}
	form.stop()
	changed := form.news != "" || was.Version() != news.Draft.Version() // told, or untold yet
	form.show(next)
	form.news = a.newsWords(news, changed, !own.Empty())
	a.Warn(form.news)
	return tea.Batch(kept, form.look())
}

// draftForm is the form of the draft, nil while none is open.
func (a *composer) draftForm() *generationForm {
	for _, f := range a.draftForms() {
		if !f.aside && f.draft.ID == a.draft.ID {
			return f
		}
	}
	return nil
}

// newsWords say what another window did, and where to find what was typed here.
func (a *composer) newsWords(news *outbox.Held, changed, own bool) (words text.Text) {
	switch {
	case news.Became != nil && changed:
		words = "changed and sent in another window"
	case news.Became != nil:
		words = "sent in another window"
	case news.Draft.Empty():
		words = "emptied in another window"
	default:
		words = "changed in another window"
	}
	if own {
		words += "; what you typed here is kept: " + a.KeyFor(keymap.OtherDraft)
	}
	return words
}

// show puts a draft into the form, and holds it as what was typed last.
func (f *generationForm) show(d draft.Draft) {
	at := f.Focus
	f.draft = d.Clone()
	if f.draft.Options == nil {
		f.draft.Options = map[string]string{}
	}
	f.news = ""
	f.hold()
	f.rebuild()
	f.TouchFilled()
	f.Jump(min(at, len(f.Fields)-1))
}

// noOther says why there is no other draft to show.
func (f *generationForm) noOther() text.Text {
	if f.aside || len(f.app.drafts.others) == 0 {
		return "nothing else was left unsent"
	}
	return ""
}

// other shows the draft that was left unsent before, and puts this one aside.
// After the last of them the first is back.
func (f *generationForm) other() tea.Cmd {
	a := f.app
	was := f.draft.Clone()
	next := a.drafts.others[0]
	a.drafts.others = slices.Clone(a.drafts.others[1:])
	if !was.Empty() && !was.Over() {
		if was.ID == "" {
			was.Touch(time.Now(), uuid.NewString)
		}
		a.drafts.others = append(a.drafts.others, was)
	}
	a.drafts.news, f.reason = nil, ""
	f.show(next)
	return tea.Batch(a.keepOther(was), f.look())
}

// asideLines tell of what else stands unsent.
func (f *generationForm) asideLines() []paint.Styled {
	a, t := f.app, f.app.Theme
	var lines []paint.Styled
	if f.news != "" {
		for _, l := range paint.Wrap(f.news, max(10, f.Width-4)) {
			lines = append(lines, "  "+t.Text(paint.Warn, l))
		}
	}
	if n := len(a.drafts.others); n > 0 && !f.aside {
		lines = append(lines, "  "+t.Text(paint.Muted, text.Count(n, "other draft", "other drafts")+" unsent  ")+t.Text(paint.Key, a.KeyFor(keymap.OtherDraft)))
	}
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	return lines
}

// staleForm brings a form back that showed what another window has sent or
// changed. Nothing was sent from it. Where something else is being typed by now,
// only what was typed here and nowhere else is kept, beside that.
func (a *composer) staleForm(f *generationForm, words text.Text) tea.Cmd {
	a.Complain(words)
	if f.aside || !a.draft.Empty() || len(a.draftForms()) > 0 {
		return a.keepOther(f.draft.Clone())
	}
	f.reason, f.Came = words, time.Now()
	f.hold()
	a.bring(f)
	return a.readDrafts(a.drafts.counted)
}
