package outbox

import (
	"time"

	"dubtop/api"
)

// FramesPerSecond is the rate at which output is billed, for any input. The
// server's own default for estimates is 30.
// https://sync.so/docs/api-reference/api/generate-api/estimate-cost
// https://sync.so/docs/models/pricing
const FramesPerSecond = 25

// CostKind says how a cost is known.
type CostKind uint8

// The kinds of costs, from nothing to certainty.
const (
	CostUnknown  CostKind = iota
	CostDerived           // output length × billed frames × learned unit price
	CostEstimate          // the server's own estimate, made before submitting
	CostActual            // charged, according to the server
)

// Sign is the prefix of an amount that was not billed: ~ for an estimate, ? for
// a derived cost.
func (k CostKind) Sign() string {
	switch k {
	case CostEstimate:
		return "~"
	case CostDerived:
		return "?"
	}
	return ""
}

// Weaker returns the less certain of two kinds, ignoring unknown ones.
func (k CostKind) Weaker(o CostKind) CostKind {
	if k == CostUnknown || o == CostUnknown {
		return max(k, o)
	}
	return min(k, o)
}

// Kind returns CostEstimate for a server estimate, or CostDerived if the length
// it is based on is a guess.
func (p *Price) Kind() CostKind {
	switch {
	case p.Cost == nil:
		return CostUnknown
	case p.Approximate:
		return CostDerived
	}
	return CostEstimate
}

// Cost is an amount and how it is known. The zero Cost is unknown.
type Cost struct {
	Amount api.Micros
	Kind   CostKind
}

// PriceValid is how long a price may be confirmed.
const PriceValid = 5 * time.Minute

// UnpricedWord is the word that confirms a job without a price.
const UnpricedWord = "unpriced"

// Price is the predicted cost of a submission, and how it is known.
type Price struct {
	Cost        *api.Micros // US dollars, nil unknown
	Credits     *float64    // for accounts billed in credits, else nil
	Frames      int
	Seconds     float64 // of output
	Basis       string  // where the length came from: "asset", "local file", "remote file", "server", "script"
	Approximate bool
	At          time.Time
}

// Plus adds another price. The sum is unknown if one of them is.
func (p Price) Plus(o *Price) Price {
	if p.Cost != nil {
		sum := *p.Cost
		if p.Cost = nil; o.Cost != nil {
			p.Cost = new(sum + *o.Cost)
		}
	}
	if o.Credits != nil {
		sum := *o.Credits
		if p.Credits != nil {
			sum += *p.Credits
		}
		p.Credits = &sum
	}
	p.Frames, p.Seconds = p.Frames+o.Frames, p.Seconds+o.Seconds
	p.Approximate = p.Approximate || o.Approximate
	return p
}

// Known reports whether there is a cost in dollars or credits.
func (p Price) Known() bool { return p.Cost != nil || p.Credits != nil }

// Fresh reports whether the price may still be confirmed. It is false if the
// clock was set back by over a minute.
func (p Price) Fresh(now time.Time) bool {
	age := now.Round(0).Sub(p.At.Round(0))
	return !p.At.IsZero() && age >= -time.Minute && age < PriceValid
}
