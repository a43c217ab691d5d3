package cli

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/journal"
	"dubtop/state/ledger"
)

// autumn fills the ledger around the day on which the clocks in Berlin go back,
// which has 25 hours.
func (d *desk) autumn() *journal.Journal {
	d.t.Helper()
	j := d.journal()
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, 10, day, hour, minute, 0, 0, d.world.Zone)
	}
	booked(d.t, j, at(24, 23, 59), ledger.Entry{
		Job: "g0", Submission: "s0", Model: "sync-3", Label: "promo", Seconds: 1.5, Estimate: new(api.Micros(5_340)),
	})
	booked(d.t, j, at(25, 0, 0), ledger.Entry{
		Job: "g1", Submission: "s1", Model: "lipsync-2", Label: "promo", Seconds: 10,
		Estimate: new(api.Micros(1_000_000)), Actual: new(api.Micros(950_000)), Basis: ledger.BasisBilled, Outcome: "COMPLETED",
	})
	booked(d.t, j, at(25, 23, 59), ledger.Entry{
		Job: "g2", Submission: "s2", Model: "lipsync-2", Label: "=1+1\x1b[31m", Seconds: 2.25,
		Estimate: new(api.Micros(100_000)), Outcome: "FAILED",
	})
	booked(d.t, j, at(26, 0, 0), ledger.Entry{Job: "g3", Submission: "s3", Credits: new(2.5)})
	return j
}

func TestSpendAsTable(t *testing.T) {
	d := newDesk(t)
	d.autumn()
	d.says("spend", `DAY         JOBS    COST  UNKNOWN  ESTIMATED  ACTUAL  FAILED    LOST  CREDITS
2026-10-26     1       -        1          -       -       0   $0.00      2.5
2026-10-25     2  ~$1.05        0     ~$1.00   $0.95       1  ~$0.10        -
2026-10-24     1  ~$0.01        0          -       -       0   $0.00        -
total          4  ~$1.06        1     ~$1.00   $0.95       1  ~$0.10      2.5

~ marks sums with estimates: 2 jobs without a known cost.
COST leaves out 1 job of unknown cost in dollars.
ESTIMATED and ACTUAL cover 1 job where both are known (-5.0 %).
LOST is the part of COST for 1 job that failed.
Counted: dubtop's own jobs.
`)
	d.says("spend --by label --since 2026-10-25", `LABEL  JOBS    COST  UNKNOWN  ESTIMATED  ACTUAL  FAILED    LOST  CREDITS
promo     1   $0.95        0     ~$1.00   $0.95       0   $0.00        -
=1+1      1  ~$0.10        0          -       -       1  ~$0.10        -
-         1       -        1          -       -       0   $0.00      2.5
total     3  ~$1.05        1     ~$1.00   $0.95       1  ~$0.10      2.5

~ marks sums with estimates: 1 job without a known cost.
COST leaves out 1 job of unknown cost in dollars.
ESTIMATED and ACTUAL cover 1 job where both are known (-5.0 %).
LOST is the part of COST for 1 job that failed.
Counted: dubtop's own jobs.
`)
	d.says("spend --since 2026-10-27", "Nothing spent since 2026-10-27.\n")
}

func TestSpendTableOmitsNeedlessNotes(t *testing.T) {
	d := newDesk(t)
	booked(t, d.journal(), noon, ledger.Entry{Job: "g1", Model: "lipsync-2", Actual: new(api.Micros(2_000_000)), Basis: ledger.BasisBilled})
	d.says("spend --by month", `MONTH    JOBS   COST  UNKNOWN  ESTIMATED  ACTUAL  FAILED   LOST
2026-11     1  $2.00        0          -       -       0  $0.00
total       1  $2.00        0          -       -       0  $0.00

Counted: dubtop's own jobs.
`)
	d.says("spend --by week", `WEEK      JOBS   COST  UNKNOWN  ESTIMATED  ACTUAL  FAILED   LOST
2026-W48     1  $2.00        0          -       -       0  $0.00
total        1  $2.00        0          -       -       0  $0.00

Counted: dubtop's own jobs.
`)
}

// An amount never looks more certain than it is: billed, estimated (~) and
// computed (?) differ, and a sum is as certain as its least certain part.
func TestAmountsShowHowTheyAreKnown(t *testing.T) {
	d := newDesk(t)
	j := d.journal()
	for i, e := range []ledger.Entry{
		{Model: "billed", Actual: new(api.Micros(1_004_000)), Basis: ledger.BasisBilled},
		{Model: "estimated", Estimate: new(api.Micros(2_000_000))},
		{Model: "derived", Estimate: new(api.Micros(3_000_000)), Actual: new(api.Micros(3_100_000)), Basis: ledger.BasisDerived, Outcome: "FAILED"},
	} {
		e.Job = api.ID(fmt.Sprint("g", i))
		booked(t, j, noon, e)
	}
	d.says("spend --by model", `MODEL      JOBS    COST  UNKNOWN  ESTIMATED  ACTUAL  FAILED    LOST
derived       1  ?$3.10        0     ~$3.00  ?$3.10       1  ?$3.10
estimated     1  ~$2.00        0          -       -       0   $0.00
billed        1   $1.00        0          -       -       0   $0.00
total         3  ?$6.10        0     ~$3.00  ?$3.10       1  ?$3.10

~ marks sums with estimates: 1 job without a known cost.
? marks sums computed from length and list price: 1 job without a bill.
ESTIMATED and ACTUAL cover 1 job where both are known (+3.3 %).
LOST is the part of COST for 1 job that failed.
Counted: dubtop's own jobs.
`)
	if got := d.run("spend --by model --csv"); !strings.Contains(got.out, "billed,1,0,1.004,") {
		t.Errorf("the export is not exact: %s", got.out)
	}
}

func TestSpendAsCSV(t *testing.T) {
	d := newDesk(t)
	d.autumn()
	const head = "jobs,seconds,cost_usd,cost_unknown_jobs,estimated_only_jobs,failed_jobs,failed_cost_usd,credits," +
		"compared_jobs,compared_estimate_usd,compared_actual_usd\r\n"
	d.says("spend --csv", "day,"+head+
		"2026-10-26,1,0,,1,0,0,0.00,2.5,0,,\r\n"+
		"2026-10-25,2,12.25,1.05,0,1,1,0.10,,1,1.00,0.95\r\n"+
		"2026-10-24,1,1.5,0.00534,0,1,0,0.00,,0,,\r\n")
	d.says("spend --csv --by label", "label,"+head+
		"promo,2,11.5,0.95534,0,1,0,0.00,,1,1.00,0.95\r\n"+
		"'=1+1,1,2.25,0.10,0,1,1,0.10,,0,,\r\n"+
		",1,0,,1,0,0,0.00,2.5,0,,\r\n")
	d.says("spend --csv --entries --since 2026-10-25", "time,submission,job,model,label,seconds,estimate_usd,actual_usd,actual_basis,credits,outcome\r\n"+
		"2026-10-25T00:00:00+02:00,s1,g1,lipsync-2,promo,10,1.00,0.95,billed,,COMPLETED\r\n"+
		"2026-10-25T23:59:00+01:00,s2,g2,lipsync-2,'=1+1,2.25,0.10,,,,FAILED\r\n"+
		"2026-10-26T00:00:00+01:00,s3,g3,,,,,,,2.5,\r\n")
}

func TestSpendEntries(t *testing.T) {
	d := newDesk(t)
	d.autumn()
	got := d.run("spend --entries --json --since 2026-10-25")
	var doc struct {
		Since   string           `json:"since"`
		Entries []map[string]any `json:"entries"`
		Damage  []any            `json:"damage"`
	}
	if err := json.Unmarshal([]byte(got.out), &doc); err != nil || got.status != 0 || doc.Since != "2026-10-25" || len(doc.Entries) != 3 || doc.Damage == nil {
		t.Fatalf("%+v: %v", got, err)
	}
	want := map[string]any{
		"time": "2026-10-25T00:00:00+02:00", "submission": "s1", "job": "g1", "kind": "generation", "model": "lipsync-2", "label": "promo", "project": "", "billed_differently": true,
		"seconds": 10.0, "estimate_usd": 1.0, "actual_usd": 0.95, "actual_basis": "billed", "credits": nil, "outcome": "COMPLETED",
	}
	if !reflect.DeepEqual(doc.Entries[0], want) {
		t.Errorf("the first is %v, want %v", doc.Entries[0], want)
	}
	last := doc.Entries[2]
	if last["estimate_usd"] != nil || last["actual_usd"] != nil || last["seconds"] != nil || last["credits"] != 2.5 || last["actual_basis"] != "" {
		t.Errorf("what is unknown is not null: %v", last)
	}
}

func TestSpendAsJSON(t *testing.T) {
	d := newDesk(t)
	d.autumn()
	got := d.run("spend --json --since 2026-10-25")
	checked := regexp.MustCompile(`"checked_at": "[0-9T:-]+Z"`)
	if doc := checked.ReplaceAllString(got.out, `"checked_at": ""`); got.status != 0 || doc != `{
  "version": 1,
  "by": "day",
  "since": "2026-10-25",
  "until": "",
  "scope": "dubtop",
  "groups": [
    {
      "key": "2026-10-26",
      "jobs": 1,
      "seconds": 0,
      "cost_usd": null,
      "cost_unknown_jobs": 1,
      "estimated_only_jobs": 0,
      "failed_jobs": 0,
      "failed_cost_usd": 0.00,
      "failed_cost_unknown_jobs": 0,
      "credits": 2.5,
      "compared_jobs": 0,
      "compared_estimate_usd": null,
      "compared_actual_usd": null
    },
    {
      "key": "2026-10-25",
      "jobs": 2,
      "seconds": 12.25,
      "cost_usd": 1.05,
      "cost_unknown_jobs": 0,
      "estimated_only_jobs": 1,
      "failed_jobs": 1,
      "failed_cost_usd": 0.10,
      "failed_cost_unknown_jobs": 0,
      "credits": null,
      "compared_jobs": 1,
      "compared_estimate_usd": 1.00,
      "compared_actual_usd": 0.95
    }
  ],
  "total": {
    "jobs": 3,
    "seconds": 12.25,
    "cost_usd": 1.05,
    "cost_unknown_jobs": 1,
    "estimated_only_jobs": 1,
    "failed_jobs": 1,
    "failed_cost_usd": 0.10,
    "failed_cost_unknown_jobs": 0,
    "credits": 2.5,
    "compared_jobs": 1,
    "compared_estimate_usd": 1.00,
    "compared_actual_usd": 0.95
  },
  "foreign": [],
  "damage": [],
  "checked_at": ""
}
` {
		t.Errorf("%+v", got)
	}
}

// Damaged rows are reported and left out of the sums, and the exit status is 1.
func TestDamageIsReportedAndNotSummed(t *testing.T) {
	d := newDesk(t)
	d.flip(d.autumn(), "UPDATE ledger SET estimate = estimate + 4 WHERE seq = 1", "UPDATE ledger SET actual = 9 WHERE seq = 2")
	const told = "dubtop: the ledger: row 1 was changed after it was written: its amount is not counted\n" +
		"dubtop: the ledger: row 2 was changed after it was written: its amount is not counted\n" +
		"dubtop: the ledger is damaged in 2 places, so the sums are not reliable; " +
		"compare them with the bills at sync.so/billing, and keep a copy of the journal\n"
	got := d.run("spend --by model")
	want := `MODEL      JOBS    COST  UNKNOWN  ESTIMATED  ACTUAL  FAILED    LOST  CREDITS
lipsync-2     1  ~$0.10        0          -       -       1  ~$0.10        -
-             1       -        1          -       -       0   $0.00      2.5
total         2  ~$0.10        1          -       -       1  ~$0.10      2.5
`
	if got.status != StatusError || !strings.HasPrefix(got.out, want) || got.errors != told {
		t.Errorf("status %d\n%s%s", got.status, got.out, got.errors)
	}
	for _, line := range []string{"spend --csv", "spend --csv --entries"} {
		if got := d.run(line); got.status != StatusError || strings.Count(got.out, "\n") != 3 || got.errors != told {
			t.Errorf("%s: %+v", line, got)
		}
	}
	got = d.run("spend --json")
	if got.status != StatusError || !strings.Contains(got.out, `  "damage": [
    {
      "row": 1,
      "what": "row 1 was changed after it was written: its amount is not counted"
    },
    {
      "row": 2,
      "what": "row 2 was changed after it was written: its amount is not counted"
    }
  ],
`) {
		t.Errorf("in JSON: %+v", got)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(got.errors, "\n"), "\n")
	if e := errorOf(t, lines[len(lines)-1]); e.Code != "damaged" || len(lines) != 3 {
		t.Errorf("the errors in JSON: %q", got.errors)
	}
}

// A long ledger is not read each time. The output says when it was last
// checked, and --verify checks it and finds later changes.
func TestLongLedgerSaysWhenItWasChecked(t *testing.T) {
	d := newDesk(t)
	j := d.journal()
	for i := range 1000 {
		booked(t, j, noon, ledger.Entry{Job: api.ID(fmt.Sprint("g", i)), Model: "sync-3", Estimate: new(api.Micros(1_000_000))})
	}
	const table = `MODEL   JOBS       COST  UNKNOWN  ESTIMATED  ACTUAL  FAILED   LOST
sync-3  1000  ~$1000.00        0          -       -       0  $0.00
total   1000  ~$1000.00        0          -       -       0  $0.00

~ marks sums with estimates: 1000 jobs without a known cost.
Counted: dubtop's own jobs.
`
	d.says("spend --by model", table)
	if got := d.run("spend --by model"); !strings.HasPrefix(got.out, table+"Checked against its checksums up to ") || strings.Count(got.out, "\n") != 7 {
		t.Errorf("%+v", got)
	}
	d.says("spend --by model --verify", table+"Every row of the ledger matches its checksum.\n")
	d.flip(j, "UPDATE ledger SET estimate = 2 WHERE seq = 7", "UPDATE ledger_sums SET sums = x'00'")
	for _, line := range []string{"spend --verify", "spend"} {
		if got := d.run(line); got.status != StatusError || !strings.Contains(got.errors, "row 7 was changed") {
			t.Errorf("%s: %+v", line, got)
		}
	}
}

// Saved sums that changed on the disk are computed again, with a report.
func TestDamagedSumsAreReported(t *testing.T) {
	d := newDesk(t)
	j := d.journal()
	for i := range 1000 {
		booked(t, j, noon, ledger.Entry{Job: api.ID(fmt.Sprint("g", i)), Model: "sync-3", Estimate: new(api.Micros(1_000_000))})
	}
	d.run("spend")
	d.flip(j, "UPDATE ledger_sums SET sums = x'00'")
	if got := d.run("spend --json"); got.status != 0 || !strings.Contains(got.errors, "the saved sums of the ledger were damaged") || !strings.Contains(got.out, `"cost_usd": 1000.00,`) {
		t.Errorf("%+v", got)
	}
	d.flip(d.journal(), "UPDATE ledger_sums SET sums = x'00'")
	if got := d.run("spend --verify"); got.status != StatusError || !strings.Contains(got.errors, "check the disk") {
		t.Errorf("%+v", got)
	}
	if got := d.run("spend --verify"); got.status != 0 || got.errors != "" {
		t.Errorf("%+v", got)
	}
}

// A damaged ledger is not an empty one.
func TestDamagedLedgerWithoutEntriesIsAnError(t *testing.T) {
	d := newDesk(t)
	d.flip(d.autumn(), "DELETE FROM ledger")
	got := d.run("spend")
	if got.status != StatusError || got.out != "The ledger holds no undamaged job.\n" ||
		!strings.Contains(got.errors, "rows 1 to 4 are missing") {
		t.Errorf("%+v", got)
	}
}

func TestOverflowingSumsAreLowerBounds(t *testing.T) {
	d := newDesk(t)
	j := d.journal()
	for _, job := range []api.ID{"g1", "g2"} {
		booked(t, j, noon, ledger.Entry{Job: job, Model: "sync-3", Estimate: new(api.Micros(math.MaxInt64))})
	}
	if got := d.run("spend"); !strings.Contains(got.out, "~$9223372036854.78") || !strings.Contains(got.out, "lower bounds") {
		t.Errorf("%+v", got)
	}
	if got := d.run("spend --json"); !strings.Contains(got.out, `"lower_bound": true`) {
		t.Errorf("in JSON: %+v", got)
	}
}

// A failure of unknown cost is not free.
func TestFailuresOfUnknownCost(t *testing.T) {
	d := newDesk(t)
	booked(t, d.journal(), noon, ledger.Entry{Job: "g1", Model: "sync-3", Outcome: "FAILED"})
	d.says("spend --by model", `MODEL   JOBS  COST  UNKNOWN  ESTIMATED  ACTUAL  FAILED  LOST
sync-3     1     -        1          -       -       1     -
total      1     -        1          -       -       1     -

COST leaves out 1 job of unknown cost in dollars.
LOST is the part of COST for 1 job that failed, 1 of them of unknown cost.
Counted: dubtop's own jobs.
`)
}
