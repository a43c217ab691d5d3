package tasks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/outbox"
)

// pricedLine is a job of a batch, as far as its price depends on it.
type pricedLine struct {
	model   string
	seconds float64 // of output, 0 if unknown
	about   bool    // seconds is a guess
}

// priceLines adds up the frames of all lines by model and asks the server to
// price each sum, so that the total comes from the server.
func priceLines(ctx context.Context, c *api.Client, lines []pricedLine) (outbox.Price, error) {
	total := outbox.Price{Basis: "the inputs' own lengths, priced by the server"}
	frames, jobs := map[string]int{}, map[string]int{}
	for _, line := range lines {
		if line.seconds <= 0 {
			continue
		}
		jobs[line.model]++
		frames[line.model] += int(math.Round(line.seconds * outbox.FramesPerSecond))
		total.Approximate = total.Approximate || line.about
	}
	var cost api.Micros
	var credits float64
	inCredits, priced := false, 0
	for _, model := range slices.Sorted(maps.Keys(frames)) {
		n := frames[model]
		e, err := c.Estimate(ctx, api.EstimateRequest{Model: model, Duration: float64(n) / outbox.FramesPerSecond, FPS: outbox.FramesPerSecond})
		if err != nil && !errors.Is(err, api.ErrUnpriced) {
			return outbox.Price{}, fmt.Errorf("no price: %w", err)
		}
		if e.Cost == nil {
			continue
		}
		priced += jobs[model]
		cost += *e.Cost
		if e.Credits != nil {
			inCredits, credits = true, credits+*e.Credits
		}
		total.Frames += e.Frames
		total.Seconds += float64(n) / outbox.FramesPerSecond
	}
	switch {
	case priced == 0:
		total.Basis = "no job could be measured and priced"
		return total, nil
	case priced < len(lines):
		total.Basis = string(text.Sprintf("%d of %d jobs come to %s; the others could not be measured or priced", priced, len(lines), cost))
		return total, nil
	}
	total.Cost = &cost
	if inCredits {
		total.Credits = &credits
	}
	return total, nil
}

// repriceBatch prices a waiting batch again, by the lengths its lines had when
// they were measured. Their links were checked for the dry run.
func (d Runner) repriceBatch(ctx context.Context, sub outbox.Submission) (outbox.Price, error) {
	all, err := d.Journal.BatchLines(ctx, sub.ID)
	if err != nil {
		return outbox.Price{}, err
	}
	if len(all) == 0 {
		return outbox.Price{}, errors.New("its lines are not known")
	}
	lines := make([]pricedLine, len(all))
	for i := range all {
		lines[i] = pricedLine{model: all[i].Draft.Model, seconds: all[i].Seconds, about: sub.Price.Approximate}
	}
	price, err := priceLines(ctx, d.Client, lines)
	if err != nil {
		return price, err
	}
	// A sum of rounded prices differs from the rounded price of a sum.
	if was := sub.Price.Cost; was != nil && price.Cost != nil && *price.Cost <= *was+api.Micros(len(lines)) {
		price.Cost = new(min(*price.Cost, *was))
	}
	return price, nil
}
