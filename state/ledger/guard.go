package ledger

import (
	"fmt"
	"math"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/outbox"
)

// Limit is the amount of a budget. A hard budget refuses more; a soft one asks
// the user to type the amount.
type Limit struct {
	Amount api.Micros
	Hard   bool
}

// Guard holds the user's budgets, which are checked before anything is
// confirmed. A nil limit means no limit.
type Guard struct {
	MaxJob       *Limit // per job
	Daily        *Limit // per local day
	Monthly      *Limit // per local month
	ConfirmAbove *Limit // per confirmation, for all of its jobs

	// Labels and Projects are budgets for the jobs of a label or a project, in
	// addition to those for all. A project is written as its id or its name. A
	// batch counts for the label and project of its own draft only; Divides tells
	// which jobs can't be one.
	Labels, Projects []Share

	// Scope says whose jobs count for the budgets of a day or a month. Those of
	// labels and projects only count dubtop's own, because nobody else's are known.
	Scope Scope

	// Fault says in one line why the budgets can't be read, or is "". If it is set
	// everything is refused, because an unreadable budget does not mean "no limit".
	Fault string
}

// Charge is the amount of a confirmation. An unknown total is nil.
type Charge struct {
	Count   int
	Total   *api.Micros
	Largest *api.Micros // of a single job
	over    bool        // the total overflows
}

// ChargeFor adds up the prices of submissions. The total is unknown if any of
// them is. The jobs of a batch count for the same share of its price each,
// because the server prices them together.
func ChargeFor(subs []outbox.Submission) Charge {
	prices, jobs, largest := make([]outbox.Price, len(subs)), 0, api.Micros(0)
	for i := range subs {
		prices[i] = subs[i].Price
		lines := 1
		if subs[i].Kind == outbox.SubmitBatch {
			lines = max(1, subs[i].BatchLines)
		}
		jobs += lines
		if cost := prices[i].Cost; cost != nil {
			largest = max(largest, (*cost-1)/api.Micros(lines)+1)
		}
	}
	c := ChargeOf(prices...)
	if c.Count = jobs; c.Total != nil {
		c.Largest = &largest
	}
	return c
}

// ChargeOf adds up prices, as ChargeFor does.
func ChargeOf(prices ...outbox.Price) Charge {
	c := Charge{Count: len(prices), Total: new(api.Micros), Largest: new(api.Micros)}
	for _, p := range prices {
		if p.Cost == nil {
			return Charge{Count: len(prices)}
		}
		sum, over := addUp(*c.Total, *p.Cost)
		c.Total, c.over = &sum, c.over || over
		c.Largest = new(max(*c.Largest, *p.Cost))
	}
	return c
}

// ChargeTimes is count jobs at one price.
func ChargeTimes(p outbox.Price, count int) Charge {
	if p.Cost == nil || count < 0 {
		return Charge{Count: count}
	}
	c := Charge{Count: count, Largest: p.Cost}
	if *p.Cost > 0 && int64(count) > math.MaxInt64/int64(*p.Cost) {
		c.Total, c.over = new(api.Micros(math.MaxInt64)), true
	} else {
		c.Total = new(*p.Cost * api.Micros(count))
	}
	return c
}

// VerdictLevel says how a charge compares with the budgets.
type VerdictLevel int

// The levels, from mildest to strictest.
const (
	BudgetOK   VerdictLevel = iota
	BudgetSoft              // the user must type the total
	BudgetHard              // refused
)

// Refuses reports whether nobody can agree to the charge.
func (l VerdictLevel) Refuses() bool { return l == BudgetHard }

// Verdict is the result of checking a charge against the budgets.
type Verdict struct {
	Level VerdictLevel
	Words []string // one line per exceeded budget, hard ones first
	total *api.Micros
}

// Word is the text to type at BudgetSoft: the total, or UnpricedWord if that is
// unknown.
func (v Verdict) Word() string {
	if v.total == nil {
		return outbox.UnpricedWord
	}
	return v.total.String()
}

// Accepts reports whether typed matches Word; "$12.50", "12.50" and "12.5" are
// the same amount.
func (v Verdict) Accepts(typed string) bool {
	typed = strings.TrimSpace(typed)
	switch {
	case v.Level == BudgetHard:
		return false
	case v.Level == BudgetOK:
		return true
	case v.total == nil:
		return typed == outbox.UnpricedWord
	}
	amount, ok := api.ParseMicros(strings.TrimSpace(strings.TrimPrefix(typed, "$")))
	return ok && amount == *v.total
}

// Check compares what submissions may cost with the budgets; an amount equal to
// a budget is within it. Queued submissions and those that may have been charged
// count as spent; pending lists all submissions missing from the ledger.
func (g *Guard) Check(subs []outbox.Submission, l *Ledger, pending []outbox.Submission, now time.Time, loc *time.Location) Verdict {
	c := ChargeFor(subs)
	k := check{charge: c}
	if g.Fault != "" {
		k.hard = append(k.hard, g.Fault)
	}
	k.limit(g.MaxJob, c.Largest, "a job can cost at most %s (max_job); the most expensive here costs %s")
	k.limit(g.ConfirmAbove, c.Total, "more than %s at once (confirm_above) needs a second look; this is %s")
	for _, p := range g.purses() {
		if mine := p.of(subs, l); len(mine) > 0 || p.all() {
			k.charge = ChargeFor(mine)
			k.purse(p, l, pending, now, loc)
		}
	}
	v := Verdict{Words: append(k.hard, k.soft...), total: c.Total}
	switch {
	case len(k.hard) > 0:
		v.Level = BudgetHard
	case len(k.soft) > 0:
		v.Level = BudgetSoft
	}
	return v
}

// Effect describes the rest of each budget, in a line, after submissions that are
// within them.
func (g *Guard) Effect(subs []outbox.Submission, l *Ledger, pending []outbox.Submission, now time.Time, loc *time.Location) (words []string) {
	for _, p := range g.purses() {
		mine := p.of(subs, l)
		c := ChargeFor(mine)
		if c.Total == nil || c.over || len(mine) == 0 {
			continue
		}
		spent, waits := p.used(l, pending, now, loc)
		used, over := addUp(spent.Cost, waits.Cost)
		sum, more := addUp(used, *c.Total)
		if over || more || sum > p.limit.Amount {
			continue // the check says so
		}
		words = append(words, fmt.Sprintf("%s %s: %s used, %s left after this", p.short(), p.limit.Amount.Rounded(), used.Rounded(), (p.limit.Amount-sum).Rounded()))
	}
	return words
}

// check collects the exceeded budgets.
type check struct {
	charge     Charge
	hard, soft []string
}

func (k *check) say(l *Limit, words string) {
	if l.Hard {
		k.hard = append(k.hard, words+". To allow it, raise the budget in the settings")
		return
	}
	k.soft = append(k.soft, words)
}

// limit checks one amount. An unknown amount exceeds every limit.
func (k *check) limit(l *Limit, amount *api.Micros, words string) {
	switch {
	case l == nil:
	case amount == nil:
		k.say(l, "the price is not known, so it can't be checked against the budget of "+l.Amount.String())
	case *amount > l.Amount || k.charge.over:
		k.say(l, fmt.Sprintf(words, l.Amount, amount))
	}
}

// purse checks the total of a day or a month.
func (k *check) purse(p purse, all *Ledger, pending []outbox.Submission, now time.Time, loc *time.Location) {
	if k.charge.Total == nil {
		k.limit(p.limit, nil, "")
		return
	}
	spent, waits := p.used(all, pending, now, loc)
	sum, over := addUp(spent.Cost, waits.Cost)
	sum, more := addUp(sum, *k.charge.Total)
	if sum <= p.limit.Amount && !over && !more && !k.charge.over && !spent.Overflow && !waits.Overflow {
		return
	}
	words := fmt.Sprintf("%s is %s: %s is spent, %s is waiting or unknown, and this is %s",
		p.long(), p.limit.Amount, spent.Cost, waits.Cost, k.charge.Total)
	if unknown := spent.Unknown + waits.Unknown; unknown > 0 {
		words += fmt.Sprintf(" (not counted: %s of unknown cost)", text.Count(unknown, "job", "jobs"))
	}
	k.say(p.limit, words)
}

// Waiting adds up the possible cost, in the period of now, of the submissions
// missing from the ledger. Queued ones are assumed to be sent in it.
func Waiting(pending []outbox.Submission, by Grouping, now time.Time, loc *time.Location) Tally {
	period := by.period(now, loc)
	var t Tally
	for i := range pending {
		s := &pending[i]
		switch {
		case s.State == outbox.SubmissionSent:
			continue
		case s.State == outbox.SubmissionConfirmed, s.State == outbox.SubmissionQueued:
		case !s.MayHaveCost() || by.period(s.SentAt, loc) != period:
			continue
		}
		t.Add(&Entry{Estimate: s.Price.Cost, Credits: s.Price.Credits, Seconds: s.Price.Seconds})
	}
	return t
}

// Unsent adds up the known prices of confirmed submissions that are not sent
// yet.
func Unsent(pending []outbox.Submission) (sum api.Micros) {
	for i := range pending {
		if s := &pending[i]; s.Price.Cost != nil && !s.State.AtStake() {
			sum += *s.Price.Cost
		}
	}
	return sum
}

// Words describe how a charge adds up: "31 × $1.25 = $38.75".
func (c Charge) Words() string {
	jobs := string(text.Count(c.Count, "job", "jobs"))
	switch {
	case c.Total == nil || c.Count <= 0:
		return jobs + " of unknown price"
	case c.over:
		return jobs + ", too expensive to add up"
	case c.Count == 1:
		return c.Total.String()
	case *c.Total/api.Micros(c.Count) == *c.Largest && *c.Total%api.Micros(c.Count) == 0:
		return fmt.Sprintf("%d × %s = %s", c.Count, *c.Largest, *c.Total)
	}
	return fmt.Sprintf("%s of up to %s = %s", jobs, *c.Largest, *c.Total)
}
