package ui_test

import (
	"testing"

	"dubtop/ui"
	"dubtop/ui/uitest"
)

func TestTheColoursFollowTheTerminalFromLightToDark(t *testing.T) {
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

func TestAThemeOfTheConfigurationStays(t *testing.T) {
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
