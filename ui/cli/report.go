package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/journal"
	"dubtop/state/ledger"
)

func (w World) reportCommand() *cobra.Command {
	var day string
	var asJSON jsonFlag
	c := &cobra.Command{
		Use:   "report",
		Short: "Show what was done, failed and spent on a day",
		Long: `Shows the jobs of dubtop that were seen to end on a day: how many are done, how many
failed, and how many of those done are not saved to a file. What was spent is the
cost of the jobs and batches sent on that day, whenever they end. It reads the
journal of the key's account and needs no network. The day is local, and today
unless --day says otherwise. A batch counts by its cost only. late is the number of
jobs after the deadline of their set, null as long as no set has one.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := aDay("day", day); err != nil {
				return err
			}
			if day == "" {
				day = time.Now().In(w.Zone).Format(time.DateOnly)
			}
			return w.report(c, day, asJSON.on)
		},
	}
	c.Flags().StringVar(&day, "day", "", "the local day, such as 2026-11-01")
	mustFill(c.Flags(), "day")
	addJSON(c, &asJSON, members(reportDocument{}))
	return c
}

// reportDocument is the report in JSON.
type reportDocument struct {
	Day     text.Text `json:"day"`
	Done    int       `json:"done"`
	Failed  int       `json:"failed"`
	Unsaved int       `json:"unsaved"` // done, without a file here
	Late    *int      `json:"late"`    // null: no set has a deadline
	Spent   spent     `json:"spent"`   // on jobs and batches sent on the day
	Damage  []damage  `json:"damage"`
}

func (w World) report(c *cobra.Command, day string, asJSON bool) error {
	doc := reportDocument{Day: text.Of(day), Damage: []damage{}}
	var total ledger.Tally
	err := w.look(c.Context(), voiceOf(c), func(j *journal.Journal) (err error) {
		total, err = doc.read(c.Context(), j, w.Zone)
		return err
	})
	if err != nil {
		return err
	}
	doc.Spent = spentIn(&total)
	if asJSON {
		err = writeJSON(c, doc)
	} else {
		err = write(c, doc.text(&total))
	}
	if err == nil && len(doc.Damage) > 0 {
		return &Failure{
			Status: StatusError, Code: "damaged", Err: errors.New("the ledger is damaged, so the report is not reliable"),
			Hint: "dubtop spend --verify names the damaged rows",
		}
	}
	return err
}

// read fills in the report, and returns the spending.
func (d *reportDocument) read(ctx context.Context, j *journal.Journal, zone *time.Location) (ledger.Tally, error) {
	l, harm, err := account.ReadLedger(ctx, j)
	rows, _, unread := j.Entries(ctx)
	files, _, unsaved := j.Files(ctx, 0)
	if err := errors.Join(err, unread, unsaved); err != nil {
		return ledger.Tally{}, err
	}
	d.Damage = damaged(harm)
	saved := make(map[api.ID]bool, len(files))
	for i := range files {
		saved[api.ID(files[i].Job)] = true
	}
	days := ledger.Days{Since: string(d.Day), Until: string(d.Day)}
	for i := range rows {
		e := &rows[i]
		if e.Kind != journal.EntryOutcome || e.Batch || !days.Has(e.At, zone) {
			continue
		}
		switch {
		case e.Failed():
			d.Failed++
		case !saved[e.Job]:
			d.Unsaved++
			d.Done++
		default:
			d.Done++
		}
	}
	return l.Within(days, zone).Total(), nil
}

func (d *reportDocument) text(total *ledger.Tally) []byte {
	var b bytes.Buffer
	line := func(what string, words text.Text) { fmt.Fprintf(&b, "%-9s%s\n", what, words) }
	line("day", d.Day)
	line("done", text.Sprint(d.Done))
	line("failed", text.Sprint(d.Failed))
	line("unsaved", text.Sprint(d.Unsaved))
	if d.Late != nil {
		line("late", text.Sprint(*d.Late))
	}
	line("spent", dollars(total.Amounts().Cost, total.Kind)+" for "+text.Count(total.Jobs, "job", "jobs")+" sent")
	if total.Unknown > 0 {
		line("", "without "+text.Count(total.Unknown, "job", "jobs")+" of unknown cost")
	}
	return b.Bytes()
}
