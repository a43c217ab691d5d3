package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dubtop/state/verdict"
)

// A backup of a journal in use restores on another machine, with another key of
// the account, to the same books.
func TestJournalIsBackedUpAndRestored(t *testing.T) {
	d := newDesk(t)
	j := d.autumn()
	enqueue(t, j, confirmed(t, "q1", "promo", dollarPrice(1_250_000)), noon)
	want := d.run("spend --by label --json")
	file := filepath.Join(t.TempDir(), "b.db")
	if got := d.run("journal backup " + file); got.status != 0 || got.errors != "" || !strings.HasPrefix(got.out, "Backed up to "+file+": ") {
		t.Errorf("%+v", got)
	}
	if got := d.run("journal backup " + file); got.status != StatusUsage || !strings.Contains(got.errors, "nothing was replaced; choose another name, or --force") {
		t.Errorf("%+v", got)
	}
	if got := d.run("journal backup --force --json " + file); got.status != 0 || !strings.Contains(got.out, `"requests": 1`) {
		t.Errorf("%+v", got)
	}
	if got := d.run("journal restore " + file); got.status != StatusUsage || !strings.Contains(got.errors, "nothing was changed; end every dubtop, and move that folder away") {
		t.Errorf("%+v", got)
	}
	d.world.Env.Home = t.TempDir()
	if got := d.run("journal backup " + file + "2"); got.status != StatusError || errorOf(t, d.run("journal backup --json "+file+"2").errors).Code != "no_journal" {
		t.Errorf("%+v", got)
	}
	if got := d.run("journal restore " + file); got.status != 0 || !strings.Contains(got.out, "The queue is paused; dubtop journal take-over") {
		t.Errorf("%+v", got)
	}
	if got := d.run("spend --by label --json"); got.status != 0 || checkedless(got.out) != checkedless(want.out) {
		t.Errorf("restored: %s\nwant %s", got.out, want.out)
	}
	if got := d.run("queue ls"); !strings.Contains(got.out, "promo") || !strings.Contains(got.out, "not taken over since the journal was restored") {
		t.Errorf("%+v", got)
	}
	if raw, err := os.ReadFile(file); err != nil || strings.Contains(string(raw), testKey) {
		t.Errorf("the key is in the backup, or %v", err)
	}
}

// A name without a folder is a file of this folder.
func TestBackupBesideTheShell(t *testing.T) {
	d := newDesk(t)
	d.autumn()
	t.Chdir(t.TempDir())
	for _, file := range []string{"b.db", "50%.db", "what?.db", "#1.db"} {
		if got := d.run("journal backup " + file); got.status != 0 {
			t.Errorf("%+v", got)
		}
	}
	d.world.Env.Home = t.TempDir()
	if got := d.run("journal restore what?.db"); got.status != 0 {
		t.Errorf("%+v", got)
	}
}

// checkedless is output without the time of the last check.
func checkedless(out string) string {
	before, _, _ := strings.Cut(out, `"checked_at"`)
	return before
}

func TestBooksAreExportedAndShownBesideOthers(t *testing.T) {
	d := newDesk(t)
	j := d.autumn()
	must(t, j.NoteAll(t.Context(), []string{"g1"}, "the red scarf"))
	must(t, j.JudgeAll(t.Context(), map[string]verdict.Given{"g1": {Verdict: verdict.Approved}}, noon))
	books := d.run("journal export")
	if books.status != 0 || books.errors != "" || !strings.HasPrefix(books.out, `{"version":1,"kind":"books",`) {
		t.Fatalf("%+v", books)
	}
	lines := strings.Split(strings.TrimSpace(books.out), "\n")
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
	theirs := filepath.Join(t.TempDir(), "theirs.jsonl")
	must(t, os.WriteFile(theirs, []byte(books.out), 0o600))
	var their struct{ Total json.RawMessage }
	must(t, json.Unmarshal([]byte(d.run("spend --json --by label").out), &their))

	d.world.Env.Home = t.TempDir() // another producer, who has spent something else
	price := dollarPrice(7_000_000)
	enqueue(t, d.journal(), confirmed(t, "mine", "mine", price), noon)
	alone := d.run("spend --json --by label")
	got := d.run("journal beside --by label --json " + theirs)
	var doc struct {
		Own    struct{ Total json.RawMessage }
		Others []struct {
			Notes, Verdicts int
			Spend           struct{ Total json.RawMessage }
		}
	}
	if err := json.Unmarshal([]byte(got.out), &doc); err != nil || got.status != 0 || len(doc.Others) != 1 {
		t.Fatalf("%v, %+v", err, got)
	}
	if o := doc.Others[0]; o.Notes != 1 || o.Verdicts != 1 || compact(t, o.Spend.Total) != compact(t, their.Total) {
		t.Errorf("theirs is %s, want %s", o.Spend.Total, their.Total)
	}
	var mine struct{ Total json.RawMessage }
	must(t, json.Unmarshal([]byte(alone.out), &mine))
	if compact(t, doc.Own.Total) != compact(t, mine.Total) || checkedless(d.run("spend --json --by label").out) != checkedless(alone.out) {
		t.Errorf("own is %s, want %s", doc.Own.Total, mine.Total)
	}
	if got := d.run("journal beside " + theirs); got.status != 0 || !strings.Contains(got.out, "not in your sums") || !strings.Contains(got.out, "1 note and 1 verdict") {
		t.Errorf("%+v", got)
	}
	for name, text := range map[string]string{
		"cut":      strings.Join(lines[:len(lines)-1], "\n"),
		"one less": strings.Join(append(lines[:1:1], lines[2:]...), "\n"),
		"another":  "{}\n",
		"none":     "",
		"no JSON":  lines[0] + "\nbooks\n",
	} {
		must(t, os.WriteFile(theirs, []byte(text), 0o600))
		if got := d.run("journal beside " + theirs); got.status != StatusUsage || got.out != "" || !strings.Contains(got.errors, "make the file with dubtop journal export") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func compact(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var v any
	must(t, json.Unmarshal(raw, &v))
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}
