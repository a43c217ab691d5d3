package simulator

import (
	"encoding/json"
	"math"
	"net/http"
	"slices"
)

// listPrice returns the price of frames of a model before discounts.
func (s *Server) listPrice(name string, frames int64) (price, bool) {
	if slices.Contains(s.opts.Unpriced, name) {
		return 0, false
	}
	for _, m := range models() {
		if m.Name == name {
			return m.frame * price(frames), true
		}
	}
	return 0, false
}

// charged returns the price of an output on the account's plan.
func (s *Server) charged(name string, seconds float64) (price, bool) {
	list, ok := s.listPrice(name, int64(math.Round(seconds*frameRate)))
	return (list*price(100-s.opts.Plan.Discount()) + 50) / 100, ok
}

// estimate is a price in JSON. EstimatedCredits is left out if the profile does
// not have it.
type estimate struct {
	Frames  int64   `json:"estimatedFrameCount"`
	Cost    float64 `json:"estimatedGenerationCost"`
	Credits any     `json:"estimatedCredits,omitempty"`
}

func (s *Server) estimateObject(w http.ResponseWriter, r *http.Request) {
	e, f := s.estimate(r)
	if f != nil {
		f.write(w)
		return
	}
	writeJSON(w, http.StatusOK, e)
}

// estimateArray serves the path of the published SDKs, whose answer is a list
// with one element.
func (s *Server) estimateArray(w http.ResponseWriter, r *http.Request) {
	e, f := s.estimate(r)
	if f != nil {
		f.write(w)
		return
	}
	writeJSON(w, http.StatusOK, []estimate{e})
}

// estimate prices either form of body: a model with a duration, or the fields
// of a creation. The page of June 2026 has only the latter.
func (s *Server) estimate(r *http.Request) (estimate, *failure) {
	members, _, f := readObject(r)
	if f != nil {
		return estimate{}, f
	}
	rules := reader{members: members, profile: s.opts.Profile}
	if rules.has("duration") && s.opts.Profile != Strict {
		return s.estimateDuration(&rules)
	}
	c := rules.creation()
	if len(rules.broken) > 0 {
		f := invalid(rules.broken...)
		f.Message = rules.broken
		return estimate{}, f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range []*failure{c.visualRefusal(), c.audioRefusal(), s.assetRefusal(c, nil)} {
		if f != nil {
			return estimate{}, f
		}
	}
	return s.priced(c.Model, s.outputSeconds(c, nil)*frameRate)
}

// estimateDuration prices a duration, at 30 frames per second by default.
func (s *Server) estimateDuration(rules *reader) (estimate, *failure) {
	name := rules.text("model")
	rules.oneOf("model", name, modelNames()...)
	seconds := rules.positive("duration", 0)
	fps := rules.positive("fps", 30)
	workflow := rules.text("workflow")
	if workflow != "" {
		rules.oneOf("workflow", workflow, "lipsync", "translate-and-dub")
	}
	if len(rules.broken) > 0 {
		return estimate{}, invalid(rules.broken...)
	}
	if workflow == "translate-and-dub" {
		return estimate{}, noPrice()
	}
	return s.priced(name, seconds*fps)
}

// positive reads a number above zero.
func (r *reader) positive(name string, fallback float64) float64 {
	n := fallback
	if r.has(name) && json.Unmarshal(r.members[name], &n) != nil || !(n > 0) || n > 1e9 {
		r.breaks("%s must be a positive number", name)
	}
	return n
}

func noPrice() *failure {
	return unprocessable("cost_estimate_unavailable", "No price is available for this request")
}

// priced rounds to whole frames and prices them.
func (s *Server) priced(name string, frames float64) (estimate, *failure) {
	n := int64(math.Round(frames))
	cost, ok := s.listPrice(name, n)
	if !ok {
		return estimate{}, noPrice()
	}
	e := estimate{Frames: n, Cost: cost.dollars()}
	if s.opts.Profile != Strict {
		e.Credits = absent()
	}
	if s.opts.Credits && s.opts.Profile != Strict {
		e.Credits = int64(math.Ceil(cost.dollars() * 100))
	}
	return e, nil
}
