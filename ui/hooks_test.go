package ui_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/state/account"
	"dubtop/state/hook"
	"dubtop/state/inspect"
	"dubtop/state/output"
	"dubtop/ui"
)

// hooked is a stage on which a command runs for what is done. It appends a line
// for each run to a file, and fails while there is a file named fail.
func hooked(t *testing.T, fields ...string) (st stage, runs func() []string, dir string) {
	t.Helper()
	dir = t.TempDir()
	script := filepath.Join(dir, "done.sh")
	text := "#!/bin/sh\n[ -z \"$SYNC_API_KEY\" ] || exit 9\ncd " + dir + "\necho \"$*|$DUBTOP_STATUS\" >> runs\n" +
		"if [ -e fail ]; then echo 'no bucket of that name'; exit 3; fi\n"
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	st = stage{
		account: simulator.Options{Plan: simulator.Creator, Slots: 3}, width: 200, height: 40, journal: filepath.Join(dir, "journal.db"),
		config: func(c *ui.Config) { c.Account.Hook = hook.Command{Run: append([]string{script}, fields...)} },
	}
	return st, func() []string {
		all, _ := os.ReadFile(filepath.Join(dir, "runs"))
		return strings.Fields(strings.ReplaceAll(string(all), " ", "·"))
	}, dir
}

// submitted sends the job in the form.
func (s *story) submitted() {
	s.t.Helper()
	s.fillForm()
	s.Press("ctrl+s")
	s.Pass(time.Second)
	s.Press("y")
	s.Pass(2 * time.Second)
}

// The command runs once for each job of ours that ends from now on, whatever
// window sees it. Its failure is shown, kept, and repeated on a key alone.
func TestCommandRunsForEndedJobs(t *testing.T) {
	t.Parallel()
	st, runs, dir := hooked(t, "{name}", "{label}x")
	tell(t, st, func(s *story) {
		other := s.beside()
		if err := os.WriteFile(filepath.Join(dir, "fail"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		s.submitted()
		if got := runs(); len(got) != 0 {
			t.Errorf("before the end of a job: %q", got)
		}
		s.until("✓ completed  lipsync-2      talk_28s", 3*time.Hour)
		s.Pass(time.Minute)
		for _, window := range []*story{s, other} {
			window.Press("g")
			window.Sees("on_done", "done.sh failed", "no bucket")
			window.Press("L")
		}
		if told := s.Screen() + other.Screen(); strings.Count(told, "done.sh failed for talk_28s: exit status 3: no bucket of that name (| runs it again)") != 1 {
			t.Errorf("not just one window tells of the failure\n%s", told)
		}
		if got := runs(); len(got) != 1 || got[0] != "talk_28s·x|completed" {
			t.Errorf("it ran for %q", got)
		}
		s.Kill()
		other.Kill()
		_ = s.book.Close()
		_ = other.book.Close()
		s.start()
		s.Pass(20 * time.Second)
		s.Press("g")
		s.Sees("talk_28s", "on_done", "failed ", "no bucket")
		if err := os.Remove(filepath.Join(dir, "fail")); err != nil {
			t.Fatal(err)
		}
		s.Press("|")
		s.Pass(2 * time.Second)
		s.Sees("done.sh was run")
		if got := runs(); len(got) != 2 {
			t.Errorf("it ran for %q", got)
		}
		s.Press("|")
		s.Sees("the command has not failed for this job")
		s.submitted()
		s.Pass(10 * time.Minute)
		if got := runs(); len(got) != 3 {
			t.Errorf("it ran for %q", got)
		}
	})
}

// A run that was interrupted is shown as one that perhaps did its work, and is
// not repeated by itself.
func TestInterruptedCommandIsShown(t *testing.T) {
	t.Parallel()
	st, runs, _ := hooked(t, "{id}")
	tell(t, st, func(s *story) {
		s.submitted()
		s.until("talk_28s", time.Minute)
		job := string(s.account.Accepted()[0].ID)
		other := s.beside()
		if _, mine, err := other.book.ClaimHook(s.t.Context(), hook.Key{Job: job}, false, time.Now()); err != nil || !mine {
			t.Fatal(mine, err)
		}
		s.Kill()
		other.Kill()
		_ = s.book.Close()
		_ = other.book.Close() // in the middle of the run
		s.start()
		s.Pass(2 * time.Second)
		s.Sees("1 run of the command of on_done was interrupted")
		s.Pass(3 * time.Hour)
		s.Press("g")
		s.Sees("done.sh perhaps ran: dubtop ended")
		if got := runs(); len(got) != 0 {
			t.Errorf("it ran for %q", got)
		}
		s.Press("|")
		s.Pass(2 * time.Second)
		if got := runs(); len(got) != 1 {
			t.Errorf("it ran for %q", got)
		}
	})
}

// A command with a path runs for each saved file.
func TestCommandRunsForSavedFiles(t *testing.T) {
	t.Parallel()
	st, runs, dir := hooked(t, "{path}", "{kind}", "{size}")
	on := st.config
	st.config = func(c *ui.Config) {
		on(c)
		c.Account.Saving = account.Saving{Folder: filepath.Join(dir, "out"), Naming: output.Naming{Template: output.DefaultTemplate}, Automatic: "all"}
	}
	tell(t, st, func(s *story) {
		s.submitted()
		s.Pass(10 * time.Minute)
		got := runs()
		if len(got) != 1 {
			t.Fatalf("it ran for %q", got)
		}
		path, rest, _ := strings.Cut(got[0], "·")
		info, err := os.Stat(path)
		if err != nil || !strings.HasPrefix(path, filepath.Join(dir, "out")) || rest != fmt.Sprintf("output·%d|completed", info.Size()) {
			t.Errorf("it ran for %q, %v", got, err)
		}
		s.Sees("done.sh was run")
	})
}

// A saved output is looked at where there is something to look with. What is odd
// is said once and stays in the details; nothing to look with is said too.
func TestSavedOutputIsLookedAt(t *testing.T) {
	t.Parallel()
	for _, with := range []bool{true, false} {
		dir := t.TempDir()
		script := []byte("#!/bin/sh\necho '{\"streams\":[{\"codec_type\":\"video\",\"width\":640,\"height\":360}]}'\n")
		for _, name := range []string{"ffmpeg", "ffprobe"} {
			if err := os.WriteFile(filepath.Join(dir, name), script, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		st := stage{account: simulator.Options{Plan: simulator.Creator}, width: 200, height: 40, journal: filepath.Join(dir, "journal.db")}
		st.config = func(c *ui.Config) {
			c.Account.Saving = account.Saving{Folder: filepath.Join(dir, "out"), Naming: output.Naming{Template: output.DefaultTemplate}, Automatic: "all"}
			c.Account.Inspect = func() (inspect.Tools, error) {
				if !with {
					return inspect.Tools{}, inspect.ErrTools
				}
				return inspect.In(dir), nil
			}
		}
		tell(t, st, func(s *story) {
			s.submitted()
			s.Pass(10 * time.Minute)
			if !with {
				s.Sees("look", "not done: ffmpeg and ffprobe are")
				return
			}
			s.Sees("look", "has no sound, 640×360; not")
			s.Press("L")
			s.Sees("talk_28s.mp4 is saved, but look at it: has no sound, 640×360; not compared, because its input is no file of this machine")
			s.Kill()
			_ = s.book.Close()
			s.start()
			s.Pass(2 * time.Second)
			s.Press("g")
			s.Sees("has no sound, 640×360; not")
		})
	}
}
