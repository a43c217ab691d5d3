package cli

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api/text"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/settings"
)

// spendFlags are the flags of the command.
type spendFlags struct {
	by, since, until, whose string
	label, project          string
	json                    jsonFlag
	csv, entries, verify    bool
	retakes, differently    bool

	days  ledger.Days
	scope ledger.Scope
}

func (f *spendFlags) grouping() ledger.Grouping { return ledger.Grouping(f.by) }

func (w World) spendCommand() *cobra.Command {
	var f spendFlags
	c := &cobra.Command{
		Use:   "spend",
		Short: "Show spending by day, week, month, model, label, project or spender",
		Long: `Adds up the cost of jobs: the actual cost if it is known, otherwise the estimate.
Jobs of unknown cost are counted separately. It reads the journal of the key's
account and needs no network. Days are local.

Only dubtop's own jobs are counted, unless [budget] scope in the configuration or
--scope says otherwise: "key" adds what was done with the same key elsewhere, and
"organisation" everything that the server lists. --by spender tells dubtop, this
key elsewhere and other keys apart. What was billed in another currency is in no
sum.

For an invoice: --by label --retakes --csv --since 2026-11-01 --until 2026-11-30
adds up each customer, with later takes and failures apart, and --label acme
--entries --csv lists one customer's jobs. For a complaint to the vendor:
--billed-differently --csv lists the jobs that were billed otherwise than
estimated, or although they failed, without labels and names. Where at least nine
in ten of the latest 20 bills are the same percentage below the estimates, that is
the discount of the plan, and a job that has it is not among them.

The sums of a long ledger are saved, under a checksum of their own, and only newer
rows are read. The dashboard reads and checks all rows once a day; --verify does it
now. If the ledger is damaged, the sums leave out the damaged rows, and the exit
status is 1.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.check(c.Flags().Changed("by"), w.scope()); err != nil {
				return err
			}
			return w.spend(c, f)
		},
	}
	o := c.Flags()
	o.StringVar(&f.by, "by", string(ledger.ByDay), "day, week, month, model, label, project or spender")
	o.StringVar(&f.since, "since", "", "only jobs sent on this local day or later, such as 2026-11-01")
	o.StringVar(&f.until, "until", "", "only jobs sent on this local day or earlier")
	o.StringVar(&f.whose, "scope", "", "whose jobs: dubtop, key or organisation; instead of that of the configuration")
	o.StringVar(&f.label, "label", "", "only jobs with this label")
	o.StringVar(&f.project, "project", "", "only jobs of this project: its name or id")
	o.BoolVar(&f.retakes, "retakes", false, "count later takes of the same video and sound apart")
	o.BoolVar(&f.differently, "billed-differently", false, "only jobs billed otherwise than estimated; with --csv for the vendor")
	mustFill(o, "since", "until", "scope", "label", "project")
	addJSON(c, &f.json, slices.Concat(members(spendDocument{}), []string{"entries"}))
	o.BoolVar(&f.csv, "csv", false, "print CSV")
	o.BoolVar(&f.entries, "entries", false, "every job instead of sums; with --csv or --json")
	o.BoolVar(&f.verify, "verify", false, "read every row of the ledger and compare it with its checksum")
	c.MarkFlagsMutuallyExclusive("json", "csv")
	// This fails only if the flag does not exist.
	_ = c.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(groupings(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func groupings() []string {
	return []string{
		string(ledger.ByDay), string(ledger.ByWeek), string(ledger.ByMonth), string(ledger.ByModel), string(ledger.ByLabel),
		string(ledger.ByProject), string(ledger.BySpender),
	}
}

// scope is whose jobs sums count according to the configuration.
func (w World) scope() ledger.Scope {
	set, _ := settings.Load(w.Env)
	return set.Guard.Scope
}

// check reports invalid combinations and values of flags, and completes them.
func (f *spendFlags) check(grouped bool, scope ledger.Scope) error {
	if !slices.Contains(groupings(), f.by) {
		return fmt.Errorf("--by %q: it must be one of %s", f.by, strings.Join(groupings(), ", "))
	}
	if err := errors.Join(aDay("since", f.since), aDay("until", f.until)); err != nil {
		return err
	}
	f.days = ledger.Days{Since: f.since, Until: f.until}
	if f.scope = scope; f.whose != "" {
		var err error
		if f.scope, err = ledger.ReadScope(f.whose); err != nil {
			return fmt.Errorf("--scope %w", err)
		}
	}
	if f.grouping() == ledger.BySpender {
		f.scope = ledger.ScopeOrganisation
	}
	return f.fits(grouped)
}

// aDay reports a value that is not a day.
func aDay(flag, value string) error {
	if _, err := time.Parse(time.DateOnly, value); err != nil && value != "" {
		return fmt.Errorf("--%s %q: it must be a day like 2026-11-01", flag, value)
	}
	return nil
}

// own reports whether the flags ask for facts known only of dubtop's own jobs.
func (f *spendFlags) own() bool {
	return f.entries || f.differently || f.label != "" || f.project != "" || f.retakes
}

// fits reports invalid combinations.
func (f *spendFlags) fits(grouped bool) error {
	if f.own() {
		if f.scope != ledger.ScopeOwn && (f.whose != "" || f.grouping() == ledger.BySpender) {
			return errors.New("nobody else's labels, projects and estimates are known: leave out --scope and --by spender")
		}
		f.scope = ledger.ScopeOwn
	}
	switch {
	case f.entries && !f.csv && !f.json.on:
		return errors.New("--entries needs --csv or --json")
	case f.entries && grouped:
		return errors.New("--entries lists every job and can't be combined with --by")
	}
	return nil
}

func (w World) spend(c *cobra.Command, f spendFlags) error {
	v := voiceOf(c)
	b := spending{ledger: new(ledger.Ledger), checked: time.Now(), now: true} // if there is no journal
	err := w.look(c.Context(), v, func(j *journal.Journal) (err error) {
		b, err = openSpending(c.Context(), j, f, w.Zone)
		return err
	})
	// If only part of the ledger could be read, show that part.
	if err != nil && len(b.damage) == 0 {
		return err
	}
	err = errors.Join(b.write(c, f, w.Zone), err)
	for _, d := range b.damage {
		v.warn(text.Of("the ledger: " + d.What))
	}
	if b.sumsDamaged {
		v.warn("the saved sums of the ledger were damaged and have been computed again from its rows")
	}
	if err == nil && len(b.damage) == 0 && b.sumsDamaged && f.verify {
		return &Failure{
			Status: StatusError, Code: "damaged", Err: errors.New("the journal was damaged on the disk"),
			Hint: "keep a copy of the journal, and check the disk",
		}
	}
	if err == nil && len(b.damage) > 0 {
		return &Failure{
			Status: StatusError, Code: "damaged",
			Err:  fmt.Errorf("the ledger is damaged in %s, so the sums are not reliable", text.Count(len(b.damage), "place", "places")),
			Hint: "compare them with the bills at sync.so/billing, and keep a copy of the journal",
		}
	}
	return err
}

func (b *spending) write(c *cobra.Command, f spendFlags, zone *time.Location) error {
	switch {
	case f.entries && f.json.on:
		return writeJSON(c, b.entries(f, zone))
	case f.entries:
		return write(c, b.ledger.CSV(zone))
	case f.csv && f.differently:
		return write(c, ledger.DifferingCSV(b.ledger.Entries(), zone))
	case f.csv && f.retakes:
		return write(c, ledger.InvoiceCSV(f.grouping(), b.groups, b.retakesOf))
	case f.csv:
		return write(c, ledger.GroupsCSV(f.grouping(), b.groups))
	case f.json.on:
		return writeJSON(c, b.document(f))
	}
	return write(c, b.text(f, zone))
}

// checks says when the rows were last compared with their checksums, unless
// that goes without saying.
func (b *spending) checks(f spendFlags, zone *time.Location) []text.Text {
	switch {
	case !b.now:
		return []text.Text{text.Sprintf("Checked against its checksums up to %s; dubtop spend --verify checks it now.", b.checked.In(zone).Format("2006-01-02 15:04"))}
	case f.verify && len(b.damage) == 0:
		return []text.Text{"Every row of the ledger matches its checksum."}
	}
	return nil
}

func (b *spending) text(f spendFlags, zone *time.Location) []byte {
	total := &b.total
	switch {
	case total.Jobs > 0:
	case len(b.damage) > 0:
		return []byte("The ledger holds no undamaged job.\n")
	default:
		return []byte("Nothing " + f.nothing() + ".\n")
	}
	const credits, retakes, onRetakes = ">CREDITS", ">RETAKES", ">ON RETAKES"
	t := columns{titles: []text.Text{
		text.Of(strings.ToUpper(f.by)), ">JOBS", ">COST", ">UNKNOWN", ">ESTIMATED", ">ACTUAL", ">FAILED", ">LOST", retakes, onRetakes, credits,
	}}
	for i := range b.groups {
		t.add(spendRow(words(b.groups[i].Key), &b.groups[i].Tally, b.retakesOf(b.groups[i].Key))...)
	}
	t.add(spendRow("total", total, b.allRetakes())...)
	if _, billed := total.Credits(); !billed {
		t.drop(credits)
	}
	if !f.retakes {
		t.drop(retakes)
		t.drop(onRetakes)
	}
	out := bytes.NewBuffer(t.bytes())
	for i, note := range slices.Concat(notes(total), b.counted(f), b.checks(f, zone)) {
		if i == 0 {
			out.WriteByte('\n')
		}
		fmt.Fprintln(out, note)
	}
	return out.Bytes()
}

// spendRow returns a row of the table.
func spendRow(title text.Text, t *ledger.Tally, retakes ledger.Tally) []text.Text {
	a := t.Amounts()
	var inCredits text.Text = none
	if c := credits(t); c != nil {
		inCredits = plain(*c)
	}
	return []text.Text{
		title, text.Sprint(t.Jobs), dollars(a.Cost, t.Kind), text.Sprint(t.Unknown), dollars(a.Estimated, outbox.CostEstimate), dollars(a.Actual, t.ActualKind),
		text.Sprint(t.Failed), dollars(a.FailedCost, t.FailedKind), text.Sprint(retakes.Jobs), dollars(retakes.Amounts().Cost, retakes.Kind), inCredits,
	}
}

// notes explains the parts of the table that need it.
func notes(t *ledger.Tally) (out []text.Text) {
	if t.Guessed > 0 {
		out = append(out, text.Sprintf("~ marks sums with estimates: %s without a known cost.", text.Count(t.Guessed, "job", "jobs")))
	}
	if t.Derived > 0 {
		out = append(out, text.Sprintf("? marks sums computed from length and list price: %s without a bill.", text.Count(t.Derived, "job", "jobs")))
	}
	if t.Unknown > 0 {
		out = append(out, text.Sprintf("COST leaves out %s of unknown cost in dollars.", text.Count(t.Unknown, "job", "jobs")))
	}
	if t.Compared > 0 {
		out = append(out, text.Sprintf("ESTIMATED and ACTUAL cover %s where both are known%s.", text.Count(t.Compared, "job", "jobs"), variance(t)))
	}
	if t.Failed > 0 {
		lost := text.Sprintf("LOST is the part of COST for %s that failed", text.Count(t.Failed, "job", "jobs"))
		if t.FailedUnknown > 0 {
			lost += text.Sprintf(", %d of them of unknown cost", t.FailedUnknown)
		}
		out = append(out, lost+".")
	}
	if t.Overflow {
		out = append(out, "The sums exceed the largest number and are lower bounds.")
	}
	return out
}

// variance returns the difference between actual costs and estimates in
// percent.
func variance(t *ledger.Tally) text.Text {
	if t.Estimated == 0 {
		return ""
	}
	return text.Sprintf(" (%+.1f %%)", 100*float64(t.Actual-t.Estimated)/float64(t.Estimated))
}
