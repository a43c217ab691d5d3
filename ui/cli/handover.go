package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/journal"
	"dubtop/state/table"
	"dubtop/state/verdict"
	"dubtop/ui/handover"
	"dubtop/ui/handover/pick"
)

// handing selects the jobs to hand over, and how.
type handing struct {
	ids            []string
	set, filter    string
	verdict, title string
	inPlace, costs bool
}

// handed is the answer of the command.
type handed struct {
	Folder  text.Text   `json:"folder"`
	Files   int         `json:"files"`
	Bytes   int64       `json:"bytes"`
	Lacking []text.Text `json:"not_saved"` // names of jobs without a saved file
}

func (w World) handOverCommand() *cobra.Command {
	var h handing
	f := new(format)
	c := &cobra.Command{
		Use:   "hand-over DIR [FILTER...]",
		Short: "Make a folder for a client of saved outputs",
		Long: `Makes a folder with the saved outputs of jobs, a page to watch and approve them
offline, a list and checksums, as H does in the dashboard. Jobs are chosen by a filter
as in dubtop ls, by --set or by --job. DIR must not be there yet; with --in-place the
files are not copied, and DIR must be the folder that has all of them. dubtop verdicts
import reads back what the client decided.

Exit status: 0; 7 it is made, and some jobs have no saved file, which are named; 130
interrupted, and no folder is made; 1 anything else, such as no file at all.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			h := h
			h.filter = strings.Join(args[1:], " ")
			return w.handOver(c, f, args[0], &h)
		},
	}
	addJSON(c, &f.json, members(handed{}))
	c.Flags().StringSliceVar(&h.ids, "job", nil, "ids of jobs")
	c.Flags().StringVar(&h.set, "set", "", "the rows of this set")
	c.Flags().StringVar(&h.verdict, "verdict", "", "only jobs with this verdict: approved, retake or none")
	// This fails only if the flag does not exist.
	_ = c.RegisterFlagCompletionFunc("verdict", cobra.FixedCompletions(verdicts(), cobra.ShellCompDirectiveNoFileComp))
	mustFill(c.Flags(), "job", "set", "verdict") // other clients' files would be chosen
	c.Flags().StringVar(&h.title, "title", "", "heading of the page (default: the label of the jobs)")
	c.Flags().BoolVar(&h.inPlace, "in-place", false, "leave the files where they are, and write page, list and checksums beside them")
	c.Flags().BoolVar(&h.costs, "costs", false, "tell the client the costs")
	return c
}

func (w World) handOver(c *cobra.Command, f *format, dir string, h *handing) error {
	if err := h.check(); err != nil {
		return err
	}
	folder, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	ctx, v := c.Context(), voiceOf(c)
	var p pick.Picked
	err = w.look(ctx, v, func(j *journal.Journal) error {
		p, err = h.pick(ctx, j)
		return err
	})
	switch {
	case err != nil:
		return err
	case len(p.Files) == 0:
		return &Failure{Status: StatusError, Code: "nothing", Err: errors.New("none of these jobs has a saved file to hand over"), Hint: "dubtop download saves them"}
	case h.inPlace && p.Folder != folder:
		return usage("leave --in-place out to copy them", "the folder that has all files is %q", p.Folder)
	}
	line := newProgress(v)
	order := handover.Order{
		Title: h.heading(p.Label), Folder: folder, Files: p.Files, InPlace: h.inPlace, Costs: h.costs,
		Progress: func(done, total int64) {
			line.show(bar(int(done>>10), int(total>>10)) + " " + text.Bytes(done) + " of " + text.Bytes(total))
		},
	}
	var made handover.Result
	err = w.stoppable(ctx, func(ctx context.Context) (err error) {
		if made, err = handover.Make(ctx, order); err != nil {
			return &Failure{Status: StatusError, Code: "hand_over", Err: err, Hint: "choose another folder, or see dubtop help hand-over"}
		}
		return nil
	})
	line.clear()
	if err != nil {
		return err
	}
	return h.tell(c, f, &p, made)
}

// tell prints the result.
func (h *handing) tell(c *cobra.Command, f *format, p *pick.Picked, made handover.Result) error {
	answer := handed{text.Of(made.Folder), made.Files, made.Bytes, p.Lacking}
	err := error(nil)
	if f.json.on {
		err = writeJSON(c, answer)
	} else {
		err = write(c, fmt.Appendf(nil, "%s, %s, in %s\n", text.Count(made.Files, "file", "files"), text.Bytes(made.Bytes), answer.Folder))
	}
	if n := len(p.Lacking); err == nil && n > 0 {
		return &Failure{
			Status: StatusPartly, Code: "not_saved", Hint: "dubtop download saves them",
			Err: fmt.Errorf("%s no saved file: %s", text.Count(n, "job has", "jobs have"), text.Join(p.Lacking[:min(n, mostNamed)], ", ")),
		}
	}
	return err
}

// heading is the heading of the page.
func (h *handing) heading(label text.Text) text.Text {
	switch {
	case h.title != "":
		return text.Of(h.title)
	case label != "":
		return label
	}
	return "Hand-over"
}

// pick finds the saved files of the chosen jobs.
func (h *handing) pick(ctx context.Context, j *journal.Journal) (p pick.Picked, err error) {
	known, err := account.ReadJobs(ctx, j)
	if err != nil {
		return p, err
	}
	if err := known.Collect(ctx); err != nil {
		return p, err
	}
	s := known.Store
	if err := h.names(s); err != nil {
		return p, err
	}
	var jobs []state.Generation
	var view table.View[state.Generation]
	view.Update(&s.Generations, table.Query{Text: h.filter, Figures: s.Figures(), Notes: s.Remarks(), Clock: wallClock{}})
	for i := range view.Len() {
		if g := view.At(i); h.wants(g, s) {
			jobs = append(jobs, *g)
		}
	}
	return pick.Saved(s, jobs), nil
}

// verdicts are the words of --verdict.
func verdicts() []string {
	return []string{string(verdict.Approved), string(verdict.Retake), "none"}
}

// check refuses a filter and a verdict that are not understood.
func (h *handing) check() error {
	if h.verdict != "" && !slices.Contains(verdicts(), h.verdict) {
		return errors.New("--verdict: " + unknownName("verdict", h.verdict, verdicts()))
	}
	return checkFilter(h.filter)
}

// wants reports whether a job has the verdict, and is among those that were named.
func (h *handing) wants(g *state.Generation, s *state.Store) bool {
	m, _ := s.MemberOf(g.Key())
	return (len(h.ids) == 0 || slices.Contains(h.ids, g.Key())) && (h.set == "" || m.Set == h.set) &&
		(h.verdict == "" || h.verdict == cmp.Or(string(g.Verdict()), "none"))
}

// names refuses a set and ids that are not in the journal.
func (h *handing) names(s *state.Store) error {
	if h.set != "" && !s.Sets.Has(h.set) {
		return noSuchSet(h.set)
	}
	var missing account.UnknownJobs
	for _, id := range h.ids {
		if _, ok := s.Generations.Find(id); !ok {
			missing = append(missing, api.ID(id))
		}
	}
	if len(missing) > 0 {
		return unknownJobs(missing)
	}
	return nil
}
