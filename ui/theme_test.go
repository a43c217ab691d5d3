package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"

	"dubtop/ui"
	"dubtop/ui/uitest"
)

// look is how a word of a row is drawn.
func (s *story) look(row, word string) uv.Style {
	s.t.Helper()
	rows := strings.Split(s.Screen(), "\n")
	for y, line := range rows {
		before, _, found := strings.Cut(line, word)
		if strings.Contains(line, row) && found {
			return s.Cells()[y][len([]rune(before))].Style
		}
	}
	s.t.Fatalf("no %q in a row with %q\n%s", word, row, s.Screen())
	return uv.Style{}
}

// In a list failures stand out, successes are subdued, and less important text
// is fainter, however few colours there are.
func TestFailuresStandOut(t *testing.T) {
	t.Parallel()
	for _, profile := range []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI256, colorprofile.ANSI, colorprofile.ASCII} {
		for _, dark := range []bool{true, false} {
			st := lived()
			st.terminal = uitest.Options{Profile: profile, Dark: dark}
			tell(t, st, func(s *story) {
				s.Pass(3 * time.Second)
				name := s.look("course_23_ko", "course")
				muted, done, failed := s.look("course_23_ko", "lipsync"), s.look("course_23_ko", "completed"), s.look("webinar_pt", "failed")
				if muted.Equal(&name) || done.Equal(&name) || failed.Equal(&name) || done.Equal(&failed) {
					t.Errorf("%v, dark %t: two of these look the same: name %v, model %v, completed %v, failed %v", profile, dark, name, muted, done, failed)
				}
				if failed.Attrs&uv.AttrBold == 0 || done.Attrs&uv.AttrBold != 0 {
					t.Errorf("%v, dark %t: failed is drawn %v, completed %v", profile, dark, failed, done)
				}
				if profile == colorprofile.ASCII && (muted.Fg != nil || muted.Attrs&uv.AttrFaint == 0 || done.Attrs&uv.AttrFaint == 0) {
					t.Errorf("without colours the model is drawn %v, completed %v", muted, done)
				}
				if grey := fmt.Sprint(muted.Fg); profile == colorprofile.ANSI && grey != "8" {
					t.Errorf("dark %t: in 16 colours muted text has colour %s", dark, grey)
				}
			})
		}
	}
}

// If the background has no colour, the row under the cursor is reversed.
func TestCursorIsVisibleWithoutColours(t *testing.T) {
	t.Parallel()
	for _, profile := range []colorprofile.Profile{colorprofile.ANSI, colorprofile.ASCII} {
		st := lived()
		st.terminal.Profile = profile
		tell(t, st, func(s *story) {
			s.Pass(3 * time.Second)
			if on, off := s.look("▌", "episode"), s.look("course_23_ko", "course"); on.Attrs&uv.AttrReverse == 0 || off.Attrs&uv.AttrReverse != 0 {
				t.Errorf("%v: the row under the cursor is drawn %v, another %v", profile, on, off)
			}
		})
	}
}

// A dialog about money stands out from the screen below it, and its amount and
// keys from the rest, however few colours there are.
func TestPriceAndKeysStandOut(t *testing.T) {
	t.Parallel()
	for _, profile := range []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI, colorprofile.ASCII} {
		for _, dark := range []bool{true, false} {
			tell(t, stage{terminal: uitest.Options{Profile: profile, Dark: dark}}, func(s *story) {
				s.price()
				words := s.look("model     lipsync-2", "lipsync-2")
				for row, word := range map[string]string{"This will cost": "This", "selected button": "enter"} {
					if drawn := s.look(row, word); drawn.Equal(&words) {
						t.Errorf("%v, dark %t: %q is drawn as the rest, %v", profile, dark, word, drawn)
					}
				}
				label, below := s.look("model     lipsync-2", "model"), s.look("  Video", "Video")
				if profile != colorprofile.ASCII && label.Equal(&below) {
					t.Errorf("%v, dark %t: what lies below is as bright as the dialog, %v", profile, dark, below)
				}
			})
		}
	}
}

func TestColoursFollowTheTerminal(t *testing.T) {
	t.Parallel()
	tell(t, stage{terminal: uitest.Options{Dark: false}}, func(s *story) {
		light := s.Styled()
		s.SetDark(true)
		dark := s.Styled()
		if light == dark {
			t.Fatal("the frame did not change with the terminal's background")
		}
		s.SetDark(false)
		if back := s.Styled(); back != light {
			t.Errorf("light again, but not as before:\n%s", back)
		}
	})
}

func TestConfiguredThemeStays(t *testing.T) {
	t.Parallel()
	chosen := func(c *ui.Config) { c.Theme = "light" }
	tell(t, stage{config: chosen, terminal: uitest.Options{Dark: true}}, func(s *story) {
		before := s.Styled()
		s.SetDark(false)
		if s.Styled() != before {
			t.Error("the terminal's background overruled the configuration")
		}
	})
}
