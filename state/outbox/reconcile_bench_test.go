package outbox

import (
	"fmt"
	"testing"
	"time"

	"dubtop/api"
)

// BenchmarkReconcile3kUnknown measures a change and a look with 3,000 unknown
// outcomes.
func BenchmarkReconcile3kUnknown(b *testing.B) {
	const many = 3000
	var subs []Submission
	var jobs []api.Generation
	for i := range many {
		subs = append(subs, unknown(b, fmt.Sprint("s", i), i, time.Duration(i)*time.Second))
		jobs = append(jobs, takeJob(fmt.Sprint("j", i), i, time.Duration(i)*time.Second+time.Second))
	}
	now := noon.Add(2 * time.Hour)
	var r Reconciler
	r.Track(subs)
	b.Run("track", func(b *testing.B) {
		for b.Loop() {
			r.Track(subs)
		}
	})
	b.Run("look", func(b *testing.B) {
		for b.Loop() {
			r.Looked(Step{Kind: StepLook, Since: noon.Add(-time.Hour), At: now}, jobs, 0)
		}
	})
	b.Run("resolve", func(b *testing.B) {
		for b.Loop() {
			for _, n := range r.intents {
				*n = intent{sub: n.sub, wanted: n.wanted, fits: n.fits, fitsOf: n.fitsOf}
			}
			r.promised, r.stale = make(map[api.ID]*intent), true
			r.Next(now)
		}
	})
	b.Run("next", func(b *testing.B) {
		for b.Loop() {
			r.Next(now)
		}
	})
}
