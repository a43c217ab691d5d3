package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/journal"
)

func (w World) estimateCommand() *cobra.Command {
	var o order
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
		RunE: func(c *cobra.Command, _ []string) error { return w.estimate(c, &o) },
	}
	o.flags(c)
	addJSON(c, new(jsonFlag), members(billJSON{}))
	return c
}

func (w World) estimate(c *cobra.Command, o *order) (err error) {
	v := voiceOf(c)
	if err := o.shape(); err != nil {
		return err
	}
	a, err := w.login(v)
	if err != nil {
		return err
	}
	j, err := a.open(c.Context(), v)
	if err != nil {
		return err
	}
	if j != nil {
		defer func() { err = cmp.Or(err, journalFailed(j.Close())) }()
	}
	b, err := w.estimated(c, &a, j, o)
	if err != nil {
		return err
	}
	if v.json {
		err = writeJSON(c, b.document())
	} else {
		err = write(c, b.text(c.OutOrStdout(), o.set != ""))
	}
	return cmp.Or(err, b.failure())
}

// estimated prices an order.
func (w World) estimated(c *cobra.Command, a *login, j *journal.Journal, o *order) (bill, error) {
	s, set, err := o.read(c.Context(), w, a, j, c.InOrStdin())
	if err != nil {
		return bill{}, err
	}
	p, err := w.price(c.Context(), a, j, &s, &set, o.set == "")
	if err != nil {
		return bill{}, err
	}
	if err := o.unfit(&p); err != nil {
		return bill{}, err
	}
	return w.bill(c.Context(), a, j, p)
}

// unfit is the error for one job that can't be sent.
func (o *order) unfit(p *prices) error {
	if o.set != "" || len(p.left) == 0 || p.left[0].twin {
		return nil
	}
	return &Failure{Status: StatusUsage, Code: "unfit", Err: errors.New(string(p.left[0].why)), Hint: "nothing was sent; change the inputs"}
}

// failure is what the exit status of an estimate tells.
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
