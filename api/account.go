package api

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"dubtop/api/exact"
	"dubtop/api/text"
)

const accounts capability = "account"

// The billing models. Others are kept and shown as they are.
const (
	BilledByCredits    = "credits"
	BilledByUsage      = "usage"
	BilledByNobody     = "free"
	BilledByEnterprise = "enterprise"
)

// Account is the server's answer about the account. Its documentation names few
// of the members, so every field may be missing.
// https://sync.so/docs/api-reference
type Account struct {
	Name       text.Text // of the organisation, or else of the account
	Plan       text.Text
	Slots      int           // generations at once; 0: unknown
	Longest    time.Duration // longest input; 0: unknown
	Billing    text.Text     // the billing model, such as [BilledByCredits]
	BillingURL URL           // where to pay
	Balance    Balance
}

// Balance is the funds left: money or credits, or on a free plan a number of
// jobs.
type Balance struct {
	Dollars   bool    // the amounts are dollars, or else credits
	Total     *Micros // millionths of a dollar or of a credit; nil: unknown
	Available *Micros // Total without what running jobs hold
	Held      *Micros

	Used, Max int  // jobs of a free plan; both 0: unknown
	Resets    Time // when Used becomes 0 again
}

// Spendable returns what a new job can use, nil if that is unknown.
func (b Balance) Spendable() *Micros {
	if b.Available == nil {
		return b.Total
	}
	return b.Available
}

// inside yields the objects in which an answer keeps a kind of member, outermost
// first: the answer itself and the members of it with one of the names.
func inside(object []byte, names ...string) [][]byte {
	all := [][]byte{object}
	for depth := 0; depth < len(all) && len(all) < 16; depth++ {
		for name, value := range exact.Members(all[depth]) {
			if exact.IsObject(value) && slices.Contains(names, string(name)) {
				all = append(all, value)
			}
		}
	}
	return all
}

// first decodes the first member that any of the objects has under one of the
// names. The names are tried in order.
func first(objects [][]byte, into json.Unmarshaler, names ...string) {
	for _, want := range names {
		for _, o := range objects {
			for name, value := range exact.Members(o) {
				if string(name) == want && string(value) != "null" {
					_ = into.UnmarshalJSON(value)
					return
				}
			}
		}
	}
}

// UnmarshalJSON reads an account from an object of almost any shape. It never
// fails for an object.
func (a *Account) UnmarshalJSON(b []byte) error {
	*a = Account{}
	if !exact.IsObject(b) {
		return errShape
	}
	var slots count
	var longest Seconds
	everywhere := inside(b, "data", "account", "organization", "organisation", "plan", "subscription", "limits", "usage")
	first(everywhere, &slots, "concurrency", "maxConcurrency", "concurrencyLimit", "maxConcurrentGenerations", "concurrentGenerations")
	first(everywhere, &longest, "maxDurationSeconds", "maxInputDurationSeconds", "maxDuration", "maxInputDuration", "longestInputSeconds")
	first(everywhere, &a.Billing, "billingModel")
	first(everywhere, &a.BillingURL, "billingUrl")
	a.Slots, a.Longest = slots.or(0), time.Duration(float64(longest)*float64(time.Second))
	first(inside(b, "data", "organization", "organisation")[1:], &a.Name, "name", "displayName")
	if a.Name == "" {
		first(inside(b, "data", "account"), &a.Name, "name", "organizationName", "organisationName")
	}
	first(inside(b, "data", "account", "organization", "organisation", "subscription"), &planName{&a.Plan}, "plan", "planName", "tier")
	first(everywhere, &balanceIn{&a.Balance, b}, "balance", "credits")
	a.Balance.free(everywhere)
	return nil
}

// planName reads the name of a plan, alone or in an object.
type planName struct{ *text.Text }

func (p *planName) UnmarshalJSON(b []byte) error {
	if exact.IsObject(b) {
		first([][]byte{b}, p.Text, "displayName", "name", "tier", "id")
		return nil
	}
	return p.Text.UnmarshalJSON(b)
}

// balanceIn reads a balance, alone or in an object.
type balanceIn struct {
	*Balance
	answer []byte
}

func (p *balanceIn) UnmarshalJSON(b []byte) error {
	var total, available, held dollars
	var currency text.Text
	if !exact.IsObject(b) {
		_ = total.UnmarshalJSON(b)
		first([][]byte{p.answer}, &currency, "currency")
	} else {
		all := [][]byte{b, p.answer}
		first(all[:1], &total, "balance", "total", "balanceUsd", "totalUsd")
		first(all[:1], &available, "available", "availableUsd", "remaining")
		first(all[:1], &held, "inFlight", "inFlightUsd", "held")
		first(all, &currency, "currency")
	}
	usd := strings.Contains(string(b), `Usd"`) // a member such as balanceUsd
	p.Total, p.Available, p.Held = total.Micros, available.Micros, held.Micros
	p.Dollars = usd || strings.EqualFold(string(currency), "USD")
	p.free(inside(b, "generations"))
	return nil
}

// free reads the jobs of a free plan, unless they are known.
func (b *Balance) free(objects [][]byte) {
	if b.Max > 0 {
		return
	}
	var used, most count
	first(objects, &used, "generationsUsed", "used")
	first(objects, &most, "generationsMax", "maxGenerations", "max", "limit")
	if !used.ok || !most.ok {
		return
	}
	b.Used, b.Max = used.or(0), most.or(0)
	first(objects, &b.Resets, "resetDate", "resetAt", "resetsAt")
}

// Account requests the facts about the account. It returns [ErrUnsupported] if
// the server has no such call. https://sync.so/docs/api-reference
func (c *Client) Account(ctx context.Context) (Account, error) {
	var a Account
	err := c.optional(ctx, accounts, call{path: "/v2/account"}, &a)
	return a, err
}
