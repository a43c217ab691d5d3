package api

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"dubtop/api/codes"
)

// Plan is one of the vendor's plans with its limits for jobs.
// https://sync.so/pricing
type Plan struct {
	Name    string
	Slots   int           // concurrent generations
	Longest time.Duration // longest generation
}

// plans lists the plans with published limits, smallest first.
func plans() []Plan {
	return []Plan{
		{"Free", 1, 20 * time.Second},
		{"Hobbyist", 1, time.Minute},
		{"Creator", 3, 5 * time.Minute},
		{"Growth", 6, 10 * time.Minute},
		{"Scale", 15, 30 * time.Minute},
	}
}

// PlanOf returns the plan with this concurrency. It reports false if no plan or
// more than one has it.
func PlanOf(slots int) (found Plan, ok bool) {
	for _, p := range plans() {
		if p.Slots == slots {
			found, ok = p, found.Name == ""
		}
	}
	return found, ok
}

// NoBatches reports whether no published plan with this concurrency takes
// batches.
func NoBatches(slots int) bool {
	all := plans()
	return slots > 0 && slots < all[len(all)-1].Slots
}

// LongestJob returns how long a job may be on the plans with this concurrency,
// and the name of the plan that allows most; 0 if no plan has it.
func LongestJob(slots int) (longest time.Duration, plan string) {
	for _, p := range plans() {
		if p.Slots == slots && p.Longest > longest {
			longest, plan = p.Longest, p.Name
		}
	}
	return longest, plan
}

// MoreSlots returns a sentence about how many jobs the account's plan runs at
// once and which plan runs more, "" if no plan has this number.
func MoreSlots(slots int) string {
	var own []string
	more := "Enterprise as many as agreed"
	for _, p := range slices.Backward(plans()) {
		switch {
		case p.Slots > slots:
			more = fmt.Sprintf("%s %d", p.Name, p.Slots)
		case p.Slots == slots:
			own = append([]string{p.Name}, own...)
		}
	}
	switch len(own) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("%s runs %d at once, %s.", own[0], slots, more)
	}
	return fmt.Sprintf("%s run %d at once, %s.", strings.Join(own, " and "), slots, more)
}

// LongerJobs returns a sentence about how long a job may be on the account's
// plan and on others.
func LongerJobs(slots int) string {
	if p, ok := PlanOf(slots); ok {
		words := fmt.Sprintf("%s takes up to %s", p.Name, minutes(p.Longest))
		for _, next := range plans() {
			if next.Longest > p.Longest {
				return fmt.Sprintf("%s, %s %s.", words, next.Name, minutes(next.Longest))
			}
		}
		return words + ", Enterprise as much as agreed."
	}
	var all []string
	for _, p := range plans() {
		all = append(all, p.Name+" "+minutes(p.Longest))
	}
	return "Plans take up to: " + strings.Join(all, ", ") + "."
}

// minutes formats a duration in whole seconds or minutes.
func minutes(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return fmt.Sprintf("%.0f min", d.Minutes())
}

// billing is where plans are chosen and invoices paid.
const billing = "sync.so/billing"

// codeAdvice tells what to do about an error with a known code, "" for others.
func (e *Error) codeAdvice() string {
	h, ok := codes.Find(string(e.Code))
	switch {
	case !ok, e.Kind == KindRateLimited, e.Kind == KindConcurrency && e.Code != "batch_concurrency_limit_reached":
		return "" // the words about the wait are more precise
	case e.Code == "generation_plan_duration_exceeded":
		return h.Fix + " " + LongerJobs(e.plan)
	case e.RequestID != "":
		return h.Fix + " Support can look up request " + string(e.RequestID) + "."
	}
	return h.Fix
}

// limitAdvice tells what to do about a 402, 403 or 429 without a more precise
// code.
func (e *Error) limitAdvice() string {
	switch e.Kind {
	case KindPayment:
		return "See the plan and its bills at " + billing + "."
	case KindConcurrency:
		return strings.TrimSpace("Wait for a running job to end. " + MoreSlots(e.plan))
	case KindRateLimited:
		wait := "Wait a minute"
		if e.RetryAfter > 0 {
			wait = "Try again in " + e.RetryAfter.Round(time.Second).String()
		}
		if e.Status == 0 { // held back here, not refused by the server
			return wait + "."
		}
		return wait + "; every plan has the same limit."
	}
	return ""
}
