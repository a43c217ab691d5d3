package table

// Tally counts the rows of several queries, in steps, for a screen that must not
// wait. While it counts again, the numbers before stay. The zero Tally has
// counted nothing.
type Tally[T any] struct {
	rows   *Collection[T]
	views  []View[T] // only for what they show, not for their rows
	counts []int     // of the last complete count
	found  []int     // so far
	next   int       // row to check next
	over   bool
	known  bool
}

// Stale reports whether the numbers are those of other queries, or rows, figures,
// notes or ages have changed since the last count began.
func (t *Tally[T]) Stale(c *Collection[T], queries []Query) bool {
	if t.rows != c || len(queries) != len(t.views) {
		return true
	}
	for i := range t.views {
		if v := &t.views[i]; v.query != queries[i] || v.seen != c.version || !v.grounded() {
			return true
		}
	}
	return false
}

// Begin starts a count.
func (t *Tally[T]) Begin(c *Collection[T], queries []Query) {
	same := len(queries) == len(t.views) && t.rows == c
	for i := 0; same && i < len(queries); i++ {
		same = t.views[i].query.Text == queries[i].Text
	}
	t.known = t.known && same
	if !same {
		t.views = make([]View[T], len(queries))
	}
	t.rows, t.next, t.over, t.found = c, 0, false, make([]int, len(queries))
	for i := range t.views {
		t.views[i].begin(c, queries[i])
		t.views[i].seen = c.version
	}
}

// Step checks at most n more rows against all queries and reports whether the
// count is complete. Rows that change meanwhile make it stale.
func (t *Tally[T]) Step(n int) (over bool) {
	if t.over || t.rows == nil {
		return true
	}
	end := min(t.next+n, len(t.rows.order))
	for _, e := range t.rows.order[min(t.next, end):end] {
		for i := range t.views {
			if t.views[i].shows(e) {
				t.found[i]++
			}
		}
	}
	if t.next = end; end == len(t.rows.order) {
		t.counts, t.over, t.known = t.found, true, true
	}
	return t.over
}

// Over reports whether no count is under way.
func (t *Tally[T]) Over() bool { return t.over || t.rows == nil }

// Of returns the number of rows of a query by its index; ok is false until they
// were counted.
func (t *Tally[T]) Of(i int) (n int, ok bool) {
	if !t.known || i >= len(t.counts) {
		return 0, false
	}
	return t.counts[i], true
}
