package ui

import (
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/state/durable"
	"dubtop/state/ledger"
	"dubtop/ui/kit"
)

// tellLedger reports the part of the ledger that could not be read.
func (a *desk) tellLedger(e *account.Event) {
	switch {
	case e.Count > 0:
		a.Complain(text.Sprintf("%s of the ledger %s damaged and left out of all sums; %s shows it",
			text.Count(e.Count, "row", "rows"), isAre(e.Count), ledgerKey(a)))
	case e.Err != nil:
		a.Complain("the ledger could not be read: " + errorText(e.Err))
	}
}

func isAre(n int) text.Text {
	if n == 1 {
		return "is"
	}
	return "are"
}

// sumWords formats a total. If it contains unknown amounts, it is a lower
// bound.
func (a *desk) sumWords(t *ledger.Tally) text.Text {
	credits, billed := t.Credits()
	switch {
	case billed && t.Amounts().Cost == nil:
		return text.Sprintf("%g credits", credits)
	case t.Unknown == 0 && !t.Overflow:
		return rounded(t.Cost, t.Kind)
	case t.Amounts().Cost == nil:
		return "?"
	}
	return a.Theme.Glyphs.Least + " " + rounded(t.Cost, t.Kind)
}

// askExport asks for the file to export entries to. Those that were all billed
// differently are written for the vendor, without labels and names.
func (a *desk) askExport(entries []ledger.Entry) tea.Cmd {
	what, table := "ledger", ledger.EntriesCSV
	if len(entries) > 0 && len(ledger.DifferingEntries(entries)) == len(entries) {
		what, table = "billed-differently", ledger.DifferingCSV
	}
	name := "~/dubtop-" + what + "-" + a.Now.Local().Format(time.DateOnly) + ".csv"
	return a.Prompt("export to", name, longestPath, func(typed text.Text) tea.Cmd {
		if typed == "" {
			a.Warn("not exported: there was no path to write to")
			return nil
		}
		path, err := draft.ParsePath(string(typed), a.cfg.Home)
		if err != nil {
			a.Warn(text.Of("not exported: " + err.Error()))
			return nil
		}
		a.Busy("writing" + a.Theme.Glyphs.More)
		return func() tea.Msg {
			return exportedMsg{path, len(entries), durable.WriteNew(path, table(entries, time.Local), 0o600)}
		}
	})
}

// longestPath is the maximum length of a path on Linux, in characters.
const longestPath = 4095

// exportedMsg reports how an export went.
type exportedMsg struct {
	path string
	rows int
	err  error
}

func (m exportedMsg) apply(a *desk) tea.Cmd {
	a.Calm()
	path := string(text.Clean(m.path, 600))
	if abs, err := filepath.Abs(m.path); err == nil {
		path = string(text.Clean(abs, 600))
	}
	switch {
	case errors.Is(m.err, fs.ErrExist):
		a.Complain(text.Of(path + " is there already; nothing was overwritten"))
	case m.err != nil:
		a.Complain("not exported: " + errorText(m.err))
	default:
		a.Say(text.Count(m.rows, "job", "jobs") + " written to " + text.Of(path))
		a.Toast.Until = a.Now.Add(kit.TroubleTime) // a path takes a while to read
	}
	return nil
}

// ledgerKey returns the key of the ledger view.
func ledgerKey(a *desk) text.Text { return a.KeyFor(keymap.ViewLedger) }
