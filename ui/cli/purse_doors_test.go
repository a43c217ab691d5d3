package cli

import (
	"fmt"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// TestPartBudgetsHoldAtEveryCommand checks the budgets of a label and of a project
// where jobs are queued, sent from the queue, and sent as a set.
func TestPartBudgetsHoldAtEveryCommand(t *testing.T) {
	for _, of := range []struct{ table, flag, whose string }{
		{"label.acme", "--label Acme", "label acme"},
		{`project."Night"`, "--project Night", "project Night"},
	} {
		for _, door := range []string{"queue add", "submit"} {
			for _, c := range []struct {
				amount, agrees string
				status, sent   int
			}{
				{"2.00 hard", " --confirm 2.15", StatusBudget, 0},
				{"2.00", "", StatusBudget, 0},
				{"2.00", " --confirm 2.15", 0, 2},
				{"2.15 hard", "", 0, 2},
			} {
				t.Run(fmt.Sprint(door, " ", of.flag, " ", c.amount, c.agrees), func(t *testing.T) {
					drains(t, simulator.Options{Profile: simulator.Current, Slots: 9}, func(t *testing.T, w *works) {
						w.configure(fmt.Sprintf("[budget.%s]\nmonthly = %q\n", of.table, c.amount))
						w.account.AddProject(simulator.Project{Name: "Night"})
						line := door + " --yes --run season " + of.flag + c.agrees + " --set " + w.lists("rows.csv", w.unlike(1), w.unlike(2))
						said := []string{""}
						if c.status == StatusBudget {
							said = []string{"the monthly budget of the " + of.whose + " is $2.00"}
						}
						w.ends(line, c.status, nil, said)
						items, err := w.j.Queue(t.Context())
						must(t, err)
						if waits := len(items); door == "queue add" && waits != c.sent {
							t.Errorf("%d jobs wait, want %d", waits, c.sent)
						}
						if door == "submit" {
							w.paid(c.sent)
						} else {
							w.paid(0)
						}
					})
				})
			}
		}
	}
}

// TestPartBudgetsHoldInADrain refuses what waits over the hard budget of its label
// or project; a soft one was agreed to when the jobs were queued.
func TestPartBudgetsHoldInADrain(t *testing.T) {
	for _, c := range []struct {
		table, amount string
		status, sent  int
		says          string
	}{
		{"label.acme", "1.00 hard", StatusBudget, 0, "the monthly budget of the label acme is $1.00"},
		{`project."p-1"`, "1.00 hard", StatusBudget, 0, "the monthly budget of the project p-1 is $1.00"},
		{"label.acme", "1.00", 0, 1, ""},
		{`project."p-1"`, "1.00", 0, 1, ""},
		{"label.other", "1.00 hard", 0, 1, ""},
		{`project."p-2"`, "1.00 hard", 0, 1, ""},
	} {
		t.Run(c.table+" "+c.amount, func(t *testing.T) {
			drains(t, simulator.Options{}, func(t *testing.T, w *works) {
				sub := w.priced("one", "")
				sub.Draft.Label, sub.Draft.ProjectID = "Acme", "p-1"
				must(t, w.j.Enqueue(t.Context(), sub, time.Now()))
				w.configure(fmt.Sprintf("[budget.%s]\nmonthly = %q\n", c.table, c.amount))
				var said []string
				if c.says != "" {
					said = []string{c.says}
				}
				w.ends("queue drain", c.status, nil, said)
				w.paid(c.sent)
			})
		})
	}
}
