package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"dubtop/api/text"
	"dubtop/state/draft"
)

func (w World) estimateCommand() *cobra.Command {
	s := &submit{buying: buying{world: w}}
	c := &cobra.Command{
		Use:   "estimate",
		Short: "Show what jobs would cost",
		Long: `Measures the inputs, asks the server for the price, and says what the budgets and
the balance would leave. Nothing is sent or saved.

` + orderHelp + `

Prices are list prices. One marked with an approximation sign depends on a length
that is a guess; "at most" is then the most that it may cost, if anything bounds
it. Rows that can't be sent, and those that repeat a job made before, are left
out, as in the dashboard.

In JSON, prices that are not known are null, "budget" is ok, soft or hard, and the
"rows" have "row", "name", "lang", "model", "price_usd", "at_most_usd", "credits",
"approximate", "seconds", "basis", "warnings", and "left_out", which says why a
row is not counted.

Exit status: 0; 6 a hard budget would refuse; 7 rows are left out; 2 the inputs
can't be used; 3 the key; 1 anything else.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return w.estimate(c, s) },
	}
	s.order.flags(c)
	c.Flags().StringVar(&s.run, "run", "", "name of a run: rows that were agreed to in it cost nothing again")
	mustFill(c.Flags(), "run")
	addJSON(c, new(jsonFlag), members(billJSON{}))
	return c
}

func (w World) estimate(c *cobra.Command, s *submit) (err error) {
	s.c, s.voice = c, voiceOf(c)
	v := s.voice
	if err := s.shape(); err != nil {
		return err
	}
	if s.login, err = w.login(v); err != nil {
		return err
	}
	if s.j, err = s.login.open(c.Context(), v); err != nil {
		return err
	}
	if s.j != nil {
		defer func() { err = cmp.Or(err, journalFailed(s.j.Close())) }()
	}
	b, err := s.estimated(c.Context())
	if err != nil {
		return err
	}
	if v.json {
		err = writeJSON(c, b.document())
	} else {
		err = write(c, b.text(c.OutOrStdout(), s.order.set != ""))
	}
	return cmp.Or(err, b.failure())
}

// estimated prices an order, without the rows that were agreed to in its run.
func (s *submit) estimated(ctx context.Context) (b bill, err error) {
	if s.sources, s.set, err = s.read(ctx, s.world, &s.login, s.j, s.c.InOrStdin()); err != nil {
		return b, err
	}
	if s.j != nil {
		s.again = true // nothing is bought: no history has to be looked through
		if s.set.Rows, err = s.join(ctx, s.set.Rows); err != nil {
			return b, err
		}
	}
	p, err := s.world.price(ctx, &s.login, s.j, &s.sources, &s.set, s.order.set == "")
	if err != nil {
		return b, err
	}
	if err := s.unfit(&p); err != nil {
		return b, err
	}
	return s.world.bill(ctx, &s.login, s.j, p)
}

// unfit is the error for one job that can't be sent.
func (o *order) unfit(p *prices) error {
	if o.set != "" || len(p.left) == 0 || p.left[0].twin {
		return nil
	}
	return &Failure{Status: StatusUsage, Code: "unfit", Err: errors.New(string(p.left[0].why)), Hint: "nothing was sent; change the inputs"}
}

// failure returns the error that sets the exit status of an estimate.
func (b *bill) failure() error {
	switch {
	case b.verdict.Level.Refuses():
		return &Failure{Status: StatusBudget, Code: "budget", Err: fmt.Errorf("not within the budget: %s", b.verdict.Words[0]), Hint: "nothing was sent"}
	case len(b.left) > 0:
		return &Failure{
			Status: StatusPartly, Code: "left_out", Err: fmt.Errorf("%s left out", text.Count(len(b.left), "row is", "rows are")),
			Hint: "the list says why",
		}
	}
	return nil
}

// text returns the bill as text, with a table of its rows.
func (b *bill) text(to io.Writer, rows bool) []byte {
	var out bytes.Buffer
	if rows {
		t := columns{titles: []text.Text{">ROW", "NAME", "LANG", "MODEL", ">LENGTH", ">PRICE"}}
		for i := range b.jobs {
			x := &b.jobs[i]
			p := x.Submission.Price
			t.add(text.Sprint(x.row.Number), words(x.row.Name("")), words(x.row.Lang), words(x.Submission.Model),
				text.Of(cmp.Or(draft.Length(p.Seconds), none)), price(p))
		}
		out.Write(t.fitted(to))
		out.WriteString("\n")
	}
	for _, line := range b.lines() {
		fmt.Fprintln(&out, line)
	}
	return out.Bytes()
}
