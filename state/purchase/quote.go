package purchase

import (
	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// Quote is what a yes may cost. It holds numbers only and is worded here, so
// that nothing written by others can become part of the line. The zero Quote
// costs nothing.
type Quote struct {
	prices   int           // number of prices; a batch has one
	list     ledger.Charge // sum of those with a list price
	credits  *float64      // sum; nil if one of the prices has no credits
	unlisted int           // number of prices without a list price
	unknown  int           // number of those without credits, too
	about    bool          // at least one is approximate
	again    bool          // the first request may have been charged already
}

// QuoteOf returns the quote of one price.
func QuoteOf(p outbox.Price) Quote { return QuoteOfAll([]outbox.Price{p}) }

// QuoteAgain returns the quote of a request that may already have been paid
// for.
func QuoteAgain(p outbox.Price) Quote {
	q := QuoteOf(p)
	q.again = true
	return q
}

// QuoteOfAll adds up prices.
func QuoteOfAll(prices []outbox.Price) Quote {
	q := Quote{prices: len(prices)}
	var listed []outbox.Price
	sum, billed := 0.0, 0
	for _, p := range prices {
		q.about = q.about || p.Approximate
		if !p.Known() {
			q.unknown++
		}
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

// Cost returns the list price of all, or nil if it is not known.
func (q Quote) Cost() *api.Micros {
	if q.unlisted > 0 {
		return nil
	}
	return q.list.Total
}

// Credits returns the credits of all, or nil if one of the prices has none.
func (q Quote) Credits() *float64 {
	if q.prices == 0 {
		return nil
	}
	return q.credits
}

// Unpriced returns the number of prices that are not known at all.
func (q Quote) Unpriced() int { return q.unknown }

// About reports whether at least one price is approximate.
func (q Quote) About() bool { return q.about }

// Words returns the line about the cost. An approximate cost is marked ≈.
func (q Quote) Words() text.Text {
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
func (q Quote) amount() text.Text {
	switch cost := q.Cost(); {
	case q.credits != nil && cost != nil:
		return q.Guess() + text.Sprintf("%g credits (list price %s)", *q.credits, *cost)
	case q.credits != nil:
		return q.Guess() + text.Sprintf("%g credits", *q.credits)
	case cost != nil:
		return q.Guess() + text.Of(cost.String())
	}
	return ""
}

// total formats the cost of several jobs as count × price = total, and counts
// jobs without a price separately.
func (q Quote) total() text.Text {
	listed, rest := text.Of(q.list.Words()), text.Of(ledger.ChargeTimes(outbox.Price{}, q.unlisted).Words())
	switch {
	case q.credits != nil && q.unlisted == 0:
		return q.Guess() + text.Sprintf("%g credits (list price %s)", *q.credits, listed)
	case q.credits != nil:
		return text.Count(q.prices, "job", "jobs") + ": " + q.Guess() + text.Sprintf("%g credits", *q.credits)
	case q.unlisted == q.prices:
		return rest
	case q.unlisted > 0:
		return q.Guess() + listed + ", and " + rest
	}
	return q.Guess() + listed
}

// Short is like total, rounded to the cent.
func (q Quote) Short() text.Text {
	const cent = 10_000
	if cost := q.Cost(); cost != nil && q.credits == nil && *cost%cent != 0 {
		return text.Count(q.prices, "job", "jobs") + ", " + q.Guess() + text.Of(cost.Rounded())
	}
	return q.total()
}

// Guess returns the sign before an amount that is a guess, or "".
func (q Quote) Guess() text.Text {
	if q.about {
		return "≈ "
	}
	return ""
}
