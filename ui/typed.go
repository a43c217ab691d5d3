package ui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/uuid"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/state/outbox"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// Several windows may show the same draft. Each saves it in the journal shortly
// after a change and reads the changes of the others there.

// drafting is the state of the draft relative to the journal. Requests to the
// journal run one at a time; otherwise our own earlier version would look like
// the work of another window.
type drafting struct {
	busy    bool
	waiting []func() tea.Cmd   // waiting for their turn
	counted int64              // the journal's count of changes to drafts when last read
	others  []draft.Draft      // unsent drafts not in the form, the latest first
	news    *outbox.SavedDraft // a change by another window, until the form can show it
	newsOf  string             // id of that draft
	failed  string             // the version that could not be saved; the user has been told
}

// inTurn runs step once the journal has answered all earlier requests. step may
// return nil if there is nothing left to do.
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

// turnMsg is the answer to one request to the journal.
type turnMsg struct {
	session *account.Account
	answer  tea.Msg
}

func (m turnMsg) apply(a *composer) tea.Cmd {
	cmd, _ := a.applied(m.answer)
	if m.session != a.session {
		return cmd
	}
	a.drafts.busy = false
	return tea.Batch(cmd, a.nextTurn())
}

// recallDrafts restores unsent drafts; the latest is in the form. If there are
// none, the form shows an interrupted submission, with a warning.
func (a *composer) recallDrafts(all []draft.Draft, interrupted []outbox.Submission) {
	a.draft = draft.Draft{}
	for i := range interrupted {
		if sub := &interrupted[i]; !sub.Draft.Empty() {
			a.draft = unknownDraft(sub)
		}
	}
	if len(all) > 0 {
		a.draft = all[0].Clone()
		a.draft.Base, a.drafts.others = a.draft.Version(), all[1:]
	}
}

// keepDraft saves the draft in the form if it has changed.
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

// keepOther saves a draft that is no longer in the form, or deletes it if it is
// empty.
func (a *composer) keepOther(d draft.Draft) tea.Cmd {
	if !d.Unkept() {
		return nil
	}
	return a.inTurn(func() tea.Cmd { return keepDraftCmd(a.session, d) })
}

func keepDraftCmd(s *account.Account, d draft.Draft) tea.Cmd {
	return func() tea.Msg {
		saved, err := s.Journal.KeepDraft(context.Background(), d)
		return draftKeptMsg{asked{s}, d, saved, err}
	}
}

// draftKeptMsg reports which version of a draft the journal holds now.
type draftKeptMsg struct {
	asked
	draft draft.Draft
	saved outbox.SavedDraft
	err   error
}

func (m draftKeptMsg) apply(a *composer) tea.Cmd {
	switch {
	case m.err != nil:
		a.drafts.failed = m.draft.Version()
		a.Complain("your draft could not be saved: " + errorText(m.err))
		return nil
	case m.saved.Version() == m.draft.Version():
		a.rebase(m.draft.ID, m.saved.Version())
		return nil
	case m.draft.ID == a.draft.ID:
		a.drafts.news, a.drafts.newsOf = &m.saved, a.draft.ID
		return a.followDraft()
	}
	_, own := m.saved.Follow(m.draft)
	return a.putAside(own)
}

// rebase records the version that the journal holds of a draft, wherever it is
// shown.
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

// draftForms returns the forms in the stack.
func (a *composer) draftForms() (forms []*generationForm) {
	for _, s := range a.Stack {
		if f, ok := s.(*generationForm); ok {
			forms = append(forms, f)
		}
	}
	return forms
}

// putAside keeps a draft beside the one in the form, under a new id.
func (a *composer) putAside(d draft.Draft) tea.Cmd {
	if d.Empty() {
		return nil
	}
	d.Touch(time.Now(), uuid.NewString)
	a.drafts.others = slices.Insert(a.drafts.others, 0, d)
	return a.keepOther(d)
}

// heedDrafts reads the drafts if their count of changes has moved.
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
			m := draftsMsg{asked: asked{s}, changes: changes, id: id}
			if m.saved, m.err = s.Journal.SavedDraft(context.Background(), id); m.err == nil {
				m.all, m.err = s.Journal.Drafts(context.Background())
			}
			return m
		}
	})
}

// draftsMsg carries the drafts that the journal holds.
type draftsMsg struct {
	asked
	changes int64 // the count before reading
	id      string
	saved   outbox.SavedDraft // the draft in the form
	all     []draft.Draft
	err     error
}

func (m draftsMsg) apply(a *composer) tea.Cmd {
	if m.err != nil {
		return nil // the next beat tries again
	}
	a.drafts.counted = m.changes
	for i := range m.all {
		m.all[i].Base = m.all[i].Version()
	}
	a.drafts.others = slices.DeleteFunc(m.all, func(d draft.Draft) bool { return d.ID == a.draft.ID })
	switch v := m.saved.Version(); {
	case m.id == "" || m.id != a.draft.ID || v == a.draft.Base:
	case v == a.draft.Version():
		a.rebase(m.id, v)
	default:
		a.drafts.news, a.drafts.newsOf = &m.saved, a.draft.ID
		return a.followDraft()
	}
	return nil
}

// followDraft shows a change that another window made to the draft in the form.
// Anything typed here since is kept beside it. While a dialog asks about its
// price the form does not change; the journal would refuse to send the outdated
// draft.
func (a *composer) followDraft() tea.Cmd {
	news := a.drafts.news
	if news == nil || a.drafts.newsOf != a.draft.ID {
		a.drafts.news = nil // it has been sent from here or put aside
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
		next.Unknown = string(unknownWarning(news.Became))
	}
	kept := a.putAside(own)
	if form == nil {
		if a.draft = next; next.Over() && next.Unknown == "" {
			a.draft = draft.Draft{Model: next.Model}
		}
		return kept
	}
	form.stop()
	changed := form.news != "" || was.Version() != news.Draft.Version() // shown already, or still to be shown
	form.show(next)
	form.news = a.newsWords(news, changed, !own.Empty())
	a.Warn(form.news)
	return tea.Batch(kept, form.look())
}

// draftForm returns the open form of the draft, or nil.
func (a *composer) draftForm() *generationForm {
	for _, f := range a.draftForms() {
		if !f.aside && f.draft.ID == a.draft.ID {
			return f
		}
	}
	return nil
}

// newsWords describes a change by another window, and says where to find the
// text typed here.
func (a *composer) newsWords(news *outbox.SavedDraft, changed, own bool) (words text.Text) {
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
		words += "; your own text is kept: " + a.KeyFor(keymap.OtherDraft)
	}
	return words
}

// show puts a draft into the form and remembers it as the one typed last.
func (f *generationForm) show(d draft.Draft) {
	at := f.Focus
	f.draft = d.Clone()
	if f.draft.Options == nil {
		f.draft.Options = map[string]string{}
	}
	f.news = ""
	f.remember()
	f.rebuild()
	f.TouchFilled()
	f.Jump(min(at, len(f.Fields)-1))
}

// noOther returns why there is no other draft to show, or "".
func (f *generationForm) noOther() text.Text {
	if f.aside || len(f.app.drafts.others) == 0 {
		return "there is no other draft"
	}
	return ""
}

// other shows the next unsent draft and puts this one at the end of the list.
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

// asideLines mentions other unsent drafts and changes by another window.
func (f *generationForm) asideLines() []paint.Styled {
	a, t := f.app, f.app.Theme
	var lines []paint.Styled
	if f.news != "" {
		lines = t.Paragraph(f.Width, paint.Warn, f.news)
	}
	if n := len(a.drafts.others); n > 0 && !f.aside {
		lines = append(lines, "  "+t.Text(paint.Muted, text.Count(n, "other unsent draft", "other unsent drafts")+"  ")+t.Text(paint.Key, a.KeyFor(keymap.OtherDraft)))
	}
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	return lines
}

// staleForm reopens a form whose draft another window has sent or changed.
// Nothing was sent from it. If the user is already typing something else, only
// text typed nowhere else is kept, beside that.
func (a *composer) staleForm(f *generationForm, words text.Text) tea.Cmd {
	a.Complain(words)
	if f.aside || !a.draft.Empty() || len(a.draftForms()) > 0 {
		return a.keepOther(f.draft.Clone())
	}
	f.reason, f.Came = words, time.Now()
	f.remember()
	a.bring(f)
	return a.readDrafts(a.drafts.counted)
}
