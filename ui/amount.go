package ui

import (
	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/outbox"
	"dubtop/ui/paint"
)

// How an amount is known is seen from the sign before it: $1.40 was billed,
// ~$1.40 is the server's estimate, ?$1.40 is worked out here, from a length and
// a unit price. Lists and sums say it to the cent, details exactly.

// amountSign stands before an amount that is not what was billed.
func amountSign(k outbox.CostKind) text.Text { return text.Of(k.Sign()) }

// amountTone keeps apart by colour what the signs keep apart.
func amountTone(k outbox.CostKind) paint.Tone {
	switch k {
	case outbox.CostActual:
		return paint.Money
	case outbox.CostEstimate:
		return paint.Normal
	}
	return paint.Muted
}

// rounded is an amount to the cent.
func rounded(m api.Micros, k outbox.CostKind) text.Text { return amountSign(k) + text.Of(m.Rounded()) }

// exactly is an amount with all its decimals.
func exactly(m api.Micros, k outbox.CostKind) text.Text { return amountSign(k) + text.Of(m.String()) }
