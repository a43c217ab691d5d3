package cli

import (
	"testing"
	"time"

	"dubtop/api/simulator"
)

// An id that the server does not know ends a command at once, also beside jobs
// that run: a typo must not cost a night.
func TestUnknownJobsEndCommandsAtOnce(t *testing.T) {
	for _, o := range []simulator.Options{{Profile: simulator.Current}, {Profile: simulator.Seed}, {}} {
		drains(t, o, func(t *testing.T, w *works) {
			long, done := w.lasting("long", 8*time.Hour, "COMPLETED"), w.ended("done")
			const uuid = "00000000-0000-4000-8000-000000000000"
			for _, command := range []string{"wait ", "watch ", "download "} {
				for _, unknown := range []string{"nope", uuid} {
					for _, ids := range []string{unknown, long + " " + unknown, unknown + " " + done} {
						began := time.Now()
						w.ends(command+ids, StatusError, nil, []string{"no job is called " + unknown + "; dubtop ls lists the jobs"})
						if took := time.Since(began); took > 5*time.Second {
							t.Errorf("%s%s took %v", command, ids, took)
						}
					}
				}
			}
			w.ends("wait nope "+uuid, StatusError, nil, []string{"no job is called nope, " + uuid})
		})
	}
}
