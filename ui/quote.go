package ui

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"dubtop/api/text"
	"dubtop/state/outbox"
	"dubtop/state/purchase"
	"dubtop/ui/paint"
)

// validity says how long a price stays valid.
func (a *desk) validity(at time.Time) paint.Item {
	left := outbox.PriceValid - a.Now.Sub(at)
	if left <= 0 {
		return paint.Item{Label: "valid", Words: "no longer: go back and price it again", Tone: paint.Warn}
	}
	return paint.Item{Label: "valid", Words: "for another " + span(left), Tone: paint.Muted}
}

// priceCell draws a price in short form.
func priceCell(p outbox.Price) paint.Piece {
	kind := outbox.CostEstimate
	if p.Approximate {
		kind = outbox.CostDerived
	}
	switch {
	case p.Credits != nil:
		return amountTone(kind).Of(amountSign(kind) + text.Sprintf("%g cr", *p.Credits))
	case p.Cost != nil:
		return amountTone(kind).Of(rounded(*p.Cost, kind))
	}
	return paint.Warn.Of("unpriced")
}

// modelSums returns the number of jobs per model, the largest first, and what
// each costs if there are several.
func modelSums(subs []outbox.Submission) text.Text {
	prices := map[string][]outbox.Price{}
	for i := range subs {
		prices[subs[i].Model] = append(prices[subs[i].Model], subs[i].Price)
	}
	names := slices.SortedFunc(maps.Keys(prices), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(prices[b]), len(prices[a])), strings.Compare(a, b))
	})
	words := make([]text.Text, len(names))
	for i, name := range names {
		words[i] = text.Sprintf("%d × %s", len(prices[name]), name)
		if q := purchase.QuoteOfAll(prices[name]); len(names) > 1 && q.Cost() != nil {
			words[i] += " " + q.Guess() + text.Of(q.Cost().Rounded())
		}
	}
	return text.Join(words, ", ")
}

// oldestPrice returns when the first of the prices was asked for.
func oldestPrice(subs []outbox.Submission) time.Time {
	oldest := subs[0].Price.At
	for i := range subs {
		if subs[i].Price.At.Before(oldest) {
			oldest = subs[i].Price.At
		}
	}
	return oldest
}
