package journal

import (
	"errors"
	"fmt"
	"testing"

	"dubtop/state/output"
)

func wish(job string) output.Wish {
	return output.Wish{Want: output.Want{Job: job, Kind: output.Output}, Path: "/out/" + job + ".mp4", Asked: noon}
}

func wished(t *testing.T, j *Journal, wishes ...output.Wish) int {
	t.Helper()
	taken, err := j.WishFiles(t.Context(), wishes)
	if err != nil {
		t.Fatal(err)
	}
	return len(taken)
}

// A file is saved by one process at a time, and by another after its end.
func TestFileIsClaimedByOneProcess(t *testing.T) {
	path := journalPath(t)
	one, two := opened(t, path), opened(t, path)
	ctx := t.Context()
	w := wish("a")
	wished(t, one, w)
	if got, err := one.ClaimFile(ctx, w.Want); err != nil || got.Path != w.Path || got.Begun {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := two.ClaimFile(ctx, w.Want); !errors.Is(err, ErrSavingElsewhere) {
		t.Errorf("a second claim: %v", err)
	}
	if n := wished(t, two, w); n != 0 {
		t.Errorf("a file under way is wished again: %d", n)
	}
	if all, err := two.Wishes(ctx); err != nil || len(all) != 1 || !two.SavesElsewhere(all[0]) || one.SavesElsewhere(all[0]) {
		t.Errorf("wishes: %+v, %v", all, err)
	}
	_ = one.Close()
	got, err := two.ClaimFile(ctx, w.Want)
	if err != nil || !got.Begun {
		t.Errorf("after the other has ended: %+v, %v", got, err)
	}
	f := output.File{Job: "a", Kind: output.Output, Path: w.Path, Size: 7, SHA256: "ab", At: noon, Mark: "differs"}
	if err := two.SaveFile(ctx, f); err != nil {
		t.Fatal(err)
	}
	if _, err := two.ClaimFile(ctx, w.Want); !errors.Is(err, ErrNoWish) {
		t.Errorf("a claim after it is saved: %v", err)
	}
	if files, last, err := two.Files(ctx, 0); err != nil || len(files) != 1 || files[0] != f || last != 1 {
		t.Errorf("files: %+v, %d, %v", files, last, err)
	}
	if files, _, err := two.Files(ctx, 1); err != nil || len(files) != 0 {
		t.Errorf("files after the first: %+v, %v", files, err)
	}
}

// What failed waits for the user; what was given up or is saved is not saved
// again automatically.
func TestAutomaticWishesRepeatNothing(t *testing.T) {
	j := opened(t, journalPath(t))
	ctx := t.Context()
	auto := func(job string) output.Wish { w := wish(job); w.Automatic = true; return w }
	for _, job := range []string{"failed", "dropped", "saved"} {
		if wished(t, j, auto(job)) != 1 {
			t.Errorf("%s is not wished", job)
		}
	}
	for _, err := range []error{
		j.LeaveFile(ctx, wish("failed").Want, "/out/f.mp4", "the disk is full"),
		j.DropFiles(ctx, []output.Want{wish("dropped").Want}),
		j.SaveFile(ctx, output.File{Job: "saved", Kind: output.Output, Path: "/out/s.mp4", At: noon}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	before, _ := j.SavingRevision(ctx)
	if n := wished(t, j, auto("failed"), auto("dropped"), auto("saved")); n != 0 {
		t.Errorf("%d are wished again", n)
	}
	if after, err := j.SavingRevision(ctx); err != nil || after != before {
		t.Errorf("revision %d after %d, %v", after, before, err)
	}
	if all, err := j.Wishes(ctx); err != nil || len(all) != 1 || all[0].Reason != "the disk is full" || all[0].Path != "/out/f.mp4" {
		t.Errorf("wishes: %+v, %v", all, err)
	}
	if n := wished(t, j, wish("failed"), wish("dropped"), wish("saved")); n != 3 {
		t.Errorf("the user may wish only %d again", n)
	}
	if all, err := j.Wishes(ctx); err != nil || len(all) != 3 || all[1].Reason != "" {
		t.Errorf("wishes: %+v, %v", all, err)
	}
}

// Takes stay as they were given, also by another process, and a stranger's file
// makes the job the next one.
func TestTakesOfNamesAreKept(t *testing.T) {
	path := journalPath(t)
	one, two := opened(t, path), opened(t, path)
	ctx := t.Context()
	n := output.Naming{Template: "{name}"}
	job := func(id string, name string, hour int) output.Job {
		return output.Job{ID: id, Name: name, Made: noon.Add(3600e9*-1*24).AddDate(0, 0, hour)}
	}
	slots := func(takes []output.Take, err error) (all string) {
		for _, take := range takes {
			all += take.Slot + " "
		}
		return all + fmt.Sprint(err)
	}
	if got := slots(one.GiveTakes(ctx, n, []output.Job{job("b", "promo", 2), job("a", "Promo", 1)})); got != "promo_v2 Promo <nil>" {
		t.Error(got)
	}
	if got := slots(two.GiveTakes(ctx, n, []output.Job{job("z", "promo", 0), job("b", "promo", 2), job("x", "promo_v2", 3)})); got != "promo_v3 promo_v2 promo_v2_v2 <nil>" {
		t.Error(got)
	}
	if next, err := two.NextTake(ctx, n, job("b", "promo", 2)); err != nil || next.Slot != "promo_v4" {
		t.Errorf("%+v, %v", next, err)
	}
	if got := slots(one.GiveTakes(ctx, n, []output.Job{job("b", "promo", 2)})); got != "promo_v4 <nil>" {
		t.Error(got)
	}
}

// A journal of version 8 gets the tables.
func TestVersionWithoutSavedFilesIsUpgraded(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	downgrade(t, j, 8)
	_ = j.Close()
	if n := wished(t, opened(t, path), wish("a")); n != 1 {
		t.Error("nothing is wished")
	}
}

func TestSavedFilesOfTheNewKeyAreCopied(t *testing.T) {
	dir := t.TempDir()
	old, fresh := profile(t, dir, oldKey), profile(t, dir, newKey)
	ctx := t.Context()
	file := func(job, path string) output.File {
		return output.File{Job: job, Kind: output.Output, Path: path, At: noon}
	}
	for _, err := range []error{
		old.SaveFile(ctx, file("a", "/old")), fresh.SaveFile(ctx, file("a", "/new")), fresh.SaveFile(ctx, file("b", "/new")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	wished(t, fresh, wish("c"))
	if _, err := fresh.GiveTakes(ctx, output.Naming{}, []output.Job{{ID: "a", Name: "promo"}}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := Join(ctx, dir, newKey, oldKey); err != nil {
			t.Fatal(err)
		}
	}
	files, _, err := old.Files(ctx, 0)
	if err != nil || len(files) != 2 || files[0].Path != "/old" || files[1].Job != "b" {
		t.Errorf("files: %+v, %v", files, err)
	}
	wishes, err := old.Wishes(ctx)
	if err != nil || len(wishes) != 1 || wishes[0].Job != "c" {
		t.Errorf("wishes: %+v, %v", wishes, err)
	}
	if takes, err := old.takes(ctx); err != nil || len(takes) != 1 {
		t.Errorf("takes: %+v, %v", takes, err)
	}
}
