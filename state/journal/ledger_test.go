package journal

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"reflect"
	"slices"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// accepted returns the row of an accepted job.
func accepted(n int) Entry {
	return Entry{Kind: EntryAccepted, Frames: 262, Entry: ledger.Entry{
		At: noon.Add(time.Duration(n) * time.Second), Submission: fmt.Sprint("s", n),
		Job: api.ID(fmt.Sprint("g", n)), Model: "lipsync-2", Label: "promo", Seconds: 10.5,
		Estimate: new(api.Micros(100_000)),
	}}
}

// learned returns a row with facts learned later.
func learned(kind EntryKind, what ledger.Entry) Entry {
	return Entry{Kind: kind, Entry: what}
}

// appended books entries and fails the test if one is refused.
func appended(t testing.TB, j *Journal, entries ...Entry) {
	t.Helper()
	for _, e := range entries {
		if err := j.AppendEntry(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

// sound reads a ledger without damage.
func sound(t testing.TB, j *Journal) []Entry {
	t.Helper()
	entries, damage, err := j.Entries(t.Context())
	if err != nil || len(damage) > 0 {
		t.Fatalf("the ledger has damage %+v (%v)", damage, err)
	}
	return entries
}

func TestEntryRoundTrip(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	full := Entry{Kind: EntryCost, ServerAt: noon.Add(-time.Hour), Frames: 3, Entry: ledger.Entry{
		Batch: true,
		At:    noon.Add(1), Submission: "s\x00é\xff", Job: "g1", Model: "sync-3", Label: "kunde, a", Seconds: 0.1,
		Estimate: new(api.Micros(math.MaxInt64)), Actual: new(api.Micros(0)), Basis: ledger.BasisBilled,
		Credits: new(2.5), Outcome: "FAILED",
	}}
	unkept := []string{"Seq", "Name", "Project", "Damage", "discount", "haystack"} // set by the journal, or only used by views
	for _, v := range []reflect.Value{reflect.ValueOf(full), reflect.ValueOf(full.Entry)} {
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; v.Field(i).IsZero() && !slices.Contains(unkept, name) {
				t.Fatalf("%s is not tried", name)
			}
		}
	}
	bare := learned(EntryAccepted, ledger.Entry{Job: "g2", Seconds: math.Copysign(0, -1), Credits: new(0.0)})
	appended(t, j, full, bare)
	_ = j.Close()
	full.Seq, bare.Seq, bare.Seconds = 1, 2, 0
	if got := sound(t, opened(t, path)); !reflect.DeepEqual(got, []Entry{full, bare}) {
		t.Errorf("came back as\n%+v\nwant\n%+v", got, []Entry{full, bare})
	}
}

// A job is booked in the same transaction in which its submission becomes sent.
func TestAcceptanceIsBooked(t *testing.T) {
	j := opened(t, journalPath(t))
	s := confirmed("s1")
	also(t, j, "s1", "promo")
	also(t, j, "s1", "de")
	if err := j.NoteAll(t.Context(), []string{"s1"}, "ask Ana"); err != nil {
		t.Fatal(err)
	}
	s = sending(t, s)
	if err := j.BeginSending(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	s = answered(t, s, api.Unknown, "")
	if err := j.SaveSubmission(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if got := sound(t, j); len(got) > 0 {
		t.Fatalf("an unknown outcome was booked: %+v", got)
	}
	s = answered(t, s, api.Accepted, "g1")
	for range 2 { // a second time changes nothing
		if err := j.SaveSubmission(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	want := Entry{Seq: 1, Kind: EntryAccepted, Frames: 250, Entry: ledger.Entry{
		At: s.SentAt, Submission: "s1", Job: "g1", Model: "lipsync-2", Label: "promo",
		Seconds: 10, Estimate: new(api.Micros(1_250_001)),
	}}
	if got := sound(t, j); !reflect.DeepEqual(got, []Entry{want}) {
		t.Errorf("booked %+v, want %+v", got, want)
	}
	labels, err := j.Labels(t.Context())
	notes, err2 := j.Notes(t.Context())
	if errors.Join(err, err2) != nil || !reflect.DeepEqual(labels["g1"], []string{"promo", "de"}) || notes["g1"] != "ask Ana" {
		t.Errorf("the job took over %v and %v (%v, %v)", labels, notes, err, err2)
	}
}

func TestNoEntryNoAcceptance(t *testing.T) {
	j := opened(t, journalPath(t))
	s := sending(t, confirmed("s1"))
	if err := j.BeginSending(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if _, err := j.db.ExecContext(t.Context(), `CREATE TRIGGER fault BEFORE INSERT ON ledger
		BEGIN SELECT RAISE(ABORT, 'no room in the ledger'); END`); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveSubmission(t.Context(), answered(t, s, api.Accepted, "g1")); err == nil {
		t.Error("the job was recorded, but not booked")
	}
	if got := listed(t, j)["s1"]; got.State != outbox.SubmissionSending {
		t.Errorf("it is %s, want sending: the next start must ask what became of it", got.State)
	}
}

func TestBatchIsOneEntry(t *testing.T) {
	j := opened(t, journalPath(t))
	s := confirmed("s1")
	s.Kind, s.BatchLines = outbox.SubmitBatch, 24
	s = sending(t, s)
	if err := j.BeginSending(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveSubmission(t.Context(), answered(t, s, api.Accepted, "b1")); err != nil {
		t.Fatal(err)
	}
	if got := sound(t, j); len(got) != 1 || got[0].Job != "b1" || !got[0].Batch {
		t.Errorf("booked %+v", got)
	}
}

func TestKnownFactsAreBookedOnce(t *testing.T) {
	j := opened(t, journalPath(t))
	derived := learned(EntryCost, ledger.Entry{Job: "g1", Actual: new(api.Micros(90_000)), Basis: ledger.BasisDerived})
	billed := learned(EntryCost, ledger.Entry{Job: "g1", Actual: new(api.Micros(95_000)), Basis: ledger.BasisBilled})
	failed := learned(EntryOutcome, ledger.Entry{Job: "g1", Outcome: "FAILED"})
	for _, c := range []struct {
		entry Entry
		rows  int
	}{
		{accepted(1), 1},
		{accepted(1), 1},
		{derived, 2},
		{derived, 2},
		{billed, 3},
		{derived, 3}, // the server knows better
		{billed, 3},
		{failed, 4},
		{failed, 4},
		{accepted(2), 5},
	} {
		appended(t, j, c.entry)
		if got := sound(t, j); len(got) != c.rows {
			t.Fatalf("%d rows after %+v, want %d", len(got), c.entry, c.rows)
		}
	}
	first, second := accepted(1).Entry, accepted(2).Entry
	first.Actual, first.Basis, first.Outcome = billed.Actual, ledger.BasisBilled, "FAILED"
	var got []ledger.Entry
	for e := range LedgerOf(sound(t, j)).All() {
		got = append(got, *e)
	}
	var want []ledger.Entry
	for e := range ledger.New([]ledger.Entry{first, second}).All() {
		want = append(want, *e)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the ledger says\n%+v\nwant\n%+v", got, want)
	}
}

func TestInvalidEntriesAreRefused(t *testing.T) {
	j := opened(t, journalPath(t))
	for what, spoil := range map[string]func(*Entry){
		"no job":              func(e *Entry) { e.Job = "" },
		"no kind":             func(e *Entry) { e.Kind = "refund" },
		"negative estimate":   func(e *Entry) { e.Estimate = new(api.Micros(-1)) },
		"negative cost":       func(e *Entry) { e.Actual, e.Basis = new(api.Micros(-1)), ledger.BasisBilled },
		"credits not numbers": func(e *Entry) { e.Credits = new(math.NaN()) },
		"endless":             func(e *Entry) { e.Seconds = math.Inf(1) },
		"cost from nowhere":   func(e *Entry) { e.Actual = new(api.Micros(1)) },
		"basis of nothing":    func(e *Entry) { e.Basis = ledger.BasisBilled },
	} {
		e := accepted(1)
		spoil(&e)
		if err := j.AppendEntry(t.Context(), e); !errors.Is(err, ErrEntry) {
			t.Errorf("%s: %v, want ErrEntry", what, err)
		}
	}
	if got := sound(t, j); len(got) > 0 {
		t.Errorf("booked %+v", got)
	}
}

// Ten thousand times ten cents is exactly a thousand dollars.
func TestTenThousandDimes(t *testing.T) {
	j := opened(t, journalPath(t))
	const n = 10_000
	bookMany(t, j, n)
	var sum api.Micros
	jobs := 0
	for e := range LedgerOf(sound(t, j)).All() {
		sum += *e.Estimate
		jobs++
	}
	if jobs != n || sum.String() != "$1000.00" {
		t.Errorf("the sum of %d is %s", jobs, sum)
	}
}

// bookMany writes the rows that appendEntry would write, but faster.
func bookMany(t testing.TB, j *Journal, n int) {
	t.Helper()
	bookEntries(t, j, n, accepted)
}

func bookEntries(t testing.TB, j *Journal, n int, entry func(i int) Entry) {
	t.Helper()
	err := j.write(t.Context(), func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(t.Context(), insertEntry)
		if err != nil {
			return err
		}
		defer insert.Close()
		sum := genesis()
		for i := range n {
			e := entry(i)
			e.Seq = int64(i) + 1
			values, prev := e.values(), sum
			sum = checksum(prev, values)
			if _, err := insert.ExecContext(t.Context(), append(values, prev, sum)...); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(t.Context(), "UPDATE ledger_head SET seq = ?, sum = ?", n, sum)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A journal of version 1 had submissions and estimates. Both are booked in the
// order in which they were sent.
func TestFirstVersionIsUpgraded(t *testing.T) {
	path := journalPath(t)
	firstVersion(t, path)
	j := opened(t, path)
	checkTakenOver(t, j)
	if _, err := j.db.ExecContext(t.Context(), "SELECT * FROM costs"); err == nil {
		t.Error("there are two truths about money")
	}
	// A running dubtop of version 1 books nothing. The next start does.
	s := sending(t, confirmed("beside"))
	if err := j.BeginSending(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if _, err := j.db.ExecContext(t.Context(),
		`UPDATE submissions SET state = 'sent', generation_id = 'g-beside' WHERE id = 'beside';
		INSERT INTO transitions (submission, at, state, key, body_hash, reason) VALUES ('beside', 1, 'sent', 'key-beside', '', '')`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := j.Recover(t.Context(), noon); err != nil {
			t.Fatal(err)
		}
	}
	if got := sound(t, j); len(got) != 4 || got[3].Job != "g-beside" {
		t.Errorf("after the recovery: %+v", got)
	}
}

// firstVersion creates a journal as version 1 left it: s1 was sent after s0,
// and g9 is a cost without a submission.
func firstVersion(t *testing.T, path string) {
	t.Helper()
	if err := prepare(path); err != nil {
		t.Fatal(err)
	}
	db, err := connect(path, synced)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	old := &Journal{db: db, lists: db, path: path, owner: &owner{path: path}}
	err = old.write(t.Context(), func(tx *sql.Tx) error {
		if err := schema()[0].take(t.Context(), tx); err != nil {
			return err
		}
		for i := range 2 {
			s := confirmed(fmt.Sprint("s", i))
			if err := s.Send(noon.Add(time.Minute + time.Duration(i)*time.Second)); err != nil {
				return err
			}
			s = answered(t, s, api.Accepted, api.ID(fmt.Sprint("g", i)))
			values, err := columns(s)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(t.Context(), insertSubmission, append(values, "")...); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(t.Context(), fmt.Sprintf(`
			INSERT INTO costs VALUES ('g0', 's0', 'lipsync-2', 1250001, NULL, 7), ('g9', '', 'sync-3', NULL, 2.5, 5);
			PRAGMA user_version = 1; PRAGMA application_id = %d`, applicationID))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkTakenOver(t *testing.T, j *Journal) {
	t.Helper()
	got := sound(t, j)
	if len(got) != 3 || got[0].Submission != "s0" || got[1].Job != "g1" || *got[1].Estimate != 1_250_001 {
		t.Fatalf("taken over: %+v", got)
	}
	want := learned(EntryAccepted, ledger.Entry{At: time.Unix(0, 5).UTC(), Job: "g9", Model: "sync-3", Credits: new(2.5)})
	want.Seq = 3
	if !reflect.DeepEqual(got[2], want) {
		t.Errorf("the cost became %+v, want %+v", got[2], want)
	}
}

// Two processes book at once. There is one chain, with each row once.
func TestTwoProcessesBookInOneChain(t *testing.T) {
	path := journalPath(t)
	_ = opened(t, path).Close()
	const each = 200
	a, b := child(t, "booker", path), child(t, "booker", path)
	for i, c := range []*exec.Cmd{a, b} {
		c.Env = append(c.Env, fmt.Sprintf("DUBTOP_JOURNAL_RANGE=%d,%d", i*each, each))
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(a.Wait(), b.Wait()); err != nil {
		t.Fatal(err)
	}
	entries := sound(t, opened(t, path))
	jobs := make(map[api.ID]bool)
	var sum api.Micros
	turns := 0
	for i, e := range entries {
		jobs[e.Job] = true
		sum += *e.Estimate
		if i > 0 && (e.At.Sub(noon) < each*time.Second) != (entries[i-1].At.Sub(noon) < each*time.Second) {
			turns++
		}
	}
	if len(entries) != 2*each || len(jobs) != 2*each || sum != 2*each*100_000 {
		t.Errorf("%d rows of %d jobs, %s", len(entries), len(jobs), sum)
	}
	t.Logf("they took turns %d times", turns)
}

func BenchmarkAppendEntry(b *testing.B) {
	j := opened(b, journalPath(b))
	for i := 0; b.Loop(); i++ {
		appended(b, j, accepted(i))
	}
}

func BenchmarkEntries(b *testing.B) {
	j := opened(b, journalPath(b))
	const n = 10_000
	bookMany(b, j, n)
	for b.Loop() {
		if got := sound(b, j); len(got) != n {
			b.Fatal(len(got))
		}
	}
}

// With a long history, a start reads only the new entries.
func TestRecoverReadsOnlyNewTransitions(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	through := func() (n int64) {
		_ = j.db.QueryRowContext(t.Context(), "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'booked_through'").Scan(&n)
		return n
	}
	send := func(id string) {
		s := sending(t, confirmed(id))
		if err := errors.Join(j.BeginSending(t.Context(), s), j.SaveSubmission(t.Context(), answered(t, s, api.Accepted, "g-"+api.ID(id)))); err != nil {
			t.Fatal(err)
		}
	}
	recover := func() {
		if _, err := j.Recover(t.Context(), noon); err != nil {
			t.Fatal(err)
		}
	}
	send("s1")
	recover()
	first := through()
	recover()
	if first == 0 || through() != first {
		t.Errorf("it looked up to %d, then %d", first, through())
	}
	// An older dubtop without a ledger sends at the same time.
	send("s2")
	tampered(t, path, "DELETE FROM ledger WHERE submission = 's2'", "UPDATE ledger_head SET (seq, sum) = (SELECT seq, sum FROM ledger)")
	recover()
	if got := sound(t, j); len(got) != 2 || got[1].Submission != "s2" || through() <= first {
		t.Errorf("booked are %+v, up to %d", got, through())
	}
}
