package ledger

import (
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/outbox"
)

// labelled is a job to send for a label and a project.
func labelled(label, project string, cost api.Micros) outbox.Submission {
	s := submissionIn(outbox.SubmissionQueued)
	s.Price, s.Draft.Label, s.Draft.ProjectID = dollars(cost), label, project
	return s
}

func TestBudgetsOfLabelsAndProjects(t *testing.T) {
	acme, other := booked(1, noon, 300), booked(2, noon, 5000)
	acme.Label, acme.Project = "acme", "p-1"
	l := New([]Entry{acme, other})
	l.NameProject("p-1", "Spring")
	hard := func(m api.Micros) *Limit { return &Limit{Amount: m, Hard: true} }
	pending := []outbox.Submission{labelled("Acme", "", 100), labelled("other", "p-1", 50)}
	for _, c := range []struct {
		why   string
		guard Guard
		subs  []outbox.Submission
		want  VerdictLevel
		words string
	}{
		{"exactly", Guard{Labels: []Share{{Name: "acme", Monthly: hard(1000)}}}, []outbox.Submission{labelled("acme", "", 600)}, BudgetOK, ""},
		{"a millionth more", Guard{Labels: []Share{{Name: "acme", Monthly: hard(1000)}}}, []outbox.Submission{labelled(" ACME", "", 601)}, BudgetHard, "the monthly budget of the label acme is $0.001: $0.0003 is spent, $0.0001 is waiting or unknown"},
		{"softly", Guard{Labels: []Share{{Name: "acme", Daily: &Limit{Amount: 1000}}}}, []outbox.Submission{labelled("acme", "", 601)}, BudgetSoft, "daily budget of the label acme"},
		{"only its own", Guard{Labels: []Share{{Name: "acme", Monthly: hard(1000)}}}, []outbox.Submission{labelled("acme", "", 1), labelled("other", "", 9000)}, BudgetOK, ""},
		{"none of it", Guard{Labels: []Share{{Name: "acme", Monthly: hard(1)}}}, []outbox.Submission{labelled("", "", 9000)}, BudgetOK, ""},
		{"unpriced", Guard{Labels: []Share{{Name: "acme", Monthly: hard(1000)}}}, []outbox.Submission{{Draft: labelled("acme", "", 0).Draft}}, BudgetHard, "not known"},
		{"a project by id", Guard{Projects: []Share{{Name: "p-1", Daily: hard(400)}}}, []outbox.Submission{labelled("", "p-1", 51)}, BudgetHard, "daily budget of the project p-1"},
		{"a project by name", Guard{Projects: []Share{{Name: "spring", Daily: hard(400)}}}, []outbox.Submission{labelled("", "p-1", 51)}, BudgetHard, "of the project spring"},
		{"another project", Guard{Projects: []Share{{Name: "spring", Daily: hard(1)}}}, []outbox.Submission{labelled("", "p-2", 51)}, BudgetOK, ""},
	} {
		v := c.guard.Check(c.subs, l, pending, noon, time.UTC)
		if v.Level != c.want || !strings.Contains(strings.Join(v.Words, "\n"), c.words) {
			t.Errorf("%s: level %d, %q; want %d, %q", c.why, v.Level, v.Words, c.want, c.words)
		}
	}
	g := Guard{Monthly: hard(10_000_000), Labels: []Share{{Name: "acme", Monthly: hard(2_000_000)}, {Name: "else", Daily: hard(1)}}}
	if words := g.Effect([]outbox.Submission{labelled("acme", "", 1_000_000)}, l, pending, noon, time.UTC); len(words) != 2 || !strings.HasPrefix(words[1], "monthly, label acme $2.00: <$0.01 used, $1.00 left") {
		t.Errorf("%q", words)
	}
}
