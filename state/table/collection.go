// Package table keeps rows of any kind: a collection that takes in answers in
// whatever order they arrive, and views of it that filter and sort. It never
// knows what a row is about, nor reads a clock.
package table

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"dubtop/state/instant"
)

// Ticket stands for one question under way. What the answer may still change
// depends on what was learned since the question was asked. The zero Ticket is
// void.
type Ticket struct {
	number uint32
	asked  time.Time
}

// entry is an item at its place, with what is known about the knowledge.
type entry[T any] struct {
	item    T
	rank    int64
	version uint64 // of the collection when the item last changed; 0: not yet in
	asked   uint32 // number of the latest question whose answer wrote it
	class   Class
	local   bool // put by us, and no answer has brought it yet
	removed bool
	kept    bool // the journal knew it when we began; see Recall
	saved   bool // as TakeUnsaved or the journal had it
}

func (e *entry[T]) row() Row[T] { return any(&e.item).(Row[T]) }

// Collection is the items of one resource, by key, in their natural order
// (newest first). The zero Collection is empty and ready. It is not safe for
// use by several goroutines. *T must be a Row[T].
//
// Answers may arrive in any order. Each item remembers the latest question
// whose answer wrote it, so an answer to an earlier question cannot bring back
// what a later one, or a Put, has replaced.
type Collection[T any] struct {
	order   []*entry[T]
	byKey   map[string]*entry[T]
	live    map[*entry[T]]struct{}
	counts  [classes]int
	version uint64
	removed uint64 // times that an item was taken out
	unsaved int    // items that changed since TakeUnsaved

	issued uint32 // the last ticket's number
	void   uint32 // tickets up to this one are void
	good   uint32 // the latest ticket with a good answer
	whole  uint32 // the latest ticket answered by the whole truth
	open   []uint32
	asOf   time.Time
	err    error
}

// Ask begins a background refresh.
func (c *Collection[T]) Ask(now time.Time) Ticket {
	c.issued++
	c.open = append(c.open, c.issued)
	return Ticket{number: c.issued, asked: instant.Of(now)}
}

// Merge lands an answer that may be a part of the truth: items are added and
// updated, none is removed. It reports how many changed, none when the ticket
// is void. The items belong to the collection afterwards.
func (c *Collection[T]) Merge(t Ticket, items []T, now time.Time) (changed int) {
	if !c.close(t) {
		return 0
	}
	changed = c.write(t.number, items, now)
	c.succeed(t)
	return changed
}

// Answer lands the whole truth: what it does not bring is removed, but for
// items that a later answer brought, that were put and not yet confirmed by
// any answer, or that were recalled: Lost tells of those. The items belong to
// the collection afterwards.
func (c *Collection[T]) Answer(t Ticket, items []T, now time.Time) {
	if !c.close(t) || t.number < c.whole {
		return
	}
	c.write(t.number, items, now)
	c.order = slices.DeleteFunc(c.order, func(e *entry[T]) bool {
		absent := e.asked < t.number && !e.local && !e.kept
		if absent {
			c.forget(e)
		}
		return absent
	})
	c.whole = t.number
	c.succeed(t)
}

// Extend lands an answer about old items: like Merge, but it says nothing of
// how fresh the collection as a whole is.
func (c *Collection[T]) Extend(t Ticket, items []T, now time.Time) (changed int) {
	if !c.close(t) {
		return 0
	}
	return c.write(t.number, items, now)
}

// Drop lands a question about old items that got no answer.
func (c *Collection[T]) Drop(t Ticket) { c.close(t) }

// Fail lands a question that got no answer. The items stay as they are and
// grow older.
func (c *Collection[T]) Fail(t Ticket, err error) {
	if c.close(t) && t.number > c.good {
		c.err = err
	}
}

// Clear forgets everything and voids every ticket, for another account.
func (c *Collection[T]) Clear() {
	for _, e := range c.order {
		e.removed = true
	}
	*c = Collection[T]{version: c.version + 1, removed: c.removed + 1, issued: c.issued, void: c.issued}
}

// Find returns a copy of the item with this key.
func (c *Collection[T]) Find(key string) (item T, ok bool) {
	e, ok := c.byKey[key]
	if !ok {
		return item, false
	}
	return e.item, true
}

// Has reports whether there is an item with this key.
func (c *Collection[T]) Has(key string) bool {
	_, ok := c.byKey[key]
	return ok
}

// IsLive reports whether there is such an item and it may still change.
func (c *Collection[T]) IsLive(key string) bool {
	e, ok := c.byKey[key]
	return ok && e.class.Live()
}

// Len is the number of items.
func (c *Collection[T]) Len() int { return len(c.order) }

// At is the item at place i, from 0 to Len()-1. It is to be read only. As long as
// it is in the collection the pointer stays the same.
func (c *Collection[T]) At(i int) *T { return &c.order[i].item }

// RowVersion changes whenever the item at place i does, so that what was drawn
// from it can be kept.
func (c *Collection[T]) RowVersion(i int) uint64 { return c.order[i].version }

// Index is the place of a key, or -1.
func (c *Collection[T]) Index(key string) int {
	e, ok := c.byKey[key]
	if !ok {
		return -1
	}
	return c.place(e)
}

// All yields every item in order, to be read only.
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

// Missing yields, in order, the live items that neither the answer to t nor
// anything later has brought.
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

// Count is the number of items of a class.
func (c *Collection[T]) Count(class Class) int { return c.counts[class] }

// Version changes whenever any item does.
func (c *Collection[T]) Version() uint64 { return c.version }

// Removals changes whenever an item is taken out, so that what is kept about
// items beside the collection need be looked through only then.
func (c *Collection[T]) Removals() uint64 { return c.removed }

// Err is why the latest question failed, nil after a good answer.
func (c *Collection[T]) Err() error { return c.err }

// AsOf is when the last well answered question was asked, zero before any.
// What is on the screen was true then, and perhaps not since.
func (c *Collection[T]) AsOf() time.Time { return c.asOf }

// Loading reports whether a question is under way.
func (c *Collection[T]) Loading() bool { return len(c.open) > 0 }

// Known reports whether there was ever a good answer, so that an empty
// collection means that there is nothing.
func (c *Collection[T]) Known() bool { return c.good > 0 }

// begin makes room for the first items.
func (c *Collection[T]) begin(n int) {
	if c.byKey == nil {
		c.byKey = make(map[string]*entry[T], n)
		c.live = make(map[*entry[T]]struct{})
	}
}

// place is where an entry stands in the order, or -1.
func (c *Collection[T]) place(e *entry[T]) int {
	if i, ok := slices.BinarySearchFunc(c.order, e, natural[T]); ok && c.order[i] == e {
		return i
	}
	return -1
}

// close ends a question, and reports whether its answer counts.
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

// rowOf is the one place where an item's kind is taken on trust; every row
// type asserts beside its declaration that it is one.
func rowOf[T any](item *T) Row[T] { return any(item).(Row[T]) }

// natural is the total order of a collection.
func natural[T any](a, b *entry[T]) int {
	if n := cmp.Compare(b.rank, a.rank); n != 0 {
		return n
	}
	return strings.Compare(a.row().Key(), b.row().Key())
}

// insertSorted puts sorted entries into a sorted order. It moves what lies
// behind each of them in one piece, so a page costs no more than one item.
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
