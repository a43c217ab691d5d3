package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/ui"
)

// series are jobs whose names differ only at the end.
func series(st stage) stage {
	st.account.Generations = -1
	st.prepare = func(a *simulator.Server) {
		for _, end := range []string{"de", "fr"} {
			a.Add(simulator.Job{ID: "job-" + end, Name: "a_campaign_for_the_whole_of_the_winter_" + end, Status: "COMPLETED", Seconds: 20, Age: time.Hour})
		}
	}
	return st
}

// titles returns the line of column titles.
func (s *story) titles() string {
	return strings.Split(s.Screen(), "\n")[2]
}

func TestEndOfANameIsVisible(t *testing.T) {
	t.Parallel()
	for _, width := range []int{60, 80, 120} {
		st := series(stage{width: width, height: 24})
		tell(t, st, func(s *story) {
			s.Pass(5 * time.Second)
			s.Sees("a_camp", "_de", "_fr")
			s.Sees("…")
		})
	}
}

// A column that is empty in all visible rows takes no room from the names.
func TestEmptyColumnLeavesItsRoomToTheNames(t *testing.T) {
	t.Parallel()
	st := series(stage{width: 120, height: 24})
	tell(t, st, func(s *story) {
		s.Pass(5 * time.Second)
		s.DoesNotSee("PROGRESS")
		s.account.Add(simulator.Job{ID: "job-es", Name: "intro", Status: "FAILED", ErrorCode: "generation_unknown_error"})
		s.Pass(time.Minute)
		s.Sees("PROGRESS")
		s.Press("/")
		s.Type("status:completed")
		s.Press("enter")
		s.DoesNotSee("PROGRESS")
	})
}

func TestLabelColumnAppearsWithTheFirstLabel(t *testing.T) {
	t.Parallel()
	for _, width := range []int{80, 120, 200} {
		st := lived()
		st.width, st.height = width, 24
		tell(t, st, func(s *story) {
			s.Pass(5 * time.Second)
			s.DoesNotSee("LABEL")
			s.Press("s")
			s.DoesNotSee("↑ label") // labels are no sort column
			s.Press("esc", "g", "t")
			s.Type("acme")
			s.Press("enter")
			s.Pass(time.Second)
			if !strings.Contains(s.titles(), "LABEL") {
				t.Errorf("%d columns wide there is no label\n%s", width, s.Screen())
			}
			s.sortBy("label")
			s.Press("g")
			s.Sees("sorted by label")
			if rows := strings.Split(s.Screen(), "\n"); !strings.Contains(rows[2], "LABEL↑") || !strings.Contains(rows[3], "acme") {
				t.Errorf("what has a label does not come first\n%s", s.Screen())
			}
		})
	}
}

// The arrow points up if values increase down the list.
func TestTitleShowsTheSortDirection(t *testing.T) {
	t.Parallel()
	for _, ascii := range []bool{false, true} {
		st := lived()
		st.config = func(c *ui.Config) { c.ASCII = ascii }
		tell(t, st, func(s *story) {
			s.Pass(5 * time.Second)
			for _, step := range []struct{ keys, sort, then, title string }{
				{"", "", "", "AGE↑"},
				{"S", "", "", "AGE↓"},
				{"", "status", "", "STATUS↑"},
				{"", "length", "", "LENGTH↓"},
				{"", "cost", "", "COST↓"},
				{"", "", "S", "COST↑"},
				{"3", "length", "S", "LENGTH↑"},
				{"", "size", "", "SIZE↓"},
				{"5", "", "", "NO↑"},
				{"6", "", "", "WHEN↓"},
			} {
				for _, key := range strings.Split(step.keys, "") {
					s.Press(key)
				}
				if step.sort != "" {
					s.sortBy(step.sort)
				}
				if step.then != "" {
					s.Press(step.then)
				}
				s.Pass(time.Second)
				title := step.title
				if ascii {
					title = strings.NewReplacer("↑", "^", "↓", "v").Replace(title)
				}
				if line := s.titles(); !strings.Contains(line, title) || strings.Count(line, title[len(title)-1:]) != 1 {
					t.Errorf("after %v the titles are %q, want %q", step, line, title)
				}
			}
		})
	}
}

// While only part of a list is loaded, it shows the size of the whole, and that
// a filter searches only that part.
func TestPartialListIsMarkedAsPartial(t *testing.T) {
	t.Parallel()
	st := stage{prepare: func(a *simulator.Server) {
		for i := range 1_250 {
			a.AddAsset(simulator.Asset{Name: fmt.Sprintf("film_%04d.mp4", i), Age: time.Duration(i) * time.Minute})
		}
		a.Fault("GET /v2/assets", simulator.Fault{Delay: 3 * time.Second})
	}}
	tell(t, st, func(s *story) {
		s.Press("3")
		s.Pass(4 * time.Second)
		s.Sees("3 Assets 100 of 1,2", "1 of 100 of 1,2")
		s.Press("/")
		s.Type("film_0007")
		s.Sees("1 of 1 in the 100 loaded of 1,2")
		s.Type("x")
		s.Sees("None of the 100 loaded of 1,2", "matches")
		s.Press("esc", "G")
		s.Pass(4 * time.Second)
		s.Sees("200 of 1,2") // more follow as one scrolls
	})
	many := stage{account: simulator.Options{Generations: 350}}
	tell(t, many, func(s *story) {
		s.Press("/")
		s.Type("status:completed")
		s.Sees("loaded of ≥ ")
		s.Press("enter")
		s.Pass(time.Minute)
		s.Sees("350 in all")
		s.DoesNotSee("loaded of")
	})
}
