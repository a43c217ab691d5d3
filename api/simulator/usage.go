package simulator

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

// costs is what a job cost, in JSON.
type costs struct {
	ID           string   `json:"generationId"`
	Status       string   `json:"generationStatus"`
	Currency     string   `json:"currency"`
	Availability string   `json:"availability"`
	Total        *string  `json:"totalCostUsd"`
	Known        string   `json:"knownSubtotalUsd"`
	RetryAfter   *int     `json:"retryAfterSeconds"`
	Components   []any    `json:"components"`
	Excluded     []string `json:"excludedCosts"`
}

// costsOf returns what a job cost. The lock must be held.
func (s *Server) costsOf(j *job, now time.Time) costs {
	status := j.status(now)
	c := costs{
		ID: j.id, Status: status, Currency: "USD", Availability: "complete", Known: "0.00",
		Components: []any{}, Excluded: []string{"tax", "subscription_fees"},
	}
	total := func(amount string) { c.Total, c.Known = &amount, amount }
	soon := 15
	switch cost, ok := s.charged(s.creationOf(j).Model, j.seconds); {
	case !j.ended(now) || now.Sub(j.end) < s.opts.CostDelay:
		c.Availability, c.RetryAfter = "pending", &soon
	case !produced(status): // failed jobs are free
		total("0.00")
	case !ok:
		c.Availability = "unavailable"
	default:
		total(cost.String())
		c.Components = []any{map[string]string{"component": "lipsync", "costUsd": cost.String()}}
	}
	return c
}

// usageRow is a finished generation in JSON: its costs, when it finished, and
// which key made it.
type usageRow struct {
	costs
	CreatedAt  string   `json:"createdAt"`
	FinishedAt string   `json:"finishedAt"`
	Model      string   `json:"model"`
	APIKey     *keyWire `json:"apiKey"`
}

// keyWire is a key in JSON, as its owner named it.
type keyWire struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// maxUsage is the largest page of usage.
const maxUsage = 500

// listUsage lists the generations that finished in a range of time, oldest
// first. A cursor is the id of the last one of the page before.
func (s *Server) listUsage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	from, errFrom := time.Parse(time.RFC3339, q.Get("startTime"))
	to, errTo := time.Parse(time.RFC3339, q.Get("endTime"))
	limit, f := limitOf(q, 100, maxUsage)
	if errFrom != nil || errTo != nil || !from.Before(to) {
		f = invalid("startTime and endTime must be ISO 8601 dates, startTime before endTime")
	}
	if f != nil {
		f.write(w)
		return
	}
	s.mu.Lock()
	now := s.now()
	ended := s.endedBetween(from, to, now)
	if cursor := q.Get("cursor"); cursor != "" {
		at := slices.IndexFunc(ended, func(j *job) bool { return j.id == cursor })
		ended = ended[at+1:]
	}
	var next any
	if len(ended) > limit {
		ended = ended[:limit]
		next = ended[limit-1].id
	}
	rows := make([]usageRow, len(ended))
	for i, j := range ended {
		rows[i] = s.usageOf(j, now)
	}
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{"items": rows, "nextCursor": next})
}

// endedBetween returns the jobs that ended from one time on and before another,
// in the order of their ends. The lock must be held.
func (s *Server) endedBetween(from, to, now time.Time) []*job {
	var ended []*job
	for _, j := range s.jobs.byID {
		if j.ended(now) && !j.end.Before(from) && j.end.Before(to) {
			ended = append(ended, j)
		}
	}
	slices.SortFunc(ended, func(a, b *job) int {
		return cmp.Or(a.end.Compare(b.end), strings.Compare(a.id, b.id))
	})
	return ended
}

// usageOf returns the row of an ended job. The lock must be held.
func (s *Server) usageOf(j *job, now time.Time) usageRow {
	made := s.creationOf(j)
	row := usageRow{
		costs:     s.costsOf(j, now),
		CreatedAt: stamp(j.created), FinishedAt: stamp(j.end), Model: made.Model,
	}
	if j.source == "api" {
		row.APIKey = &keyWire{"key_1", "dubtop"}
	}
	if j.by != "" {
		row.APIKey = &keyWire{"key_" + j.by, j.by}
	}
	return row
}
