package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

func TestSubmissionRoundTrip(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	s := confirmed("s1")
	s.Files = []draft.File{{Field: "video", Path: "/a b.mp4", Size: 3, SHA256: "ab"}}
	s.BatchLines, s.WebhookURL, s.Unpriced = 24, "https://e.com/h", true
	s.Price.Credits, s.Price.Approximate = new(12.5), true
	s.Price.Cost = new(api.Micros(math.MaxInt64)) // to the last millionth
	s.Body = []byte("{\"x\":\"\x00\xff\"}")
	s.Lead, s.Reason = "g9", "the server's “words”"
	if err := j.SaveSubmission(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if got := listed(t, opened(t, path))["s1"]; !reflect.DeepEqual(got, s) {
		t.Errorf("came back as\n%+v\nwant\n%+v", got, s)
	}
}

// An older dubtop may have saved text that was not cleaned.
func TestTextOfAnOlderDubtopIsCleaned(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	if err := j.SaveSubmission(t.Context(), confirmed("s1")); err != nil {
		t.Fatal(err)
	}
	const dirty = "a\x1b]8;;tel:123\a\x1b[41mb\u202e\nc"
	if _, err := j.db.ExecContext(t.Context(), "UPDATE submissions SET name = ?, reason = ?", dirty, dirty); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(j.LabelAll(t.Context(), []string{"s1"}, dirty), j.NoteAll(t.Context(), []string{"s1"}, dirty)); err != nil {
		t.Fatal(err)
	}
	if s := listed(t, j)["s1"]; s.Name != "ab c" || s.Reason != "ab c" {
		t.Errorf("the name %q, the reason %q", s.Name, s.Reason)
	}
}

func TestSubmissionsComeNewestFirst(t *testing.T) {
	j := opened(t, journalPath(t))
	for i, minutes := range []int{5, 30, 10} {
		s := confirmed(fmt.Sprint("s", i))
		s.Created = noon.Add(time.Duration(minutes) * time.Minute)
		if err := j.SaveSubmission(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	all, err := j.Submissions(t.Context())
	if err != nil || len(all) != 3 || all[0].ID != "s1" || all[1].ID != "s2" || all[2].ID != "s0" {
		t.Errorf("order is wrong: %v, %+v", err, all)
	}
}

func TestSendingBeginsOnce(t *testing.T) {
	j := opened(t, journalPath(t))
	s := confirmed("s1")
	if err := j.SaveSubmission(t.Context(), sending(t, s)); !errors.Is(err, outbox.ErrTransition) {
		t.Errorf("sending by the back door: %v", err)
	}
	if err := j.BeginSending(t.Context(), s); !errors.Is(err, outbox.ErrTransition) {
		t.Errorf("beginning before Send: %v", err)
	}
	s = sending(t, s)
	if err := j.BeginSending(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := j.BeginSending(t.Context(), s); !errors.Is(err, ErrTaken) {
		t.Errorf("beginning twice: %v, want ErrTaken", err)
	}
	// No slot was free and nothing was created, so it may begin again.
	s = answered(t, s, api.Limited, "")
	if err := j.SaveSubmission(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	s = sending(t, s)
	if err := j.BeginSending(t.Context(), s); err != nil {
		t.Errorf("beginning again after a 429: %v", err)
	}
	for _, o := range []api.Outcome{api.Unknown, api.Accepted} { // unknown, then proved
		s = answered(t, s, o, "g1")
		s.AnsweredAt = s.AnsweredAt.Add(time.Minute) // the previous attempt was answered at the same moment
		if err := j.SaveSubmission(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if err := j.BeginSending(t.Context(), sending(t, confirmed("s1"))); !errors.Is(err, ErrTaken) {
			t.Errorf("beginning when %s: %v, want ErrTaken", s.State, err)
		}
	}
}

func TestNothingGoesBackwards(t *testing.T) {
	j := opened(t, journalPath(t))
	draft := confirmed("s1")
	s := sending(t, draft)
	if err := j.BeginSending(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	edited := draft
	if err := edited.Edit(); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveSubmission(t.Context(), edited); !errors.Is(err, ErrBackwards) {
		t.Errorf("sending to draft: %v", err)
	}
	other := answered(t, s, api.Accepted, "g1")
	other.Body = []byte("{}")
	if err := j.SaveSubmission(t.Context(), other); !errors.Is(err, ErrBackwards) {
		t.Errorf("other bytes than were sent: %v", err)
	}
	other = answered(t, s, api.Accepted, "g1")
	other.IdempotencyKey = "another"
	if err := j.SaveSubmission(t.Context(), other); !errors.Is(err, ErrBackwards) {
		t.Errorf("another key than was sent: %v", err)
	}
	if err := j.SaveSubmission(t.Context(), answered(t, s, api.Accepted, "g1")); err != nil {
		t.Fatal(err)
	}
	for _, back := range []outbox.Submission{edited, draft, answered(t, s, api.Unknown, "")} {
		if err := j.SaveSubmission(t.Context(), back); !errors.Is(err, ErrBackwards) {
			t.Errorf("sent to %s: %v", back.State, err)
		}
	}
	if got := listed(t, j)["s1"]; got.State != outbox.SubmissionSent || got.GenerationID != "g1" {
		t.Errorf("the row is %+v", got)
	}
}

func TestHistoryIsKept(t *testing.T) {
	j := opened(t, journalPath(t))
	s := confirmed("s1")
	if err := j.SaveSubmission(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveSubmission(t.Context(), s); err != nil { // nothing new, so no new line
		t.Fatal(err)
	}
	s = sending(t, s)
	if err := j.BeginSending(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveSubmission(t.Context(), answered(t, s, api.Refused, "")); err != nil {
		t.Fatal(err)
	}
	lines, err := j.History(t.Context(), "s1")
	if err != nil || len(lines) != 3 {
		t.Fatalf("history = %+v, %v; want three lines", lines, err)
	}
	for i, want := range []outbox.SubmissionState{outbox.SubmissionConfirmed, outbox.SubmissionSending, outbox.SubmissionRejected} {
		if l := lines[i]; l.State != want || !l.At.Equal(noon.Add(time.Duration(i+2)*time.Second)) || l.IdempotencyKey != "key-s1" || len(l.BodySHA256) != 64 {
			t.Errorf("line %d = %+v, want %s", i, l, want)
		}
	}
	for _, sql := range []string{"DELETE FROM transitions", "UPDATE transitions SET state = 'draft'"} {
		if _, err := j.db.ExecContext(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestDraftsAreKept(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	if all, err := j.Drafts(t.Context()); len(all) > 0 || err != nil {
		t.Errorf("a fresh journal has drafts: %v, %v", all, err)
	}
	old := draft.Draft{ID: "d0", Script: "older", UpdatedAt: noon}
	d := draft.Draft{ID: "d1", Visual: "~/half a pa", Options: map[string]string{"temperature": "0."}, UpdatedAt: noon.Add(time.Minute)}
	for _, d := range []draft.Draft{d, old} {
		if _, err := j.KeepDraft(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	_ = j.Close()
	j = opened(t, path)
	if got, err := j.Drafts(t.Context()); err != nil || !reflect.DeepEqual(got, []draft.Draft{d, old}) {
		t.Errorf("drafts = %+v, %v; want %+v", got, err, d)
	}
	for range 2 {
		if _, err := j.KeepDraft(t.Context(), draft.Draft{ID: "d1", Base: d.Version()}); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := j.Drafts(t.Context()); !reflect.DeepEqual(got, []draft.Draft{old}) {
		t.Errorf("after the drop: %+v; want the older one", got)
	}
}

func TestSettingsAreKept(t *testing.T) {
	j := opened(t, journalPath(t))
	for name, value := range map[string]string{"price/sync-3": "5340", "price/react-1": "6670", "hint": "seen"} {
		if err := j.SaveSetting(t.Context(), name, value); err != nil {
			t.Fatal(err)
		}
	}
	if v, ok, err := j.Setting(t.Context(), "hint"); v != "seen" || !ok || err != nil {
		t.Errorf("hint = %q, %t, %v", v, ok, err)
	}
	if _, ok, err := j.Setting(t.Context(), "nothing"); ok || err != nil {
		t.Errorf("nothing = %t, %v", ok, err)
	}
	if got, err := j.Settings(t.Context(), "price/"); err != nil || len(got) != 2 || got["price/sync-3"] != "5340" {
		t.Errorf("prices = %v, %v", got, err)
	}
}

func TestOnlyTheUserSeesTheFiles(t *testing.T) {
	path := journalPath(t)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	j := opened(t, path)
	if err := j.BeginSending(t.Context(), sending(t, confirmed("s1"))); err != nil {
		t.Fatal(err)
	}
	mode := func(p string) fs.FileMode {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	if m := mode(filepath.Dir(path)); m != 0o700 {
		t.Errorf("the directory is %o", m)
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if m := mode(filepath.Join(filepath.Dir(path), f.Name())); m != 0o600 {
			t.Errorf("%s is %o", f.Name(), m)
		}
	}
	_ = j.Close()
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	opened(t, path)
	if m := mode(path); m != 0o600 {
		t.Errorf("a journal that others could read is %o after opening", m)
	}
}

func TestOddPaths(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?mode=ro#%41", "journal.db")
	j := opened(t, path)
	if err := j.SaveSetting(t.Context(), "a", "b"); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Errorf("the file is elsewhere: %v", err)
	}
}

func TestProfilesAreNamedAfterKeyAndServer(t *testing.T) {
	for _, c := range [][3]string{
		{"0123456789ab", "https://api.sync.so", "0123456789ab-api.sync.so"},
		{"0123456789ab", "http://127.0.0.1:8080", "0123456789ab-127.0.0.1_8080"},
		{"0123456789ab", "http://[::1]:80/v2", "0123456789ab-___1__80"},
		{"", "https://API.sync.so/", "nokey-api.sync.so"},
		{"0123456789ab", "https://../..", "0123456789ab-.."},
		{"0123456789ab", ":", "0123456789ab-unknown"},
	} {
		if got := ProfileName(c[0], c[1]); got != c[2] {
			t.Errorf("ProfileName(%q, %q) = %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func TestMemoryServesTheDemo(t *testing.T) {
	j, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if err := j.Writable(); err != nil {
		t.Errorf("the demo may spend: %v", err)
	}
	s := sending(t, confirmed("s1"))
	if err := j.BeginSending(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveSubmission(t.Context(), answered(t, s, api.Accepted, "g1")); err != nil {
		t.Fatal(err)
	}
	if got := listed(t, j); got["s1"].GenerationID != "g1" {
		t.Errorf("submissions = %+v", got)
	}
	other, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if got := listed(t, other); len(got) > 0 {
		t.Error("two memories share their rows")
	}
}

func TestNoJournalNoSpending(t *testing.T) {
	cause := errors.New("the disk is not there")
	j, err := OpenWithout(cause)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	s := confirmed("s1")
	for what, err := range map[string]error{
		"Writable":       j.Writable(),
		"SaveSubmission": j.SaveSubmission(t.Context(), s),
		"BeginSending":   j.BeginSending(t.Context(), sending(t, s)),
	} {
		if !errors.Is(err, cause) {
			t.Errorf("%s = %v, want the cause", what, err)
		}
	}
	if _, err := j.KeepDraft(t.Context(), s.Draft); err != nil {
		t.Errorf("a draft survives leaving the form: %v", err)
	}
}

func TestMovedJournalStopsSpending(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	if err := os.Rename(path, path+".bak"); err != nil {
		t.Fatal(err)
	}
	err := j.BeginSending(t.Context(), sending(t, confirmed("s1")))
	if err == nil || !strings.Contains(err.Error(), "moved or deleted") {
		t.Errorf("err = %v", err)
	}
}

func BenchmarkOpen(b *testing.B) {
	path := journalPath(b)
	_ = opened(b, path).Close()
	for b.Loop() {
		j, err := Open(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := j.Submissions(b.Context()); err != nil {
			b.Fatal(err)
		}
		_ = j.Close()
	}
}

func BenchmarkBeginSending(b *testing.B) {
	j := opened(b, journalPath(b))
	for i := 0; b.Loop(); i++ {
		if err := j.BeginSending(b.Context(), sending(b, confirmed(fmt.Sprint(i)))); err != nil {
			b.Fatal(err)
		}
	}
}

func TestSubmissionIsFoundByItsJob(t *testing.T) {
	j := opened(t, journalPath(t))
	ids := []api.ID{"job-1", "job-600", "waits", "stranger"}
	for i := range 700 { // more than are requested at once
		s := confirmed(fmt.Sprint("s", i))
		if err := s.Send(noon.Add(3 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if err := j.BeginSending(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		id := api.ID(fmt.Sprint("job-", i))
		if err := s.Answer(api.Accepted, id, "", noon.Add(4*time.Second)); err != nil {
			t.Fatal(err)
		}
		if err := j.SaveSubmission(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id+"-not")
	}
	if err := j.SaveSubmission(t.Context(), confirmed("waits")); err != nil {
		t.Fatal(err)
	}
	found, err := j.SubmissionsOf(t.Context(), ids)
	if err != nil || len(found) != 3 || found["job-1"].ID != "s1" || found["job-600"].ID != "s600" || found["waits"].ID != "waits" {
		t.Errorf("%d found (%v)", len(found), err)
	}
	if found, err := j.SubmissionsOf(t.Context(), nil); err != nil || len(found) != 0 {
		t.Errorf("for nothing: %d found (%v)", len(found), err)
	}
}
