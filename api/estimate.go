package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"dubtop/api/exact"
)

// EstimateRequest asks for the list price of a job, either from Model and
// Duration (the server fetches nothing) or from the body of a create request.
// https://sync.so/docs/api-reference/api/generate-api/estimate-cost
type EstimateRequest struct {
	Model    string
	Duration float64 // seconds of output
	FPS      int     // the service bills 25; the server's default is 30
	Create   []byte  // body of a create request; if set, it is priced instead
}

// Estimate is the server's price. Cost is nil if it named none.
type Estimate struct {
	Frames  int
	Cost    *Micros
	Credits *float64 // nil on accounts billed in dollars
}

// wireAmount is an estimate in every spelling seen so far.
type wireAmount struct {
	Frames  count
	Cost    dollars
	Total   dollars
	Credits credits
}

func (w *wireAmount) members() []exact.Member {
	return []exact.Member{
		{Name: "estimatedFrameCount", Into: &w.Frames},
		{Name: "estimatedGenerationCost", Into: &w.Cost, Once: true},
		{Name: "totalCost", Into: &w.Total, Once: true},
		{Name: "estimatedCredits", Into: &w.Credits, Once: true},
	}
}

// UnmarshalJSON reads an estimate in any of its spellings. It fails if an
// amount appears twice.
func (e *Estimate) UnmarshalJSON(b []byte) error {
	var w wireAmount
	if err := exact.Decode(b, w.members()); err != nil {
		return err
	}
	*e = Estimate{Frames: w.Frames.or(0), Cost: w.Cost.Micros, Credits: w.Credits.float64}
	if e.Cost == nil {
		e.Cost = w.Total.Micros
	}
	return nil
}

// wireEstimate is an estimate, or a list of the estimates that make up one job.
type wireEstimate struct{ Estimate }

func (w *wireEstimate) UnmarshalJSON(b []byte) error {
	if exact.IsObject(b) {
		return w.Estimate.UnmarshalJSON(b)
	}
	var all list[Estimate, *Estimate]
	// An unreadable element is part of the price too.
	if err := all.UnmarshalJSON(b); err != nil || len(all.items) == 0 || all.skipped > 0 {
		return errShape
	}
	sum := all.items[0]
	for _, p := range all.items[1:] {
		sum.Frames += p.Frames
		sum.Cost = add(sum.Cost, p.Cost)
		sum.Credits = add(sum.Credits, p.Credits)
	}
	w.Estimate = sum
	return nil
}

// add returns the sum of two amounts, nil if either is unknown.
func add[T Micros | float64](a, b *T) *T {
	if a == nil || b == nil {
		return nil
	}
	sum := *a + *b
	return &sum
}

// estimateForm is one of the historic ways to ask for a price.
type estimateForm struct {
	capability
	path string
	body []byte
}

// forms returns the forms that can express the request, newest first.
func (r EstimateRequest) forms() ([]estimateForm, error) {
	const path = "/v2/generations/estimate"
	var forms []estimateForm
	if r.Duration > 0 {
		body, err := json.Marshal(struct {
			Model    string  `json:"model"`
			Duration float64 `json:"duration"`
			FPS      int     `json:"fps,omitempty"`
		}{r.Model, r.Duration, r.FPS})
		if err != nil {
			return nil, err
		}
		forms = append(forms,
			estimateForm{priceDuration, path, body},
			estimateForm{priceAlias, "/v2/generate/estimate-cost", body})
	}
	if r.Create != nil {
		forms = append(forms,
			estimateForm{priceCreate, path, r.Create},
			estimateForm{priceAnalyze, "/v2/analyze/cost", r.Create})
	}
	return forms, nil
}

// Estimate returns the price of a job. It tries the historic forms of the call,
// newest first, and remembers those that the server lacks. [ErrUnpriced] means
// that the server has no price, [ErrUnsupported] that it has none of the forms.
// https://sync.so/docs/api-reference/api/generate-api/estimate-cost
func (c *Client) Estimate(ctx context.Context, r EstimateRequest) (Estimate, error) {
	forms, err := r.forms()
	if err != nil || len(forms) == 0 {
		return Estimate{}, c.invalid("a price needs a model and a length, or a whole request")
	}
	var refused []capability // with a 400, which may be the request's own fault
	var last error = ErrUnsupported
	for _, f := range forms {
		if c.memory.lacks(f.capability) {
			continue
		}
		e, err := c.estimate(ctx, f)
		switch {
		case err == nil:
			for _, what := range refused {
				c.memory.missing(what)
			}
			return e, nil
		case hasStatus(err, http.StatusBadRequest):
			refused = append(refused, f.capability)
			last = err
		case isMissingRoute(err):
			c.memory.missing(f.capability)
		default:
			return e, err
		}
	}
	return Estimate{}, last
}

// estimate asks in one form. It is free, so it may be repeated.
func (c *Client) estimate(ctx context.Context, f estimateForm) (Estimate, error) {
	var w wireEstimate
	k := call{method: http.MethodPost, path: f.path, body: f.body, tries: 2}
	_, err := c.value(ctx, k, listOrObject, &w)
	var e *Error
	switch {
	case errors.As(err, &e) && e.Code == "cost_estimate_unavailable":
		return Estimate{}, ErrUnpriced
	case err != nil:
		return Estimate{}, err
	case w.Cost == nil && w.Credits == nil:
		return w.Estimate, ErrUnpriced
	}
	return w.Estimate, nil
}
