// Package collector tunes Go's garbage collector and scheduler for a program that
// waits for keys and holds many small rows. It knows the runtime alone, and never
// what the memory is for.
package collector

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// heapRoom is how much the heap may grow between two collections. With
	// less, collections take up a third of the time spent on a key.
	heapRoom = 8 << 20

	// A history of 100,000 jobs consists of many small long-lived rows. With
	// Go's usual percentage, memory use would double.
	leastPercent, mostPercent = 15, 300
)

// Tune adapts the collector to the size of the heap now and after
// every collection.
func Tune() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(percent(live[0].Value.Uint64()))
	// A collection that finds this garbage is the next one.
	runtime.AddCleanup(new([16]byte), func(struct{}) { Tune() }, struct{}{})
}

// percent returns by how much a heap may grow until it is collected.
func percent(live uint64) int {
	return int(min(max(100*heapRoom/max(live, 1), leastPercent), mostPercent))
}

// leastParallel is how many goroutines may run at once, at least. With two, a key
// that arrives while the collector runs and an answer is decoded waits until the
// scheduler interrupts one of them; the system gives it a core at once.
const leastParallel = 4

// LeaveRoom lets that many run, unless the user says how many.
func LeaveRoom() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), leastParallel))
	}
}
