package ui_test

import (
	"slices"
	"strings"
	"testing"
)

// A key finds its action before words that contain it, and is written or pressed.
func TestPaletteFindsAnActionByItsKey(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		for typed, first := range map[string]string{"X": "delete on the server", "x": "hide", "ctrl+t": "deadline and priority", "CTRL+T": "deadline and priority", "pgdown": "page down", "pgdn": "page down", "turn_pane": "details beside"} {
			s.Press(":")
			s.Type(typed)
			if got := s.firstOffer(typed); !strings.Contains(got, first) {
				t.Errorf("%s finds first %q", typed, got)
			}
			s.Press("esc")
		}
		s.Press(":", "ctrl+t")
		if got := s.firstOffer("ctrl+t"); !strings.Contains(got, "deadline and priority") {
			t.Errorf("pressing ctrl+t finds first %q", got)
		}
		s.Press("esc", ":")
		s.Type("S")
		s.Press("enter")
		s.Sees("AGE↓")
	})
}

// firstOffer returns the first line of the palette in which something is typed.
func (s *story) firstOffer(typed string) string {
	s.t.Helper()
	lines := strings.Split(s.Screen(), "\n")
	at := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, ": "+typed) })
	if at < 0 || at+2 >= len(lines) {
		s.t.Fatalf("nothing is searched for:\n%s", s.Screen())
	}
	return lines[at+2]
}

// The help is searched by word and by key, and does what is found on the screen
// it is about.
func TestHelpIsSearched(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("?", "/")
		s.Type("failures")
		s.Press("enter")
		s.DoesNotSee("Good to know")
		s.Sees(`“failures only”`)
		s.Press("esc", "?")
		s.Type("S")
		s.Press("enter")
		s.Sees("AGE↓")
		s.Press("?", "ctrl+t")
		if got := s.firstOffer("ctrl+t"); !strings.Contains(got, "deadline and priority") {
			t.Errorf("pressing ctrl+t finds first %q", got)
		}
		s.Press("esc", "/")
		s.Type("price it")
		s.Press("enter") // an action of the form
		s.Sees("not on this screen: price it", "On this screen")
		s.Press(":")
		s.Type("half a page up")
		s.Press("esc", "q")
		s.DoesNotSee("On this screen")
		s.Press("?", "esc")
		s.Sees("AGE↓")
		s.DoesNotSee("On this screen")
	})
}
