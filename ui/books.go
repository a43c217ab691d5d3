package ui

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/journal"
)

// The journal keeps the books: it enters a job together with the news that it
// was accepted. Here they are read at the start, and what becomes known of a
// job later is written into them.

// newsAtOnce is how much news is written before the screens go on: somebody's
// money may wait for its end.
const newsAtOnce = 20

// manyEntries are so many that reading them took memory worth giving back.
const manyEntries = 10_000

// books is how writing the ledger goes.
type books struct {
	writing bool
	told    bool // that writing fails
}

// openBooks reads the ledger. It comes after the lists: verifying a hundred
// thousand rows takes most of a second.
func (a *App) openBooks() tea.Cmd {
	s := a.session
	if s.Journal == nil {
		return nil
	}
	return func() tea.Msg {
		ctx := context.Background()
		entries, damage, err := s.Journal.Entries(ctx)
		names, unnamed := s.Journal.Names(ctx)
		m := booksMsg{session: s, books: new(state.Ledger), damaged: len(damage), err: errors.Join(err, unnamed)}
		rows := make([]state.LedgerEntry, 0, len(entries)+len(damage))
		for i := range entries {
			e := entries[i].LedgerEntry
			e.Name = text.Of(names[e.Submission])
			rows = append(rows, e)
		}
		for _, d := range damage {
			rows = append(rows, state.DamagedEntry(d.Seq, d.What))
		}
		m.books.Bring(rows)
		return m
	}
}

// booksMsg is the ledger as the journal holds it.
type booksMsg struct {
	session *Session
	books   *state.Ledger
	damaged int
	err     error
}

func (m booksMsg) land(a *App) tea.Cmd {
	if m.session != a.session {
		return nil
	}
	a.store.BringLedger(m.books, a.now)
	for _, u := range a.outbox.Unsaved() { // the journal does not hold these
		if u.Submission.State == state.SubmissionSent {
			a.spent(&u.Submission)
		}
	}
	switch {
	case m.damaged > 0:
		a.complain(text.Sprintf("%s in the ledger can't be believed and %s in no sum: %s shows it",
			count(m.damaged, "row", "rows"), isAre(m.damaged), ledgerKey(a)))
	case m.err != nil:
		a.complain("the ledger could not be read: " + errorText(m.err))
	}
	if m.books.Rows().Len() > manyEntries {
		return releaseCmd
	}
	return nil
}

func isAre(n int) text.Text {
	if n == 1 {
		return "is"
	}
	return "are"
}

// bookNews writes down what became known of our jobs since the last beat. A
// journal that can't be written to is told so elsewhere: the news stay here.
func (a *App) bookNews() tea.Cmd {
	if a.session == nil || a.session.Journal == nil {
		return nil
	}
	limit := newsAtOnce
	if a.books.writing || a.session.JournalErr != nil {
		limit = 0
	}
	news := a.store.TakeNews(a.now, limit)
	if len(news) == 0 {
		return nil
	}
	a.books.writing = true
	s := a.session
	return func() tea.Msg {
		m := newsMsg{session: s}
		for i := range news {
			e := journal.Entry{Kind: journal.EntryCost, LedgerEntry: news[i]}
			if e.Outcome != "" {
				e.Kind = journal.EntryOutcome
			}
			m.err = errors.Join(m.err, s.Journal.AppendEntry(context.Background(), e))
		}
		return m
	}
}

// newsMsg tells how writing news down went.
type newsMsg struct {
	session *Session
	err     error
}

// land tells once when news can't be kept. The next start finds them out again.
func (m newsMsg) land(a *App) tea.Cmd {
	if m.session != a.session {
		return nil
	}
	a.books.writing = false
	switch {
	case m.err == nil:
		a.books.told = false
	case !a.books.told:
		a.books.told = true
		a.warn("what became of a job could not be written into the ledger: " + errorText(m.err))
	}
	return nil
}

// sumWords say a total; what is unknown in it makes it a lower bound.
func (a *App) sumWords(t *state.Tally) text.Text {
	credits, billed := t.Credits()
	switch {
	case billed && t.Amounts().Cost == nil:
		return text.Sprintf("%g credits", credits)
	case t.Unknown == 0 && !t.Overflow:
		return text.Of(t.Cost.Rounded())
	case t.Amounts().Cost == nil:
		return "?"
	}
	return a.theme.glyphs.least + " " + text.Of(t.Cost.Rounded())
}

// askExport asks where the ledger is to be written.
func (a *App) askExport() tea.Cmd {
	name := "~/dubtop-ledger-" + a.now.Local().Format(time.DateOnly) + ".csv"
	return a.prompt("export to", name, longestPath, func(typed text.Text) tea.Cmd {
		if typed == "" {
			a.warn("not exported: there was no path to write to")
			return nil
		}
		path, err := state.ParsePath(string(typed), a.cfg.Home)
		if err != nil {
			a.warn(text.Of("not exported: " + err.Error()))
			return nil
		}
		a.busy("writing" + a.theme.glyphs.more)
		return exportCmd(path, a.store.Ledger.Entries())
	})
}

// longestPath is the most characters of a path that Linux takes.
const longestPath = 4095

// exportCmd writes a table that only the user can read, and overwrites nothing.
func exportCmd(path string, entries []state.LedgerEntry) tea.Cmd {
	return func() tea.Msg {
		err := writeNew(path, state.EntriesCSV(entries, time.Local))
		return exportedMsg{path, len(entries), err}
	}
}

func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path)) // half a table is worse than none
	}
	return nil
}

// exportedMsg tells how an export went.
type exportedMsg struct {
	path string
	rows int
	err  error
}

func (m exportedMsg) land(a *App) tea.Cmd {
	a.calm()
	path := string(text.Clean(m.path, 600))
	if abs, err := filepath.Abs(m.path); err == nil {
		path = string(text.Clean(abs, 600))
	}
	switch {
	case errors.Is(m.err, fs.ErrExist):
		a.complain(text.Of(path + " is there already; nothing was overwritten"))
	case m.err != nil:
		a.complain("not exported: " + errorText(m.err))
	default:
		a.say(count(m.rows, "job", "jobs") + " written to " + text.Of(path))
		a.toast.until = a.now.Add(troubleTime) // a path takes a while to read
	}
	return nil
}
