package ui_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
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

// fits checks that no line of the screen is cut or missing.
func (s *story) fits() {
	s.t.Helper()
	rows := strings.Split(s.Screen(), "\n")
	if !strings.Contains(rows[len(rows)-1], "?") && !strings.Contains(rows[len(rows)-2], "?") {
		s.t.Errorf("the hints are not at the bottom\n%s", s.Screen())
	}
}
