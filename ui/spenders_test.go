package ui_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/ui"
)

// threeSpenders is an account with 20 jobs of ours, 3 more of our key, and 5 of
// another one, each of them within the day.
func threeSpenders(scope ledger.Scope) stage {
	st := stage{
		account: simulator.Options{Profile: simulator.Current, Generations: -1}, width: 140, height: 45,
		config: func(c *ui.Config) {
			c.Guard = ledger.Guard{Scope: scope, Monthly: dollars(28_000_000, true)}
		},
		prepare: func(a *simulator.Server) {
			for i := range 3 {
				a.Add(simulator.Job{Name: fmt.Sprint("elsewhere ", i), Seconds: 60, Age: time.Hour, Status: "COMPLETED"})
			}
			for i := range 5 {
				a.Add(simulator.Job{Name: fmt.Sprint("night ", i), Key: "night shift", Seconds: 60, Age: time.Hour, Status: "COMPLETED"})
			}
		},
	}
	return ourJobs(st, 20, time.Minute)
}

// Totals keep dubtop, its key elsewhere and other keys apart, and say whose jobs
// the other sums count.
func TestTotalsBySpender(t *testing.T) {
	t.Parallel()
	for scope, counted := range map[ledger.Scope]string{
		ledger.ScopeOwn: "dubtop's own jobs", ledger.ScopeKey: "this key's jobs", ledger.ScopeOrganisation: "the organisation's jobs",
	} {
		tell(t, threeSpenders(scope), func(s *story) {
			s.Pass(2 * time.Minute)
			s.Press("6")
			s.Sees("counted   " + counted)
			jobs := map[ledger.Scope]string{ledger.ScopeOwn: "20 jobs", ledger.ScopeKey: "23 jobs", ledger.ScopeOrganisation: "28 jobs"}[scope]
			s.Sees(jobs)
			s.Press("T", "[")
			s.Sees("[by spender]", "SPENDER", "dubtop ", "this key, elsewhere", "key night shift", "Counted: the organisation's jobs", "budgets count "+counted)
			s.Press("[")
			s.Sees("[by project]", "Counted: "+counted)
			s.Press("esc", "1")
			s.fillForm()
			s.Press("ctrl+s")
			s.Pass(time.Second)
			if scope == ledger.ScopeOwn {
				s.Sees("Send this job?")
				return
			}
			s.Sees("Not within the budget", "monthly budget of "+counted)
		})
	}
}

// Where dubtop has sent nothing, the totals still show what others spent.
func TestTotalsOfOthersAlone(t *testing.T) {
	st := threeSpenders(ledger.ScopeOwn)
	st.booked = nil
	tell(t, st, func(s *story) {
		s.Pass(2 * time.Minute)
		s.Press("6", "T", "[")
		s.Sees("[by spender]", "key night shift")
	})
}

// A job that was billed otherwise than estimated is marked, counted, found by a
// filter, and exported for the vendor without what is the user's own.
func TestBilledDifferently(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "vendor.csv")
	st := ourJobs(stage{account: simulator.Options{Profile: simulator.Current}, width: 140, height: 45}, 6, time.Minute)
	tell(t, st, func(s *story) {
		s.Pass(2 * time.Minute)
		s.Sees("!$0.50")
		s.Press("6")
		s.Sees("billed differently: 5", "!$0.50", "differently (!): $0.50", "less than estimated")
		s.Press("1", "/")
		s.Type("billed:differently")
		s.Press("enter")
		s.Sees("1 of 5")
		s.Press("6", "/")
		s.Type("billed:differently")
		s.Press("enter")
		s.Sees("ours_000")
		s.DoesNotSee("ours_003") // failed, and free
		s.Press("E")
		s.Sees("dubtop-billed-differently-")
		s.Press("ctrl+u")
		s.Type(path)
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("5 rows written to")
		got, err := os.ReadFile(path)
		if err != nil || !strings.HasPrefix(string(got), "job,sent,model,outcome,seconds,estimate_usd,billed_usd,difference_usd,what\r\n") ||
			strings.Count(string(got), " than estimated") != 5 || strings.Contains(string(got), "acme") {
			s.t.Errorf("%v\n%s", err, got)
		}
	})
}

// The discount of a plan is said once, and only a job without it is marked.
func TestDiscountOfThePlanIsNoDifference(t *testing.T) {
	t.Parallel()
	st := stage{account: simulator.Options{Generations: -1}, width: 200, height: 45, booked: func(j *journal.Journal) {
		for i := range 20 {
			e := ledger.Entry{
				At: begins().Add(-time.Duration(i+1) * time.Hour), Submission: fmt.Sprint("s", i), Job: api.ID(fmt.Sprint("job-", i)),
				Model: "lipsync-2", Estimate: new(api.Micros(1_000_000 + 50_000*i)),
			}
			_ = j.AppendEntry(context.Background(), journal.Entry{Kind: journal.EntryAccepted, Entry: e}) // a missing one is seen
			e.Actual, e.Basis = new(*e.Estimate*4/5), ledger.BasisBilled
			if i == 3 {
				*e.Actual = 3_000_000
			}
			_ = j.AppendEntry(context.Background(), journal.Entry{Kind: journal.EntryCost, Entry: e})
		}
	}}
	tell(t, st, func(s *story) {
		s.Pass(time.Minute)
		s.Press("6")
		s.Sees("discount  20% below the", "billed differently: 1", "!$3.00")
		s.DoesNotSee("!$0.80")
	})
}
