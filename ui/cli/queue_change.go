package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/journal"
	"dubtop/state/outbox"
	"dubtop/state/table"
)

// queueChange is a command that changes waiting jobs.
type queueChange struct {
	name, short, done string
	final             bool // asks first
	fits              func(*outbox.QueueRow) bool
	do                func(ctx context.Context, j *journal.Journal, row *outbox.QueueRow) error
}

// queueChanges lists these commands.
func queueChanges() []queueChange {
	waits := func(r *outbox.QueueRow) bool { return r.Place > 0 }
	pause := func(paused bool) func(context.Context, *journal.Journal, *outbox.QueueRow) error {
		return func(ctx context.Context, j *journal.Journal, r *outbox.QueueRow) error {
			return j.PauseItem(ctx, r.ID, paused)
		}
	}
	return []queueChange{
		{name: "pause", short: "Keep jobs in the queue from being sent", done: "paused", fits: waits, do: pause(true)},
		{name: "resume", short: "Let paused jobs be sent, such as those that wait for a pilot", done: "resumed", fits: waits, do: pause(false)},
		{
			name: "drop", short: "Give up jobs in the queue for good; nothing was paid for them", done: "dropped", final: true,
			fits: func(r *outbox.QueueRow) bool { return r.Place > 0 || r.State == outbox.QueueRefused },
			do: func(ctx context.Context, j *journal.Journal, r *outbox.QueueRow) error {
				if r.State == outbox.QueueRefused {
					return j.Dequeue(ctx, r.ID)
				}
				return j.Drop(ctx, r.ID, time.Now())
			},
		},
	}
}

// changed is the shape of their --json.
type changed struct {
	Changed int         `json:"changed"`
	Missed  int         `json:"missed"` // sent or changed elsewhere in the meantime
	Jobs    []text.Text `json:"submissions"`
}

func (w World) queueChangeCommand(q queueChange) *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   q.name + " ID...|FILTER",
		Short: q.short,
		Long: wrap(q.short+`. The jobs are named by the ids of "dubtop queue ls", or by a filter of the dashboard, such as set:season or label:acme. A window or a command that sends obeys at once; a request on its way is not stopped.`) + `

Exit status: 0; 2 nothing matches; 7 some were sent or changed in the meantime;
1 anything else.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return w.changeQueue(c, &q, args, yes) },
	}
	if q.final {
		c.Flags().BoolVar(&yes, "yes", false, "don't ask")
	}
	addJSON(c, new(jsonFlag), members(changed{}))
	return c
}

// changeQueue carries out a change.
func (w World) changeQueue(c *cobra.Command, q *queueChange, args []string, yes bool) error {
	v := voiceOf(c)
	return w.look(c.Context(), v, func(j *journal.Journal) error {
		rows, err := chosenRows(c.Context(), j, args, q.fits)
		if err != nil {
			return err
		}
		if q.final && !yes {
			if err := w.sure(c, v, rows); err != nil {
				return err
			}
		}
		d := changed{Jobs: []text.Text{}}
		for i := range rows {
			err := q.do(c.Context(), j, &rows[i])
			switch {
			case err == nil:
				d.Changed++
				d.Jobs = append(d.Jobs, text.Of(rows[i].ID))
			case errors.Is(err, journal.ErrTaken), errors.Is(err, journal.ErrNotQueued), errors.Is(err, journal.ErrDropped):
				d.Missed++
				v.warn(words(rows[i].Name) + ": " + text.Words(err))
			default:
				return err
			}
		}
		return d.print(c, v, q.done)
	})
}

// print prints how many were changed.
func (d *changed) print(c *cobra.Command, v voice, done string) error {
	err := write(c, fmt.Appendf(nil, "%s %s.\n", text.Count(d.Changed, "job", "jobs"), done))
	if v.json {
		err = writeJSON(c, d)
	}
	if err == nil && d.Missed > 0 {
		err = &Failure{Status: StatusPartly, Code: "missed", Err: fmt.Errorf("%d could not be %s any more", d.Missed, done), Hint: "dubtop queue ls shows what waits"}
	}
	return err
}

// chosenRows returns the rows of the queue that ids or a filter name, and that
// fit.
func chosenRows(ctx context.Context, j *journal.Journal, args []string, fits func(*outbox.QueueRow) bool) (chosen []outbox.QueueRow, err error) {
	snapshot, err := account.Snapshot(ctx, j, 0)
	if err != nil {
		return nil, err
	}
	var box outbox.Outbox
	box.Load(snapshot)
	named, err := namedRows(box.Rows(), args)
	if err != nil {
		return nil, err
	}
	for i := range named {
		if fits(&named[i]) {
			chosen = append(chosen, named[i])
		}
	}
	if len(chosen) == 0 {
		return nil, usage("dubtop queue ls shows what waits", "nothing in the queue matches %q", strings.Join(args, " "))
	}
	return chosen, nil
}

// namedRows returns the rows that ids name, or else those that a filter matches
// as in the dashboard. An id that no row has is refused, also among others.
func namedRows(rows []outbox.QueueRow, args []string) (named []outbox.QueueRow, err error) {
	byID := make(map[string]*outbox.QueueRow)
	for i := range rows {
		byID[rows[i].ID] = &rows[i]
	}
	var wrong []string
	for i, id := range args {
		switch r := byID[id]; {
		case r == nil:
			wrong = append(wrong, id)
		case !slices.Contains(args[:i], id): // named twice, it is changed once
			named = append(named, *r)
		}
	}
	filter := strings.Join(args, " ")
	switch {
	case len(named) > 0 && len(wrong) > 0:
		return nil, usage("dubtop queue ls shows what waits", "nothing in the queue matches %q; nothing was changed", wrong[0])
	case len(named) > 0:
		return named, nil
	case strings.TrimSpace(filter) == "":
		return nil, usage("dubtop queue ls shows the ids", "the filter is empty")
	}
	if mistake := new(outbox.QueueRow).Vocabulary().CheckWhole(filter); mistake != nil {
		return nil, usage("dubtop queue ls shows what waits", "nothing in the queue matches: %s", mistake.Error())
	}
	var all table.Collection[outbox.QueueRow]
	all.Recall(rows)
	var view table.View[outbox.QueueRow]
	view.Update(&all, table.Query{Text: filter})
	for i := range view.Len() {
		named = append(named, *view.At(i))
	}
	return named, nil
}

// sure asks before something final.
func (w World) sure(c *cobra.Command, v voice, rows []outbox.QueueRow) error {
	for i := range rows[:min(len(rows), warningsMost)] {
		fmt.Fprintln(v.out, " ", words(rows[i].Name))
	}
	said := text.Count(len(rows), "job", "jobs")
	if !w.asks(c.InOrStdin()) {
		return usage("--yes drops them", "nothing was dropped: %s", said)
	}
	if !clearYes(answerTo(c, string("Drop "+said+"? [y/N] "))) {
		return usage("run it again to be asked again", "nothing was dropped")
	}
	return nil
}

// pauseAllCommand pauses the whole queue, or resumes it.
func (w World) pauseAllCommand(name, short string, pause bool) *cobra.Command {
	c := &cobra.Command{
		Use: name, Short: short, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return w.look(c.Context(), voiceOf(c), func(j *journal.Journal) error {
				if err := j.PauseQueue(c.Context(), pause); errors.Is(err, journal.ErrRestored) {
					return restored(err)
				} else if err != nil {
					return err
				}
				var b bytes.Buffer
				fmt.Fprintf(&b, "The queue is %s.\n", map[bool]string{true: "paused", false: "not paused"}[pause])
				return write(c, b.Bytes())
			})
		},
	}
	return c
}

// queueAddCommand is submit that sends nothing.
func (w World) queueAddCommand() *cobra.Command {
	c := w.submitCommand()
	c.Use, c.Short = "add", "Price and confirm jobs, and put them into the queue, without sending any"
	_ = c.Flags().Set("queue", "true") // it is a flag of the command
	c.Flags().Lookup("queue").Hidden = true
	return c
}
