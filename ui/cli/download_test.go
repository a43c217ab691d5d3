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

// fetches counts the requests for outputs.
func (w *works) fetches() (n int) {
	for _, r := range w.account.Requests() {
		if strings.HasPrefix(r.Path, "/out/") {
			n++
		}
	}
	return n
}

// ended adds a completed job.
func (w *works) ended(name string) string {
	return w.account.Add(simulator.Job{Name: name, Status: "COMPLETED", Seconds: 5})
}

// Outputs are saved as the dashboard saves them, and only once.
func TestDownloadSavesOnce(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		dir := t.TempDir()
		one, two := w.ended("one"), w.ended("two")
		got := w.ends("download --dir "+dir+" "+one+" "+two, 0, []string{"saved", "one", "two"}, nil)
		for _, name := range []string{"SHA256SUMS"} {
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
				t.Error(err, got.out)
			}
		}
		files, err := filepath.Glob(filepath.Join(dir, "*", "*.mp4"))
		if more, _ := filepath.Glob(filepath.Join(dir, "*.mp4")); err != nil || len(files)+len(more) != 2 {
			t.Errorf("%v %v", files, more)
		}
		before := w.fetches()
		var answer struct {
			Items []struct{ ID, Result, Path, SHA256 string }
		}
		must(t, json.Unmarshal([]byte(w.ends("download --json --dir "+dir+" "+one+" "+two, 0, nil, nil).out), &answer))
		if len(answer.Items) != 2 || answer.Items[0].Result != "already" || answer.Items[0].SHA256 == "" {
			t.Errorf("%+v", answer)
		}
		w.ends("download --unsaved --dir "+dir, 0, []string{"Nothing is to be saved."}, nil)
		if n := w.fetches(); n != before {
			t.Errorf("%d outputs were fetched again", n-before)
		}
		three := w.ended("three")
		w.ends("download --unsaved --dir "+dir, 0, []string{"saved", three}, nil)
	})
}

func TestDownloadTellsWhatFails(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		dir := t.TempDir()
		good, running, bad := w.ended("good"), w.lasting("running", time.Hour, "COMPLETED"), w.account.Add(simulator.Job{Name: "bad", Status: "FAILED"})
		w.ends("download --dir "+dir+" "+good+" "+running+" "+bad, StatusPartly, []string{"saved", "failed"}, []string{
			"running " + running + " is not saved: it has no output yet", "bad " + bad + " is not saved: it ended without an output", "2 of 3 files could not be saved",
		})
		w.ends("download", StatusUsage, nil, []string{"give ids of jobs, --set NAME or --unsaved"})
		w.ends("download --template {nothing} "+good, StatusUsage, nil, []string{"--template: "})
	})
}

// With automatic saving in the configuration, wait ends when the files are there.
func TestWaitSavesAutomatically(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		dir := t.TempDir()
		w.configure("[output]\nfolder = \"" + dir + "\"\nautomatic = \"all\"\n")
		w.ends("queue drain", 0, nil, nil)
		jobs := w.account.Accepted()
		got := w.ends("wait "+jobs[0].ID, 0, []string{"completed", dir}, nil)
		if files, _ := filepath.Glob(filepath.Join(dir, "*", "*.mp4")); len(files) == 0 {
			if more, _ := filepath.Glob(filepath.Join(dir, "*.mp4")); len(more) == 0 {
				t.Errorf("nothing is saved\n%s", got.out)
			}
		}
	}, "ours")
}

func TestWatchPrintsChanges(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		one, two := w.lasting("one", 40*time.Second, "COMPLETED"), w.lasting("two", 60*time.Second, "FAILED")
		got := w.run("watch --json " + one + " " + two)
		lines := strings.Split(strings.TrimSpace(got.out), "\n")
		last := changeLine{}
		must(t, json.Unmarshal([]byte(lines[len(lines)-1]), &last))
		if got.status != 0 || len(lines) < 4 || last.Status != "failed" || string(last.ID) != two || last.Code != "generation_timeout" {
			t.Errorf("status %d\n%s\n%s", got.status, got.out, got.errors)
		}
		w.ends("watch --exit-status "+two, StatusFailedJob, []string{"  failed  two  " + two}, []string{"the job failed"})
		three := w.lasting("three", 40*time.Second, "COMPLETED")
		w.ends("watch --active", 0, []string{"  pending  three  ", "  processing  three  ", "  completed  three  " + three}, nil)
	})
}

// What ctrl+c interrupts is left, not failed, also if it was begun before; the
// next time goes on with it and saves it.
func TestInterruptedDownloadGoesOnTheNextTime(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		dir := t.TempDir()
		one, two := w.ended("one"), w.ended("two")
		for range 2 {
			w.account.Fault("GET /out/{file}", simulator.Fault{Delay: time.Minute, Times: 2})
			time.AfterFunc(3*time.Second, func() { w.signals <- os.Interrupt })
			got := w.ends("download --dir "+dir+" "+one+" "+two, StatusInterrupted, []string{"left", "interrupted"}, []string{"stopped before everything was saved; the same command goes on"})
			if strings.Contains(got.out, "failed") || strings.Contains(got.out, "is being saved") || strings.Contains(got.out, "cancel") {
				t.Errorf("%+v", got)
			}
			wishes, err := w.j.Wishes(t.Context())
			must(t, err)
			for _, wish := range wishes {
				if wish.Reason != "" {
					t.Errorf("the journal says that it has failed: %s", wish.Reason)
				}
			}
			time.Sleep(2 * time.Minute)
		}
		got := w.ends("download --dir "+dir+" "+one+" "+two, 0, []string{"saved"}, nil)
		if strings.Count(got.out, "saved") != 2 || strings.Contains(got.out, "already") {
			t.Errorf("%+v", got)
		}
	})
}
