package ui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/journal"
)

// A command touches the world for a screen. It is given values, never the
// model, and ends in a reply.

// reply is a message from the world that knows how to land.
type reply interface{ land(a *App) tea.Cmd }

// beatTime is the pace of everything that happens by itself.
const beatTime = time.Second

type beatMsg struct{}

func beatCmd() tea.Cmd {
	return tea.Tick(beatTime, func(time.Time) tea.Msg { return beatMsg{} })
}

// ticking is a screen that does something as time goes by.
type ticking interface {
	Tick(now time.Time) tea.Cmd
}

// land takes the time on: notices fade, the poller asks, the next beat is set.
// Nothing else sets a beat, so there is only ever one on its way.
func (beatMsg) land(a *App) tea.Cmd {
	before := a.now
	a.now = time.Now().Round(0) // the wall clock: it goes on while the machine sleeps
	if a.session != nil && a.now.Sub(before) > account.SleepGap {
		a.session.Client.CloseIdle()
		a.poller.Wake(a.now)
		a.outbox.Wake(a.now)
	}
	if a.session != nil {
		a.compareClocks()
	}
	a.toast.fade(a.now)
	cmds := []tea.Cmd{beatCmd(), a.poll(), a.tendOutbox(), a.tendHistory(), a.lookForKin(), a.bookNews()}
	for _, s := range a.stack {
		if t, ok := s.(ticking); ok {
			cmds = append(cmds, t.Tick(a.now))
		}
	}
	return tea.Batch(cmds...)
}

// recallMsg is what the journal knew at the start.
type recallMsg struct {
	session     *Session
	journal     *journal.Journal
	unwritable  error              // why nothing can be written to it
	drafts      []state.Draft      // the last changed first
	interrupted []state.Submission // on their way when the program ended
	notes       state.Notes
	labels      map[string][]string
	past        past
	outbox      outboxMsg
	sender      senderMsg
	slots       state.Slots
	err         error
}

func recallCmd(s *Session) tea.Cmd {
	return func() tea.Msg {
		ctx := context.Background()
		m := recallMsg{session: s, journal: s.Journal, unwritable: s.JournalErr}
		if m.journal == nil {
			m.journal, m.unwritable = s.OpenJournal()
		}
		if m.journal == nil {
			return m
		}
		if m.unwritable == nil {
			m.interrupted, m.err = m.journal.Recover(ctx, time.Now())
			m.sender.mine, m.sender.holder, m.sender.err = m.journal.Sender(time.Now())
		}
		m.outbox = readOutbox(&Session{Journal: m.journal, JournalErr: m.unwritable}, -1, 0, false)
		m.slots = account.RecallSlots(ctx, m.journal)
		m.past = recallPast(ctx, m.journal)
		notes, torn := m.journal.Notes(ctx)
		m.notes = state.NewNotes(notes)
		var lost, unlabelled error
		m.drafts, lost = m.journal.Drafts(ctx)
		m.labels, unlabelled = m.journal.Labels(ctx)
		m.err = errors.Join(m.err, m.outbox.err, torn, lost, unlabelled)
		return m
	}
}

func (m recallMsg) land(a *App) tea.Cmd {
	if m.session != a.session {
		return closeCmd(m.journal) // another account was entered meanwhile
	}
	a.session.Journal, a.session.JournalErr = m.journal, m.unwritable
	if m.err != nil {
		a.complain("the journal could not be read: " + errorText(m.err))
	}
	if m.labels != nil {
		a.store.BringLabels(m.labels)
	}
	a.bringBack(m.past)
	a.store.Notes = m.notes
	a.drafts.counted = m.outbox.drafts
	a.recallDrafts(m.drafts, m.interrupted)
	m.slots.Configured = a.cfg.Slots
	a.outbox.Slots, a.outbox.kept = m.slots, m.slots
	a.recallOutbox(m)
	return tea.Batch(a.openBooks(), a.doOpened())
}

// doOpened does what waited for the journal.
func (a *App) doOpened() tea.Cmd {
	do := a.opened
	if do == nil {
		return nil
	}
	a.opened = nil
	a.calm()
	if why := a.unspendable(); why != "" {
		a.warn(why)
		return nil
	}
	return do()
}

// recallOutbox takes in what the journal holds of the outbox, and tells what in
// it nobody knows the outcome of.
func (a *App) recallOutbox(m recallMsg) {
	a.outbox.Sender, a.outbox.holder = m.sender.mine, m.sender.holder
	a.loadOutbox(m.outbox)
	unknown := 0
	for _, sub := range a.outbox.AtStake() {
		if sub.State == state.SubmissionUnknown {
			unknown++
		}
	}
	if unknown > 0 {
		a.warn(count(unknown, "request has", "requests have") + " no known outcome: maybe charged; dubtop finds out what became of it")
	}
	a.showOutbox()
}

func closeCmd(j *journal.Journal) tea.Cmd {
	if j == nil {
		return nil
	}
	return func() tea.Msg {
		_ = j.Close() // nothing was written to it
		return nil
	}
}

func statCmd(f *generationForm, path string) tea.Cmd {
	return func() tea.Msg {
		size, err := account.StatFile(path)
		return statMsg{f, path, fileFact{size, err}}
	}
}

func detailsCmd(s *Session, d *generationDetails) tea.Cmd {
	id, settled, book := d.id, d.costs != nil && d.costs.Total != nil, s.Journal
	return func() tea.Msg {
		ctx := context.Background()
		m := detailsMsg{session: s, screen: d}
		m.job, m.err = s.Client.Generation(ctx, id, api.GenerationDetails{Progress: true})
		if m.err != nil && book != nil { // then what was sent from here is all there is
			m.sent, _, _ = book.SubmissionOf(ctx, id)
		}
		if m.err != nil || settled {
			return m
		}
		if m.job.Status.Terminal() {
			if c, err := s.Client.Costs(ctx, id); err == nil {
				m.costs = &c
			}
		}
		return m
	}
}

// outputCmd asks for a job again and gives its link, checked.
func outputCmd(s *Session, id api.ID, what use) tea.Cmd {
	return func() tea.Msg {
		ctx := context.Background()
		job, err := s.Client.Generation(ctx, id, api.GenerationDetails{})
		if err != nil {
			return outputMsg{what: what, err: err}
		}
		output := job.Output
		if output.IsZero() && job.Status == api.Completed {
			output, err = s.Client.Download(ctx, id)
		}
		if err != nil || output.IsZero() {
			return outputMsg{what: what, err: errors.Join(errors.New("the job has no output to open"), err)}
		}
		link, err := output.Link()
		return outputMsg{link: link, what: what, job: &job, err: err}
	}
}

func browseCmd(open func(string) error, link string) tea.Cmd {
	return func() tea.Msg { return openedMsg{link, open(link)} }
}

func tryKeyCmd(s *Session, p *keyPrompt, key string) tea.Cmd {
	return func() tea.Msg {
		_, err := s.Client.Models(context.Background())
		return triedMsg{p, s, key, err}
	}
}

func saveKeyCmd(save func(string) (string, error), key string) tea.Cmd {
	return func() tea.Msg {
		path, err := save(key)
		return savedKeyMsg{path, err}
	}
}

// errorText is an error as it may stand on the screen: even our own words may
// quote remote ones.
func errorText(err error) text.Text { return account.Words(err) }
