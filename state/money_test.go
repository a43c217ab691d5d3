package state

import (
	"math"
	"testing"

	"dubtop/api"
	"dubtop/state/outbox"
)

func estimate(frames int, cost api.Micros) api.Estimate {
	return api.Estimate{Frames: frames, Cost: &cost}
}

func TestCosts(t *testing.T) {
	s := NewStore()
	s.Prices.Learn("lipsync-2", estimate(250, 500_000))
	s.Prices.Learn("lipsync-2-pro", estimate(3, 10_000)) // not a whole number per frame
	s.Prices.Own(jobID(7), 1_250_000)
	s.Prices.Actual(jobID(8), 900_000)
	s.Prices.Own(jobID(8), 1_000_000) // too late to matter

	for _, test := range []struct {
		why    string
		id     int
		model  string
		status api.Status
		length api.Seconds
		want   outbox.Cost
	}{
		{"length × 25 × unit price", 1, "lipsync-2", api.Completed, 28, outbox.Cost{Amount: 1_400_000, Kind: outbox.CostDerived}},
		{"half a frame is rounded", 1, "lipsync-2", api.Completed, 0.5, outbox.Cost{Amount: 26_000, Kind: outbox.CostDerived}},
		{"exact fractions", 1, "lipsync-2-pro", api.Completed, 12, outbox.Cost{Amount: 1_000_000, Kind: outbox.CostDerived}},
		{"no length", 1, "lipsync-2", api.Processing, 0, outbox.Cost{}},
		{"no price", 1, "sync-3", api.Completed, 28, outbox.Cost{}},
		{"failed", 1, "lipsync-2", api.Failed, 28, outbox.Cost{}},
		{"absurd", 1, "lipsync-2", api.Completed, 1e300, outbox.Cost{}},
		{"endless", 1, "lipsync-2", api.Completed, api.Seconds(math.Inf(1)), outbox.Cost{}},
		{"our own", 7, "sync-3", api.Failed, 0, outbox.Cost{Amount: 1_250_000, Kind: outbox.CostEstimate}},
		{"what was charged", 8, "lipsync-2", api.Completed, 28, outbox.Cost{Amount: 900_000, Kind: outbox.CostActual}},
	} {
		g := row(test.id, test.status)
		g.Model, g.Length = test.model, test.length
		if got := s.Cost(&g); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.why, got, test.want)
		}
	}
	if per, ok := s.Prices.PerFrame("lipsync-2-pro"); per != 3333 || !ok {
		t.Errorf("a frame costs %d", per)
	}
	if _, ok := s.Prices.PerFrame("sync-3"); ok {
		t.Error("a price out of nowhere")
	}
}

func TestMissingPriceIsRequestedOnce(t *testing.T) {
	var p Prices
	p.see("sync-3")
	p.see("sync-3")
	p.see("")
	if len(p.unpriced) != 1 {
		t.Fatalf("to ask: %q", p.unpriced)
	}
	p.Learn("sync-3", api.Estimate{})
	p.see("sync-3")
	if len(p.unpriced) != 0 {
		t.Errorf("asked again: %q", p.unpriced)
	}
}

func TestPricedModelsAreLimited(t *testing.T) {
	var p Prices
	for n := range 1000 {
		p.see(string(jobID(n)))
	}
	if len(p.unpriced) != maxPriced {
		t.Errorf("%d models to ask about", len(p.unpriced))
	}
}
