package journal

import (
	"slices"
	"testing"
	"time"

	"dubtop/state/hook"
)

// Of several processes one runs the command for a file. A run whose process is
// gone is repeated only on demand.
func TestCommandIsClaimedOnce(t *testing.T) {
	path := journalPath(t)
	one, two := opened(t, path), opened(t, path)
	k := hook.Key{Job: "j1", Kind: "output"}
	claim := func(j *Journal, again bool) bool {
		t.Helper()
		_, mine, err := j.ClaimHook(t.Context(), k, again, noon)
		if err != nil {
			t.Fatal(err)
		}
		return mine
	}
	if !claim(one, false) || claim(two, false) || claim(two, true) || claim(one, true) {
		t.Error("it runs twice")
	}
	runs, err := two.Hooks(t.Context())
	if err != nil || len(runs) != 1 || runs[0].State != hook.Begun || !two.HookRuns(&runs[0]) {
		t.Fatalf("%+v, %v", runs, err)
	}
	_ = one.Close() // in the middle of it
	if two.HookRuns(&runs[0]) || claim(two, false) {
		t.Error("it is not known to have been left")
	}
	if !claim(two, true) {
		t.Error("the user can't repeat it")
	}
	r := hook.Run{Job: k.Job, Kind: k.Kind, State: hook.Failed, Status: 3, Reason: "exit status 3", Output: "no bucket\n", Begun: noon, Ended: noon.Add(time.Minute)}
	if err := two.EndHook(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if claim(two, false) || !claim(two, true) {
		t.Error("a failure is repeated without a demand, or not at all")
	}
	if err := two.EndHook(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if runs, err := two.Hooks(t.Context()); err != nil || len(runs) != 1 || runs[0] != r {
		t.Errorf("%+v, %v", runs, err)
	}
}

// A journal of version 8 gets the tables that came later, and takes over runs.
func TestRunsAreCarried(t *testing.T) {
	dir := t.TempDir()
	old, fresh := profile(t, dir, oldKey), profile(t, dir, newKey)
	downgrade(t, old, 8)
	_ = old.Close()
	old = profile(t, dir, oldKey)
	_, mine, err := fresh.ClaimHook(t.Context(), hook.Key{Job: "j1"}, false, noon)
	if err != nil || !mine {
		t.Fatal(mine, err)
	}
	if err := fresh.SaveLook(t.Context(), FileLook{Job: "j1", SHA256: "ab", Odd: true, Words: "has no sound"}); err != nil {
		t.Fatal(err)
	}
	if err := fresh.Hide(t.Context(), []string{"j1", "j2"}, true); err != nil {
		t.Fatal(err)
	}
	if err := fresh.Hide(t.Context(), []string{"j2"}, false); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := Join(t.Context(), dir, newKey, oldKey); err != nil {
			t.Fatal(err)
		}
	}
	if hidden, err := old.Hidden(t.Context()); err != nil || !slices.Equal(hidden, []string{"j1"}) {
		t.Errorf("hidden: %v, %v", hidden, err)
	}
	if runs, err := old.Hooks(t.Context()); err != nil || len(runs) != 1 || runs[0].Job != "j1" {
		t.Errorf("%+v, %v", runs, err)
	}
	if looks, err := old.Looks(t.Context()); err != nil || looks["j1"].Words != "has no sound" || !looks["j1"].Odd {
		t.Errorf("%+v, %v", looks, err)
	}
}
