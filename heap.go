package main

import (
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

// tuneCollections adapts the collector to the size of the heap now and after
// every collection.
func tuneCollections() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(collectorPercent(live[0].Value.Uint64()))
	// A collection that finds this garbage is the next one.
	runtime.AddCleanup(new([16]byte), func(struct{}) { tuneCollections() }, struct{}{})
}

// collectorPercent returns by how much a heap may grow until it is collected.
func collectorPercent(live uint64) int {
	return int(min(max(100*heapRoom/max(live, 1), leastPercent), mostPercent))
}
