package cli

import (
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/journal"
	"dubtop/state/ledger"
)

// A report counts what ended on a day, and what was spent on it.
func TestReportOfADay(t *testing.T) {
	d := newDesk(t)
	d.says("report --day 2026-10-25", "day      2026-10-25\ndone     0\nfailed   0\nunsaved  0\nspent    $0.00 for 0 jobs sent\n")
	j := d.autumn()
	for job, outcome := range map[api.ID]string{"g0": "COMPLETED", "g1": "COMPLETED", "g2": "FAILED"} {
		at := time.Date(2026, 10, 25, 12, 0, 0, 0, d.world.Zone)
		if job == "g0" {
			at = at.Add(24 * time.Hour)
		}
		e := journal.Entry{Kind: journal.EntryOutcome, Entry: ledger.Entry{At: at, Job: job, Outcome: text.Of(outcome)}}
		if err := j.AppendEntry(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	d.says("report --day 2026-10-25", "day      2026-10-25\ndone     1\nfailed   1\nunsaved  1\nspent    ~$1.05 for 2 jobs sent\n")
	if got := d.run("report --day 2026-10-26 --json=done,late,spent"); got.status != 0 || !strings.Contains(got.out, `"done": 1`) || !strings.Contains(got.out, `"late": null`) {
		t.Errorf("%+v", got)
	}
	if got := d.run("report --day yesterday"); got.status != StatusUsage {
		t.Errorf("%+v", got)
	}
}
