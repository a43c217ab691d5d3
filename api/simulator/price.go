package simulator

import (
	"fmt"
	"strings"
)

// price is money in hundred-thousandths of a dollar, the unit in which list
// prices per frame are whole numbers (https://sync.so/llms.txt).
type price int64

// dollars returns the price as a JSON number.
func (p price) dollars() float64 { return float64(p) / 1e5 }

// String returns a decimal with at least two places, such as 0.50.
func (p price) String() string {
	text := fmt.Sprintf("%d.%05d", p/1e5, p%1e5)
	cut := len(text) - 3 // keep the cents
	return text[:cut] + strings.TrimRight(text[cut:], "0")
}
