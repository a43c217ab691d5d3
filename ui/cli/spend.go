package cli

import (
	"bytes"
	"context"
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
)

// spendFlags are the flags of the command.
type spendFlags struct {
	by, since            string
	json                 jsonFlag
	csv, entries, verify bool
}

func (w World) spendCommand() *cobra.Command {
	var f spendFlags
	c := &cobra.Command{
		Use:   "spend",
		Short: "Show spending by day, week, month, model or label",
		Long: `Adds up the cost of the jobs sent from here: the actual cost if it is known,
otherwise the estimate. Jobs of unknown cost are counted separately. It reads the
journal of the key's account and needs no network. Days are local.

The sums of a long ledger are saved, under a checksum of their own, and only newer
rows are read. The dashboard reads and checks all rows once a day; --verify does it
now. If the ledger is damaged, the sums leave out the damaged rows, and the exit
status is 1.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.check(c.Flags().Changed("by")); err != nil {
				return err
			}
			return w.spend(c, f)
		},
	}
	o := c.Flags()
	o.StringVar(&f.by, "by", string(ledger.ByDay), "day, week, month, model or label")
	o.StringVar(&f.since, "since", "", "only jobs sent on this local day or later, such as 2026-11-01")
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
	return []string{string(ledger.ByDay), string(ledger.ByWeek), string(ledger.ByMonth), string(ledger.ByModel), string(ledger.ByLabel)}
}

// check reports invalid combinations and values of flags.
func (f *spendFlags) check(grouped bool) error {
	if !slices.Contains(groupings(), f.by) {
		return fmt.Errorf("--by %q: it must be one of %s", f.by, strings.Join(groupings(), ", "))
	}
	if _, err := time.Parse(time.DateOnly, f.since); err != nil && f.since != "" {
		return fmt.Errorf("--since %q: it must be a day like 2026-11-01", f.since)
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

// spending is the totals of an account's ledger, or its entries, and its damage.
type spending struct {
	groups      []ledger.Group
	total       ledger.Tally
	ledger      *ledger.Ledger // if the entries were read
	damage      []journal.Damage
	sumsDamaged bool      // the saved sums were wrong
	checked     time.Time // when all rows were last compared with their checksums
	now         bool      // by this command
}

func openSpending(ctx context.Context, j *journal.Journal, f spendFlags, zone *time.Location) (spending, error) {
	if f.entries {
		return readSpending(ctx, j, f, zone)
	}
	began, by := time.Now(), ledger.Grouping(f.by)
	read := func() (journal.Spent, error) { return j.Spent(ctx, by == ledger.ByLabel) }
	if f.verify {
		read = func() (journal.Spent, error) { return j.Verify(ctx, nil) }
	}
	spent, err := read()
	b := spending{damage: spent.Damage, sumsDamaged: spent.SumsDamaged, checked: spent.Checked, now: !spent.Checked.Before(began)}
	var coarse error
	if b.groups, b.total, coarse = spent.Groups(by, ledger.Days{Since: f.since}, zone); coarse != nil {
		return readSpending(ctx, j, f, zone)
	}
	return b, err
}

// readSpending reads every entry.
func readSpending(ctx context.Context, j *journal.Journal, f spendFlags, zone *time.Location) (spending, error) {
	now := time.Now()
	entries, damage, err := j.Entries(ctx)
	l := journal.LedgerOf(entries)
	labels, unlabelled := j.Labels(ctx)
	if unlabelled == nil {
		l.Relabel(labels) // a label set later overrides the one in the entry
	}
	l = l.Within(ledger.Days{Since: f.since}, zone)
	b := spending{ledger: l, groups: l.Groups(ledger.Grouping(f.by), zone), total: l.Total(), damage: damage, checked: now, now: true}
	return b, errors.Join(err, unlabelled)
}

func (b *spending) write(c *cobra.Command, f spendFlags, zone *time.Location) error {
	switch {
	case f.entries && f.json.on:
		return writeJSON(c, b.entries(f, zone))
	case f.entries:
		return write(c, b.ledger.CSV(zone))
	case f.csv:
		return write(c, ledger.GroupsCSV(ledger.Grouping(f.by), b.groups))
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
	case f.since != "":
		return []byte("Nothing spent since " + f.since + ".\n")
	default:
		return []byte("Nothing spent.\n")
	}
	const credits = ">CREDITS"
	t := columns{titles: []text.Text{
		text.Of(strings.ToUpper(f.by)), ">JOBS", ">COST", ">UNKNOWN", ">ESTIMATED", ">ACTUAL", ">FAILED", ">LOST", credits,
	}}
	for i := range b.groups {
		t.add(spendRow(words(b.groups[i].Key), &b.groups[i].Tally)...)
	}
	t.add(spendRow("total", total)...)
	if _, billed := total.Credits(); !billed {
		t.drop(credits)
	}
	out := bytes.NewBuffer(t.bytes())
	for i, note := range append(notes(total), b.checks(f, zone)...) {
		if i == 0 {
			out.WriteByte('\n')
		}
		fmt.Fprintln(out, note)
	}
	return out.Bytes()
}

// spendRow returns a row of the table.
func spendRow(title text.Text, t *ledger.Tally) []text.Text {
	a := t.Amounts()
	var inCredits text.Text = none
	if c := credits(t); c != nil {
		inCredits = plain(*c)
	}
	return []text.Text{
		title, text.Sprint(t.Jobs), dollars(a.Cost, t.Kind), text.Sprint(t.Unknown), dollars(a.Estimated, outbox.CostEstimate), dollars(a.Actual, t.ActualKind),
		text.Sprint(t.Failed), dollars(a.FailedCost, t.FailedKind), inCredits,
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

// spendDocument is the sums in JSON. Unknown amounts are null.
type spendDocument struct {
	By     text.Text    `json:"by"`
	Since  text.Text    `json:"since"` // "": from the beginning
	Groups []spentGroup `json:"groups"`
	Total  spent        `json:"total"`
	Damage []damage     `json:"damage"`
	// Checked is when all rows were last compared with their checksums.
	Checked text.Text `json:"checked_at"`
}

// entriesDocument is all jobs in JSON, the oldest first.
type entriesDocument struct {
	Since   text.Text    `json:"since"` // "": from the beginning
	Entries []spentEntry `json:"entries"`
	Damage  []damage     `json:"damage"`
}

// spentEntry uses the column names of the CSV. Unknown values are null.
type spentEntry struct {
	Time       text.Text `json:"time"`
	Submission text.Text `json:"submission"`
	Job        text.Text `json:"job"`
	Kind       text.Text `json:"kind"` // generation or batch
	Model      text.Text `json:"model"`
	Label      text.Text `json:"label"`
	Seconds    *float64  `json:"seconds"`
	Estimate   *usd      `json:"estimate_usd"`
	Actual     *usd      `json:"actual_usd"`
	Basis      text.Text `json:"actual_basis"` // billed, derived, or "" without an actual cost
	Credits    *float64  `json:"credits"`
	Outcome    text.Text `json:"outcome"` // "" until the job is known to have ended
}

type spentGroup struct {
	Key text.Text `json:"key"` // "" for jobs without a model or label
	spent
}

// spent uses the column names of the CSV.
type spent struct {
	Jobs          int      `json:"jobs"`
	Seconds       float64  `json:"seconds"`
	Cost          *usd     `json:"cost_usd"`
	Unknown       int      `json:"cost_unknown_jobs"`
	Guessed       int      `json:"estimated_only_jobs"`
	Failed        int      `json:"failed_jobs"`
	FailedCost    *usd     `json:"failed_cost_usd"`
	FailedUnknown int      `json:"failed_cost_unknown_jobs"`
	Credits       *float64 `json:"credits"`
	Compared      int      `json:"compared_jobs"`
	Estimated     *usd     `json:"compared_estimate_usd"`
	Actual        *usd     `json:"compared_actual_usd"`
	LowerBound    bool     `json:"lower_bound,omitempty"` // the sum exceeded the largest number
}

type damage struct {
	Row  int64     `json:"row"`
	What text.Text `json:"what"`
}

func (b *spending) document(f spendFlags) spendDocument {
	d := spendDocument{
		By: text.Of(f.by), Since: text.Of(f.since), Groups: []spentGroup{}, Total: spentIn(&b.total), Damage: b.damaged(),
		Checked: text.Of(b.checked.UTC().Format(time.RFC3339)),
	}
	for i := range b.groups {
		d.Groups = append(d.Groups, spentGroup{b.groups[i].Key, spentIn(&b.groups[i].Tally)})
	}
	return d
}

// damaged returns the damage for JSON.
func (b *spending) damaged() []damage {
	out := make([]damage, len(b.damage))
	for i, found := range b.damage {
		out[i] = damage{found.Seq, text.Of(found.What)}
	}
	return out
}

func (b *spending) entries(f spendFlags, zone *time.Location) entriesDocument {
	d := entriesDocument{Since: text.Of(f.since), Entries: []spentEntry{}, Damage: b.damaged()}
	for _, e := range b.ledger.Entries() {
		entry := spentEntry{
			Time: text.Of(e.At.In(zone).Format(time.RFC3339)), Submission: text.Of(e.Submission), Job: text.Of(string(e.Job)),
			Kind: text.Of(string(outbox.SubmitGeneration)), Model: e.Model, Label: e.Label,
			Estimate: (*usd)(e.Estimate), Actual: (*usd)(e.Actual), Basis: text.Of(string(e.Basis)), Credits: e.Credits, Outcome: e.Outcome,
		}
		if e.Batch {
			entry.Kind = text.Of(string(outbox.SubmitBatch))
		}
		if e.Seconds > 0 {
			entry.Seconds = new(e.Seconds)
		}
		d.Entries = append(d.Entries, entry)
	}
	return d
}

func spentIn(t *ledger.Tally) spent {
	a := t.Amounts()
	return spent{
		Jobs: t.Jobs, Seconds: t.Seconds, Cost: (*usd)(a.Cost), Unknown: t.Unknown, Guessed: t.Guessed,
		Failed: t.Failed, FailedCost: (*usd)(a.FailedCost), FailedUnknown: t.FailedUnknown, Credits: credits(t),
		Compared: t.Compared, Estimated: (*usd)(a.Estimated), Actual: (*usd)(a.Actual), LowerBound: t.Overflow,
	}
}

// credits returns a total in credits, or nil if nothing was billed in credits.
func credits(t *ledger.Tally) *float64 {
	if c, ok := t.Credits(); ok {
		return &c
	}
	return nil
}
