package journal

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"dubtop/api"
	"dubtop/state/ledger"
)

// For every bit: go test ./state/journal -run Flipped -flips 1.
var flips = flag.Int("flips", 61, "a bit flips in one of so many bytes")

// tampered opens the file without the journal and changes the ledger.
func tampered(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", dsn(path, synced))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, sql := range append([]string{"DROP TRIGGER IF EXISTS ledger_stays", "DROP TRIGGER IF EXISTS ledger_is_final"}, statements...) {
		if _, err := db.ExecContext(t.Context(), sql); err != nil {
			t.Fatal(sql, err)
		}
	}
}

// booked creates a journal with n rows in its ledger, and closes it.
func booked(t *testing.T, n int) (path string) {
	t.Helper()
	path = journalPath(t)
	j := opened(t, path)
	for i := range n {
		appended(t, j, accepted(i))
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheLedgerIsAppendOnly(t *testing.T) {
	j := opened(t, booked(t, 2))
	for _, sql := range []string{"DELETE FROM ledger", "UPDATE ledger SET estimate = 0"} {
		if _, err := j.db.ExecContext(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// Every change is noticed, reported with its number, and not counted. The other
// rows are.
func TestChangedRowsAreKeptOut(t *testing.T) {
	for name, c := range map[string]struct {
		change string
		rows   []int64 // still trusted
		damage []int64 // reported numbers
		words  string
	}{
		"a bit of an amount":     {"UPDATE ledger SET estimate = estimate | 1048576 WHERE seq = 3", []int64{1, 2, 4, 5}, []int64{3}, "row 3 was changed"},
		"an amount forgotten":    {"UPDATE ledger SET estimate = NULL WHERE seq = 3", []int64{1, 2, 4, 5}, []int64{3}, "not counted"},
		"two amounts":            {"UPDATE ledger SET estimate = 100001 WHERE seq IN (1, 5)", []int64{2, 3, 4}, []int64{1, 5}, "row 5 was changed"},
		"a bit of a checksum":    {"UPDATE ledger SET sum = zeroblob(32) WHERE seq = 2", []int64{1, 3, 4, 5}, []int64{2}, "row 2"},
		"a row in the middle":    {"DELETE FROM ledger WHERE seq IN (2, 3)", []int64{1, 4, 5}, []int64{2}, "rows 2 to 3 are missing"},
		"the first row":          {"DELETE FROM ledger WHERE seq = 1", []int64{2, 3, 4, 5}, []int64{1}, "row 1 is missing"},
		"the last rows":          {"DELETE FROM ledger WHERE seq > 3", []int64{1, 2, 3}, []int64{4}, "rows 4 to 5 are missing"},
		"all rows":               {"DELETE FROM ledger", nil, []int64{1}, "rows 1 to 5 are missing"},
		"the head":               {"DELETE FROM ledger_head", []int64{1, 2, 3, 4, 5}, []int64{6}, "after row 5"},
		"a head of before":       {"UPDATE ledger_head SET seq = 4", []int64{1, 2, 3, 4, 5}, []int64{6}, "after row 5"},
		"two rows change places": {"UPDATE ledger SET seq = 14 - seq WHERE seq IN (2, 3)", []int64{1, 4, 5}, []int64{2, 6, 11, 12}, "missing"},
	} {
		t.Run(name, func(t *testing.T) {
			path := booked(t, 5)
			tampered(t, path, c.change)
			j := opened(t, path)
			entries, damage, err := j.Entries(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var rows, told []int64
			var words []string
			for _, e := range entries {
				rows = append(rows, e.Seq)
			}
			for _, d := range damage {
				told = append(told, d.Seq)
				words = append(words, d.What)
			}
			slices.Sort(told)
			slices.Sort(c.damage)
			if !slices.Equal(rows, c.rows) || !slices.Equal(told, c.damage) || !strings.Contains(strings.Join(words, "; "), c.words) {
				t.Errorf("believed %v, told %v %q; want %v and %v", rows, told, words, c.rows, c.damage)
			}
			// New entries are still booked, and the damage remains.
			appended(t, j, accepted(9))
			after, still, err := j.Entries(t.Context())
			if err != nil || len(after) != len(entries)+1 || name != "the head" && name != "a head of before" && len(still) < len(damage) {
				t.Errorf("after another job: %d entries, damage %+v (%v)", len(after), still, err)
			}
		})
	}
}

// A page that was never written leaves older rows in place. They are intact,
// but the next row does not follow them.
func TestRowOfAnOlderPageIsNoticed(t *testing.T) {
	path := booked(t, 3)
	other := accepted(1)
	other.Seq, other.Estimate = 2, new(api.Micros(1))
	values := other.values()
	j := opened(t, path)
	var prev []byte
	if err := j.db.QueryRowContext(t.Context(), "SELECT prev FROM ledger WHERE seq = 2").Scan(&prev); err != nil {
		t.Fatal(err)
	}
	_ = j.Close()
	tampered(t, path, fmt.Sprintf("UPDATE ledger SET estimate = 1, sum = x'%x' WHERE seq = 2", checksum(prev, values)))
	_, damage, err := opened(t, path).Entries(t.Context())
	if err != nil || len(damage) != 1 || damage[0].Seq != 3 || !strings.Contains(damage[0].What, "does not follow") {
		t.Errorf("damage = %+v, %v", damage, err)
	}
}

// smallJournal returns a closed journal of small pages with a ledger.
func smallJournal(t *testing.T, n int) (path string, want []Entry) {
	t.Helper()
	path = journalPath(t)
	if err := prepare(path); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "PRAGMA page_size = 512; VACUUM"); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	j := opened(t, path)
	for i := range n {
		appended(t, j, accepted(i))
	}
	appended(t, j, learned(EntryCost, ledger.Entry{Job: "g0", Actual: new(api.Micros(99_999)), Basis: ledger.BasisBilled}))
	want = sound(t, j)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return path, want
}

// believed reads the ledger of a file in any state, and checks that everything
// counted is true, and that anything missing is reported.
func believed(t *testing.T, path string, want []Entry) (told bool) {
	t.Helper()
	j, err := Open(t.Context(), path)
	if err != nil {
		return true
	}
	defer j.Close()
	got, damage, err := j.Entries(t.Context())
	for _, e := range got {
		if i := int(e.Seq) - 1; i < 0 || i >= len(want) || !reflect.DeepEqual(e, want[i]) {
			t.Errorf("believed %+v", e)
			return
		}
	}
	if !slices.IsSortedFunc(got, func(a, b Entry) int { return int(a.Seq - b.Seq) }) {
		t.Errorf("out of order: %+v", got)
	}
	told = err != nil || len(damage) > 0
	if len(got) != len(want) && !told {
		t.Errorf("%d of %d rows are there, and nothing is told", len(got), len(want))
	}
	return told
}

// A bit may flip anywhere in the file. Nothing crashes, and no sum is wrong
// without a report.
func TestFlippedBitsNeverMakeAWrongSum(t *testing.T) {
	path, want := smallJournal(t, 6)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tries, told := 0, 0
	for i := 0; i < len(whole); i += *flips {
		broken := bytes.Clone(whole)
		broken[i] ^= 1 << (i % 8)
		target := filepath.Join(filepath.Dir(path), "broken.db")
		if err := os.WriteFile(target, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		tries++
		if believed(t, target, want) {
			told++
		}
		if t.Failed() {
			t.Fatalf("with byte %d of %d changed", i, len(whole))
		}
		for _, rest := range []string{"-wal", "-shm"} {
			_ = os.Remove(target + rest)
		}
	}
	t.Logf("%d of %d flips in a file of %d bytes were told", told, tries, len(whole))
}

// This flips every bit of every amount, in the bytes of the file.
func TestEveryBitOfAnAmountIsNoticed(t *testing.T) {
	path, want := smallJournal(t, 2)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	amount := binary.BigEndian.AppendUint32(nil, 100_000)[1:] // SQLite stores it in three bytes
	found := 0
	for at := 0; ; at++ {
		n := bytes.Index(whole[at:], amount)
		if n < 0 {
			break
		}
		at += n
		for bit := range 8 * len(amount) {
			broken := bytes.Clone(whole)
			broken[at+bit/8] ^= 1 << (bit % 8)
			target := filepath.Join(filepath.Dir(path), "broken.db")
			if err := os.WriteFile(target, broken, 0o600); err != nil {
				t.Fatal(err)
			}
			if !believed(t, target, want) {
				t.Fatalf("bit %d of the amount at %d is not noticed", bit, at)
			}
		}
		found++
	}
	if found < 2 {
		t.Errorf("%d amounts were found in the file, want 2", found)
	}
}

func TestTruncatedLedgerIsNoticed(t *testing.T) {
	path, want := smallJournal(t, 6)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for part := 1; part < 16; part++ {
		target := filepath.Join(filepath.Dir(path), "broken.db")
		if err := os.WriteFile(target, whole[:len(whole)*part/16], 0o600); err != nil {
			t.Fatal(err)
		}
		if !believed(t, target, want) {
			t.Errorf("%d sixteenths of the file pass for all of it", part)
		}
	}
}

// If a page is damaged, the rows before it are read, and nothing more can be
// spent.
func TestUnreadablePageIsReported(t *testing.T) {
	path := booked(t, 200)
	j := opened(t, path)
	var root int64
	if err := j.db.QueryRowContext(t.Context(), "SELECT rootpage FROM sqlite_schema WHERE name = 'ledger'").Scan(&root); err != nil {
		t.Fatal(err)
	}
	_ = j.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(whole[(root-1)*4096:root*4096], bytes.Repeat([]byte{0xff}, 4096))
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	j = opened(t, path)
	_, damage, err := j.Entries(t.Context())
	if !errors.Is(err, ErrDamaged) || len(damage) == 0 {
		t.Errorf("damage = %+v, %v", damage, err)
	}
	if err := j.BeginSending(t.Context(), sending(t, confirmed("new"))); !errors.Is(err, ErrDamaged) {
		t.Errorf("BeginSending = %v, want ErrDamaged", err)
	}
}
