// Package settle plans how what finished on the server is read: which range of
// time comes next, and from where to go on after a crash. It is pure: it sends
// no request and keeps nothing; the journal saves its state.
package settle

import (
	"slices"
	"time"

	"dubtop/api"
)

const (
	// Rest is the shortest time between two rounds, of all processes together.
	Rest = 5 * time.Minute
	// Overlap is how far a round goes back before the last row that is known, for
	// rows that the server lists late.
	Overlap = 10 * time.Minute
	// Past is how far the first round goes back.
	Past = 3 * 365 * day
	day  = 24 * time.Hour
	// idle is the number of pages in a row without anything new after which the
	// server is thought to repeat itself.
	idle = 3
)

// spans are the lengths of a range to try, if the server refuses longer ones.
func spans() []time.Duration { return []time.Duration{366 * day, 92 * day, 31 * day, 7 * day, day} }

// Range is a range of time in which jobs finished.
type Range struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"` // exclusive
	Back bool      `json:"back,omitempty"`
}

// Walk is how far the reading has come. The zero Walk has not begun. Times are
// the server's, except for Asked.
type Walk struct {
	Through time.Time     `json:"through"` // the end of the last row that is known
	Todo    []Range       `json:"todo,omitempty"`
	Cursor  api.Cursor    `json:"cursor,omitempty"` // next page of the first range
	Seen    time.Time     `json:"seen"`             // the end of the last row of it
	Idle    int           `json:"idle,omitempty"`   // pages in a row without anything new
	Span    time.Duration `json:"span,omitempty"`   // the longest range that the server takes; 0: any
	Asked   time.Time     `json:"asked"`            // when the last round ended, our clock
}

// Begin starts a round, unless one is under way or the last one was a moment
// ago. It reports whether there is anything to read. Pending is the range of the
// rows to ask for again; without any it is zero.
func (w *Walk) Begin(now, server time.Time, pending Range) bool {
	if len(w.Todo) > 0 {
		return true
	}
	if rest := now.Sub(w.Asked); rest >= 0 && rest < Rest {
		return false
	}
	from, to := server.Add(-Past), server
	if !w.Through.IsZero() {
		from = w.Through.Add(-Overlap)
	}
	if !from.Before(to) { // the clock is off
		to = from.Add(2 * Overlap)
	}
	switch {
	case pending.From.IsZero():
	case pending.To.After(from.Add(-Overlap)): // one range is enough
		from = earlier(from, pending.From)
	default:
		pending.Back = true
		w.Todo = append(w.Todo, pending)
	}
	w.Todo = append(w.Todo, Range{From: from, To: to})
	w.Cursor, w.Seen, w.Idle = "", time.Time{}, 0
	return true
}

// Query is the next page; ok is false if the round is over.
func (w *Walk) Query() (q api.FinishedQuery, ok bool) {
	if len(w.Todo) == 0 {
		return q, false
	}
	r := w.part()
	return api.FinishedQuery{From: r.From, To: r.To, Cursor: w.Cursor, Limit: api.MaxFinished}, true
}

// part is the part of the first range that the server takes at once.
func (w *Walk) part() Range {
	r := w.Todo[0]
	if w.Span > 0 {
		r.To = earlier(r.To, r.From.Add(w.Span))
	}
	return r
}

// Page takes in a page: the end of its last row, its number of rows and how many
// of them are new, and the cursor of the next one.
func (w *Walk) Page(last time.Time, rows, fresh int, next api.Cursor, now time.Time) {
	if len(w.Todo) == 0 {
		return
	}
	switch {
	case rows == 0:
		w.Idle = idle // nothing will come
	case fresh > 0, last.After(w.Seen):
		w.Idle = 0
	default:
		w.Idle++
	}
	if last.After(w.Seen) {
		w.Seen = last
	}
	if next != "" && next != w.Cursor && w.Idle < idle {
		w.Cursor = next
		return
	}
	// A range that ends with a full page, or with a repeated one, may have more.
	w.end(rows > 0 && (next != "" || rows >= api.MaxFinished), now)
}

// end goes on to the next part, to the next range, or to the end of the round.
// With more, it goes on after the last row, if there was one.
func (w *Walk) end(more bool, now time.Time) {
	r := w.part()
	w.Cursor, w.Idle = "", 0
	if more && w.Seen.After(r.From) {
		w.Todo[0].From = w.Seen
		return
	}
	w.Todo[0].From = r.To
	if r.To.Before(w.Todo[0].To) {
		return
	}
	if !r.Back && w.Seen.After(w.Through) {
		w.Through = w.Seen
	}
	w.Todo, w.Seen = slices.Delete(w.Todo, 0, 1), time.Time{}
	if len(w.Todo) == 0 {
		w.Asked = now
	}
}

// Refused takes in that the server refused the request. It reports whether
// another one is worth trying: without the cursor, or with a shorter range.
func (w *Walk) Refused() bool {
	if len(w.Todo) == 0 {
		return false
	}
	if w.Cursor != "" {
		w.Cursor = ""
		if w.Seen.After(w.Todo[0].From) {
			w.Todo[0].From = w.Seen
		}
		return true
	}
	r := w.part()
	for _, span := range spans() {
		if span < r.To.Sub(r.From) {
			w.Span = span
			return true
		}
	}
	return false
}

// Again is when to ask again for a row that is pending: its cost is usually
// recorded within ten minutes, and sometimes within days. ok is false if it is
// too old.
func Again(ended, now time.Time) (at time.Time, ok bool) {
	age := now.Sub(ended)
	return now.Add(min(max(10*time.Minute, age/2), 12*time.Hour)), age < 7*day
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
