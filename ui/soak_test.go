package ui_test

import (
	"flag"
	"runtime"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// For a whole day: go test ./ui -run Soak -soak 24h -v -timeout 1h.
var soak = flag.Duration("soak", time.Minute, "how long 500 running jobs are watched")

// Watching 500 running jobs for a day takes no more memory than for a few
// minutes, but for what the simulator keeps of each request.
func TestSoakOfRunningJobs(t *testing.T) {
	const (
		perRequest = 600     // bytes that the simulator keeps
		spare      = 4 << 20 // bytes
	)
	account := simulator.Options{Profile: simulator.Current, Plan: simulator.Enterprise, Slots: 1000, Generations: 300}
	tell(t, stage{account: account, width: 120, height: 40, prepare: func(a *simulator.Server) { a.SetRunning(500) }}, func(s *story) {
		used := func() (heap, goroutines int) {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return int(m.HeapAlloc), runtime.NumGoroutine()
		}
		s.Pass(time.Minute)
		heap, goroutines := used()
		asked := len(s.account.Requests())
		s.Pass(*soak)
		heapAfter, goroutinesAfter := used()
		asked = len(s.account.Requests()) - asked
		t.Logf("%s: heap %d to %d kB, goroutines %d to %d, %d requests", *soak, heap>>10, heapAfter>>10, goroutines, goroutinesAfter, asked)
		if heapAfter > heap+spare+perRequest*asked {
			t.Errorf("the heap grew from %d to %d kB in %d requests", heap>>10, heapAfter>>10, asked)
		}
		if goroutinesAfter > goroutines {
			t.Errorf("%d goroutines became %d", goroutines, goroutinesAfter)
		}
		s.Sees("slots 500/1000")
	})
}
