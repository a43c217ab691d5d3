package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/jobset"
	"dubtop/state/outbox"
	"dubtop/state/purchase"
	"dubtop/state/tasks"
)

// batchSubmit is the command "batch submit".
type batchSubmit struct {
	buying
	path  string
	like  draft.Draft // the webhook and the label
	again bool

	sub  outbox.Submission
	last account.Notice // about it
}

func (w World) batchSubmitCommand() *cobra.Command {
	var s batchSubmit
	c := &cobra.Command{
		Use:   "submit FILE",
		Short: "Send a file of JSON lines as a batch",
		Long: `Makes a batch of a file with 20 to 500 lines, one request each, as N does in view 2
of the dashboard. The file is checked line by line, then by the server in a dry
run, which is free, then priced and weighed against the budgets, and then there is
the question. After a yes it is sent once. It prints the id of the batch, which is
paid for from then on.

Its jobs count for the budget of --label, and for that of the project that all of
its lines name; the file itself is sent as it is. If a project has a budget, a file
whose lines are in several is refused.

Nothing is ever sent again by itself. If the same file was, or may have been, sent
before, the command says when, and wants --again to make it and pay for it again.
A batch that the server can't take now is not kept: run the command again later.

Without a terminal nobody can be asked: --yes agrees to the price if the budgets
allow it. A soft budget, and a file in which a job has no price, also want
--confirm with the exact total or the word "unpriced". --max-usd agrees to no more
than that amount; a file with a job whose price is a guess is refused then,
because nothing tells the most that it may cost.

Exit status: 0 accepted; 2 the command line, a file that can't be sent, or no yes,
with the price on standard error; 3 the key or the plan; 6 a budget or --max-usd; 7
the outcome is unknown, and it may have been charged; 75 try again later, such as
when too many batches run; 130 interrupted; 1 anything else.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s := s
			s.path = args[0]
			return s.do(w, c)
		},
	}
	s.flags(c)
	c.Flags().StringVar(&s.like.WebhookURL, "webhook", "", "https link called when the batch ends")
	c.Flags().StringVar(&s.like.Label, "label", "", "label for your own records and their budget, never sent")
	mustFill(c.Flags(), "label")
	c.Flags().BoolVar(&s.again, "again", false, "also send a file that was sent before")
	addJSON(c, new(jsonFlag), members(batchJSON{}))
	return c
}

// do runs the command.
func (s *batchSubmit) do(w World, c *cobra.Command) (err error) {
	if err := s.check(); err != nil {
		return err
	}
	if s.path, err = filepath.Abs(s.path); err != nil {
		return err
	}
	return s.during(w, c, func(ctx context.Context, session *account.Account) (lives bool, err error) {
		if err := s.price(ctx); err != nil {
			return false, err
		}
		if err := s.agree(s.world, s.c); err != nil {
			return false, err
		}
		if err := s.confirm(ctx); err != nil {
			return false, err
		}
		lives, ended := s.send(ctx, session)
		return lives, s.report(ctx, ended)
	})
}

// price checks and prices the file.
func (s *batchSubmit) price(ctx context.Context) error {
	// What a process that died was sending counts as unknown from here on.
	if _, err := s.j.Recover(ctx, time.Now()); err != nil {
		return journalFailed(err)
	}
	if p := s.like.Check(draft.FieldLabel, draft.CheckEnv{}); p.Blocks() {
		return usage("choose a shorter one", "--label: %s", p.Words)
	}
	check := &tasks.BatchCheck{
		Client: s.login.client, Journal: s.j, Path: s.path, Webhook: s.like.WebhookURL, Label: s.like.Label, Guard: &s.login.settings.Guard,
	}
	sub, found, err := check.Run(ctx)
	switch {
	case slices.ContainsFunc(check.Sent, func(f outbox.SentFile) bool { return f.UnderWay() }):
		return &Failure{Status: StatusLater, Code: "under_way", Err: err, Hint: "dubtop batch ls shows it once it is accepted"}
	case err != nil:
		return s.unpriced(err)
	case !found.None() && !found.Mild:
		return s.unfit(found)
	}
	if err := s.before(check.Sent); err != nil {
		return err
	}
	p := priced{row: &jobset.Row{Number: 1}, Priced: inputs.Priced{Submission: sub}}
	for _, words := range found.Words {
		p.Warnings = append(p.Warnings, string(words))
	}
	if cost := sub.Price.Cost; !sub.Price.Approximate {
		p.Most = cost
	}
	s.bill, err = s.world.bill(ctx, &s.login, s.j, prices{jobs: []priced{p}})
	return err
}

// unfit tells of the problems of a file, and returns the failure.
func (s *batchSubmit) unfit(found tasks.BatchProblems) error {
	for _, words := range found.Words {
		s.voice.warn(words)
	}
	if found.More > 0 {
		s.voice.warn(text.Sprintf("and %d more", found.More))
	}
	return &Failure{Status: StatusUsage, Code: "unfit", Err: errors.New(string(found.Title())), Hint: "fix the file"}
}

// unpriced returns the failure for a file that could not be checked or priced.
func (s *batchSubmit) unpriced(err error) error {
	if e, ok := errors.AsType[*api.Error](err); ok && e.Kind != api.KindInvalid || errors.Is(err, context.Canceled) {
		return s.login.named(err)
	}
	return usage("fix the file", "nothing was sent: %w", err)
}

// before tells of earlier batches of the same file, and refuses another one
// unless it is wanted.
func (s *batchSubmit) before(sent []outbox.SentFile) error {
	for i := range sent {
		s.voice.warn(sent[i].Words(time.Now()))
	}
	if len(sent) == 0 || s.again {
		return nil
	}
	return &Failure{Status: StatusUsage, Code: "twins", Err: errors.New("nothing was sent: a batch was made from this file before"), Hint: "--again makes another one and pays for it"}
}

// confirm confirms the batch, if the budgets still allow it.
func (s *batchSubmit) confirm(ctx context.Context) error {
	now := time.Now()
	if _, err := s.still(ctx, now); err != nil {
		return err
	}
	agreed, err := purchase.Agree(s.bill.submissions(), now)
	if err != nil {
		return &Failure{Status: StatusError, Code: "not_sent", Err: fmt.Errorf("nothing was sent: %w", err), Hint: "run it again to get a new price"}
	}
	s.sub = agreed[0]
	return nil
}

// send sends the batch once, and looks for it if the answer is lost. lives is set
// if that goes on in the background, because the user would not wait.
func (s *batchSubmit) send(ctx context.Context, session *account.Account) (lives bool, ended error) {
	d := &account.Drain{Account: session, Follow: []string{s.sub.ID}, Directly: &s.sub, Notice: s.notice}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	o, err := s.world.run(ctx, stop, s.voice, d)
	switch {
	case err != nil:
		return true, err
	case o.err == nil:
		return false, nil
	}
	return false, s.login.named(drained(o))
}

// notice takes in what happens to the batch.
func (s *batchSubmit) notice(n account.Notice) {
	if n.Submission == s.sub.ID {
		s.last = n
	}
	if n.Submission == s.sub.ID && n.Kind != account.NoticeSent || n.Submission == "" {
		s.voice.warn(told(n))
	}
}

// batchJSON is the shape of batch submit --json.
type batchJSON struct {
	ID         *text.Text `json:"id"` // of the batch
	Submission text.Text  `json:"submission"`
	State      text.Text  `json:"state"` // accepted, refused, waiting (it was not sent), unknown
	Jobs       int        `json:"jobs"`
	Price      *usd       `json:"price_usd"`
	Reason     text.Text  `json:"reason"`
	Follow     text.Text  `json:"follow"`
}

// report prints what became of the batch, as the journal has it, and returns what
// the exit status tells.
func (s *batchSubmit) report(ctx context.Context, ended error) error {
	subs, err := s.j.SubmissionsByID(context.WithoutCancel(ctx), []string{s.sub.ID})
	if err != nil {
		return cmp.Or(ended, journalFailed(err))
	}
	sub, begun := subs[s.sub.ID]
	if !begun { // nothing was to be saved, since nothing was sent
		sub = s.sub
		sub.Reason = s.last.Words
	}
	d := batchJSON{
		Submission: text.Of(sub.ID), State: stateWord(sub.State), Jobs: sub.BatchLines, Price: (*usd)(sub.Price.Cost), Reason: sub.Reason,
		Follow: "dubtop queue ls",
	}
	if id := sub.Job(); id != "" {
		d.ID, d.Follow = new(text.Of(string(id))), "dubtop batch get "+text.Of(string(id))
	}
	switch {
	case s.voice.json:
		err = writeJSON(s.c, d)
	case d.ID != nil:
		err = write(s.c, []byte(*d.ID+"\n"))
	}
	if d.ID != nil {
		words := text.Sprintf("the batch of %s is accepted and paid for", text.Count(d.Jobs, "job", "jobs"))
		s.voice.say("accepted", said{Code: "accepted", Message: words, Hint: d.Follow + " follows"})
	}
	return cmp.Or(err, d.outcome(ended))
}

// outcome returns the error that sets the exit status.
func (d *batchJSON) outcome(ended error) error {
	switch {
	case d.State == stateAccepted:
		return nil
	case d.State == "unknown", d.State == "sending":
		why := errors.New("the outcome is unknown, and it may have been charged")
		if f, ok := errors.AsType[*Failure](ended); ok && f.Status == StatusInterrupted {
			return &Failure{Status: f.Status, Code: f.Code, Err: why, Hint: "dubtop queue drain looks for the batch; it is not sent again"}
		}
		return &Failure{Status: StatusPartly, Code: "unknown", Err: why, Hint: "dubtop queue ls shows it; an unknown outcome is settled in view 5"}
	case ended != nil:
		return ended
	case d.State == stateRefused:
		return &Failure{Status: StatusError, Code: "refused", Err: fmt.Errorf("refused, nothing was charged: %s", d.Reason), Hint: "change the file, and submit it again"}
	}
	return &Failure{Status: StatusLater, Code: "not_sent", Err: fmt.Errorf("not accepted, nothing was charged: %s", d.Reason), Hint: "run the same command again later"}
}
