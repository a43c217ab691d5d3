package purchase

import (
	"fmt"

	"dubtop/api"
	"dubtop/api/text"
)

// Most adds up the most that jobs may cost. It is not known if nothing bounds
// the price of one of them.
func Most(each []*api.Micros) (sum api.Micros, known bool) {
	for _, most := range each {
		if most == nil || *most < 0 || sum > sum+*most {
			return 0, false
		}
		sum += *most
	}
	return sum, true
}

// Exceeds says why jobs may cost more than a limit, or "" if they can't. A price
// that nothing bounds exceeds every limit.
func Exceeds(limit api.Micros, each []*api.Micros) text.Text {
	sum, known := Most(each)
	switch {
	case !known:
		n := 0
		for _, most := range each {
			if most == nil {
				n++
			}
		}
		return text.Of(fmt.Sprintf("the most that %s may cost is not known, so the limit of %s can't be kept", text.Count(n, "job", "jobs"), limit))
	case sum > limit:
		return text.Of(fmt.Sprintf("this may cost %s, and the limit is %s", sum, limit))
	}
	return ""
}
