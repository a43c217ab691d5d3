package state

import (
	"testing"
	"time"
)

// What finished is read a few seconds after the first lists, also while a long
// history arrives, and later no more often than before.
func TestCostsAreReadSoonAfterTheStart(t *testing.T) {
	w := newWorld(t)
	w.history(5000)
	w.store.Settling.Allow(true, w.now)
	w.pass(8 * time.Second)
	if n := w.count(start(), Settlements); n != 1 {
		t.Errorf("asked %d times in the first seconds", n)
	}
	w.pass(4 * time.Minute)
	if n := w.count(start(), Settlements); n != 1 {
		t.Errorf("asked %d times in four minutes", n)
	}
	if n := w.busiest(start()); n > 60 {
		t.Errorf("%d requests in a minute", n)
	}
}
