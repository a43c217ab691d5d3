package collector

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestSmallHeapIsCollectedSeldomAndALargeOneStaysSmall(t *testing.T) {
	for live, want := range map[uint64]int{0: 300, 4 << 20: 200, 20 << 20: 40, 50 << 20: 16, 1 << 30: 15} {
		if got := percent(live); got != want {
			t.Errorf("with %d MB in use the heap may grow by %d %%, want %d", live>>20, got, want)
		}
	}
}

func TestCollectorFollowsTheHeap(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	Tune()
	ballast := make([]byte, 50<<20)
	for range 100 {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
		if now := debug.SetGCPercent(100); now < 25 {
			runtime.KeepAlive(ballast)
			return
		}
	}
	t.Error("50 MB more in use change nothing")
}
