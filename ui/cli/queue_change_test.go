package cli

import (
	"strings"
	"testing"

	"dubtop/api/simulator"
)

func TestQueueIsChanged(t *testing.T) {
	drains(t, simulator.Options{Slots: 9}, func(t *testing.T, w *works) {
		set := w.lists("rows.csv", w.unlike(1), w.unlike(2), w.unlike(3))
		w.ends("queue add --yes --run season --label acme --pilot --set "+set, 0, nil, []string{"3 jobs"})
		w.paid(0)
		w.ends("queue drain", StatusPartly, []string{"1 sent; left: 2 in the queue."}, []string{"is paused"})
		w.ends("queue pause none:such", StatusUsage, nil, []string{"nothing in the queue matches"})
		w.says("queue resume set:season", "2 jobs resumed.\n")
		w.says("queue pause "+w.id("out_2")+" "+w.id("out_2"), "1 job paused.\n") // named twice, it is paused once
		w.ends("queue drop set:season", StatusUsage, nil, []string{"out_2", "out_3", "nothing was dropped: 2 jobs", "--yes drops them"})
		w.world.Asks = func() bool { return true }
		if got := w.typing("n\n", "queue drop set:season"); got.status != StatusUsage {
			t.Errorf("%+v", got)
		}
		if got := w.typing("y\n", "queue drop "+w.id("out_3")); got.status != 0 || got.out != "1 job dropped.\n" {
			t.Errorf("%+v", got)
		}
		w.says("queue resume label:acme", "1 job resumed.\n")
		w.says("queue pause-all", "The queue is paused.\n")
		w.ends("queue drain", StatusLater, nil, []string{"paused by you"})
		w.says("queue resume-all", "The queue is not paused.\n")
		w.ends("queue drain", 0, []string{"1 sent."}, nil)
		w.paid(2)
		// What was given up stays given up: the run does not buy it again.
		got := w.ends("submit --yes --run season --label acme --set "+set, StatusPartly, nil, []string{"1 of 3 are not accepted: 1 dropped"})
		if strings.Count(got.out, "\n") != 2 {
			t.Errorf("%+v", got)
		}
		w.paid(2)
	})
}
