package state

import (
	"dubtop/api"
	"dubtop/state/table"
)

// maxRejections is the number of cursors a server may reject before paging
// ends.
const maxRejections = 3

// backfill pages through older generations, newest first: once to the end, and
// again if there are so many new ones that the newest page has none that are
// known.
type backfill struct {
	begun    bool
	walks    []walk // the last one is continued first
	used     map[api.ID]struct{}
	rejected int
}

// walk is a position on the way back through the pages.
type walk struct {
	cursor  api.ID
	closing bool // ends at the first page with known generations
}

// sawHead handles a page of the newest generations; known is how many of them
// were known.
func (b *backfill) sawHead(h *History, a Answer, known int) {
	switch {
	case a.Whole, !a.More:
		b.end(h)
		h.Whole = a.Whole
	case !b.begun:
		b.walks = append(b.walks, walk{cursor: a.Last})
	case known == 0:
		b.walks = append(b.walks, walk{cursor: a.Last, closing: true})
	}
	b.begun = true
}

// sawPage handles an older page.
func (b *backfill) sawPage(h *History, a Answer, known int) {
	if len(b.walks) == 0 {
		return
	}
	b.rejected = 0
	w := &b.walks[len(b.walks)-1]
	if b.used == nil {
		b.used = make(map[api.ID]struct{})
	}
	b.used[w.cursor] = struct{}{}
	_, repeated := b.used[a.Last]
	switch {
	case a.Whole, !a.More, len(a.Generations) == 0:
		b.end(h)
		h.Whole = a.Whole
	case repeated:
		b.stop(h, "the server repeats its pages")
	case w.closing && known > 0:
		b.walks = b.walks[:len(b.walks)-1]
	default:
		w.cursor = a.Last
		h.Cursor = a.Last
	}
}

// refused handles a rejected cursor. The cursor's job may have been deleted, so
// it tries the job before it.
func (b *backfill) refused(rows *table.Collection[Generation], h *History) {
	if len(b.walks) == 0 {
		return
	}
	w := &b.walks[len(b.walks)-1]
	i := rows.Index(string(w.cursor))
	if b.rejected++; b.rejected > maxRejections || i <= 0 {
		b.stop(h, "the server refuses to go further back")
		return
	}
	w.cursor = rows.At(i - 1).ID
}

// end marks the history as complete.
func (b *backfill) end(h *History) {
	b.walks, b.used = nil, nil
	h.Complete, h.Stopped, h.Cursor = true, "", ""
}

// stop gives up a walk.
func (b *backfill) stop(h *History, why string) {
	b.walks = b.walks[:len(b.walks)-1]
	b.rejected = 0
	if !h.Complete {
		h.Stopped = why
	}
}

// History is how much of the past is loaded.
type History struct {
	Complete bool   // nothing older is left to load
	Whole    bool   // the server ignores limits and always returns everything
	Loaded   int    // jobs loaded; a lower bound until Complete
	Cursor   api.ID // the oldest job reached
	Stopped  string // why loading ended early, or ""
}
