package inputs

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"dubtop/state/draft"
	"dubtop/state/jobset"
)

// A list that is no file, or too large, is refused in words and without waiting
// for it or reading all of it.
func TestListsThatAreNoFiles(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	must(t, os.Mkdir(at("folder.csv"), 0o700), syscall.Mkfifo(at("pipe.csv"), 0o600), os.Symlink("/dev/zero", at("device.csv")),
		os.Symlink(at("nowhere"), at("lost.csv")), os.WriteFile(at("large.csv"), []byte("video,audio\n"), 0o600), os.Truncate(at("large.csv"), 100<<20))
	for name, want := range map[string]string{
		"folder.csv": "it is a folder, not a file",
		"pipe.csv":   "it is a pipe, not a file: save its output to a file first",
		"device.csv": "it is a device, not a file",
		"lost.csv":   "no such file or directory",
		"gone.csv":   "no such file or directory",
		"large.csv":  "the file is larger than 32 MB: split it",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := JobSources{Videos: at(name), Env: draft.CheckEnv{Dir: dir}}.Read(t.Context(), nil)
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
		if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 5*jobset.MaxBytes>>20 {
			t.Errorf("%s took %d MB", name, took)
		}
	}
}

// Files with strange names are found, paired and kept apart; what is no file is
// a row that says so.
func TestFilesWithStrangeNames(t *testing.T) {
	dir := t.TempDir()
	write := func(name string) {
		t.Helper()
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700), os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600))
	}
	stems := []string{"\u00e9t\u00e9", "-rf", "a\nb", "🎬 take", "$HOME", "~", "it's \"x\"", "a%20b", "x;y", "=1"}
	for _, stem := range stems {
		write("v/" + stem + ".mp4")
		if stem == stems[0] {
			stem = "e\u0301te\u0301" // decomposed, as a Mac writes it
		}
		write("de/" + stem + ".wav")
	}
	must(t, syscall.Mkfifo(filepath.Join(dir, "v", "pipe.mp4"), 0o600), os.Mkdir(filepath.Join(dir, "v", "folder.mp4"), 0o700), os.Symlink("/nowhere", filepath.Join(dir, "v", "lost.mp4")))
	for _, name := range []string{"pipe", "lost"} {
		write("de/" + name + ".wav")
	}
	set, err := JobSources{Videos: filepath.Join(dir, "v"), Tracks: filepath.Join(dir, "de"), Like: draft.Draft{Model: "lipsync-2"}, Template: "{stem}_{lang}", Env: draft.CheckEnv{Dir: dir}}.Read(t.Context(), nil)
	must(t, err)
	names := map[string]bool{}
	for i := range set.Rows {
		r := &set.Rows[i]
		names[r.Draft.OutputFileName] = true
		switch r.Stem {
		case "pipe":
			if !strings.Contains(r.Fault, "it is a pipe") {
				t.Errorf("pipe: %q", r.Fault)
			}
		case "lost":
			if !strings.Contains(r.Fault, "there is no file") {
				t.Errorf("lost: %q", r.Fault)
			}
		default:
			if !r.Fit() || r.Draft.Visual == "" || r.Draft.Audio == "" {
				t.Errorf("%q: %s", r.Stem, r.Words())
			}
			for _, typed := range []string{r.Draft.Visual, r.Draft.Audio} {
				m, err := draft.ParseMedia(typed, "/home/me")
				if _, failed := StatFile(m.Path); err != nil || failed != nil {
					t.Errorf("%q is typed %q: %v, %v", r.Stem, typed, err, failed)
				}
			}
		}
	}
	if len(set.Rows) != len(stems)+2 || len(names) != len(set.Rows) {
		t.Errorf("%d rows with %d names: %v", len(set.Rows), len(names), names)
	}
}
