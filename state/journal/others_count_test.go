package journal

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/ledger"
	"dubtop/state/settle"
)

// usageOf is a row of a job made with one of four keys.
func usageOf(n int, cost api.Micros) settle.Row {
	r := finishedRow(fmt.Sprintf("job%d", n), []string{"USD", "USD", "EUR"}[n%3], cost)
	r.Key, r.KeyName = fmt.Sprintf("k%d", n%4), text.Text(fmt.Sprintf("key %d", n%4))
	return r
}

// allOf is everything that Others tells.
func allOf(t *testing.T, o *ledger.Others) string {
	t.Helper()
	var out strings.Builder
	for _, scope := range []ledger.Scope{ledger.ScopeKey, ledger.ScopeOrganisation} {
		for _, by := range []ledger.Grouping{ledger.BySpender, ledger.ByDay, ledger.ByModel} {
			groups, total, err := o.Groups(scope, by, ledger.Days{}, time.UTC)
			fmt.Fprintln(&out, scope, by, groups, total, err)
		}
		fmt.Fprintln(&out, o.Abroad(scope))
	}
	return out.String()
}

// counts compares a count with all rows counted at once.
func counts(t *testing.T, j *Journal, c *OthersCount, after ...any) {
	t.Helper()
	whole, err := j.Others(t.Context())
	fine(t, err)
	if got, want := allOf(t, &c.Others), allOf(t, &whole); got != want {
		t.Fatalf("%v:\n%s\nat once:\n%s", after, got, want)
	}
}

// A first reading of many pages reads every row once, and nothing is read while
// nothing has changed.
func TestOthersAreCountedOnce(t *testing.T) {
	j := opened(t, journalPath(t))
	fine(t, j.AppendEntry(t.Context(), Entry{Kind: EntryAccepted, Entry: ledger.Entry{At: noon, Job: "job0"}}))
	const pages, page = 30, 20
	var c OthersCount
	at := noon
	for p := range pages {
		var rows []settle.Row
		for n := range page {
			rows = append(rows, usageOf(p*page+n, api.Micros(1+p)))
		}
		savedUsage(t, j, at, rows...)
		at = at.Add(settle.Rest)
		for again := range 2 {
			if news, err := c.Read(t.Context(), j); err != nil || news != (again == 0) {
				t.Fatal(p, news, err)
			}
		}
	}
	if c.looks != pages*page {
		t.Errorf("%d rows were read, of %d", c.looks, pages*page)
	}
	counts(t, j, &c, "page by page")
}

// Whatever happens after rows were counted, the next count is as if all were
// counted at once: jobs and keys become ours, batches tell what they became, rows
// change.
func TestCountedRowsBecomeOursOrChange(t *testing.T) {
	accepted := func(j *Journal, e ledger.Entry) {
		e.At = noon
		fine(t, j.AppendEntry(t.Context(), Entry{Kind: EntryAccepted, Entry: e}))
	}
	for name, happens := range map[string]func(j *Journal){
		"a job is ours":            func(j *Journal) { accepted(j, ledger.Entry{Job: "job1"}) },
		"the batch of a job":       func(j *Journal) { fine(t, j.SaveBatchJobs(t.Context(), "ours", []api.ID{"job1"}, noon)) },
		"a batch with a known job": func(j *Journal) { accepted(j, ledger.Entry{Job: "known", Batch: true}) },
		"a line of a batch": func(j *Journal) {
			_, err := j.db.ExecContext(t.Context(), `INSERT INTO members (id, in_set, row, lang, batch, made_of, seconds, draft)
				VALUES ('job1', 'a', 1, '', '', '', 0, '')`)
			fine(t, err)
		},
		"it may be ours": func(j *Journal) {
			s := sending(t, confirmed("s1"))
			fine(t, j.BeginSending(t.Context(), s))
			fine(t, s.Answer(api.Unknown, "", "", noon.Add(time.Hour)))
			s.Lead = "job1"
			fine(t, j.SaveSubmission(t.Context(), s))
		},
		"a key is ours": func(j *Journal) {
			accepted(j, ledger.Entry{Job: "job9"})
			savedUsage(t, j, noon.Add(settle.Rest), usageOf(9, 5))
		},
		"a row changes": func(j *Journal) { savedUsage(t, j, noon.Add(settle.Rest), usageOf(1, 500)) },
		"a row comes":   func(j *Journal) { savedUsage(t, j, noon.Add(settle.Rest), usageOf(10, 500)) },
		"nothing":       func(*Journal) {},
	} {
		j := opened(t, journalPath(t))
		accepted(j, ledger.Entry{Job: "job3"})
		accepted(j, ledger.Entry{Job: "ours", Batch: true})
		fine(t, j.SaveBatchJobs(t.Context(), "known", []api.ID{"job1"}, noon))
		savedUsage(t, j, noon, usageOf(0, 1), usageOf(1, 2), usageOf(2, 3), usageOf(3, 4), usageOf(5, 6))
		var c OthersCount
		for range 2 {
			_, err := c.Read(t.Context(), j)
			fine(t, err)
			counts(t, j, &c, name)
			happens(j)
			happens = func(*Journal) {}
		}
	}
}
