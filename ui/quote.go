package ui

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/ui/paint"
)

// quote is what a yes may cost. It holds numbers only and is worded here, so
// that nothing written by others can become part of the line. The zero quote
// costs nothing.
type quote struct {
	prices   int           // number of prices; a batch has one
	list     ledger.Charge // sum of those with a list price
	credits  *float64      // sum; nil if one of the prices has no credits
	unlisted int           // number of prices without a list price
	about    bool          // at least one is approximate
	again    bool          // the first request may have been charged already
}

// quoteOf returns the quote of one price.
func quoteOf(p outbox.Price) quote { return quoteOfAll([]outbox.Price{p}) }

// quoteAgain returns the quote of a request that may already have been paid
// for.
func quoteAgain(p outbox.Price) quote {
	q := quoteOf(p)
	q.again = true
	return q
}

// quoteOfAll adds up prices.
func quoteOfAll(prices []outbox.Price) quote {
	q := quote{prices: len(prices)}
	var listed []outbox.Price
	sum, billed := 0.0, 0
	for _, p := range prices {
		q.about = q.about || p.Approximate
		if p.Cost != nil {
			listed = append(listed, p)
		}
		if p.Credits != nil {
			sum += *p.Credits
			billed++
		}
	}
	q.list, q.unlisted = ledger.ChargeOf(listed...), len(prices)-len(listed)
	if billed == len(prices) {
		q.credits = &sum
	}
	return q
}

// cost returns the list price of all, or nil if it is not known.
func (q quote) cost() *api.Micros {
	if q.unlisted > 0 {
		return nil
	}
	return q.list.Total
}

// Words returns the line about the cost. An approximate cost is marked ≈.
func (q quote) Words() text.Text {
	switch amount := q.amount(); {
	case q.prices == 0:
		return ""
	case q.again && amount == "":
		return "The price is unknown, and you may pay it twice."
	case q.again:
		return "It costs " + amount + ", possibly for the second time."
	case q.prices > 1:
		return q.total()
	case amount == "":
		return "The price is unknown"
	case q.credits == nil:
		return "This will cost " + amount + " at list price"
	default:
		return "This will cost " + amount
	}
}

// amount formats one price, or returns "" if it is not known.
func (q quote) amount() text.Text {
	switch cost := q.cost(); {
	case q.credits != nil && cost != nil:
		return q.guess() + text.Sprintf("%g credits (list price %s)", *q.credits, *cost)
	case q.credits != nil:
		return q.guess() + text.Sprintf("%g credits", *q.credits)
	case cost != nil:
		return q.guess() + text.Of(cost.String())
	}
	return ""
}

// total formats the cost of several jobs as count × price = total, and counts
// jobs without a price separately.
func (q quote) total() text.Text {
	listed, rest := text.Of(q.list.Words()), text.Of(ledger.ChargeTimes(outbox.Price{}, q.unlisted).Words())
	switch {
	case q.credits != nil && q.unlisted == 0:
		return q.guess() + text.Sprintf("%g credits (list price %s)", *q.credits, listed)
	case q.credits != nil:
		return text.Count(q.prices, "job", "jobs") + ": " + q.guess() + text.Sprintf("%g credits", *q.credits)
	case q.unlisted == q.prices:
		return rest
	case q.unlisted > 0:
		return q.guess() + listed + ", and " + rest
	}
	return q.guess() + listed
}

// short is like total, rounded to the cent.
func (q quote) short() text.Text {
	const cent = 10_000
	if cost := q.cost(); cost != nil && q.credits == nil && *cost%cent != 0 {
		return text.Count(q.prices, "job", "jobs") + ", " + q.guess() + text.Of(cost.Rounded())
	}
	return q.total()
}

func (q quote) guess() text.Text {
	if q.about {
		return "≈ "
	}
	return ""
}

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
		if q := quoteOfAll(prices[name]); len(names) > 1 && q.cost() != nil {
			words[i] += " " + q.guess() + text.Of(q.cost().Rounded())
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
