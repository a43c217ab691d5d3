package ui

import (
	"testing"

	"dubtop/state/outbox"
)

// A confirmation for one account must not be taken for one of another account.
func TestNewAccountStartsWithNothingConfirmed(t *testing.T) {
	t.Parallel()
	a := newDesk(t, 1)
	a.attend(&spending{submission: outbox.Submission{ID: "s"}})
	a.pilots.add("s", pilot{name: "promo", rest: 3})
	a.enter(a.cfg.Account)
	if len(a.attended) > 0 || len(a.pilots) > 0 {
		t.Errorf("%d confirmed and %d pilots of the account before", len(a.attended), len(a.pilots))
	}
}
