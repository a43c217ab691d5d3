package journal

import (
	"path/filepath"
	"testing"

	"dubtop/state/outbox"
)

// TestPlansAreKept saves, changes and removes plans, and carries them to another
// journal, whose own stay.
func TestPlansAreKept(t *testing.T) {
	from, to := opened(t, filepath.Join(t.TempDir(), "from.db")), opened(t, filepath.Join(t.TempDir(), "to.db"))
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for set, p := range map[string]outbox.Plan{"spring": {Priority: outbox.PriorityHigh}, "autumn": {Priority: outbox.PriorityLow}, "gone": {Priority: outbox.PriorityLow}} {
		check(from.SavePlan(t.Context(), set, p))
	}
	before, _, err := from.Revisions(t.Context())
	check(err)
	check(from.SavePlan(t.Context(), "gone", outbox.Plan{}))
	if after, _, _ := from.Revisions(t.Context()); after == before {
		t.Error("other processes don't learn of it")
	}
	check(to.SavePlan(t.Context(), "autumn", outbox.Plan{Priority: outbox.PriorityHigh}))
	check(carrySettings(t.Context(), from, to))
	plans, err := to.Plans(t.Context())
	check(err)
	if len(plans) != 2 || plans["spring"].Priority != outbox.PriorityHigh || plans["autumn"].Priority != outbox.PriorityHigh {
		t.Errorf("%+v", plans)
	}
}
