package account

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/journal"
	"dubtop/state/ledger"
)

// A session compares a long ledger with its checksums once a day, and shows
// what has changed since it was read.
func TestLongLedgerIsVerifiedOnceADay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j, err := journal.Open(t.Context(), path)
	must(t, err)
	for i := range 1000 {
		must(t, j.AppendEntry(t.Context(), journal.Entry{Kind: journal.EntryAccepted, Entry: ledger.Entry{
			At: time.Now(), Job: api.ID(fmt.Sprint("g", i)), Estimate: new(api.Micros(1)),
		}}))
	}
	must(t, j.Close())
	a := awake(t, path)
	defer a.Close()
	now := time.Now()
	run := func() (found []Event) {
		for {
			work := append(a.once, a.verifyDue(now)...)
			if a.once = nil; len(work) == 0 {
				return found
			}
			for _, w := range work {
				found = append(found, a.Apply(w.Run(t.Context()), now)...)
			}
		}
	}
	if found := run(); len(found) != 1 || found[0].Kind != EventLedger || found[0].Count != 0 {
		t.Fatalf("at the start: %+v", found)
	}
	due, err := a.Journal.VerifyDue(t.Context())
	must(t, err)
	if due.After(time.Now()) {
		t.Error("the ledger was verified at the start, which has enough to do")
	}
	now = now.Add(2 * verifyAfter)
	if found := run(); len(found) != 0 {
		t.Errorf("a minute later: %+v", found)
	}
	if due, err = a.Journal.VerifyDue(t.Context()); err != nil || due.Before(time.Now().Add(verifyAgain/2)) {
		t.Errorf("it was not verified, but is due at %s, %v", due, err)
	}
	db, err := sql.Open("sqlite", path)
	must(t, err)
	_, err = db.ExecContext(t.Context(), "DROP TRIGGER ledger_is_final; UPDATE ledger SET estimate = 3 WHERE seq = 5")
	must(t, err)
	must(t, db.Close())
	if found := run(); len(found) != 0 {
		t.Errorf("on the same day: %+v", found)
	}
	now = now.Add(verifyAgain)
	if found := run(); len(found) != 1 || found[0].Count != 1 {
		t.Errorf("on the next day: %+v", found)
	}
	// What was read before the change still counts.
	if l := &a.Store.Ledger; l.Total().Jobs != 1000 || l.Rows().Len() != 1001 || l.Rows().At(0).Damage == "" {
		t.Errorf("%d jobs are counted, %d rows shown", l.Total().Jobs, l.Rows().Len())
	}
}
