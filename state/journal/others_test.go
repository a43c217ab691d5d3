package journal

import (
	"slices"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/ledger"
	"dubtop/state/settle"
)

// saved reads rows of usage as they come from the server.
func savedUsage(t *testing.T, j *Journal, at time.Time, rows ...settle.Row) {
	t.Helper()
	w, mine, err := j.ClaimUsage(t.Context(), at, at)
	if err != nil || !mine {
		t.Fatal(mine, err)
	}
	if _, err := j.SaveUsage(t.Context(), w, rows, "", at); err != nil {
		t.Fatal(err)
	}
}

// Three spenders are kept apart: dubtop, the same key elsewhere, and other keys.
func TestSpendersAreKeptApart(t *testing.T) {
	j := opened(t, journalPath(t))
	book := func(e ledger.Entry) {
		t.Helper()
		e.At = noon
		if err := j.AppendEntry(t.Context(), Entry{Kind: EntryAccepted, Entry: e}); err != nil {
			t.Fatal(err)
		}
	}
	book(ledger.Entry{Job: "ours", Estimate: new(api.Micros(5))})
	book(ledger.Entry{Job: "batch", Batch: true, Estimate: new(api.Micros(60))})
	row := func(id, key, name, currency string, cost api.Micros) settle.Row {
		r := finishedRow(id, currency, cost)
		r.Key, r.KeyName = key, text.Of(name)
		return r
	}
	rows := []settle.Row{
		row("ours", "k1", "dubtop", "USD", 7), row("line-1", "k1", "dubtop", "USD", 30), row("line-2", "k1", "dubtop", "USD", 31),
		row("elsewhere", "k1", "dubtop", "USD", 100), row("abroad", "k1", "dubtop", "eur", 8), row("studio", "", "", "USD", 1000),
		row("night-1", "k2", "night", "USD", 2000), row("night-2", "k2", "night", "USD", 3000), row("night-3", "k2", "night", "EUR", 9),
	}
	savedUsage(t, j, noon, rows...)
	if err := j.SaveBatchJobs(t.Context(), "batch", []api.ID{"line-1", "line-2"}, noon); err != nil {
		t.Fatal(err)
	}
	o, err := j.Others(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for scope, want := range map[ledger.Scope]api.Micros{ledger.ScopeOwn: 0, ledger.ScopeKey: 100, ledger.ScopeOrganisation: 6100} {
		if _, total, err := o.Groups(scope, ledger.ByDay, ledger.Days{}, time.UTC); err != nil || total.Cost != want {
			t.Errorf("%s: %d, %v; want %d", scope.Word(), total.Cost, err, want)
		}
	}
	groups, _, _ := o.Groups(ledger.ScopeOrganisation, ledger.BySpender, ledger.Days{}, time.UTC)
	var words []string
	for _, g := range groups {
		words = append(words, string(g.Key)+" "+g.Cost.Decimal())
	}
	if want := []string{"key night 0.005", "other keys 0.001", "this key, elsewhere 0.0001"}; !slices.Equal(words, want) {
		t.Errorf("%q, want %q", words, want)
	}
	if f := o.Abroad(ledger.ScopeKey); len(f) != 1 || f[0].Words() != "0.000008 EUR for 1 job" {
		t.Errorf("%+v", f)
	}
	billed, err := j.BilledBatches(t.Context())
	if err != nil || len(billed) != 1 || billed["batch"] != 61 {
		t.Errorf("%v, %v", billed, err)
	}
	// It is booked once, and again only if it changes.
	savedUsage(t, j, noon.Add(settle.Rest), rows...)
	rows[1] = row("line-1", "k1", "dubtop", "USD", 40)
	savedUsage(t, j, noon.Add(2*settle.Rest), rows...)
	savedUsage(t, j, noon.Add(3*settle.Rest), rows...)
	entries, _, _ := j.Entries(t.Context())
	var costs []api.Micros
	for _, e := range entries {
		if e.Kind == EntryCost && e.Job == "batch" {
			costs = append(costs, *e.Actual)
		}
	}
	if !slices.Equal(costs, []api.Micros{61, 71}) {
		t.Errorf("booked %v", costs)
	}
}

// A batch is asked for its jobs once, even if it does not tell.
func TestBatchesAreReadOnce(t *testing.T) {
	j := opened(t, journalPath(t))
	for _, id := range []api.ID{"mine", "unreadable"} {
		if err := j.AppendEntry(t.Context(), Entry{Kind: EntryAccepted, Entry: ledger.Entry{At: noon, Job: id, Batch: true}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := j.db.ExecContext(t.Context(), `INSERT INTO batches (id, created, status, total, succeeded, failed, has_output, name)
		VALUES ('mine', 2, 'COMPLETED', 1, 1, 0, 1, ''), ('unreadable', 1, 'COMPLETED', 1, 1, 0, 1, ''), ('theirs', 3, 'COMPLETED', 1, 1, 0, 1, '')`); err != nil {
		t.Fatal(err)
	}
	unread := func() []api.ID {
		t.Helper()
		ids, err := j.UnreadBatches(t.Context(), 9)
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	if got := unread(); !slices.Equal(got, []api.ID{"mine", "unreadable"}) {
		t.Errorf("%q", got)
	}
	for id, jobs := range map[api.ID][]api.ID{"mine": {"a"}, "unreadable": nil} {
		if err := j.SaveBatchJobs(t.Context(), id, jobs, noon); err != nil {
			t.Fatal(err)
		}
	}
	if got := unread(); len(got) > 0 {
		t.Errorf("again %q", got)
	}
}
