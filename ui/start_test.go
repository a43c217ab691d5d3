package ui_test

import (
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/ui"
)

func startAt(start ui.Place) func(*ui.Config) { return func(c *ui.Config) { c.Place = start } }

func TestTheDashboardOpensInAView(t *testing.T) {
	for view, sees := range map[string]string{"queue": "The queue is empty", "models": "lipsync-2-pro", "ledger": "T totals"} {
		tell(t, stage{config: startAt(ui.Place{View: view})}, func(s *story) { s.Sees(sees) })
	}
}

func TestTheDashboardOpensInANamedView(t *testing.T) {
	tell(t, stage{config: startAt(ui.Place{Filter: "status:failed"})}, func(s *story) {
		s.Sees(`None of 40 matches "status:failed".`, "1 Generations")
	})
}

// A job opens by its id, also one that is not in the list yet; back leads to the
// list.
func TestTheDashboardOpensAJob(t *testing.T) {
	const id = "00000000-0000-4000-8000-00000000cafe"
	tell(t, stage{
		config: startAt(ui.Place{Job: api.ID(id)}),
		prepare: func(a *simulator.Server) {
			a.Add(simulator.Job{ID: id, Name: "the_one", Age: 1000 * time.Hour, Status: "COMPLETED"})
		},
	}, func(s *story) {
		s.Sees("details", "the_one", id)
		s.Press("esc")
		s.Sees("1 Generations")
	})
}

func TestTheDashboardOpensAnUnknownJob(t *testing.T) {
	tell(t, stage{config: startAt(ui.Place{Job: "00000000-0000-4000-8000-00000000dead"})}, func(s *story) { s.Sees("This job is no longer known.") })
}
