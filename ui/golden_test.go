package ui_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/exp/golden"

	"dubtop/api/simulator"
	"dubtop/state/journal"
	"dubtop/state/output"
	"dubtop/ui"
	"dubtop/ui/uitest"
)

// sketch is one golden frame: a stage, and the steps that lead to the frame.
type sketch struct {
	name  string
	stage stage
	lead  func(s *story)
}

// sizes are the windows in which every sketch is drawn.
func sizes() [][2]int { return [][2]int{{80, 24}, {100, 30}, {120, 40}} }

// keep draws a sketch in one window and compares it with the frame in testdata.
// After an intended change, go test ./ui -run Frames -update writes them again.
func keep(t *testing.T, k sketch, width, height int) {
	t.Run(fmt.Sprintf("%s-%dx%d", k.name, width, height), func(t *testing.T) {
		st := k.stage
		st.width, st.height = width, height
		st.terminal.Dark = true
		st.through = func(wire http.RoundTripper) http.RoundTripper { return steady{wire} }
		tell(t, st, func(s *story) {
			k.lead(s)
			golden.RequireEqual(t, s.Screen()+"\n")
		})
	})
}

// steady gives every request its own delay, so that answers to concurrent
// requests always arrive in the same order.
type steady struct{ http.RoundTripper }

func (s steady) RoundTrip(r *http.Request) (*http.Response, error) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(r.Method + r.URL.String())) // a hash never fails
	time.Sleep(time.Duration(5+h.Sum32()%97) * time.Millisecond)
	return s.RoundTripper.RoundTrip(r)
}

// lived is an account in the middle of its day: jobs of every status, three
// batches, and assets.
func lived() stage {
	return stage{account: simulator.Options{Demo: true, Seed: 1, Profile: simulator.Current}}
}

func keys(keys ...string) func(*story) {
	return func(s *story) {
		s.Pass(12 * time.Second)
		s.Press(keys...)
		s.Pass(time.Second)
	}
}

// failure is the same account with a job on top that failed for a documented
// reason.
func failure() stage {
	st := lived()
	st.prepare = func(a *simulator.Server) {
		a.Add(simulator.Job{
			ID: "b7f0c1de-5d3a-4b21-9f5e-0c9a7a1d2e3f", Model: "react-1", Name: "intro_take3", Seconds: 22,
			Age: time.Minute, Status: "FAILED", ErrorCode: "generation_model_duration_exceeded",
			Error: "The input is 22 s long; react-1 takes up to 15 s.",
		})
	}
	return st
}

// spent is the same account with three weeks of our own jobs.
func spent() stage { return ourJobs(lived(), 40, 13*time.Hour) }

// sketches are the frames kept in every size.
func sketches() []sketch {
	priced := func(s *story) {
		s.Pass(12 * time.Second)
		s.fillForm()
		s.Press("ctrl+s")
		s.Pass(2 * time.Second)
	}
	full := lived()
	full.account.Slots = 3
	full.prepare = func(a *simulator.Server) { a.SetRunning(3) }
	waiting := func(s *story) {
		s.Pass(12 * time.Second)
		for _, name := range []string{"promo_de_014", "promo_fr_014", "promo_es_014"} {
			s.agree(name)
		}
		s.Press("5", "G", "p", "g")
		s.Pass(2 * time.Second)
	}
	lost := lived()
	lost.account.IgnoreKeys = true
	openUnknown := func(s *story) {
		s.Pass(12 * time.Second)
		s.lose("promo_de_014", simulator.Fault{DropBefore: true})
		s.Pass(3 * time.Minute)
		s.Press("5", "g", "enter")
		s.Pass(time.Second)
	}
	found := func(filter string, then ...string) func(*story) {
		return func(s *story) {
			s.Pass(12 * time.Second)
			s.Press("/")
			s.Type(filter)
			s.Press("enter")
			s.Press(then...)
			s.Pass(time.Second)
		}
	}
	saved := lived()
	saved.prepare = func(a *simulator.Server) {
		a.Add(simulator.Job{ID: "b7f0c1de-5d3a-4b21-9f5e-0c9a7a1d2e3f", Name: "keynote_final", Seconds: 22, Age: time.Minute, Status: "COMPLETED"})
	}
	saved.booked = func(j *journal.Journal) {
		f := output.File{Job: "b7f0c1de-5d3a-4b21-9f5e-0c9a7a1d2e3f", Kind: output.Output, Path: "/home/ada/Downloads/dubtop/keynote_final.mp4", Size: 8_400_000, At: begins()}
		if err := j.SaveFile(context.Background(), f); err != nil {
			panic(err)
		}
	}
	viewed := lived()
	viewed.config = func(c *ui.Config) {
		c.Mouse = true
		c.Views = map[string]map[string]string{"generations": {"failed": "status:failed", "new": "age:<1h"}}
	}
	return []sketch{
		{"named-views", viewed, keys("l")},
		{"compare", lived(), found("keynote", "j", "b", "r", "esc", "a")},
		{"review", lived(), found("keynote", "V", "o")},
		{"verdict", lived(), found("keynote", "V")},
		{"hand-over", saved, found("keynote", "H")},
		{"queue", full, waiting},
		{"unknown", lost, openUnknown},
		{"generations", lived(), keys()},
		{"failure", failure(), keys("F", "g", "enter")},
		{"request", failure(), keys("F", "g", "enter", "]")},
		{"running", lived(), keys("g", "enter")},
		{"form", lived(), func(s *story) { s.Pass(12 * time.Second); s.fillForm(); s.Pass(2 * time.Second) }},
		{"form-unfolded", lived(), func(s *story) { s.parts(); s.at("Active speaker") }},
		{"segments", lived(), func(s *story) { s.parts(); s.at("Segments"); s.Press("ctrl+o") }},
		{"segment", lived(), func(s *story) { s.parts(); s.at("Segments"); s.Press("ctrl+o", "enter"); s.at("Active speaker") }},
		{"voices", stage{account: simulator.Options{Profile: simulator.Current}}, func(s *story) { s.Press("n"); s.at("Voice id"); s.Press("ctrl+o"); s.Pass(time.Second) }},
		{"confirmation", lived(), priced},
		{"batches", lived(), keys("2")},
		{"results", lived(), keys("2", "G", "enter")},
		{"assets", lived(), keys("3")},
		{"models", lived(), keys("4")},
		{"ledger", spent(), settled("6", "j")},
		{"totals", spent(), settled("6", "T")},
		{"totals-by-day", spent(), settled("6", "T", "]")},
		{"help", lived(), keys("?")},
		{"palette", lived(), keys(":")},
		{"palette-key", lived(), keys(":", "X")},
		{"help-search", lived(), keys("?", "/", "X")},
		{"sort", lived(), keys("s")},
		{"columns", lived(), keys("W")},
		{"filter", lived(), func(s *story) { s.Pass(12 * time.Second); s.Press("/"); s.Type("model:react") }},
		{"marks", lived(), keys("j", "space", "j", "j", "space", "k", "k", "k", "v", "/", "-", "s", "y", "n", "c", "-", "3", "enter")},
		{"run-again", strangers(), keys("m", "G", "enter")},
		{"group", strangers(), keys("a", ".", "tab")},
		{"group-confirmation", strangers(), func(s *story) { keys("a", ".", "tab")(s); s.Press("enter"); s.Pass(time.Second) }},
		{"job-set-form", lived(), keys("N")},
		{"job-set", lived(), func(s *story) { s.Pass(12 * time.Second); s.linked(); s.Press("j") }},
		{"first-screen", stage{noKey: true}, func(*story) {}},
		{"key", stage{noKey: true}, keys("1")},
	}
}

func TestFrames(t *testing.T) {
	t.Parallel()
	for _, k := range sketches() {
		for _, size := range sizes() {
			keep(t, k, size[0], size[1])
		}
	}
}

func TestFramesOfEveryState(t *testing.T) {
	t.Parallel()
	offline := func(a *simulator.Server) { a.Fault("*", simulator.Fault{Refuse: true}) }
	slow := func(a *simulator.Server) { a.Fault("*", simulator.Fault{Delay: time.Minute}) }
	empty := stage{account: simulator.Options{Generations: -1}}
	for i, view := range []string{"generations", "batches", "assets", "models", "queue"} {
		there := func(s *story) { s.Press(fmt.Sprint(i + 1)); s.Pass(2 * time.Second) }
		keep(t, sketch{view + "-loading", stage{prepare: slow}, there}, 80, 24)
		keep(t, sketch{view + "-offline", stage{prepare: offline}, there}, 80, 24)
		keep(t, sketch{view + "-empty", empty, there}, 80, 24)
	}
	keep(t, sketch{"ledger-empty", empty, func(s *story) { s.Press("6"); s.Pass(2 * time.Second) }}, 80, 24)
}

func TestFramesOfOtherTerminals(t *testing.T) {
	t.Parallel()
	ascii := lived()
	ascii.config = func(c *ui.Config) { c.ASCII = true }
	keep(t, sketch{"ascii", ascii, keys()}, 120, 40)
	paid := spent()
	paid.config = ascii.config
	keep(t, sketch{"ascii-ledger", paid, keys("6")}, 120, 40)
	keep(t, sketch{"ascii-details", ascii, keys("enter")}, 80, 24)
}

// TestFramesInColours keeps how a failure, a picker, the palette and the named views
// are coloured on a light background, in 16 colours and without any (NO_COLOR).
func TestFramesInColours(t *testing.T) {
	t.Parallel()
	viewed := lived()
	viewed.config = func(c *ui.Config) {
		c.Views = map[string]map[string]string{"generations": {"failed": "status:failed", "new": "age:<1h"}}
	}
	const width, height = 80, 24
	for name, terminal := range map[string]uitest.Options{
		"light": {Profile: colorprofile.TrueColor}, "light-16": {Profile: colorprofile.ANSI}, "no-colour": {Profile: colorprofile.ASCII, Dark: true},
	} {
		for _, k := range []sketch{
			{"failure", failure(), keys("F", "g")}, {"sort", lived(), keys("s")}, {"palette", lived(), keys(":")}, {"named-views", viewed, keys("l")},
		} {
			t.Run(fmt.Sprintf("%s-%s-%dx%d", name, k.name, width, height), func(t *testing.T) {
				st := k.stage
				st.width, st.height, st.terminal = width, height, terminal
				st.through = func(wire http.RoundTripper) http.RoundTripper { return steady{wire} }
				tell(t, st, func(s *story) {
					k.lead(s)
					golden.RequireEqual(t, strings.ReplaceAll(s.Styled(), "\x1b", "␛")+"\n")
				})
			})
		}
	}
}

// parts fills in the form for a video with two segments.
func (s *story) parts() {
	s.Pass(12 * time.Second)
	s.fillForm()
	s.at("Further audio")
	s.Press("ctrl+o", "n")
	s.Type(s.media("reply_9s.wav"))
	s.Press("ctrl+s", "esc")
	s.at("Segments")
	s.Press("ctrl+o", "n", "tab")
	s.Type("0:14.5")
	s.Press("ctrl+s", "n", "tab")
	s.Type("28")
	s.choose("Audio", "audio-2")
	s.fill("Part of it from", "0")
	s.fill("Part of it to", "8")
	s.choose("Sync mode", "loop")
	s.Press("ctrl+s", "esc")
	s.Pass(2 * time.Second)
}

// settled waits until the costs are known, and then presses keys.
func settled(pressed ...string) func(*story) {
	return func(s *story) { s.Pass(30 * time.Second); s.Press(pressed...) }
}
