package simulator

import (
	"fmt"
	"time"
)

// Profile is the age of the API that a Server speaks.
type Profile string

// The profiles. The zero Profile counts as Seed.
const (
	// Seed is the API of June 2026 with what was added later without breaking it:
	// paging, counting, costs, idempotency, the error catalogue.
	Seed Profile = "seed"
	// Strict is the page of June 2026 and nothing else. A later parameter is
	// ignored in silence, a later endpoint is a 404.
	Strict Profile = "strict"
	// Current is the API of autumn 2026.
	Current Profile = "current"
)

// Profiles are all of them, the default first.
func Profiles() []Profile { return []Profile{Seed, Strict, Current} }

// ParseProfile reads the name of a profile; "" is Seed.
func ParseProfile(s string) (Profile, error) {
	switch p := Profile(s); p {
	case "":
		return Seed, nil
	case Seed, Strict, Current:
		return p, nil
	default:
		return "", fmt.Errorf("unknown profile %q: use seed, strict or current", s)
	}
}

// Plan is what the account has subscribed to; see https://sync.so/llms.txt.
type Plan string

// The plans. The zero Plan counts as Creator.
const (
	Free       Plan = "free"
	Hobbyist   Plan = "hobbyist"
	Creator    Plan = "creator"
	Growth     Plan = "growth"
	Scale      Plan = "scale"
	Enterprise Plan = "enterprise"
)

// Plans are all of them, the smallest first.
func Plans() []Plan { return []Plan{Free, Hobbyist, Creator, Growth, Scale, Enterprise} }

// ParsePlan reads the name of a plan; "" is Creator.
func ParsePlan(s string) (Plan, error) {
	switch p := Plan(s); p {
	case "":
		return Creator, nil
	case Free, Hobbyist, Creator, Growth, Scale, Enterprise:
		return p, nil
	default:
		return "", fmt.Errorf("unknown plan %q: use free, hobbyist, creator, growth, scale or enterprise", s)
	}
}

// Concurrency is how many generations may be pending or processing at once
// (https://sync.so/docs/api-reference). An
// enterprise's number is by contract; here it is 40.
func (p Plan) Concurrency() int {
	switch p {
	case Free, Hobbyist:
		return 1
	case Growth:
		return 6
	case Scale:
		return 15
	case Enterprise:
		return 40
	default:
		return 3
	}
}

// MaxSeconds is the longest output that one generation may have.
func (p Plan) MaxSeconds() float64 {
	var d time.Duration
	switch p {
	case Free:
		d = 20 * time.Second
	case Hobbyist:
		d = time.Minute
	case Growth:
		d = 10 * time.Minute
	case Scale:
		d = 30 * time.Minute
	case Enterprise:
		d = 2 * time.Hour
	default:
		d = 5 * time.Minute
	}
	return d.Seconds()
}

// Batches reports whether the plan includes the batch API.
func (p Plan) Batches() bool { return p == Scale || p == Enterprise }

// Discount is the part of the list price that is not charged, in percent.
func (p Plan) Discount() int {
	switch p {
	case Growth:
		return 5
	case Scale, Enterprise:
		return 20
	default:
		return 0
	}
}
