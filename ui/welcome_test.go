package ui_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/ui"
)

func TestWelcomeOffersThreeWays(t *testing.T) {
	t.Parallel()
	tell(t, stage{noKey: true}, func(s *story) {
		s.Sees("Welcome to dubtop.", "1  Paste an API key", "2  Create a key online", "3  The demo", "SYNC_API_KEY", "/home/ada/.config/dubtop/api_key")
		s.Press("esc", "n", "o", "F")
		s.Sees("Welcome to dubtop.")
		s.Press("2")
		if len(s.opened) != 1 || s.opened[0] != "https://sync.so/settings/api-keys" {
			t.Errorf("opened %q", s.opened)
		}
		if n := len(s.account.Requests()); n > 0 {
			t.Errorf("%d requests without a key", n)
		}
	})
}

func TestPastedKeyIsTestedAndNeverShown(t *testing.T) {
	t.Parallel()
	for _, answer := range []struct {
		key   string
		saved bool
	}{{"y", true}, {"n", false}, {"enter", false}} {
		saved := ""
		st := stage{noKey: true, config: func(c *ui.Config) {
			c.SaveKey = func(_, key string) (string, error) { saved = key; return "/home/ada/.config/dubtop/api_key", nil }
		}}
		tell(t, st, func(s *story) {
			s.Press("1")
			s.Paste("  " + s.account.Key() + "\n")
			s.DoesNotSee(s.account.Key())
			s.Sees("****")
			s.Press("enter")
			s.Pass(time.Second)
			s.Sees("The key works. Save it for next time?", "only you can read")
			s.Press(answer.key)
			s.Pass(time.Second)
			s.Sees("1 of 40")
			if (saved == s.account.Key()) != answer.saved {
				t.Errorf("after %q the key saved is %q", answer.key, saved)
			}
			s.keyless()
		})
	}
}

// keyless fails if the account's key was ever drawn, copied or opened,
// completely or in a usable part.
func (s *story) keyless() {
	s.t.Helper()
	key := s.account.Key()
	for _, piece := range []string{key, key[:len(key)-4], key[4:]} {
		if bytes.Contains(s.Raw(), []byte(piece)) {
			s.t.Error("the API key was drawn")
		}
		if strings.Contains(s.Clipboard()+strings.Join(s.opened, " ")+s.Title(), piece) {
			s.t.Error("the API key was copied or opened")
		}
	}
}

func TestWrongKeyIsReportedAndCanBeCorrected(t *testing.T) {
	t.Parallel()
	tell(t, stage{noKey: true}, func(s *story) {
		s.Press("1", "enter")
		s.Sees("paste a key first")
		s.Type("sk-wrong")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("the API key was refused (401)")
		for range len("sk-wrong") {
			s.Press("backspace")
		}
		s.Paste(s.account.Key())
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("The key works.")
	})
}

func TestUntestedKeySaysWhy(t *testing.T) {
	t.Parallel()
	tell(t, stage{noKey: true, prepare: func(a *simulator.Server) { a.Fault("*", simulator.Fault{HTML: true}) }}, func(s *story) {
		s.Press("1")
		s.Paste(s.account.Key())
		s.Press("enter")
		s.Pass(20 * time.Second)
		s.DoesNotSee("The key works.", "Testing it")
		s.Press("esc")
		s.Sees("Welcome to dubtop.")
	})
}

func TestUnsavedKeyIsUsedAnyway(t *testing.T) {
	t.Parallel()
	st := stage{noKey: true, config: func(c *ui.Config) {
		c.SaveKey = func(string, string) (string, error) { return "", errors.New("/home/ada/.config is read-only") }
	}}
	tell(t, st, func(s *story) {
		s.Press("1")
		s.Paste(s.account.Key())
		s.Press("enter")
		s.Pass(time.Second)
		s.Press("y")
		s.Sees("the key was not saved: /home/ada/.config is read-only", "1 of 40")
	})
}

func TestDemoIsOneKeyAway(t *testing.T) {
	t.Parallel()
	tell(t, stage{noKey: true}, func(s *story) {
		s.Press("3")
		s.Pass(time.Second)
		s.Sees("1 Generations 40", "1 of 40")
	})
}

func TestConfigurationProblemsAreShownAndStopNothing(t *testing.T) {
	t.Parallel()
	st := stage{config: func(c *ui.Config) { c.Notices = []string{"config.toml, line 3: theme must be auto, dark or light"} }}
	tell(t, st, func(s *story) {
		s.Sees("config.toml, line 3: theme must be auto, dark or light", "1 of 40")
	})
}

// A refused key is named with its source, and can be replaced without quitting.
func TestRefusedKeyCanBeReplaced(t *testing.T) {
	t.Parallel()
	st := stage{config: func(c *ui.Config) {
		wrong, err := c.Connect("", "sk-of-last-year")
		if err != nil {
			t.Fatal(err)
		}
		wrong.KeyFrom, c.Account, c.KeyVariable = "~/.config/dubtop/api_key", wrong, ""
	}}
	tell(t, st, func(s *story) {
		s.Pass(2 * time.Second)
		s.Sees("the API key was refused (ctrl+k: use another, r: try again): the one from ~/.config/dubtop/api_key", "ctrl+k  use another API key")
		s.Press("ctrl+k")
		s.Sees("API key", "paste it here")
		s.Press("esc")
		s.Sees("ctrl+k: use another")
		s.Press("ctrl+k")
		s.Paste(s.account.Key())
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("The key works. Save it for next time?")
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("key saved in /home/ada/.config/dubtop/api_key", "1 of 40")
		s.DoesNotSee("refused", "out of the environment")
		s.keyless()
	})
}

func TestSavedKeyBehindTheEnvironmentSaysSo(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 160, height: 40, config: func(c *ui.Config) { c.KeyVariable = "SYNC_API_KEY" }}, func(s *story) {
		s.Pass(time.Second)
		s.Press("ctrl+k")
		s.Paste(s.account.Key())
		s.Press("enter")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("remove SYNC_API_KEY from the environment, as it overrides the file")
	})
}

func TestDemoHasNoKeyToReplace(t *testing.T) {
	t.Parallel()
	tell(t, stage{config: func(c *ui.Config) { c.Account.Demo = true }}, func(s *story) {
		s.Press("ctrl+k")
		s.Sees("the demo has no key")
	})
}
