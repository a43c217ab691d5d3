package inputs

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

var history = flag.Int("history", 2000, "how many jobs the history of BenchmarkMadeBefore has")

// BenchmarkMadeBefore compares a job set with the whole history: go test
// ./state/inputs -run '^$' -bench MadeBefore -history 100000.
func BenchmarkMadeBefore(b *testing.B) {
	j, err := journal.OpenMemory()
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	now := time.Now()
	const portion = 10_000
	for from := 0; from < *history; from += portion {
		subs := make([]outbox.Submission, min(portion, *history-from))
		for i := range subs {
			n := from + i
			s, err := outbox.NewSubmission(fmt.Sprintf("s%06d", n), draft.Draft{
				ID: fmt.Sprint("d", n), Model: "lipsync-2", OutputFileName: fmt.Sprintf("take_%06d", n),
				Visual: fmt.Sprintf("https://cdn.example.com/%06d.mp4", n), Audio: fmt.Sprintf("https://cdn.example.com/%06d.wav", n),
				Options: map[string]string{"sync_mode": "loop"},
			}, draft.CheckEnv{Now: now})
			if err == nil {
				err = s.Estimate(outbox.Price{Cost: new(api.Micros(1_250_000)), Seconds: 25}, now)
			}
			if err == nil {
				err = s.Confirm(now, fmt.Sprint("key-", n))
			}
			if err != nil {
				b.Fatal(err)
			}
			subs[i] = s
		}
		if err := j.EnqueueAll(b.Context(), subs, nil, now); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if before, err := (JobSources{}).madeBefore(b.Context(), j); err != nil || len(before) != *history {
			b.Fatal(len(before), err)
		}
	}
}
