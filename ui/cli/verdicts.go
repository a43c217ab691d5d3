package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api/text"
	"dubtop/state/journal"
	"dubtop/state/verdict"
	"dubtop/ui/handover"
)

func (w World) verdictsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "verdicts",
		Short: "Read back what a client decided",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(w.importVerdictsCommand())
	return c
}

func (w World) importVerdictsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Save the verdicts that a client made in a hand-over",
		Long: `Reads the file that the page of a hand-over saves (verdicts.json), and saves its
verdicts and notes in the journal of the key's account. A verdict replaces an
earlier one, and dubtop says so; jobs that the client left undecided keep theirs.
Verdicts on jobs that are not in the journal are named and left out.

A dashboard that is open shows them within seconds. It needs no network. With - it
reads standard input.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return w.importVerdicts(c, args[0]) },
	}
	addJSON(c, new(jsonFlag), members(imported{}))
	return c
}

func (w World) importVerdicts(c *cobra.Command, path string) error {
	decisions, err := readVerdicts(c.InOrStdin(), path)
	if err != nil {
		return &Failure{Status: StatusUsage, Code: "verdicts_file", Err: err, Hint: "name the verdicts.json that the page of the hand-over saved"}
	}
	v, found := voiceOf(c), false
	var r imported
	err = w.look(c.Context(), v, func(j *journal.Journal) error {
		found = true
		return errors.Join(j.Writable(), r.save(c.Context(), j, decisions))
	})
	switch {
	case err != nil:
		return err
	case !found, len(r.Saved)+r.Unchanged == 0 && len(decisions) > 0:
		return &Failure{
			Status: StatusError, Code: "unknown_jobs",
			Err:  errors.New("none of the jobs in this file is known to this account; nothing was changed"),
			Hint: "use the API key of the account that the hand-over was made with",
		}
	case v.json:
		return writeJSON(c, r)
	}
	for _, u := range r.Unknown {
		v.warn("not known, and left out: " + cmp.Or(u.File, u.Job))
	}
	return write(c, r.text())
}

// readVerdicts reads a client's file, or standard input for -.
func readVerdicts(in io.Reader, path string) ([]handover.Decision, error) {
	content, err := readUpTo(in, path, handover.LargestVerdicts+1)
	if err != nil {
		return nil, err
	}
	return handover.ReadVerdicts(content)
}

// readUpTo reads the beginning of a file, or of standard input for -.
func readUpTo(in io.Reader, path string, most int64) ([]byte, error) {
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	return io.ReadAll(io.LimitReader(in, most))
}

// imported is what became of a client's verdicts.
type imported struct {
	Saved     []importedJSON `json:"saved"`
	Unchanged int            `json:"unchanged"`
	Undecided int            `json:"undecided"`
	Unknown   []unknownJSON  `json:"unknown"`
}

type importedJSON struct {
	Job     text.Text       `json:"job"`
	Name    text.Text       `json:"name"`
	Verdict verdict.Verdict `json:"verdict"`
	Note    text.Text       `json:"note"`
	Before  verdict.Verdict `json:"before"` // "" for none
}

type unknownJSON struct {
	Job  text.Text `json:"job"`
	File text.Text `json:"file"`
}

// save saves those verdicts that say something new about a known job, all or
// none.
func (r *imported) save(ctx context.Context, j *journal.Journal, decisions []handover.Decision) error {
	*r = imported{Saved: []importedJSON{}, Unknown: []unknownJSON{}}
	ids := make([]string, len(decisions))
	for i := range decisions {
		ids[i] = decisions[i].ID
	}
	names, err := j.JobNames(ctx, ids)
	if err != nil {
		return err
	}
	before, _, err := j.Verdicts(ctx, 0)
	if err != nil {
		return err
	}
	given := make(map[string]verdict.Given)
	for i := range decisions {
		d := &decisions[i]
		name, known := names[d.ID]
		switch {
		case !known:
			r.Unknown = append(r.Unknown, unknownJSON{words(d.ID), d.File})
		case d.Verdict == verdict.None:
			r.Undecided++
		case before[d.ID] == d.Given:
			r.Unchanged++
		default:
			given[d.ID] = d.Given
			r.Saved = append(r.Saved, importedJSON{text.Of(d.ID), name, d.Verdict, d.Note, before[d.ID].Verdict})
		}
	}
	return j.JudgeAll(ctx, given, time.Now())
}

func (r *imported) text() []byte {
	out := []byte(nil)
	if len(r.Saved) > 0 {
		t := columns{titles: []text.Text{"VERDICT", "BEFORE", "JOB", "NOTE"}}
		for _, s := range r.Saved {
			t.add(s.Verdict.Words(), words(s.Before), words(cmp.Or(s.Name, s.Job)), words(s.Note))
		}
		out = append(t.bytes(), '\n')
	}
	line := text.Count(len(r.Saved), "verdict", "verdicts") + " saved"
	for _, more := range []struct {
		n    int
		what string
	}{{r.Unchanged, "unchanged"}, {r.Undecided, "undecided"}, {len(r.Unknown), "not known"}} {
		if more.n > 0 {
			line += text.Sprintf(", %d %s", more.n, more.what)
		}
	}
	return fmt.Appendln(out, line+".")
}
