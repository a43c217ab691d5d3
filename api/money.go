package api

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

// Micros is an amount of US dollars in millionths, exact: 1_250_000 is $1.25.
type Micros int64

var decimal = regexp.MustCompile(`^[0-9]{1,40}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,2})?$`)

// ParseMicros reads an amount of dollars such as "1.25" or "3e-3", exactly;
// beyond six decimals it rounds half up. It is false for what is negative, no
// number, or too large to be a price.
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

// String is the exact amount with two to six decimals, such as "$1.25" or
// "$0.00534".
func (m Micros) String() string {
	sign, n := split(m)
	s := fmt.Sprintf("%s$%d.%06d", sign, n/1_000_000, n%1_000_000)
	whole := len(s) - len("0000")
	return s[:whole] + strings.TrimRight(s[whole:], "0")
}

// Rounded is the amount to the cent, half up, and "<$0.01" for what is less
// than half a cent but not nothing.
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
