package ledger

import (
	"math"

	"dubtop/api"
	"dubtop/api/text"
)

// Estimates are list prices, and a plan may be billed at less. The server does not
// tell the discount, so it is learned from the latest bills: only to know which
// jobs were billed differently. It changes no amount.

// How a discount is learned.
const (
	billsAsked  = 20 // the latest bills that are looked at
	billsNeeded = 10 // fewer tell nothing
	largestCut  = 50 // in percent; more is no discount of a plan
)

// BillsOf is how many of the latest entries are searched for bills.
const BillsOf = 400

// bill is what a job was estimated at, and billed.
type bill struct{ estimate, actual api.Micros }

// discountOf returns the whole percentage that at least nine in ten of the bills are
// below their estimates, to the cent, or 0 if there is none.
func discountOf(bills []bill) (percent uint8) {
	if len(bills) < billsNeeded {
		return 0
	}
	votes := make(map[float64]int)
	for _, b := range bills {
		votes[math.Round(100-100*float64(b.actual)/float64(b.estimate))]++
	}
	most := 0
	for p := uint8(1); p <= largestCut; p++ {
		if n := votes[float64(p)]; n > most {
			percent, most = p, n
		}
	}
	if percent == 0 {
		return 0
	}
	fit := 0
	for _, b := range bills {
		if b.fits(percent) {
			fit++
		}
	}
	if 10*fit < 9*len(bills) {
		return 0
	}
	return percent
}

// fits reports whether the job was billed that much below its estimate, to the cent.
func (b bill) fits(percent uint8) bool {
	off := float64(b.actual) - float64(b.estimate)*float64(100-percent)/100
	return math.Abs(off) < float64(aCent)
}

// latestBills returns the latest bills of jobs that did not fail and were expensive
// enough to tell a percentage.
func (l *Ledger) latestBills() (bills []bill) {
	for i := 0; i < min(BillsOf, l.rows.Len()) && len(bills) < billsAsked; i++ {
		e := l.rows.At(i)
		if e.Damage == "" && e.Basis == BasisBilled && e.Actual != nil && e.Estimate != nil && !e.Failed() && *e.Estimate >= 10*aCent {
			bills = append(bills, bill{*e.Estimate, *e.Actual})
		}
	}
	return bills
}

// learnDiscount learns the discount anew after a bill.
func (l *Ledger) learnDiscount() {
	percent := discountOf(l.latestBills())
	if percent == l.discount {
		return
	}
	l.discount = percent
	var keys []string
	for e := range l.All() {
		if e.discount != percent {
			keys = append(keys, e.Key())
		}
	}
	for _, key := range keys {
		l.rows.Amend(key, func(e *Entry) { e.discount = percent })
	}
}

// Part returns a ledger of some of the entries. They are compared with the discount of
// this ledger, which a few can't tell.
func (l *Ledger) Part(entries []Entry) *Ledger {
	part := &Ledger{discount: l.discount}
	part.bring(entries)
	return part
}

// DiscountWords say how much below their estimates jobs are billed, "" if they are
// not.
func (l *Ledger) DiscountWords() text.Text {
	if l.discount == 0 {
		return ""
	}
	return text.Sprintf("%d%% below the estimates, which are list prices", l.discount)
}
