package journal

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/ledger"
)

// summed saves the sums even of a short ledger.
func summed(t interface{ Fatal(...any) }, j *Journal) {
	ctx := contextOf(t)
	spent, err := j.Verify(ctx, nil)
	if err != nil || len(spent.Damage) > 0 {
		t.Fatal(spent.Damage, err)
	}
	before, err := j.savedSums(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var end link
	err = j.glance(ctx, func(tx *sql.Tx) (err error) {
		end, err = lastLink(ctx, tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if end.seq == 0 {
		return
	}
	j.saveSums(ctx, &spent.Sums, mark{link: end, labels: before.revision, checked: noon})
}

// fromEntries returns the ledger as built from its entries, with the current
// labels.
func fromEntries(t interface{ Fatal(...any) }, j *Journal) *ledger.Ledger {
	entries, damage, err := j.Entries(contextOf(t))
	if err != nil || len(damage) > 0 {
		t.Fatal(damage, err)
	}
	l := LedgerOf(entries)
	labels, err := j.Labels(contextOf(t))
	if err != nil {
		t.Fatal(err)
	}
	l.Relabel(labels)
	return l
}

// agree compares the sums with the entries.
func agree(t interface{ Fatal(...any) }, j *Journal, labels bool) Spent {
	spent, err := j.Spent(contextOf(t), labels)
	if err != nil || len(spent.Damage) > 0 || spent.SumsDamaged {
		t.Fatal(spent.Damage, spent.SumsDamaged, err)
	}
	l := fromEntries(t, j)
	for _, by := range []ledger.Grouping{ledger.ByDay, ledger.ByMonth, ledger.ByModel, ledger.ByLabel} {
		if by == ledger.ByLabel && !labels {
			continue
		}
		groups, total, err := spent.Groups(by, ledger.Days{}, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if want := l.Groups(by, time.UTC); !reflect.DeepEqual(groups, want) || total != l.Total() {
			t.Fatal(fmt.Sprintf("by %s\n%+v\nwant\n%+v", by, groups, want))
		}
	}
	return spent
}

// While jobs are booked, get costs, end and get labels, and the sums are saved
// in between, the sums always equal those of the entries.
func TestSavedSumsEqualTheEntries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j, err := OpenMemory()
		if err != nil {
			t.Fatal(err)
		}
		defer j.Close()
		job := func() api.ID { return api.ID(fmt.Sprint("g", rapid.IntRange(0, 8).Draw(t, "job"))) }
		names := rapid.SampledFrom([]text.Text{"", "a", "b"})
		add := func(e Entry) {
			e.At = noon.Add(time.Duration(rapid.IntRange(0, 60*24*3).Draw(t, "minutes")) * time.Minute)
			if err := j.AppendEntry(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"accepted": func(t *rapid.T) {
				id := job()
				add(Entry{Kind: EntryAccepted, Entry: ledger.Entry{
					Submission: "s-" + string(id), Job: id, Model: names.Draw(t, "model"), Label: names.Draw(t, "label"), Seconds: 10.04,
					Estimate: new(api.Micros(rapid.IntRange(0, 9).Draw(t, "estimate"))),
				}})
			},
			"cost": func(t *rapid.T) {
				basis := rapid.SampledFrom([]ledger.CostBasis{ledger.BasisBilled, ledger.BasisDerived}).Draw(t, "basis")
				add(learned(EntryCost, ledger.Entry{Job: job(), Actual: new(api.Micros(rapid.IntRange(0, 9).Draw(t, "cost"))), Basis: basis}))
			},
			"end": func(t *rapid.T) {
				outcome := rapid.SampledFrom([]text.Text{"COMPLETED", "FAILED"}).Draw(t, "outcome")
				add(learned(EntryOutcome, ledger.Entry{Job: job(), Outcome: outcome, Seconds: 3, Label: names.Draw(t, "label")}))
			},
			"label": func(t *rapid.T) {
				if err := j.LabelAll(t.Context(), []string{string(job())}, string(names.Draw(t, "label"))); err != nil {
					t.Fatal(err)
				}
			},
			"save": func(t *rapid.T) { summed(t, j) },
			"":     func(t *rapid.T) { agree(t, j, rapid.Bool().Draw(t, "by label")) },
		})
	})
}

func totalOf(s Spent) (ledger.Tally, error) {
	_, total, err := s.Groups(ledger.ByDay, ledger.Days{}, time.UTC)
	return total, err
}

// long creates a journal with a ledger that is long enough for saved sums, and
// saves them.
func long(t *testing.T) (path string, j *Journal) {
	t.Helper()
	path = journalPath(t)
	j = opened(t, path)
	bookMany(t, j, sumsFrom+5)
	agree(t, j, true)
	return path, j
}

func TestLongLedgerIsReadOnce(t *testing.T) {
	_, j := long(t)
	saved, err := j.savedSums(t.Context())
	if err != nil || !saved.good || saved.seq != sumsFrom+5 {
		t.Fatalf("saved: %+v, %v", saved.mark, err)
	}
	// more rows than are kept apart, some about jobs before the mark
	for i := range int(sumsAgain) {
		appended(t, j, learned(EntryCost, ledger.Entry{Job: api.ID(fmt.Sprint("g", i*2)), Actual: new(api.Micros(i)), Basis: ledger.BasisBilled}))
	}
	if spent := agree(t, j, true); !spent.Checked.Equal(saved.checked) {
		t.Errorf("checked at %s, want %s, when all was read", spent.Checked, saved.checked)
	}
	again, err := j.savedSums(t.Context())
	if err != nil || !again.good || again.seq != sumsFrom+5+sumsAgain || !again.checked.Equal(saved.checked) {
		t.Errorf("saved again: %+v, %v", again.mark, err)
	}
	agree(t, j, true)
}

// Verify finds a change before the mark, and the sums themselves are right
// until then.
func TestChangeBeforeTheMarkIsFound(t *testing.T) {
	for name, change := range map[string]string{
		"a bit of an amount": "UPDATE ledger SET estimate = estimate | 1048576 WHERE seq = 3",
		"a row":              "DELETE FROM ledger WHERE seq = 9",
		"a checksum":         "UPDATE ledger SET sum = zeroblob(32) WHERE seq = 17",
	} {
		t.Run(name, func(t *testing.T) {
			path, j := long(t)
			want, err := totalOf(must(j.Spent(t.Context(), false)))
			if err != nil {
				t.Fatal(err)
			}
			_ = j.Close()
			tampered(t, path, change)
			j = opened(t, path)
			spent := must(j.Spent(t.Context(), false))
			if total, _ := totalOf(spent); total != want || len(spent.Damage) > 0 {
				t.Errorf("the sums say %+v, %+v", total, spent.Damage)
			}
			spent = must(j.Verify(t.Context(), nil))
			if len(spent.Damage) != 1 {
				t.Fatalf("found %+v", spent.Damage)
			}
			// From now on every command reports it.
			if again := must(j.Spent(t.Context(), false)); !reflect.DeepEqual(again.Damage, spent.Damage) {
				t.Errorf("the next command says %+v", again.Damage)
			}
		})
	}
}

// A row before the mark that is read because of a later one is checked at once.
func TestChangedRowIsFoundByALaterOne(t *testing.T) {
	path, j := long(t)
	_ = j.Close()
	tampered(t, path, "UPDATE ledger SET estimate = 1 WHERE seq = 3")
	j = opened(t, path)
	appended(t, j, learned(EntryCost, ledger.Entry{Job: "g2", Actual: new(api.Micros(1)), Basis: ledger.BasisBilled}))
	if spent := must(j.Spent(t.Context(), false)); len(spent.Damage) != 1 || spent.Damage[0].Seq != 3 {
		t.Errorf("found %+v", spent.Damage)
	}
}

// Saved sums that were changed are not used, and computed again.
func TestDamagedSumsAreComputedAgain(t *testing.T) {
	for name, change := range map[string]string{
		"a bit of a sum": "UPDATE ledger_sums SET sums = CAST(substr(sums, 1, 40) || x'7f' || substr(sums, 42) AS BLOB)",
		"no sums":        "UPDATE ledger_sums SET sums = x''",
		"their end":      "UPDATE ledger_sums SET seq = seq - 1",
		"their link":     "UPDATE ledger_sums SET sum = zeroblob(32)",
		"their age":      "UPDATE ledger_sums SET checked_at = checked_at + 1",
		"their seal":     "UPDATE ledger_sums SET seal = zeroblob(32)",
	} {
		t.Run(name, func(t *testing.T) {
			path, j := long(t)
			_ = j.Close()
			tampered(t, path, change)
			j = opened(t, path)
			spent := must(j.Spent(t.Context(), true))
			if total, err := totalOf(spent); err != nil || !spent.SumsDamaged || total != fromEntries(t, j).Total() {
				t.Errorf("%+v, sumsDamaged %t, %v", total, spent.SumsDamaged, err)
			}
			agree(t, j, true) // saved again
		})
	}
}

// The saved sums of a ledger that lost its end, as in a restored copy, are not
// used.
func TestSumsOfATruncatedLedgerAreNotUsed(t *testing.T) {
	path, j := long(t)
	_ = j.Close()
	tampered(t, path, "DELETE FROM ledger WHERE seq > 1000")
	spent := must(opened(t, path).Spent(t.Context(), false))
	if total, err := totalOf(spent); err != nil || total.Jobs != 1000 || len(spent.Damage) != 1 {
		t.Errorf("%d jobs, %+v, %v", total.Jobs, spent.Damage, err)
	}
}

// A bit may flip anywhere in a file with sums. No total is wrong without a
// report.
func TestFlippedBitsNeverMakeAWrongTotal(t *testing.T) {
	path, _ := smallJournal(t, 6)
	j := opened(t, path)
	summed(t, j)
	want, err := totalOf(must(j.Spent(t.Context(), false)))
	if err != nil {
		t.Fatal(err)
	}
	_ = j.Close()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	silent := 0
	for i := 0; i < len(file); i += *flips {
		broken := bytes.Clone(file)
		broken[i] ^= 1 << (i % 8)
		target := filepath.Join(filepath.Dir(path), "broken.db")
		if err := os.WriteFile(target, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		if j, err := Open(t.Context(), target); err == nil {
			spent, err := j.Spent(t.Context(), false)
			total, coarse := totalOf(spent)
			if told := err != nil || coarse != nil || len(spent.Damage) > 0; !told && total != want {
				t.Fatalf("byte %d of %d: %+v, want %+v", i, len(file), total, want)
			} else if !told {
				silent++
			}
			_ = j.Close()
		}
		for _, rest := range []string{"-wal", "-shm"} {
			_ = os.Remove(target + rest)
		}
	}
	t.Logf("%d flips left the totals as they were", silent)
}

// A journal of version 4 gets sums when it is next used. A program that only
// knows version 4 can then read the file but not write it.
func TestVersionWithoutSumsIsUpgraded(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	bookMany(t, j, sumsFrom)
	want := fromEntries(t, j).Total()
	downgrade(t, j, 4)
	_ = j.Close()
	j = opened(t, path)
	for range 2 {
		if total, err := totalOf(agree(t, j, true)); err != nil || total != want {
			t.Errorf("%+v, want %+v, %v", total, want, err)
		}
	}
	var from int
	if err := j.db.QueryRowContext(t.Context(), "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'readable_from'").Scan(&from); err != nil || from > 4 {
		t.Errorf("readable from version %d on, %v", from, err)
	}
	if saved, err := j.savedSums(t.Context()); err != nil || !saved.good {
		t.Errorf("saved %+v, %v", saved.mark, err)
	}
}

// In a journal written by a newer dubtop nothing is saved, but everything is
// read.
func TestNewerJournalIsSummedWithoutSaving(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	bookMany(t, j, sumsFrom)
	if _, err := j.db.ExecContext(t.Context(), fmt.Sprintf("PRAGMA user_version = %d", schemaVersion+1)); err != nil {
		t.Fatal(err)
	}
	_ = j.Close()
	j = opened(t, path)
	agree(t, j, true)
	if saved, err := j.savedSums(t.Context()); err != nil || saved.good {
		t.Errorf("saved %+v, %v", saved.mark, err)
	}
}

func TestSumsThatOverflowAreNotSaved(t *testing.T) {
	j := opened(t, journalPath(t))
	bookMany(t, j, sumsFrom)
	for i := range 2 {
		e := accepted(5000 + i)
		e.At, e.Estimate = noon, new(api.Micros(math.MaxInt64))
		appended(t, j, e)
	}
	spent := must(j.Spent(t.Context(), false))
	if _, err := totalOf(spent); err == nil {
		t.Error("sums that can't be exact are believed")
	}
	if saved, err := j.savedSums(t.Context()); err != nil || saved.good {
		t.Errorf("saved %+v, %v", saved.mark, err)
	}
}

func TestVerifyIsDueOnceADay(t *testing.T) {
	short := opened(t, journalPath(t))
	bookMany(t, short, sumsFrom-1)
	if due, err := short.VerifyDue(t.Context()); err != nil || !due.IsZero() {
		t.Errorf("a short ledger is due at %s, %v", due, err)
	}
	j := opened(t, journalPath(t))
	bookMany(t, j, sumsFrom)
	if due, err := j.VerifyDue(t.Context()); err != nil || time.Since(due) > time.Minute {
		t.Errorf("one that was never read is due at %s, %v", due, err)
	}
	pages := 0
	began := time.Now()
	if _, err := j.Verify(t.Context(), func() { pages++ }); err != nil || pages != 2 {
		t.Errorf("%d pages, %v", pages, err)
	}
	if due, err := j.VerifyDue(t.Context()); err != nil || due.Before(began.Add(verifyEvery)) {
		t.Errorf("next due at %s, %v", due, err)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// BenchmarkSpent100k measures dubtop spend on a long ledger.
func BenchmarkSpent100k(b *testing.B) {
	j := opened(b, journalPath(b))
	bookEntries(b, j, 100_000, aYear)
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			must(j.Verify(b.Context(), nil))
		}
	})
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			spent := must(j.Spent(b.Context(), false))
			if total, err := totalOf(spent); err != nil || total.Jobs != 100_000 {
				b.Fatal(total.Jobs, err)
			}
		}
	})
}

// contextOf returns the context of a test or a benchmark.
func contextOf(t any) context.Context { return t.(interface{ Context() context.Context }).Context() }
