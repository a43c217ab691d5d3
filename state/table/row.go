package table

import (
	"cmp"
	"time"
	"unique"

	"dubtop/api/text"
)

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

// Costs know what rows cost, for rows that do not know it themselves.
type Costs interface {
	// Rank orders rows, which are pointers to items: the greater, the dearer.
	Rank(row any) int64
	// Version changes whenever a rank may.
	Version() uint64
}

// Annotations are texts that stand beside rows and are searched with them.
type Annotations interface {
	// Beside is the row with its note, or the row itself if there is none.
	Beside(row Searchable, key string) Searchable
	// Version changes whenever a note does.
	Version() uint64
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
	Compare(other *T, by Sort) int
	// Same reports whether the two items look alike in every way.
	Same(other *T) bool
	// Absorb takes over from the item's older self what an answer cannot
	// carry: what was observed here, and what is never taken back.
	Absorb(old *T, now time.Time)
}

// Shared gives equal texts one copy between them.
func Shared[T comparable](s T) T {
	if none := *new(T); s == none {
		return none
	}
	return unique.Make(s).Value()
}

// EmptyLast orders texts from a to z, with no text after all others.
func EmptyLast(a, b text.Text) int {
	if (a == "") != (b == "") {
		return cmp.Compare(b, a) // the empty one is the smaller
	}
	return cmp.Compare(a, b)
}
