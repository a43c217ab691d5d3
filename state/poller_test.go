package state

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/api"
)

func TestThirteenRequestsAMinuteAtRest(t *testing.T) {
	for _, visible := range []Topic{Head, Batches, Assets, Models} {
		t.Run(fmt.Sprint(visible), func(t *testing.T) {
			w := newWorld(t)
			w.history(60)
			w.poller.SetVisible(visible)
			w.pass(time.Hour)
			if n := w.busiest(start()); n > 13 {
				t.Errorf("%d requests in a minute", n)
			}
			if gap := w.slowest(Head, start()); gap > 13*time.Second {
				t.Errorf("the newest jobs were not looked at for %v", gap)
			}
			if n := w.count(start(), Running, Vanished, Backfill); n > 0 {
				t.Errorf("%d requests about nothing", n)
			}
		})
	}
}

func TestJobMadeElsewhereIsSeenWithin15Seconds(t *testing.T) {
	w := newWorld(t)
	w.history(60)
	w.pass(time.Hour)
	for n := range 20 {
		w.pass(time.Duration(n) * 1337 * time.Millisecond)
		j := w.submit(time.Hour, 0)
		w.pass(15 * time.Second)
		if w.shows(j) == "" {
			t.Fatalf("job %d is not on the screen", n)
		}
		j.created = j.created.Add(-2 * time.Hour) // ends, so that the account is at rest
		w.pass(time.Minute)
	}
}

// TestFiveHundredRunning is the worst case: hundreds of jobs that start and end
// all the time, and a long history still to be loaded.
func TestFiveHundredRunning(t *testing.T) {
	w := newWorld(t)
	w.history(5000)
	w.batches = []api.Batch{{ID: "b1", Status: api.BatchProcessing}}
	w.poller.SetVisible(Batches)
	for n := range 500 {
		w.submit(time.Duration(n)*time.Second, time.Duration(n*7)*time.Second)
	}
	fresh := map[api.ID]bool{}
	w.each = func() {
		for len(fresh) < int(w.now.Sub(start())/(3*time.Second)) {
			fresh[w.submit(20*time.Second, 500*time.Second).id] = true
		}
		for _, j := range w.jobs[5000:] {
			was, shows := j.status(w.now.Add(-5*time.Second)), w.shows(j)
			if shows == "" && (!fresh[j.id] || w.now.Sub(j.created) < 15*time.Second) {
				continue // ended before it was seen, or not due to be seen yet
			}
			if stage(shows) < stage(was) {
				t.Fatalf("at %v job %s shows %q and has been %s for 5 s", w.now.Sub(start()), j.id, w.shows(j), was)
			}
		}
	}
	w.pass(6 * time.Minute)
	if n := w.busiest(start()); n > 60 {
		t.Errorf("%d requests in a minute", n)
	}
	if n := w.count(start(), Backfill); n < 27 {
		t.Errorf("%d pages of the history in six minutes", n)
	}
	if w.store.Forecast.models["lipsync-2"] == nil {
		t.Error("nothing was learned from the jobs that ended")
	}
}

func TestWholeHistoryIsLoadedNewestFirst(t *testing.T) {
	w := newWorld(t)
	w.history(10_050)
	w.pass(30 * time.Second)
	if c := w.store.Counts(); !c.AtLeast || c.Total < 1000 {
		t.Errorf("after half a minute: %+v", c)
	}
	oldest := w.store.Generations.At(w.store.Generations.Len() - 1)
	if want := w.jobs[len(w.jobs)-w.store.Generations.Len()].id; oldest.ID != want {
		t.Errorf("there is a hole above %s", oldest.ID)
	}
	w.pass(4 * time.Minute)
	if c := w.store.Counts(); c.AtLeast || c.Total != 10_050 {
		t.Errorf("in the end: %+v", c)
	}
	if n := w.busiest(start()); n > 60 {
		t.Errorf("%d requests in a minute", n)
	}
	if n := w.count(start(), Backfill); n != 100 {
		t.Errorf("%d pages after the head, want 100", n)
	}
	rest := w.now
	w.pass(time.Hour)
	if n := w.count(rest, Backfill); n > 0 {
		t.Errorf("%d pages after the end", n)
	}
}

func TestGapInTheHistoryIsFilled(t *testing.T) {
	w := newWorld(t)
	w.history(500)
	w.pass(time.Minute)
	w.now = w.now.Add(8 * time.Hour) // asleep
	for range 350 {
		w.submit(0, 0)
	}
	w.poller.Wake(w.now)
	w.pass(time.Minute)
	if n := w.store.Generations.Len(); n != 850 {
		t.Errorf("%d jobs, want 850", n)
	}
	if n := w.count(w.now.Add(-time.Minute), Backfill); n > 4 {
		t.Errorf("%d pages to close a hole of 250", n)
	}
}

func TestRepeatedPagesEndTheHistory(t *testing.T) {
	w := newWorld(t)
	w.history(500)
	w.answer = func(q Query, a *Answer) {
		if q.Topic == Backfill {
			*a = Answer{}
			a.Page(w.list(api.GenerationQuery{Limit: PageSize}), nil)
		}
	}
	w.pass(10 * time.Minute)
	if n := w.count(start(), Backfill); n > 2 {
		t.Errorf("%d pages of the same", n)
	}
	if h := w.store.History; h.Complete || h.Stopped == "" {
		t.Errorf("the history: %+v", h)
	}
}

func TestDeletedCursorIsReplaced(t *testing.T) {
	w := newWorld(t)
	w.history(500)
	gone := w.jobs[400].id
	w.fail = func(q Query) error {
		if q.Generations.Cursor == gone {
			return &api.Error{Kind: api.KindInvalid, Status: 400}
		}
		return nil
	}
	w.pass(time.Minute)
	if h := w.store.History; !h.Complete || w.store.Generations.Len() != 500 {
		t.Errorf("%d jobs, %+v", w.store.Generations.Len(), h)
	}
}

func TestServerWithoutCursors(t *testing.T) {
	w := newWorld(t)
	w.history(500)
	w.fail = failing(api.KindInvalid, Backfill)
	w.pass(10 * time.Minute)
	if n := w.count(start(), Backfill); n > maxRejections+1 {
		t.Errorf("%d tries", n)
	}
	if h := w.store.History; h.Complete || h.Stopped == "" {
		t.Errorf("the history: %+v", h)
	}
}

func TestPagesAreRetriedAfterAnError(t *testing.T) {
	w := newWorld(t)
	w.history(500)
	w.fail = failing(api.KindServer, Backfill)
	w.pass(5 * time.Minute)
	if n := w.count(start(), Backfill); n < 4 || n > 15 {
		t.Errorf("%d tries in five minutes", n)
	}
	if p := w.poller.Phase(w.now); p.Kind == PhaseOffline {
		t.Error("one broken list is no outage")
	}
	w.fail = nil
	w.pass(5 * time.Minute)
	if !w.store.History.Complete {
		t.Errorf("the history: %+v", w.store.History)
	}
}

func TestServerThatIgnoresLimits(t *testing.T) {
	w := newWorld(t)
	w.history(3000)
	w.whole = true
	w.pass(time.Minute)
	if h := w.store.History; !h.Whole || !h.Complete || w.store.Generations.Len() != 3000 {
		t.Fatalf("%d jobs, %+v", w.store.Generations.Len(), h)
	}
	w.pass(time.Hour)
	if n := w.count(start(), Head); n > 7 {
		t.Errorf("the whole history was fetched %d times in an hour", n)
	}
	if n := w.busiest(start()); n > 13 {
		t.Errorf("%d requests in a minute at rest", n)
	}
	j := w.submit(10*time.Second, time.Minute)
	w.pass(15 * time.Second)
	if w.shows(j) == "" {
		t.Error("a new job is not on the screen after 15 s")
	}
	w.pass(time.Minute)
	if w.shows(j) != api.Completed {
		t.Errorf("a job that ended shows %q", w.shows(j))
	}
	w.jobs[5].deleted = true
	w.poller.Refresh(w.now)
	w.pass(time.Second)
	if w.shows(w.jobs[5]) != "" {
		t.Error("a deleted job stays after a refresh")
	}
}

func TestVanishedJobsAreRequestedTogether(t *testing.T) {
	w := newWorld(t)
	w.history(200)
	for range 250 {
		w.submit(0, 30*time.Second)
	}
	w.pass(40 * time.Second)
	if c := w.store.Counts(); c.Running+c.Pending > 0 || c.Completed != 450 {
		t.Errorf("40 s after: %+v", c)
	}
	if n := w.count(start(), Vanished); n > 3 {
		t.Errorf("%d requests about 250 jobs", n)
	}
	quiet := w.now
	w.pass(time.Hour)
	if n := w.count(quiet, Running, Vanished); n > 0 {
		t.Errorf("%d requests about jobs that ended", n)
	}
}

func TestDeletedJobIsMarkedGone(t *testing.T) {
	w := newWorld(t)
	w.history(10)
	j := w.submit(0, time.Hour)
	w.pass(20 * time.Second)
	j.deleted = true
	w.answer = func(q Query, a *Answer) {
		if q.Topic == Head {
			a.More = true // otherwise the head, which contains everything, would show it
		}
	}
	w.pass(30 * time.Second)
	if w.store.Counts().Running != 1 {
		t.Error("a job was given up while lists may lag behind")
	}
	w.pass(2 * time.Minute)
	g, ok := w.store.Generations.Find(string(j.id))
	if !ok || !g.Gone || w.store.Counts().Running != 0 {
		t.Errorf("after two minutes: kept %v, gone %v", ok, g.Gone)
	}
	if n := w.count(start(), Vanished); n != goneAfter {
		t.Errorf("%d questions about it, want %d", n, goneAfter)
	}
}

func TestRefusedIDDoesNotAffectOthers(t *testing.T) {
	w := newWorld(t)
	w.history(200)
	var jobs []*fakeJob
	for range 120 {
		jobs = append(jobs, w.submit(0, 10*time.Second))
	}
	for range 120 { // push them out of the head
		w.submit(0, 0)
	}
	bad := jobs[17]
	w.fail = func(q Query) error {
		if slices.Contains(q.Generations.IDs, bad.id) {
			return &api.Error{Kind: api.KindInvalid, Status: 400}
		}
		return nil
	}
	w.store.Observe([]Generation{NewGeneration(w.tell(bad))}, w.now)
	w.pass(5 * time.Minute)
	for _, j := range jobs {
		if j != bad && w.shows(j) != api.Completed {
			t.Fatalf("%s shows %q", j.id, w.shows(j))
		}
	}
}

func TestUnknownStatusesArePolledSlowly(t *testing.T) {
	w := newWorld(t)
	w.history(200)
	j := w.submit(0, 0)
	j.end = "DREAMING"
	for range 150 {
		w.submit(0, 0)
	}
	w.pass(time.Hour)
	if n := w.count(start(), Vanished); n < 50 || n > 61 {
		t.Errorf("%d questions in an hour", n)
	}
	if n := w.busiest(start().Add(10 * time.Minute)); n > 13 {
		t.Errorf("%d requests in a minute at rest", n)
	}
	j.end = api.Completed
	w.pass(2 * time.Minute)
	if w.shows(j) != api.Completed {
		t.Errorf("it shows %q", w.shows(j))
	}
}

func TestEachModelIsPricedOnce(t *testing.T) {
	w := newWorld(t)
	w.history(5)
	w.pass(time.Hour)
	if n := w.count(start(), UnitPrices); n != len(w.models) {
		t.Errorf("%d estimates for %d models", n, len(w.models))
	}
	if _, ok := w.store.Prices.PerFrame("react-1"); !ok {
		t.Error("a price is missing")
	}
}

func TestModelWithoutAPriceIsNotRetried(t *testing.T) {
	w := newWorld(t)
	w.fail = func(q Query) error {
		if q.Topic == UnitPrices {
			return fmt.Errorf("react-1: %w", api.ErrUnpriced)
		}
		return nil
	}
	w.pass(time.Hour)
	if n := w.count(start(), UnitPrices); n != len(w.models) {
		t.Errorf("%d estimates for %d models", n, len(w.models))
	}
}

func TestViewIsFreshSoonAfterItIsShown(t *testing.T) {
	for _, topic := range []Topic{Batches, Assets, Models} {
		w := newWorld(t)
		w.pass(3 * time.Minute)
		shown := w.now
		w.poller.SetVisible(topic)
		w.pass(time.Second)
		if w.count(shown, topic) == 0 {
			t.Errorf("topic %d was not asked about when it was shown", topic)
		}
	}
}

func TestRunningJobsArePolledWithoutFocus(t *testing.T) {
	w := newWorld(t)
	w.history(5)
	w.submit(0, 24*time.Hour)
	w.poller.SetVisible(Assets)
	w.pass(time.Hour)
	running, head, seen := w.count(start(), Running), w.count(start(), Head), w.count(start(), Assets)
	w.poller.SetFocus(false)
	away := w.now
	w.pass(time.Hour)
	if n := w.count(away, Running); n < running-2 || n < 3600/5 {
		t.Errorf("running jobs: %d requests without focus, %d with", n, running)
	}
	if n := w.count(away, Head); n < 118 || n > 120 || head < 2*n {
		t.Errorf("the newest: %d requests in an hour without focus, %d with; one in 30 s is due", n, head)
	}
	if n := w.count(away, Assets); n > seen/4+2 {
		t.Errorf("assets: %d requests without focus, %d with", n, seen)
	}
	w.poller.SetFocus(true)
	back := w.now
	w.pass(13 * time.Second)
	if w.count(back, Head) == 0 {
		t.Error("back again, and nothing is asked")
	}
}

func TestRunningBatchIsPolledWithoutFocus(t *testing.T) {
	w := newWorld(t)
	w.batches = []api.Batch{{ID: "b1", Status: api.BatchProcessing}}
	w.poller.SetFocus(false)
	w.poller.SetVisible(Batches)
	w.pass(time.Minute)
	away := w.now
	w.pass(time.Hour)
	if n := w.count(away, Batches); n < 100 || n > 121 {
		t.Errorf("%d requests in an hour; one in 30 s is due", n)
	}
}

func TestPaused(t *testing.T) {
	w := newWorld(t)
	w.history(500)
	w.submit(0, 24*time.Hour)
	w.pass(10 * time.Second)
	w.poller.Pause(true)
	paused := w.now
	w.pass(time.Hour)
	if n := w.count(paused); n > 0 || w.poller.Phase(w.now).Kind != PhasePaused {
		t.Errorf("%d requests while paused", n)
	}
	w.poller.Refresh(w.now)
	w.pass(time.Minute)
	if n := w.count(paused); n != 2 {
		t.Errorf("r while paused asks %d times, want the head and the running jobs", n)
	}
	w.poller.Pause(false)
	on := w.now
	w.pass(10 * time.Second)
	if w.count(on, Running) == 0 {
		t.Error("it does not go on")
	}
}

func TestRefreshIsImmediateButLimited(t *testing.T) {
	w := newWorld(t)
	w.history(5)
	w.poller.SetVisible(Assets)
	w.pass(10*time.Minute + 7*time.Second)
	pressed := w.now
	w.poller.Refresh(w.now)
	w.send()
	if w.count(pressed, Head) != 1 || w.count(pressed, Assets) != 1 {
		t.Error("the head and the visible list are not asked for at once")
	}
	for range 600 { // r is held down for a minute
		w.poller.Refresh(w.now)
		w.pass(100 * time.Millisecond)
	}
	if n := w.busiest(start()); n > 60 {
		t.Errorf("%d requests in a minute", n)
	}
}

func TestDayWithoutNetwork(t *testing.T) {
	w := newWorld(t)
	w.history(500)
	w.submit(0, 48*time.Hour)
	w.pass(5 * time.Minute)
	w.fail = offline
	lost := w.now
	w.pass(24 * time.Hour)
	if p := w.poller.Phase(w.now); p.Kind != PhaseOffline || p.Until.Sub(w.now) > time.Minute || p.Since.Sub(lost) > 5*time.Second {
		t.Errorf("phase %+v", p)
	}
	checkTries(t, w, lost.Add(5*time.Second))
	if n := w.store.Generations.Len(); n != 501 || w.store.Generations.Err() == nil {
		t.Errorf("%d jobs on the screen, error %v", n, w.store.Generations.Err())
	}
	w.fail = nil
	back := w.now
	w.pass(70 * time.Second)
	if w.poller.Phase(w.now).Kind == PhaseOffline || w.store.Generations.Err() != nil {
		t.Error("it did not come back")
	}
	for _, topic := range []Topic{Head, Running, Batches, Assets, Models} {
		if w.count(back, topic) == 0 {
			t.Errorf("topic %d was not asked about", topic)
		}
	}
	if n := w.busiest(back); n > 60 {
		t.Errorf("%d requests in the first minute", n)
	}
}

// checkTries checks that no two tries were too close together or too far apart.
func checkTries(t *testing.T, w *world, since time.Time) {
	t.Helper()
	var last time.Time
	for _, s := range w.sent {
		if s.at.Before(since) {
			continue
		}
		if gap := s.at.Sub(last); !last.IsZero() && (gap < outageGap || gap > maxBackoff+time.Second) {
			t.Fatalf("%v between two tries", gap)
		}
		last = s.at
	}
	if w.now.Sub(last) > 2*time.Minute {
		t.Fatal("it gave up")
	}
}

func TestOutageFromTheStart(t *testing.T) {
	w := newWorld(t)
	w.history(5)
	w.fail = offline
	w.pass(time.Hour)
	checkTries(t, w, start())
	w.fail = nil
	w.pass(2 * time.Minute)
	if w.store.Generations.Len() != 5 || !w.store.Models.Known() {
		t.Error("it did not come up")
	}
}

func TestOneBrokenListDoesNotStopTheOthers(t *testing.T) {
	for _, kind := range []api.Kind{api.KindServer, api.KindNotFound, api.KindPayment} {
		for _, broken := range []Topic{Head, Batches, Assets, Models, UnitPrices} {
			w := newWorld(t)
			w.history(5)
			w.submit(0, 24*time.Hour)
			w.pass(30 * time.Second)
			w.fail = failing(kind, broken)
			from := w.now
			w.pass(15 * time.Minute)
			if gap := w.slowest(Running, from); gap > 10*time.Second {
				t.Errorf("kind %d, topic %d: running jobs were not looked at for %v", kind, broken, gap)
			}
			if n := w.busiest(from); n > 60 {
				t.Errorf("kind %d, topic %d: %d requests in a minute", kind, broken, n)
			}
		}
	}
}

func TestRejectedKeyStopsEverything(t *testing.T) {
	w := newWorld(t)
	w.history(5)
	w.submit(0, 24*time.Hour)
	w.pass(time.Minute)
	w.fail = func(Query) error { return &api.Error{Kind: api.KindAuth, Status: 401} }
	w.pass(5 * time.Second)
	quiet := w.now
	w.pass(time.Hour)
	if n := w.count(quiet); n > 0 || w.poller.Phase(w.now).Kind != PhaseRejected || w.poller.Phase(w.now).Words == "" {
		t.Errorf("%d requests with a rejected key", n)
	}
	w.fail = nil
	w.poller.Resume()
	w.pass(time.Minute)
	if w.count(quiet, Running) == 0 {
		t.Error("a new key changes nothing")
	}
}

func TestRefusalOfTheOldKeyDoesNotStopTheNewOne(t *testing.T) {
	w := newWorld(t)
	w.history(5)
	w.pass(time.Minute)
	w.latency = 5 * time.Second
	w.fail = func(Query) error { return &api.Error{Kind: api.KindAuth, Status: 401} }
	w.poller.Refresh(w.now)
	w.send()
	w.fail = nil
	w.poller.Resume()
	w.pass(time.Minute)
	if p := w.poller.Phase(w.now); p.Kind == PhaseRejected {
		t.Error(p.Words)
	}
}

func TestTooManyRequests(t *testing.T) {
	for _, test := range []struct {
		says time.Duration
		want time.Duration
	}{
		{0, defaultBackoff},
		{time.Millisecond, shortBackoff},
		{42 * time.Second, 42 * time.Second},
		{100 * time.Hour, longBackoff},
	} {
		w := newWorld(t)
		w.history(5)
		w.submit(0, 24*time.Hour)
		w.pass(time.Minute)
		w.fail = func(Query) error {
			w.fail = nil
			return &api.Error{Kind: api.KindRateLimited, Status: 429, RetryAfter: test.says}
		}
		n := len(w.sent)
		w.pass(longBackoff + time.Minute)
		refused := w.sent[n].at.Add(w.latency)
		i := slices.IndexFunc(w.sent, func(s sentQuery) bool { return s.at.After(refused) })
		if got := w.sent[i].at.Sub(refused); got < test.want || got > test.want+4*time.Second {
			t.Errorf("told to wait %v, waited %v", test.says, got)
		}
	}
}

func TestBackoffIsShownAndObeyed(t *testing.T) {
	w := newWorld(t)
	w.pass(time.Minute)
	until := w.now.Add(90 * time.Second)
	w.poller.BackOff(until, "too many requests")
	w.poller.BackOff(w.now, "shorter")
	if p := w.poller.Phase(w.now); p.Kind != PhaseBackoff || !p.Until.Equal(until) || p.Words != "too many requests" {
		t.Errorf("phase %+v", p)
	}
	w.poller.Refresh(w.now)
	held := w.now
	w.pass(89 * time.Second)
	if n := w.count(held); n > 0 {
		t.Errorf("%d requests on hold", n)
	}
}

func TestSleepOvernight(t *testing.T) {
	w := newWorld(t)
	w.history(60)
	w.submit(0, time.Hour)
	w.pass(time.Minute)
	w.now = w.now.Add(8 * time.Hour)
	w.poller.Wake(w.now)
	woken := w.now
	w.pass(5 * time.Second)
	if n := w.count(woken); n < 2 || n > 8 {
		t.Errorf("%d requests in the first seconds", n)
	}
	if c := w.store.Counts(); c.Running != 0 {
		t.Errorf("the job of last night still runs: %+v", c)
	}
	if w.store.Forecast.models["lipsync-2"] != nil {
		t.Error("a night was taken for the length of a job")
	}
}

func TestClockSetBack(t *testing.T) {
	w := newWorld(t)
	w.history(60)
	w.submit(0, 24*time.Hour)
	w.pass(10 * time.Minute)
	w.sent, w.flight = nil, nil
	w.now = w.now.Add(-3 * time.Hour)
	back := w.now
	w.pass(10 * time.Minute)
	if gap := w.slowest(Head, back); gap > 13*time.Second {
		t.Errorf("the newest jobs were not looked at for %v", gap)
	}
	if n := w.busiest(back); n > 60 {
		t.Errorf("%d requests in a minute", n)
	}
}

func TestCallersTimesMayDifferALittle(t *testing.T) {
	w := newWorld(t)
	w.history(5)
	w.submit(0, 24*time.Hour)
	w.each = func() { w.poller.Next(w.now.Add(-time.Second)) }
	w.pass(10 * time.Minute)
	if n := w.busiest(start()); n > 32 {
		t.Errorf("the clock crept: %d requests in a minute", n)
	}
}

func TestLostQueryIsRepeated(t *testing.T) {
	p, s := NewPoller(DefaultPace()), NewStore()
	if asks := p.Due(start(), s); len(asks) != 1 || asks[0].Topic != Head {
		t.Fatalf("first of all: %+v", asks)
	}
	if next := p.Next(start().Add(time.Minute)); !next.Equal(start().Add(lostAfter)) {
		t.Errorf("next at %v", next)
	}
	if asks := p.Due(start().Add(lostAfter-time.Second), s); len(asks) != 0 {
		t.Errorf("asked again while the first may still land: %+v", asks)
	}
	if asks := p.Due(start().Add(lostAfter), s); len(asks) != 1 {
		t.Errorf("lost for ever: %+v", asks)
	}
}

func TestCancelledQueryIsNoFailure(t *testing.T) {
	p, s := NewPoller(DefaultPace()), NewStore()
	asks := p.Due(start(), s)
	p.Apply(start(), s, asks[0], Answer{Err: fmt.Errorf("head: %w", context.Canceled)})
	if kind := p.Phase(start()).Kind; kind != PhaseFresh {
		t.Errorf("phase %d", kind)
	}
	if asks := p.Due(start().Add(time.Second), s); len(asks) != 0 {
		t.Log("asked at its next turn")
	}
}

func TestPaceHasMinimums(t *testing.T) {
	p := Pace{Running: time.Nanosecond, Rest: -1}.floored()
	if p.Running != 2*time.Second || p.Rest != DefaultPace().Rest || p.Unfocused != DefaultPace().Unfocused || p.Away != DefaultPace().Away {
		t.Errorf("%+v", p)
	}
	if DefaultPace().floored() != DefaultPace() {
		t.Error("the defaults are below their own floors")
	}
	shortest := ShortestPace()
	shortest.Away = DefaultPace().Away
	if got := shortest.floored(); got != shortest {
		t.Errorf("what is allowed is changed: %+v", got)
	}
}

// TestQuotaIsNeverExceeded plays random servers, users and clocks.
func TestQuotaIsNeverExceeded(t *testing.T) {
	kinds := []api.Kind{api.KindUnknown, api.KindAuth, api.KindPayment, api.KindNotFound, api.KindInvalid, api.KindRateLimited, api.KindConcurrency, api.KindServer, api.KindNetwork, api.KindNotAPI}
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt)
		w.poller = NewPoller(Pace{Running: time.Second, Rest: time.Second, Visible: time.Second, Batches: time.Second, Prices: time.Second})
		w.history(rapid.SampledFrom([]int{0, 50, 800}).Draw(rt, "history"))
		rt.Repeat(map[string]func(*rapid.T){
			"pass": func(t *rapid.T) { w.pass(time.Duration(rapid.IntRange(1, 60).Draw(t, "seconds")) * time.Second) },
			"break": func(t *rapid.T) {
				kind := rapid.SampledFrom(kinds).Draw(t, "kind")
				w.fail = failing(kind, Topic(rapid.IntRange(0, int(topics)).Draw(t, "topic")), Head)
			},
			"mend": func(*rapid.T) { w.fail = nil; w.poller.Resume() },
			"slow": func(t *rapid.T) {
				w.latency = time.Duration(rapid.IntRange(1, 30_000).Draw(t, "ms")) * time.Millisecond
			},
			"submit": func(t *rapid.T) {
				w.submit(time.Second, time.Duration(rapid.IntRange(1, 600).Draw(t, "works"))*time.Second)
			},
			"focus": func(t *rapid.T) { w.poller.SetFocus(rapid.Bool().Draw(t, "focused")) },
			"show": func(t *rapid.T) {
				w.poller.SetVisible(rapid.SampledFrom([]Topic{Head, Batches, Assets, Models}).Draw(t, "view"))
			},
			"r":     func(*rapid.T) { w.poller.Refresh(w.now) },
			"sleep": func(*rapid.T) { w.now = w.now.Add(time.Hour); w.poller.Wake(w.now) },
			"": func(t *rapid.T) {
				if n := w.busiest(start()); n > maxRequests {
					t.Fatalf("%d requests in a minute", n)
				}
			},
		})
		w.fail, w.latency = nil, time.Second
		w.poller.Resume()
		w.pass(longBackoff + 5*time.Minute)
		if w.count(w.now.Add(-5*time.Minute), Head) == 0 {
			rt.Fatal("it never recovered")
		}
	})
}
