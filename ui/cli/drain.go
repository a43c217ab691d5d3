package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/state/account"
	"dubtop/state/journal"
)

func (w World) drainCommand() *cobra.Command {
	var resume, now bool
	c := &cobra.Command{
		Use:   "drain",
		Short: "Send waiting jobs without a screen",
		Long: `Sends the confirmed jobs in the queue as slots become free. It ends when nothing
is left to send and every outcome is known or left for you to decide. Nothing is
sent that was not confirmed, that costs more than confirmed, or that exceeds a
hard budget. Only one process at a time sends from a queue.

It ends when everything is sent, not when the jobs have ended, so it saves no outputs
and runs no command of [hook]. A dashboard or dubtop wait does, also for jobs that
ended in the meantime.

It prints a line for each event and keeps trying while the server can't be
reached. ctrl+c or SIGTERM stops it: it sends nothing more and waits for the
answer to the current request. A second signal stops it at once.

If an answer can't be saved, for example on a full disk, it retries for a minute
and sends nothing else until then. If that fails, it prints the id and ends.

With --json each line is an object with "time" and "event". The first event is
begins. The events of a job are sent, found, refused, waits, no_price, expired,
price_up, paused, not_saved, saved, maybe_charged, and asks if only you can tell
what happened; they have "submission", "name", "price_usd", "credits", "job" and
"words". The events offline, online and opens_later, for jobs that wait for
[queue] start, have "words". The last event is ends, with
the totals, unless another process sends.

Exit status: 0 everything was sent; 7 some jobs are left, listed with what to do;
6 a budget refused; 3 the key or the plan; 75 another process sends, or the queue
is paused; 130 interrupted; 1 anything else, such as an answer that was not saved.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return w.drain(c, resume, now) },
	}
	addJSON(c, new(jsonFlag), nil)
	c.Flags().BoolVar(&resume, "resume", false, "resume a paused queue")
	c.Flags().BoolVar(&now, "now", false, "begin at once, whatever [queue] start says")
	return c
}

func (w World) drain(c *cobra.Command, resume, now bool) error {
	v := voiceOf(c)
	a, err := w.login(v)
	if err != nil {
		return err
	}
	t := teller{command: c, json: v.json, zone: w.Zone}
	j, err := a.open(c.Context(), v)
	if err != nil {
		return err
	}
	if j == nil {
		return t.nothing()
	}
	listed := 0
	count := func(*queued) error { listed++; return nil }
	if err := new(queue).read(c.Context(), j, count); err != nil {
		return journalFailed(errors.Join(err, j.Close()))
	}
	if listed == 0 && !resume {
		return cmp.Or(t.nothing(), journalFailed(j.Close()))
	}
	if err := account.LearnProjects(c.Context(), a.client, j, &a.settings.Guard); err != nil {
		return cmp.Or(a.named(err), j.Close())
	}
	ctx, stop := context.WithCancelCause(c.Context())
	defer stop(nil)
	t.stop = stop
	session := a.session(j, w.Env.Home)
	d := &account.Drain{Account: session, Resume: resume, Now: now, Begin: t.begin, Notice: t.notice}
	result, err := w.run(ctx, stop, v, d)
	if err != nil {
		return err
	}
	// If another process sends, or the journal cannot be read, the queue is
	// unknown.
	if rows := d.Rows(); t.begun || len(rows) > 0 {
		t.end(result.sum)
		tellLeft(v, rows)
	}
	return cmp.Or(a.named(drained(result)), t.failed, journalFailed(session.Close()))
}

// outcome is how a run ended.
type outcome struct {
	sum account.Sum
	err error
}

// errEnded is the cause of a run ended by the user.
var errEnded = errors.New("ended")

// run drains until it is done. The first signal stops it in an orderly way. The
// second one returns an error at once, while the drain may still be running.
func (w World) run(ctx context.Context, stop context.CancelCauseFunc, v voice, d *account.Drain) (o outcome, err error) {
	ended := make(chan outcome, 1)
	drain := func() {
		sum, err := d.Run(ctx)
		ended <- outcome{sum, err}
	}
	end := func() {
		stop(errEnded)
		v.warn("stopping once the current request is answered; a second signal stops at once")
	}
	if !w.untilEnded(drain, end, func() { _ = d.Account.Close() }) {
		return outcome{}, &Failure{
			Status: StatusInterrupted, Code: "interrupted",
			Err:  errors.New("stopped at once: the request being sent may have been charged"),
			Hint: "dubtop queue drain finds out what happened",
		}
	}
	return <-ended, nil
}

// drained returns the failure that tells a script how the run ended.
func drained(o outcome) error {
	sum, err := o.sum, o.err
	left := sum.Left + sum.Refused + sum.Unknown + sum.Unsaved
	switch {
	case err == nil && left == 0:
		return nil
	case err == nil:
		return &Failure{Status: StatusPartly, Code: "left", Err: errors.New(leftWords(sum))}
	case errors.Is(err, errEnded), errors.Is(err, context.Canceled):
		return interrupted(sum, left)
	case errors.Is(err, errOutput):
		return &Failure{Status: StatusError, Code: "output", Err: err}
	case errors.Is(err, account.ErrNotSaved):
		return &Failure{Status: StatusError, Code: "not_saved", Err: err, Hint: "note the id and make room; dubtop queue drain finds out what happened"}
	case errors.Is(err, account.ErrElsewhere):
		return &Failure{Status: StatusLater, Code: "another_sends", Err: err, Hint: "it sends the waiting jobs; end it to send from here"}
	case errors.Is(err, journal.ErrRestored), errors.Is(err, account.ErrPaused):
		return paused(err)
	case errors.Is(err, account.ErrBudget):
		return &Failure{Status: StatusBudget, Code: "budget", Err: err, Hint: "nothing was sent"}
	}
	if _, ok := errors.AsType[*api.Error](err); ok {
		return err
	}
	return &Failure{Status: StatusError, Code: "failed", Err: err}
}

// paused is the failure of sending from a paused queue.
func paused(err error) error {
	switch {
	case errors.Is(err, journal.ErrRestored):
		return restored(err)
	case errors.Is(err, account.ErrPausedByUser):
		return &Failure{Status: StatusLater, Code: "paused", Err: err, Hint: "dubtop queue drain --resume resumes it"}
	}
	return &Failure{Status: StatusLater, Code: "paused", Err: err}
}

// restored is the failure of sending from a journal that was not taken over.
func restored(err error) error {
	return &Failure{Status: StatusLater, Code: "restored", Err: err, Hint: "end the other one, then dubtop journal take-over continues the queue here"}
}

// interrupted returns the failure of a run ended by the user.
func interrupted(sum account.Sum, left int) error {
	said := "stopped before everything was sent; " + leftWords(sum)
	if left == 0 {
		said = "stopped; nothing is left"
	}
	return &Failure{Status: StatusInterrupted, Code: "interrupted", Err: errors.New(said), Hint: "dubtop queue drain continues"}
}

// leftWords counts the submissions that a run left.
func leftWords(s account.Sum) string {
	var said []string
	for _, part := range []struct {
		n    int
		what string
	}{{s.Left, "in the queue"}, {s.Refused, "refused"}, {s.Unknown, "of unknown outcome"}, {s.Unsaved, "not saved"}} {
		if part.n > 0 {
			said = append(said, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	return "left: " + strings.Join(said, ", ")
}
