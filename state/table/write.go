package table

import (
	"slices"
	"time"
)

// Put writes an item that we know better than any question under way, such as
// one just created. It stays until an answer has brought it once, even where
// the server's lists lag behind.
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

// Replace takes in all there is of something that no server tells of, such as
// the outbox.
func (c *Collection[T]) Replace(items []T, now time.Time) {
	c.Answer(c.Ask(now), items, now)
}

// Amend changes an item in a way that no answer can, such as a label of ours.
// Its key and its rank must stay as they are.
func (c *Collection[T]) Amend(key string, change func(*T)) {
	if e, ok := c.byKey[key]; ok {
		change(&e.item)
		c.touch(e)
	}
}

// Remove takes an item out, such as an intent whose job has come. An answer
// under way may not bring it back.
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

// write adds and updates items on behalf of a question.
func (c *Collection[T]) write(ticket uint32, items []T, now time.Time) (changed int) {
	c.begin(len(items))
	var moving []*entry[T] // new, or at a new place
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
		case ticket < c.whole: // a later, whole answer did not have it
			continue
		default:
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

// update gives an entry its newer item, and reports whether that differs.
func (c *Collection[T]) update(e *entry[T], ticket uint32, item *T, now time.Time, moving *[]*entry[T]) bool {
	if ticket < e.asked {
		return false
	}
	if e.kept && e.asked == 0 {
		now = time.Time{} // what changed since the journal knew it, nobody saw change
	}
	e.asked, e.local = ticket, false
	row := rowOf(item)
	row.Absorb(&e.item, now)
	if row.Same(&e.item) {
		return false
	}
	if rank := row.Rank(); rank != e.rank {
		// An entry without a place is among the moving ones already.
		if i := c.place(e); i >= 0 {
			c.order = slices.Delete(c.order, i, i+1)
			*moving = append(*moving, e)
		}
		e.rank = rank
	}
	e.item = *item
	return true
}

// touch counts a change of an entry.
func (c *Collection[T]) touch(e *entry[T]) {
	if e.version > 0 {
		c.counts[e.class]--
	}
	if e.version == 0 || e.saved {
		c.unsaved++
	}
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

// forget takes an entry out of everything but the order.
func (c *Collection[T]) forget(e *entry[T]) {
	c.version++
	c.removed++
	c.counts[e.class]--
	if !e.saved {
		c.unsaved--
	}
	e.removed = true
	delete(c.live, e)
	delete(c.byKey, e.row().Key())
}

// Supplant takes over all that another collection knows, in place of what c
// does. Views of c see the change. The other must not be used afterwards.
func (c *Collection[T]) Supplant(with *Collection[T]) {
	c.Clear()
	passed := c.version
	*c = *with
	c.version += passed
	for _, e := range c.order {
		e.version += passed
	}
}
