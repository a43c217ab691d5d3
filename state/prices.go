package state

import (
	"math"
	"slices"

	"dubtop/api"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// unitPrice is an exact fraction, cost per frames, so that prices below a
// millionth of a dollar per frame are not lost.
type unitPrice struct {
	cost   api.Micros
	frames int64
}

// maxPriced limits the models to price, because their names come from the
// server.
const maxPriced = 64

// Prices holds the unit price of each model, learned from one estimate each,
// and the costs of single jobs. The zero Prices is ready to use.
type Prices struct {
	units    map[string]unitPrice
	own      map[api.ID]outbox.Cost
	seen     map[string]bool // every model seen, so that each is priced once
	unpriced []string        // models to price, in the order seen
	version  uint64
}

// Learn derives the unit price of a model from an estimate. An estimate without
// a cost or frames means that the server has no price, and the model is not
// tried again.
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

// PerFrame is the price of one output frame of a model, rounded to a millionth
// of a dollar.
func (p *Prices) PerFrame(model string) (price api.Micros, known bool) {
	unit, ok := p.units[model]
	if !ok {
		return 0, false
	}
	return unit.of(1)
}

// Own records the estimate of one of our jobs.
func (p *Prices) Own(id api.ID, amount api.Micros) {
	if p.own[id].Kind < outbox.CostActual {
		p.keep(id, outbox.Cost{Amount: amount, Kind: outbox.CostEstimate})
	}
}

// Actual records the actual cost of a job.
func (p *Prices) Actual(id api.ID, amount api.Micros) {
	p.keep(id, outbox.Cost{Amount: amount, Kind: outbox.CostActual})
}

// Book records the costs of an entry of the ledger.
func (p *Prices) Book(e *ledger.Entry) {
	if e.Job == "" || e.Damage != "" {
		return
	}
	if e.Estimate != nil {
		p.Own(e.Job, *e.Estimate)
	}
	if e.Actual != nil && e.Basis == ledger.BasisBilled {
		p.Actual(e.Job, *e.Actual)
	}
}

// Cost is the best known cost of a job. Failed jobs are usually not charged, so
// no cost is derived for them.
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

// Derive computes the cost of an output of that many seconds from the model's
// unit price; ok is false if the price or the length is unknown.
func (p *Prices) Derive(model string, seconds float64) (amount api.Micros, ok bool) {
	unit, ok := p.units[model]
	if !ok || seconds <= 0 {
		return 0, false
	}
	return unit.of(seconds * outbox.FramesPerSecond)
}

// Version changes with every change of a cost.
func (p *Prices) Version() uint64 { return p.version }

// see adds a model to be priced, once.
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

// postpone moves a model to the end of the queue.
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

// of returns the price of frames, rounded half up; ok is false on overflow.
func (u unitPrice) of(frames float64) (amount api.Micros, ok bool) {
	n := math.Round(frames)
	if !(n >= 0) || n*float64(u.cost) > math.MaxInt64/4 {
		return 0, false
	}
	whole := int64(n) * int64(u.cost)
	return api.Micros((whole + u.frames/2) / u.frames), true
}
