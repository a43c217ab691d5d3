package ui

import (
	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// quote is what a yes may cost, in numbers alone: the line about it is worded
// here, so that nothing others wrote can be a part of it. The zero quote is of
// what costs nothing.
type quote struct {
	prices   int           // how many were added up; a batch has one
	list     ledger.Charge // of those with a list price
	credits  *float64      // of all together; nil where one is not billed in credits
	unlisted int           // how many have no list price
	about    bool          // one of them is a guess
	again    bool          // the first sending may have been charged, so this may come on top
}

// quoteOf is one price.
func quoteOf(p outbox.Price) quote { return quoteOfAll([]outbox.Price{p}) }

// quoteAgain is the price of what may have been paid for already.
func quoteAgain(p outbox.Price) quote {
	q := quoteOf(p)
	q.again = true
	return q
}

// quoteOfAll adds prices up.
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

// cost is the list price of all, nil where it is not known.
func (q quote) cost() *api.Micros {
	if q.unlisted > 0 {
		return nil
	}
	return q.list.Total
}

// Words are the line of a dialog about what a yes costs. A guess is marked ≈.
func (q quote) Words() text.Text {
	switch amount := q.amount(); {
	case q.prices == 0:
		return ""
	case q.again && amount == "":
		return "What it costs is not known, and it may be paid for twice."
	case q.again:
		return "It costs " + amount + ", perhaps for a second time."
	case q.prices > 1:
		return q.total()
	case amount == "":
		return "The price is not known"
	case q.credits == nil:
		return "This will cost " + amount + " at list price"
	default:
		return "This will cost " + amount
	}
}

// amount is one price, "" where it is not known.
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

// total says what several cost together: count × price = total. Those without a
// price are counted apart.
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

// short is total to the cent; the dialog has it exactly.
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
