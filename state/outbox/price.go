package outbox

import (
	"time"

	"dubtop/api"
)

// FramesPerSecond is the rate at which output is billed, whatever the input's.
// https://sync.so/docs/api-reference/api/generate-api/estimate-cost
const FramesPerSecond = 25

// CostKind says how a cost is known.
type CostKind uint8

// The kinds of costs, from nothing to certainty.
const (
	CostUnknown  CostKind = iota
	CostDerived           // output length × billed frames × learned unit price
	CostEstimate          // the server's own estimate, made before submitting
	CostActual            // what the server says was charged
)

// Sign is what stands before an amount that was not billed: ~ before an
// estimate, ? before what is worked out.
func (k CostKind) Sign() string {
	switch k {
	case CostEstimate:
		return "~"
	case CostDerived:
		return "?"
	}
	return ""
}

// Weaker is the less certain of two kinds; one that is not known does not count.
func (k CostKind) Weaker(o CostKind) CostKind {
	if k == CostUnknown || o == CostUnknown {
		return max(k, o)
	}
	return min(k, o)
}

// Kind is what stands behind a price: the server's estimate, or one of a length
// that is a guess.
func (p *Price) Kind() CostKind {
	switch {
	case p.Cost == nil:
		return CostUnknown
	case p.Approximate:
		return CostDerived
	}
	return CostEstimate
}

// Cost is an amount with what stands behind it. It is zero when unknown.
type Cost struct {
	Amount api.Micros
	Kind   CostKind
}

// PriceValid is how long a price may be confirmed.
const PriceValid = 5 * time.Minute

// UnpricedWord is what the user types to confirm a job without a price.
const UnpricedWord = "unpriced"

// Price is what a submission will cost, and how that is known.
type Price struct {
	Cost        *api.Micros // US dollars, nil unknown
	Credits     *float64    // for accounts billed in credits, else nil
	Frames      int
	Seconds     float64 // of output
	Basis       string  // where the length came from: "asset", "local file", "remote file", "server", "script"
	Approximate bool
	At          time.Time
}

// Known reports whether the price says anything.
func (p Price) Known() bool { return p.Cost != nil || p.Credits != nil }

// Fresh reports whether the price may still be confirmed. A clock that was
// set back makes it stale, too.
func (p Price) Fresh(now time.Time) bool {
	age := now.Round(0).Sub(p.At.Round(0))
	return !p.At.IsZero() && age >= -time.Minute && age < PriceValid
}
