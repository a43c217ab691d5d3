package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"dubtop/api/simulator"
)

// film and line are links of the simulated storage.
func (w *works) film(seconds int) string {
	return fmt.Sprintf("%s/media/talk_%ds.mp4", w.account.StorageURL(), seconds)
}

func (w *works) line(seconds int) string {
	return fmt.Sprintf("%s/media/line_%ds.wav", w.account.StorageURL(), seconds)
}

// lists writes a table of jobs, and returns its path.
func (w *works) lists(name string, rows ...string) string {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), name)
	must(w.t, os.WriteFile(path, []byte("id,video,audio,name\n"+strings.Join(rows, "\n")+"\n"), 0o600))
	return path
}

// unlike is a row of such a table, of another length than others.
func (w *works) unlike(n int) string {
	return fmt.Sprintf("r%d,%s,%s,out_%d", n, w.film(30+n), w.line(20+n), n)
}

func TestEstimate(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		one := "estimate --video " + w.film(28) + " --audio " + w.line(25)
		w.configure("[budget]\ndaily = 20\n")
		w.ends(one, 0, []string{
			"This will cost $1.25 at list price\n", "  model: lipsync-2\n", "  length: 25 s of output\n", "budget: daily $20.00", "$18.75 left after this", "  balance: $",
		}, nil)
		var got struct {
			Version, Jobs, Unpriced int
			Price                   float64 `json:"price_usd"`
			Most                    float64 `json:"at_most_usd"`
			Budget                  string
			Rows                    []struct {
				Row, Name, Model string
				Price            float64 `json:"price_usd"`
				Left             string  `json:"left_out"`
			}
		}
		must(t, json.Unmarshal([]byte(w.run(one+" --json").out), &got))
		if got.Version != shape || got.Jobs != 1 || got.Price != 1.25 || got.Most != 1.25 || got.Budget != "ok" || len(got.Rows) != 1 || got.Rows[0].Model != "lipsync-2" {
			t.Errorf("in JSON: %+v", got)
		}
		set := w.lists("rows.csv", w.unlike(1), w.unlike(2), w.unlike(2)+"x", "r4,"+w.film(9)+",https://no.invalid/x.wav,")
		w.ends("estimate --set "+set, StatusPartly, []string{"ROW  NAME", "out_1", "2 jobs of up to $1.10 = $2.15", "left out: out_2x: the same as row 2", "left out: talk_9s: audio: "},
			[]string{"2 rows are left out"})
		w.configure("[budget]\ndaily = \"1.00 hard\"\n")
		w.ends(one, StatusBudget, []string{"This will cost $1.25", "budget: the daily budget is $1.00"}, []string{"not within the budget"})
		if n := len(w.account.Accepted()); n > 0 {
			t.Errorf("an estimate sent %d jobs", n)
		}
	})
}

func TestOrdersThatMakeNoSense(t *testing.T) {
	drains(t, simulator.Options{}, func(t *testing.T, w *works) {
		for line, want := range map[string]string{
			"":                                     "nothing says what to make",
			"--set x.csv --video y.mp4":            "exclude each other",
			"--video a.mp4 --image b.png":          "exclude each other",
			"--tracks x --video a.mp4":             "belong to --set",
			"--set none.csv":                       "none.csv",
			"--set none.csv --template {x}":        "--template",
			"--video " + w.film(9) + " --option x": "has no value",
			"--video " + w.film(9) + " --option sync_mood=loop":             "has no option",
			"--video " + w.film(9):                                          "audio",
			"--video " + w.film(9) + " --audio none.wav":                    "none.wav",
			"--video " + w.film(9) + " --project none --audio " + w.line(9): "project",
			"-f none.json": "can't be read",
		} {
			for _, command := range []string{"estimate ", "submit --yes "} {
				if !slices.ContainsFunc(Commands(w.world), func(c *cobra.Command) bool { return c.Name() == strings.Fields(command)[0] }) {
					continue
				}
				got := w.run(command + line)
				if got.status != StatusUsage || got.out != "" || !strings.Contains(got.errors, want) || !strings.Contains(got.errors, ";") {
					t.Errorf("%s: %+v, want %q", command+line, got, want)
				}
			}
		}
		if n := len(w.account.Accepted()); n > 0 {
			t.Errorf("%d were accepted", n)
		}
	})
}
