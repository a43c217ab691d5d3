package ui

import (
	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/outbox"
	"dubtop/ui/paint"
)

// jobStatus draws the status of a job, or of a submission that is not yet a
// job.
func jobStatus(t *paint.Theme, g *state.Generation) paint.Piece {
	if g.Submission == "" {
		return statusCell(t, g.Status)
	}
	return submissionStatus(t, g.Submission)
}

// submissionStatus draws the status of a submission whose job is not known.
func submissionStatus(t *paint.Theme, s outbox.SubmissionState) paint.Piece {
	if s == outbox.SubmissionSending {
		return paint.Running.Of(t.Glyphs.Running + " sending")
	}
	return paint.Warn.Of(t.Glyphs.Alert + " unknown")
}

// statusCell draws a status as glyph, word and colour.
func statusCell(t *paint.Theme, s api.Status) paint.Piece {
	word := statusWord(s)
	switch {
	case s == api.Pending:
		return paint.Pending.Of(t.Glyphs.Pending + " " + word)
	case s == api.Processing:
		return paint.Running.Of(t.Glyphs.Running + " " + word)
	case s == api.Completed:
		return paint.Done.Of(t.Glyphs.Completed + " " + word)
	case s == api.CompletedPartial:
		return paint.Warn.Of(t.Glyphs.Alert + " " + word)
	case s.Troubled():
		return paint.Bad.Of(t.Glyphs.Failed + " " + word)
	}
	return paint.Warn.Of(t.Glyphs.Unknown + " " + word)
}

// statusWord returns the common word for a status. An unknown status keeps the
// API's spelling.
func statusWord(s api.Status) text.Text {
	switch s {
	case api.Pending:
		return "pending"
	case api.Processing:
		return "running"
	case api.Completed:
		return "completed"
	case api.CompletedPartial:
		return "partial"
	case api.Failed:
		return "failed"
	case api.Rejected:
		return "rejected"
	case "":
		return "no status"
	}
	return text.Of(string(s))
}

// costCell draws a cost; its sign and colour say how it is known.
func costCell(c outbox.Cost) paint.Piece {
	if c.Kind == outbox.CostUnknown {
		return paint.Muted.Of(none)
	}
	return amountTone(c.Kind).Of(rounded(c.Amount, c.Kind))
}

// jobCostCell draws the cost of a job, marked if it was billed differently.
func (a *composer) jobCostCell(g *state.Generation) paint.Piece {
	cell := costCell(a.store.Cost(g))
	if a.store.Ledger.Differing()[g.Key()] {
		return paint.Warn.Of(differsMark + cell.Text)
	}
	return cell
}

// partTitles draws the titles of the parts of a screen, the shown one in brackets.
func partTitles(t *paint.Theme, part int, titles ...text.Text) paint.Styled {
	line := paint.Styled("  ")
	for i, title := range titles {
		n := paint.Muted
		if i == part {
			n, title = paint.Accent, "["+title+"]"
		}
		line += t.Text(n, title) + "  "
	}
	return line
}

// differsMark marks the cost of a job that was billed differently.
const differsMark text.Text = "!"
