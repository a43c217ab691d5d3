package table

import (
	"slices"
	"strings"
)

// Sieve picks rows one by one while they are read, as a View picks those of a
// collection. The rows come in their natural order, newest first.
type Sieve[T any] struct {
	view   View[T]
	row    entry[T]
	picked int
	read   int
	doubts []*doubt // fields with words that no vocabulary lists

	unlisted  bool // some of them are in fields that have a vocabulary
	misspoken bool // the filter has a mistake that no row can excuse
}

// doubt is a field with a word that may be misspelt, and its values in the newest
// rows.
type doubt struct {
	field  string
	values []string
	many   bool // too many to be of use
}

// NewSieve returns the sieve of a query.
func NewSieve[T any](q Query) *Sieve[T] {
	s := new(Sieve[T])
	s.view.begin(new(Collection[T]), q)
	known, ok := s.view.vocabulary()
	if !ok {
		return s
	}
	s.misspoken = known.check(q.Text, func(t *term, _ bool) *Mistake {
		list := known.Words[t.field]
		if within(list, t.value) {
			return nil
		}
		s.unlisted = s.unlisted || list != nil && t.value != "none"
		if !slices.ContainsFunc(s.doubts, func(w *doubt) bool { return w.field == t.field }) {
			s.doubts = append(s.doubts, &doubt{field: t.field})
		}
		return nil
	}) != nil
	return s
}

// NeedsAll reports whether the query can only be answered once all rows are known:
// if it sorts them, or if only they can tell a mistake from a word of theirs while
// other words of the filter find something.
func (s *Sieve[T]) NeedsAll() bool {
	v := &s.view
	return !v.query.natural() || v.query.Reverse || s.misspoken || s.unlisted && v.filter.root.shape == either
}

// within reports whether a word contains a value.
func within(list []string, value string) bool {
	return slices.ContainsFunc(list, func(w string) bool { return strings.Contains(w, value) })
}

// Named reports whether the filter names things that rows must be learned for
// first: a name typed in full means only its rows; see Vocabulary.Names.
func (s *Sieve[T]) Named() (named bool) {
	s.names(func(*term) { named = true })
	return named
}

// names calls do with each term that is a name.
func (s *Sieve[T]) names(do func(t *term)) {
	known, _ := s.view.vocabulary()
	s.view.filter.root.terms(func(t *term) {
		if t.field != "" && slices.Contains(known.Names, t.field) {
			do(t)
		}
	})
}

// Learn looks for the names in a row, before any is picked. It reports whether all
// are found, so that no other row is needed.
func (s *Sieve[T]) Learn(item *T) (all bool) {
	all = true
	s.names(func(t *term) {
		if value, ok := rowOf(item).FieldValue(t.field); ok && value == t.value {
			t.exact = true
		}
		all = all && t.exact
	})
	return all
}

// Use takes the figures and notes for the next rows, in place of the query's.
func (s *Sieve[T]) Use(figures Figures, notes Annotations) {
	s.view.query.Figures, s.view.query.Notes = figures, notes
}

// Picks reports whether the query shows the next row.
func (s *Sieve[T]) Picks(item *T) bool {
	s.row.item, s.row.class = *item, rowOf(item).Class()
	if s.read++; s.read <= mostRead {
		for _, w := range s.doubts {
			w.add(rowOf(item))
		}
	}
	if !s.view.shows(&s.row) {
		return false
	}
	s.picked++
	return true
}

// add adds the value of a row.
func (w *doubt) add(row Searchable) {
	if w.many {
		return
	}
	value, ok := row.FieldValue(w.field)
	if !ok || value == "" || slices.Contains(w.values, value) {
		return
	}
	if w.values = append(w.values, value); len(w.values) > mostWords { // names, notes
		w.values, w.many = nil, true
	}
}

// Mistake is View.Mistake, once all rows have passed.
func (s *Sieve[T]) Mistake() *Mistake {
	return s.view.mistake(s.picked > 0, func(field string) []string {
		for _, w := range s.doubts {
			if w.field == field {
				return w.values
			}
		}
		return nil
	})
}
