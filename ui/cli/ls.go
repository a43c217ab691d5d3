package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/journal"
	"dubtop/state/outbox"
	"dubtop/state/settings"
	"dubtop/state/table"
)

// lsFlags are the flags of the command.
type lsFlags struct {
	*format
	limit            int
	sort, view       string
	reverse, refresh bool
}

func (w World) lsCommand() *cobra.Command {
	l, f := w.jobs(), lsFlags{}
	c := &cobra.Command{
		Use:   "ls [FILTER...]",
		Short: "List jobs",
		Long: `Lists jobs as view 1 does, newest first, and those that may have been charged
because their answer was lost. It reads the journal, as far as it was kept up to
date by the dashboard or by --refresh, and needs no network; only if the journal has
no list yet, it asks the server by itself. With --json the member "as_of" says when
the list was current.

FILTER is what is typed after / in the dashboard: words that must all match, such as
status:failed, label:acme, "cost:>1", "age:<2h", saved:no; "or" joins alternatives,
and a minus excludes. Quote < and > for the shell, and write -- before a word that
begins with a minus. --view takes the filter of a view of the configuration (the
table views) or of one that was kept in the dashboard, and FILTER narrows it. Jobs
that were hidden in the dashboard are listed only with hidden:yes. A field or a
comparison that is not understood is a mistake (2), as is a status or another word
that no job can have.`,
		RunE: func(c *cobra.Command, words []string) error { return w.ls(c, l, &f, strings.Join(words, " ")) },
	}
	f.format = l.flags(c)
	c.Flags().IntVar(&f.limit, "limit", 0, "print at most this many jobs; 0 for all")
	c.Flags().StringVar(&f.sort, "sort", "age", strings.Join(sortNames(), ", "))
	c.Flags().StringVar(&f.view, "view", "", "list the jobs of a view of the configuration, or of one that was kept in the dashboard")
	mustFill(c.Flags(), "view")
	c.Flags().BoolVar(&f.reverse, "reverse", false, "reverse the order")
	c.Flags().BoolVar(&f.refresh, "refresh", false, "ask the server first")
	// This fails only if the flag does not exist.
	_ = c.RegisterFlagCompletionFunc("view", w.CompleteViews(nil))
	_ = c.RegisterFlagCompletionFunc("sort", cobra.FixedCompletions(sortNames(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

// jobSorts are the orders of jobs, by the titles of the dashboard's columns.
func jobSorts() []struct {
	name string
	by   table.Sort
} {
	return []struct {
		name string
		by   table.Sort
	}{
		{"age", table.SortAge},
		{"status", table.SortStatus},
		{"model", table.SortModel},
		{"name", table.SortName},
		{"label", table.SortLabel},
		{"set", table.SortSet},
		{"lang", table.SortLang},
		{"verdict", table.SortVerdict},
		{"length", table.SortLength},
		{"cost", table.SortCost},
	}
}

func sortNames() (names []string) {
	for _, s := range jobSorts() {
		names = append(names, s.name)
	}
	return names
}

// query returns the query of the flags and a filter; views are the named ones.
func (f *lsFlags) query(filter string, views map[string]string) (q table.Query, err error) {
	if err := CheckName("view", f.view, slices.Sorted(maps.Keys(views))); err != nil {
		return q, fmt.Errorf("--view: %w", err)
	}
	i := slices.Index(sortNames(), f.sort)
	switch {
	case i < 0:
		return q, errors.New("--sort: " + unknownName("order", f.sort, sortNames()))
	case f.limit < 0:
		return q, errors.New("--limit must not be below 0")
	}
	if err := checkFilter(filter); err != nil {
		return q, err
	}
	return table.Query{Text: both(views[f.view], filter), Sort: jobSorts()[i].by, Reverse: f.reverse, Clock: wallClock{}}, nil
}

// wallClock is the real clock.
type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

// both returns the filter for what matches two of them.
func both(a, b string) string {
	if strings.TrimSpace(a) == "" || strings.TrimSpace(b) == "" {
		return a + b
	}
	return "(" + a + ") (" + b + ")"
}

// checkFilter returns an error if a filter of jobs can't be understood.
func checkFilter(filter string) error {
	if mistake := new(state.Generation).Vocabulary().CheckWhole(filter); mistake != nil {
		return fmt.Errorf("the filter: %w", mistake)
	}
	return nil
}

// job is a job with the facts known on this machine.
type job struct {
	account.Job
	known *account.Jobs
}

func (w World) ls(c *cobra.Command, l *listing[job], f *lsFlags, filter string) error {
	set, _ := settings.Load(w.Env) // login reports their errors
	views := set.Views["generations"]
	_, configured := views[f.view]
	kept := f.view != "" && !configured // in the dashboard, perhaps
	q, err := f.query(filter, views)
	if err != nil && !kept {
		return err
	}
	ctx, v := c.Context(), voiceOf(c)
	j, err := w.listed(ctx, v, f.refresh, f.newest(q))
	if err != nil {
		return err
	}
	if kept {
		if q, err = f.keptQuery(ctx, j, filter, views); err != nil {
			return errors.Join(err, j.Close())
		}
	}
	known, err := account.ReadJobs(ctx, j)
	if err == nil {
		err = l.print(c, f.format, first(found(ctx, v, known, q), f.limit), func() any { return lsRest{stamp(known.AsOf)} })
	}
	return journalFailed(errors.Join(err, j.Close()))
}

// newest returns how many of the newest jobs are all that a query prints, 0 if it
// may print any.
func (f *lsFlags) newest(q table.Query) int {
	if f.view == "" && q.Sort == table.SortAge && !q.Reverse && strings.TrimSpace(q.Text) == "" {
		return f.limit
	}
	return 0
}

// keptQuery is query with the views that were kept in the dashboard.
func (f *lsFlags) keptQuery(ctx context.Context, j *journal.Journal, filter string, views map[string]string) (table.Query, error) {
	views, err := withKept(ctx, j, views)
	if err != nil {
		return table.Query{}, journalFailed(err)
	}
	return f.query(filter, views)
}

// listed returns the journal with the list of jobs. If there is no list yet, or
// refresh asks for it, the server is asked first, for wanted jobs or all; a new
// journal is only made for a key that the server accepts.
func (w World) listed(ctx context.Context, v voice, refresh bool, wanted int) (*journal.Journal, error) {
	a, j, err := w.enter(ctx, v)
	if err != nil {
		return nil, err
	}
	seen, _, err := j.Seen(ctx)
	if err == nil && (refresh || seen.IsZero()) {
		err = a.named(account.Refresh(ctx, a.client, j, wanted))
	}
	if err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// found yields the jobs of a query.
func found(ctx context.Context, v voice, known *account.Jobs, q table.Query) iter.Seq2[*job, error] {
	mistaken := func(m *table.Mistake) error {
		if m.Certain {
			return usage("dubtop ls --help describes filters", "the filter: %w", m)
		}
		v.warn(text.Of("the filter: " + m.Error()))
		return nil
	}
	return func(yield func(*job, error) bool) {
		row := job{known: known}
		for j, err := range known.Find(ctx, q, mistaken) {
			if err == nil {
				row.Job = *j
			}
			if !yield(&row, err) {
				return
			}
		}
	}
}

// first yields the first n rows, or all for 0.
func first[T any](rows iter.Seq2[*T, error], n int) iter.Seq2[*T, error] {
	if n == 0 {
		return rows
	}
	return func(yield func(*T, error) bool) {
		left := n
		for row, err := range rows {
			if left--; !yield(row, err) || left == 0 {
				return
			}
		}
	}
}

// lsRest is what follows the jobs in JSON.
type lsRest struct {
	AsOf *time.Time `json:"as_of"` // when the list was current; null: it never was
}

// stamp is a time for JSON, or null.
func stamp(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC())
}

// jobs says how jobs are listed.
func (w World) jobs() *listing[job] {
	return &listing[job]{
		fields: jobFields(),
		titles: []text.Text{"ID", "STATUS", "MODEL", "NAME", "LABEL", "SET", "LANG", "VERDICT", ">LENGTH", ">COST", "CREATED", "WHY"},
		cells: func(j *job) []text.Text {
			return []text.Text{
				words(j.ID), j.status(), words(j.Model), words(j.Name), words(j.Label()), words(j.Set()), words(j.Lang()), words(j.Verdict()),
				cmp.Or(text.Length(float64(j.Length)), none), costOf(j.Cost), w.when(j.Created), words(cmp.Or(j.Error, j.ErrorCode)),
			}
		},
		spare: []text.Text{"LABEL", "SET", "LANG", "VERDICT", "WHY"},
		empty: "No jobs.",
	}
}

// jobFields are the facts known about a job without asking the server.
func jobFields() []field[job] {
	return []field[job]{
		{"id", func(j *job) value { return textOf(j.ID) }},
		{"status", func(j *job) value { return clean(j.status()) }},
		{"model", func(j *job) value { return textOf(j.Model) }},
		{"name", func(j *job) value { return clean(j.Name) }},
		{"label", func(j *job) value { return clean(j.Label()) }},
		{"set", func(j *job) value { return clean(j.Set()) }},
		{"lang", func(j *job) value { return clean(j.Lang()) }},
		{"project", func(j *job) value { return clean(j.Project()) }},
		{"project_id", func(j *job) value { return textOf(j.ProjectID()) }},
		{"verdict", func(j *job) value { return clean(j.Verdict().Words()) }},
		{"note", func(j *job) value { return clean(j.known.Store.Notes.Of(j.Key())) }},
		{"seconds", func(j *job) value { return positive(float64(j.Length)) }},
		{"cost_usd", func(j *job) value { return costValue(j.Cost) }},
		{"cost_basis", func(j *job) value { return clean(costBasis(j.Cost.Kind)) }},
		{"created_at", func(j *job) value { return moment(j.Created) }},
		{"started_at", func(j *job) value { return moment(j.Started) }},
		{"ended_at", func(j *job) value { return moment(j.Ended) }},
		{"took_seconds", func(j *job) value { return j.took() }},
		{"error", func(j *job) value { return clean(j.Error) }},
		{"error_code", func(j *job) value { return clean(j.ErrorCode) }},
		{"has_output", func(j *job) value { return yes(j.HasOutput) }},
		{"saved_path", func(j *job) value { return j.savedPath() }},
		{"gone", func(j *job) value { return yes(j.Gone) }},
	}
}

// status is the job's status in one word of the filter: the API's in lower case,
// or unknown or sending for a request whose job is not known.
func (j *job) status() text.Text {
	switch {
	case j.Submission == outbox.SubmissionUnknown:
		return "unknown"
	case j.Submission != "":
		return "sending"
	}
	word, _, _ := strings.Cut(j.Status.Words(), " ")
	return text.Of(word)
}

func (j *job) took() value {
	took, ok := j.Took()
	if !ok {
		return value{}
	}
	return number(took.Round(time.Millisecond).Seconds())
}

func (j *job) savedPath() value {
	f, _ := j.known.Store.Saved.Output(j.Key())
	return textOf(f.Path)
}

// costOf formats a cost for a cell.
func costOf(c outbox.Cost) text.Text {
	if c.Kind == outbox.CostUnknown {
		return none
	}
	return dollars(&c.Amount, c.Kind)
}

// costValue is a cost in JSON and CSV.
func costValue(c outbox.Cost) value {
	if c.Kind == outbox.CostUnknown {
		return value{}
	}
	return money(&c.Amount)
}

// costBasis says how a cost is known: billed, estimate, derived, or "" if it is not.
func costBasis(k outbox.CostKind) text.Text {
	switch k {
	case outbox.CostActual:
		return "billed"
	case outbox.CostEstimate:
		return "estimate"
	case outbox.CostDerived:
		return "derived"
	}
	return ""
}
