package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/inputs"
	"dubtop/state/jobset"
	"dubtop/state/outbox"
)

// submit is the command of that name.
type submit struct {
	order
	buying

	after                                          afterwards
	again, leaveOut, retryFailed, queueOnly, pilot bool
	run                                            string

	sources inputs.JobSources
	set     jobset.Set
	rows    []*submitRow // of the order, in its order
}

// submitRow is a row of the order, and the submission that it is or becomes.
type submitRow struct {
	row     *jobset.Row
	id      string // of the row in its run
	attempt int
	sub     outbox.Submission // its ID is "" as long as there is none
	joined  bool              // it was agreed to in an earlier call
	refused string            // the refused submission that this attempt follows
}

func (w World) submitCommand() *cobra.Command {
	s := new(submit)
	c := &cobra.Command{
		Use:   "submit",
		Short: "Make jobs, knowing what they cost",
		Long: `Prices the jobs as "dubtop estimate" does, checks the budgets, shows the price and
what it leaves, and asks. After a yes the jobs are in the queue, exactly as from
the dashboard, and are sent as slots become free: by this command, or by the
window or command that already sends. It ends when all of them are accepted, and
prints their ids, one a line. From then on they are paid for, whatever happens
here.

` + orderHelp + `

Without a terminal nobody can be asked: --yes agrees to the price if the budgets
allow it. A soft budget, and a job without a price, also want --confirm with the
exact total or the word "unpriced", as the dashboard wants them typed. --max-usd
agrees to no more than that amount: a guessed price counts with the most that it
may be, and a job without a price is refused.

With --run NAME, running the same command again joins instead of paying again:
a row that was agreed to is not bought twice, whatever became of it. Rows are told
apart by a column "id" (or request_id), or else by their place. A row that has
changed is refused with the difference; new rows are bought. --retry-failed buys
rows again whose job failed or was refused, never one whose outcome is unknown. A
run that this machine does not know is looked for in the account's history;
likely copies are refused without --again. Without --run, running the command
again is a new purchase, and wants --again, because it repeats jobs.

With --wait or --download it goes on as dubtop wait does, and has its exit status:
5 the job failed, 7 some failed or are not saved. The answer is
printed when the jobs are accepted, before the waiting.

In JSON, "jobs" has for each row "row", "name", "submission", "id" of the job (or
null), "state" (waiting, sending, accepted, refused, unknown, dropped), "attempt",
"joined" and "price_usd".

Exit status: 0 all are accepted (with --queue: in the queue); 2 the command line,
or no yes, with the price on standard error; 3 the key or the plan; 6 a budget or
--max-usd; 7 some are not accepted; 75 try again later, such as when the queue is
paused; 130 interrupted; 1 anything else.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.follow(s.do(w, c)) },
	}
	s.order.flags(c)
	s.consent.flags(c)
	s.after.flags(c)
	f := c.Flags()
	f.StringVar(&s.run, "run", "", "name of the run, which joins its rows when it is submitted again")
	mustFill(f, "run")
	f.BoolVar(&s.retryFailed, "retry-failed", false, "with --run: buy rows again whose job failed or was refused")
	f.BoolVar(&s.again, "again", false, "also buy what repeats a job made before")
	f.BoolVar(&s.leaveOut, "leave-out", false, "leave out rows that can't be sent, or repeat others")
	f.BoolVar(&s.pilot, "pilot", false, "send the first; the others wait in the queue until they are resumed")
	f.BoolVar(&s.queueOnly, "queue", false, "only put them into the queue; print the ids of the submissions")
	addJSON(c, new(jsonFlag), members(submitJSON{}))
	return c
}

// do runs the command.
func (s *submit) do(w World, c *cobra.Command) error {
	if err := s.check(); err != nil {
		return err
	}
	return s.during(w, c, func(ctx context.Context, session *account.Account) (lives bool, err error) {
		if err := s.prepare(ctx); err != nil {
			return false, err
		}
		if err := s.buy(ctx); err != nil {
			return false, err
		}
		if s.queueOnly {
			return false, s.report(ctx, nil)
		}
		lives, ended := s.send(ctx, session)
		s.after.stopped = lives || ended != nil
		return lives, s.report(ctx, ended)
	})
}

// check checks the flags.
func (s *submit) check() error {
	if err := s.shape(); err != nil {
		return err
	}
	if err := s.consent.check(); err != nil {
		return err
	}
	switch {
	case s.queueOnly && s.after.wanted():
		return usage("leave --queue out", "--queue sends nothing to wait for")
	case s.run == "" && s.retryFailed:
		return usage("add --run NAME", "--retry-failed belongs to --run")
	case s.run != "" && outbox.SetName(s.run) != s.run:
		return usage(fmt.Sprintf("%q would do", outbox.SetName(s.run)), "--run: the name is one word of letters, digits, dots, - and _, at most %d long", outbox.MaxSetName)
	}
	return nil
}

// prepare reads the rows, joins those that were agreed to, and prices the rest.
func (s *submit) prepare(ctx context.Context) (err error) {
	if s.sources, s.set, err = s.read(ctx, s.world, &s.login, s.j, s.c.InOrStdin()); err != nil {
		return err
	}
	if s.set.Rows, err = s.join(ctx, s.set.Rows); err != nil {
		return err
	}
	p, err := s.world.price(ctx, &s.login, s.j, &s.sources, &s.set, s.again)
	if err != nil {
		return err
	}
	if err := s.fit(&p); err != nil {
		return err
	}
	s.bill, err = s.world.bill(ctx, &s.login, s.j, p)
	return err
}

// fit refuses rows that can't be sent, and those that repeat a job, unless they
// may be left out.
func (s *submit) fit(p *prices) error {
	if err := s.unfit(p); err != nil {
		return err
	}
	if len(p.left) == 0 || s.leaveOut {
		return nil
	}
	twins := 0
	for i := range p.left {
		l := &p.left[i]
		s.voice.warn(words(l.row.Name("")) + ": " + l.why)
		if l.twin {
			twins++
		}
	}
	if twins == len(p.left) {
		return &Failure{
			Status: StatusUsage, Code: "twins", Err: fmt.Errorf("nothing was sent: %s", text.Count(twins, "row repeats a job or another row", "rows repeat jobs or other rows")),
			Hint: "--again buys again, --leave-out leaves such rows out",
		}
	}
	return &Failure{
		Status: StatusUsage, Code: "unfit", Err: fmt.Errorf("nothing was sent: %s", text.Count(len(p.left), "row can't be sent as it is", "rows can't be sent as they are")),
		Hint: "fix them, or --leave-out leaves them out",
	}
}
