package state

import (
	"fmt"
	"os"
	"runtime/debug"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/ledger"
	"dubtop/state/table"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(800) // thousands of rows that live as long as their test
	os.Exit(m.Run())
}

// start is the time when every test begins.
func start() time.Time { return time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC) }

// job returns the API's answer about job n, created n seconds after noon.
func job(n int, status api.Status) api.Generation {
	return api.Generation{
		ID:        jobID(n),
		CreatedAt: api.Time{Time: start().Add(time.Duration(n) * time.Second)},
		Status:    status,
		Model:     "lipsync-2",
	}
}

func jobID(n int) api.ID { return api.ID(fmt.Sprintf("%08x-0000-4000-8000-000000000000", n)) }

func row(n int, status api.Status) Generation { return NewGeneration(job(n, status)) }

// account returns a believable history of n jobs, newest first.
func account(n int) []Generation {
	models := []text.Text{"lipsync-2", "lipsync-2-pro", "sync-3", "react-1"}
	items := make([]Generation, n)
	for i := range items {
		g := job(n-i, api.Completed)
		g.Model = models[i%len(models)]
		g.OutputFileName = text.Text(fmt.Sprintf("promo_%03d_take%d", i%997, i))
		g.OutputDuration = api.Seconds(5 + i%50)
		if i%20 == 0 {
			g.Status, g.ErrorCode = api.Failed, "generation_input_video_inaccessible"
		}
		items[i] = NewGeneration(g)
	}
	return items
}

// filled returns a collection that has had one answer.
func filled(items []Generation) *table.Collection[Generation] {
	c := new(table.Collection[Generation])
	c.Answer(c.Ask(start()), items, start())
	return c
}

func keys[T any](c *table.Collection[T]) []string {
	var found []string
	for item := range c.All() {
		found = append(found, any(item).(table.Row[T]).Key())
	}
	return found
}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// booked returns an entry of a job that was estimated and sent at a time.
func booked(n int, at time.Time, estimate api.Micros) ledger.Entry {
	return ledger.Entry{At: at, Submission: fmt.Sprint("s", n), Job: jobID(n), Model: "lipsync-2", Estimate: &estimate}
}
