// Package purchase covers the steps from a price to a yes: how the price of
// one or many jobs is worded, what a limit allows, and what becomes of the
// submissions that are agreed to together. It never asks, reads or sends
// anything.
package purchase

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"dubtop/api"
	"dubtop/state/outbox"
)

// Agree confirms priced submissions, each with its own idempotency key. If one
// can't be confirmed, none is. The user must have agreed to those without a
// price in so many words.
func Agree(subs []outbox.Submission, now time.Time) ([]outbox.Submission, error) {
	agreed := slices.Clone(subs)
	for i := range agreed {
		sub := &agreed[i]
		sub.Unpriced = !sub.Price.Known()
		if err := sub.Confirm(now, uuid.NewString()); err != nil {
			return nil, err
		}
	}
	return agreed, nil
}

// SetOf returns the job set of confirmed submissions with that many rows, and
// puts them and the lines of batches into it.
func SetOf(name, source string, rows int, subs []outbox.Submission, now time.Time) outbox.Set {
	var cost api.Micros
	known := true
	for i := range subs {
		subs[i].Draft.Set = name
		for k := range subs[i].Lines {
			subs[i].Lines[k].Draft.Set = name
		}
		if c := subs[i].Price.Cost; c != nil {
			cost += *c
		} else {
			known = false
		}
	}
	set := outbox.Set{Name: name, Source: source, Rows: rows, Created: now}
	if known {
		set.Cost = &cost
	}
	return set
}
