package state

import (
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/instant"
	"dubtop/state/outbox"
)

// SubmissionRow makes a row for a submission without a known job: it is being
// sent or of unknown outcome. Rows are ordered by the server's clock, which is
// skew ahead of ours.
func SubmissionRow(s *outbox.Submission, skew time.Duration) Generation {
	row := Generation{
		ID:         api.ID(s.ID),
		Created:    instant.Of(s.SentAt.Add(skew)),
		Model:      s.Model,
		Name:       s.Name,
		Length:     api.Seconds(s.Price.Seconds),
		Error:      s.Reason,
		Submission: s.State,
		named:      true,
	}
	row.setTags(tags{label: text.Of(strings.TrimSpace(s.Draft.Label)), set: text.Of(s.Draft.Set), lang: text.Of(s.Draft.Lang)})
	return row
}

// BatchSubmissionRow makes a row for a submission without a known batch.
func BatchSubmissionRow(s *outbox.Submission, skew time.Duration) Batch {
	return Batch{
		ID:         api.ID(s.ID),
		Created:    instant.Of(s.SentAt.Add(skew)),
		Total:      s.BatchLines,
		Submission: s.State,
		Name:       s.Name,
		Reason:     s.Reason,
		haystack:   strings.ToLower(s.ID + "\n" + string(s.Name)),
	}
}

// Expect adds the submission's name and length where the first answer has none.
func (g *Generation) Expect(name text.Text, seconds float64) {
	if !g.named && name != "" {
		g.Name, g.named = name, true
	}
	if g.Length == 0 {
		g.Length = api.Seconds(seconds)
	}
	g.index()
}
