package account

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/output"
	"dubtop/state/settle"
	"dubtop/state/table"
	"dubtop/state/verdict"
)

var listed = flag.Int("listed", 3000, "how many jobs TestJobsStreamThroughAFilter lists, such as 100000")

// listedJournal returns a journal with n jobs, the newest first, and with facts of
// all kinds about some.
func listedJournal(t *testing.T, n int) *journal.Journal {
	t.Helper()
	j, err := journal.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	ctx, at, r := t.Context(), time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), rand.New(rand.NewPCG(1, 2))
	statuses := []api.Status{api.Completed, api.Failed, api.Rejected, api.Processing, "DREAMING"}
	jobs, ids := make([]state.Generation, n), make([]string, n)
	for i := range jobs {
		ids[i] = fmt.Sprintf("job-%06d", i)
		jobs[i] = state.StoredGeneration(state.Generation{
			ID: api.ID(ids[i]), Created: at.Add(-time.Duration(i) * time.Minute), Status: statuses[r.IntN(len(statuses))],
			Model: []string{"sync-3", "lipsync-2"}[i%2], Name: text.Of(fmt.Sprintf("promo_%d", i%40)), Length: api.Seconds(r.IntN(90)),
		}, true)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for some := range slices.Chunk(jobs, 2000) {
		must(j.SaveGenerations(ctx, some, at))
	}
	must(j.LabelAll(ctx, ids[3:9], "acme"))
	must(j.NoteAll(ctx, ids[205:212], "noisy"))
	must(j.Hide(ctx, ids[5:7], true))
	must(j.JudgeAll(ctx, map[string]verdict.Given{ids[8]: {Verdict: verdict.Approved}}, at))
	must(j.SaveFile(ctx, output.File{Job: ids[4], Kind: output.Output, Path: "/films/promo.mp4", Size: 9, At: at}))
	for i, cost := range []api.Micros{250_000, 2_000_000, 1_990_000} {
		id := api.ID(ids[i*70])
		must(j.AppendEntry(ctx, journal.Entry{Kind: journal.EntryAccepted, Entry: ledger.Entry{At: at, Job: id, Submission: "s" + ids[i], Estimate: new(api.Micros(2_000_000))}}))
		must(j.AppendEntry(ctx, journal.Entry{Kind: journal.EntryCost, Entry: ledger.Entry{At: at, Job: id, Actual: &cost, Basis: ledger.BasisBilled}}))
	}
	w, _, err := j.ClaimUsage(ctx, at, at)
	must(err)
	_, err = j.SaveUsage(ctx, w, []settle.Row{{ID: ids[7], Created: at, Ended: at.Add(time.Hour)}, {ID: ids[30], Created: at, Ended: at.Add(time.Minute)}}, "", at)
	must(err)
	return j
}

// found returns what a query finds, and the mistake in it. Collected reads all jobs
// first.
func found(t interface{ Fatal(args ...any) }, j *journal.Journal, q table.Query, collected bool) (rows []string) {
	k, err := ReadJobs(context.Background(), j)
	if err != nil {
		t.Fatal(err)
	}
	find := k.Find
	said := ""
	mistaken := func(m *table.Mistake) error { said = fmt.Sprintf("%+v", *m); return nil }
	if !collected {
		for row, err := range find(context.Background(), q, mistaken) {
			if err != nil {
				t.Fatal(err)
			}
			took, ok := row.Took()
			rows = append(rows, fmt.Sprint(row.ID, row.Cost, took, ok, row.Label()))
		}
		return append(rows, said)
	}
	q.Hidden = &k.Store.Hidden
	err = k.sorted(context.Background(), q, mistaken, func(row *Job) bool {
		took, ok := row.Took()
		rows = append(rows, fmt.Sprint(row.ID, row.Cost, took, ok, row.Label()))
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return append(rows, said)
}

// What is found while the jobs are read is what is found among all of them: by
// every field, and with the same words about a mistake.
func TestJobsFoundAsTheyAreReadAreAllThatAreFound(t *testing.T) {
	t.Parallel()
	j := listedJournal(t, 230)
	words := []string{
		"status:failed", "status:dream", "status:faild", "model:sync-3", "promo_1", "label:acme", "label:acne", "label:none", "note:noisy", "hidden:yes", "verdict:approved",
		"saved:yes", "cost:>1", "cost:unknown", "took:>5m", "took:<5m", "took:unknown", "len:>30s", "age:<3h", "billed:differently", "set:night", "set:none", "job-0000", "name:promo_39", "-nothing", "stauts:x",
	}
	rapid.Check(t, func(t *rapid.T) {
		q := table.Query{Sort: table.SortAge, Clock: fixedClock{time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)}}
		for range rapid.IntRange(0, 3).Draw(t, "words") {
			q.Text += rapid.SampledFrom([]string{" ", " ", " or ", " -"}).Draw(t, "between") + rapid.SampledFrom(words).Draw(t, "word")
		}
		streamed, collected := found(t, j, q, false), found(t, j, q, true)
		if len(streamed) == 1 && slices.Contains([]string{" took:>5m", " billed:differently", " cost:>1", " note:noisy", " hidden:yes"}, q.Text) {
			t.Fatalf("%s finds nothing", q.Text)
		}
		if !slices.Equal(streamed, collected) {
			t.Fatalf("%q: %d found, %d among all; %q and %q", q.Text, len(streamed), len(collected), streamed[len(streamed)-1], collected[len(collected)-1])
		}
	})
}

// The discount of the plan is that of the latest bills, also for older jobs, of which
// a page may have too few bills to tell.
func TestJobsFoundByTheDiscountOfAll(t *testing.T) {
	t.Parallel()
	j, err := journal.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	for i := range 230 {
		at, bill := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC).Add(time.Duration(i)*time.Minute), api.Micros(1_600_000)
		if i == 20 {
			bill = 2_400_000
		}
		id := api.ID(fmt.Sprintf("job-%06d", i))
		job := state.StoredGeneration(state.Generation{ID: id, Created: at, Status: api.Completed, Model: "sync-3"}, true)
		if err := j.SaveGenerations(t.Context(), []state.Generation{job}, at); err != nil {
			t.Fatal(err)
		}
		if i < 30 && i%4 > 0 { // beyond the first page
			continue
		}
		accepted := ledger.Entry{At: at, Job: id, Submission: "s-" + string(id), Estimate: new(api.Micros(2_000_000))}
		cost := ledger.Entry{At: at, Job: id, Actual: &bill, Basis: ledger.BasisBilled, Outcome: "COMPLETED"}
		for _, e := range []journal.Entry{{Kind: journal.EntryAccepted, Entry: accepted}, {Kind: journal.EntryCost, Entry: cost}} {
			if err := j.AppendEntry(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
	}
	q := table.Query{Text: "billed:differently", Sort: table.SortAge}
	for _, collected := range []bool{false, true} {
		if rows := found(t, j, q, collected); len(rows) != 2 { // the second is the mistake: none
			t.Errorf("collected %t: %q", collected, rows)
		}
	}
}

// A filter keeps no list of the jobs, and the first one comes before all are read.
func TestJobsStreamThroughAFilter(t *testing.T) {
	j := listedJournal(t, *listed)
	k, err := ReadJobs(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, most, n, begin, first := m.HeapAlloc, uint64(0), 0, time.Now(), time.Duration(0)
	for row, err := range k.Find(t.Context(), table.Query{Text: "status:failed or cost:>1", Sort: table.SortAge}, nil) {
		if err != nil || row.Status != api.Failed && row.Cost.Kind == outbox.CostUnknown {
			t.Fatal(err, row)
		}
		if n++; n == 1 {
			first = time.Since(begin)
		}
		if n%1000 == 1 {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
	t.Logf("%d of %d jobs found in %s, the first after %s; %d MB more in use", n, *listed, time.Since(begin), first, (int64(most)-int64(before))>>20)
	if n < *listed/10 || k.Store.Generations.Len() > 0 || most > before+40<<20 {
		t.Errorf("%d found; %d jobs are kept, and %d MB", n, k.Store.Generations.Len(), (int64(most)-int64(before))>>20)
	}
}

// fixedClock is a clock that stands.
type fixedClock struct{ now time.Time }

func (c fixedClock) Now() time.Time { return c.now }
