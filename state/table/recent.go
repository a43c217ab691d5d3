package table

import (
	"slices"
	"time"
)

// recent remembers the results of the last searches, as long as nothing but the
// words changes: a letter that is taken back then needs no new search.
type recent[T any] struct {
	of      View[T] // what all of them depend on, without the words
	answers []answer[T]
	size    int // rows in all answers
}

// answer is the result of a search.
type answer[T any] struct {
	text string
	at   time.Time // see View.at
	rows []*entry[T]
}

// keep remembers the rows of a view. The oldest answers are forgotten while all
// of them together have more than twice the rows of the collection.
func (r *recent[T]) keep(v *View[T]) {
	if !r.fits(v) {
		*r = recent[T]{of: View[T]{rows: v.rows, query: v.query, seen: v.seen, priced: v.priced, noted: v.noted, hid: v.hid}}
	}
	r.answers = append(r.answers, answer[T]{v.query.Text, v.at, slices.Clone(v.picked)})
	for r.size += len(v.picked); r.size > 2*v.rows.Len(); r.answers = slices.Delete(r.answers, 0, 1) {
		r.size -= len(r.answers[0].rows)
	}
}

// fill gives a view the rows found before with its words, and reports whether
// there are any.
func (r *recent[T]) fill(v *View[T]) bool {
	i := slices.IndexFunc(r.answers, func(a answer[T]) bool { return a.text == v.query.Text && a.at.Equal(v.at) })
	if i < 0 || !r.fits(v) {
		return false
	}
	v.picked = append(v.picked, r.answers[i].rows...)
	return true
}

// fits reports whether a view differs from the remembered ones by its words at
// most.
func (r *recent[T]) fits(v *View[T]) bool {
	q := v.query
	q.Text = r.of.query.Text
	return r.of.rows == v.rows && r.of.query == q && r.of.seen == v.seen && r.of.priced == v.priced && r.of.noted == v.noted && r.of.hid == v.hid
}
