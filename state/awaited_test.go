package state

import (
	"testing"
	"time"

	"dubtop/api"
)

// forty is a world with a many running jobs, some of which are awaited.
func forty(t *testing.T, awaited int) (*world, []*fakeJob) {
	t.Helper()
	w := newWorld(t)
	w.history(300)
	var jobs []*fakeJob
	var ids []api.ID
	for i := range 40 {
		j := w.submit(time.Duration(i)*time.Second, time.Duration(60+37*i)*time.Second)
		if i < awaited {
			jobs, ids = append(jobs, j), append(ids, j.id)
		}
	}
	w.poller.Await(ids)
	return w, jobs
}

// The ends of three awaited jobs are seen within two seconds, among any number of
// others, and the quota holds.
func TestEndsOfAwaitedJobsAreSeenAtOnce(t *testing.T) {
	w, jobs := forty(t, 3)
	w.each = func() {
		for _, j := range jobs {
			if end := j.created.Add(j.waits + j.works); w.now.Sub(end) >= 2*time.Second && !w.shows(j).Terminal() {
				t.Fatalf("%s after its end, job %s shows %s", w.now.Sub(end), j.id, w.shows(j))
			}
		}
	}
	w.pass(10 * time.Minute)
	if n := w.busiest(start(), Awaited); n > 10 || w.busiest(start()) > 60 {
		t.Errorf("%d held requests in a minute, and %d in all", n, w.busiest(start()))
	}
	if n := w.count(w.now.Add(-5*time.Minute), Awaited); n > 0 {
		t.Errorf("%d requests about jobs that have ended", n)
	}
}

// With more of them, those that should end next are awaited.
func TestNextEndsAreAwaited(t *testing.T) {
	w, jobs := forty(t, 20)
	w.pass(12 * time.Minute)
	for _, j := range jobs {
		if w.shows(j) != j.status(w.now.Add(-5*time.Second)) && w.shows(j) != j.status(w.now) {
			t.Errorf("%s shows %s", j.id, w.shows(j))
		}
	}
	if n := w.busiest(start()); n > 60 {
		t.Errorf("%d requests in a minute", n)
	}
	if n := w.busiest(start(), Awaited); n > maxAwaits {
		t.Errorf("%d held requests in a minute", n)
	}
}

// What a proxy does to held requests says nothing about the connection, and a
// server that holds none is left alone.
func TestFailedAwaitIsNoOutage(t *testing.T) {
	for _, kind := range []api.Kind{api.KindNetwork, api.KindServer, api.KindNotFound} {
		w, jobs := forty(t, 3)
		w.fail = failing(kind, Awaited)
		w.each = func() {
			if p := w.poller.Phase(w.now); p.Kind == PhaseOffline {
				t.Fatal("offline")
			}
		}
		w.pass(3 * time.Minute)
		if n := w.busiest(start(), Awaited); n > 6 {
			t.Errorf("kind %d: %d requests in a minute", kind, n)
		}
		if was := jobs[0].status(w.now.Add(-5 * time.Second)); w.shows(jobs[0]) != was {
			t.Errorf("kind %d: it shows %s", kind, w.shows(jobs[0]))
		}
	}
	w, _ := forty(t, 3)
	w.fail = func(q Query) error {
		if q.Topic == Awaited {
			return api.ErrUnsupported
		}
		return nil
	}
	w.pass(9 * time.Minute)
	if n := w.count(start(), Awaited); n > maxAwaited {
		t.Errorf("%d requests to a server that holds none", n)
	}
}
