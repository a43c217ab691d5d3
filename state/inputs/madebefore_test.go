package inputs

import (
	"flag"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/jobset"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

var history = flag.Int("history", 2000, "how many jobs the history of BenchmarkMadeBefore has")

// take is the draft of the job with a number.
func take(n int) draft.Draft {
	return draft.Draft{
		ID: fmt.Sprint("d", n), Model: "lipsync-2", OutputFileName: fmt.Sprintf("take_%06d", n),
		Visual: fmt.Sprintf("https://cdn.example.com/%06d.mp4", n), Audio: fmt.Sprintf("https://cdn.example.com/%06d.wav", n),
		Options: map[string]string{"sync_mode": "loop"},
	}
}

// enqueued fills a journal with n jobs.
func enqueued(tb testing.TB, j *journal.Journal, n int) {
	tb.Helper()
	now := time.Now()
	subs := make([]outbox.Submission, 0, n)
	for i := range n {
		s, err := outbox.NewSubmission(fmt.Sprintf("s%06d", i), take(i), draft.CheckEnv{Now: now})
		if err == nil {
			err = s.Estimate(outbox.Price{Cost: new(api.Micros(1_250_000)), Seconds: 25}, now)
		}
		if err == nil {
			err = s.Confirm(now, fmt.Sprint("key-", i))
		}
		must(tb, err)
		subs = append(subs, s)
	}
	for some := range slices.Chunk(subs, 10_000) {
		must(tb, j.EnqueueAll(tb.Context(), some, nil, now))
	}
}

// Jobs are found by their content and nothing else: whatever has the same digest,
// and in journals that have no digests or only some.
func TestMadeBeforeIsComparedInFull(t *testing.T) {
	dir := t.TempDir()
	for name, digests := range map[string]journal.Digests{
		"digests": digestsOf,
		"collisions": func(sub *outbox.Submission) iter.Seq[int64] {
			return func(yield func(int64) bool) {
				for n := range 4 {
					if !yield(jobset.Digest(new(take(n)))) {
						return
					}
				}
			}
		},
		"none": nil,
	} {
		j, err := journal.OpenMemory()
		must(t, err)
		defer j.Close()
		enqueued(t, j, 3)
		if digests != nil {
			must(t, j.Digest(t.Context(), digests))
			alike := 0
			must(t, j.EachAlike(t.Context(), []int64{jobset.Digest(new(take(0)))}, func(*outbox.Submission) { alike++ }))
			if want := map[string]int{"digests": 1, "collisions": 3}[name]; alike != want {
				t.Errorf("%s: %d are alike, want %d", name, alike, want)
			}
		}
		local := take(7)
		local.Visual, local.Audio = "a.mp4", "~/b.wav"
		s, err := outbox.NewSubmission("local", local, draft.CheckEnv{Home: "/home/me"})
		s.State = outbox.SubmissionConfirmed // its files don't exist
		must(t, err, j.SaveSubmission(t.Context(), s))
		signed, other, gone, files, elsewhere := take(0), take(1), take(3), local, local
		signed.Visual += "?X-Amz-Signature=1"
		other.Options = map[string]string{"sync_mode": "cut_off"}
		files.Visual, files.Audio = filepath.Join(dir, "a.mp4"), "/home/me/b.wav"
		elsewhere.Visual = "/else/a.mp4"
		asked := []draft.Draft{signed, other, gone, files, elsewhere}
		before, err := JobSources{Env: draft.CheckEnv{Dir: dir, Home: "/home/me"}}.MadeBefore(t.Context(), j, asked)
		must(t, err)
		for i, want := range []string{"already in the queue", "", "", "already in the queue", ""} {
			if got := before[jobset.ContentOf(asked[i])].Words; got != want {
				t.Errorf("%s: draft %d is %q, want %q", name, i, got, want)
			}
		}
	}
}

// BenchmarkMadeBefore compares job sets with a long history: go test
// ./state/inputs -run '^$' -bench MadeBefore -history 100000. Sets of new rows
// find no job, and sets of old ones as many as they have rows.
func BenchmarkMadeBefore(b *testing.B) {
	j, err := journal.Open(b.Context(), filepath.Join(b.TempDir(), "journal.db"))
	must(b, err)
	defer j.Close()
	enqueued(b, j, *history)
	start := time.Now()
	_, err = JobSources{}.MadeBefore(b.Context(), j, []draft.Draft{take(0)})
	must(b, err)
	b.Log("digesting the history took", time.Since(start))
	for _, rows := range []int{48, 10_000} {
		for from, kind := range map[int]string{0: "old", *history: "new"} {
			set := make([]draft.Draft, rows)
			for i := range set {
				set[i] = take(from + i)
			}
			b.Run(fmt.Sprintf("%d %s rows", rows, kind), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					before, err := (JobSources{}).MadeBefore(b.Context(), j, set)
					if want := max(0, min(rows, *history-from)); err != nil || len(before) != want {
						b.Fatal(len(before), err)
					}
				}
			})
		}
	}
}
