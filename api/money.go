package api

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

// Micros is an exact amount of US dollars in millionths: 1_250_000 is $1.25.
type Micros int64

var decimal = regexp.MustCompile(`^[0-9]{1,40}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,2})?$`)

// ParseMicros parses an amount of dollars such as "1.25" or "3e-3". Beyond six
// decimals it rounds half up. It reports false for negative amounts, for
// anything that is not a number, and for amounts too large to be a price.
func ParseMicros(s string) (Micros, bool) {
	if !decimal.MatchString(s) {
		return 0, false
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0, false
	}
	r.Mul(r, big.NewRat(1_000_000, 1)).Add(r, big.NewRat(1, 2))
	n := new(big.Int).Quo(r.Num(), r.Denom())
	return Micros(n.Int64()), n.IsInt64()
}

// String returns the exact amount with two to six decimals, such as "$1.25" or
// "$0.00534".
func (m Micros) String() string {
	sign, n := split(m)
	s := fmt.Sprintf("%s$%d.%06d", sign, n/1_000_000, n%1_000_000)
	whole := len(s) - len("0000")
	return s[:whole] + strings.TrimRight(s[whole:], "0")
}

// Dollars is the amount as a number, for comparisons.
func (m Micros) Dollars() float64 { return float64(m) / 1e6 }

// Decimal returns the exact amount without the sign of the currency, for tables.
func (m Micros) Decimal() string { return strings.Replace(m.String(), "$", "", 1) }

// Rounded returns the amount to the cent, rounded half up, or "<$0.01" for less
// than half a cent but more than nothing.
func (m Micros) Rounded() string {
	sign, n := split(m)
	cents := (n + 5_000) / 10_000
	if cents == 0 && n > 0 {
		return "<$0.01"
	}
	return fmt.Sprintf("%s$%d.%02d", sign, cents/100, cents%100)
}

func split(m Micros) (sign string, n uint64) {
	if m < 0 {
		return "-", -uint64(m)
	}
	return "", uint64(m)
}
