package account

import (
	"time"

	"dubtop/state/instant"
)

// longestRest is the longest time between two beats. It is well below sleepGap,
// so that a rest is never mistaken for a sleep of the machine.
const longestRest = sleepGap * 2 / 3

// Next returns when the next beat is due; a time up to now means at once. A
// driver that calls it again after each Due may sleep until then, because only
// a result or the user can make the beat due earlier.
func (a *Account) Next(now time.Time) time.Time {
	if !a.recall.beaten {
		return now
	}
	next := instant.Earlier(now.Add(longestRest), a.Poller.Next(now))
	if !a.recall.done || a.Journal == nil {
		return next
	}
	for _, at := range []time.Time{a.Outbox.Next(now), a.nextReread(), a.nextTurn(), a.nextPage(), a.nextSave(), a.nextSearch(), a.nextUpload(), a.nextSaved(), a.nextHook()} {
		next = instant.Earlier(next, at)
	}
	return next
}

// nextPage is when the next page of older rows is read: at the first beat after
// the previous one. Like the other times in this file it is zero if only a
// result can tell.
func (a *Account) nextPage() time.Time {
	if l := &a.lists; !a.Lists || !l.more || l.reading {
		return time.Time{}
	}
	return a.now
}

// nextSave is when changed rows, or the time of unchanged ones, are saved.
func (a *Account) nextSave() time.Time {
	l := &a.lists
	changed := a.Store.Generations.Unsaved()+a.Store.Batches.Unsaved() > 0
	if aged := a.Store.Generations.AsOf().Sub(l.saved) >= ageEvery; a.remembers() && !l.saving && (changed || aged) {
		return l.tried.Add(saveEvery)
	}
	return time.Time{}
}

// nextSearch is when the profiles of older keys are searched.
func (a *Account) nextSearch() time.Time {
	if !a.mayJoin() {
		return time.Time{}
	}
	return instant.Later(a.join.next, a.now)
}
