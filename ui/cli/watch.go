package cli

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
)

func (w World) watchCommand() *cobra.Command {
	var active, status bool
	c := &cobra.Command{
		Use:   "watch ID... | watch --active",
		Short: "Print a line for each change of jobs",
		Long: `Prints a line with the status of each job, and another for each change, until all
have ended. With --active these are all jobs that run or begin to, until none runs.

With --json each line is an object with "time", "id", "name", "status", "model",
"error_code" and "error". Progress is only shown on a terminal.

Exit status: 0, also if a job failed unless --exit-status is given: then as that of
dubtop wait; 3 the key; 130 interrupted; 1 anything else.`,
		RunE: func(c *cobra.Command, args []string) error {
			ids := idsOf(args)
			if (len(ids) == 0) != active {
				return usage("dubtop ls status:running lists what runs", "give ids of jobs, or --active")
			}
			return w.watch(c, ids, status)
		},
	}
	c.Flags().BoolVar(&active, "active", false, "watch all jobs that run")
	c.Flags().BoolVar(&status, "exit-status", false, "tell by the exit status if a job failed")
	c.Flags().Bool("json", false, "print JSON, one object per line, and errors as JSON")
	return c
}

// changeLine is a change of a job.
type changeLine struct {
	Time   time.Time `json:"time"`
	ID     text.Text `json:"id"`
	Name   text.Text `json:"name"`
	Status text.Text `json:"status"`
	Model  text.Text `json:"model"`
	Code   text.Text `json:"error_code"`
	Error  text.Text `json:"error"`
}

func (w World) watch(c *cobra.Command, ids []api.ID, status bool) error {
	v := voiceOf(c)
	a, j, err := w.enter(c.Context(), v)
	if err != nil {
		return err
	}
	f := w.follow(c, a, j, nil)
	f.Jobs, f.Active = ids, ids == nil
	f.Look = f.changes(w.Zone)
	err = w.runFollow(f, 0)
	o := waiting{jobs: ids}
	switch {
	case errors.Is(err, errAtOnce):
		return &Failure{Status: StatusInterrupted, Code: "interrupted", Err: err, Hint: "the jobs go on without dubtop"}
	case err != nil:
		o.jobs = f.Followed()
		return errors.Join(o.unfinished(err, f, f.count()), f.Account.Close())
	}
	ended := o.ended(f, f.count())
	closed := f.Account.Close()
	if e, ok := errors.AsType[*Failure](ended); ok && !status && (e.Status == StatusPartly || e.Status == StatusFailedJob) {
		ended = nil
	}
	return errors.Join(ended, journalFailed(closed))
}

// changes returns a function that prints the jobs whose status has changed.
func (f *follower) changes(zone *time.Location) func(now time.Time) {
	shown := make(map[api.ID]text.Text)
	var unwritten error
	return func(now time.Time) {
		for _, j := range f.jobs() {
			if was, ok := shown[j.ID]; unwritten != nil || ok && was == j.status() {
				continue
			}
			shown[j.ID] = j.status()
			if unwritten = f.printChange(&j, now, zone); unwritten != nil {
				f.stop(unwritten)
			}
		}
		f.line.show(f.count().words())
	}
}

// printChange prints the status of a job.
func (f *follower) printChange(j *followed, now time.Time, zone *time.Location) error {
	f.line.clear()
	if f.voice.json {
		line, err := jsonLine(changeLine{now.UTC(), text.Of(string(j.ID)), j.Name, j.status(), text.Of(j.Model), j.ErrorCode, j.Error})
		if err != nil {
			return err
		}
		return write(f.command, line)
	}
	said := text.Of(now.In(zone).Format(time.DateTime)) + "  " + j.status() + "  " + words(j.Name) + "  " + text.Of(string(j.ID))
	if j.Status.Troubled() && j.why() != "" {
		said += "  " + j.why()
	}
	return write(f.command, []byte(said+"\n"))
}
