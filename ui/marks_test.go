package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/ui"
)

// named is an account with n finished jobs with distinct names: take_01 is the
// newest. Everything further back is old.
func named(n int) stage {
	return stage{
		account: simulator.Options{Generations: -1},
		prepare: func(a *simulator.Server) {
			for i := n; i > 0; i-- {
				a.Add(simulator.Job{
					ID: fmt.Sprintf("%08x-0000-4000-8000-000000000000", i), Name: fmt.Sprintf("take_%02d", i),
					Visual: a.StorageURL() + "/media/talk_28s.mp4", Audio: a.StorageURL() + "/media/line_25s.wav",
					Seconds: 25, Status: "COMPLETED", Age: time.Duration(i) * time.Hour,
				})
			}
		},
	}
}

// takes returns the marked rows by the numbers in their names.
func (s *story) takes() string {
	var found []string
	for line := range strings.SplitSeq(s.Screen(), "\n") {
		margin, _, _ := strings.Cut(line, "✓")
		if _, name, ok := strings.Cut(line, "lipsync-2      take_"); ok && strings.Contains(margin, "◆") {
			found = append(found, name[:2])
		}
	}
	return strings.Join(found, " ")
}

// marks checks which rows are marked.
func (s *story) marks(want string) {
	s.t.Helper()
	if got := s.takes(); got != want {
		s.t.Errorf("marked are %q, want %q\n%s", got, want, s.Screen())
	}
}

func TestSpaceMarksARowAndMovesDown(t *testing.T) {
	t.Parallel()
	tell(t, named(9), func(s *story) {
		s.Press("space", "j", "space")
		s.marks("01 03")
		s.Sees("◆ 2 marked", "4 of 9")
		s.Press("k", "space")
		s.marks("01")
		s.Sees("1 marked")
		s.Press("A")
		s.marks("")
		s.DoesNotSee("marked")
		s.Press("A")
		s.Sees("nothing is marked")
		s.Press("space", "ctrl+\\")
		s.DoesNotSee("1 marked")
	})
}

func TestRangeGoesFromTheLastMarkToTheCursor(t *testing.T) {
	t.Parallel()
	tell(t, named(9), func(s *story) {
		s.Press("v")
		s.Sees("mark a row first (space)")
		s.Press("j", "space", "j", "j", "v")
		s.marks("02 03 04 05")
		s.Press("g", "v") // from 05, the end of the last range, upwards
		s.marks("01 02 03 04 05")
		s.Press("A", "G", "space", "k", "k", "v")
		s.marks("07 08 09")
		s.Press("/")
		s.Type("take_01")
		s.Press("enter", "v")
		s.Sees("the range has no start", "3 marked, 3 hidden")
	})
}

func TestMarkAllMarksMatchesAndSurvivesTheFilter(t *testing.T) {
	t.Parallel()
	tell(t, named(12), func(s *story) {
		s.Press("/")
		s.Type("take_1")
		s.Press("enter", "a")
		s.marks("10 11 12")
		s.Sees("◆ 3 marked")
		s.DoesNotSee("hidden")
		s.Press("/", "ctrl+u")
		s.Type("take_0")
		s.Press("enter", "space")
		s.Sees("◆ 4 marked, 3 hidden")
		s.Press("esc") // the filter first
		s.Sees("◆ 4 marked", "of 12")
	})
}

func TestEscRemovesFilterThenMarksThenGoesBack(t *testing.T) {
	t.Parallel()
	tell(t, named(12), func(s *story) {
		s.Press("space", "/")
		s.Type("take")
		s.Press("enter")
		s.Sees("/ take", "1 marked")
		s.Press("esc")
		s.DoesNotSee("/ take")
		s.Sees("1 marked")
		s.Press("esc")
		s.DoesNotSee("1 marked")
	})
	tell(t, lived(), func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("2", "G", "enter")
		s.Pass(time.Second)
		s.Press("a")
		s.Sees("results of", "marked")
		s.Press("esc")
		s.Sees("results of")
		s.DoesNotSee("marked")
		s.Press("esc")
		s.DoesNotSee("results of")
	})
}

func TestMarksStayWithTheirJobs(t *testing.T) {
	t.Parallel()
	tell(t, named(9), func(s *story) {
		s.Press("j", "space", "j", "space")
		s.marks("02 04")
		s.account.Add(simulator.Job{Name: "brand_new", Status: "PROCESSING"})
		s.Pass(20 * time.Second)
		s.Sees("brand_new")
		s.marks("02 04")
		s.Press("S")
		s.marks("04 02")
		s.sortBy("name")
		s.marks("02 04")
		s.Sees("2 marked")
	})
}

func TestMarkDisappearsWithItsRow(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.account.Fault(creating, simulator.Fault{DelayAfter: 8 * time.Second})
		s.price()
		s.Press("y")
		s.Pass(time.Second)
		s.Press("g", "space", "space")
		s.Sees("sending", "2 marked")
		s.Pass(15 * time.Second)
		s.DoesNotSee("sending")
		s.Sees("1 marked") // the submission has become a job, which is another row
	})
}

func TestMarkedIDsAreCopiedOnePerLine(t *testing.T) {
	t.Parallel()
	tell(t, named(5), func(s *story) {
		s.Press("j", "space", "j", "space", "y")
		want := "00000002-0000-4000-8000-000000000000\n00000004-0000-4000-8000-000000000000"
		if got := s.Clipboard(); got != want {
			s.t.Errorf("copied %q", got)
		}
		s.Sees("2 ids copied")
		s.Press("/")
		s.Type("take_01")
		s.Press("enter", "y")
		if got := s.Clipboard(); got != want {
			s.t.Errorf("with the marks hidden it copied %q", got)
		}
		s.Press("esc", "esc", "g", "y")
		if got := s.Clipboard(); got != "00000001-0000-4000-8000-000000000000" {
			s.t.Errorf("without marks it copied %q", got)
		}
	})
}

func TestMarksAreVisibleWithoutColourAndInASCII(t *testing.T) {
	t.Parallel()
	st := named(5)
	st.config = func(c *ui.Config) { c.ASCII = true }
	tell(t, st, func(s *story) {
		s.Press("space", "space", "k")
		if one, two := s.row("take_01"), s.row("take_02"); !strings.HasPrefix(one, "# +") || !strings.HasPrefix(two, ">#+") {
			s.t.Errorf("%q\n%q", one, two)
		}
		s.Sees("# 2 marked")
	})
}

func TestMarkAllExcludesRowsStillLoading(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Generations: 250}}, func(s *story) {
		s.Press("a")
		s.Sees("marked; older rows are still loading")
	})
}

func TestStatusLineShowsMarksIfTheTabsHaveNoRoom(t *testing.T) {
	t.Parallel()
	st := named(9)
	st.width, st.height = 60, 20
	tell(t, st, func(s *story) {
		s.Press("space", "space")
		if last := strings.Split(s.Screen(), "\n")[18]; !strings.Contains(last, "◆ 2 marked  3 of 9") {
			s.t.Errorf("the status line is %q", last)
		}
		s.Resize(100, 30)
		if tabs := strings.Split(s.Screen(), "\n")[1]; !strings.Contains(tabs, "◆ 2 marked") || s.rows("2 marked") != 1 {
			s.t.Errorf("the tabs' line is %q\n%s", tabs, s.Screen())
		}
	})
}

func TestViewsWithoutMarksHaveNoMarkKeys(t *testing.T) {
	t.Parallel()
	tell(t, lived(), func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("4", "space", "a")
		s.DoesNotSee("marked")
	})
}
