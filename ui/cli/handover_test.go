package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
		w.ends("hand-over --job "+one+","+two+" "+out+"2", StatusPartly, []string{"1 file, ", "2\n"}, []string{"1 job has no saved file: two"})
		w.ends("hand-over "+out+" one", StatusError, nil, []string{"is there already"})
		w.ends("hand-over --verdict approved "+out+"3", StatusError, nil, []string{"none of these jobs"})
	})
}

// A filter that is not understood is refused as dubtop ls refuses it, and one that
// is understood means the same.
func TestHandOverChoosesAsLsDoes(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		dir, out := t.TempDir(), filepath.Join(t.TempDir(), "out")
		one, two := w.ended("one"), w.ended("two")
		w.ends("download --dir "+dir+" "+one+" "+two, 0, nil, nil)
		for filter, want := range map[string]string{
			"cost:>x":                "the filter: ",
			"--verdict aproved":      `--verdict: no verdict is called "aproved"; approved?`,
			"--job nope":             "no job is called nope; dubtop ls lists the jobs",
			"--job " + one + ",nope": "no job is called nope; dubtop ls lists the jobs",
			"--set nowhere":          `no set is called "nowhere"`,
		} {
			got := w.run("hand-over " + out + " " + filter)
			if got.status == 0 || got.status == StatusPartly || got.out != "" || !strings.Contains(got.errors, want) {
				t.Errorf("%s: status %d\n%s%s", filter, got.status, got.out, got.errors)
			}
			if usage := strings.HasPrefix(want, "the filter") || strings.HasPrefix(want, "--"); usage && got.status != StatusUsage {
				t.Errorf("%s: status %d", filter, got.status)
			}
		}
		for filter, files := range map[string]int{"one or two": 2, "age:<1h": 2, "age:>1h": 0, "one or two --verdict approved": 0, "one or two --verdict none": 2} {
			got := w.run("hand-over --json " + out + strings.Map(letters, filter) + " " + filter)
			var answer handed
			if files > 0 {
				must(t, json.Unmarshal([]byte(got.out), &answer))
			}
			if answer.Files != files || files == 0 && got.status != StatusError {
				t.Errorf("%s: status %d\n%s%s", filter, got.status, got.out, got.errors)
			}
		}
		time.Sleep(2 * time.Hour)
		w.ends("hand-over "+out+"young age:<1h", StatusError, nil, []string{"none of these jobs"})
		w.ends("hand-over "+out+"old age:>1h", 0, []string{"2 files"}, nil)
	})
}

// letters leaves out what is no letter.
func letters(r rune) rune {
	if r < 'a' || r > 'z' {
		return -1
	}
	return r
}
