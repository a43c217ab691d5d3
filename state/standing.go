package state

import (
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/instant"
	"dubtop/state/ledger"
)

// Standing is the server's answer about the account: its owner, its plan, and
// the funds left. The zero Standing means that there is none.
type Standing struct {
	api.Account
	At time.Time // when it was told; zero: never

	asked  moment // when it was last requested
	absent bool   // the server does not tell
}

// moment counts what changes a balance: jobs booked, and jobs that run.
type moment struct{ booked, running int }

const (
	// standingRest is the time between two requests for the account.
	standingRest = 5 * time.Minute
	// standingMoved is that time if a job was accepted or ended in between.
	standingMoved = time.Minute
	// standingCounts is how long a balance is worth telling.
	standingCounts = 15 * time.Minute
)

// Left returns the dollars that are spendable, and whether that is known and not
// too long ago.
func (s *Standing) Left(now time.Time) (left api.Micros, known bool) {
	spendable := s.Balance.Spendable()
	if spendable == nil || !s.Balance.Dollars || !s.Fresh(now) {
		return 0, false
	}
	return *spendable, true
}

// Fresh reports whether the account was told, and not too long ago.
func (s *Standing) Fresh(now time.Time) bool {
	return !s.At.IsZero() && instant.Of(now).Sub(s.At) < standingCounts
}

// PlanOf returns the plan, from the answer or else from its number of slots.
func (s *Standing) PlanOf(slots int) api.Plan {
	p := api.Plan{Name: string(s.Plan), Slots: slots, Longest: s.Longest}
	if p.Longest == 0 {
		p.Longest, p.Name = api.LongestJob(slots)
	}
	return p
}

// After says what a charge and the queue leave of the balance, "" if that is not
// known. Not enough is a warning and no refusal, because the server may know
// better.
func (s *Standing) After(c ledger.Charge, queue api.Micros, now time.Time) (words text.Text, short bool) {
	left, known := s.Left(now)
	free := s.Balance.Max > 0 && s.Fresh(now)
	switch {
	case known && c.Total != nil:
		whole, who := *c.Total+queue, "this leaves"
		if queue > 0 {
			who = "this and the queue leave"
		}
		if whole > left {
			return text.Sprintf("%s is not enough for %s: the server may refuse", left, whole), true
		}
		return text.Sprintf("%s, %s %s", left, who, left-whole), false
	case free && c.Count > s.Balance.Max-s.Balance.Used:
		return FreeJobs(&s.Balance) + ", fewer than these: the server may refuse", true
	case free:
		return FreeJobs(&s.Balance), false
	}
	return "", false
}

// FreeJobs says how many jobs of a free plan are left, and until when.
func FreeJobs(b *api.Balance) text.Text {
	words := text.Sprintf("%d of %d free jobs left", max(0, b.Max-b.Used), b.Max)
	if !b.Resets.IsZero() {
		words += text.Of(b.Resets.In(time.Local).Format(" until 2 January"))
	}
	return words
}

// BalanceWords says the funds left and the part that running jobs hold, "" if they
// are not known.
func BalanceWords(b *api.Balance) text.Text {
	left := b.Spendable()
	switch {
	case left != nil && b.Held != nil && *b.Held > 0:
		return funds(*left, b.Dollars) + ", " + funds(*b.Held, b.Dollars) + " held"
	case left != nil:
		return funds(*left, b.Dollars)
	case b.Max > 0:
		return FreeJobs(b)
	}
	return ""
}

// funds formats an amount of dollars or credits.
func funds(m api.Micros, dollars bool) text.Text {
	if dollars {
		return text.Of(m.Rounded())
	}
	return text.Sprintf("%g credits", float64(m/10_000)/100)
}
