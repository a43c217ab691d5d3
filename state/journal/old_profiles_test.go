package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// kin lists the old profiles of the new key.
func kin(t *testing.T, dir string) []OldProfile {
	t.Helper()
	found, err := OldProfiles(t.Context(), dir, newKey)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestOldProfilesAreOfTheSameServerAndHaveJobs(t *testing.T) {
	dir := t.TempDir()
	_ = profile(t, dir, newKey)
	if found := kin(t, dir); len(found) != 0 {
		t.Errorf("a lonely profile has kin: %v", found)
	}
	old := profile(t, dir, oldKey) // stays open, as if another dubtop used it
	for n := range 5 {
		keepJobs(t, old, seenJob(n, api.Completed))
	}
	gone := seenJob(9, api.Completed)
	gone.Gone = true
	keepJobs(t, old, gone)
	sent := sending(t, confirmed("s1"))
	if err := old.BeginSending(t.Context(), sent); err != nil {
		t.Fatal(err)
	}
	sent = answered(t, sent, api.Accepted, "g-own")
	if err := old.SaveSubmission(t.Context(), sent); err != nil {
		t.Fatal(err)
	}
	keepJobs(t, profile(t, dir, "0123456789ab-staging.sync.so"), seenJob(1, api.Completed))
	_ = profile(t, dir, "eeeeeeeeeeee-api.sync.so") // has no jobs
	if err := os.MkdirAll(filepath.Join(dir, "cccccccccccc-api.sync.so"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "dddddddddddd-api.sync.so"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(profilePath(dir, "dddddddddddd-api.sync.so"), []byte("no database, but long enough to be one"), 0o600); err != nil {
		t.Fatal(err)
	}
	found := kin(t, dir)
	want := []api.ID{seenJob(4, "").ID, seenJob(3, "").ID, "g-own"}
	if len(found) != 1 || found[0].Profile != oldKey || found[0].Jobs != 6 || found[0].Submissions != 1 ||
		!found[0].Seen.Equal(noon) || !slices.Equal(found[0].Newest, want) {
		t.Errorf("kin = %+v", found)
	}
}

func TestLastUsedProfileComesFirstAndJoinedOnesAreLeftOut(t *testing.T) {
	dir := t.TempDir()
	for i, name := range []string{oldKey, newest} {
		seen := noon.Add(time.Duration(i) * time.Hour)
		if err := profile(t, dir, name).SaveGenerations(t.Context(), []state.Generation{seenJob(i, api.Completed)}, seen); err != nil {
			t.Fatal(err)
		}
	}
	if found := kin(t, dir); len(found) != 2 || found[0].Profile != newest || found[1].Profile != oldKey {
		t.Errorf("kin = %+v", found)
	}
	if err := Join(t.Context(), dir, newest, oldKey); err != nil {
		t.Fatal(err)
	}
	if found := kin(t, dir); len(found) != 1 || found[0].Profile != oldKey || found[0].Jobs != 2 {
		t.Errorf("after joining them: %+v", found)
	}
}

func TestProfilesOfTheFirstVersionAreFoundAndUnchanged(t *testing.T) {
	dir := t.TempDir()
	path := profilePath(dir, oldKey)
	firstVersion(t, path)
	found := kin(t, dir)
	if len(found) != 1 || found[0].Submissions == 0 || len(found[0].Newest) == 0 {
		t.Fatalf("kin = %+v", found)
	}
	db, err := connect(path, readers)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if v, err := version(t.Context(), db); err != nil || v != 1 {
		t.Errorf("the old journal is of version %d now (%v)", v, err)
	}
}

func TestJournalWithoutMoneyIsUntouched(t *testing.T) {
	j := profile(t, t.TempDir(), newKey)
	keepJobs(t, j, seenJob(1, api.Completed))
	if ok, err := j.Untouched(t.Context()); err != nil || !ok {
		t.Errorf("after looking: %t, %v", ok, err)
	}
	if err := j.SaveSubmission(t.Context(), confirmed("s1")); err != nil {
		t.Fatal(err)
	}
	if ok, err := j.Untouched(t.Context()); err != nil || ok {
		t.Errorf("after a yes to a price: %t, %v", ok, err)
	}
}

func TestDataOfTheNewKeyIsCopied(t *testing.T) {
	dir := t.TempDir()
	old, fresh := profile(t, dir, oldKey), profile(t, dir, newKey)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	keepJobs(t, old, seenJob(1, api.Completed))
	must(old.NoteAll(t.Context(), []string{"a"}, "of old"))
	must(old.LabelAll(t.Context(), []string{"a"}, "old"))
	var jobs []state.Generation
	for n := range 1203 {
		jobs = append(jobs, seenJob(n, api.Completed))
	}
	keepJobs(t, fresh, jobs...)
	must(fresh.SaveBatches(t.Context(), []state.Batch{{ID: "b1", Status: "COMPLETED"}}, noon))
	must(fresh.NoteAll(t.Context(), []string{"a", "b"}, "of new"))
	must(fresh.LabelAll(t.Context(), []string{"a", "b"}, "new"))
	also(t, fresh, "b", "newer")
	_, err := fresh.KeepDraft(t.Context(), draft.Draft{ID: "d", Visual: "asset:v", UpdatedAt: noon})
	must(err)
	batch := confirmed("b1")
	batch.Kind, batch.Draft = outbox.SubmitBatch, draft.Draft{}
	batch.Lines = []outbox.BatchLine{{RequestID: "r0", Draft: draft.Draft{Visual: "asset:v", Set: "acme", Row: 1}, Seconds: 7}}
	set := outbox.Set{Name: "acme", Rows: 1, Cost: new(api.Micros(5)), Created: noon}
	must(fresh.EnqueueSet(t.Context(), set, false, []outbox.Submission{batch}, nil, noon))
	must(fresh.Drop(t.Context(), "b1", noon))
	for range 2 {
		must(Join(t.Context(), dir, newKey, oldKey))
	}
	notes, err := old.Notes(t.Context())
	must(err)
	labels, err := old.Labels(t.Context())
	must(err)
	if got := fmt.Sprint(notes, labels); got != "map[a:of old b:of new] map[a:[old] b:[new newer]]" {
		t.Errorf("marks: %s", got)
	}
	sets, err := old.Sets(t.Context())
	must(err)
	lines, err := old.BatchLines(t.Context(), "b1")
	must(err)
	if len(sets) != 1 || *sets[0].Cost != 5 || !reflect.DeepEqual(lines, batch.Lines) {
		t.Errorf("sets %+v with the lines %+v", sets, lines)
	}
	batches, err := old.Batches(t.Context())
	must(err)
	drafts, err := old.Drafts(t.Context())
	must(err)
	if n := len(everyJob(t, old)); n != 1203 || len(batches) != 1 || len(drafts) != 1 || drafts[0].Visual != "asset:v" {
		t.Errorf("%d jobs, %d batches, drafts %+v", n, len(batches), drafts)
	}
}

// TestChoicesAreCopied joins a profile in which lists are arranged and sets have
// plans. What was chosen with the old key stays, and a fact about the new one's
// queue stays there.
func TestChoicesAreCopied(t *testing.T) {
	dir := t.TempDir()
	old, fresh := profile(t, dir, oldKey), profile(t, dir, newKey)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	late := outbox.Plan{Deadline: noon.Add(time.Hour), Priority: outbox.PriorityHigh}
	must(fresh.SavePlan(t.Context(), "spring", late))
	must(fresh.SavePlan(t.Context(), "autumn", late))
	must(old.SavePlan(t.Context(), "autumn", outbox.Plan{Priority: outbox.PriorityLow}))
	must(fresh.SavePreset(t.Context(), draft.Preset{Name: "dub", Draft: draft.Draft{Visual: "asset:v"}}))
	for name, value := range map[string]string{
		ListSetting + "generations": `{"Hidden":["cost"],"Kept":[{"Name":"acme","Filter":"label:acme"}]}`,
		ListSetting + "assets":      "of new", ColumnsSetting + "00ff": "{}", pausedSetting: "true",
	} {
		must(fresh.SaveSetting(t.Context(), name, value))
	}
	must(old.SaveSetting(t.Context(), ListSetting+"assets", "of old"))
	for range 2 {
		must(Join(t.Context(), dir, newKey, oldKey))
	}
	plans, err := old.Plans(t.Context())
	must(err)
	if len(plans) != 2 || plans["spring"] != late || plans["autumn"].Priority != outbox.PriorityLow {
		t.Errorf("plans: %+v", plans)
	}
	if presets, err := old.Presets(t.Context()); err != nil || len(presets) != 1 || presets[0].Name != "dub" {
		t.Errorf("presets: %+v, %v", presets, err)
	}
	lists, err := old.Settings(t.Context(), ListSetting)
	must(err)
	if len(lists) != 2 || lists[ListSetting+"assets"] != "of old" || !strings.Contains(lists[ListSetting+"generations"], "label:acme") {
		t.Errorf("lists: %v", lists)
	}
	for name, want := range map[string]bool{ColumnsSetting + "00ff": true, pausedSetting: false} {
		if _, copied, err := old.Setting(t.Context(), name); err != nil || copied != want {
			t.Errorf("%s: copied %t, %v", name, copied, err)
		}
	}
}
