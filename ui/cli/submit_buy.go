package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/purchase"
)

// buy shows the price, gets a yes, and puts the jobs into the queue. If there is
// nothing to pay, it asks nothing.
func (s *submit) buy(ctx context.Context) error {
	if len(s.bill.jobs) == 0 {
		return nil
	}
	if s.limit != nil {
		if words := purchase.Exceeds(*s.limit, s.bill.mosts()); words != "" {
			s.show()
			return &Failure{Status: StatusBudget, Code: "max_usd", Err: errors.New(string(words)), Hint: "nothing was sent; a larger --max-usd allows it"}
		}
	}
	if err := s.agree(); err != nil {
		return err
	}
	return s.enqueue(ctx)
}

// show prints the price and what it leaves, for a person or a log.
func (s *submit) show() {
	if s.voice.json {
		s.voice.say("price", said{Code: "price", Message: text.Join(s.bill.lines(), ";"), Hint: "nothing is sent without a yes"})
		return
	}
	for _, line := range s.bill.lines() {
		fmt.Fprintln(s.voice.out, line)
	}
	if s.run == "" && s.set.Videos+len(s.set.Rows) > 1 {
		fmt.Fprintln(s.voice.out, "  again: without --run, running this command again buys them again")
	}
}

// agree gets a yes to the price.
func (s *submit) agree() error {
	s.show()
	v := s.bill.verdict
	if v.Level.Refuses() {
		return overBudget(v, "nothing was sent")
	}
	word, accepts := s.wanted()
	wanted := word != ""
	switch {
	case s.yes && (!wanted || accepts(s.word)):
		return nil
	case s.yes && v.Level == ledger.BudgetSoft:
		return overBudget(v, "nothing was sent; --confirm "+word+" agrees to it")
	case s.yes:
		return &Failure{
			Status: StatusUsage, Code: "unpriced", Err: errors.New("nothing was sent: a job has no price"),
			Hint: "--confirm " + word + " agrees to it",
		}
	case s.world.asks(s.c.InOrStdin()):
		return s.ask(wanted, word, accepts)
	}
	return &Failure{Status: StatusUsage, Code: "no_yes", Err: fmt.Errorf("nothing was sent: %s", s.bill.quote.Words()), Hint: "--yes agrees to the price"}
}

// wanted returns the word that has to be typed, and what it accepts, or "" if a
// plain yes will do: the total for a soft budget, or else a word for a job
// without a price.
func (s *submit) wanted() (word string, accepts func(typed string) bool) {
	if v := s.bill.verdict; v.Level == ledger.BudgetSoft {
		return v.Word(), v.Accepts
	}
	accepts = func(typed string) bool { return strings.TrimSpace(typed) == outbox.UnpricedWord }
	for _, job := range s.bill.jobs {
		if !job.Submission.Price.Known() {
			return outbox.UnpricedWord, accepts
		}
	}
	return "", accepts
}

// overBudget is the failure for a charge that a budget does not allow.
func overBudget(v ledger.Verdict, hint string) error {
	return &Failure{Status: StatusBudget, Code: "budget", Err: fmt.Errorf("not within the budget: %s", v.Words[0]), Hint: hint}
}

// asks reports whether somebody can be asked.
func (w World) asks(in io.Reader) bool {
	if w.Asks != nil {
		return w.Asks()
	}
	f, ok := in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && term.IsTerminal(int(os.Stderr.Fd()))
}

// ask asks at the terminal; anything but a clear yes is a no.
func (s *submit) ask(wanted bool, word string, accepts func(string) bool) error {
	question := "Send? [y/N] "
	if wanted {
		question = "Type " + word + " to send: "
	} else {
		accepts = func(typed string) bool {
			typed = strings.ToLower(strings.TrimSpace(typed))
			return typed == "y" || typed == "yes"
		}
	}
	fmt.Fprint(s.voice.out, question)
	typed, err := bufio.NewReader(s.c.InOrStdin()).ReadString('\n')
	if err != nil {
		fmt.Fprintln(s.voice.out)
	}
	if accepts(typed) {
		return nil
	}
	return &Failure{Status: StatusUsage, Code: "no_yes", Err: errors.New("nothing was sent"), Hint: "run it again to be asked again"}
}

// enqueueTries limits how often the budgets are checked again because the queue
// has changed.
const enqueueTries = 20

// enqueue confirms the jobs and saves them with everything that belongs to them,
// all or none. The budgets are checked against exactly the queue that they join.
func (s *submit) enqueue(ctx context.Context) error {
	for try := 0; ; try++ {
		purse, err := account.ReadPurse(ctx, s.j)
		if err != nil {
			return journalFailed(err)
		}
		now := time.Now()
		if v := purse.Weigh(&s.login.settings.Guard, s.bill.submissions(), now); v.Level > s.bill.verdict.Level {
			return overBudget(v, "nothing was sent; other jobs were confirmed in the meantime")
		}
		p, err := s.purchase(now)
		if err != nil {
			return &Failure{Status: StatusError, Code: "not_sent", Err: fmt.Errorf("nothing was sent: %w", err), Hint: "run it again to get new prices"}
		}
		p.Revision = purse.Revision
		err = s.j.EnqueuePurchase(ctx, p, now)
		switch {
		case err == nil:
			return s.enqueued(p)
		case errors.Is(err, journal.ErrMoved) && try < enqueueTries:
			continue
		case errors.Is(err, journal.ErrMoved), errors.Is(err, journal.ErrBegun):
			return &Failure{Status: StatusLater, Code: "moved", Err: fmt.Errorf("nothing was sent: %w", err), Hint: "run it again; it joins what is there"}
		case errors.Is(err, journal.ErrSetName):
			return usage("choose another --run", "nothing was sent: there is a job set called %s that is not of this run", p.Set.Name)
		}
		return journalFailed(err)
	}
}

// purchase confirms the jobs.
func (s *submit) purchase(now time.Time) (p journal.Purchase, err error) {
	subs := s.bill.submissions()
	at := now
	if t, ok := s.login.client.ServerTime(now); ok {
		at = t
	}
	for i := range subs {
		if err := subs[i].Expired(at); err != nil {
			return p, err
		}
	}
	if p.Submissions, err = purchase.Agree(subs, now); err != nil {
		return p, err
	}
	if s.pilot {
		p.Paused = func(i int) bool { return i > 0 }
	}
	if s.order.set == "" && s.run == "" {
		return p, nil
	}
	name, source := s.sources.SetName()
	if s.run != "" {
		name = s.run
	} else if name, err = s.freeName(name); err != nil {
		return p, err
	}
	set := purchase.SetOf(name, source, len(s.rows), p.Submissions, now)
	p.Set = &set
	s.intend(&p)
	return p, nil
}

// intend adds the intents of a run to its purchase.
func (s *submit) intend(p *journal.Purchase) {
	for i := range p.Submissions {
		r := s.rowOf(s.bill.jobs[i].row)
		if r.refused != "" {
			p.Refused = append(p.Refused, r.refused)
		}
		if s.run != "" {
			sub := &p.Submissions[i]
			p.Intents = append(p.Intents, outbox.Intent{Run: s.run, Row: r.id, Attempt: r.attempt, Submission: sub.ID, Draft: sub.Draft})
		}
	}
}

// freeName returns a name for a new set that is no run.
func (s *submit) freeName(name string) (string, error) {
	sets, err := s.j.Sets(s.c.Context())
	taken := map[string]bool{}
	for _, x := range sets {
		taken[x.Name] = true
	}
	return outbox.FreeSetName(name, func(name string) bool { return taken[name] }), err
}

// enqueued puts the submissions into their rows.
func (s *submit) enqueued(p journal.Purchase) error {
	for i := range p.Submissions {
		s.rowOf(s.bill.jobs[i].row).sub = p.Submissions[i]
	}
	return nil
}
