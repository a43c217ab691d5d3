package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// After acceptance submit can wait for its jobs and save their outputs. Run again
// it joins, waits and pays nothing. Stopped, it says how to go on.
func TestSubmitWaitsAndSaves(t *testing.T) {
	drains(t, simulator.Options{Slots: 9, Profile: simulator.Current}, func(t *testing.T, w *works) {
		set, dir := w.lists("rows.csv", w.unlike(1), w.unlike(2)), t.TempDir()
		line := "submit --yes --run season --set " + set
		time.AfterFunc(15*time.Second, func() { w.signals <- os.Interrupt })
		w.ends(line+" --wait", StatusInterrupted, nil, []string{"is paid for", "dubtop wait "})
		got := w.run(line + " --download=" + dir)
		if got.status != 0 || len(strings.Fields(got.out)) != 2 {
			t.Errorf("status %d\n%s\n%s", got.status, got.out, got.errors)
		}
		files, _ := filepath.Glob(filepath.Join(dir, "*.mp4"))
		more, _ := filepath.Glob(filepath.Join(dir, "*", "*.mp4"))
		if len(files)+len(more) != 2 {
			t.Errorf("%v %v", files, more)
		}
		w.paid(2)
		w.ends("submit --yes --queue --wait --set "+set, StatusUsage, nil, []string{"--queue sends nothing to wait for"})
	})
}
