package table

import (
	"math"
	"slices"
	"time"

	"dubtop/state/instant"
)

// Recall adds items saved by an earlier run. It does not affect AsOf. An item
// that is already here is newer, and only absorbs observations from its older
// self. Recalled items are history, and Answer does not remove them. Recall
// takes ownership of the items.
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

// remind adds the observations of an item's older self. Its place stays.
func (c *Collection[T]) remind(e *entry[T], old *T) {
	item := e.item
	row := rowOf(&item)
	row.Absorb(old, time.Time{}) // the time of the change is unknown
	e.kept = true
	if row.Rank() == e.rank && !row.Same(&e.item) {
		e.item = item
		c.touch(e)
	}
}

// keepSaved marks an item as saved.
func (c *Collection[T]) keepSaved(e *entry[T]) {
	if !e.saved {
		e.saved = true
		c.unsaved--
	}
}

// TakeUnsaved returns copies of at most limit items that changed since they
// were last taken or recalled, in order, and marks them as saved. It is fast if
// the changed items are new, which is the usual case, and if a long history is
// taken page by page.
func (c *Collection[T]) TakeUnsaved(limit int) []T {
	var items []T
	for ; c.saved < len(c.order) && c.unsaved > 0 && len(items) < limit; c.saved++ {
		e := c.order[c.saved]
		if !e.saved {
			c.keepSaved(e)
			items = append(items, e.item)
		}
	}
	return items
}

// Unsaved returns the number of items that TakeUnsaved would take.
func (c *Collection[T]) Unsaved() int { return c.unsaved }

// Lost returns the keys of recalled items that are missing from a complete
// answer: those that could still change, and those no older than the oldest
// item of the answer. A server may return only part of its history, so older
// items prove nothing. It returns nil if the answer to t came too late.
func (c *Collection[T]) Lost(t Ticket) (keys []string) {
	if c.whole != t.number || c.seen.has(t.number, len(c.order)) {
		return nil
	}
	oldest := c.oldest(t)
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

// oldest is the rank of the oldest item in the answer to t.
func (c *Collection[T]) oldest(t Ticket) int64 {
	for _, e := range slices.Backward(c.order) {
		if e.asked == t.number && e.rank != instant.Rank(time.Time{}) {
			return e.rank
		}
	}
	return math.MaxInt64
}
