package simulator

import (
	"fmt"
	"time"
)

// Profile is the version of the API that a Server imitates.
type Profile string

// The profiles. The zero Profile means Seed.
const (
	// Seed is the API of June 2026 plus the compatible additions made later:
	// paging, counting, costs, idempotency, the error catalogue.
	Seed Profile = "seed"
	// Strict is the API of June 2026 and nothing else. Later parameters are
	// silently ignored, later endpoints are 404s.
	Strict Profile = "strict"
	// Current is the API of autumn 2026.
	Current Profile = "current"
)

// Profiles returns all profiles, the default first.
func Profiles() []Profile { return []Profile{Seed, Strict, Current} }

// ParseProfile parses the name of a profile; "" means Seed.
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

// Plan is the account's subscription; see https://sync.so/llms.txt.
type Plan string

// The plans. The zero Plan means Creator.
const (
	Free       Plan = "free"
	Hobbyist   Plan = "hobbyist"
	Creator    Plan = "creator"
	Growth     Plan = "growth"
	Scale      Plan = "scale"
	Enterprise Plan = "enterprise"
)

// Plans returns all plans, smallest first.
func Plans() []Plan { return []Plan{Free, Hobbyist, Creator, Growth, Scale, Enterprise} }

// ParsePlan parses the name of a plan; "" means Creator.
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

// Concurrency returns how many generations may be pending or processing at once
// (https://sync.so/docs/api-reference). For Enterprise it is subject to
// contract; here it is 40.
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

// MaxSeconds returns the longest output of one generation, in seconds.
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

// Discount returns the discount on the list price, in percent.
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
