package settings

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/agnivade/levenshtein"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/ledger"
)

// mostJobs is more than any plan runs at once.
const mostJobs = 1000

// number reads a whole number of jobs. none explains what 0 would mean.
func number(to *int, none string) entry {
	return entry{at: to, set: func(v any) error {
		n, ok := v.(int64)
		if !ok || n < 0 || n > mostJobs {
			return fmt.Errorf("it must be a whole number from 0 to %d, %s: %d is used", mostJobs, none, *to)
		}
		*to = int(n)
		return nil
	}}
}

// reserve checks both numbers of the queue against each other once both are
// known.
func (p *parser) reserve(q *Queue) {
	if q.Slots == 0 || q.Reserve < q.Slots {
		return
	}
	q.Reserve = q.Slots - 1
	p.take("queue.reserve", p.read["queue.reserve"], entry{set: func(any) error {
		return fmt.Errorf("it must be below slots (%d), or nothing is ever sent: %d is used", q.Slots, q.Reserve)
	}})
}

// budget reads an amount. A soft budget of 0 is refused, because its author may
// mean no limit or the opposite.
func budget(to **ledger.Limit) entry {
	return entry{at: to, set: func(v any) error {
		if err := setLimit(to, v); err != nil {
			return err
		}
		if l := *to; l.Amount == 0 && !l.Hard {
			return errors.New(`0 can be meant in two ways: leave the line out for no limit, or write "0 hard" to spend nothing`)
		}
		return nil
	}}
}

func setLimit(to **ledger.Limit, v any) error {
	written, ok := amountText(v)
	if !ok {
		return errors.New(`it must be an amount of dollars like 100, 12.50 or "$100", or "100 hard" for one that refuses`)
	}
	amount, kind, _ := strings.Cut(strings.TrimSpace(written), " ")
	m, ok := api.ParseMicros(strings.TrimPrefix(amount, "$"))
	if kind = strings.ToLower(strings.TrimSpace(kind)); !ok || kind != "" && kind != "hard" && kind != "soft" {
		return fmt.Errorf(`%q is not an amount of dollars: write it like 100, 12.50 or "$100", or "100 hard" for one that refuses`,
			text.Clean(written, 40))
	}
	*to = &ledger.Limit{Amount: m, Hard: kind == "hard"}
	return nil
}

// setScope reads whose jobs sums and budgets count.
func setScope(to *ledger.Scope, v any) error {
	word, _ := v.(string)
	scope, err := ledger.ReadScope(strings.ToLower(strings.TrimSpace(word)))
	if err != nil || word == "" {
		return errors.New(`it must be "dubtop", "key" or "organisation"`)
	}
	*to = scope
	return nil
}

// share reads the budgets of labels or projects, each in a table of its own.
func (p *parser) share(full string, v toml.Primitive) {
	path := strings.Split(full, ".")
	names, _ := p.inner(v, path...)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		own := ledger.Share{Name: strings.TrimSpace(name)}
		known := map[string]entry{"daily": budget(&own.Daily), "monthly": budget(&own.Monthly)}
		limits, _ := p.inner(names[name], append(path[:2:2], name)...)
		for limit, v := range limits {
			e, ok := known[limit]
			if !ok {
				e = entry{set: func(any) error {
					return errors.New("there is no such setting; a label or a project has daily and monthly")
				}}
			}
			p.take(full+"."+name+"."+limit, v, e)
		}
		*p.shares[full] = append(*p.shares[full], own)
	}
}

// amountText returns an amount as written in the file. The decoder reads
// numbers with a point as binary ones: below exactBelow the shortest form is
// the text in the file, to the millionth; larger ones must be quoted.
func amountText(v any) (text string, ok bool) {
	const exactBelow = 1e9
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), math.Abs(v) < exactBelow
	}
	return "", false
}

var budgetWord = regexp.MustCompile(`(?i)budget|max_job|daily|monthly|confirm_above`)

// mentionsBudget reports whether a text that cannot be parsed may contain
// budgets.
func mentionsBudget(text string) bool { return budgetWord.MatchString(text) }

// isBudget reports whether a name is, or is meant to be, that of a budget.
func isBudget(full string) bool {
	table, _, _ := strings.Cut(full, ".")
	return levenshtein.ComputeDistance(table, "budget") <= 2 || !strings.HasPrefix(full, "keys.") && mentionsBudget(full)
}
