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
		s.at("More fields")
		s.Press("right")
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
		s.Press("enter", "n", "shift+tab")
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

// The usual job needs few fields; what is filled in is always shown.
func TestFurtherFieldsAreFoldedAway(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("n")
		s.DoesNotSee("Temperature", "Webhook", "Segments", "Voice id")
		s.fill("Webhook URL", "https://x.io/hook")
		s.Sees("Temperature", "Segments", "Dub into")
		s.at("More fields")
		s.Press("left")
		s.Sees("https://x.io/hook")
		s.DoesNotSee("Temperature", "Segments", "Dub into")
		s.fill("or a script", "Hello.")
		s.Sees("Voice id")
		s.Press("esc", "n")
		s.Sees("https://x.io/hook", "Voice id")
		s.DoesNotSee("Temperature")
	})
}

func TestSpeakerIsFoundInOneWay(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.fillForm()
		s.choose("Active speaker", "point")
		s.Press("ctrl+s")
		s.Sees("needed to point at the speaker")
		s.fill("  in frame", "12")
		s.fill("  at point", "640 by 360")
		s.Sees("is not a point")
		s.refill("  at point", "640, 360")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(time.Second)
		if body := string(s.account.Accepted()[0].Body); !strings.Contains(body, `"active_speaker_detection":{"coordinates":[640,360],"frame_number":12}`) {
			s.t.Errorf("sent %s", body)
		}
		s.Press("n")
		s.choose("Active speaker", "boxes")
		s.Sees("boxes from")
		s.choose("Active speaker", "auto")
		s.DoesNotSee("boxes from", "in frame")
	})
}

func TestDubbingTakesNoAudio(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Profile: simulator.Current}}, func(s *story) {
		s.Press("n")
		s.fill("Video", s.media("talk_28s.mp4"))
		s.fill("Audio", s.media("line_25s.wav"))
		s.at("Dub into")
		s.Press("ctrl+o", "/")
		s.Type("spanish")
		s.Press("enter", "enter")
		s.Sees("Dub into", "dubbing makes its own audio", "Dub from")
		s.refill("Audio", "")
		s.DoesNotSee("dubbing makes its own audio", "give audio")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("Send this job?", "may not count the dubbing itself")
		s.Press("y")
		s.Pass(time.Second)
		if body := string(s.account.Accepted()[0].Body); !strings.Contains(body, `"dubParams":{"providerName":"elevenlabs","targetLang":"es"}`) || strings.Contains(body, "audio") {
			s.t.Errorf("sent %s", body)
		}
	})
}

func TestProjectIsPicked(t *testing.T) {
	t.Parallel()
	spring := func(a *simulator.Server) {
		a.AddProject(simulator.Project{ID: "77777777-2222-4333-8444-555555555555", Name: "Zebra crossing"})
	}
	tell(t, stage{account: simulator.Options{Profile: simulator.Current}, prepare: spring}, func(s *story) {
		s.Pass(5 * time.Second)
		s.fillForm()
		s.at("Project")
		s.Press("ctrl+o", "/")
		s.Type("zebra")
		s.Press("enter", "enter", "ctrl+s")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(time.Second)
		if body := string(s.account.Accepted()[0].Body); !strings.Contains(body, `"projectId":"77777777-2222-4333-8444-555555555555"`) {
			s.t.Errorf("sent %s", body)
		}
	})
	tell(t, stage{}, func(s *story) {
		s.Pass(5 * time.Second)
		s.Press("n")
		s.at("Project")
		s.Press("ctrl+o")
		s.Sees("This server has no projects.")
	})
}

func TestVoiceIsPickedAndHeard(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Profile: simulator.Current}}, func(s *story) {
		s.Press("n")
		s.fill("Video", s.media("talk_28s.mp4"))
		s.fill("or a script", "Hello there.")
		s.at("Voice id")
		s.Press("ctrl+o")
		s.Pass(time.Second)
		s.Sees("pick a voice", "Anna", "built in", "Our narrator", "cloned", "can't speak")
		s.Press("o")
		s.Pass(time.Second)
		if len(s.opened) != 1 || !strings.Contains(s.opened[0], "anna") {
			s.t.Errorf("opened %q", s.opened)
		}
		s.Press("j", "j", "o")
		s.Sees("this voice has no preview")
		s.Press("G", "enter")
		s.Sees("this voice may not speak")
		s.Press("k", "enter")
		s.Sees("Voice id          ✓ clone_4711")
	})
	for _, profile := range []simulator.Profile{simulator.Seed, simulator.Strict} {
		tell(t, stage{account: simulator.Options{Profile: profile}}, func(s *story) {
			s.Press("n")
			s.fill("or a script", "Hello there.")
			s.fill("Voice id", "typed")
			s.Press("ctrl+o")
			s.Pass(time.Second)
			s.Sees("this server lists no voices", "typed")
		})
	}
}

func TestSegmentsHaveATable(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.fillForm()
		s.at("Further audio")
		s.Press("ctrl+o")
		s.Sees("No further audio", "esc  back")
		s.Press("n")
		s.Type(s.media("second_9s.wav"))
		s.Press("ctrl+s")
		s.Sees("audio-2", "second_9s.wav")
		s.Press("esc")
		s.Sees("several audio inputs need segments")
		s.at("Segments")
		s.Press("ctrl+o", "n")
		s.Sees("From", "Part of it from")
		s.Press("tab")
		s.Type("0:10")
		s.Press("ctrl+s")
		s.Sees("0:10", "audio-1", "all")
		s.Press("n", "tab")
		s.Type("5")
		s.Press("ctrl+s")
		s.Sees("it ends before it begins")
		s.refill("To", "20")
		s.choose("Audio", "audio-2")
		s.fill("Part of it from", "1")
		s.Sees("a crop needs both")
		s.fill("Part of it to", "8.5")
		s.choose("Sync mode", "loop")
		s.Press("ctrl+s")
		s.Sees("1 – 8.5", "sync loop")
		s.Press("k", "n", "tab")
		s.Type("28")
		s.Press("ctrl+s", "G", "x")
		s.DoesNotSee("28 ")
		s.Press("esc", "ctrl+s")
		s.Pass(time.Second)
		s.Sees("Send this job?", "28 s of output", "second_9s.wav")
	})
}

func TestPresetFillsTheForm(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("n")
		s.choose("Model", "sync-3")
		s.choose("Sync mode", "loop")
		s.fill("Webhook URL", "https://x.io/hook")
		s.fill("Label", "acme")
		s.Press("ctrl+p")
		s.Sees("No presets yet.")
		s.Press("n")
		s.Type("acme 4K")
		s.Press("enter")
		s.Sees("acme 4K", "sync-3", "sync mode loop, webhook https://x.io/hook, la")
		s.Press("esc", "ctrl+l")
		s.fillIn()
		s.choose("Model", "lipsync-2")
		s.DoesNotSee("https://x.io/hook")
		s.Press("ctrl+p")
		s.Press("enter")
		s.Sees("filled in: acme 4K", "sync-3", "loop", "https://x.io/hook", "talk_28s.mp4", "line_25s.wav")
		s.Press("ctrl+p", "x")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("No presets yet.")
	})
}

func (s *story) fillIn() {
	s.fill("Video", s.media("talk_28s.mp4"))
	s.fill("Audio", s.media("line_25s.wav"))
}

// A script of several lines stays as it is, and says how long it is.
func TestScriptHasLinesAndALength(t *testing.T) {
	t.Parallel()
	w := &writing{}
	tell(t, w.stage(), func(s *story) {
		s.Press("n")
		s.fill("Video", s.media("talk_28s.mp4"))
		s.fill("or a script", "Hello.")
		s.Sees("6 of 5000")
		s.Paste("\nHow are you?")
		s.Sees("Hello. How are you?", "19 of 5000, 2 lines")
		s.Type("x") // which would make it one line
		s.Sees("19 of 5000, 2 lines")
		w.then(swap("you", "they"))
		s.Press("ctrl+e")
		s.Sees("Hello. How are they?", "20 of 5000, 2 lines")
		s.fill("Voice id", "voice_anna")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(time.Second)
		if body := string(s.account.Accepted()[0].Body); !strings.Contains(body, `"script":"Hello.\nHow are they?"`) {
			s.t.Errorf("sent %s", body)
		}
	})
}
