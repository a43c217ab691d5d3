package journal

import (
	"context"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// To measure a whole command: go test ./state/journal -run MakeALarge -large
// DIRECTORY/journal.db, where the directory is one of a key's.
var large = flag.String("large", "", "a file to make a large journal in")

// TestMakeALargeJournal makes a ledger of 100,000 jobs in a year and a queue of
// 10,000.
func TestMakeALargeJournal(t *testing.T) {
	if *large == "" {
		t.Skip("no file is named by -large")
	}
	if err := os.Remove(*large); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	j := opened(t, *large)
	bookEntries(t, j, 100_000, aYear)
	queueMany(t, j, 10_000)
}

// aYear returns one of 100,000 jobs of the year before noon.
func aYear(i int) Entry {
	e := accepted(i)
	e.Job, e.Submission = api.ID(fmt.Sprintf("%08x-0000-4000-8000-%012x", i, i*7919)), fmt.Sprintf("%032x", i*104_729)
	e.At = noon.Add(-time.Duration(100_000-i) * 5 * time.Minute).Add(time.Duration(i*7919%300) * time.Second)
	e.Model = []text.Text{"lipsync-2", "lipsync-2-pro", "sync-3"}[i%3]
	e.Label = text.Of(fmt.Sprint("client ", i%20))
	e.Seconds = float64(i%900) / 25
	e.Estimate = new(api.Micros(40_000 * (1 + i%29)))
	if i%4 > 0 {
		e.Actual, e.Basis, e.Outcome = e.Estimate, ledger.BasisBilled, "COMPLETED"
	}
	return e
}

// queueMany fills the queue.
func queueMany(t testing.TB, j *Journal, n int) {
	t.Helper()
	subs := make([]outbox.Submission, n)
	for i := range subs {
		s := confirmed(fmt.Sprintf("%032x", i))
		s.Body = fmt.Appendf(nil, `{"model":"lipsync-2","input":[{"type":"video","url":"https://media.example.com/videos/scene_%d.mp4"},`+
			`{"type":"audio","url":"https://media.example.com/audios/scene_%d_de.wav"}],"options":{"sync_mode":"loop"}}`, i, i)
		subs[i] = s
	}
	if err := j.EnqueueAll(context.Background(), subs, nil, noon); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkListed10k measures reading the queue for dubtop queue ls.
func BenchmarkListed10k(b *testing.B) {
	j := opened(b, journalPath(b))
	queueMany(b, j, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		if err := j.EachQueued(b.Context(), func(*Listed) error { n++; return nil }); err != nil || n != 10_000 {
			b.Fatal(n, err)
		}
	}
}
