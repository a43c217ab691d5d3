package inputs

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"dubtop/api"
)

// taught returns a tariff that has learned some lengths from a server with the
// given prices, and the number of questions it took.
func taught(t interface{ Fatal(...any) }, lengths []float64, price func(frames int) int64) (*tariff, int) {
	asked := 0
	x := &tariff{ask: func(_ context.Context, seconds float64) (api.Estimate, error) {
		asked++
		return api.Estimate{Frames: framesOf(seconds), Cost: new(api.Micros(price(framesOf(seconds))))}, nil
	}}
	if err := x.learn(context.Background(), lengths); err != nil {
		t.Fatal(err)
	}
	return x, asked
}

// lengths draws lengths of at least a second, which servers round to frames.
func lengths(t *rapid.T) []float64 {
	return rapid.SliceOfN(rapid.Float64Range(1, 1800), 1, 60).Draw(t, "lengths")
}

// If prices are in proportion to the frames, rounded to anything up to a cent,
// three questions are enough.
func TestTariffInProportion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.Int64Range(1, 200_000).Draw(t, "per frame")
		round := int64(math.Pow10(rapid.IntRange(0, 4).Draw(t, "digits")))
		real := func(frames int) int64 { return (unit*int64(frames) + round/2) / round * round }
		all := lengths(t)
		x, asked := taught(t, all, real)
		if asked > fewLengths {
			t.Fatalf("%d questions", asked)
		}
		for _, seconds := range all {
			e, bound := x.price(seconds)
			if off := int64(*e.Cost) - real(framesOf(seconds)); bound || x.even && (off > round || off < -round) {
				t.Fatalf("%v s cost %v, want %v (bound: %v)", seconds, *e.Cost, real(framesOf(seconds)), bound)
			}
		}
	})
}

// Else prices in between are upper bounds, and few questions are asked.
func TestTariffOutOfProportion(t *testing.T) {
	kinds := map[string]func(frames int) int64{
		"a base price":  func(frames int) int64 { return 500_000 + 2000*int64(frames) },
		"by the minute": func(frames int) int64 { return 3_000_000 * int64((frames+1499)/1500) },
		"a minimum":     func(frames int) int64 { return max(1_000_000, 2000*int64(frames)) },
		"a discount":    func(frames int) int64 { return int64(50_000 * math.Sqrt(float64(frames))) },
	}
	for name, real := range kinds {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				all := lengths(t)
				x, asked := taught(t, all, real)
				if asked > fewLengths+moreLengths {
					t.Fatalf("%d questions", asked)
				}
				for _, seconds := range all {
					e, bound := x.price(seconds)
					cost, want := int64(*e.Cost), real(framesOf(seconds))
					if cost < want-2*int64(x.quantum) || !bound && cost > want+2*int64(x.quantum) {
						t.Fatalf("%v s cost %d, want %d (bound: %v)", seconds, cost, want, bound)
					}
				}
			})
		})
	}
}

func TestTariffWithoutPrices(t *testing.T) {
	x := &tariff{ask: func(context.Context, float64) (api.Estimate, error) {
		return api.Estimate{}, fmt.Errorf("wrapped: %w", api.ErrUnpriced)
	}}
	if err := x.learn(t.Context(), []float64{1, 2}); err != nil || !x.free {
		t.Errorf("%v, free: %v", err, x.free)
	}
}

func TestTariffLeavesTheLengthsAsTheyAre(t *testing.T) {
	all := []float64{3, 1, 1}
	taught(t, all, func(frames int) int64 { return int64(frames) })
	if !slices.Equal(all, []float64{3, 1, 1}) {
		t.Errorf("they became %v", all)
	}
}
