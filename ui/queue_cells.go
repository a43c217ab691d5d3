package ui

import (
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/outbox"
	"dubtop/ui/paint"
)

func placeCell(r *outbox.QueueRow) paint.Piece {
	if r.Place == 0 {
		return paint.Muted.Of(none)
	}
	return paint.Normal.Of(text.Sprint(r.Place))
}

// queueStatus draws the state of a submission as glyph, word and colour.
func (a *composer) queueStatus(r *outbox.QueueRow) paint.Piece {
	g, n := a.Theme.Glyphs, paint.Normal
	glyph := g.Pending
	switch r.State {
	case outbox.QueueUnsaved:
		glyph, n = g.Alert, paint.Bad
	case outbox.QueueUnknown:
		glyph, n = g.Alert, paint.Warn
	case outbox.QueueRefused:
		glyph, n = g.Failed, paint.Bad
	case outbox.QueueExpired, outbox.QueueReprice, outbox.QueueUnpriced:
		glyph, n = g.Alert, paint.Warn
	case outbox.QueueSending, outbox.QueueUploading:
		glyph, n = g.Running, paint.Running
	case outbox.QueuePaused:
		glyph, n = g.Dot, paint.Muted
	case outbox.QueueWaiting:
		n = paint.Pending
	}
	return n.Of(glyph + " " + text.Of(r.State.Word()))
}

func queuePrice(r *outbox.QueueRow) paint.Piece {
	if r.Priced == outbox.CostUnknown {
		return paint.Muted.Of(none)
	}
	return amountTone(r.Priced).Of(rounded(r.Cost, r.Priced))
}

// exactPrice returns the price of a row with all decimals.
func exactPrice(r *outbox.QueueRow) text.Text {
	if r.Priced == outbox.CostUnknown {
		return none
	}
	return exactly(r.Cost, r.Priced)
}

// queueWords says briefly what a row is waiting for.
func (a *composer) queueWords(r *outbox.QueueRow) paint.Piece {
	switch r.State {
	case outbox.QueueUnknown:
		if _, asks := a.outbox.Reconciler.Question(r.ID, a.Now); asks {
			return paint.Warn.Of("maybe charged: you decide")
		}
		return paint.Warn.Of("maybe charged: checking")
	case outbox.QueueReprice:
		if r.Priced == outbox.CostUnknown { // with no amount known, the reason is the budget
			return paint.Warn.Of(r.Reason)
		}
		return paint.Warn.Of("price went up: confirm again")
	case outbox.QueueExpired:
		return paint.Warn.Of(a.KeyFor(keymap.Edit) + " to edit it")
	case outbox.QueueSending:
		return paint.Muted.Of("")
	case outbox.QueueUnsaved, outbox.QueueRefused:
		return paint.Bad.Of(r.Reason)
	case outbox.QueuePaused, outbox.QueueUnpriced:
		return paint.Warn.Of(r.Reason + a.retryWords(r))
	}
	return a.waitWords(r)
}

// waitWords says why a queued row has not been sent.
func (a *composer) waitWords(r *outbox.QueueRow) paint.Piece {
	_, paused := a.outbox.Queue.Paused()
	until := a.outbox.Queue.BackoffUntil(a.Now)
	opens := a.outbox.Queue.OpensItem(r.ID, a.Now)
	switch {
	case paused:
		return paint.Warn.Of("queue paused")
	case len(a.outbox.Unsaved()) > 0:
		return paint.Warn.Of("an answer is not saved yet")
	case !a.outbox.Sender:
		return paint.Muted.Of(text.Of(a.sender() + " sends"))
	case !opens.IsZero():
		return paint.Muted.Of("from " + endClock(opens, a.Now))
	case r.State == outbox.QueueUploading:
		return a.uploadingWords(r)
	case !until.IsZero() && r.Place == 1:
		return paint.Muted.Of("tried in " + span(until.Sub(a.Now)) + "; " + r.Reason)
	case r.Place > 1:
		return paint.Muted.Of("")
	}
	return paint.Muted.Of("next free slot")
}
