package state

import (
	"math"
	"slices"

	"dubtop/state/outbox"

	"dubtop/api"
)

// unitPrice is an exact fraction: so many micro-dollars for so many frames.
// Prices below a millionth a frame survive it.
type unitPrice struct {
	cost   api.Micros
	frames int64
}

// maxPriced bounds how many models are asked about, because their names come
// from the wire.
const maxPriced = 64

// Prices is what is known of money: the unit price of each model, learned from
// one estimate each, and the costs of single jobs. The zero Prices is ready.
type Prices struct {
	units    map[string]unitPrice
	own      map[api.ID]outbox.Cost
	seen     map[string]bool // every model, so that each is asked about once
	unpriced []string        // models still to be asked about, in the order seen
	version  uint64
}

// Learn takes the unit price of a model from an estimate. One without a cost or
// without frames teaches that the server names no price, and it is not asked
// again.
func (p *Prices) Learn(model string, e api.Estimate) {
	p.see(model)
	p.unpriced = slices.DeleteFunc(p.unpriced, func(m string) bool { return m == model })
	if e.Cost == nil || e.Frames <= 0 || *e.Cost < 0 {
		return
	}
	if p.units == nil {
		p.units = make(map[string]unitPrice)
	}
	p.units[model] = unitPrice{cost: *e.Cost, frames: int64(e.Frames)}
	p.version++
}

// PerFrame is the price of one frame of a model's output, rounded to a
// micro-dollar.
func (p *Prices) PerFrame(model string) (price api.Micros, known bool) {
	unit, ok := p.units[model]
	if !ok {
		return 0, false
	}
	return unit.of(1)
}

// Own keeps the estimate of a job of our own.
func (p *Prices) Own(id api.ID, amount api.Micros) {
	if p.own[id].Kind < outbox.CostActual {
		p.keep(id, outbox.Cost{Amount: amount, Kind: outbox.CostEstimate})
	}
}

// Actual keeps what a job really cost.
func (p *Prices) Actual(id api.ID, amount api.Micros) {
	p.keep(id, outbox.Cost{Amount: amount, Kind: outbox.CostActual})
}

// Cost is the best that is known of a job's cost. Failed jobs are not charged
// as a rule, so nothing is derived for them.
// https://sync.so/docs/api-reference/api/generate-api/estimate-cost
func (p *Prices) Cost(g *Generation) outbox.Cost {
	if cost, ok := p.own[g.ID]; ok {
		return cost
	}
	if g.Status.Troubled() {
		return outbox.Cost{}
	}
	amount, ok := p.Derive(g.Model, float64(g.Length))
	if !ok {
		return outbox.Cost{}
	}
	return outbox.Cost{Amount: amount, Kind: outbox.CostDerived}
}

// Derive is what an output of so many seconds costs by the model's unit price;
// ok is false where either is unknown.
func (p *Prices) Derive(model string, seconds float64) (amount api.Micros, ok bool) {
	unit, ok := p.units[model]
	if !ok || seconds <= 0 {
		return 0, false
	}
	return unit.of(seconds * outbox.FramesPerSecond)
}

// Version changes whenever a cost may have.
func (p *Prices) Version() uint64 { return p.version }

// see notes a model, so that it is priced once.
func (p *Prices) see(model string) {
	if p.seen[model] || model == "" || len(p.seen) >= maxPriced {
		return
	}
	if p.seen == nil {
		p.seen = make(map[string]bool)
	}
	p.seen[model] = true
	p.unpriced = append(p.unpriced, model)
}

// postpone moves a model behind the others, for another try.
func (p *Prices) postpone(model string) {
	if i := slices.Index(p.unpriced, model); i >= 0 {
		p.unpriced = append(slices.Delete(p.unpriced, i, i+1), model)
	}
}

func (p *Prices) keep(id api.ID, c outbox.Cost) {
	if p.own == nil {
		p.own = make(map[api.ID]outbox.Cost)
	}
	p.own[id] = c
	p.version++
}

// Rank orders jobs, and lines of a batch's results, by their cost; what is not
// known comes below nothing. Other rows are all of one rank.
func (p *Prices) Rank(row any) int64 {
	var g *Generation
	switch row := row.(type) {
	case *Generation:
		g = row
	case *BatchItem:
		g = &row.Generation
	default:
		return 0
	}
	if c := p.Cost(g); c.Kind != outbox.CostUnknown {
		return int64(c.Amount)
	}
	return -1
}

// of prices frames, rounded half up; ok is false for what no amount can hold.
func (u unitPrice) of(frames float64) (amount api.Micros, ok bool) {
	n := math.Round(frames)
	if !(n >= 0) || n*float64(u.cost) > math.MaxInt64/4 {
		return 0, false
	}
	whole := int64(n) * int64(u.cost)
	return api.Micros((whole + u.frames/2) / u.frames), true
}
