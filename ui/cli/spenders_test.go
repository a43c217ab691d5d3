package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/journal"
	"dubtop/state/settle"
)

// shared is the journal of autumn, with rows of others beside it: the same key, a
// key called night, and one in another currency.
func (d *desk) shared() *journal.Journal {
	d.t.Helper()
	j := d.autumn()
	row := func(id, key, name, currency string, cost api.Micros) settle.Row {
		at := time.Date(2026, 10, 26, 12, 0, 0, 0, time.UTC)
		return settle.Row{ID: id, Key: key, KeyName: text.Of(name), Model: "sync-3", Status: "COMPLETED", Created: at, Ended: at.Add(time.Minute), Currency: text.Of(currency), Cost: &cost}
	}
	now := time.Now()
	w, mine, err := j.ClaimUsage(d.t.Context(), now, now)
	if err != nil || !mine {
		d.t.Fatal(mine, err)
	}
	_, err = j.SaveUsage(d.t.Context(), w, []settle.Row{
		row("g1", "k1", "dubtop", "USD", 950_000), row("g2", "k1", "dubtop", "EUR", 120_000), row("e1", "k1", "dubtop", "USD", 2_000_000),
		row("n1", "k2", "night", "USD", 30_000_000), row("n2", "k2", "night", "GBP", 5_000_000),
	}, "", now)
	if err != nil {
		d.t.Fatal(err)
	}
	return j
}

func TestSpendBySpender(t *testing.T) {
	d := newDesk(t)
	d.shared()
	d.says("spend --by spender", `SPENDER              JOBS     COST  UNKNOWN  ESTIMATED  ACTUAL  FAILED    LOST  CREDITS
key night               2   $30.00        1          -       -       0   $0.00        -
this key, elsewhere     1    $2.00        0          -       -       0   $0.00        -
dubtop                  4   ~$1.06        1     ~$1.00   $0.95       1  ~$0.10      2.5
total                   7  ~$33.06        2     ~$1.00   $0.95       1  ~$0.10      2.5

~ marks sums with estimates: 2 jobs without a known cost.
COST leaves out 2 jobs of unknown cost in dollars.
ESTIMATED and ACTUAL cover 1 job where both are known (-5.0 %).
LOST is the part of COST for 1 job that failed.
Counted: the organisation's jobs.
Not in the sums: 0.12 EUR for 1 job, of dubtop.
Not in the sums: 5.00 GBP for 1 job, of other keys.
`)
	if got := d.run("spend --by spender --csv"); !strings.Contains(got.out, "\"this key, elsewhere\",1,0,2.00,") || !strings.Contains(got.out, "\r\ndubtop,4,13.75,1.05534,") {
		t.Errorf("%+v", got)
	}
}

// Sums count dubtop's own jobs unless the configuration or a flag says otherwise,
// and say which.
func TestSpendScope(t *testing.T) {
	d := newDesk(t)
	d.shared()
	total := func(line, cost, counted string) {
		t.Helper()
		got := d.run(line)
		if !strings.Contains(got.out, cost) || !strings.Contains(got.out, counted) {
			t.Errorf("%s: %+v", line, got)
		}
	}
	total("spend", "total          4  ~$1.06", "Counted: dubtop's own jobs.\nNot in the sums: 0.12 EUR")
	total("spend --scope key", "~$3.06", "Counted: this key's jobs.")
	total("spend --scope organisation --json", `"scope": "organisation"`, `"cost_usd": 33.05534`)
	total("spend --until 2026-10-25 --scope key", "total          3  ~$1.06", "Counted: this key's jobs.")
	total("spend --by project --scope key", "-           5", "Counted: this key's jobs.")
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte("[budget]\nscope = \"organisation\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.variables["DUBTOP_CONFIG"] = path
	total("spend", "~$33.06", "Counted: the organisation's jobs.")
	total("spend --scope dubtop", "~$1.06", "Counted: dubtop's own jobs.")
	if got := d.run("spend --scope mine"); got.status != StatusUsage || !strings.Contains(got.errors, "it must be dubtop, key or organisation") {
		t.Errorf("%+v", got)
	}
	if got := d.run("spend --scope key --label acme"); got.status != StatusUsage {
		t.Errorf("%+v", got)
	}
}

// An invoice has the later takes and the failures apart, and a complaint to the
// vendor only what was billed differently.
func TestInvoiceAndComplaint(t *testing.T) {
	d := newDesk(t)
	j := d.autumn()
	var seen []state.Generation
	for _, id := range []api.ID{"g0", "g1"} {
		seen = append(seen, state.Generation{ID: id, Created: noon, Status: "COMPLETED", MadeFrom: 7})
	}
	if err := j.SaveGenerations(t.Context(), seen, noon); err != nil {
		t.Fatal(err)
	}
	d.says("spend --by label --retakes --csv --label promo --until 2026-10-25", "label,jobs,seconds,cost_usd,cost_unknown_jobs,estimated_only_jobs,failed_jobs,failed_cost_usd,retakes,retakes_cost_usd\r\n"+
		"promo,2,11.5,0.95534,0,1,0,0.00,1,0.95\r\n")
	if got := d.run("spend --by label --retakes"); !strings.Contains(got.out, "RETAKES  ON RETAKES") || got.status != 0 {
		t.Errorf("%+v", got)
	}
	d.says("spend --billed-differently --csv", "job,sent,model,outcome,seconds,estimate_usd,billed_usd,difference_usd,what\r\n"+
		"g1,2026-10-25T00:00:00+02:00,lipsync-2,COMPLETED,10,1.00,0.95,-0.05,$0.05 less than estimated\r\n")
	d.says("spend --billed-differently --since 2026-10-26", "Nothing billed differently since 2026-10-26.\n")
}
