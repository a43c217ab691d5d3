package inputs

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state/outbox"
)

// The numbers of lengths that a tariff asks the server about: a few that must
// agree, and more if they don't.
const (
	fewLengths  = 3
	moreLengths = 24
)

// tariff holds the server's prices for outputs that differ in length alone. If
// the prices of the shortest, the longest and a middle length are in proportion,
// so are the others. Else more lengths are asked about, and the price of a length
// in between is at most that of the next longer one.
type tariff struct {
	ask     func(ctx context.Context, seconds float64) (api.Estimate, error)
	asked   map[float64]api.Estimate
	oldest  time.Time // when the first of them was asked
	even    bool      // all prices are in proportion
	free    bool      // the server names no price
	quantum api.Micros
}

// learn asks the server about as many of the lengths as it takes.
func (t *tariff) learn(ctx context.Context, lengths []float64) error {
	t.asked, t.oldest = make(map[float64]api.Estimate), time.Now()
	lengths = slices.Compact(slices.Sorted(slices.Values(lengths))) // a copy: Compact clears the rest
	if err := t.sample(ctx, lengths, fewLengths); err != nil || t.free {
		return err
	}
	if t.even = t.proportional(); t.even || len(lengths) <= fewLengths {
		return nil
	}
	return t.sample(ctx, lengths, moreLengths)
}

// sample asks about n lengths, evenly spread.
func (t *tariff) sample(ctx context.Context, lengths []float64, n int) error {
	n = min(n, len(lengths))
	for i := range n {
		seconds := lengths[len(lengths)-1]
		if n > 1 {
			seconds = lengths[i*(len(lengths)-1)/(n-1)]
		}
		if _, known := t.asked[seconds]; known {
			continue
		}
		e, err := t.ask(ctx, seconds)
		if errors.Is(err, api.ErrUnpriced) {
			t.free = true
			return nil
		}
		if err != nil {
			return err
		}
		t.asked[seconds] = e
	}
	return nil
}

// longest returns the longest length asked about.
func (t *tariff) longest() (seconds float64, e api.Estimate) {
	for s, x := range t.asked {
		if s >= seconds {
			seconds, e = s, x
		}
	}
	return seconds, e
}

// proportional reports whether the prices asked for are in proportion to the
// frames, exactly or as they are rounded.
func (t *tariff) proportional() bool {
	for _, t.quantum = range []api.Micros{1, quantumOf(t.asked)} {
		if len(t.asked) > 0 && t.agree() {
			return true
		}
	}
	return false
}

// agree reports whether all prices asked for are in proportion to that of the
// longest length.
func (t *tariff) agree() bool {
	for seconds, e := range t.asked {
		_, last := t.longest()
		if e.Cost == nil || last.Cost == nil || e.Frames != framesOf(seconds) || e.Frames == 0 {
			return false
		}
		p := t.inProportion(e.Frames)
		if off := *p.Cost - *e.Cost; off > t.quantum || off < -t.quantum {
			return false
		}
		if (p.Credits == nil) != (e.Credits == nil) || p.Credits != nil && math.Abs(*p.Credits-*e.Credits) > 1e-6*math.Abs(*e.Credits) {
			return false
		}
	}
	return true
}

// inProportion is the price of frames, by that of the longest length.
func (t *tariff) inProportion(frames int) api.Estimate {
	_, e := t.longest()
	sum := int64(*e.Cost)*int64(frames) + int64(e.Frames)/2
	cost := api.Micros(sum / int64(e.Frames))
	found := api.Estimate{Frames: frames, Cost: &cost}
	if e.Credits != nil {
		credits := *e.Credits * float64(frames) / float64(e.Frames)
		found.Credits = &credits
	}
	return found
}

// framesOf is the number of billed frames of an output.
func framesOf(seconds float64) int { return int(math.Round(seconds * outbox.FramesPerSecond)) }

// quantumOf is what prices are rounded to: a tenth of a cent, a millionth of a
// dollar and so on.
func quantumOf(prices map[float64]api.Estimate) api.Micros {
	const cent = 10_000
	for q := api.Micros(cent); q > 1; q /= 10 {
		whole := true
		for _, e := range prices {
			whole = whole && e.Cost != nil && *e.Cost%q == 0
		}
		if whole {
			return q
		}
	}
	return 1
}

// price is the price of a length; bound is set if it costs at most that.
func (t *tariff) price(seconds float64) (e api.Estimate, bound bool) {
	if e, asked := t.asked[seconds]; asked {
		return e, false
	}
	if t.even {
		return t.inProportion(framesOf(seconds)), false
	}
	next, _ := t.longest()
	for s := range t.asked {
		if s > seconds && s < next {
			next = s
		}
	}
	return t.asked[next], true
}
