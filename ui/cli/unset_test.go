package cli

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"dubtop/api/simulator"
)

// A variable of a script that is not set does not choose everything, and lifts no
// limit.
func TestUnsetVariablesRefuse(t *testing.T) {
	drains(t, simulator.Options{Slots: 9}, func(t *testing.T, w *works) {
		set := w.lists("rows.csv", w.unlike(1), w.unlike(2))
		w.ends("queue add --yes --run a --set "+set, 0, nil, []string{"2 jobs"})
		for _, args := range [][]string{
			{"queue", "resume", ""},
			{"queue", "drop", "--yes", " "},
			{"queue", "drop", "--yes", "label:"},
			{"queue", "drop", "--yes", "or"},
			{"queue", "drop", "--yes", "cost:>"},
			{"queue", "drop", "--yes", "cost:many"},
			{"queue", "drop", "--yes", w.id("out_1"), "nosuch"},
			{"ls", "label:"},
			{"ls", "cost:>"},
			{"submit", "--yes", "--max-usd", "", "--run", "b", "--set", set},
			{"submit", "--yes", "--run", "", "--again", "--set", set},
			{"submit", "--yes", "--label", "", "--run", "b", "--again", "--set", set},
			{"submit", "--yes", "--confirm", "", "--run", "b", "--set", set},
			{"estimate", "--run", "", "--set", set},
			{"spend", "--since", ""},
			{"spend", "--label", ""},
			{"spend", "--project", ""},
			{"spend", "--until", " "},
			{"report", "--day", ""},
			{"ls", "--view", ""},
			{"wait", "--set", ""},
			{"download", "--set", ""},
			{"hand-over", "--set", "", "out"},
			{"hand-over", "--job", "", "out"},
			{"hand-over", "--verdict", "", "out"},
		} {
			root := &cobra.Command{Use: "dubtop"}
			root.AddCommand(Commands(w.world.WithAccounts(root))...)
			var out, errs bytes.Buffer
			if status := Run(root, slices.Clone(args), &out, &errs); status != StatusUsage {
				t.Errorf("%q: %d %s%s", args, status, &out, &errs)
			}
		}
		w.paid(0)
		if got := w.run("queue ls"); !strings.Contains(got.out, "2 waiting, ") {
			t.Errorf("%+v", got)
		}
	})
}

// A set that is named in full is that set, not also those of longer names.
func TestQueueChangesOnlyTheSetThatIsNamed(t *testing.T) {
	drains(t, simulator.Options{Slots: 9}, func(t *testing.T, w *works) {
		w.ends("queue add --yes --run a --set "+w.lists("one.csv", w.unlike(1)), 0, nil, []string{"1.05"})
		w.ends("queue add --yes --run a-2 --set "+w.lists("two.csv", w.unlike(2)), 0, nil, []string{"1.10"})
		w.says("queue drop --yes set:a", "1 job dropped.\n")
		w.says("queue pause cost:>0.01", "1 job paused.\n")
	})
}
