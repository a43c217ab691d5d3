package table

import (
	"slices"
	"time"
)

// Put adds an item that is newer than any request under way, such as a job just
// created. It stays until an answer has contained it once, even if the server's
// lists lag behind.
func (c *Collection[T]) Put(item T, now time.Time) {
	key := rowOf(&item).Key()
	old, known := c.byKey[key]
	local := !known || old.local
	c.issued++
	c.write(c.issued, []T{item}, now)
	if e, ok := c.byKey[key]; ok {
		e.local = local
	}
}

// Replace sets the whole content, for data that does not come from a server,
// such as the outbox.
func (c *Collection[T]) Replace(items []T, now time.Time) {
	c.Answer(c.Ask(now), items, now)
}

// Amend changes an item in a way that no answer can, such as its label. Its key
// and rank must not change.
func (c *Collection[T]) Amend(key string, change func(*T)) {
	if e, ok := c.byKey[key]; ok {
		change(&e.item)
		c.touch(e)
	}
}

// Remove removes an item, such as a submission's row after its job arrived. The
// answer to a request already under way can't bring it back.
func (c *Collection[T]) Remove(key string) {
	e, ok := c.byKey[key]
	if !ok {
		return
	}
	if i := c.place(e); i >= 0 {
		c.order = slices.Delete(c.order, i, i+1)
	}
	c.forget(e)
}

// write adds and updates items for a ticket.
func (c *Collection[T]) write(ticket uint32, items []T, now time.Time) (changed int) {
	c.begin(len(items))
	var moving []*entry[T] // new or moved entries
	for i := range items {
		key := rowOf(&items[i]).Key()
		e, known := c.byKey[key]
		switch {
		case key == "":
			continue
		case known:
			if !c.update(e, ticket, &items[i], now, &moving) {
				continue
			}
		case ticket < c.whole: // missing from a later complete answer
			continue
		default:
			c.seen.note(ticket, 0)
			e = &entry[T]{item: items[i], asked: ticket, rank: rowOf(&items[i]).Rank()}
			c.byKey[key] = e
			moving = append(moving, e)
		}
		c.touch(e)
		changed++
	}
	slices.SortFunc(moving, natural[T])
	c.order = insertSorted(c.order, moving, natural[T])
	return changed
}

// update stores a newer item in an entry and reports whether it differs.
func (c *Collection[T]) update(e *entry[T], ticket uint32, item *T, now time.Time, moving *[]*entry[T]) bool {
	if ticket < e.asked {
		return false
	}
	if e.kept && e.asked == 0 {
		now = time.Time{} // the time of the change is unknown
	}
	c.seen.note(ticket, e.asked)
	e.asked, e.local = ticket, false
	row := rowOf(item)
	row.Absorb(&e.item, now)
	if row.Same(&e.item) {
		return false
	}
	if rank := row.Rank(); rank != e.rank {
		// An entry without a place has not been inserted yet.
		if i := c.place(e); i >= 0 {
			c.order = slices.Delete(c.order, i, i+1)
			*moving = append(*moving, e)
		}
		e.rank = rank
	}
	e.item = *item
	return true
}

// touch records a change of an entry.
func (c *Collection[T]) touch(e *entry[T]) {
	if e.version > 0 {
		c.counts[e.class]--
	}
	if e.version == 0 || e.saved {
		c.unsaved++
	}
	c.saved = 0
	e.saved = false
	c.version++
	e.version, e.class = c.version, e.row().Class()
	c.counts[e.class]++
	if e.class.Live() {
		c.live[e] = struct{}{}
	} else {
		delete(c.live, e)
	}
}

// forget removes an entry from everything except the order.
func (c *Collection[T]) forget(e *entry[T]) {
	if e.asked == c.seen.ticket {
		c.seen.items--
	}
	c.saved = 0
	c.version++
	c.removed++
	c.counts[e.class]--
	if !e.saved {
		c.unsaved--
	}
	e.version = removed
	delete(c.live, e)
	delete(c.byKey, e.row().Key())
}

// Supplant replaces the content of c with that of another collection, which
// must not be used afterwards. Views of c see the change.
func (c *Collection[T]) Supplant(with *Collection[T]) {
	c.Clear()
	passed := c.version
	*c = *with
	c.version += passed
	for _, e := range c.order {
		e.version += passed
	}
}
