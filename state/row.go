package state

import "time"

// Class is the coarse state of a row, the same for everything that is listed.
type Class uint8

// The classes of rows.
const (
	ClassOther    Class = iota // has no life cycle: assets, models
	ClassWaiting               // accepted, not begun
	ClassRunning               // being worked on
	ClassStrange               // a status nobody documented, so perhaps not ended
	ClassDone                  // ended well
	ClassTroubled              // ended without a result, or with a part of it
	ClassGone                  // the server no longer knows it
	classes                    // how many there are
)

// Live reports whether a row of this class may still change by itself.
func (c Class) Live() bool {
	return c == ClassWaiting || c == ClassRunning || c == ClassStrange
}

// Searchable is what a Filter asks of a row.
type Searchable interface {
	// Haystack is all the text a plain word is looked for in, lower-cased.
	Haystack() string
	// FieldValue is the lower-cased text of a named field; ok is false for
	// names that rows of this kind do not have.
	FieldValue(name string) (value string, ok bool)
}

// Row is what a Collection and a View ask of a pointer to an item of type T.
type Row[T any] interface {
	Searchable
	// Key is the identity. Items without one are not kept.
	Key() string
	// Rank gives the natural order: the greatest comes first, usually the
	// newest. Items of one rank are ordered by their key.
	Rank() int64
	// Class is the coarse state.
	Class() Class
	// Compare orders two items by a column; 0 leaves it to the natural order.
	// The prices may be nil.
	Compare(other *T, by Sort, prices *Prices) int
	// Same reports whether the two items look alike in every way.
	Same(other *T) bool
	// Absorb takes over from the item's older self what an answer cannot
	// carry: what was observed here, and what is never taken back.
	Absorb(old *T, now time.Time)
}
