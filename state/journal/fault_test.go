package journal

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// For every point: go test ./state/journal -run Disk -faults 1.
var faults = flag.Int("faults", 11, "the disk fails at one of so many points at which something is written")

// deed is an operation on money, and the state it begins with.
type deed struct {
	name  string
	setUp func(t *testing.T, j *Journal)
	do    func(ctx context.Context, j *Journal) error
}

func deeds() []deed {
	group := func(t *testing.T, j *Journal) { enqueued(t, j, 3) }
	begun := func(t *testing.T, j *Journal) {
		enqueued(t, j, 2)
		if err := j.BeginSending(t.Context(), sending(t, confirmed("q0"))); err != nil {
			t.Fatal(err)
		}
	}
	return []deed{
		{"KeepDraft", group, func(ctx context.Context, j *Journal) error {
			_, err := j.KeepDraft(ctx, draft.Draft{ID: "d", Model: "sync-3", Script: strings.Repeat("word ", 1000), UpdatedAt: noon})
			return err
		}},
		{"LabelAll", group, func(ctx context.Context, j *Journal) error {
			return j.LabelAll(ctx, []string{"q0", "q1", "q2"}, "promo")
		}},
		{"NoteAll", group, func(ctx context.Context, j *Journal) error {
			return j.NoteAll(ctx, []string{"q0", "q1", "q2"}, "retake")
		}},
		{"Enqueue", group, func(ctx context.Context, j *Journal) error { return j.Enqueue(ctx, confirmed("q9"), noon) }},
		{"EnqueueAll", group, func(ctx context.Context, j *Journal) error {
			var many []outbox.Submission
			for i := range 40 {
				many = append(many, confirmed(fmt.Sprint("m", i)))
			}
			return j.EnqueueAll(ctx, many, func(i int) bool { return i > 0 }, noon)
		}},
		{"Reorder", group, func(ctx context.Context, j *Journal) error { return j.Reorder(ctx, []string{"q2", "q0", "q1"}) }},
		{"PauseItem", group, func(ctx context.Context, j *Journal) error { return j.PauseItem(ctx, "q1", true) }},
		{"Drop", group, func(ctx context.Context, j *Journal) error { return j.Drop(ctx, "q1", noon) }},
		{"BeginSending", group, func(ctx context.Context, j *Journal) error { return j.BeginSending(ctx, onItsWay("q0")) }},
		{"BeginSending, and the log is carried over", group, func(ctx context.Context, j *Journal) error {
			if _, err := j.db.ExecContext(ctx, "PRAGMA wal_autocheckpoint = 1"); err != nil {
				return explain("", err)
			}
			return j.BeginSending(ctx, onItsWay("q0"))
		}},
		{"BeginResending", func(t *testing.T, j *Journal) {
			begun(t, j)
			if err := j.SaveSubmission(t.Context(), answered(t, onItsWay("q0"), api.Unknown, "")); err != nil {
				t.Fatal(err)
			}
		}, func(ctx context.Context, j *Journal) error {
			s := onItsWay("q0")
			err := s.Answer(api.Unknown, "", "so it was", noon.Add(4e9))
			return errors.Join(err, s.Resend(noon.Add(5e9)), j.BeginResending(ctx, s))
		}},
		{"the answer", begun, func(ctx context.Context, j *Journal) error {
			s := onItsWay("q0")
			return errors.Join(s.Answer(api.Accepted, "g0", "", noon.Add(4e9)), j.SaveSubmission(ctx, s))
		}},
		{
			"AppendEntry", func(t *testing.T, j *Journal) { appended(t, j, accepted(0)) },
			func(ctx context.Context, j *Journal) error { return j.AppendEntry(ctx, accepted(1)) },
		},
		{"Recover", func(t *testing.T, j *Journal) {
			begun(t, j)
			if _, err := j.db.ExecContext(t.Context(), "UPDATE submissions SET owner = '00000000-0000-0000-0000-000000000000' WHERE id = 'q0'"); err != nil {
				t.Fatal(err)
			}
		}, func(ctx context.Context, j *Journal) error { _, err := j.Recover(ctx, noon); return err }},
		{"SaveGenerations", group, func(ctx context.Context, j *Journal) error {
			return j.SaveGenerations(ctx, []state.Generation{{ID: "g1", Created: noon, Status: "PROCESSING"}}, noon)
		}},
	}
}

func onItsWay(id string) outbox.Submission {
	s := confirmed(id)
	if err := s.Send(noon.Add(3e9)); err != nil {
		panic(err)
	}
	return s
}

// content is everything in a journal except the names of processes.
func content(t *testing.T, j *Journal) string {
	t.Helper()
	var out strings.Builder
	for _, query := range []string{
		"SELECT id, state, key, hex(body), sent_at, answered_at, generation_id, reason, owner != '' FROM submissions ORDER BY id",
		"SELECT seq, submission, at, state, key, body_hash, reason FROM transitions ORDER BY seq",
		"SELECT seq, kind, submission, job, hex(sum) FROM ledger ORDER BY seq", "SELECT seq, hex(sum) FROM ledger_head",
		"SELECT submission, position, paused, enqueued_at FROM queue ORDER BY submission", "SELECT * FROM labels ORDER BY id, place",
		"SELECT * FROM notes ORDER BY id",
		"SELECT * FROM drafts ORDER BY id", "SELECT * FROM settings ORDER BY name", "SELECT * FROM meta ORDER BY name", "SELECT * FROM generations ORDER BY id",
	} {
		rows, err := j.db.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(query, err)
		}
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&out, values...)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(query, err)
		}
	}
	return out.String()
}

// whole opens the journal on a working disk and returns its content. Nothing
// may be damaged, after any fault of the disk.
func whole(t *testing.T, path string) string {
	t.Helper()
	j, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal("with a good disk again:", err)
	}
	defer j.Close()
	holds := content(t, j)
	var verdict string
	if err := j.db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatal("the file is", verdict, err)
	}
	if _, err := j.Recover(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	sound(t, j)
	checkBooksOf(t, j)
	return holds
}

// checkBooksOf compares the ledger with the sent submissions.
func checkBooksOf(t *testing.T, j *Journal) {
	t.Helper()
	var missing int
	err := j.db.QueryRowContext(t.Context(), `SELECT count(*) FROM submissions
		WHERE (state = 'sent') != EXISTS (SELECT 1 FROM ledger WHERE submission = submissions.id)`).Scan(&missing)
	if err != nil || missing > 0 {
		t.Errorf("%d submissions and the ledger disagree (%v)", missing, err)
	}
}

// told checks that an error names the fault and a remedy.
func told(t *testing.T, what string, err error) {
	t.Helper()
	for _, words := range []string{"make room", "check the disk", "set XDG_STATE_HOME", "start again", "try again"} {
		if strings.Contains(err.Error(), words) {
			return
		}
	}
	t.Errorf("%s says %q, but not what to do", what, err)
}

// At whatever point and in whatever way the disk fails, everything reported as
// saved is there, everything refused with an error is there completely or not
// at all, and nothing is damaged.
func TestTheDiskFailsAtEveryPoint(t *testing.T) {
	d := failingDisk(t)
	for _, c := range deeds() {
		t.Run(c.name, func(t *testing.T) {
			base := t.TempDir()
			j := opened(t, filepath.Join(base, "journal.db"))
			c.setUp(t, j)
			_ = j.Close()
			before := whole(t, clone(t, base))
			path := clone(t, base)
			points := tried(t, d, path, c, 0, failure{}).points
			after := whole(t, path)
			if before == after || points < 2 {
				t.Fatalf("it changes nothing, at %d points", points)
			}
			outcomes := make(map[string]int)
			for i, how := range failures() {
				for n := first(i); n <= points; n += int64(*faults) {
					at := fmt.Sprintf("%s at point %d of %d", how.name, n, points)
					path := clone(t, base)
					got := tried(t, d, path, c, n, how)
					holds := whole(t, path)
					switch {
					case got.err == nil && holds != after:
						t.Errorf("%s: it was said to be recorded, and is not:\n%s", at, holds)
					case got.err != nil && holds != before && holds != after:
						t.Errorf("%s: it is half done (%v):\n%s", at, got.err, holds)
					case got.err != nil:
						told(t, at, got.err)
					}
					outcomes[fmt.Sprintf("error %t, there %t", got.err != nil, holds == after)]++
				}
			}
			t.Logf("%d points: %v", points, outcomes)
		})
	}
}

// first is the first point at which a kind of failure is tried. Together the
// kinds cover every point, even if each skips some.
func first(way int) int64 { return 1 + int64(way%*faults) }

// attempt is the result of a deed on a failing disk.
type attempt struct {
	err    error
	points int64
}

// tried does the deed on a journal opened before the disk failed, and closes it
// before the disk works again.
func tried(t *testing.T, d *disk, path string, c deed, point int64, how failure) attempt {
	t.Helper()
	j, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	adopt(t, j)
	d.arm(point, how)
	got := attempt{err: c.do(t.Context(), j)}
	_ = j.Close() // it has acknowledged nothing that it did not do
	got.points = d.passed()
	d.arm(0, failure{})
	return got
}

// adopt makes this journal the owner of the submissions begun when the file was
// created.
func adopt(t *testing.T, j *Journal) {
	t.Helper()
	var name string
	err := j.db.QueryRowContext(t.Context(), "SELECT owner FROM submissions WHERE state = 'sending'").Scan(&name)
	if err == nil && !strings.HasPrefix(name, "00000000") {
		j.owner.name = name
	}
}

// clone copies a closed journal.
func clone(t *testing.T, dir string) (path string) {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(filepath.Join(to, "copy"), os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(to, "copy", "journal.db")
}

// If creating a journal fails, the next start on a working disk finds nothing
// or all of it.
func TestTheDiskFailsWhileAJournalIsCreated(t *testing.T) {
	d := failingDisk(t)
	made := func(point int64, how failure) (path string, points int64, err error) {
		path = journalPath(t)
		d.arm(point, how)
		j, err := Open(t.Context(), path)
		if err == nil {
			err = j.SaveSubmission(t.Context(), confirmed("s1"))
			_ = j.Close()
		}
		points = d.passed()
		d.arm(0, failure{})
		return path, points, err
	}
	_, points, err := made(0, failure{})
	if err != nil || points < 5 {
		t.Fatal(points, err)
	}
	for i, how := range failures() {
		for n := first(i); n <= points; n += int64(*faults) {
			at := fmt.Sprintf("%s at point %d of %d", how.name, n, points)
			path, _, err := made(n, how)
			if err != nil {
				told(t, at, err)
			}
			j, again := Open(t.Context(), path)
			if again != nil {
				t.Errorf("%s: the next start says %v", at, again)
				continue
			}
			if _, there := listed(t, j)["s1"]; err == nil && !there {
				t.Errorf("%s: what was recorded is gone", at)
			}
			if err := j.BeginSending(t.Context(), onItsWay("s2")); err != nil {
				t.Errorf("%s: with a good disk: %v", at, err)
			}
			_ = j.Close()
		}
	}
}

// After a failure, the same process continues only if its further reports are
// true.
func TestNothingUnsavedIsReportedAfterAFailure(t *testing.T) {
	d := failingDisk(t)
	base := t.TempDir()
	j := opened(t, filepath.Join(base, "journal.db"))
	enqueued(t, j, 2)
	_ = j.Close()
	for _, how := range failures() {
		for n := int64(1); n <= 8; n++ {
			path := clone(t, base)
			j := opened(t, path)
			d.arm(n, how)
			first := j.BeginSending(t.Context(), onItsWay("q0"))
			d.arm(0, failure{})
			second := j.BeginSending(t.Context(), onItsWay("q1"))
			again := j.BeginSending(t.Context(), onItsWay("q0"))
			_ = j.Close()
			j = opened(t, path)
			all := listed(t, j)
			for id, said := range map[string]bool{"q0": first == nil || again == nil, "q1": second == nil} {
				if begun := all[id].State == outbox.SubmissionSending; said && !begun {
					t.Errorf("%s at point %d: %s was begun, but is %s", how.name, n, id, all[id].State)
				}
			}
			if first == nil && again == nil {
				t.Errorf("%s at point %d: it was begun twice", how.name, n)
			}
			_ = j.Close()
		}
	}
}

// If no lock can be made, nobody could tell whether this process is alive, so
// nothing is sent.
func TestWithoutALockNothingIsSent(t *testing.T) {
	path := journalPath(t)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Dir(path), 0o700) })
	for dir := filepath.Dir(filepath.Dir(path)); dir != os.TempDir() && len(dir) > 1; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil { // another user needs access
			t.Fatal(err)
		}
	}
	out, err := child(t, "lockless", path).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if !strings.Contains(line, "XDG_STATE_HOME") {
			t.Errorf("it says %q", line)
		}
	}
	if err := os.Chmod(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if got := listed(t, opened(t, path))["s1"].State; strings.Count(string(out), "\n") != 2 || got != outbox.SubmissionConfirmed {
		t.Errorf("it is %s:\n%s", got, out)
	}
}
