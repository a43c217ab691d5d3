package ui_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/state/journal"
	"dubtop/state/output"
	"dubtop/ui"
)

// savedTakes is the stage of takes with two saved files, and the folder they are
// in.
func savedTakes(t *testing.T) (st stage, folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "dubtop", "acme")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	st = takes()
	st.booked = func(j *journal.Journal) {
		for name, id := range map[string]string{"intro_second": "00000002", "intro_third": "00000003"} {
			f := output.File{Job: id + "-0000-4000-8000-000000000000", Kind: output.Output, Path: filepath.Join(folder, name+".mp4"), Size: 9, At: begins()}
			if err := os.WriteFile(f.Path, []byte("123456789"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := j.SaveFile(context.Background(), f); err != nil {
				t.Fatal(err)
			}
		}
	}
	return st, folder
}

func TestHandOverIsBesideTheFilesOfTheHome(t *testing.T) {
	t.Parallel()
	st, folder := savedTakes(t)
	st.config = func(c *ui.Config) { c.Home = filepath.Dir(filepath.Dir(folder)) }
	tell(t, st, func(s *story) {
		s.Pass(3 * time.Second)
		s.Press("/")
		s.Type("status:completed")
		s.Press("enter", "H")
		s.Sees("✓ ~/dubtop/hand-over-2026-11-20")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("handed over: 2 files")
		if _, err := os.Stat(filepath.Join(folder, "..", "hand-over-2026-11-20", "index.html")); err != nil {
			t.Error(err)
		}
	})
}

func TestSavedFilesAreHandedOver(t *testing.T) {
	t.Parallel()
	st, folder := savedTakes(t)
	tell(t, st, func(s *story) {
		s.Pass(3 * time.Second)
		s.on("outro")
		s.Press("space", "H")
		s.Sees("none of these jobs has a saved file to hand over")
		s.Press("A")
		s.Press("/")
		s.Type("status:completed")
		s.Press("enter", "H")
		s.Sees("hand over", "2 saved files, 18 B", "2 jobs have no saved file and will not be in it: outro, intro_first", "left out", "copied", filepath.Dir(folder)+"/hand-over-2026-11-20")
		into := filepath.Join(filepath.Dir(folder), "client")
		s.refill("Title of the page", "Intro & outro")
		s.refill("Folder", into)
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("handed over: 2 files, 18 B, in")
		for _, name := range []string{"index.html", "manifest.csv", "SHA256SUMS", "intro_second.mp4", "intro_third.mp4"} {
			if _, err := os.Stat(filepath.Join(into, name)); err != nil {
				t.Error(err)
			}
		}
		list, err := os.ReadFile(filepath.Join(into, "manifest.csv"))
		if err != nil || strings.Contains(string(list), "cost") || strings.Contains(string(list), folder) {
			t.Errorf("the list is %q, %v", list, err)
		}
		// The same folder is not overwritten, and it says so.
		s.Press("H")
		s.refill("Folder", into)
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("nothing was overwritten")
		// In place, with the costs.
		s.choose("Files", "in place")
		s.choose("Costs", "in the list")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("handed over: 2 files")
		if list, err = os.ReadFile(filepath.Join(folder, "manifest.csv")); err != nil || !strings.Contains(string(list), "intro_third.mp4") {
			t.Errorf("the list is %q, %v", list, err)
		}
	})
}

func TestSavedFilesAreWatchedInPlaceOfLinks(t *testing.T) {
	t.Parallel()
	st, folder := savedTakes(t)
	var p pages
	st.config = reviewed(&p).config
	tell(t, st, func(s *story) {
		s.Pass(3 * time.Second)
		s.on("intro_second")
		s.Press("b", "o")
		s.Pass(time.Second)
		if len(p.items) != 1 || p.items[0].Right.Source.File != filepath.Join(folder, "intro_second.mp4") || p.items[0].Left.Source.Link == nil {
			t.Errorf("the page shows %+v", p.items)
		}
		s.Press("esc")
	})
}
