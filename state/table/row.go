package table

import (
	"cmp"
	"time"
	"unique"

	"dubtop/api/text"
)

// Class is the coarse state of a row, common to all kinds of rows.
type Class uint8

// The classes of rows.
const (
	ClassOther    Class = iota // no life cycle: assets, models
	ClassWaiting               // accepted, not started
	ClassRunning               // in progress
	ClassStrange               // an undocumented status, which may not be final
	ClassDone                  // ended with a result
	ClassTroubled              // ended without a result, or with part of one
	ClassGone                  // no longer known to the server
	classes                    // number of classes
)

// Live reports whether a row of this class may still change.
func (c Class) Live() bool {
	return c == ClassWaiting || c == ClassRunning || c == ClassStrange
}

// Searchable is a row that a Filter can match.
type Searchable interface {
	// Haystack is the row's searchable text in lower case.
	Haystack() string
	// FieldValue returns the text of a field in lower case; ok is false if these
	// rows have no such field.
	FieldValue(name string) (value string, ok bool)
}

// Figures provides quantities that rows do not know themselves, or not as well.
type Figures interface {
	// Rank orders rows by cost, higher for more expensive ones. Row is a pointer
	// to an item.
	Rank(row any) int64
	// Measure returns a quantity of a row as Measured does; ok is false if only the
	// row itself can tell it.
	Measure(row any, field string) (value float64, known, ok bool)
	// Version changes with every change of a rank or a quantity.
	Version() uint64
}

// Annotations provides notes about rows, which are searched with them.
type Annotations interface {
	// Beside returns the row combined with its note, or the row itself if it has
	// none.
	Beside(row Searchable, key string) Searchable
	// Version changes with every change of a note.
	Version() uint64
}

// Hiding says which rows are put away.
type Hiding interface {
	// Hides reports whether the row with a key is put away.
	Hides(key string) bool
	// Count is the number of keys that are.
	Count() int
	// Version changes with every change.
	Version() uint64
}

// fieldHidden is the field of a filter that shows rows that are put away.
const fieldHidden = "hidden"

// Row is the interface of a pointer to an item of type T in a Collection.
type Row[T any] interface {
	Searchable
	// Key identifies the item. Items with an empty key are ignored.
	Key() string
	// Rank gives the natural order: the highest rank comes first, usually the
	// newest. Items with the same rank are ordered by key.
	Rank() int64
	// Class is the coarse state.
	Class() Class
	// Compare orders two items by a column; 0 means the natural order.
	Compare(other *T, by Sort) int
	// Same reports whether the two items look the same.
	Same(other *T) bool
	// Absorb copies from the item's older self the facts that an answer does not
	// contain: observations made here, and facts that never change back.
	Absorb(old *T, now time.Time)
}

// Shared makes equal texts share memory.
func Shared[T comparable](s T) T {
	if none := *new(T); s == none {
		return none
	}
	return unique.Make(s).Value()
}

// EmptyLast orders texts from a to z, with the empty text last.
func EmptyLast(a, b text.Text) int {
	if (a == "") != (b == "") {
		return cmp.Compare(b, a) // the empty text is the smaller one
	}
	return cmp.Compare(a, b)
}
