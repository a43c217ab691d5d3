package table

// Search prepares another query of a view in steps, for a screen that must not
// wait until all rows are checked. The zero Search is ready to use, and reuses
// its memory.
type Search[T any] struct {
	view   View[T]
	left   []*entry[T] // rows to check
	sorted bool        // they are in the order of the query
	over   bool
	recent recent[T]
}

// Begin starts a search and reports whether it is complete already: if the query
// has no conditions, or nothing has changed since it was searched last. If it
// only adds words to the query of a view, only the rows of that view are
// checked.
func (s *Search[T]) Begin(c *Collection[T], q Query, from *View[T]) (over bool) {
	v := &s.view
	v.begin(c, q)
	v.seen = c.version
	s.left, s.sorted = c.order, false
	if from.seen == c.version && v.narrows(from) {
		s.left, s.sorted = from.picked, true
	}
	s.over = v.all || s.recent.fill(v)
	return s.over
}

// narrows reports whether another view contains all rows of this one, in the
// same order.
func (v *View[T]) narrows(from *View[T]) bool {
	same := v.query
	same.Text = from.query.Text
	return !from.all && from.rows == v.rows && from.query == same && from.priced == v.priced && from.noted == v.noted &&
		from.hid == v.hid && (v.hides || !from.hides) && (from.at.Equal(v.at) || from.at.IsZero()) && v.filter.narrows(&from.filter)
}

// outdated reports whether something that the view depends on has changed.
func (v *View[T]) outdated() bool {
	return v.seen != v.rows.version || !v.grounded()
}

// Step checks at most n more rows and reports whether the search is complete.
// If rows, figures or notes have changed since it began, it checks all rows
// again.
func (s *Search[T]) Step(n int) (over bool) {
	if s.over {
		return true
	}
	v := &s.view
	if v.outdated() {
		if s.Begin(v.rows, v.query, new(View[T])) {
			return true
		}
		n = len(s.left)
	}
	n = min(n, len(s.left))
	v.check(s.left[:n])
	if s.left = s.left[n:]; len(s.left) == 0 {
		if !s.sorted {
			v.arrange()
		}
		s.recent.keep(v)
		s.over = true
	}
	return s.over
}

// Finish completes the search and swaps its view with another.
func (s *Search[T]) Finish(v *View[T]) {
	s.Step(len(s.left))
	s.view, *v = *v, s.view
}
