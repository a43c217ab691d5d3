package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api/simulator"
)

// A set is waited for and saved by its name; rows that are not sent yet count.
func TestSetsAreFollowedByName(t *testing.T) {
	drains(t, simulator.Options{Slots: 9, Profile: simulator.Current}, func(t *testing.T, w *works) {
		dir := t.TempDir()
		w.ends("submit --yes --run season --set "+w.lists("rows.csv", w.unlike(1), w.unlike(2), w.unlike(3)), 0, nil, []string{"3 jobs are accepted"})
		got := w.ends("wait --json --set season", 0, []string{`"jobs": 3`, `"done": 3`}, nil)
		if n := strings.Count(got.out, `"status":"completed"`); n != 3 {
			t.Errorf("%d completed\n%s", n, got.out)
		}
		w.ends("download --set season --dir "+dir, 0, []string{"saved"}, nil)
		flat, _ := filepath.Glob(filepath.Join(dir, "*.mp4"))
		deep, _ := filepath.Glob(filepath.Join(dir, "*", "*.mp4"))
		if len(flat)+len(deep) != 3 {
			t.Errorf("%v %v", flat, deep)
		}
		w.run("submit --yes --pilot --again --run late --set " + w.lists("late.csv", w.unlike(4), w.unlike(5)))
		w.ends("wait --timeout 10m --json --set late", StatusRunning, []string{`"jobs": 2`, `"done": 1`, `"waiting": 1`}, []string{"the time is up", "dubtop wait --set late"})
	})
}

// A reader of watch that has gone ends it at once and without a word.
func TestWatchOfABrokenPipeIsQuiet(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		id := w.lasting("long", time.Hour, "COMPLETED")
		for _, args := range [][]string{{"watch", id}, {"watch", "--json", id}, {"watch", "--active"}} {
			root := &cobra.Command{Use: "dubtop"}
			root.AddCommand(Commands(w.world)...)
			var errs bytes.Buffer
			began := time.Now()
			status := Run(root, args, gone{}, &errs)
			if took := time.Since(began); status != StatusPipe || errs.Len() > 0 || took > 30*time.Second {
				t.Errorf("%v: status %d after %v, %q", args, status, took, errs.String())
			}
		}
	})
}
