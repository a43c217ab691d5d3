package ui_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/ui"
)

func TestDraggedPathsAreAcceptedInAnyQuoting(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	clip := filepath.Join(home, "my clip.mp4")
	film, err := os.ReadFile("../api/media/testdata/corpus/mp4/edit-none.mp4")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(clip, film, 0o600); err != nil {
		t.Fatal(err)
	}
	atHome := func(c *ui.Config) { c.Home = home }
	for _, typed := range []string{
		"'" + clip + "'",
		`"` + clip + `"`,
		strings.ReplaceAll(clip, " ", `\ `),
		"file://" + strings.ReplaceAll(clip, " ", "%20"),
		"~/my clip.mp4",
		clip + "\n",
	} {
		tell(t, stage{config: atHome}, func(s *story) {
			s.Press("n")
			s.Paste(typed)
			s.Press("tab")
			s.Pass(time.Second)
			if row := s.row("  Video"); !strings.Contains(row, "✓") {
				s.t.Errorf("%q is not taken:\n%s", typed, s.Screen())
			}
			s.Press("shift+tab")
			s.Type("x")
			s.Press("tab")
			s.Pass(time.Second)
			s.Sees("there is no file my clip.mp4")
		})
	}
}

func TestFieldProblemsAppearBelowTheField(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ label, typed, words string }{
		{"Video", "ftp://example.com/a.mp4", "use https://"},
		{"Video", "http://example.com/a.mp4", "the link must begin with https://"},
		{"Video", "/nowhere/a.mp4", "there is no file a.mp4"},
		{"Video", "https://example.com/a.wav", "this is audio: it belongs in the audio field"},
		{"Video", "https://example.com/a.png", "lipsync-2 takes no images"},
		{"Voice id", "no spaces please", "a voice id can only have letters, digits, - and _"},
		{"Temperature", "2", "temperature takes a number from 0 to 1"},
		{"Output file name", "final.mp4", "leave out .mp4"},
		{"Webhook URL", "http://example.com/hook", "a webhook's address begins with https://"},
	} {
		tell(t, stage{}, func(s *story) {
			s.Press("n")
			s.fill(c.label, c.typed)
			s.Pass(time.Second)
			s.Sees(c.words)
			s.Press("ctrl+l")
			s.DoesNotSee(c.words)
		})
	}
}

func TestModelHasItsOwnOptions(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("n")
		s.fill("Video", s.media("face.png"))
		s.Sees("Temperature", "takes no images")
		s.choose("Model", "sync-3")
		s.Sees("Video or image", "face.png")
		s.DoesNotSee("Temperature", "takes no images")
		s.choose("Model", "react-1")
		s.Sees("Prompt", "Model mode", "takes no images")
	})
}

func TestOnlyOptionsOfTheModelAreSent(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.fillForm()
		s.fill("Temperature", "0.8")
		s.choose("Model", "sync-3")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(time.Second)
		if body := string(s.account.Accepted()[0].Body); strings.Contains(body, "temperature") {
			s.t.Errorf("sent %s", body)
		}
	})
}

func TestTypingInTheFormTriggersNoAction(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("n")
		before := s.asked("/v2/generations")
		s.fill("or a script", "q n N ? / , r o y Y 1234 s S F j k g G : [ ]")
		s.Sees("q n N ? / , r o y Y 1234 s S F j k g G : [ ]", "new generation")
		if s.Exited() || len(s.opened) != 0 || s.Clipboard() != "" || s.asked("/v2/generations") != before {
			s.t.Error("a typed key did something in a view")
		}
	})
}

func TestEscKeepsTheDraftAndClearDoesNot(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.fillForm()
		s.Press("esc", "2", "n")
		s.Sees("talk_28s.mp4", "line_25s.wav")
		s.Press("ctrl+l")
		s.Sees("form cleared")
		s.DoesNotSee("talk_28s.mp4", "line_25s.wav")
		s.Press("esc", "n")
		s.DoesNotSee("talk_28s.mp4")
	})
}

func TestIncompleteFormNamesMissingFields(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("n", "ctrl+s")
		s.Sees("give a video: a link, a file, or an asset (ctrl+o)")
		s.fill("Video", s.media("talk_28s.mp4"))
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.DoesNotSee("Send this job?", "Getting the price")
		s.fill("or a script", "Hello.")
		s.Press("alt+enter")
		s.Sees("a script needs a voice id")
	})
}

func TestFormStartsFromAnAssetOrAModel(t *testing.T) {
	t.Parallel()
	one := func(a *simulator.Server) {
		a.AddAsset(simulator.Asset{ID: "11111111-2222-4333-8444-999999999999", Name: "portrait.png", Type: "IMAGE"})
	}
	tell(t, stage{prepare: one}, func(s *story) {
		s.Press("3", "/")
		s.Type("portrait")
		s.Press("enter", "n")
		s.Sees("new generation", "asset:11111111-2222-4333-8444-999999999999")
		s.DoesNotSee("takes no images")
		s.Press("esc", "4", "g", "n")
		s.Sees("new generation")
		s.DoesNotSee("asset:")
	})
}

func TestFailedPricingIsReportedAndCanBeRetried(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.fillForm()
		s.account.Fault("POST /v2/generations/estimate", simulator.Fault{Status: 500, Body: `{"statusCode":500,"message":"Internal server error"}`})
		s.Press("ctrl+s")
		s.Pass(20 * time.Second)
		s.Sees("no price: ", "talk_28s.mp4")
		s.account.ClearFaults()
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("This will cost $1.25")
	})
}

func TestCursorIsWhereTextGoes(t *testing.T) {
	t.Parallel()
	for _, ascii := range []bool{false, true} {
		tell(t, stage{config: func(c *ui.Config) { c.ASCII = ascii }}, func(s *story) {
			s.Press("n")
			s.Type("/tmp/a")
			x, y, shown := s.Cursor()
			line := []rune(strings.Split(s.Screen(), "\n")[y])
			if !shown || x > len(line) || !strings.HasSuffix(string(line[:x]), "/tmp/a") {
				s.t.Errorf("ASCII %t: the cursor stands at %d,%d\n%s", ascii, x, y, s.Screen())
			}
		})
	}
}
