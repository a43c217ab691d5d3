package state

import (
	"strings"
	"time"

	"dubtop/state/outbox"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/instant"
)

// IntentRow makes a submission whose job is not known a row of the list: it is
// on its way, or nobody knows what became of it.
// skew is the server's clock minus ours: rows stand in the order of that clock.
func IntentRow(s *outbox.Submission, skew time.Duration) Generation {
	row := Generation{
		ID:      api.ID(s.ID),
		Created: instant.Of(s.SentAt.Add(skew)),
		Model:   s.Model,
		Name:    s.Name,
		Length:  api.Seconds(s.Price.Seconds),
		Error:   s.Reason,
		Intent:  s.State,
		named:   true,
	}
	row.setLabel(text.Of(strings.TrimSpace(s.Draft.Label)))
	return row
}

// BatchIntentRow makes a submission whose batch is not known a row of the list
// of batches.
func BatchIntentRow(s *outbox.Submission, skew time.Duration) Batch {
	return Batch{
		ID:       api.ID(s.ID),
		Created:  instant.Of(s.SentAt.Add(skew)),
		Total:    s.BatchLines,
		Intent:   s.State,
		Name:     s.Name,
		Reason:   s.Reason,
		haystack: strings.ToLower(s.ID + "\n" + string(s.Name)),
	}
}

// Expect fills in what the submission knew and the first answer does not say.
func (g *Generation) Expect(name text.Text, seconds float64) {
	if !g.named && name != "" {
		g.Name, g.named = name, true
	}
	if g.Length == 0 {
		g.Length = api.Seconds(seconds)
	}
	g.index()
}
