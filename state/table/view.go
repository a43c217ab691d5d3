package table

import (
	"cmp"
	"slices"
	"time"
)

// Sort is a column to sort by.
type Sort int

// The columns. Equal rows keep their natural order.
const (
	SortNone   Sort = iota // the natural order, newest first
	SortAge                // the same order, as a column
	SortStatus             // active rows first, then by status
	SortModel
	SortName
	SortLength  // longest first
	SortCost    // most expensive first, unknown last
	SortSize    // largest first
	SortLabel   // unlabelled last
	SortSet     // without a set last
	SortLang    // without a language last
	SortVerdict // without a verdict last
)

// Query selects and sorts rows.
type Query struct {
	Text     string // syntax of Filter.Parse
	Failures bool   // only rows of ClassTroubled
	Sort     Sort
	Reverse  bool
	Figures  Figures     // for SortCost, cost:>1 and took:>5m; nil if the rows know them
	Clock    Clock       // for age:<2h; nil if no filter asks for ages
	Notes    Annotations // searched with the rows; may be nil
	Hidden   Hiding      // left out unless the filter asks for the field hidden; may be nil
}

func (q Query) natural() bool { return q.Sort == SortNone || q.Sort == SortAge }

// View shows part of a collection in the order of a query. The zero View is
// ready to use. Call Update after each change of the collection, before reading
// the view.
type View[T any] struct {
	rows   *Collection[T]
	query  Query
	filter Filter
	all    bool        // all rows in natural order, perhaps reversed
	picked []*entry[T] // the visible rows, unless all
	seen   uint64      // collection's version
	priced uint64      // figures' version
	noted  uint64      // notes' version
	at     time.Time   // the time that ages are counted to; zero if there are none in the filter
	hid    uint64      // version of the hidden rows
	hides  bool        // rows that are put away are left out
}

// Update brings the view up to date and reports whether it may look different.
// It does no work if nothing changed, or if there is no filter and the order is
// by age. If only the collection changed, it checks only the changed rows.
func (v *View[T]) Update(c *Collection[T], q Query) (changed bool) {
	sameQuery := v.rows == c && v.query == q && v.grounded()
	if sameQuery && v.seen == c.version {
		return false
	}
	switch {
	case !sameQuery:
		v.begin(c, q)
		v.check(c.order)
		v.arrange()
	case !v.all:
		v.follow()
	}
	v.seen = c.version
	return true
}

// Includes reports whether a query shows the row with a key, without a look at the
// others. The view must not be updated as well.
func (v *View[T]) Includes(c *Collection[T], q Query, key string) bool {
	if v.rows != c || v.query != q || v.seen != c.version || !v.grounded() {
		v.begin(c, q)
		v.seen = c.version
	}
	e, ok := c.byKey[key]
	return ok && v.shows(e)
}

// begin empties the view for another query, or for other figures, notes or another
// time.
func (v *View[T]) begin(c *Collection[T], q Query) {
	if v.query.Text != q.Text {
		v.filter.Parse(q.Text)
		v.resolve()
	}
	v.rows, v.query = c, q
	v.priced, v.noted, v.at = v.pricedBy(), v.notedBy(), v.now()
	v.settle()
	v.hid, v.hides = v.hiddenBy(), q.Hidden != nil && q.Hidden.Count() > 0 && !v.filter.asks(fieldHidden)
	v.all = q.natural() && !q.Failures && v.filter.Empty() && !v.hides
	clear(v.picked)
	v.picked = v.picked[:0]
}

// grounded reports whether nothing has changed that the view depends on beside
// the rows.
func (v *View[T]) grounded() bool {
	return v.priced == v.pricedBy() && v.noted == v.notedBy() && v.hid == v.hiddenBy() && v.at.Equal(v.now())
}

// pricedBy is the version of the figures that the query uses, or the last version
// if it uses none.
func (v *View[T]) pricedBy() uint64 {
	if v.query.Figures != nil && (v.query.Sort == SortCost || v.filter.figured()) {
		return v.query.Figures.Version()
	}
	return v.priced
}

// notedBy is the version of the notes that the query uses, or the last version
// if it uses none.
func (v *View[T]) notedBy() uint64 {
	if v.query.Text != "" && v.query.Notes != nil {
		return v.query.Notes.Version()
	}
	return v.noted
}

// now is the time that ages are counted to: the same until some row may have
// passed its limit noticeably. It is zero if the filter has no ages or
// the query no clock.
func (v *View[T]) now() time.Time {
	grain := v.filter.timed()
	if grain == 0 || v.query.Clock == nil {
		return time.Time{}
	}
	return v.query.Clock.Now().Truncate(grain)
}

// hiddenBy is the version of the rows that the query leaves out as hidden.
func (v *View[T]) hiddenBy() uint64 {
	if v.query.Hidden == nil {
		return 0
	}
	return v.query.Hidden.Version()
}

// Len returns the number of visible rows.
func (v *View[T]) Len() int {
	if v.all {
		return v.rows.Len()
	}
	return len(v.picked)
}

// At returns the row at index i, from 0 to Len()-1. It must not be changed.
func (v *View[T]) At(i int) *T { return &v.entry(i).item }

// RowVersion changes with every change of the row at index i.
func (v *View[T]) RowVersion(i int) uint64 { return v.entry(i).version }

// Key returns the key of the row at index i.
func (v *View[T]) Key(i int) string { return v.entry(i).row().Key() }

// Index returns the index of the row with the key, or -1 if it is not visible.
// It takes logarithmic time.
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

// check adds those of the next rows that are visible.
func (v *View[T]) check(rows []*entry[T]) {
	if v.all {
		return
	}
	for _, e := range rows {
		if v.shows(e) {
			v.picked = append(v.picked, e)
		}
	}
}

// arrange sorts the visible rows, once all are checked.
func (v *View[T]) arrange() {
	switch {
	case !v.query.natural():
		slices.SortFunc(v.picked, v.compare)
	case v.query.Reverse:
		slices.Reverse(v.picked)
	}
}

// follow checks the rows that changed since the last update.
func (v *View[T]) follow() {
	v.picked = slices.DeleteFunc(v.picked, func(e *entry[T]) bool {
		return e.version > v.seen // also if it was removed
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
	if v.hides && v.query.Hidden.Hides(e.row().Key()) {
		return false
	}
	if v.filter.Empty() {
		return true
	}
	var row Searchable = e.row()
	if v.query.Notes != nil {
		row = v.query.Notes.Beside(row, e.row().Key())
	}
	return v.filter.match(row, &e.item, &facts{v.query.Figures, float64(v.at.Unix())})
}

// compare is a total order, which Index relies on.
func (v *View[T]) compare(a, b *entry[T]) int {
	var n int
	switch {
	case v.query.natural():
		n = natural(a, b)
	case v.query.Sort == SortCost && v.query.Figures != nil:
		n = cmp.Compare(v.query.Figures.Rank(&b.item), v.query.Figures.Rank(&a.item))
	default:
		n = a.row().Compare(&b.item, v.query.Sort)
	}
	if v.query.Reverse {
		n = -n
	}
	return cmp.Or(n, natural(a, b))
}
