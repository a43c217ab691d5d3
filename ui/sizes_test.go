package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

	"dubtop/ui"
	"dubtop/ui/uitest"
)

// walkAbout opens every kind of screen. That every frame fits its window is
// what the stage itself watches over.
func (s *story) walkAbout() {
	s.Press("1", "enter", "]", "]", "esc", "F", "esc", "/")
	s.Type("model:sync")
	s.Press("enter", "esc", "?", "pgdown", "esc", ":", "esc")
	s.rerunAbout()
	s.Press("2", "G", "enter")
	s.Pass(time.Second)
	s.Press("esc", "3", "enter", "esc", "4", "enter", "esc")
	s.fillForm()
	s.Press("ctrl+s")
	s.Pass(time.Second)
	s.Press("n", "esc", "esc", "1")
}

// rerunAbout marks rows, and goes through everything that runs jobs again.
func (s *story) rerunAbout() {
	s.Press("G", ".")
	s.Pass(time.Second)
	s.Press("esc", "m")
	s.Pass(time.Second)
	s.Press("j", "enter")
	s.Pass(time.Second)
	s.Press("esc", "space", "k", "k", "v", ".")
	s.Pass(5 * time.Second)
	s.Press("tab", "pgdown", "enter")
	s.Pass(time.Second)
	s.Press("n")
	s.Pass(time.Second)
	s.Press("esc", "a", "m")
	s.Pass(time.Second)
	s.Press("esc", "A")
}

func TestEveryScreenFitsEveryWindow(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{1, 1}, {20, 5}, {24, 7}, {40, 12}, {80, 24}, {100, 30}, {120, 40}, {200, 50}, {300, 100}, {500, 2}, {3, 200}} {
		t.Run(fmt.Sprintf("%d×%d", size[0], size[1]), func(t *testing.T) {
			st := lived()
			st.width, st.height = size[0], size[1]
			tell(t, st, func(s *story) {
				s.Pass(5 * time.Second)
				s.walkAbout()
				if size[0] >= 24 && size[1] >= 7 {
					s.Sees("dubtop")
				}
			})
		})
	}
}

func TestAStormOfResizesEndsInTheRightFrame(t *testing.T) {
	t.Parallel()
	tell(t, lived(), func(s *story) {
		s.Pass(5 * time.Second)
		s.Press("2", "1", "enter")
		for i := range 100 {
			s.Resize(1+i*37%180, 1+i*23%70)
		}
		s.Press("esc")
		s.Resize(100, 30)
		s.Sees("1 Generations 46", "STATUS", "? help")
	})
}

func TestAHugeWindowIsFilled(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 500, height: 200}, func(s *story) {
		s.Press("enter", "esc", "3")
		s.Sees("3 Assets 40", "1 of 40")
		if rows := strings.Count(s.Screen(), "\n") + 1; rows != 200 {
			t.Errorf("%d rows in a window of 200", rows)
		}
	})
}

func TestATooSmallWindowSaysSo(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 20, height: 5}, func(s *story) {
		s.Sees("dubtop needs", "24×7 cells")
		s.Resize(100, 30)
		s.Sees("1 of 40")
	})
}

func TestTheScreenIsReadableWithoutColours(t *testing.T) {
	t.Parallel()
	terminals := map[string]stage{
		"light":      {terminal: uitest.Options{}},
		"dark":       {terminal: uitest.Options{Dark: true}},
		"16 colours": {terminal: uitest.Options{Profile: colorprofile.ANSI}},
		"no colours": {terminal: uitest.Options{Profile: colorprofile.ASCII}},
		"no styles":  {terminal: uitest.Options{Profile: colorprofile.NoTTY}},
		"mute":       {terminal: uitest.Options{Mute: true}},
		"chosen":     {config: func(c *ui.Config) { c.Theme = "light" }},
	}
	var first string
	for name, look := range terminals {
		t.Run(name, func(t *testing.T) {
			st := lived()
			st.terminal, st.config = look.terminal, look.config
			tell(t, st, func(s *story) {
				s.Pass(time.Second)
				s.Sees("▌ ", "● running", "✓ completed", "✗ failed", "1 Generations")
				words := strings.Join(strings.Split(s.Screen(), "\n")[2:10], "\n")
				if first == "" {
					first = words
				}
				if words != first {
					t.Errorf("the words depend on the colours:\n%s", words)
				}
				s.Press("4")
				s.walkAbout()
			})
		})
	}
}

func TestTheThemeFollowsTheTerminal(t *testing.T) {
	t.Parallel()
	tell(t, stage{terminal: uitest.Options{Dark: true}}, func(s *story) {
		dark := s.Styled()
		s.SetDark(false)
		s.Pass(time.Second)
		if s.Styled() == dark {
			t.Error("the colours did not follow")
		}
	})
}

func TestASCIITerminalsAreSentNothingElse(t *testing.T) {
	t.Parallel()
	st := lived()
	st.config = func(c *ui.Config) { c.ASCII = true }
	st.terminal.Env = []string{"TERM=xterm", "LANG=C"}
	tell(t, st, func(s *story) {
		s.Pass(2 * time.Second)
		s.walkAbout()
		for i, b := range s.Raw() {
			if b >= 0x80 {
				t.Fatalf("byte %x at %d, after %q", b, i, s.Raw()[max(0, i-40):i])
			}
		}
	})
}
