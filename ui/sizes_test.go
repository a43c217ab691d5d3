package ui_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

	"dubtop/ui"
	"dubtop/ui/uitest"
)

var sizesFlag = flag.String("sizes", "some", "which windows every screen is drawn in, and how keys are held down: some, or all from 20×5 to 300×100")

// windows are the sizes to sweep: the small ones, where things begin not to
// fit, and some others, or all of them with -sizes all.
func windows() (list [][2]int) {
	if *sizesFlag == "all" {
		for width := 20; width <= 300; width++ {
			for height := 5; height <= 100; height++ {
				list = append(list, [2]int{width, height})
			}
		}
		return list
	}
	list = [][2]int{{500, 2}, {300, 100}, {200, 50}, {3, 200}, {120, 40}, {110, 40}, {109, 29}, {85, 14}, {37, 11}, {25, 9}, {1, 1}}
	for _, width := range []int{120, 80, 40, 30, 24, 20} {
		for _, height := range []int{17, 12, 10, 8, 7, 5} {
			list = append(list, [2]int{width, height})
		}
	}
	return list
}

// The stage itself checks that no frame is larger than its window.
func TestEveryScreenFitsEveryWindow(t *testing.T) {
	t.Parallel()
	for _, k := range append(sketches(), otherScreens()...) {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			tell(t, k.stage, func(s *story) {
				k.lead(s)
				s.Sweep(windows(), func(width, height int, frame string) {
					if width >= 24 && height >= 7 && !strings.Contains(frame, "dubtop") {
						t.Errorf("%d×%d shows\n%s", width, height, frame)
					}
				})
			})
		})
	}
}

// otherScreens are screens without a golden frame.
func otherScreens() []sketch {
	unsent := func(s *story) { s.fillForm(); s.Press("esc", "G", "m"); s.Pass(time.Second) }
	return []sketch{
		{"raw answer", failure(), keys("F", "g", "enter", "]", "]")},
		{"asset", lived(), keys("3", "enter")},
		{"model", lived(), keys("4", "enter")},
		{"messages", proxied(), keys("L")},
		{"an entry of the ledger", spent(), keys("6", "enter")},
		{"a prompt", spent(), keys("t")},
		{"a batch form with problems", stage{account: scale()}, func(s *story) { s.check(s.lines(3, nil)) }},
		{"a form of a rerun", lived(), unsent},
		{"a window full of marks", lived(), keys("a", "/", "-", "x")},
		{"a storm of refusals", proxied(), keys(",", "o", "enter", "v")},
		{"a question without money", lived(), func(s *story) { unsent(s); s.Press("enter", "j"); s.Pass(time.Second); s.Press("esc") }},
	}
}

// At every size either the amount and the buttons are visible, or the window is
// said to be too small and there is no yes. Everything that scrolls can be read
// to its end.
func TestDialogShowsItsPriceOrAcceptsNoYes(t *testing.T) {
	t.Parallel()
	for _, q := range questions() {
		t.Run(q.name, func(t *testing.T) {
			t.Parallel()
			if *sizesFlag == "all" { // a price is not valid for as long as so many windows take
				tell(t, q.stage, func(s *story) {
					q.lead(s)
					before := s.spent()
					q.sweep(s)
					if now := s.spent(); now != before {
						t.Fatalf("a yes to a price that nobody could see: %s, before %s", now, before)
					}
				})
			}
			tell(t, q.stage, func(s *story) {
				q.lead(s)
				s.Sees(q.title, q.amount)
				before := s.spent()
				if *sizesFlag != "all" {
					q.sweep(s)
				}
				q.read(s)
				s.Resize(30, 7)
				s.DoesNotSee(q.amount)
				s.Resize(100, 30)
				s.Sees(q.title, q.amount)
				s.Press("y", "y") // as if nobody had looked yet
				s.Pass(2 * time.Second)
				s.Sees(q.title, q.amount)
				if now := s.spent(); now != before {
					t.Fatalf("a yes to a price that nobody could see: %s, before %s", now, before)
				}
				q.yes(s)
				s.Pass(5 * time.Second)
				s.DoesNotSee(q.title)
				if s.spent() == before {
					t.Errorf("a yes to a price in sight did nothing\n%s", s.Screen())
				}
			})
		})
	}
}

// sweep looks at the question in every window, and says yes wherever the amount
// or a button is not visible.
func (q *question) sweep(s *story) {
	shown, hidden := 0, 0
	s.Sweep(windows(), func(width, height int, frame string) {
		if q.asked(frame) {
			shown++
			return
		}
		hidden++
		s.Pass(1100 * time.Millisecond)
		q.yes(s)
		s.Press("enter", "tab", "enter")
		if small := flat(frame); !strings.Contains(small, "too small") && width >= 24 && height >= 7 {
			s.t.Errorf("%d×%d shows neither a price nor why there is none\n%s", width, height, frame)
		}
	})
	if shown == 0 || hidden == 0 {
		s.t.Errorf("the price was in sight %d times, and out of it %d times", shown, hidden)
	}
}

// read scrolls the question to its end in windows that are too low for it.
func (q *question) read(s *story) {
	for _, size := range [][2]int{{24, 12}, {30, 10}, {56, 11}, {200, 10}} {
		s.Resize(size[0], size[1])
		s.Pass(time.Second)
		for n := 0; !q.readToTheEnd(s.Screen()); n++ {
			if s.Press("down"); n > 100 || !q.asked(s.Screen()) {
				s.t.Fatalf("%d×%d, after %d keys\n%s", size[0], size[1], n, s.Screen())
			}
		}
	}
}

// asked reports whether a frame shows the amount and both answers.
func (q *question) asked(frame string) bool {
	yes := strings.Contains(frame, "y "+q.button)
	if q.word != "" {
		yes = strings.Contains(frame, "typed in full means yes: _") || strings.Contains(frame, "for yes type")
	}
	return yes && strings.Contains(frame, q.amount)
}

// flat returns a frame as one line of words.
func flat(frame string) string { return strings.Join(strings.Fields(frame), " ") }

// readToTheEnd reports whether the last scrolling line is visible.
func (q *question) readToTheEnd(screen string) bool {
	for line := range strings.SplitSeq(screen, "\n") {
		var from, to, of int
		if _, place, scrolls := strings.Cut(line, "lines "); scrolls || strings.Contains(line, "warning below") || strings.Contains(line, "read on: ") {
			_, _ = fmt.Sscanf(place, "%d–%d of %d", &from, &to, &of)
			return of > 0 && to == of
		}
	}
	return strings.Contains(flat(screen), flat(q.last))
}

func TestManyResizesEndInTheRightFrame(t *testing.T) {
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

func TestHugeWindow(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 500, height: 200}, func(s *story) {
		s.Press("enter", "esc", "3")
		s.Sees("3 Assets 40", "1 of 40")
		if rows := strings.Count(s.Screen(), "\n") + 1; rows != 200 {
			t.Errorf("%d rows in a window of 200", rows)
		}
	})
}

func TestTooSmallWindowSaysSo(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 20, height: 5}, func(s *story) {
		s.Sees("dubtop needs", "24×7 cells")
		s.Resize(100, 30)
		s.Sees("1 of 40")
	})
}

func TestScreenIsReadableWithoutColours(t *testing.T) {
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

func TestThemeFollowsTheTerminal(t *testing.T) {
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

func TestASCIITerminalsGetOnlyASCII(t *testing.T) {
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

// walkAbout opens every kind of screen. The stage itself checks that every
// frame fits its window.
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
	s.linked()
	s.Press("F", "F", "enter", "esc", "ctrl+s")
	s.Pass(2 * time.Second)
	s.Press("enter")
	s.Pass(time.Second)
	s.Press("n")
	s.Pass(time.Second)
	s.Press("esc", "esc", "esc", "1")
}

// rerunAbout marks rows, and visits every screen for running jobs again.
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
