package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/journal"
)

func (w World) takeOverCommand() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   "take-over",
		Short: "Send the queue of a restored journal from here",
		Long: `Nothing that waits in a restored journal is sent before this, because the dubtop
that the backup was made of may have sent it since, or be about to: a lock holds on
one machine only. It compares what waits with the account's jobs. What looks like a
job that is there becomes an unknown outcome, which dubtop finds out like any other
and never sends by itself; the rest can then be sent from here. End the other dubtop
first, for good: what both send is paid for twice.

It shows both and asks. Without a terminal it wants --yes. With --json:
  {"backup_at", "waiting", "found"}, where waiting and found are numbers of jobs.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return w.takeOver(c, yes) },
	}
	c.Flags().Bool("json", false, "print JSON, and errors as JSON")
	c.Flags().BoolVar(&yes, "yes", false, "no other dubtop sends from this queue any more")
	return c
}

func (w World) takeOver(c *cobra.Command, yes bool) error {
	v := voiceOf(c)
	return w.owned(c.Context(), v, func(a *login, j *journal.Journal) error {
		_, held, err := j.Restored(c.Context())
		if err != nil {
			return err
		}
		if !held {
			return &Failure{Status: StatusUsage, Code: "not_held", Err: errors.New("there is nothing to take over: the queue of this journal is sent from here"), Hint: "dubtop queue ls shows it"}
		}
		plan, err := a.planTakeOver(c.Context(), j)
		if err != nil {
			return err
		}
		w.showTakeOver(v, &plan)
		if !yes {
			if err := w.agreedTo(c); err != nil {
				return err
			}
			if plan, err = a.planTakeOver(c.Context(), j); err != nil { // the other one may have sent more meanwhile
				return err
			}
		}
		return w.tookOver(c.Context(), c, v, j, &plan)
	})
}

func (a login) planTakeOver(ctx context.Context, j *journal.Journal) (account.TakeOver, error) {
	plan, err := account.PlanTakeOver(ctx, a.client, j)
	if err != nil {
		err = a.named(fmt.Errorf("nothing was changed: what waits can't be compared with the account's jobs: %w", err))
	}
	return plan, err
}

// showTakeOver names what will be sent, and what seems to have been sent.
func (w World) showTakeOver(v voice, t *account.TakeOver) {
	v.warn("this journal is the backup of " + text.Of(t.From.In(w.Zone).Format(time.DateTime)) + ": another dubtop may send what waits in it")
	for i := range t.Made[:min(len(t.Made), warningsMost)] {
		v.warn(words(t.Made[i].Name) + " looks like a job that the account has: it is looked for, and not sent")
	}
	if more := len(t.Made) - warningsMost; more > 0 {
		v.warn(text.Sprintf("and %d more", more))
	}
	if t.Unread > 0 {
		v.warn(text.Count(t.Unread, "job", "jobs") + " of the account could not be read, and may be one of those that wait")
	}
	_, most := mostOf(t.Waiting, "for at most ")
	v.warn(text.Count(len(t.Waiting), "job", "jobs") + " will be sent from here" + most)
}

// agreedTo asks whether no other dubtop sends from the queue any more.
func (w World) agreedTo(c *cobra.Command) error {
	if !w.asks(c.InOrStdin()) {
		return usage("end every other dubtop of this account, then --yes takes the queue over", "nothing was changed")
	}
	if !clearYes(answerTo(c, "Take the queue over? Only if no other dubtop sends from it any more. [y/N] ")) {
		return usage("run it again to be asked again", "nothing was changed")
	}
	return nil
}

func (w World) tookOver(ctx context.Context, c *cobra.Command, v voice, j *journal.Journal, t *account.TakeOver) error {
	err := j.TakeOver(ctx, t.Made)
	if errors.Is(err, journal.ErrTaken) {
		return &Failure{Status: StatusLater, Code: "changed", Err: errors.New("nothing was changed: the queue has changed meanwhile"), Hint: "run it again"}
	}
	if err != nil {
		return err
	}
	if v.json {
		return writeJSON(c, struct {
			From    time.Time `json:"backup_at"`
			Waiting int       `json:"waiting"`
			Found   int       `json:"found"`
		}{t.From, len(t.Waiting), len(t.Made)})
	}
	return write(c, fmt.Appendf(nil, "Taken over: %s, and %s of unknown outcome.\nThe queue is not paused; dubtop queue drain sends it.\n",
		text.Count(len(t.Waiting), "waiting job", "waiting jobs"), text.Count(len(t.Made), "job", "jobs")))
}
