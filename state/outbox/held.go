package outbox

import (
	"dubtop/state/draft"
)

// Held is what the journal holds of the draft with one id: the draft itself, or
// what has become of it, or nothing.
type Held struct {
	Draft  draft.Draft // as it was kept last, or as it was sent
	Became *Submission // the last one that was queued or sent of it; nil if none was
}

// Version is the Draft.Base of a window that knows this, "" for nothing.
func (h Held) Version() string {
	if h.Became != nil {
		return draft.BecameVersion(h.Became.ID)
	}
	return h.Draft.Version()
}

// Known reports whether a window with this draft knows what the journal holds of
// it, so that it may replace it. A draft that is there already as it stands is
// known, too.
func (h Held) Known(d draft.Draft) bool {
	v := h.Version()
	return v == d.Base || v == d.Version()
}

// Follow gives the draft that a window shows when it learns what the journal
// holds of the one it has. Own is what was typed here and is nowhere else, as a
// draft that is still to get its id; it is empty where there is nothing of that.
func (h Held) Follow(d draft.Draft) (next, own draft.Draft) {
	next = h.Draft.Clone()
	if next.Empty() {
		next = draft.Draft{Model: d.Model}
	}
	next.Base = h.Version()
	if d.Unkept() && d.Version() != h.Draft.Version() {
		own = d.Clone()
		own.ID, own.Base, own.Doubt = "", "", ""
	}
	return next, own
}
