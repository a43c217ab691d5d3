package ui

import (
	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/outbox"
	"dubtop/ui/paint"
)

// jobStatus is a job's status, or how far a submission without a known job is.
func jobStatus(t *paint.Theme, g *state.Generation) paint.Piece {
	if g.Intent == "" {
		return statusCell(t, g.Status)
	}
	return intentStatus(t, g.Intent)
}

// intentStatus says how far a submission is that nothing is known to have come
// of.
func intentStatus(t *paint.Theme, s outbox.SubmissionState) paint.Piece {
	if s == outbox.SubmissionSending {
		return paint.Running.Of(t.Glyphs.Running + " sending")
	}
	return paint.Warn.Of(t.Glyphs.Alert + " unknown")
}

// statusCell says a status by glyph, word and colour.
func statusCell(t *paint.Theme, s api.Status) paint.Piece {
	word := statusWord(s)
	switch {
	case s == api.Pending:
		return paint.Pending.Of(t.Glyphs.Pending + " " + word)
	case s == api.Processing:
		return paint.Running.Of(t.Glyphs.Running + " " + word)
	case s == api.Completed:
		return paint.Done.Of(t.Glyphs.Completed + " " + word)
	case s.Troubled():
		return paint.Bad.Of(t.Glyphs.Failed + " " + word)
	}
	return paint.Warn.Of(t.Glyphs.Unknown + " " + word)
}

// statusWord is the word people use; what we do not know stays as the API
// spells it.
func statusWord(s api.Status) text.Text {
	switch s {
	case api.Pending:
		return "pending"
	case api.Processing:
		return "running"
	case api.Completed:
		return "completed"
	case api.Failed:
		return "failed"
	case api.Rejected:
		return "rejected"
	case "":
		return "no status"
	}
	return text.Of(string(s))
}

// costCell says a cost and how sure it is.
func costCell(c outbox.Cost) paint.Piece {
	if c.Kind == outbox.CostUnknown {
		return paint.Muted.Of(none)
	}
	return amountTone(c.Kind).Of(rounded(c.Amount, c.Kind))
}
