package ui_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"dubtop/ui"
)

// A hidden row is out of sight, comes back with u, and is there under
// hidden:yes, also after a restart.
func TestHideAndShowAgain(t *testing.T) {
	tell(t, stage{journal: t.TempDir() + "/journal.db"}, func(s *story) {
		s.Sees("1 of 40")
		name := strings.Fields(s.marked())[4]
		s.Press("x")
		s.Sees(name+" hidden; the filter hidden:yes shows it, u takes it back", "1 of 39, 1 hidden")
		s.Press("u")
		s.Sees("undone: "+name+" hidden", "2 of 40")
		s.Press("u")
		s.Sees("there is nothing to undo")
		s.Press("x")
		s.Press("space", "space", "space", "x")
		s.Sees("3 jobs hidden", "of 36, 4 hidden")
		s.DoesNotSee("marked")
		s.again(time.Minute)
		s.Sees("1 of 36, 4 hidden")
		s.Press("/")
		s.Type("hidden:yes")
		s.Press("enter")
		s.Sees("1 of 4, 40 in all")
		s.Press("a", "x")
		s.Sees("4 jobs shown again")
		s.Press("esc", "esc")
		s.Sees("of 40")
	})
}

// A marked row that is put away again stays the one that actions are about.
func TestMarkedHiddenRowStaysChosen(t *testing.T) {
	tell(t, stage{journal: t.TempDir() + "/journal.db"}, func(s *story) {
		name := strings.Fields(s.marked())[4]
		s.Press("x", "/")
		s.Type("hidden:yes")
		s.Press("enter", "space", "esc")
		s.Sees("of 39", "1 marked, 1 hidden")
		s.Press("t")
		s.Sees(name)
	})
}

// Views count the rows that they show: hidden ones only if they ask for them.
func TestViewsDoNotCountHiddenRows(t *testing.T) {
	tell(t, stage{width: 120, height: 40, journal: t.TempDir() + "/journal.db", config: func(c *ui.Config) {
		c.Views = map[string]map[string]string{"generations": {"done": "status:completed", "away": "hidden:yes"}}
	}}, func(s *story) {
		s.Press("/")
		s.Type("status:completed")
		s.Press("enter", "x", "esc")
		s.Pass(5 * time.Second)
		s.Sees("away 1 ")
		shown := regexp.MustCompile(`done (\d+)`).FindStringSubmatch(s.Screen())
		s.Press("/")
		s.Type("status:completed")
		s.Press("enter")
		s.Sees("of " + shown[1] + ", 40 in all")
	})
}

func TestEverythingLocalCanBeUndone(t *testing.T) {
	tell(t, stage{}, func(s *story) {
		s.Press("t")
		s.Type("initech")
		s.Press("enter")
		s.Sees("labelled initech")
		s.Press("t")
		s.Press("ctrl+u")
		s.Type("globex")
		s.Press("enter")
		s.Sees("labelled globex")
		s.Press("w")
		s.Type("too loud")
		s.Press("enter")
		s.Sees("note saved")
		s.Press("a")
		s.Sees("40 marked")
		s.Press("A")
		s.DoesNotSee("40 marked")
		s.Press("u")
		s.Sees("undone: marks removed", "40 marked")
		s.Press("u")
		s.Sees("undone: marks")
		s.DoesNotSee("40 marked")
		s.Press("u")
		s.Sees("undone: note saved")
		s.DoesNotSee("too loud")
		s.Press("u")
		s.Sees("undone: labelled globex", "initech")
		s.Press("u")
		s.Sees("undone: labelled initech")
		s.Pass(time.Minute)
		s.DoesNotSee("initech", "globex")
		labels, err := s.book.Labels(s.t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for id, all := range labels {
			if len(all) > 0 && all[0] != "" {
				t.Errorf("%s has %v", id, all)
			}
		}
	})
}
