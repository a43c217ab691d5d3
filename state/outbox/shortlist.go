package outbox

import "dubtop/state/draft"

// shortlist holds what every beat asks about the queue, so that a beat doesn't
// go through thousands of items. It is made again after a change.
type shortlist struct {
	old     bool
	linked  []*queued // the items with a link that expires
	local   []*queued // the items to be sent that have local files, in order
	missing []*draft.File
	known   map[draft.Content]bool // the contents of missing
	idle    Idlers
	order   []*queued // in which items are sent; nil: as they are
}

func (q *Queue) shortlist() *shortlist {
	l := &q.few
	if !l.old {
		return l
	}
	*l = shortlist{known: make(map[draft.Content]bool), order: q.share()}
	for _, i := range q.items {
		if i.Expired || !i.End.At.IsZero() {
			l.linked = append(l.linked, i)
		}
		switch {
		case i.leaving:
		case i.Paused:
			l.idle.Paused++
		case i.Idle():
			l.idle.Others++
		case i.Submission.HasLocal():
			l.local = append(l.local, i)
			l.miss(i.Submission.Files)
		}
	}
	return l
}

// miss adds the contents of local files to those that are missing.
func (l *shortlist) miss(files []draft.File) {
	for i := range files {
		f := &files[i]
		if c := f.Content(); f.Asset == "" && c.SHA256 != "" && !l.known[c] {
			l.known[c] = true
			l.missing = append(l.missing, f)
		}
	}
}
