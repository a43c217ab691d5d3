package cli

import (
	"cmp"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api/text"
	"dubtop/state/journal"
	"dubtop/state/ledger"
)

func (w World) besideCommand() *cobra.Command {
	f := spendFlags{}
	c := &cobra.Command{
		Use:   "beside FILE…",
		Short: "Show the books of other producers beside your own",
		Long: `Reads what dubtop journal export has printed elsewhere, and shows the spending in
it beside your own, each for itself: theirs is never in your sums, in your budgets
or in your journal. With - a file is read from standard input. --by and --since are
those of dubtop spend.

With --json: {"own", "others"}, where own is what dubtop spend --json prints, and
others lists {"file", "account", "server", "exported_at", "labels", "notes",
"verdicts", "spend"}, in which labels, notes and verdicts are numbers of jobs.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(false, ledger.ScopeOwn); err != nil {
				return err
			}
			return w.beside(c, f, args)
		},
	}
	o := c.Flags()
	o.Bool("json", false, "print JSON, and errors as JSON")
	o.StringVar(&f.by, "by", string(ledger.ByMonth), "day, week, month, model or label")
	o.StringVar(&f.since, "since", "", "only jobs sent on this local day or later, such as 2026-11-01")
	mustFill(o, "since")
	// This fails only if the flag does not exist.
	_ = c.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(groupings(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

// besideJSON is one's own spending and that of others, in JSON.
type besideJSON struct {
	Own    spendDocument `json:"own"`
	Others []otherJSON   `json:"others"`
}

type otherJSON struct {
	File     text.Text     `json:"file"`
	Account  text.Text     `json:"account"`
	Server   text.Text     `json:"server"`
	Exported time.Time     `json:"exported_at"`
	Labels   int           `json:"labels"`
	Notes    int           `json:"notes"`
	Verdicts int           `json:"verdicts"`
	Spend    spendDocument `json:"spend"`
}

func (w World) beside(c *cobra.Command, f spendFlags, paths []string) error {
	var others []books
	for _, path := range paths {
		b, err := readBooks(c.InOrStdin(), path)
		if err != nil {
			return &Failure{Status: StatusUsage, Code: "books", Err: fmt.Errorf("%s: %w", text.Of(path), err), Hint: "make the file with dubtop journal export"}
		}
		others = append(others, b)
	}
	own := spending{ledger: new(ledger.Ledger), checked: time.Now(), now: true}
	v := voiceOf(c)
	err := w.look(c.Context(), v, func(j *journal.Journal) (err error) {
		own, err = openSpending(c.Context(), j, f, w.Zone)
		return err
	})
	if err != nil {
		return err
	}
	for _, d := range own.damage {
		v.warn(text.Of("the ledger: " + d.What))
	}
	if v.json {
		doc := besideJSON{Own: own.document(f)}
		for i := range others {
			doc.Others = append(doc.Others, others[i].json(f, w.Zone))
		}
		return writeJSON(c, doc)
	}
	out := append([]byte("Your own\n"), own.text(f, w.Zone)...)
	for i := range others {
		out = append(out, others[i].text(f, w.Zone)...)
	}
	return write(c, out)
}

func (b *books) json(f spendFlags, zone *time.Location) otherJSON {
	s := b.spending(f, zone)
	return otherJSON{text.Of(b.file), b.account, b.server, b.exported, len(b.labels), b.notes, b.verdicts, s.document(f)}
}

func (b *books) text(f spendFlags, zone *time.Location) []byte {
	s := b.spending(f, zone)
	out := fmt.Appendf(nil, "\n%s: the account %s on %s, on %s; not in your sums\n", text.Of(b.file), cmp.Or(b.account, "without a name"), b.server,
		b.exported.In(zone).Format("2006-01-02 15:04"))
	out = append(out, s.text(f, zone)...)
	if len(b.labels)+b.notes+b.verdicts > 0 {
		out = fmt.Appendf(out, "With %s, %s and %s.\n", text.Count(len(b.labels), "label", "labels"), text.Count(b.notes, "note", "notes"), text.Count(b.verdicts, "verdict", "verdicts"))
	}
	return out
}
