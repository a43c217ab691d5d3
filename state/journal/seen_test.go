package journal

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/outbox"
)

// seenJob returns a job as in a list.
func seenJob(n int, status api.Status) state.Generation {
	g := api.Generation{
		ID: api.ID(fmt.Sprintf("00000000-0000-4000-8000-%012d", n)), Status: status, Model: "lipsync-2",
		OutputDuration: 28.5, OutputFileName: text.Text(fmt.Sprint("Promo_de_", n)),
		CreatedAt: api.Time{Time: noon.Add(time.Duration(n) * time.Second)},
	}
	if status == api.Failed {
		g.Error, g.ErrorCode = "the input is too long", "generation_input_too_long"
	}
	return state.NewGeneration(g)
}

// everyJob reads all jobs and fails the test on an error.
func everyJob(t testing.TB, j *Journal) (all []state.Generation) {
	t.Helper()
	for g, err := range j.EachGeneration(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, g)
	}
	return all
}

func keepJobs(t testing.TB, j *Journal, jobs ...state.Generation) {
	t.Helper()
	for page := range slices.Chunk(jobs, 100) {
		if err := j.SaveGenerations(t.Context(), page, noon); err != nil {
			t.Fatal(err)
		}
	}
}

func TestJobRoundTrip(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	unnamed := state.NewGeneration(api.Generation{ID: "ÄB-without-a-name", Status: "A NEW WORD"})
	watched := seenJob(3, api.Completed)
	watched.Started, watched.Ended, watched.HasOutput, watched.Gone = noon.Add(1), noon.Add(time.Minute), true, true
	watched.Expect("", 0) // searchable by its present state
	jobs := []state.Generation{watched, seenJob(2, api.Failed), seenJob(1, api.Pending), unnamed}
	intent := state.SubmissionRow(&outbox.Submission{ID: "s1", State: outbox.SubmissionUnknown, SentAt: noon}, 0)
	keepJobs(t, j, append(slices.Clone(jobs), intent)...)
	_ = j.Close()
	j = opened(t, path)
	if got := everyJob(t, j); !reflect.DeepEqual(got, jobs) {
		t.Errorf("came back as\n%+v\nwant\n%+v", got, jobs)
	}
	generations, batches, err := j.Seen(t.Context())
	if err != nil || !generations.Equal(noon) || !batches.IsZero() {
		t.Errorf("seen %v and %v (%v)", generations, batches, err)
	}
}

func TestKnownFactsOfAJobStay(t *testing.T) {
	j := opened(t, journalPath(t))
	pending, running, done := seenJob(1, api.Pending), seenJob(1, api.Processing), seenJob(1, api.Completed)
	done.Ended = noon.Add(time.Minute)
	nameless := state.NewGeneration(api.Generation{ID: done.ID, Status: api.Completed})
	for i, c := range []struct {
		saved  state.Generation
		status api.Status
		ended  time.Time
	}{
		{pending, api.Pending, time.Time{}},
		{running, api.Processing, time.Time{}}, // its start was not seen: a night may lie between
		{done, api.Completed, done.Ended},
		{running, api.Completed, done.Ended},  // a late answer
		{nameless, api.Completed, done.Ended}, // and another without a name
	} {
		keepJobs(t, j, c.saved)
		got := everyJob(t, j)
		if len(got) != 1 || got[0].Status != c.status || !got[0].Ended.Equal(c.ended) || !got[0].Started.IsZero() ||
			got[0].Name != pending.Name || !got[0].Created.Equal(pending.Created) {
			t.Fatalf("after step %d: %+v", i, got)
		}
	}
}

func TestJobsArePagedNewestFirst(t *testing.T) {
	j := opened(t, journalPath(t))
	var jobs []state.Generation
	for i := range 4500 {
		g := seenJob(i, api.Completed)
		g.Created = noon.Add(-time.Duration(i/3) * time.Second) // three created at each time
		jobs = append(jobs, g)
	}
	keepJobs(t, j, jobs...)
	if got := everyJob(t, j); !reflect.DeepEqual(got, jobs) {
		t.Errorf("%d jobs, or not in order", len(got))
	}
	var last state.Generation
	for n := 0; n < 20; n += 7 {
		page, err := j.Generations(t.Context(), 7, last)
		if err != nil || !reflect.DeepEqual(page, jobs[n:n+7]) {
			t.Fatalf("page from %d: %+v (%v)", n, page, err)
		}
		last = page[6]
	}
	// The journal can be used for other things while the jobs are read.
	for _, err := range j.EachGeneration(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		keepJobs(t, j, seenJob(1, api.Completed))
		if err := j.SaveSetting(t.Context(), "a", "b"); err != nil {
			t.Fatal(err)
		}
		break
	}
}

func TestBatchesAreKept(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	batch := func(n int, status api.BatchStatus, done int) state.Batch {
		return state.NewBatch(api.Batch{
			ID: api.ID(fmt.Sprint("b", n)), Status: status, Total: 24, Succeeded: done, Failed: 1,
			CreatedAt: api.Time{Time: noon.Add(time.Duration(n) * time.Minute)},
		})
	}
	old, young := batch(1, api.BatchCompleted, 23), batch(2, api.BatchProcessing, 4)
	old.HasOutput = true
	intent := state.BatchSubmissionRow(&outbox.Submission{ID: "s1", SentAt: noon, State: outbox.SubmissionUnknown}, 0)
	for _, rows := range [][]state.Batch{{old, batch(2, api.BatchPending, 0)}, {young, intent, batch(1, api.BatchProcessing, 2)}} {
		if err := j.SaveBatches(t.Context(), rows, noon); err != nil {
			t.Fatal(err)
		}
	}
	_ = j.Close()
	j = opened(t, path)
	if got, err := j.Batches(t.Context()); err != nil || !reflect.DeepEqual(got, []state.Batch{young, old}) {
		t.Errorf("came back as\n%+v (%v), want\n%+v", got, err, []state.Batch{young, old})
	}
	if _, batches, err := j.Seen(t.Context()); err != nil || !batches.Equal(noon) {
		t.Errorf("seen %v (%v)", batches, err)
	}
}

// A power cut may lose a second of the lists, but never money.
func TestOnlyMoneyWaitsForTheDisk(t *testing.T) {
	j := opened(t, journalPath(t))
	keepJobs(t, j, seenJob(1, api.Pending))
	for name, c := range map[string]struct {
		db   querier
		want int
	}{"money": {j.db, 2}, "lists": {j.lists, 1}} {
		var mode int
		if err := c.db.QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&mode); err != nil || mode != c.want {
			t.Errorf("%s are written with synchronous %d, want %d (%v)", name, mode, c.want, err)
		}
	}
}

func TestNewerJournalShowsItsLists(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	keepJobs(t, j, seenJob(1, api.Completed))
	if _, err := j.db.ExecContext(t.Context(), fmt.Sprintf("PRAGMA user_version = %d", schemaVersion+1)); err != nil {
		t.Fatal(err)
	}
	_ = j.Close()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	j = opened(t, path)
	if got := everyJob(t, j); len(got) != 1 {
		t.Errorf("%d jobs are there", len(got))
	}
	s := confirmed("s1")
	for what, err := range map[string]error{
		"SaveGenerations": j.SaveGenerations(t.Context(), []state.Generation{seenJob(2, api.Pending)}, noon),
		"SaveBatches":     j.SaveBatches(t.Context(), nil, noon),
		"AppendEntry":     j.AppendEntry(t.Context(), accepted(1)),
		"Enqueue":         j.Enqueue(t.Context(), s, noon),
		"Reorder":         j.Reorder(t.Context(), nil),
		"PauseItem":       j.PauseItem(t.Context(), "s1", true),
		"Drop":            j.Drop(t.Context(), "s1", noon),
		"BeginResending":  j.BeginResending(t.Context(), sending(t, s)),
		"LabelAll":        j.LabelAll(t.Context(), []string{"s1", "s2"}, "promo"),
		"NoteAll":         j.NoteAll(t.Context(), []string{"s1", "s2"}, "retake"),
		"Sender":          second(j.Sender(noon)),
	} {
		if !errors.Is(err, ErrNewer) {
			t.Errorf("%s = %v, want ErrNewer", what, err)
		}
	}
	_ = j.Close()
	if after, err := os.ReadFile(path); err != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("the newer journal was changed (%v)", err)
	}
}

func second(_ bool, _ Holder, err error) error { return err }

// many returns a journal with 100,000 jobs.
func many(b *testing.B) (path string) {
	b.Helper()
	path = journalPath(b)
	j := opened(b, path)
	jobs := make([]state.Generation, 0, 100_000)
	for i := range cap(jobs) {
		jobs = append(jobs, seenJob(i, api.Completed))
	}
	keepJobs(b, j, jobs...)
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

func BenchmarkGenerations(b *testing.B) {
	path := many(b)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			j, err := Open(b.Context(), path)
			if err != nil {
				b.Fatal(err)
			}
			_ = j.Close()
		}
	})
	b.Run("open and newest 200", func(b *testing.B) {
		for b.Loop() {
			j, err := Open(b.Context(), path)
			if err != nil {
				b.Fatal(err)
			}
			if page, err := j.Generations(b.Context(), 200, state.Generation{}); err != nil || len(page) != 200 {
				b.Fatal(len(page), err)
			}
			_ = j.Close()
		}
	})
	j := opened(b, path)
	b.Run("newest 200", func(b *testing.B) {
		for b.Loop() {
			if page, err := j.Generations(b.Context(), 200, state.Generation{}); err != nil || len(page) != 200 {
				b.Fatal(len(page), err)
			}
		}
	})
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			if got := everyJob(b, j); len(got) != 100_000 {
				b.Fatal(len(got))
			}
		}
	})
	page := make([]state.Generation, 0, 100)
	for i := range cap(page) {
		page = append(page, seenJob(50_000+i, api.Completed))
	}
	b.Run("save 100 known", func(b *testing.B) {
		for b.Loop() {
			keepJobs(b, j, page...)
		}
	})
	b.Run("save 100 changed", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			for i := range page {
				page[i].Length = api.Seconds(n)
			}
			keepJobs(b, j, page...)
		}
	})
	b.Run("save 100 new", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			for i := range page {
				page[i] = seenJob(200_000+n*len(page)+i, api.Completed)
			}
			keepJobs(b, j, page...)
		}
	})
}
