package table

import (
	"math"
	"slices"
	"time"

	"dubtop/state/instant"
)

// Recall brings back items that were known before the first question, and says
// nothing of how fresh the collection is. An item that is here already is
// newer, and only takes over what its older self observed. Recalled items are
// history: Answer does not remove them. The items belong to the collection
// afterwards.
func (c *Collection[T]) Recall(items []T) {
	c.begin(len(items))
	var fresh []*entry[T]
	for i := range items {
		row := rowOf(&items[i])
		key := row.Key()
		e, known := c.byKey[key]
		switch {
		case key == "":
		case known:
			c.remind(e, &items[i])
		default:
			e = &entry[T]{item: items[i], rank: row.Rank(), kept: true}
			c.byKey[key] = e
			c.touch(e)
			c.keepSaved(e)
			fresh = append(fresh, e)
		}
	}
	slices.SortFunc(fresh, natural[T])
	c.order = insertSorted(c.order, fresh, natural[T])
}

// remind gives an item what its older self observed. Its place stays.
func (c *Collection[T]) remind(e *entry[T], old *T) {
	item := e.item
	row := rowOf(&item)
	row.Absorb(old, time.Time{}) // when the two came to differ nobody saw
	e.kept = true
	if row.Rank() == e.rank && !row.Same(&e.item) {
		e.item = item
		c.touch(e)
	}
}

// keepSaved notes that the journal has an item as it is.
func (c *Collection[T]) keepSaved(e *entry[T]) {
	if !e.saved {
		e.saved = true
		c.unsaved--
	}
}

// TakeUnsaved gives copies of at most limit items that changed since they were
// last taken or recalled, in order, and counts them as saved. It is quick where
// what changed is new, as it mostly is.
func (c *Collection[T]) TakeUnsaved(limit int) []T {
	var items []T
	for _, e := range c.order {
		if c.unsaved == 0 || len(items) == limit {
			break
		}
		if !e.saved {
			c.keepSaved(e)
			items = append(items, e.item)
		}
	}
	return items
}

// Lost lists the recalled items that the whole truth no longer has: those that
// could still change, and those no older than the oldest item of the answer. A
// server may tell only a part of its past, so what is older proves nothing.
// It is empty when the answer to t came too late to count.
func (c *Collection[T]) Lost(t Ticket, items []T) (keys []string) {
	if c.whole != t.number {
		return nil
	}
	oldest := int64(math.MaxInt64)
	for i := range items {
		if rank := rowOf(&items[i]).Rank(); rank != instant.Rank(time.Time{}) {
			oldest = min(oldest, rank)
		}
	}
	missing := func(e *entry[T]) bool { return e.kept && e.asked < t.number }
	for _, e := range c.order {
		if e.rank < oldest {
			break
		}
		if missing(e) {
			keys = append(keys, e.row().Key())
		}
	}
	for e := range c.live {
		if missing(e) && e.rank < oldest {
			keys = append(keys, e.row().Key())
		}
	}
	return keys
}
