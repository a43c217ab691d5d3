package ui_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/state/account"
	"dubtop/state/output"
	"dubtop/ui"
)

// saving is a stage whose jobs can be saved to a new folder. change adapts how.
func saving(t *testing.T, st stage, change ...func(*account.Saving)) (stage, string) {
	home := t.TempDir()
	folder := filepath.Join(home, "Downloads", "dubtop")
	st.config = func(c *ui.Config) {
		c.Home = home
		c.Account.Saving = account.Saving{Folder: folder, Sidecar: true, Checksums: true, Zone: time.UTC}
		for _, f := range change {
			f(&c.Account.Saving)
		}
	}
	return st, folder
}

// filesIn lists the files of a folder and its subfolders, without the sidecars
// and checksums.
func filesIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	_ = filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(path) != ".json" && d.Name() != "SHA256SUMS" {
			name, _ := filepath.Rel(folder, path)
			names = append(names, name)
		}
		return nil
	})
	return names
}

func TestAnOutputIsSavedAndOpened(t *testing.T) {
	st, folder := saving(t, stage{})
	tell(t, st, func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("/")
		s.Type("status:completed")
		s.Press("enter")
		s.Press("d")
		s.until("saved ~/Downloads/dubtop", 10*time.Second)
		files := filesIn(t, folder)
		if len(files) != 1 || !strings.HasSuffix(files[0], ".mp4") {
			t.Fatalf("files: %v\n%s", files, s.Screen())
		}
		s.Pass(5 * time.Second)
		if row := s.row("▌"); !strings.Contains(row, "saved") {
			t.Errorf("the row: %q", row)
		}
		sums := exec.Command("sha256sum", "-c", "SHA256SUMS")
		sums.Dir = folder
		if out, err := sums.CombinedOutput(); err != nil {
			t.Errorf("sha256sum: %s", out)
		}
		if side, err := os.ReadFile(filepath.Join(folder, files[0]+".json")); err != nil || !strings.Contains(string(side), `"job"`) || strings.Contains(string(side), "http") {
			t.Errorf("sidecar: %s, %v", side, err)
		}
		s.Press("o")
		s.Pass(time.Second)
		s.Press("O")
		s.Pass(time.Second)
		if len(s.opened) != 2 || s.opened[0] != filepath.Join(folder, files[0]) || s.opened[1] != folder {
			t.Errorf("opened: %v", s.opened)
		}
		before := len(s.account.Requests())
		s.Press("d")
		s.Pass(time.Second)
		s.Sees("is saved already")
		for _, r := range s.account.Requests()[before:] {
			if r.Origin == "storage" {
				t.Errorf("fetched again: %+v", r)
			}
		}
		for _, r := range s.account.Requests() {
			if r.Origin == "storage" && r.Key {
				t.Errorf("the key went to the storage: %+v", r)
			}
		}
		if err := os.Remove(filepath.Join(folder, files[0])); err != nil {
			t.Fatal(err)
		}
		s.Press("o")
		s.Pass(time.Second)
		if len(s.opened) != 3 || !strings.HasPrefix(s.opened[2], "http") {
			t.Errorf("opened: %v", s.opened)
		}
		s.Press("d")
		s.Pass(3 * time.Second)
		if again := filesIn(t, folder); len(again) != 1 || again[0] != files[0] {
			t.Errorf("saved again: %v", again)
		}
	})
}

func TestNamesOfSeveralFilesAreShownFirst(t *testing.T) {
	st, folder := saving(t, stage{account: simulator.Options{Generations: 12}})
	tell(t, st, func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("d")
		s.Pass(5 * time.Second)
		s.Press("a")
		s.Press("d")
		s.Pass(time.Second)
		s.Sees("Save 11 files under these names?")
		s.Sees("1: is saved already")
		if files := filesIn(t, folder); len(files) != 1 {
			t.Errorf("saved before the yes: %v", files)
		}
		s.Press("y")
		s.Pass(time.Second)
		s.until("files saved", time.Minute)
		files := filesIn(t, folder)
		if len(files) != 12 {
			t.Errorf("files: %v\n%s", files, s.Screen())
		}
		for _, name := range files {
			if strings.HasSuffix(name, ".part") {
				t.Errorf("left over: %s", name)
			}
		}
	})
}

// completed shows the completed jobs only.
func (s *story) completed() {
	s.Pass(2 * time.Second)
	s.Press("/")
	s.Type("status:completed")
	s.Press("enter")
}

func TestAFailedDownloadIsLoudAndTriedAgain(t *testing.T) {
	st, folder := saving(t, stage{})
	tell(t, st, func(s *story) {
		s.completed()
		s.account.Fault("GET /out/{file}", simulator.Fault{Status: 404})
		s.Press("d")
		s.until("1 not saved", time.Minute)
		if row := s.row("▌"); !strings.Contains(row, "not saved") {
			t.Errorf("the row: %q", row)
		}
		s.Press("enter")
		s.Pass(time.Second)
		if row := s.row("not saved 127.0.0.1"); !strings.Contains(row, "404") {
			t.Errorf("the reason: %q", row)
		}
		s.Press("esc")
		s.Press("L")
		s.Sees("is not saved")
		s.Press("esc")
		s.Press("ctrl+s")
		s.Sees("nothing is running, 1 not saved")
		s.account.ClearFaults()
		s.Press("d")
		s.until("saved ~/Downloads", 10*time.Second)
		s.Pass(time.Second)
		s.Sees("Nothing is being saved.")
		if files := filesIn(t, folder); len(files) != 1 || len(s.posts()) != 0 {
			t.Errorf("files %v, posts %v", files, s.posts())
		}
	})
}

func TestTheListOfSavingAgreesWithItsSum(t *testing.T) {
	st, _ := saving(t, stage{account: simulator.Options{OutputSize: 3_000_000, OutputRate: 1_000_000}})
	tell(t, st, func(s *story) {
		s.completed()
		s.Press("enter")
		s.Press("d")
		s.Press("ctrl+s")
		for range 150 {
			s.Pass(50 * time.Millisecond)
			if screen := s.Screen(); strings.Contains(screen, "nothing is running") && !strings.Contains(screen, "Nothing is being saved.") {
				t.Fatalf("the sum says that nothing is running, the list does not:\n%s", screen)
			}
		}
		s.Sees("Nothing is being saved.")
	})
}

func TestSavingGoesOnAfterTheEnd(t *testing.T) {
	st, folder := saving(t, stage{journal: filepath.Join(t.TempDir(), "journal.db")})
	tell(t, st, func(s *story) {
		s.completed()
		s.account.Fault("GET /out/{file}", simulator.Fault{Rate: 500, Times: 1})
		s.Press("d")
		s.Pass(4 * time.Second)
		s.Sees("saving 1")
		s.Press("q")
		s.Pass(time.Second)
		s.Sees("being saved")
		s.Press("y")
		s.Pass(time.Second)
		if files := filesIn(t, folder); len(files) != 1 || !strings.HasSuffix(files[0], ".part") {
			t.Fatalf("files: %v", files)
		}
		_ = s.book.Close()
		s.start()
		s.until("saved     ~/Downloads", 20*time.Second)
		if files := filesIn(t, folder); len(files) != 1 || !strings.HasSuffix(files[0], ".mp4") {
			t.Errorf("files: %v", files)
		}
	})
}

// fetched counts the files that the storage was asked for.
func (s *story) fetched() (n int) {
	for _, r := range s.account.Requests() {
		if r.Route == "GET /out/{file}" {
			n++
		}
	}
	return n
}

func TestTwoWindowsSaveAFileOnce(t *testing.T) {
	st, folder := saving(t, stage{journal: filepath.Join(t.TempDir(), "journal.db")})
	tell(t, st, func(s *story) {
		s.completed()
		other := s.beside()
		other.completed()
		s.account.Fault("GET /out/{file}", simulator.Fault{Rate: 500, Times: 1})
		s.Press("d")
		s.Pass(2 * time.Second)
		other.Press("d")
		other.until("saved elsewhere", 10*time.Second)
		other.until("saved     ~/Downloads", 30*time.Second)
		if files := filesIn(t, folder); len(files) != 1 || s.fetched() != 1 {
			t.Errorf("files %v, fetched %d times", files, s.fetched())
		}
	})
}

func TestOtherFilesOfAJobAreSaved(t *testing.T) {
	st, folder := saving(t, stage{})
	tell(t, st, func(s *story) {
		s.completed()
		s.Press("D")
		s.Sees("segment output")
		s.Type("all of these")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("_request.json")
		s.Press("y")
		s.Pass(time.Second)
		s.until("no such file", 20*time.Second)
		names := strings.Join(filesIn(t, folder), " ")
		if !strings.Contains(names, ".mp4") || strings.Contains(names, "_segment") {
			t.Errorf("files: %s", names)
		}
		found, _ := filepath.Glob(filepath.Join(folder, "*_request.json"))
		if len(found) != 1 {
			t.Fatalf("requests: %v", found)
		}
		if b, err := os.ReadFile(found[0]); err != nil || !strings.Contains(string(b), `"model"`) || strings.Contains(string(b), s.account.Key()) {
			t.Errorf("request: %s, %v", b, err)
		}
	})
}

// A stranger's file is never replaced: the job becomes the next take, and stays
// it.
func TestAStrangersFileStays(t *testing.T) {
	st, folder := saving(t, stage{}, func(s *account.Saving) { s.Naming = output.Naming{Template: "x"} })
	tell(t, st, func(s *story) {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "x.mp4"), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		s.completed()
		s.Press("d")
		s.until("saved ~/Downloads/dubtop/x_v2.mp4", 10*time.Second)
		s.Press("j")
		s.Press("d")
		s.until("saved ~/Downloads/dubtop/x_v3.mp4", 10*time.Second)
		if b, err := os.ReadFile(filepath.Join(folder, "x.mp4")); err != nil || string(b) != "mine" {
			t.Errorf("the stranger's file: %q, %v", b, err)
		}
	})
}

// Without the journal a file is still told by what is written beside it.
func TestASavedFileIsRecognisedByItsSidecar(t *testing.T) {
	st, folder := saving(t, stage{})
	tell(t, st, func(s *story) {
		s.completed()
		s.Press("d")
		s.until("saved ~/Downloads", 10*time.Second)
		s.start() // with an empty journal
		s.completed()
		s.DoesNotSee("saved     ~/Downloads")
		s.Press("d")
		s.Pass(2 * time.Second)
		s.Sees("is saved already")
		s.Pass(10 * time.Second)
		s.Sees("saved     ~/Downloads")
		if files := filesIn(t, folder); len(files) != 1 || s.fetched() != 1 {
			t.Errorf("files %v, fetched %d times", files, s.fetched())
		}
	})
}

// Both windows see the end of the job, and one of them saves its output. The jobs
// of before are left alone.
func TestOutputsAreSavedAutomatically(t *testing.T) {
	st, folder := saving(t, stage{journal: filepath.Join(t.TempDir(), "journal.db")}, func(s *account.Saving) { s.Automatic = "model:lipsync" })
	tell(t, st, func(s *story) {
		other := s.beside()
		other.Pass(2 * time.Second)
		s.price()
		s.Press("y")
		s.Pass(5 * time.Minute)
		s.until("saved     ~/Downloads", 20*time.Minute)
		other.Press("g")
		other.until("saved     ~/Downloads", time.Minute)
		files := filesIn(t, folder)
		if len(files) != 1 || !strings.Contains(files[0], "talk_28s_lipsync-2") || s.fetched() != 1 {
			t.Errorf("files: %v, fetched %d times\n%s", files, s.fetched(), s.Screen())
		}
		s.Kill()
		_ = s.book.Close()
		s.start()
		s.Pass(time.Minute)
		if again := filesIn(t, folder); len(again) != 1 || s.fetched() != 1 {
			t.Errorf("after a restart: %v, fetched %d times", again, s.fetched())
		}
	})
}

// The job that was made first is the first take, whichever is saved first.
func TestTakesAreNumberedAsTheyWereMade(t *testing.T) {
	st, folder := saving(t, stage{})
	tell(t, st, func(s *story) {
		for range 2 {
			s.price()
			s.Press("y")
			s.Pass(5 * time.Minute)
			s.Press("esc")
		}
		s.Press("g")
		s.Press("d")
		s.until("saved ~/Downloads", 10*time.Second)
		s.Press("j")
		s.Press("d")
		s.Pass(5 * time.Second)
		files := strings.Join(filesIn(t, folder), " ")
		if files != "talk_28s_lipsync-2.mp4 talk_28s_lipsync-2_v2.mp4" {
			t.Fatalf("files: %v\n%s", files, s.Screen())
		}
		newer, err := os.ReadFile(filepath.Join(folder, "talk_28s_lipsync-2_v2.mp4.json"))
		older, unread := os.ReadFile(filepath.Join(folder, "talk_28s_lipsync-2.mp4.json"))
		if err != nil || unread != nil || created(string(newer)) <= created(string(older)) {
			t.Errorf("the newer one: %s\nthe older one: %s", newer, older)
		}
	})
}

// created is the time in a sidecar.
func created(sidecar string) string {
	_, rest, _ := strings.Cut(sidecar, `"created": "`)
	at, _, _ := strings.Cut(rest, `"`)
	return at
}

func TestAWholeBatchIsSaved(t *testing.T) {
	st, folder := saving(t, stage{account: simulator.Options{Plan: simulator.Scale}})
	tell(t, st, func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("2")
		s.Pass(2 * time.Second)
		s.Press("G")
		s.Press("d")
		s.Pass(2 * time.Second)
		s.Sees("under these names?")
		s.Press("y")
		s.Pass(time.Second)
		s.until("files saved", 5*time.Minute)
		if files := filesIn(t, folder); len(files) != 24 {
			t.Errorf("files: %v\n%s", files, s.Screen())
		}
	})
}
