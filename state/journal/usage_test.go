package journal

import (
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/ledger"
	"dubtop/state/settle"
)

func finishedRow(id, currency string, cost api.Micros) settle.Row {
	return settle.Row{ID: id, Key: "k", KeyName: "night", Model: "lipsync-2", Status: "COMPLETED", Created: noon.Add(-time.Minute), Ended: noon, Currency: text.Of(currency), Cost: &cost}
}

// Of several processes one reads what finished. Another one goes on where it was
// when it ended, and not before the rest is over.
func TestUsageIsReadByOneProcess(t *testing.T) {
	path := journalPath(t)
	one, two := opened(t, path), opened(t, path)
	claim := func(j *Journal, at time.Time) (settle.Walk, bool) {
		t.Helper()
		w, mine, err := j.ClaimUsage(t.Context(), at, at)
		if err != nil {
			t.Fatal(err)
		}
		return w, mine
	}
	w, mine := claim(one, noon)
	if _, too := claim(two, noon); !mine || too {
		t.Fatalf("one reads: %t, two reads: %t", mine, too)
	}
	if _, err := one.SaveUsage(t.Context(), w, []settle.Row{finishedRow("a", "USD", 1)}, "next", noon); err != nil {
		t.Fatal(err)
	}
	_ = one.Close() // in the middle of it
	w, mine = claim(two, noon)
	if !mine || w.Cursor != "next" {
		t.Fatalf("%+v, %t", w, mine)
	}
	w, err := two.SaveUsage(t.Context(), w, []settle.Row{finishedRow("b", "USD", 1)}, "", noon)
	if err != nil || len(w.Todo) > 0 || !w.Through.Equal(noon) {
		t.Fatalf("%+v, %v", w, err)
	}
	three := opened(t, path)
	if _, mine := claim(three, noon.Add(settle.Rest-time.Second)); mine {
		t.Error("it begins again at once")
	}
	if w, mine := claim(three, noon.Add(settle.Rest)); !mine || !w.Todo[0].From.Equal(noon.Add(-settle.Overlap)) {
		t.Errorf("%+v, %t", w, mine)
	}
}

// Costs of our jobs are booked once, others and other currencies not at all, and
// those of a job that becomes ours afterwards.
func TestUsageIsBookedOnce(t *testing.T) {
	j := opened(t, journalPath(t))
	ours := func(id string) {
		t.Helper()
		if err := j.AppendEntry(t.Context(), Entry{Kind: EntryAccepted, Entry: ledger.Entry{At: noon, Job: api.ID(id)}}); err != nil {
			t.Fatal(err)
		}
	}
	ours("a")
	ours("c")
	rows := []settle.Row{finishedRow("a", "USD", 11), finishedRow("b", "", 22), finishedRow("c", "EUR", 33), finishedRow("d", "", 44)}
	at := noon
	for i := range 4 {
		if i == 2 {
			ours("b")
		}
		at = at.Add(settle.Rest)
		w, mine, err := j.ClaimUsage(t.Context(), at, at)
		if err != nil || !mine {
			t.Fatal(mine, err)
		}
		if _, err := j.SaveUsage(t.Context(), w, rows, "", at); err != nil {
			t.Fatal(err)
		}
	}
	entries, _, err := j.Entries(t.Context())
	if err != nil || len(entries) != 5 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	l := LedgerOf(entries)
	for id, want := range map[api.ID]*api.Micros{"a": new(api.Micros(11)), "b": new(api.Micros(22)), "c": nil} {
		if e, _ := l.Find(id); (e.Actual == nil) != (want == nil) || want != nil && *e.Actual != *want {
			t.Errorf("%s: %+v", id, e)
		}
	}
	if n, err := j.UsageAfter(t.Context(), 0, 500); err != nil || len(n.Rows) != 4 || n.More {
		t.Errorf("%+v, %v", n, err)
	}
}

// A row that is pending is asked for again, ever less often, and a known cost stays.
func TestPendingUsageIsReadAgain(t *testing.T) {
	j := opened(t, journalPath(t))
	row := finishedRow("a", "USD", 7)
	row.Cost, row.Pending = nil, true
	save := func(at time.Time, r settle.Row) settle.Walk {
		t.Helper()
		w, mine, err := j.ClaimUsage(t.Context(), at, at)
		if err != nil || !mine {
			t.Fatal(mine, err)
		}
		if _, err := j.SaveUsage(t.Context(), w, []settle.Row{r}, "", at); err != nil {
			t.Fatal(err)
		}
		for range w.Todo[1:] {
			if w, _, err = j.ClaimUsage(t.Context(), at, at); err == nil {
				_, err = j.SaveUsage(t.Context(), w, nil, "", at)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		return w
	}
	save(noon.Add(time.Minute), row)
	n, err := j.UsageAfter(t.Context(), 0, 9)
	if err != nil || !n.Again.Equal(noon.Add(11*time.Minute)) {
		t.Fatalf("%+v, %v", n, err)
	}
	known := finishedRow("a", "USD", 7)
	save(noon.Add(time.Hour), known)
	save(noon.Add(2*time.Hour), row)
	if n, err := j.UsageAfter(t.Context(), n.Seq, 9); err != nil || !n.Again.IsZero() || len(n.Rows) != 1 || *n.Rows[0].Cost != 7 {
		t.Errorf("%+v, %v", n, err)
	}
}

// A journal of version 8 gets the table, and takes over rows.
func TestUsageIsCarried(t *testing.T) {
	dir := t.TempDir()
	old, fresh := profile(t, dir, oldKey), profile(t, dir, newKey)
	downgrade(t, old, 8)
	_ = old.Close()
	old = profile(t, dir, oldKey)
	w, _, err := fresh.ClaimUsage(t.Context(), noon, noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fresh.SaveUsage(t.Context(), w, []settle.Row{finishedRow("a", "USD", 7)}, "", noon); err != nil {
		t.Fatal(err)
	}
	if err := fresh.SaveBatchJobs(t.Context(), "batch", []api.ID{"a"}, noon); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := Join(t.Context(), dir, newKey, oldKey); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := old.UsageAfter(t.Context(), 0, 9); err != nil || len(n.Rows) != 1 || n.Rows[0].KeyName != "night" {
		t.Errorf("%+v, %v", n, err)
	}
	var batch string
	if err := old.db.QueryRowContext(t.Context(), "SELECT batch FROM batch_jobs WHERE job = 'a'").Scan(&batch); err != nil || batch != "batch" {
		t.Errorf("%q, %v", batch, err)
	}
}
