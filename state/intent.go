package state

import (
	"slices"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
)

// IntentRow makes a submission whose job is not known a row of the list: it is
// on its way, or nobody knows what became of it.
// skew is the server's clock minus ours: rows stand in the order of that clock.
func IntentRow(s *Submission, skew time.Duration) Generation {
	row := Generation{
		ID:      api.ID(s.ID),
		Created: wall(s.SentAt.Add(skew)),
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
func BatchIntentRow(s *Submission, skew time.Duration) Batch {
	return Batch{
		ID:       api.ID(s.ID),
		Created:  wall(s.SentAt.Add(skew)),
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

// Amend changes an item in a way that no answer can, such as a label of ours.
// Its key and its rank must stay as they are.
func (c *Collection[T]) Amend(key string, change func(*T)) {
	if e, ok := c.byKey[key]; ok {
		change(&e.item)
		c.touch(e)
	}
}

// Remove takes an item out, such as an intent whose job has come. An answer
// under way may not bring it back.
func (c *Collection[T]) Remove(key string) {
	e, ok := c.byKey[key]
	if !ok {
		return
	}
	if i := c.place(e); i >= 0 {
		c.order = slices.Delete(c.order, i, i+1)
	}
	c.forget(e)
}
