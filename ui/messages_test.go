package ui_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/ui"
)

// proxied is an account behind a proxy with long messages.
func proxied() stage {
	return stage{width: 80, height: 24, prepare: func(a *simulator.Server) {
		a.Fault("*", simulator.Fault{Status: http.StatusServiceUnavailable, Body: `{"message":"` + outageWords + `"}`})
	}}
}

const outageWords = "The render farm in Frankfurt is being moved to another hall, and what is sent to it meanwhile waits; " +
	"it takes up to the afternoon, and the status page says how far it is: https://status.example.com/farm"

func TestStatusShowsTheReasonFirst(t *testing.T) {
	t.Parallel()
	tell(t, proxied(), func(s *story) {
		s.Pass(20 * time.Second)
		s.Press("5") // the empty lists say it too
		rows := strings.Split(s.Screen(), "\n")
		first, second := rows[len(rows)-3], rows[len(rows)-2]
		if !strings.Contains(first, "The render farm in Frankfurt") || !strings.Contains(second, "… L: all") {
			t.Errorf("the status says\n%s\n%s", first, second)
		}
		s.Press("L")
		s.Sees("messages", "18:30:", "generations: ", "https://status.example.com/farm", "times since 18:30:0")
		s.DoesNotSee("L: all")
		s.Press("L")
		s.DoesNotSee("times since")
	})
}

func TestSecondStatusLineIsGivenBack(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 80, height: 24}, func(s *story) {
		s.Pass(10 * time.Second)
		last := func() string { return strings.Split(s.Screen(), "\n")[21] }
		before := last()
		s.account.Fault("*", simulator.Fault{Refuse: true})
		s.Pass(30 * time.Second)
		s.Sees("refused the connection", "data as of 18:30", "trying again in", "1 of 40")
		s.account.ClearFaults()
		s.Pass(65 * time.Second)
		if s.DoesNotSee("trying again"); last() != before {
			t.Errorf("the last row of the list is %q, and was %q", last(), before)
		}
	})
}

func TestMessagesAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	st := named(3)
	st.config = func(c *ui.Config) {
		c.Notices = []string{"config.toml, line 3: theme: there is no theme \"blue\"", "config.toml, line 9: keys.opne: there is no action \"opne\""}
	}
	tell(t, st, func(s *story) {
		s.Press("T") // is for the ledger
		s.Press("y")
		s.Pass(time.Minute)
		s.Press(",", ",")
		s.Press("v")
		s.account.Fault("POST /v2/generations/estimate", simulator.Fault{Status: 500, Body: `{"message":"no prices today"}`})
		s.fillForm()
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Press("esc", "L")
		s.inOrder("no prices today", "mark a row first", "refreshing again", "paused", "id copied", "no theme", "no action")
		s.Sees("18:31:0", "18:30:0")
		for range 3 {
			s.Press("j")
		}
		s.Sees("▌ 18:31:00  refreshing again")
		s.Press("y")
		s.Sees("message copied")
		if got := s.Clipboard(); !strings.HasPrefix(got, "refreshing again") {
			t.Errorf("%q was copied", got)
		}
		s.Press("k", "k", "k", "y")
		if got := s.Clipboard(); !strings.Contains(got, "no prices today") {
			t.Errorf("%q was copied", got)
		}
	})
}

// inOrder checks that texts appear below each other.
func (s *story) inOrder(texts ...string) {
	s.t.Helper()
	rest := s.Screen()
	for _, text := range texts {
		_, after, found := strings.Cut(rest, text)
		if !found {
			s.t.Fatalf("%q is not there, or not in its place\n%s", text, s.Screen())
		}
		rest = after
	}
}

func TestMessagesScrollAndStayInPlace(t *testing.T) {
	t.Parallel()
	st := proxied()
	st.width, st.height = 40, 10
	tell(t, st, func(s *story) {
		s.Pass(20 * time.Second)
		s.Press("L", "j", "j", "j", "j", "j", "j", "j", "j")
		s.Sees("https://status.example.com/farm", "times since")
		s.Press("g")
		s.Sees("▌ 18:30:")
		s.Press("pgdown", "j")
		reading := strings.Split(s.Screen(), "\n")[2:6]
		s.Press(",", ",")
		s.Pass(2 * time.Second)
		if now := strings.Split(s.Screen(), "\n")[2:6]; strings.Join(now, "\n") != strings.Join(reading, "\n") {
			t.Errorf("what was read has moved:\n%s\n\nbefore:\n%s", strings.Join(now, "\n"), strings.Join(reading, "\n"))
		}
	})
}

func TestQuitKeyClosesTheHelp(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("?")
		s.Sees("On this screen")
		s.Press("q")
		s.DoesNotSee("On this screen")
		s.Sees("1 of 40")
	})
}

func TestPaletteListsEachActionOnce(t *testing.T) {
	t.Parallel()
	tell(t, named(3), func(s *story) {
		s.Press("a", ".")
		s.Pass(time.Second)
		s.Press(":")
		s.Type("pilot")
		if n := s.rows("send a pilot first, all at once, or a batch"); n != 1 {
			t.Errorf("it stands there %d times\n%s", n, s.Screen())
		}
		s.Sees("tab space")
		s.Press("enter")
		s.Sees("[x]")
		s.Press(":")
		s.Type("messages")
		s.Press("enter")
		s.Sees("messages", "18:30")
	})
}

// The selection in the palette stays as time passes, and its action is run.
func TestArrowsMoveInThePalette(t *testing.T) {
	t.Parallel()
	tell(t, named(3), func(s *story) {
		s.Press(":", "down", "down", "down", "down", "down", "up")
		s.Pass(3 * time.Second)
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("id copied")
		s.Press(":")
		for range 15 {
			s.Press("down")
			s.Pass(100 * time.Millisecond)
		}
		s.DoesNotSee("open in the browser")
	})
}
