package ui

import (
	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/outbox"
	"dubtop/ui/paint"
)

// The sign before an amount says how it is known: $1.40 was billed, ~$1.40 is
// the server's estimate, ?$1.40 was computed here from length and unit price.
// Lists and sums show amounts to the cent, details show all decimals.

// amountSign returns the sign before an amount, "" if it was billed.
func amountSign(k outbox.CostKind) text.Text { return text.Of(k.Sign()) }

// amountTone gives each kind of amount its own colour.
func amountTone(k outbox.CostKind) paint.Tone {
	switch k {
	case outbox.CostActual:
		return paint.Money
	case outbox.CostEstimate:
		return paint.Normal
	}
	return paint.Muted
}

// rounded formats an amount to the cent.
func rounded(m api.Micros, k outbox.CostKind) text.Text { return amountSign(k) + text.Of(m.Rounded()) }

// exactly formats an amount with all its decimals.
func exactly(m api.Micros, k outbox.CostKind) text.Text { return amountSign(k) + text.Of(m.String()) }

// difference says how much more or less a price is than the earlier cost.
func difference(p outbox.Price, was outbox.Cost) text.Text {
	more, known := outbox.PriceDifference(p, was)
	if !known {
		return "can't be compared: a cost is unknown"
	}
	cost, about := exactly(was.Amount, was.Kind), ""
	if was.Kind == outbox.CostDerived {
		cost, about = rounded(was.Amount, was.Kind), "about "
	}
	switch {
	case more > 0:
		return text.Sprintf("%s%s more than before (%s)", about, more, cost)
	case more < 0:
		return text.Sprintf("%s%s less than before (%s)", about, -more, cost)
	}
	return text.Sprintf("%sas much as before (%s)", about, cost)
}
