package ui_test

import (
	"path/filepath"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/ledger"
	"dubtop/ui"
)

// within is an account with budgets and three slots.
func within(g ledger.Guard) stage {
	return stage{config: func(c *ui.Config) { c.Guard, c.Slots = g, 3 }}
}

func dollars(micros api.Micros, hard bool) *ledger.Limit {
	return &ledger.Limit{Amount: micros, Hard: hard}
}

func TestHardBudgetRefusesAndLosesNothing(t *testing.T) {
	t.Parallel()
	for name, g := range map[string]ledger.Guard{
		"max_job":       {MaxJob: dollars(1_249_999, true)},
		"daily":         {Daily: dollars(1_249_999, true)},
		"monthly":       {Monthly: dollars(1_000_000, true)},
		"confirm_above": {ConfirmAbove: dollars(1_000_000, true)},
	} {
		tell(t, within(g), func(s *story) {
			s.fillForm()
			s.Press("ctrl+s")
			s.Pass(time.Second)
			s.Sees("new generation", "Not within the budget", name, "talk_28s.mp4")
			s.DoesNotSee("Send this job?")
			s.acceptsInOrder()
		})
	}
}

func TestSoftBudgetNeedsTheAmountTyped(t *testing.T) {
	t.Parallel()
	tell(t, within(ledger.Guard{ConfirmAbove: dollars(1_000_000, false)}), func(s *story) {
		s.fillForm()
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("Send this job?", "confirm_above", "$1.25 typed in full")
		s.Press("y")
		s.Press("enter")
		s.Sees("type $1.25 first", "Send this job?")
		s.Press("backspace")
		s.Type("1.25")
		s.Press("enter")
		s.Pass(time.Second)
		if n := len(s.account.Accepted()); n != 1 {
			s.t.Errorf("%d accepted", n)
		}
	})
}

// Waiting jobs and unknown outcomes count as spent.
func TestBudgetsCountWaitingAndUnknown(t *testing.T) {
	t.Parallel()
	st := within(ledger.Guard{Daily: dollars(3_750_000, true)})
	st.account = simulator.Options{IgnoreKeys: true}
	tell(t, st, func(s *story) {
		s.lose("lost", simulator.Fault{DropBefore: true}) // $1.25
		s.Press("5", "P")
		s.agree("waiting") // $2.50
		s.Press("1", "n", "ctrl+l")
		s.fillInto("third")
		s.Press("ctrl+s") // $3.75 is exactly the budget
		s.Pass(time.Second)
		s.Sees("Send this job?")
		s.Press("y")
		s.Pass(time.Second)
		s.Press("1", "n", "ctrl+l")
		s.fillInto("fourth")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("Not within the budget", "the daily budget is $3.75", "is waiting or unknown")
	})
}

// Two windows ask at the same time, and the budget is enough for only one.
func TestBudgetIsCheckedAgainOnConfirmation(t *testing.T) {
	t.Parallel()
	st := within(ledger.Guard{Daily: dollars(1_250_000, true)})
	st.journal = filepath.Join(t.TempDir(), "journal.db")
	tell(t, st, func(s *story) {
		s.Pass(time.Second)
		other := s.beside()
		other.Pass(time.Second)
		for _, window := range []*story{s, other} {
			window.Press("1", "n", "ctrl+l")
			window.fillInto("job")
			window.Press("ctrl+s")
			window.Pass(time.Second)
			window.Sees("Send this job?")
		}
		s.Press("y")
		s.Pass(5 * time.Second)
		other.Pass(5 * time.Second)
		other.Press("y")
		other.Pass(5 * time.Second)
		other.Sees("No longer within the budget", "the daily budget is $1.25")
		s.acceptsInOrder("job")
	})
}

// fillInto fills in the open form with a name.
func (s *story) fillInto(name string) {
	s.t.Helper()
	s.fill("Video", s.media("talk_28s.mp4"))
	s.fill("Audio", s.media("line_25s.wav"))
	s.fill("Output file name", name)
}

func TestGroupIsCheckedAgainstTheBudgetsAsOne(t *testing.T) {
	t.Parallel()
	st := named(5)
	st.config = func(c *ui.Config) {
		c.Guard = ledger.Guard{MaxJob: dollars(5_000_000, true), ConfirmAbove: dollars(4_000_000, true)}
	}
	tell(t, st, func(s *story) {
		s.Pass(time.Second)
		s.Press("a", ".")
		s.Pass(2 * time.Second)
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Not within the budget", "confirm_above")
		s.DoesNotSee("Send 5 jobs?")
	})
}

func TestUnreadableBudgetRefusesEverything(t *testing.T) {
	t.Parallel()
	tell(t, within(ledger.Guard{Fault: "config.toml:3: budget.daily can't be read: write it like 100"}), func(s *story) {
		s.fillForm()
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("Not within the budget", "config.toml:3")
		s.DoesNotSee("Send this job?")
	})
}

// A budget of a label holds in the form, for the jobs of that label only: a hard
// one refuses, a soft one wants the amount.
func TestBudgetOfALabelHoldsInTheForm(t *testing.T) {
	t.Parallel()
	for _, hard := range []bool{true, false} {
		tell(t, within(ledger.Guard{Labels: []ledger.Share{{Name: "acme", Monthly: dollars(1_249_999, hard)}}}), func(s *story) {
			s.fillForm()
			s.fill("Label", "Acme")
			s.Press("ctrl+s")
			s.Pass(time.Second)
			if hard {
				s.Sees("Not within the budget", "the monthly budget of the label acme")
				s.DoesNotSee("Send this job?")
			} else {
				s.Sees("Send this job?", "the monthly budget of the label acme", "typed in full")
				s.Press("y", "enter")
				s.Sees("type $1.25 first")
				s.Press("esc")
			}
			s.acceptsInOrder()
		})
	}
}
