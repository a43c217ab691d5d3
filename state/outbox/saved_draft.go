package outbox

import (
	"dubtop/state/draft"
)

// SavedDraft is the journal's knowledge about a draft id: the draft, the submission
// made from it, or nothing.
type SavedDraft struct {
	Draft  draft.Draft // as last saved, or as sent
	Became *Submission // the last submission queued or sent from it, or nil
}

// Version is the Draft.Base of a window that knows this state; "" if there is
// none.
func (h SavedDraft) Version() string {
	if h.Became != nil {
		return draft.BecameVersion(h.Became.ID)
	}
	return h.Draft.Version()
}

// Known reports whether a window with draft d has seen this state, and so may
// replace it. It has if d equals the saved draft.
func (h SavedDraft) Known(d draft.Draft) bool {
	v := h.Version()
	return v == d.Base || v == d.Version()
}

// Follow returns the draft that a window shows after learning this state. Own
// is text that exists only in this window, as a draft that still needs an id;
// it is empty if there is none.
func (h SavedDraft) Follow(d draft.Draft) (next, own draft.Draft) {
	next = h.Draft.Clone()
	if next.Empty() {
		next = draft.Draft{Model: d.Model}
	}
	next.Base = h.Version()
	if d.Unkept() && d.Version() != h.Draft.Version() {
		own = d.Clone()
		own.ID, own.Base, own.Unknown = "", "", ""
	}
	return next, own
}
