package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/state/journal"
)

// waiting says what a command waits for, and how it tells.
type waiting struct {
	jobs     []api.ID
	set      string // the rows of a set instead
	limit    time.Duration
	format   *format
	list     *listing[followed]
	download *downloading // saves the outputs too; nil leaves that to automatic saving
}

func (w World) waitCommand() *cobra.Command {
	o := waiting{list: followedJobs()}
	c := &cobra.Command{
		Use:   "wait ID... | wait --set NAME",
		Short: "Wait until jobs have ended",
		Long: `Waits until jobs have ended, or all rows of a set, and prints them. Nothing is
sent: rows that wait in the queue are sent by a dashboard or by dubtop queue drain.
The end of the next three jobs is known within two seconds where the server can
tell, and that of others within some five.

With automatic saving or a command for ended jobs in the configuration, their files
are saved and the command has run when it ends.

With --json the answer has "items" and "counts" with jobs, done, failed, running,
waiting (not sent yet) and missing. It is printed also if the time is up.

Exit status: 0 all are completed; 4 the time is up, and some are not done; 5 the job
failed; 7 some of several failed; 3 the key or the plan; 130 interrupted; 1 anything
else, such as a job that the server does not know.`,
		RunE: func(c *cobra.Command, args []string) error {
			o.jobs = idsOf(args)
			if (len(o.jobs) == 0) == (o.set == "") {
				return usage("dubtop ls status:running lists what runs", "give ids of jobs, or --set NAME")
			}
			v := voiceOf(c)
			a, j, err := w.enter(c.Context(), v)
			if err != nil {
				return err
			}
			return w.waitFor(c, a, j, &o)
		},
	}
	o.format = o.list.flags(c)
	c.Flags().StringVar(&o.set, "set", "", "wait for the rows of this set")
	mustFill(c.Flags(), "set")
	c.Flags().DurationVar(&o.limit, "timeout", 0, "stop waiting after this time, such as 20m")
	return c
}

// waitFor waits until jobs have ended, and prints them and what became of them. It
// closes the journal. Its failure has the exit status of the command wait, and says
// for every ending that the jobs are paid for and how they are followed. Commands
// that have sent jobs call it with their ids, or their set.
func (w World) waitFor(c *cobra.Command, a login, j *journal.Journal, o *waiting) error {
	f := w.follow(c, a, j, o.download.change)
	if f.saves = o.download; f.saves != nil {
		f.After = f.save
	}
	f.Jobs, f.Set = o.jobs, o.set
	if f.Set != "" {
		f.Begin = func() ([]account.Work, error) { return nil, f.knowsSet() }
	}
	f.Look = func(time.Time) { f.line.show(f.count().words()) }
	err := w.runFollow(f, o.limit)
	if errors.Is(err, errAtOnce) {
		return &Failure{Status: StatusInterrupted, Code: "interrupted", Err: err, Hint: "what was sent is paid for; dubtop wait " + o.what()}
	}
	if noneSuch(err) {
		return errors.Join(err, f.Account.Close())
	}
	n := f.count()
	printed := o.print(c, f, n)
	closed := f.Account.Close()
	switch {
	case err != nil:
		return o.unfinished(err, f, n)
	case printed != nil:
		return printed
	}
	return errors.Join(o.ended(f, n), journalFailed(closed))
}

// knowsSet returns why a set can't be followed.
func (f *follower) knowsSet() error {
	if f.Set == "" || f.Account.Store.Sets.Has(f.Set) {
		return nil
	}
	return noSuchSet(f.Set)
}

// noSuchSet is the failure for a name that no set has.
func noSuchSet(name string) error {
	return &Failure{Status: StatusError, Code: "not_found", Err: fmt.Errorf("no set is called %q in this journal", name), Hint: "dubtop queue ls and view 5 of the dashboard show the sets"}
}

// ended is how many jobs need no more waiting.
func (n counts) ended() int { return n.Done + n.Failed + n.Missing }

// words tells how far everything is.
func (n counts) words() text.Text {
	said := bar(n.ended(), n.Jobs) + text.Sprintf(" %d of %s ended", n.ended(), text.Count(n.Jobs, "job", "jobs"))
	for _, part := range []struct {
		n    int
		what text.Text
	}{{n.Failed, "failed"}, {n.Running, "running"}, {n.Waiting, "not sent yet"}, {n.Missing, "unknown"}} {
		if part.n > 0 {
			said += text.Sprintf(", %d %s", part.n, part.what)
		}
	}
	return said
}

// print prints the jobs as they are.
func (o *waiting) print(c *cobra.Command, f *follower, n counts) error {
	rows := f.jobs()
	if o.format == nil || len(rows) == 0 && !o.format.json.on {
		return nil
	}
	return o.list.print(c, o.format, all(rows), func() any {
		return struct {
			Counts counts `json:"counts"`
		}{n}
	})
}

// ended returns the failure of jobs that have all ended.
func (o *waiting) ended(f *follower, n counts) error {
	switch {
	case n.Missing > 0:
		return &Failure{
			Status: StatusError, Code: "not_found", Err: errors.New("the server does not know " + names(f.Missing())),
			Hint: "check the ids, and the key that selects the account",
		}
	case n.Failed > 0 && n.Jobs > 1:
		return &Failure{Status: StatusPartly, Code: "failed_jobs", Err: fmt.Errorf("%d of %d jobs failed", n.Failed, n.Jobs), Hint: "the reasons are in the answer; view 1 of dubtop runs them again"}
	case n.Failed > 0:
		why := text.Text("for an unknown reason")
		for _, j := range f.jobs() {
			if j.why() != "" {
				why = j.why()
			}
		}
		return &Failure{Status: StatusFailedJob, Code: "failed_job", Err: errors.New("the job failed: " + string(why)), Hint: "dubtop explains the reason: press enter on the job"}
	}
	return f.unsaved()
}

// unfinished returns the failure of a run that was ended before the jobs were.
func (o *waiting) unfinished(err error, f *follower, n counts) error {
	again := "dubtop wait " + o.what()
	paid := fmt.Sprintf("%d of %d not ended; what was sent is paid for and goes on without dubtop: %s", n.Jobs-n.ended(), n.Jobs, o.named(f))
	switch {
	case errors.Is(err, errTimedOut):
		return &Failure{Status: StatusRunning, Code: "still_running", Err: fmt.Errorf("the time is up: %s", paid), Hint: again}
	case errors.Is(err, errEnded), errors.Is(err, context.Canceled):
		return &Failure{Status: StatusInterrupted, Code: "interrupted", Err: fmt.Errorf("stopped: %s", paid), Hint: again}
	}
	return err
}

// what names the jobs to wait for, as arguments of the command.
func (o *waiting) what() string {
	if o.set != "" {
		return "--set " + quoted(o.set)
	}
	return names(o.jobs)
}

// named names the jobs that have not ended, also those that were never seen.
func (o *waiting) named(f *follower) string {
	var left []api.ID
	for _, id := range f.Followed() {
		if g, seen := f.Account.Store.Generations.Find(string(id)); seen && !g.Status.Terminal() || !seen && !slices.Contains(f.Missing(), id) {
			left = append(left, id)
		}
	}
	if len(left) == 0 {
		return o.what()
	}
	return names(left)
}

// mostNamed is how many ids are named in a sentence.
const mostNamed = 20

// names lists ids with blanks between them.
func names(ids []api.ID) string {
	var all []string
	for i, id := range ids {
		if i == mostNamed {
			all = append(all, fmt.Sprintf("(and %d more)", len(ids)-i))
			break
		}
		all = append(all, string(id))
	}
	return strings.Join(all, " ")
}

// quoted is a name as a shell takes it.
func quoted(name string) string {
	plain := strings.IndexFunc(name, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:", r)
	}) < 0
	if plain && name != "" {
		return name
	}
	return draft.ShellWord(name)
}
