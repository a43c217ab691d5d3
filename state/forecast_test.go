package state

import (
	"testing"
	"time"

	"dubtop/api"
)

func TestFiveCompletionsReplaceTheDocumentedTimes(t *testing.T) {
	var f Forecast
	g := row(1, api.Processing)
	g.Length, g.Started = 30, start()
	for n := range enough {
		if e := f.Expect(&g, start()); e.Learned != 0 || e.Total != 2*time.Minute {
			t.Fatalf("after %d: %+v", n, e)
		}
		f.Observe("lipsync-2", 120, 3*time.Minute) // half of the documented time
		f.Observe("lipsync-2", 120, -time.Minute)
		f.Observe("lipsync-2", 120, 100*time.Hour)
	}
	if e := f.Expect(&g, start()); e.Learned != enough || e.Total != time.Minute {
		t.Errorf("after five: %+v", e)
	}
	for range 10 * remembered {
		f.Observe("lipsync-2", 120, 6*time.Minute)
	}
	if e := f.Expect(&g, start()); e.Learned != remembered || e.Total != 2*time.Minute {
		t.Errorf("what is long ago still counts: %+v", e)
	}
}

func TestExpectations(t *testing.T) {
	const unseen = -1 // the start was not seen
	for _, test := range []struct {
		why     string
		status  api.Status
		started int // seconds after noon
		now     int
		want    Expectation
	}{
		{"just made", api.Pending, unseen, 0, Expectation{Left: 210 * time.Second, Total: 2 * time.Minute}},
		{"waiting", api.Pending, unseen, 60, Expectation{Left: 150 * time.Second, Total: 2 * time.Minute}},
		{"waiting for long", api.Pending, unseen, 301, Expectation{Left: 2 * time.Minute, Total: 2 * time.Minute, Late: true, Stuck: true}},
		{"the clock is wrong", api.Pending, unseen, -600, Expectation{Left: 210 * time.Second, Total: 2 * time.Minute}},
		{"half way", api.Processing, 60, 120, Expectation{Left: time.Minute, Total: 2 * time.Minute, Fraction: 0.5}},
		{"start unseen", api.Processing, unseen, 150, Expectation{Left: time.Minute, Total: 2 * time.Minute, Fraction: 0.5}},
		{"late", api.Processing, 60, 240, Expectation{Total: 2 * time.Minute, Fraction: nearlyDone, Late: true}},
		{"stuck", api.Processing, 60, 421, Expectation{Total: 2 * time.Minute, Fraction: nearlyDone, Late: true, Stuck: true}},
		{"ended", api.Completed, 60, 421, Expectation{}},
		{"unknown", "DREAMING", 60, 421, Expectation{}},
	} {
		var f Forecast
		g := row(0, test.status)
		if test.started != unseen {
			g.Started = start().Add(time.Duration(test.started) * time.Second)
		}
		if got := f.Expect(&g, start().Add(time.Duration(test.now)*time.Second)); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.why, got, test.want)
		}
	}
}

func TestServersClockMayDiffer(t *testing.T) {
	f := Forecast{Skew: -10 * time.Minute} // ours is ten minutes fast
	g := row(0, api.Pending)
	if e := f.Expect(&g, start().Add(10*time.Minute)); e.Stuck || e.Left != 210*time.Second {
		t.Errorf("a job just made: %+v", e)
	}
}
