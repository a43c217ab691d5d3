package ui_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/settle"
	"dubtop/ui"
)

// TestCostsAreSettledTogether reads what many jobs cost with one request, again for
// those whose cost was not recorded, and asks for no job by itself.
func TestCostsAreSettledTogether(t *testing.T) {
	t.Parallel()
	account := simulator.Options{Profile: simulator.Current, CostDelay: 3 * time.Minute}
	st := ourJobs(stage{account: account, width: 140, height: 40}, 40, 5*time.Second)
	tell(t, st, func(s *story) {
		s.Pass(time.Minute)
		if n := s.requests("/v2/usage/generations"); n != 1 {
			t.Errorf("%d requests in the first minute", n)
		}
		s.Pass(20 * time.Minute)
		if n, twice := s.billed(); n != 40 || twice > 0 {
			t.Errorf("%d are billed, %d twice", n, twice)
		}
		if usage, costs := s.requests("/v2/usage/generations"), s.requests("/costs"); usage > 4 || costs > 0 {
			t.Errorf("%d requests for what finished, %d for single costs", usage, costs)
		}
		before := s.requests("/v2/usage/generations")
		s.Pass(time.Hour)
		if n := s.requests("/v2/usage/generations") - before; n > 0 {
			t.Errorf("%d requests at rest", n)
		}
	})
}

// TestWindowsSettleOnceBetweenThem has one of two windows ask, and both show it.
func TestWindowsSettleOnceBetweenThem(t *testing.T) {
	t.Parallel()
	st := ourJobs(stage{journal: filepath.Join(t.TempDir(), "journal.db"), account: simulator.Options{Profile: simulator.Current}}, 30, time.Hour)
	tell(t, st, func(s *story) {
		other := s.beside()
		s.Pass(30 * time.Minute)
		if n, twice := s.billed(); n != 30 || twice > 0 {
			t.Errorf("%d are billed, %d twice", n, twice)
		}
		for _, window := range []*story{s, other} {
			window.Press("6")
			window.Sees("actual $27.50")
		}
		if n := s.requests("/v2/usage/generations"); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

// TestWindowsAndADrainSettleOnceBetweenThem has one of two windows and a drain
// ask for what finished, by the server's log, also for what the drain sent.
func TestWindowsAndADrainSettleOnceBetweenThem(t *testing.T) {
	t.Parallel()
	st := ourJobs(stage{journal: filepath.Join(t.TempDir(), "journal.db"), account: simulator.Options{Profile: simulator.Current}}, 30, time.Hour)
	var sends *journal.Journal
	st.config = func(*ui.Config) {
		if sends != nil {
			return
		}
		j, err := journal.Open(context.WithoutCancel(t.Context()), st.journal)
		if err == nil {
			_, _, err = j.Sender(time.Now()) // before the windows
		}
		if err != nil {
			t.Fatal(err)
		}
		sends = j
	}
	tell(t, st, func(s *story) {
		drain, err := s.configOf("", s.account, st.journal)
		s.must(err)
		drain.Journal = sends
		s.t.Cleanup(func() { _ = sends.Close() })
		s.waiting(st.journal, "night", s.account, 8)
		drain.Pace = state.DefaultPace()
		drained := make(chan error, 1)
		go func() {
			d := account.Drain{Account: account.New(*drain, time.Now())}
			_, err := d.Run(s.t.Context())
			drained <- err
		}()
		other := s.beside()
		s.Pass(40 * time.Minute)
		other.Pass(time.Second)
		s.must(<-drained)
		if n := len(s.account.Accepted()); n != 8 {
			t.Errorf("%d jobs were accepted", n)
		}
		if n, twice := s.billed(); n != 38 || twice > 0 {
			t.Errorf("%d are billed, %d twice", n, twice)
		}
		s.settledApart()
	})
}

// settledApart fails if what finished was asked for twice for the same range, or
// twice within a rest.
func (s *story) settledApart() {
	s.t.Helper()
	asked := make(map[string]bool)
	var last time.Time
	for _, r := range s.account.Requests() {
		if r.Path != "/v2/usage/generations" {
			continue
		}
		if asked[r.Query] || !last.IsZero() && r.Time.Sub(last) < settle.Rest {
			s.t.Errorf("asked twice: %s at %s and %s", r.Query, last, r.Time)
		}
		asked[r.Query], last = true, r.Time
	}
	if len(asked) < 2 {
		s.t.Errorf("%d requests for what finished", len(asked))
	}
}

// TestWhatFinishedTellsHowLongJobsTake shows how long jobs took that nobody
// watched, and foretells others by them; after a restart at once, from the journal.
func TestWhatFinishedTellsHowLongJobsTake(t *testing.T) {
	t.Parallel()
	st := stage{account: simulator.Options{Profile: simulator.Current, Generations: -1}, journal: filepath.Join(t.TempDir(), "journal.db"), width: 140, height: 45}
	st.prepare = func(a *simulator.Server) {
		for i := range 30 {
			a.Add(simulator.Job{Name: fmt.Sprintf("night_%02d", i), Seconds: 30, Age: time.Duration(i+2) * time.Hour, Pending: 5 * time.Second, Processing: 32 * time.Second})
		}
	}
	tell(t, st, func(s *story) {
		s.Pass(25 * time.Second)
		s.Sees("night_03", "took 37s")
		s.Press("/")
		s.Type("took:>40s")
		s.DoesNotSee("night_03")
		s.Press("ctrl+u")
		s.Type("took:>30s")
		s.Sees("night_03", "30 in all")
		s.Press("esc", "esc")
		s.account.Add(simulator.Job{Name: "tonight", Seconds: 30, Pending: 5 * time.Second, Processing: 32 * time.Second})
		s.Pass(15 * time.Second)
		s.Press("k")
		s.Sees("~23s", "30 finished")
		s.Pass(time.Minute)
		s.Press("4")
		s.Sees("37s")
		s.again(time.Minute)
		s.Pass(3 * time.Second)
		s.Press("j", "enter")
		s.Sees("37s from its creation on")
	})
}

// billed counts the jobs in the journal that are billed, and those that are so
// twice.
func (s *story) billed() (jobs, twice int) {
	s.t.Helper()
	entries, damage, err := s.book.Entries(s.t.Context())
	if err != nil || len(damage) > 0 {
		s.t.Fatal(err, damage)
	}
	seen := make(map[api.ID]bool)
	for _, e := range entries {
		if e.Basis != ledger.BasisBilled {
			continue
		}
		if seen[e.Job] {
			twice++
		}
		seen[e.Job] = true
	}
	return len(seen), twice
}
