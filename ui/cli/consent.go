package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/purchase"
)

// buying is shared by the commands that agree to a price.
type buying struct {
	consent
	world World
	login login
	voice voice
	c     *cobra.Command
	j     *journal.Journal
}

// during runs do with a session on the account and its journal. The session lives on
// if do says so, because the user would not wait for its end.
func (b *buying) during(w World, c *cobra.Command, do func(ctx context.Context, session *account.Account) (lives bool, err error)) (err error) {
	ctx := c.Context()
	b.world, b.c, b.voice = w, c, voiceOf(c)
	if b.login, err = w.login(b.voice); err != nil {
		return err
	}
	if b.j, err = b.login.create(ctx, b.voice); err != nil {
		return err
	}
	session := b.login.session(b.j, w.Env.Home)
	lives, err := do(ctx, session)
	if lives {
		return err
	}
	return cmp.Or(err, journalFailed(session.Close()))
}

// still reads the purse again, and refuses a bill that the budgets allow less than
// when it was shown: other jobs may have been confirmed while the question was
// there.
func (b *buying) still(ctx context.Context, now time.Time) (account.Purse, error) {
	guard := &b.login.settings.Guard
	purse, err := account.ReadPurse(ctx, b.j, guard.Scope)
	if err != nil {
		return purse, journalFailed(err)
	}
	if v := purse.Weigh(guard, b.bill.submissions(), now); v.Level > b.bill.verdict.Level {
		return purse, overBudget(v, "nothing was sent; other jobs were confirmed in the meantime")
	}
	return purse, nil
}

// consent holds the flags with which the user agrees to a price, and the bill.
type consent struct {
	yes        bool
	most, word string
	limit      *api.Micros
	repeat     text.Text // what running the command again would do, "" if nothing new
	bill       bill
}

// flags adds the flags that agree without being asked.
func (s *consent) flags(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&s.yes, "yes", false, "agree to the price without being asked")
	f.StringVar(&s.most, "max-usd", "", "agree to no more than this amount")
	f.StringVar(&s.word, "confirm", "", `exact total, or "unpriced": what a soft budget or a job without a price wants typed`)
	mustFill(f, "max-usd", "confirm")
}

// check reads the limit.
func (s *consent) check() error {
	if s.most == "" {
		return nil
	}
	limit, ok := api.ParseMicros(s.most)
	if !ok {
		return usage("write --max-usd 12.50", "--max-usd: %q is no amount", s.most)
	}
	s.limit = &limit
	return nil
}

// show prints the price and what remains after it, for a person or a log.
func (s *consent) show(v voice) {
	if v.json {
		v.say("price", said{Code: "price", Message: text.Join(s.bill.lines(), ";"), Hint: "nothing is sent without a yes"})
		return
	}
	for _, line := range s.bill.lines() {
		fmt.Fprintln(v.out, line)
	}
	if s.repeat != "" {
		fmt.Fprintln(v.out, "  again: "+s.repeat)
	}
}

// agree gets a yes to the price, if the limit and the budgets allow it.
func (s *consent) agree(w World, c *cobra.Command) error {
	s.show(voiceOf(c))
	if s.limit != nil {
		if words := purchase.Exceeds(*s.limit, s.bill.mosts()); words != "" {
			return &Failure{Status: StatusBudget, Code: "max_usd", Err: errors.New(string(words)), Hint: "nothing was sent; a larger --max-usd allows it"}
		}
	}
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
	case w.asks(c.InOrStdin()):
		return s.ask(c, wanted, word, accepts)
	}
	return &Failure{Status: StatusUsage, Code: "no_yes", Err: fmt.Errorf("nothing was sent: %s", s.bill.quote.Words()), Hint: "--yes agrees to the price"}
}

// wanted returns the word that has to be typed and a check of the user's answer,
// or "" if a plain yes will do: the total for a soft budget, or else a word for a
// job without a price.
func (s *consent) wanted() (word string, accepts func(typed string) bool) {
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
func (s *consent) ask(c *cobra.Command, wanted bool, word string, accepts func(string) bool) error {
	question := "Send? [y/N] "
	if wanted {
		question = "Type " + word + " to send: "
	} else {
		accepts = clearYes
	}
	if accepts(answerTo(c, question)) {
		return nil
	}
	return &Failure{Status: StatusUsage, Code: "no_yes", Err: errors.New("nothing was sent"), Hint: "run it again to be asked again"}
}

// answerTo asks a question, and returns the line typed; "" if there is none.
func answerTo(c *cobra.Command, question string) string {
	out := voiceOf(c).out
	fmt.Fprint(out, question)
	typed, err := bufio.NewReader(c.InOrStdin()).ReadString('\n')
	if err != nil {
		fmt.Fprintln(out)
	}
	return typed
}

// clearYes reports whether an answer is a yes beyond doubt.
func clearYes(typed string) bool {
	typed = strings.ToLower(strings.TrimSpace(typed))
	return typed == "y" || typed == "yes"
}
