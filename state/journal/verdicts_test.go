package journal

import (
	"maps"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/verdict"
)

// judged gives verdicts and fails if that fails.
func judged(t *testing.T, j *Journal, given map[string]verdict.Given) {
	t.Helper()
	if err := j.JudgeAll(t.Context(), given, noon); err != nil {
		t.Fatal(err)
	}
}

func verdictsSince(t *testing.T, j *Journal, after int64) (map[string]verdict.Given, int64) {
	t.Helper()
	given, last, err := j.Verdicts(t.Context(), after)
	if err != nil {
		t.Fatal(err)
	}
	return given, last
}

// A second process asks for the verdicts since it last looked, and learns which
// were changed or taken back.
func TestVerdictsAreKeptAndOnlyNewOnesRead(t *testing.T) {
	path := journalPath(t)
	one, two := opened(t, path), opened(t, path)
	retake := verdict.Given{Verdict: verdict.Retake, Note: "lips late at 0:12 'x' <b>"}
	judged(t, one, map[string]verdict.Given{"a": {Verdict: verdict.Approved}, "b": {Verdict: verdict.Approved}})
	first, last := verdictsSince(t, two, 0)
	if !maps.Equal(first, map[string]verdict.Given{"a": {Verdict: verdict.Approved}, "b": {Verdict: verdict.Approved}}) {
		t.Errorf("first %v", first)
	}
	judged(t, one, map[string]verdict.Given{"b": retake})
	judged(t, two, map[string]verdict.Given{"a": {}})
	later, end := verdictsSince(t, two, last)
	if !maps.Equal(later, map[string]verdict.Given{"a": {}, "b": retake}) || end <= last {
		t.Errorf("later %v, %d after %d", later, end, last)
	}
	if none, same := verdictsSince(t, one, end); len(none) != 0 || same != end {
		t.Errorf("nothing new is %v, %d", none, same)
	}
	_ = one.Close()
	all, _ := verdictsSince(t, opened(t, path), 0)
	if !maps.Equal(all, map[string]verdict.Given{"a": {}, "b": retake}) {
		t.Errorf("after a restart %v", all)
	}
}

// A journal of version 8 gets the verdicts, and what its jobs were made from is
// learned with the next answer.
func TestVersion8GetsVerdictsAndInputs(t *testing.T) {
	path := journalPath(t)
	old := opened(t, path)
	job := api.Generation{ID: "job", Status: api.Completed, CreatedAt: api.Time{Time: noon}}
	keepJobs(t, old, state.NewGeneration(job))
	downgrade(t, old, 8)
	_ = old.Close()
	j := opened(t, path)
	judged(t, j, map[string]verdict.Given{"job": {Verdict: verdict.Approved}})
	if rows := everyJob(t, j); len(rows) != 1 || rows[0].MadeFrom != 0 {
		t.Fatalf("of version 8: %+v", rows)
	}
	job.Input = []api.Input{{Type: "video", AssetID: "v"}, {Type: "audio", AssetID: "a"}}
	row := state.NewGeneration(job)
	if row.MadeFrom == 0 {
		t.Fatal("it is not known what the job was made from")
	}
	keepJobs(t, j, row)
	keepJobs(t, j, state.NewGeneration(api.Generation{ID: "job", Status: api.Completed, CreatedAt: api.Time{Time: noon.Add(time.Second)}}))
	if rows := everyJob(t, j); len(rows) != 1 || rows[0].MadeFrom != row.MadeFrom {
		t.Errorf("now %+v, want %d", rows, row.MadeFrom)
	}
}

// Joining two journals copies verdicts, and those of the older one stay.
func TestVerdictsOfTheNewKeyAreCopied(t *testing.T) {
	dir := t.TempDir()
	old, fresh := profile(t, dir, oldKey), profile(t, dir, newKey)
	judged(t, old, map[string]verdict.Given{"a": {Verdict: verdict.Approved}})
	judged(t, fresh, map[string]verdict.Given{"a": {Verdict: verdict.Retake}, "b": {Verdict: verdict.Retake, Note: "late"}})
	for range 2 {
		if err := Join(t.Context(), dir, newKey, oldKey); err != nil {
			t.Fatal(err)
		}
	}
	got, _ := verdictsSince(t, old, 0)
	if !maps.Equal(got, map[string]verdict.Given{"a": {Verdict: verdict.Approved}, "b": {Verdict: verdict.Retake, Note: "late"}}) {
		t.Errorf("joined: %v", got)
	}
}
