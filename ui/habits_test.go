package ui_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/ui"
)

// How a list is arranged is there again at the next start.
func TestArrangedListStaysArranged(t *testing.T) {
	t.Parallel()
	st := lived()
	st.width, st.height, st.journal = 120, 40, filepath.Join(t.TempDir(), "journal.db")
	tell(t, st, func(s *story) {
		s.Pass(5 * time.Second)
		if titles := s.titles(); !strings.Contains(titles, "MODEL") || strings.Index(titles, "COST") > strings.Index(titles, "AGE") {
			t.Fatalf("the titles are %q", titles)
		}
		s.Press("W", "j", "space") // the model
		s.Sees("[ ] model", "space show or hide")
		s.DoesNotSee("MODEL")
		s.Press("G", "k", "K") // the age before the cost
		s.Press("enter")
		s.sortBy("cost")
		s.Press("z")
		s.Sees("details: below")
		s.Pass(time.Second)

		check := func(s *story) {
			s.t.Helper()
			titles := s.titles()
			if strings.Contains(titles, "MODEL") || strings.Index(titles, "COST") < strings.Index(titles, "AGE") || !strings.Contains(titles, "COST↓") {
				s.t.Errorf("the titles are %q", titles)
			}
			if rows := strings.Split(s.Screen(), "\n"); !strings.Contains(rows[len(rows)-13], "────") {
				s.t.Errorf("the details are not below\n%s", s.Screen())
			}
		}
		check(s)
		other := s.beside()
		other.Pass(5 * time.Second)
		check(other)

		s.Press("W", "ctrl+l", "esc")
		if titles := s.titles(); !strings.Contains(titles, "MODEL") {
			t.Errorf("the titles are %q", titles)
		}
	})
}

// The last column can't be hidden, and columns stay where there is no room for a
// picker's border.
func TestOneColumnStays(t *testing.T) {
	t.Parallel()
	st := lived()
	st.width, st.height = 80, 24
	tell(t, st, func(s *story) {
		s.Pass(5 * time.Second)
		s.Press("4", "W")
		for range 12 {
			s.Press("space", "j")
		}
		s.Sees("one column must stay")
	})
}

func TestPaneTurns(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 50}} {
		st := lived()
		st.width, st.height = size[0], size[1]
		tell(t, st, func(s *story) {
			s.Pass(5 * time.Second)
			seen := ""
			for range 4 {
				s.Press("z")
				for _, place := range []string{"beside", "below", "full", "off"} {
					if strings.Contains(s.Screen(), "details: "+place) {
						seen += place + " "
					}
				}
				s.Press("j")
				s.fits()
			}
			if seen = strings.TrimSpace(seen); !strings.Contains("beside below full off beside below full", seen) || len(seen) < 20 {
				t.Errorf("the pane is %s", seen)
			}
		})
	}
}

func TestFilterShowsTheListAgain(t *testing.T) {
	tell(t, lived(), func(s *story) {
		s.Pass(5 * time.Second)
		for !strings.Contains(s.Screen(), "details: full") {
			s.Press("z")
		}
		s.Press("/")
		s.Sees("STATUS")
		s.Press("esc")
		if strings.Contains(s.Screen(), "STATUS ") {
			t.Errorf("the list stays:\n%s", s.Screen())
		}
	})
}

// fits checks that no line of the screen is cut or missing.
func (s *story) fits() {
	s.t.Helper()
	rows := strings.Split(s.Screen(), "\n")
	if !strings.Contains(rows[len(rows)-1], "?") && !strings.Contains(rows[len(rows)-2], "?") {
		s.t.Errorf("the hints are not at the bottom\n%s", s.Screen())
	}
}

// Named views are moved between with h and l, show how many rows they have, and
// each has an order of its own. One can be added without the configuration.
func TestNamedViews(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 50}} {
		st := lived()
		st.width, st.height, st.journal = size[0], size[1], filepath.Join(t.TempDir(), "journal.db")
		st.config = func(c *ui.Config) {
			c.Views = map[string]map[string]string{"generations": {"failed": "status:failed", "new": "age:<1h"}}
		}
		tell(t, st, func(s *story) {
			s.Pass(5 * time.Second)
			s.Sees("all", "failed 1", "new 7")
			s.Press("l")
			s.Sees("1 of 1, 46 in all", "/ status:failed")
			s.Press("l")
			s.Sees("of 7, 46 in all")
			s.sortBy("name")
			s.Press("l")
			s.Sees("of 46", "AGE↑")
			s.Press("h")
			s.Sees("of 7, 46 in all", "NAME↑")
			s.account.Add(simulator.Job{Name: "brand_new", Status: "PROCESSING"})
			s.Pass(30 * time.Second)
			s.Sees("new 8", "of 8, 47 in all")
			s.Press("esc", "/")
			s.Type("model:react")
			s.Press("enter", ":")
			s.Type("keep this")
			s.Press("enter")
			s.Type("react")
			s.Press("enter")
			s.Sees("react 2", "kept in dubtop's own records")
			s.Pass(time.Second)

			other := s.beside()
			other.Pass(5 * time.Second)
			other.Sees("failed 2", "react 2")
			other.Press("h")
			other.Sees("/ model:react")
			other.Press(":")
			other.Type("forget this view")
			other.Press("enter")
			other.DoesNotSee("react 2")
		})
	}
}

// click clicks at the first place of some words.
func (s *story) click(words string) {
	s.t.Helper()
	for y, line := range strings.Split(s.Screen(), "\n") {
		if before, _, ok := strings.Cut(line, words); ok {
			s.Burst(fmt.Sprintf("\x1b[<0;%d;%dM", len([]rune(before))+1, y+1))
			return
		}
	}
	s.t.Errorf("there is no %q to click\n%s", words, s.Screen())
}

// The details are always those of the cursor's row, however fast the keys come.
func TestDetailsFollowTheCursorAtOnce(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{120, 40}, {80, 40}} { // beside and below
		st := lived()
		st.width, st.height = size[0], size[1]
		tell(t, st, func(s *story) {
			s.Pass(5 * time.Second)
			for _, key := range []string{"j", "j", "k", "G", "g", "space", "ctrl+d", "F", "esc", "j", "j", "home", "v", "-", "a"} {
				s.Press(key)
				name := strings.Fields(s.row("▌"))
				if details := s.details(); !slices.ContainsFunc(name, func(w string) bool { return strings.HasPrefix(details, w) }) {
					t.Fatalf("after %s the details are those of %q, the row is %q\n%s", key, details, name, s.Screen())
				}
				s.Pass(20 * time.Millisecond)
			}
		})
	}
}

// details is the heading of the details of a row.
func (s *story) details() string {
	lines := strings.Split(s.Screen(), "\n")
	for i, line := range lines[2:] {
		switch _, beside, ok := strings.Cut(line, " │ "); {
		case ok:
			return beside
		case strings.HasPrefix(line, "────"):
			return strings.TrimSpace(lines[i+3])
		}
	}
	return ""
}

func TestMouse(t *testing.T) {
	t.Parallel()
	st := lived()
	st.width, st.height = 120, 40
	st.config = func(c *ui.Config) {
		c.Mouse = true
		c.Views = map[string]map[string]string{"generations": {"failed": "status:failed"}}
	}
	tell(t, st, func(s *story) {
		s.Pass(5 * time.Second)
		s.Sees("M select text")
		s.click("  webinar_ko")
		if row := s.row("▌"); !strings.Contains(row, "webinar_ko") {
			t.Errorf("the row is %q", row)
		}
		s.Burst("\x1b[<65;10;10M")
		if row := s.row("▌"); !strings.Contains(row, "course_23_ja") {
			t.Errorf("after the wheel the row is %q", row)
		}
		s.click("COST")
		s.Sees("COST↓", "sorted by cost")
		s.click("COST↓")
		s.Sees("COST↑")
		s.click("failed 1")
		s.Sees("1 of 1, 46 in all")
		s.click("3 Assets")
		s.Sees("SIZE")
		s.click("1 Generations")
		s.click("all")
		s.Sees("of 46")
		s.Pass(time.Second)
		s.click("  webinar_ko")
		s.click("  webinar_ko")
		s.DoesNotSee("episode_10_fr")
		s.Press("esc")

		s.Press("M")
		s.DoesNotSee("M select text")
		s.click("episode_10_fr")
		if row := s.row("▌"); !strings.Contains(row, "webinar_ko") {
			t.Errorf("without the mouse the row is %q", row)
		}
	})
}

// No click answers a question that spends money.
func TestClicksAnswerNoQuestion(t *testing.T) {
	t.Parallel()
	st := few()
	st.config = func(c *ui.Config) { c.Mouse = true }
	tell(t, st, func(s *story) {
		s.Pass(5 * time.Second)
		s.price()
		s.Pass(2 * time.Second)
		for y := range 30 {
			for x := 0; x < 100; x += 9 {
				s.Burst(fmt.Sprintf("\x1b[<0;%d;%dM\x1b[<0;%d;%dM", x+1, y+1, x+1, y+1))
			}
		}
		s.Pass(2 * time.Second)
		if posts := s.posts(); len(posts) != 0 {
			t.Errorf("clicks have sent %d paid requests", len(posts))
		}
	})
}
