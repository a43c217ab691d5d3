package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"dubtop/api/simulator"
)

// A hand-over has the saved files of the chosen jobs, and names those without.
func TestHandOverOfSavedFiles(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		dir, out := t.TempDir(), filepath.Join(t.TempDir(), "out")
		one, two := w.ended("one"), w.ended("two")
		w.ends("hand-over "+out, StatusError, nil, []string{"none of these jobs has a saved file", "dubtop download"})
		w.ends("download --dir "+dir+" "+one, 0, nil, nil)
		var answer handed
		got := w.ends("hand-over --json "+out+" one", 0, nil, nil)
		must(t, json.Unmarshal([]byte(got.out), &answer))
		if answer.Files != 1 || answer.Bytes == 0 || len(answer.Lacking) != 0 {
			t.Errorf("%+v", answer)
		}
		for _, name := range []string{"index.html", "manifest.csv", "SHA256SUMS"} {
			if _, err := os.Stat(filepath.Join(out, name)); err != nil {
				t.Error(err)
			}
		}
		w.ends("hand-over --job "+one+","+two+" "+out+"2", StatusPartly, []string{"1 file, "}, []string{"1 job has no saved file: two"})
		w.ends("hand-over "+out+" one", StatusError, nil, []string{"is there already"})
		w.ends("hand-over --verdict approved "+out+"3", StatusError, nil, []string{"none of these jobs"})
	})
}
