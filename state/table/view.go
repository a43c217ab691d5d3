package table

import (
	"cmp"
	"slices"
)

// Sort is a column to order by.
type Sort int

// The columns. Rows that do not differ in one keep their natural order.
const (
	SortNone   Sort = iota // the natural order, newest first
	SortAge                // the same, as a column
	SortStatus             // what is going on first, then by status
	SortModel
	SortName
	SortLength // longest first
	SortCost   // dearest first, unknown last
	SortSize   // largest first
	SortLabel  // without one last
)

// Query says which rows are seen, and in which order.
type Query struct {
	Text     string // as Filter.Parse reads it
	Failures bool   // only what ended without a result, or with a part of it
	Sort     Sort
	Reverse  bool
	Costs    Costs       // for SortCost; nil leaves it to the rows
	Notes    Annotations // searched with the rows; nil without notes
}

func (q Query) natural() bool { return q.Sort == SortNone || q.Sort == SortAge }

// View is the visible part of a collection in the order of a query. The zero
// View is ready. After a change of the collection it must be updated before it
// is read.
type View[T any] struct {
	rows   *Collection[T]
	query  Query
	filter Filter
	all    bool        // every row in the natural order, perhaps reversed
	picked []*entry[T] // unless all
	seen   uint64      // the collection's version
	priced uint64      // the costs' version
	noted  uint64      // the notes' version
}

// Update brings the view up to date, and reports whether it may look
// different. It costs nothing when neither query nor collection changed, nor
// when there is no filter and the order is by age. After a change of the
// collection alone it looks at the changed rows only.
func (v *View[T]) Update(c *Collection[T], q Query) (changed bool) {
	priced, noted := v.pricedBy(q), v.notedBy(q)
	sameQuery := v.rows == c && v.query == q && v.priced == priced && v.noted == noted
	if sameQuery && v.seen == c.version {
		return false
	}
	if v.query.Text != q.Text {
		v.filter.Parse(q.Text)
	}
	v.rows, v.query, v.priced, v.noted = c, q, priced, noted
	v.all = q.natural() && !q.Failures && v.filter.Empty()
	switch {
	case v.all:
		clear(v.picked)
		v.picked = v.picked[:0]
	case sameQuery:
		v.follow()
	default:
		v.pick()
	}
	v.seen = c.version
	return true
}

// pricedBy is the version of the costs that a query needs, the last one where
// it needs none.
func (v *View[T]) pricedBy(q Query) uint64 {
	if q.Sort == SortCost && q.Costs != nil {
		return q.Costs.Version()
	}
	return v.priced
}

// notedBy is the version of the notes that a query needs, the last one where
// it needs none.
func (v *View[T]) notedBy(q Query) uint64 {
	if q.Text != "" && q.Notes != nil {
		return q.Notes.Version()
	}
	return v.noted
}

// Len is the number of visible rows.
func (v *View[T]) Len() int {
	if v.all {
		return v.rows.Len()
	}
	return len(v.picked)
}

// At is the row at place i, from 0 to Len()-1, to be read only.
func (v *View[T]) At(i int) *T { return &v.entry(i).item }

// RowVersion changes whenever the item at place i does.
func (v *View[T]) RowVersion(i int) uint64 { return v.entry(i).version }

// Key is the key of the row at place i.
func (v *View[T]) Key(i int) string { return v.entry(i).row().Key() }

// Index is the place of the row with this key, or -1 when it is not visible.
// It takes about as many steps as the number of rows has binary digits.
func (v *View[T]) Index(key string) int {
	if v.rows == nil {
		return -1
	}
	if v.all {
		i := v.rows.Index(key)
		if i >= 0 && v.query.Reverse {
			i = v.rows.Len() - 1 - i
		}
		return i
	}
	e, ok := v.rows.byKey[key]
	if !ok {
		return -1
	}
	if i, ok := slices.BinarySearchFunc(v.picked, e, v.compare); ok && v.picked[i] == e {
		return i
	}
	return -1
}

func (v *View[T]) entry(i int) *entry[T] {
	switch {
	case !v.all:
		return v.picked[i]
	case v.query.Reverse:
		return v.rows.order[v.rows.Len()-1-i]
	}
	return v.rows.order[i]
}

// pick looks at every row.
func (v *View[T]) pick() {
	picked := v.picked[:0]
	for _, e := range v.rows.order {
		if v.shows(e) {
			picked = append(picked, e)
		}
	}
	clear(v.picked[min(len(picked), len(v.picked)):])
	v.picked = picked
	switch {
	case !v.query.natural():
		slices.SortFunc(v.picked, v.compare)
	case v.query.Reverse:
		slices.Reverse(v.picked)
	}
}

// follow looks at what changed since the last time.
func (v *View[T]) follow() {
	v.picked = slices.DeleteFunc(v.picked, func(e *entry[T]) bool {
		return e.removed || e.version > v.seen
	})
	var fresh []*entry[T]
	for _, e := range v.rows.order {
		if e.version > v.seen && v.shows(e) {
			fresh = append(fresh, e)
		}
	}
	slices.SortFunc(fresh, v.compare)
	v.picked = insertSorted(v.picked, fresh, v.compare)
}

func (v *View[T]) shows(e *entry[T]) bool {
	if v.query.Failures && e.class != ClassTroubled {
		return false
	}
	if v.filter.Empty() {
		return true
	}
	var row Searchable = e.row()
	if v.query.Notes != nil {
		row = v.query.Notes.Beside(row, e.row().Key())
	}
	return v.filter.Match(row)
}

// compare is a total order, which Index relies on.
func (v *View[T]) compare(a, b *entry[T]) int {
	var n int
	switch {
	case v.query.natural():
		n = natural(a, b)
	case v.query.Sort == SortCost && v.query.Costs != nil:
		n = cmp.Compare(v.query.Costs.Rank(&b.item), v.query.Costs.Rank(&a.item))
	default:
		n = a.row().Compare(&b.item, v.query.Sort)
	}
	if v.query.Reverse {
		n = -n
	}
	return cmp.Or(n, natural(a, b))
}
