package ui_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/state/notify"
	"dubtop/ui"
	"dubtop/ui/uitest"
)

// noticeSequence matches the notices of a terminal that understands OSC 777.
var noticeSequence = regexp.MustCompile("\x1b\\]777;notify;dubtop;([^\x1b]*)\x1b\\\\")

// heard returns the notices that the terminal got.
func (s *story) heard() (words []string) {
	for _, m := range noticeSequence.FindAllSubmatch(s.Raw(), -1) {
		words = append(words, string(m[1]))
	}
	return words
}

// rung returns how often the bell was rung. The character also ends commands.
func (s *story) rung() int {
	return bytes.Count(regexp.MustCompile("\x1b\\][^\a\x1b]*(\a|\x1b\\\\)").ReplaceAll(s.Raw(), nil), []byte("\a"))
}

// inGhostty is a stage in a terminal that shows notices and progress, with a job
// that runs until it is finished.
func inGhostty(jobs ...simulator.Job) stage {
	return stage{
		terminal: uitest.Options{Env: []string{"TERM=xterm-ghostty", "COLORTERM=truecolor", "LANG=en_US.UTF-8"}},
		prepare: func(a *simulator.Server) {
			for _, j := range jobs {
				a.Add(j)
			}
		},
	}
}

func running(id int, name string) simulator.Job {
	return simulator.Job{ID: fmt.Sprintf("%08x-0000-4000-8000-000000000000", id), Name: name, Status: "PROCESSING"}
}

func (s *story) finish(id int, status string) {
	s.account.Finish(running(id, "").ID, status, "")
}

// The end of the last job is told to a user who looks elsewhere, and never to one
// who looks.
func TestEndOfTheLastJobIsTold(t *testing.T) {
	t.Parallel()
	tell(t, inGhostty(running(1, "promo;\x1b[31m \u202etake"), running(2, "intro")), func(s *story) {
		s.Pass(5 * time.Second)
		s.Focus(false)
		s.finish(1, "COMPLETED")
		s.Pass(30 * time.Second)
		if got := s.heard(); got != nil {
			t.Errorf("while a job runs it told %q", got)
		}
		s.finish(2, "FAILED")
		s.Pass(30 * time.Second)
		if got := s.heard(); len(got) != 1 || got[0] != "2 ended: 1 ✓ 1 ✗, none is running" {
			t.Errorf("it told %q", got)
		}
		s.Focus(true)
		s.account.Add(running(3, "again"))
		s.Pass(time.Minute)
		s.finish(3, "COMPLETED")
		s.Pass(time.Minute)
		if got := s.heard(); len(got) != 1 {
			t.Errorf("with the focus it told %q", got)
		}
		s.account.Add(running(4, "promo;\x1b[31m \u202etake"))
		s.Pass(time.Minute)
		s.Focus(false)
		s.finish(4, "COMPLETED")
		s.Pass(time.Minute)
		if got := s.heard(); len(got) != 2 || got[1] != "promo, take is done, none is running" {
			t.Errorf("it told %q", got)
		}
	})
}

// Without reports of the focus, somebody who pressed a key just now is looking.
func TestWithoutFocusAKeyShowsThatSomebodyLooks(t *testing.T) {
	t.Parallel()
	st := inGhostty(running(1, "promo"), running(2, "intro"))
	st.terminal.Env = []string{"TERM=xterm-256color", "LANG=en_US.UTF-8"}
	tell(t, st, func(s *story) {
		s.Pass(time.Minute)
		s.Press("j")
		s.finish(1, "COMPLETED")
		s.finish(2, "COMPLETED")
		s.Pass(30 * time.Second)
		if s.rung() > 0 {
			t.Error("it rang while somebody pressed keys")
		}
		s.account.Add(running(3, "again"))
		s.Pass(2 * time.Minute)
		s.finish(3, "COMPLETED")
		s.Pass(30 * time.Second)
		if n := s.rung(); n != 1 {
			t.Errorf("it rang %d times", n)
		}
	})
}

// A watched job is told of while others run, is marked until then, and stays
// watched when the program starts anew.
func TestWatchedJobIsToldOf(t *testing.T) {
	t.Parallel()
	st := inGhostty(running(1, "promo"), running(2, "intro"))
	st.journal = t.TempDir() + "/journal.db"
	tell(t, st, func(s *story) {
		s.Pass(3 * time.Second)
		s.Press("/")
		s.Type("promo")
		s.Press("enter")
		s.Press("!")
		s.Sees("you are told when promo ends", "● running !")
		s.Press("!")
		s.Sees("you are not told when promo ends")
		s.DoesNotSee("running !")
		s.Press("!")
		s.Press("esc")
		if err := s.Quit(); err != nil {
			t.Fatal(err)
		}
		s.start()
		s.Pass(3 * time.Second)
		s.Sees("● running !")
		s.Focus(false)
		s.finish(1, "FAILED")
		s.Pass(10 * time.Second)
		s.Sees("promo failed: ")
		s.DoesNotSee("!  ")
		if got := s.heard(); len(got) != 1 || !strings.HasPrefix(got[0], "promo failed: ") {
			t.Errorf("it told %q", got)
		}
	})
}

// B turns notices off and on; then not a byte of them or of progress is written.
func TestNoticesAreOffWithOneKey(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config func(*ui.Config)
		key    string
		says   string
	}{
		"by a key":             {nil, "B", "notices are off until you quit"},
		"in the configuration": {func(c *ui.Config) { c.Notify.How = notify.Off }, "B", "notices are off in the configuration"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := inGhostty()
			st.config = c.config
			tell(t, st, func(s *story) {
				s.Press(c.key)
				s.Sees(c.says)
				s.Focus(false)
				s.account.Add(running(1, "promo"))
				s.Pass(30 * time.Second)
				if s.Title() != "dubtop 1 running" {
					t.Errorf("the title is %q", s.Title())
				}
				s.finish(1, "COMPLETED")
				s.Pass(time.Minute)
				if s.rung() > 0 || bytes.Contains(s.Raw(), []byte("\x1b]9;")) || s.heard() != nil {
					t.Errorf("it wrote %q", s.heard())
				}
			})
		})
	}
}

// Progress is shown in the title and in the tab, and gone at the end.
func TestProgressIsShownOutsideTheWindow(t *testing.T) {
	t.Parallel()
	job := running(1, "promo")
	job.Status, job.Pending, job.Processing = "", 2*time.Second, 2*time.Minute
	tell(t, inGhostty(job), func(s *story) {
		s.Pass(time.Minute)
		at := regexp.MustCompile("\x1b\\]9;4;1;([0-9]+)\x1b\\\\").FindAllStringSubmatch(string(s.Raw()), -1)
		if len(at) < 2 || !strings.Contains(s.Title(), "%, 1 running") || "dubtop "+at[len(at)-1][1]+"%, 1 running" != s.Title() {
			t.Errorf("the title is %q, and progress was %q", s.Title(), at)
		}
		if err := s.Quit(); err != nil {
			t.Fatal(err)
		}
		if raw := string(s.Raw()); strings.LastIndex(raw, "\x1b]9;4;0\x1b\\") < strings.LastIndex(raw, "\x1b]9;4;1") {
			t.Error("progress stays at the end")
		}
	})
}

// The configuration chooses what is told.
func TestOnlyChosenEndsAreTold(t *testing.T) {
	t.Parallel()
	st := inGhostty(running(1, "promo"))
	st.config = func(c *ui.Config) { c.Notify.Deaf = []notify.Kind{notify.Last} }
	tell(t, st, func(s *story) {
		s.Pass(3 * time.Second)
		s.Focus(false)
		s.finish(1, "COMPLETED")
		s.Pass(time.Minute)
		if got := s.heard(); got != nil {
			t.Errorf("it told %q", got)
		}
	})
}
