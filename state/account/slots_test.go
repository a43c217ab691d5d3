package account

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/draft"
	"dubtop/state/outbox"
	"dubtop/state/tasks"
)

// line queues n jobs that were confirmed just now.
func line(t *testing.T, d tasks.Runner, account *simulator.Server, n int) {
	t.Helper()
	subs := make([]outbox.Submission, n)
	for i := range subs {
		sub, err := outbox.NewSubmission(fmt.Sprintf("s%03d", i), draft.Draft{
			Model: "lipsync-2", Visual: account.StorageURL() + "/media/talk_28s.mp4", Audio: account.StorageURL() + "/media/line_25s.wav",
		}, draft.CheckEnv{Now: time.Now()})
		must(t, err, sub.Estimate(outbox.Price{Cost: new(api.Micros(1_250_000)), Seconds: 25}, time.Now()), sub.Confirm(time.Now(), fmt.Sprintf("key-%03d", i)))
		subs[i] = sub
	}
	must(t, d.Journal.EnqueueAll(t.Context(), subs, nil, time.Now()))
}

// A drain finds out how many jobs the plan runs at once. The jobs take about 15
// seconds, so one at a time would be three or four per minute.
func TestDrainFindsTheNumberOfSlots(t *testing.T) {
	for _, c := range []struct {
		slots, configured, atLeast, most int
	}{
		{slots: 1000, configured: 1, atLeast: 3, most: 1}, // as before
		{slots: 1, atLeast: 3, most: 1},
		{slots: 3, atLeast: 9, most: 3},
		{slots: 6, atLeast: 18, most: 6},
		{slots: 15, atLeast: 44, most: 15},
		{slots: 1000, atLeast: 44, most: 15},
	} {
		virtual(t, simulator.Options{Slots: c.slots, HideSlots: true, Speed: 8}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
			line(t, d, account, 300)
			ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
			defer stop()
			var highest atomic.Int64
			go func() {
				for ctx.Err() == nil {
					time.Sleep(time.Second)
					highest.Store(max(highest.Load(), int64(account.Running())))
				}
			}()
			sum, err := (&Drain{Account: sessionOf(d, Config{Slots: c.configured})}).Run(ctx)
			tries, most := 0, int(highest.Load())
			for _, r := range account.Requests() {
				if r.Path == "/v2/generate" && r.Status == 429 {
					tries++
				}
			}
			t.Logf("%4d slots, %d configured: %4.1f jobs a minute, %d at once, %d refusals", c.slots, c.configured, float64(sum.Sent)/5, most, tries)
			if !errors.Is(err, context.DeadlineExceeded) || sum.Sent < 5*c.atLeast || most != c.most || tries > 2 {
				t.Errorf("%d sent, %d at once, %d refusals, %v", sum.Sent, most, tries, err)
			}
		})
	}
}

// What one process has found out is used by the next one for a day.
func TestDrainUsesTheNumberFoundBefore(t *testing.T) {
	virtual(t, simulator.Options{Slots: 3, HideSlots: true}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		line(t, d, account, 9)
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		_, _ = (&Drain{Account: sessionOf(d, Config{})}).Run(ctx)
		s := recallSlots(t.Context(), d.Journal)
		if n, by := s.Known(time.Now()); n != 3 || by != outbox.SlotsTried {
			t.Fatalf("%d, %d", n, by)
		}
		before := len(account.Requests())
		if sum, err := (&Drain{Account: sessionOf(d, Config{})}).Run(t.Context()); err != nil || sum.Sent != 6 {
			t.Fatalf("%+v, %v", sum, err)
		}
		for _, r := range account.Requests()[before:] {
			if r.Path == "/v2/generate" && r.Status == 429 {
				t.Error("one more was tried")
			}
		}
	})
}

// A running drain also uses the number that a window sets.
func TestDrainUsesTheNumberSetInAWindow(t *testing.T) {
	virtual(t, simulator.Options{Slots: 50, HideSlots: true}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		must(t, d.Journal.SetSlots(t.Context(), 2))
		line(t, d, account, 40)
		time.AfterFunc(10*time.Second, func() {
			if n := account.Running(); n != 2 {
				t.Errorf("%d run, and 2 were set", n)
			}
			must(t, d.Journal.SetSlots(context.Background(), 20))
		})
		time.AfterFunc(60*time.Second, func() {
			if n := account.Running(); n < 18 {
				t.Errorf("%d run, and 20 were set", n)
			}
		})
		if sum, err := (&Drain{Account: sessionOf(d, Config{})}).Run(t.Context()); err != nil || sum.Sent != 40 {
			t.Errorf("%+v, %v", sum, err)
		}
	})
}
