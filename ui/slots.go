package ui

import (
	"fmt"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/outbox"
)

// mostSlots is larger than the number of slots in any plan.
const mostSlots = 10_000

// slotWords says how many jobs may run at once, and how that is known.
func (a *desk) slotWords() text.Text {
	s := &a.outbox.Slots
	n, by := s.Known(a.Now)
	words := text.Sprintf("%d", n)
	switch by {
	case outbox.SlotsNamed:
		words += ", from the server"
		if s.Set > 0 {
			words += text.Sprintf("; %d set here", s.Set)
		}
	case outbox.SlotsSet:
		words += ", set here"
		if told := s.Named.N; told > n {
			words += text.Sprintf("; the server says %d", told)
		}
	case outbox.SlotsConfigured:
		words += ", set in config.toml"
	case outbox.SlotsTold:
		words += ", from the account"
	case outbox.SlotsTried:
		words += ", found by trying: one more was refused " + happened(s.Tried.At, a.Aged)
	case outbox.SlotsUnknown:
		words = text.Sprintf("unknown, so dubtop tries one more at a time, up to %d", outbox.MostTried) + a.hesitation()
	}
	if a.cfg.Reserve > 0 {
		words += text.Sprintf("; %d left to others", a.cfg.Reserve)
	}
	return words + "; " + a.KeyFor(keymap.Slots) + " changes it"
}

// hesitation says why no additional job is tried now, or returns "".
func (a *desk) hesitation() text.Text {
	if a.poller.Blind(a.Now) {
		return ", but not while the lists are out of date"
	}
	for _, sub := range a.outbox.Unresolved() {
		if sub.State == outbox.SubmissionUnknown {
			return ", but not while an outcome is unknown"
		}
	}
	return ""
}

// askSlots asks how many jobs may run at once.
func (a *desk) askSlots() tea.Cmd {
	if a.session.Journal == nil {
		return a.afterOpening(a.askSlots)
	}
	now := ""
	if n := a.outbox.Slots.Set; n > 0 {
		now = fmt.Sprint(n)
	}
	return a.Prompt("jobs at once (empty: automatic)", now, len(strconv.Itoa(mostSlots)), func(typed text.Text) tea.Cmd {
		n, err := strconv.Atoi(string(typed))
		switch {
		case typed == "":
			return a.setSlots(0)
		case err != nil || n < 1 || n > mostSlots:
			a.Warn(text.Sprintf("not set: enter a number from 1 to %d, or nothing for automatic", mostSlots))
			return nil
		}
		return a.setSlots(n)
	})
}

// setSlots sets how many jobs may run at once, on screen and in the journal.
func (a *desk) setSlots(n int) tea.Cmd {
	words := text.Sprintf("up to %s at once", text.Count(n, "job runs", "jobs run"))
	if n == 0 {
		words = "the number of jobs at once is automatic"
	} else if n <= a.cfg.Reserve {
		words += text.Sprintf("; %d are left to others, so yours go one at a time", a.cfg.Reserve)
	}
	was := a.outbox.Slots.Set
	a.Undoable(func() tea.Cmd { return a.do(a.session.SetSlots(was, string("undone: "+words))) })
	return a.do(a.session.SetSlots(n, string(words)))
}
