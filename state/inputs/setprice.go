package inputs

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// SetPricing prices many drafts with few questions: it measures the inputs, and
// asks the server about a few lengths for each combination of model and
// options.
type SetPricing struct {
	Client   *api.Client
	Env      draft.CheckEnv
	Assets   map[string]Asset // known assets, by id
	Known    *Findings
	Contents *Contents
	Drafts   []draft.Draft

	measured, asked atomic.Int64
	looks           *Looks
}

// Priced is the result for a draft: a submission with its price, and warnings
// about its inputs, or the reason why it has none.
type Priced struct {
	Submission outbox.Submission
	Most       *api.Micros // the most that it may cost, nil if nothing tells
	Warnings   []string
	Err        error

	pricing *Pricing
	inputs  []Input
	seconds float64 // of output, 0 if only the server can tell
}

// AtMost ends the basis of a price that is an upper bound.
const AtMost = ", at most"

// The numbers of drafts measured, and of questions asked, at once.
const (
	draftsAtOnce    = 32
	questionsAtOnce = 4
)

// Progress returns how many drafts are measured, and how many questions have
// been asked.
func (p *SetPricing) Progress() (measured, asked int) {
	return int(p.measured.Load()), int(p.asked.Load())
}

// Price prices the drafts, in their order. Once ctx has ended, ignore the
// results.
func (p *SetPricing) Price(ctx context.Context) []Priced {
	p.looks = NewLooks(p.Client)
	all := make([]Priced, len(p.Drafts))
	atOnce(len(all), draftsAtOnce, func(i int) {
		p.measure(ctx, p.Drafts[i], &all[i])
		p.measured.Add(1)
	})
	var kinds []string
	alike := make(map[string][]*Priced)
	for i := range all {
		x := &all[i]
		if x.Err != nil {
			continue
		}
		kind := kindOf(&x.Submission.Draft, x.seconds > 0)
		if alike[kind] == nil {
			kinds = append(kinds, kind)
		}
		alike[kind] = append(alike[kind], x)
	}
	atOnce(len(kinds), questionsAtOnce, func(i int) { p.price(ctx, alike[kinds[i]]) })
	return all
}

// atOnce calls do for 0 to n-1 from a few goroutines.
func atOnce(n, goroutines int, do func(i int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(n, goroutines) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wait.Wait()
}

// kindOf is equal for drafts with the same price, or with the same price of the
// same length.
func kindOf(d *draft.Draft, byLength bool) string {
	like := *d
	if byLength {
		like.Visual, like.Audio = "", ""
	}
	rest, _ := json.Marshal([]any{byLength, like.Extra, like.Inputs, like.Segments, like.More}) // texts can always be encoded
	return like.PriceKey() + string(rest)
}

// plain reports whether the price of a draft depends on its model, its options
// and its length alone.
func plain(d *draft.Draft, inputs []Input) bool {
	script := slices.ContainsFunc(inputs, func(in Input) bool { return in.Kind == "script" })
	return !script && !d.Dubs() && len(d.Segments)+len(d.More)+len(d.Extra)+len(d.Inputs) == 0
}

// measure makes a submission of a draft, without its price.
func (p *SetPricing) measure(ctx context.Context, d draft.Draft, x *Priced) {
	if x.Err = ctx.Err(); x.Err != nil {
		return
	}
	assets := knownAssets(&d, p.Env.Home, p.Assets, p.Known)
	x.pricing = &Pricing{Draft: d, Env: p.Env, Assets: assets, Looks: p.looks, Known: p.Known, Contents: p.Contents}
	x.pricing.prepare(ctx, p.Client)
	if x.Err = x.pricing.lookAhead(ctx); x.Err != nil {
		return
	}
	if x.Submission, x.inputs, x.Err = x.pricing.submission(ctx, p.Client); x.Err != nil {
		return
	}
	x.Warnings = Warnings(x.inputs)
	if seconds, known := x.pricing.output(x.inputs); known && plain(&d, x.inputs) {
		x.seconds = seconds
	}
}

// price prices drafts that are alike in everything but their length, or in
// everything.
func (p *SetPricing) price(ctx context.Context, alike []*Priced) {
	first := alike[0]
	if first.seconds == 0 {
		p.asked.Add(1)
		price, err := first.pricing.estimate(ctx, p.Client, first.Submission, first.inputs)
		now := time.Now()
		for _, x := range alike {
			if x.Err = err; err == nil {
				x.agreeable(price, 0)
				x.Err = x.Submission.Estimate(price, now)
			}
		}
		return
	}
	var lengths []float64
	of := make(map[float64]*Priced)
	for _, x := range alike {
		if lengths = append(lengths, x.seconds); of[x.seconds] == nil {
			of[x.seconds] = x
		}
	}
	t := tariff{ask: func(ctx context.Context, seconds float64) (api.Estimate, error) {
		p.asked.Add(1)
		r := api.EstimateRequest{Model: first.Submission.Model, Duration: seconds, FPS: outbox.FramesPerSecond}
		if sub := &of[seconds].Submission; !sub.HasLocal() {
			r.Create = sub.Body // for servers that only price whole requests
		}
		return p.Client.Estimate(ctx, r)
	}}
	err := t.learn(ctx, lengths)
	for _, x := range alike {
		if x.Err = err; err != nil {
			x.Err = fmt.Errorf("no price: %w", err)
			continue
		}
		price := t.priceOf(x)
		x.agreeable(price, t.quantum)
		x.Err = x.Submission.Estimate(price, t.oldest)
	}
}

// scriptSlack is by how much a slow voice may exceed the guessed length of a
// script.
const scriptSlack = 2

// agreeable sets the most that a draft may cost. An approximate price may be
// exceeded by the margins of the measured lengths, by a slow voice, and by what
// the server's prices are rounded to.
func (x *Priced) agreeable(p outbox.Price, rounding api.Micros) {
	switch {
	case p.Cost == nil || x.Submission.Draft.Dubs():
		return // how long a translation is nobody knows
	case !p.Approximate:
		x.Most = new(*p.Cost)
		return
	}
	within, factor := 0.0, 1.0
	for i := range x.inputs {
		if within += x.inputs[i].Within; x.inputs[i].Kind == "script" {
			factor = scriptSlack
		}
	}
	if within > 0 && p.Seconds <= 0 {
		return
	}
	if within > 0 {
		factor *= 1 + within/p.Seconds
	}
	if most := math.Ceil(float64(*p.Cost)*factor) + float64(rounding); most < math.MaxInt64/2 {
		x.Most = new(api.Micros(most))
	}
}

// coarse is a rounding of prices, a tenth of a cent, that is noticeable in the
// sum of many.
const coarse api.Micros = 1000

// priceOf is the price of a measured draft.
func (t *tariff) priceOf(x *Priced) outbox.Price {
	if t.free {
		return outbox.Price{Seconds: x.seconds, Basis: "the server names no price for this"}
	}
	e, bound := t.price(x.seconds)
	price := priceOf(e, x.seconds, basisOf(x.inputs))
	if _, own := t.asked[x.seconds]; !own && t.quantum >= coarse {
		price.Approximate = true
	}
	if bound {
		price.Approximate, price.Basis = true, price.Basis+AtMost
	}
	for i := range x.inputs {
		price.Approximate = price.Approximate || x.inputs[i].Within > 0
	}
	return price
}
