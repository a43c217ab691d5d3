package ui_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/api/text"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/ui"
)

// makes sends one job and waits until it is accepted.
func (s *story) makes() {
	s.t.Helper()
	s.Pass(15 * time.Second)
	s.price()
	s.Press("y")
	s.Pass(2 * time.Second)
	s.Sees("accepted")
}

// jobs returns the ids of the accepted jobs, newest first.
func (s *story) jobs() (ids []api.ID) {
	s.t.Helper()
	subs, err := s.book.Submissions(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, sub := range subs {
		if sub.State == outbox.SubmissionSent {
			ids = append(ids, sub.GenerationID)
		}
	}
	return ids
}

// entry returns the journal's ledger entry of a job.
func (s *story) entry(job api.ID) ledger.Entry {
	s.t.Helper()
	entries, damage, err := s.book.Entries(s.t.Context())
	if err != nil || len(damage) > 0 {
		s.t.Fatal(err, damage)
	}
	e, _ := journal.LedgerOf(entries).Find(job)
	return e
}

func TestActualCostIsBooked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		profile simulator.Profile
		shown   string
		basis   ledger.CostBasis
	}{
		{simulator.Current, "$1.25", ledger.BasisBilled},
		{simulator.Seed, "$1.25", ledger.BasisBilled},
		{simulator.Strict, "?$1.25", ledger.BasisDerived},
	} {
		t.Run(string(c.profile), func(t *testing.T) {
			tell(t, stage{account: simulator.Options{Profile: c.profile}}, func(s *story) {
				s.makes()
				s.Press("6")
				s.Pass(time.Second)
				s.Sees("1 of 1", "○ pending", "$1.25")
				if row := s.row("talk_28s"); !strings.Contains(row, "–") {
					t.Errorf("it has no actual cost yet: %q", row)
				}
				s.waitFor("talk_28s", "completed")
				s.waitFor("talk_28s", " "+c.shown+"         =")
				s.Pass(5 * time.Second)
				e := s.entry(s.jobs()[0])
				if e.Outcome != "COMPLETED" || e.Actual == nil || *e.Actual != 1_250_000 || e.Basis != c.basis {
					t.Errorf("booked %+v", e)
				}
			})
		})
	}
}

// In the first version of the API the cost of a failed job is never known.
func TestCostOfAFailedJob(t *testing.T) {
	t.Parallel()
	for profile, shown := range map[simulator.Profile]string{simulator.Current: " ~$1.25     $0.00", simulator.Strict: " ~$1.25         –"} {
		tell(t, stage{account: simulator.Options{Profile: profile}}, func(s *story) {
			s.makes()
			s.account.Finish(string(s.jobs()[0]), "FAILED", "generation_unknown_error")
			s.Press("6")
			s.Pass(6 * time.Minute)
			if row := s.row("talk_28s"); !strings.Contains(row, "✗ failed") || !strings.Contains(row, shown) {
				t.Errorf("%s: %q", profile, row)
			}
			s.Sees("failures")
			if e := s.entry(s.jobs()[0]); e.Outcome != "FAILED" || (e.Actual != nil) != (profile == simulator.Current) {
				t.Errorf("%s: booked %+v", profile, e)
			}
		})
	}
}

func TestCostsAreRequestedAfterARestart(t *testing.T) {
	t.Parallel()
	st := stage{journal: filepath.Join(t.TempDir(), "journal.db"), account: simulator.Options{Profile: simulator.Current}}
	tell(t, st, func(s *story) {
		s.makes()
		s.again(time.Hour) // it ends while dubtop is not running
		s.Pass(30 * time.Second)
		s.Sees("today $1.25")
		s.Press("6")
		s.waitFor("talk_28s", " $1.25         =")
		s.Pass(2 * time.Second)
		s.account.Fault("*", cutOff())
		s.again(24 * time.Hour)
		s.Press("6")
		s.Pass(100 * time.Millisecond)
		s.Sees("talk_28s", "✓ completed", " $1.25         =", "Nov 20 18:30")
		s.DoesNotSee("today $") // that was yesterday
	})
}

// A server that does not know a cost yet is asked again, at growing intervals,
// and never while refreshing is paused.
func TestPendingCostIsRequestedLater(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Profile: simulator.Current}}, func(s *story) {
		s.makes()
		id := string(s.jobs()[0])
		s.account.Fault("GET /v2/generate/{id}/costs", simulator.Fault{
			Status: 200, Body: `{"availability":"pending","totalCostUsd":null,"knownSubtotalUsd":"0.00","retryAfterSeconds":15}`,
		})
		s.account.Fault("GET /v2/usage/generations", simulator.Fault{Status: 404, Body: `{"statusCode":404,"message":"Cannot GET /v2/usage/generations"}`})
		s.account.Finish(id, "COMPLETED", "")
		s.Pass(16 * time.Minute)
		if n := s.requests("/costs"); n < 3 || n > 8 {
			t.Errorf("%d questions in ten minutes", n)
		}
		s.Press(",")
		before := s.requests("/costs")
		s.Pass(time.Hour)
		if n := s.requests("/costs") - before; n > 0 {
			t.Errorf("%d questions while paused", n)
		}
		s.Press(",")
		s.account.ClearFaults()
		s.Pass(time.Hour)
		if e := s.entry(api.ID(id)); e.Basis != ledger.BasisBilled {
			t.Errorf("booked %+v", e)
		}
	})
}

// ourJobs returns n jobs in the account's past, and their ledger entries.
func ourJobs(st stage, n int, every time.Duration) stage {
	id := func(i int) string { return fmt.Sprintf("%08d-64a4-4c55-a6a1-4f3b2f7a1111", i) }
	statuses := []string{"COMPLETED", "COMPLETED", "COMPLETED", "FAILED", "COMPLETED"}
	prepare := st.prepare
	st.prepare = func(a *simulator.Server) {
		if prepare != nil {
			prepare(a)
		}
		for i := range n {
			job := simulator.Job{
				ID: id(i), Name: fmt.Sprintf("ours_%03d", i), Seconds: float64(10 + i%7*5),
				Age: time.Duration(i+1) * every, Status: statuses[i%len(statuses)],
			}
			if job.Status == "FAILED" {
				job.ErrorCode = "generation_unknown_error"
			}
			a.Add(job)
		}
	}
	st.booked = func(j *journal.Journal) {
		for i := n - 1; i >= 0; i-- {
			e := journal.Entry{Kind: journal.EntryAccepted, Entry: ledger.Entry{
				At: begins().Add(-time.Duration(i+1) * every), Submission: "s" + id(i), Job: api.ID(id(i)), Model: "lipsync-2",
				Label: text.Of([]string{"acme", "", "globex"}[i%3]), Seconds: float64(10 + i%7*5),
				Estimate: new(api.Micros(1_000_000 + 50_000*(i%4))),
			}}
			if i%11 == 10 {
				e.Estimate = nil
			}
			if err := j.AppendEntry(context.Background(), e); err != nil {
				panic(err)
			}
			if e.Label != "" {
				if err := j.LabelAll(context.Background(), []string{id(i)}, string(e.Label)); err != nil {
					panic(err)
				}
			}
		}
	}
	return st
}

// However many costs are missing, requesting them never exceeds the poller's
// quota.
func TestCostRequestsStayWithinTheQuota(t *testing.T) {
	t.Parallel()
	for _, profile := range profiles() {
		st := ourJobs(stage{account: simulator.Options{Profile: profile}, width: 60, height: 12}, 60, time.Minute)
		tell(t, st, func(s *story) {
			s.Pass(time.Minute)
			began := time.Now()
			s.Pass(3 * time.Minute)
			if n := s.busiest(began); n > 12 {
				t.Errorf("%s: %d requests within a minute at rest", profile, n)
			}
			usage, n := s.requests("/v2/usage/generations"), s.requests("/costs")
			if usage != 1 || (n == 0) != (profile == simulator.Current) || profile == simulator.Strict && n > 1 {
				t.Errorf("%s: %d questions for costs", profile, n)
			}
		})
	}
	busy := simulator.Options{Profile: simulator.Current, Plan: simulator.Enterprise, Slots: 1000}
	st := ourJobs(stage{account: busy, prepare: func(a *simulator.Server) { a.SetRunning(200) }}, 60, time.Minute)
	tell(t, st, func(s *story) {
		s.Pass(4 * time.Minute)
		if n := s.busiest(begins()); n > 60 {
			t.Errorf("%d requests within a minute", n)
		}
	})
}

func TestDamagedRowIsShownUntilItWasOpened(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	st := stage{journal: path, account: simulator.Options{Profile: simulator.Current}}
	tell(t, st, func(s *story) {
		s.makes()
		s.Pass(time.Second)
		s.makes()
		if err := s.Quit(); err != nil {
			t.Fatal(err)
		}
		_ = s.book.Close()
		flip(s.t, path)
		s.start()
		s.Pass(time.Second)
		s.Sees("1 row of the ledger is damaged and left out of all sums; 6 shows it", "today ~$1.25")
		s.Press("6")
		s.Pass(20 * time.Second)
		s.Sees("! damaged", "of the ledger, not in the sums", "1 of 2")
		s.Press("enter")
		s.Sees("damaged row 1", "It is left out of all sums", "Nothing was changed")
		s.Press("esc")
		s.DoesNotSee("! damaged")
		s.Sees("1 of 1")
	})
}

// flip changes one bit of the first amount in the file.
func flip(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, query := range []string{"DROP TRIGGER ledger_is_final", "UPDATE ledger SET estimate = estimate | 4194304 WHERE seq = 1"} {
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLedgerExportOverwritesNothing(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	st := stage{width: 160, height: 30, config: func(c *ui.Config) { c.Home = home }}
	tell(t, st, func(s *story) {
		s.makes()
		s.Press("6", "E")
		s.Sees("export to: ~/dubtop-ledger-2026-11-20.csv")
		s.Press("enter")
		s.Pass(time.Second)
		path := filepath.Join(home, "dubtop-ledger-2026-11-20.csv")
		s.Sees("1 row written to")
		table, err := os.ReadFile(path)
		if err != nil || strings.Count(string(table), "\r\n") != 2 || !strings.Contains(string(table), string(s.jobs()[0])) {
			t.Fatalf("%q, %v", table, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Error(info.Mode(), err)
		}
		s.Press("E", "enter")
		s.Pass(time.Second)
		s.Sees("is there already; nothing was overwritten")
		if now, _ := os.ReadFile(path); string(now) != string(table) {
			t.Error("it was overwritten")
		}
		s.Press("E", "ctrl+u", "enter")
		s.Sees("there was no path to write to")
		s.Press("E", "ctrl+u")
		s.Type("/nowhere/ledger.csv")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("not exported: /nowhere/ledger.csv: no such file or directory")
	})
}

func TestLabelsAreFoundAndCounted(t *testing.T) {
	t.Parallel()
	st := stage{journal: filepath.Join(t.TempDir(), "journal.db"), account: simulator.Options{Profile: simulator.Current}}
	tell(t, st, func(s *story) {
		s.fillForm()
		s.fill("Label", "acme spring")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		if body := s.posts()[0].Body; strings.Contains(string(body), "acme") {
			t.Errorf("the label was sent: %s", body)
		}
		s.Press("g")
		s.Sees("label     acme spring") // in the pane
		s.makes()
		s.Press("g", "t")
		s.Sees("label of ", "enter save")
		s.Type(strings.Repeat("0123456789", 7))
		s.Pass(time.Second)
		s.Sees(": " + strings.Repeat("0123456789", 6) + "0123")
		s.DoesNotSee("01234567890123456789012345678901234567890123456789012345678901234")
		s.Press("ctrl+u")
		s.Type("globex")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("labelled globex", "label     globex")

		s.Press("/")
		s.Type("label:acme")
		s.Press("enter")
		s.Sees("1 of 1, ")
		s.Press("esc", "6")
		s.Sees("1 of 2", "acme spr", "globex")
		s.Press("/")
		s.Type("label:globex")
		s.Press("enter")
		s.Sees("1 of 1, 2 in all")
		s.Press("t", "ctrl+u")
		s.Type("initech")
		s.Press("enter", "esc")
		s.Pass(time.Second)
		s.Sees("initech")
		s.Press("T", "[", "[", "[")
		s.Sees("[by label]", "initech", "acme spring")
		s.Press("esc")

		s.again(time.Minute)
		s.Press("6")
		s.Pass(time.Second)
		s.Sees("acme spr", "initech")
		s.DoesNotSee("globex")
		s.Press("g", "t", "ctrl+u", "enter")
		s.Pass(time.Second)
		s.Sees("label removed")
		s.again(time.Minute)
		s.Press("6")
		s.Pass(time.Second)
		s.DoesNotSee("initech", "globex")
	})
}

func TestLedgerRowsOpenTheirJobs(t *testing.T) {
	t.Parallel()
	st := ourJobs(stage{account: simulator.Options{Profile: simulator.Current}}, 12, 26*time.Hour)
	tell(t, st, func(s *story) {
		s.Press("6")
		s.Pass(5 * time.Second)
		s.Sees("1 of 12", "ours_000", "today", "this week", "all time", "12 jobs", "last ")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("[Overview]", "ours_000")
		s.Press("esc", "o")
		s.Pass(time.Second)
		if len(s.opened) != 1 {
			t.Errorf("opened %q\n%s", s.opened, s.Screen())
		}
		s.Press("y")
		s.Sees("id copied")
		s.Press("T")
		s.Sees("[overview]", "all time", "12 jobs", "last ")
		s.Press("]")
		s.Sees("[by day]", "2026-11-19", "JOBS")
		s.Press("]")
		s.Sees("[by week]", "2026-W47")
		s.Press("]", "]")
		s.Sees("[by model]", "lipsync-2", "$")
		s.Press("esc", "F")
		s.Sees("failures only")
	})
}
