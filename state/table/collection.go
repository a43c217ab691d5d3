// Package table holds rows of any kind: a collection that accepts answers in
// any order, and views of it that filter and sort. It knows nothing about the
// rows' content, and reads no clock.
package table

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"dubtop/state/instant"
)

// Ticket identifies a request under way. Its answer can't overwrite anything
// learned after the request was made. The zero Ticket is void.
type Ticket struct {
	number uint32
	asked  time.Time
}

// removed is the version of an entry that is no longer in its collection, later
// than all others. A flag of its own would make every entry larger.
const removed = math.MaxUint64

// entry is an item with the state of our knowledge about it.
type entry[T any] struct {
	item    T
	rank    int64
	version uint64 // collection's version when the item last changed; 0 if not added yet, removed if it was
	asked   uint32 // ticket number of the latest answer that wrote it
	class   Class
	local   bool // added by Put, and not in any answer yet
	kept    bool // recalled from the journal; see Recall
	saved   bool // unchanged since TakeUnsaved or Recall
}

func (e *entry[T]) row() Row[T] { return any(&e.item).(Row[T]) }

// Collection holds the items of one resource by key, in their natural order,
// newest first. The zero Collection is empty and ready to use. It is not safe
// for concurrent use. *T must be a Row[T].
//
// Answers may arrive in any order. Each item remembers the latest ticket that
// wrote it, so that the answer to an earlier request can't undo a later one or
// a Put.
type Collection[T any] struct {
	order   []*entry[T]
	byKey   map[string]*entry[T]
	live    map[*entry[T]]struct{}
	counts  [classes]int
	version uint64
	removed uint64 // number of items removed so far
	unsaved int    // items changed since TakeUnsaved
	saved   int    // at the least so many items at the front are saved

	issued uint32 // number of the last ticket
	void   uint32 // tickets up to this one are void
	good   uint32 // latest ticket with an answer
	whole  uint32 // latest ticket with a complete answer
	open   []uint32
	seen   sighting // in the answer that was written last
	asOf   time.Time
	err    error
}

// sighting counts the items that are in an answer, to tell without a look at
// each that a complete one has them all.
type sighting struct {
	ticket uint32
	items  int
}

// note counts an item of an answer, before the answer is noted in it.
func (s *sighting) note(ticket, asked uint32) {
	if s.ticket != ticket {
		*s = sighting{ticket: ticket}
	}
	if asked != ticket {
		s.items++
	}
}

// has reports whether an answer has at least n items.
func (s *sighting) has(ticket uint32, n int) bool { return s.ticket == ticket && s.items >= n }

// Ask returns a ticket for a new request.
func (c *Collection[T]) Ask(now time.Time) Ticket {
	c.issued++
	c.open = append(c.open, c.issued)
	return Ticket{number: c.issued, asked: instant.Of(now)}
}

// Merge applies an answer that may be incomplete: it adds and updates items,
// but removes none. It returns the number of changed items, 0 if the ticket is
// void. It takes ownership of the items.
func (c *Collection[T]) Merge(t Ticket, items []T, now time.Time) (changed int) {
	if !c.close(t) {
		return 0
	}
	changed = c.write(t.number, items, now)
	c.succeed(t)
	return changed
}

// Answer applies a complete answer. It removes the items that are missing from
// it, except those in a later answer, those added by Put and not in any answer
// yet, and recalled ones; see Lost. It takes ownership of the items.
func (c *Collection[T]) Answer(t Ticket, items []T, now time.Time) {
	if !c.close(t) || t.number < c.whole {
		return
	}
	c.write(t.number, items, now)
	if !c.seen.has(t.number, len(c.order)) {
		c.order = slices.DeleteFunc(c.order, func(e *entry[T]) bool {
			absent := e.asked < t.number && !e.local && !e.kept
			if absent {
				c.forget(e)
			}
			return absent
		})
	}
	c.whole = t.number
	c.succeed(t)
}

// Part applies the first items of a long answer, so that nothing has to wait for
// all of it. The rest follows by Answer, Merge or Extend.
func (c *Collection[T]) Part(t Ticket, items []T, now time.Time) {
	if slices.Contains(c.open, t.number) && t.number > c.void {
		c.write(t.number, items, now)
	}
}

// Extend is Merge for old items: it does not affect AsOf.
func (c *Collection[T]) Extend(t Ticket, items []T, now time.Time) (changed int) {
	if !c.close(t) {
		return 0
	}
	return c.write(t.number, items, now)
}

// Drop ends a request for old items that failed.
func (c *Collection[T]) Drop(t Ticket) { c.close(t) }

// Fail ends a request that failed. The items stay, but AsOf grows old.
func (c *Collection[T]) Fail(t Ticket, err error) {
	if c.close(t) && t.number > c.good {
		c.err = err
	}
}

// Clear removes everything and voids all tickets, for another account.
func (c *Collection[T]) Clear() {
	for _, e := range c.order {
		e.version = removed
	}
	*c = Collection[T]{version: c.version + 1, removed: c.removed + 1, issued: c.issued, void: c.issued}
}

// Find returns a copy of the item with the key.
func (c *Collection[T]) Find(key string) (item T, ok bool) {
	e, ok := c.byKey[key]
	if !ok {
		return item, false
	}
	return e.item, true
}

// Has reports whether there is an item with the key.
func (c *Collection[T]) Has(key string) bool {
	_, ok := c.byKey[key]
	return ok
}

// IsLive reports whether there is an item with the key that may still change.
func (c *Collection[T]) IsLive(key string) bool {
	e, ok := c.byKey[key]
	return ok && e.class.Live()
}

// Len returns the number of items.
func (c *Collection[T]) Len() int { return len(c.order) }

// At returns the item at index i, from 0 to Len()-1. It must not be changed.
// The pointer stays the same while the item is in the collection.
func (c *Collection[T]) At(i int) *T { return &c.order[i].item }

// RowVersion changes with every change of the item at index i, as a cache key
// for drawing it.
func (c *Collection[T]) RowVersion(i int) uint64 { return c.order[i].version }

// Index returns the index of a key, or -1.
func (c *Collection[T]) Index(key string) int {
	e, ok := c.byKey[key]
	if !ok {
		return -1
	}
	return c.place(e)
}

// All yields the items in order. They must not be changed.
func (c *Collection[T]) All() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for _, e := range c.order {
			if !yield(&e.item) {
				return
			}
		}
	}
}

// Live yields the items that may still change, in order.
func (c *Collection[T]) Live() iter.Seq[*T] {
	return c.Missing(Ticket{number: c.issued + 1})
}

// Missing yields, in order, the live items that are missing from the answer to
// t and from all later ones.
func (c *Collection[T]) Missing(t Ticket) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		var found []*entry[T]
		for e := range c.live {
			if e.asked < t.number {
				found = append(found, e)
			}
		}
		slices.SortFunc(found, natural[T])
		for _, e := range found {
			if !yield(&e.item) {
				return
			}
		}
	}
}

// Count returns the number of items of a class.
func (c *Collection[T]) Count(class Class) int { return c.counts[class] }

// Version changes with every change of an item.
func (c *Collection[T]) Version() uint64 { return c.version }

// Removals changes with every removal, so that data about items kept elsewhere
// needs pruning only then.
func (c *Collection[T]) Removals() uint64 { return c.removed }

// Err is the error of the latest request, or nil if it succeeded.
func (c *Collection[T]) Err() error { return c.err }

// AsOf is when the last successful request was made, or zero. The items were
// current then.
func (c *Collection[T]) AsOf() time.Time { return c.asOf }

// Loading reports whether a request is under way.
func (c *Collection[T]) Loading() bool { return len(c.open) > 0 }

// Known reports whether any request has succeeded, so that an empty collection
// means that there are no items.
func (c *Collection[T]) Known() bool { return c.good > 0 }

// begin allocates the maps for the first items.
func (c *Collection[T]) begin(n int) {
	if c.byKey == nil {
		c.byKey = make(map[string]*entry[T], n)
		c.live = make(map[*entry[T]]struct{})
	}
}

// place returns the index of an entry, or -1.
func (c *Collection[T]) place(e *entry[T]) int {
	if i, ok := slices.BinarySearchFunc(c.order, e, natural[T]); ok && c.order[i] == e {
		return i
	}
	return -1
}

// close ends a request and reports whether its answer counts.
func (c *Collection[T]) close(t Ticket) bool {
	i := slices.Index(c.open, t.number)
	if i >= 0 {
		c.open = slices.Delete(c.open, i, i+1)
	}
	return i >= 0 && t.number > c.void
}

func (c *Collection[T]) succeed(t Ticket) {
	if t.number < c.good {
		return
	}
	c.good, c.asOf, c.err = t.number, t.asked, nil
}

// rowOf converts an item to a Row. Every row type asserts next to its
// declaration that this is safe.
func rowOf[T any](item *T) Row[T] { return any(item).(Row[T]) }

// natural is the total order of a collection.
func natural[T any](a, b *entry[T]) int {
	if n := cmp.Compare(b.rank, a.rank); n != 0 {
		return n
	}
	return strings.Compare(a.row().Key(), b.row().Key())
}

// insertSorted inserts sorted entries into a sorted slice. It moves the
// elements between two insertions together, so that a page costs about as much
// as one item.
func insertSorted[E any](order, fresh []E, compare func(a, b E) int) []E {
	end := len(order)
	order = slices.Grow(order, len(fresh))[:end+len(fresh)]
	for i, e := range slices.Backward(fresh) {
		at, _ := slices.BinarySearchFunc(order[:end], e, compare)
		copy(order[at+i+1:end+i+1], order[at:end])
		order[at+i] = e
		end = at
	}
	return order
}
