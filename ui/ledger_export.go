package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
	"dubtop/state/ledger"
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

// exportLedger asks for the file to write entries to. Those that were all billed
// differently are written for the vendor, without labels and names.
func (a *desk) exportLedger(entries []ledger.Entry) tea.Cmd {
	what, table := "ledger", ledger.EntriesCSV
	if len(entries) > 0 && !slices.ContainsFunc(entries, func(e ledger.Entry) bool { return !e.Differs() }) {
		what, table = "billed-differently", ledger.DifferingCSV
	}
	return a.askExport(what, len(entries), false, func() func() []byte {
		return func() []byte { return table(entries, time.Local) }
	})
}

// ledgerKey returns the key of the ledger view.
func ledgerKey(a *desk) text.Text { return a.KeyFor(keymap.ViewLedger) }
