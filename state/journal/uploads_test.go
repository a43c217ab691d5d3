package journal

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"dubtop/state/draft"
	"dubtop/state/upload"
)

// downgrade removes what versions after to have added, which is 4 or later.
func downgrade(t *testing.T, j *Journal, to int) {
	t.Helper()
	added := map[int][]string{
		5: {
			"DROP TABLE ledger_sums", "DROP INDEX queue_in_order", "DROP TRIGGER labels_come",
			"DROP TRIGGER labels_change", "DROP TRIGGER labels_go", "DELETE FROM meta WHERE name = 'labels'",
		},
		6:  {"DROP TABLE sets", "DROP TABLE members"},
		7:  {"DROP TABLE contents", "DROP TABLE uploads"},
		8:  {"DROP TABLE names", "ALTER TABLE generations DROP COLUMN project"},
		9:  {"DROP TABLE saved_files", "DROP TABLE saving", "DROP TABLE takes", "DELETE FROM meta WHERE name = 'saving'"},
		11: {"DROP TABLE hooks"},
		12: {"DROP TABLE looks"},
		13: {"DROP TABLE usage", "DROP TABLE usage_walk"},
		14: {"DROP TABLE digests", "DROP TABLE undigested", "DROP TRIGGER submissions_to_digest", "DROP TRIGGER submissions_to_digest_anew"},
		15: {"DROP TABLE batch_jobs"},
		16: {"DROP TABLE hidden"},
		17: {"DROP TABLE intents"},
		10: {"DROP TABLE verdicts", "ALTER TABLE generations DROP COLUMN inputs"},
	}
	statements := []string{fmt.Sprintf("PRAGMA user_version = %d", to)}
	for version := to + 1; version <= schemaVersion; version++ {
		if added[version] == nil {
			t.Fatalf("it is not said here what version %d adds", version)
		}
		statements = append(statements, added[version]...)
	}
	for _, statement := range statements {
		if _, err := j.db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

func clip() upload.Record {
	return upload.Record{Content: draft.Content{SHA256: "ab12", Field: "video"}, Size: 48 << 20, Name: "clip.mp4", Stage: upload.Hashed, Changed: noon}
}

// A content belongs to one process at a time, and to nobody after its end.
func TestUploadIsClaimedByOneProcess(t *testing.T) {
	path := journalPath(t)
	one, two := opened(t, path), opened(t, path)
	ctx := t.Context()
	r, err := one.ClaimUpload(ctx, clip())
	if err != nil || r != clip() {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, err := two.ClaimUpload(ctx, clip()); !errors.Is(err, ErrUploading) {
		t.Errorf("a second claim: %v", err)
	}
	r.Stage, r.URL, r.Put, r.Expires = upload.Ticketed, "https://s.example/a", "https://s.example/a?sig=1", noon.Add(time.Hour)
	r.Stamp = draft.Stamp{Size: r.Size, ModTime: 1 << 60, Inode: 1<<64 - 1}
	if err := one.SaveUpload(ctx, r); err != nil {
		t.Fatal(err)
	}
	if err := two.SaveUpload(ctx, clip()); !errors.Is(err, ErrUploading) {
		t.Errorf("saved without a claim: %v", err)
	}
	if err := one.ReleaseUpload(ctx, r.Content); err != nil {
		t.Fatal(err)
	}
	if got, err := two.ClaimUpload(ctx, clip()); err != nil || got != r {
		t.Errorf("%+v, %v", got, err)
	}
	_ = two.Close()
	if got, err := one.ClaimUpload(ctx, clip()); err != nil || got != r {
		t.Errorf("after the other has ended: %+v, %v", got, err)
	}
	r.Stage, r.Asset = upload.Registered, "a1"
	if err := one.SaveUpload(ctx, r); err != nil {
		t.Fatal(err)
	}
	if err := one.ForgetAsset(ctx, "a1"); err != nil {
		t.Fatal(err)
	}
	if got, ok, err := one.Upload(ctx, r.Content); err != nil || !ok || got.Stage != upload.Hashed || got.Asset != "" || got.URL != "" {
		t.Errorf("forgotten: %+v, %v, %v", got, ok, err)
	}
}

func TestContentsAreRememberedUntilAFileChanges(t *testing.T) {
	j := opened(t, journalPath(t))
	ctx := t.Context()
	s := draft.Stamp{Size: 7, ModTime: 5, Inode: 1<<64 - 1}
	if err := j.SaveContent(ctx, "/film/a.mp4", s, "ab12", noon); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path  string
		stamp draft.Stamp
		want  string
	}{
		{"/film/a.mp4", s, "ab12"},
		{"/film/b.mp4", s, ""},
		{"/film/a.mp4", draft.Stamp{Size: 8, ModTime: 5, Inode: s.Inode}, ""},
		{"/film/a.mp4", draft.Stamp{Size: 7, ModTime: 6, Inode: s.Inode}, ""},
		{"/film/a.mp4", draft.Stamp{Size: 7, ModTime: 5, Inode: 1}, ""},
	} {
		if got, err := j.Content(ctx, c.path, c.stamp); err != nil || got != c.want {
			t.Errorf("%s %+v: %q, %v", c.path, c.stamp, got, err)
		}
	}
	if err := j.SaveContent(ctx, "/film/c.mp4", s, "cd34", noon.Add(2*keepContents)); err != nil {
		t.Fatal(err)
	}
	if got, err := j.Content(ctx, "/film/a.mp4", s); err != nil || got != "" {
		t.Errorf("after a year: %q, %v", got, err)
	}
}

// A journal of version 5 gets the tables.
func TestVersionWithoutUploadsIsUpgraded(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	downgrade(t, j, 5)
	_ = j.Close()
	j = opened(t, path)
	if _, err := j.ClaimUpload(t.Context(), clip()); err != nil {
		t.Error(err)
	}
}
