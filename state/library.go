package state

import (
	"strings"
	"time"

	"dubtop/api"
	"dubtop/state/table"
)

// Library is the account's assets as the server finds and sorts them, page by
// page. The zero Library is not ready; see NewLibrary.
type Library struct {
	Query api.AssetQuery // without the cursor
	Rows  *table.Collection[Asset]
	Total int  // number of assets that the server finds; 0 if unknown
	More  bool // there are further pages, or none was read yet

	asking bool
	ticket table.Ticket
	paging paging
	placed int
}

// Newest is the order that a library has without another wish.
const Newest = "dateDesc"

// NewLibrary returns a library in which nothing was looked for yet. It keeps its
// rows in a collection of its own.
func NewLibrary(q api.AssetQuery) *Library {
	l := &Library{Query: q, More: true, Rows: &table.Collection[Asset]{}}
	l.Query.Limit = PageSize
	return l
}

// Fill takes in assets that are known already; all says that there are no others.
func (l *Library) Fill(known []Asset, all bool, now time.Time) {
	if len(known) > 0 || all {
		l.Rows.Merge(l.Rows.Ask(now), known, now)
	}
	if all {
		l.More, l.Total = false, len(known)
	}
}

// Asking reports whether a page is on its way.
func (l *Library) Asking() bool { return l.asking }

// Next returns the query for the next page; ok is false if there is none, or if
// it is on its way.
func (l *Library) Next(now time.Time) (q api.AssetQuery, ok bool) {
	if l.asking || !l.More {
		return q, false
	}
	l.asking, l.ticket = true, l.Rows.Ask(now)
	q = l.Query
	q.Cursor = l.paging.cursor
	return q, true
}

// Apply takes in the answer to Next. Sorted by anything but the date, the rows
// keep the order of the server.
func (l *Library) Apply(a *Answer, now time.Time) {
	l.asking = false
	if a.Err != nil {
		l.Rows.Fail(l.ticket, a.Err)
		return
	}
	if !strings.HasPrefix(l.Query.SortBy, "date") {
		for i := range a.Assets {
			l.placed++
			a.Assets[i].place = l.placed
		}
	}
	l.Rows.Merge(l.ticket, a.Assets, now)
	l.turn(a)
}

// turn goes on to the page after an answer.
func (l *Library) turn(a *Answer) {
	l.paging.turn(a.Cursor)
	l.More, l.Total = l.paging.cursor != "", max(0, a.Total)
}

// Put takes in a change of an asset that was made here.
func (l *Library) Put(a Asset, now time.Time) {
	if old, ok := l.Rows.Find(a.Key()); ok {
		a.place = old.place
		l.Rows.Put(a, now)
	}
}

// Remove takes out an asset that was deleted.
func (l *Library) Remove(id api.ID) {
	if l.Rows.Has(string(id)) {
		l.Rows.Remove(string(id))
		l.Total = max(0, l.Total-1)
	}
}

// Partial reports whether the server has more of these assets than were read.
func (l *Library) Partial() bool { return l.More || l.Total > l.Rows.Len() }

// applyNewest takes in the newest page of all assets. The first one is also
// where the library goes on from.
func (s *Store) applyNewest(q Query, a Answer, now time.Time) {
	s.NameAssets(a.Assets)
	applyList(&s.Assets, q.ticket, a.Assets, a.Cursor == "" && a.Skipped == 0, a.Err, now)
	switch l := &s.Library; {
	case a.Err != nil:
	case l.paging.begun:
		l.Total = max(0, a.Total)
	default:
		l.turn(&a)
	}
}

// newestAssets is the library of all assets, the newest first. Its rows are
// those of the store.
func (s *Store) newestAssets() Library {
	return Library{Query: api.AssetQuery{Limit: PageSize, SortBy: Newest}, Rows: &s.Assets}
}

// Asset returns an asset that was in any answer since the start.
func (s *Store) Asset(id api.ID) (Asset, bool) {
	if a, ok := s.Assets.Find(string(id)); ok {
		return a, true
	}
	a, ok := s.found[id]
	return a, ok
}

// KeepAssets remembers assets that were found by other means than the list of
// the newest, or that changed.
func (s *Store) KeepAssets(found []Asset, now time.Time) {
	s.NameAssets(found)
	for _, a := range found {
		a.place = 0
		if s.Assets.Has(a.Key()) {
			s.Library.Put(a, now)
			continue
		}
		if s.found == nil {
			s.found = make(map[api.ID]Asset)
		}
		s.found[a.ID] = a
	}
}

// AddAsset shows an asset that was made here before the server lists it.
func (s *Store) AddAsset(a Asset, now time.Time) {
	if !s.Assets.Has(a.Key()) && s.Library.Total > 0 {
		s.Library.Total++
	}
	s.Assets.Put(a, now)
}

// ForgetAsset removes an asset that was deleted.
func (s *Store) ForgetAsset(id api.ID) {
	delete(s.found, id)
	s.Library.Remove(id)
}

// paging is the position in the older pages of assets.
type paging struct {
	begun  bool
	cursor api.Cursor
	used   map[api.Cursor]struct{}
}

// turn moves on to the next page. A page seen before is the end.
func (g *paging) turn(next api.Cursor) {
	if g.used == nil {
		g.used = make(map[api.Cursor]struct{})
	}
	g.begun = true
	g.used[g.cursor] = struct{}{}
	if _, seen := g.used[next]; seen {
		next = ""
	}
	g.cursor = next
}
