package table

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Kind is what a quantity of a row measures.
type Kind uint8

// The kinds of quantities.
const (
	Money Kind = iota + 1 // in dollars
	Span                  // in seconds
	Age                   // in seconds before now; the row has the moment, in seconds since 1970
	Size                  // in bytes
)

// Measured is a row type with quantities that filters can compare.
type Measured interface {
	// Measure returns a quantity of the row; known is false if it is not known.
	Measure(field string) (value float64, known bool)
}

// Moment returns a time as Measure does for ages; known is false for no time.
func Moment(t time.Time) (seconds float64, known bool) {
	return float64(t.Unix()), !t.IsZero()
}

// Clock tells the time that ages are counted to.
type Clock interface{ Now() time.Time }

// limit is a comparison of a quantity, such as >1 in cost:>1. The zero limit is
// none.
type limit struct {
	kind  Kind
	sign  sign
	bound float64
}

// sign is the way a quantity is compared.
type sign uint8

const (
	less sign = iota + 1
	most
	more
	least
	unknown // the quantity is not known
	never   // the comparison is not understood, and holds for no row
)

// limitOf parses the value of a field with a quantity: <, <=, > or >= before an
// amount, or the word unknown. trouble describes a value it can't parse.
func limitOf(kind Kind, value string) (l limit, trouble string) {
	l = limit{kind: kind, sign: never}
	if value == "unknown" {
		l.sign = unknown
		return l, ""
	}
	if value == "" {
		return l, ""
	}
	amount, s := value, never
	for _, known := range []struct {
		written string
		sign    sign
	}{{"<=", most}, {">=", least}, {"<", less}, {">", more}} {
		if rest, ok := strings.CutPrefix(value, known.written); ok {
			amount, s = rest, known.sign
			break
		}
	}
	bound, ok := kind.parse(amount)
	switch {
	case s == never && ok:
		return l, fmt.Sprintf("needs > or < before %s", amount)
	case s == never:
		return l, fmt.Sprintf("needs > or <, as in %s", kind.example())
	case amount == "":
		return l, "" // still being typed
	case !ok:
		return l, fmt.Sprintf("does not understand %q; try %s", amount, kind.example())
	}
	l.sign, l.bound = s, bound
	return l, ""
}

// example is a comparison that limitOf understands.
func (k Kind) example() string {
	switch k {
	case Money:
		return ">1.50"
	case Age:
		return "<2h"
	case Size:
		return ">100mb"
	}
	return ">30s"
}

// parse parses an amount as people write it.
func (k Kind) parse(amount string) (value float64, ok bool) {
	switch k {
	case Money:
		return decimalOf(strings.TrimPrefix(amount, "$"))
	case Size:
		return unitsOf(amount, sizes())
	}
	if minutes, seconds, clock := strings.Cut(amount, ":"); clock { // as lengths are shown
		m, ok := decimalOf(minutes)
		s, too := decimalOf(seconds)
		return m*60 + s, ok && too
	}
	return unitsOf(amount, spans())
}

// unit is a unit of an amount.
type unit struct {
	name string
	size float64
}

func spans() []unit {
	return []unit{{"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 7 * 86400}}
}

func sizes() []unit {
	return []unit{{"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"tb", 1e12}, {"k", 1e3}, {"m", 1e6}, {"g", 1e9}, {"b", 1}}
}

// unitsOf parses amounts with units, such as 90s or 1h30m.
func unitsOf(amount string, units []unit) (value float64, ok bool) {
	for amount != "" {
		end := strings.IndexFunc(amount, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
		if end <= 0 {
			return 0, false
		}
		n, fine := decimalOf(amount[:end])
		size, rest := unitOf(amount[end:], units)
		if !fine || size == 0 {
			return 0, false
		}
		value, amount, ok = value+n*size, rest, true
	}
	return value, ok
}

// unitOf returns the size of the unit that a text begins with, 0 if there is
// none.
func unitOf(text string, units []unit) (size float64, rest string) {
	for _, u := range units {
		if rest, ok := strings.CutPrefix(text, u.name); ok {
			return u.size, rest
		}
	}
	return 0, text
}

// decimalOf parses a decimal number without a sign.
func decimalOf(s string) (float64, bool) {
	if strings.Trim(s, "0123456789.") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil
}

// facts is what comparisons need to know beside the row.
type facts struct {
	figures Figures
	now     float64 // in seconds since 1970
}

// within reports whether a quantity of an item is within the limit of a term. A
// quantity that is not known is within none.
func (f *facts) within(item any, t *term) bool {
	value, known := f.measure(item, t.field)
	if t.limit.kind == Age {
		value = max(0, f.now-value)
	}
	switch order := cmp.Compare(value, t.limit.bound); t.limit.sign {
	case unknown:
		return !known
	case less:
		return known && order < 0
	case most:
		return known && order <= 0
	case more:
		return known && order > 0
	case least:
		return known && order >= 0
	}
	return false
}

func (f *facts) measure(item any, field string) (value float64, known bool) {
	if f.figures != nil {
		if value, known, ok := f.figures.Measure(item, field); ok {
			return value, known
		}
	}
	if row, ok := item.(Measured); ok {
		return row.Measure(field)
	}
	return 0, false
}

// timed returns how exactly the filter needs the time, 0 if it needs none.
func (f *Filter) timed() (grain time.Duration) {
	f.root.terms(func(t *term) {
		if t.limit.kind != Age {
			return
		}
		fine := max(time.Second, min(time.Minute, time.Duration(t.limit.bound/60)*time.Second))
		if grain == 0 || fine < grain {
			grain = fine
		}
	})
	return grain
}

// figured reports whether the filter compares quantities that Figures may provide.
func (f *Filter) figured() (found bool) {
	f.root.terms(func(t *term) { found = found || t.limit.kind == Money || t.limit.kind == Span })
	return found
}
