package cli

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// purseDoor is a command that agrees to jobs.
type purseDoor struct {
	name          string
	line          func(w *works, project string) string // the command, after what has to happen before it
	little, total string                                // an amount that is not enough, and one that just is
	queued, sent  int                                   // jobs, or batches, after a yes
}

// purseDoors lists them; each is for the label Acme and the project Night.
func purseDoors() []purseDoor {
	const flags = " --yes --label Acme --project Night "
	set := func(w *works) string {
		return flags + "--run season --set " + w.lists("rows.csv", w.unlike(1), w.unlike(2))
	}
	return []purseDoor{
		{"queue add", func(w *works, _ string) string { return "queue add" + set(w) }, "2.00", "2.15", 2, 0},
		{"submit", func(w *works, _ string) string { return w.one(flags) }, "1.00", "1.25", 0, 1},
		{"submit --set", func(w *works, _ string) string { return "submit" + set(w) }, "2.00", "2.15", 0, 2},
		{"submit --retry-failed", func(w *works, _ string) string {
			line := "submit" + set(w)
			w.account.Fault("POST /v2/generate", simulator.Fault{Times: 2, Status: 422, Body: `{"statusCode":422,"message":"No such face."}`})
			w.ends(line, StatusPartly, nil, []string{"2 refused"})
			return line + " --retry-failed"
		}, "2.00", "2.15", 0, 2},
		{"batch submit", func(w *works, project string) string {
			line := w.takes(20)
			path := strings.Fields(line)[2]
			file, err := os.ReadFile(path)
			must(w.t, err)
			file = bytes.ReplaceAll(file, []byte(`"payload":{`), fmt.Appendf(nil, `"payload":{"projectId":%q,`, project))
			must(w.t, os.WriteFile(path, file, 0o600))
			return line + "--yes --label Acme"
		}, "11.99", "12.00", 0, 1},
	}
}

// TestBudgetsHoldAtEveryCommand checks the budgets of the account, of a label and
// of a project where jobs are agreed to: a hard one refuses, a soft one wants the
// amount, and exactly at it a yes is enough.
func TestBudgetsHoldAtEveryCommand(t *testing.T) {
	for _, d := range purseDoors() {
		for table, whose := range map[string]string{"budget": "", "budget.label.acme": " of the label acme", `budget.project."night"`: " of the project night"} {
			for _, c := range []struct {
				amount, agrees string
				refused        bool
			}{
				{d.little + " hard", " --confirm " + d.total, true},
				{d.little, "", true},
				{d.little, " --confirm " + d.total, false},
				{d.total + " hard", "", false},
			} {
				if !c.refused && table != "budget.label.acme" {
					continue
				}
				t.Run(fmt.Sprint(d.name, whose, " ", c.amount, c.agrees), func(t *testing.T) {
					drains(t, simulator.Options{Profile: simulator.Current, Plan: simulator.Scale, Slots: 9}, func(t *testing.T, w *works) {
						line := d.line(w, w.account.AddProject(simulator.Project{Name: "Night"}))
						w.configure(fmt.Sprintf("[%s]\nmonthly = %q\n", table, c.amount))
						status, queued, sent, said := 0, d.queued, d.sent, []string{""}
						if c.refused {
							status, queued, sent, said = StatusBudget, 0, 0, []string{"the monthly budget" + whose + " is $" + d.little}
						}
						before, err := w.j.Queue(t.Context())
						must(t, err)
						w.ends(line+c.agrees, status, nil, said)
						after, err := w.j.Queue(t.Context())
						must(t, err)
						got, more := len(w.account.Accepted())+len(w.account.AcceptedBatches()), len(after)-len(before)
						if got != sent || more != queued && c.refused || d.queued > 0 && more != queued {
							t.Errorf("%d more wait and %d were sent, want %d and %d", more, got, queued, sent)
						}
					})
				})
			}
		}
	}
}

// A batch whose lines are in several projects counts for none, so that it is
// refused where a project has a budget.
func TestBatchOfSeveralProjectsKeepsTheirBudgets(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current, Plan: simulator.Scale}, func(t *testing.T, w *works) {
		line, project := w.takes(20), w.account.AddProject(simulator.Project{Name: "Night"})
		path := strings.Fields(line)[2]
		file, err := os.ReadFile(path)
		must(t, err)
		file = bytes.Replace(file, []byte(`"payload":{`), fmt.Appendf(nil, `"payload":{"projectId":%q,`, project), 1)
		must(t, os.WriteFile(path, file, 0o600))
		w.configure("[budget.project.Night]\nmonthly = 100\n")
		w.ends(line+"--yes", StatusUsage, nil, []string{"the jobs are in several projects", "make a file for each project"})
		w.sent(0)
		w.configure("")
		w.ends(line+"--yes", 0, nil, []string{"accepted"})
	})
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
