package ui_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dubtop/api/simulator"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// question is a dialog in which a yes costs money.
type question struct {
	name   string
	stage  stage
	lead   func(s *story) // leads to the dialog
	title  string
	amount string // must be visible for a yes
	button string // the yes button
	last   string // the last line that scrolls
	word   string // the word to type, "" if a key is enough
}

// questions are all dialogs about money.
func questions() []question {
	soft := within(ledger.Guard{ConfirmAbove: dollars(1_000_000, false)})
	return []question{
		{"one job", stage{}, (*story).price, "Send this job?", "$1.25", "send it", "for another", ""},
		{"a batch", stage{account: scale()}, func(s *story) { s.check(s.lines(24, nil)) }, "Send this batch of 24 jobs?", "$14.4", "send it", "for another", ""},
		{"a group with a pilot", named(31), (*story).toPilot, "Send 1 job as a pilot, and 30 later?", "$38.75", "send the pilot", "for another", ""},
		{"a price that went up", risen(), (*story).toRisenPrice, "Send this job?", "$8.88", "send it", "for another", ""},
		{"an unknown outcome", ignoring(), (*story).toResend, "Send it again?", "$1.25", "send again", "", ""},
		{"what may be charged already", ignoring(), (*story).toUnknown, "Send this job?", "$1.25", "send it", "for another", ""},
		{"a budget", soft, (*story).price, "Send this job?", "$1.25", "", "for another", "1.25"},
		{"no price", stage{account: simulator.Options{Unpriced: []string{"lipsync-2"}}}, (*story).price, "Send this job?", "unknown", "", "for another", "unpriced"},
	}
}

func risen() stage {
	st := within(ledger.Guard{})
	st.prepare = func(a *simulator.Server) { a.SetRunning(3) }
	return st
}

func (s *story) toPilot() {
	s.Press("a", ".")
	s.Pass(2 * time.Second)
	s.Press("enter")
	s.Pass(2 * time.Second)
}

func (s *story) toRisenPrice() {
	s.agree("overnight")
	s.Pass(outbox.PriceValid)
	s.account.Fault("POST /v2/generations/estimate",
		simulator.Fault{Status: 200, Body: `{"estimatedFrameCount":625,"estimatedGenerationCost":8.88}`})
	s.account.SetRunning(0)
	s.Press("5")
	s.until("price up", time.Minute)
	s.Press("enter")
	s.Pass(2 * time.Second)
}

func (s *story) toResend() {
	s.lose("gone", simulator.Fault{DropBefore: true})
	s.until("only you can tell", 3*time.Minute)
	s.Press("5", "enter", "R")
	s.Pass(2 * time.Second)
}

// toUnknown prices a job of unknown outcome again.
func (s *story) toUnknown() {
	s.lose("gone", simulator.Fault{DropBefore: true})
	s.Press("1", "n", "ctrl+s")
	s.Pass(2 * time.Second)
}

// yes confirms in the way the dialog requires.
func (q *question) yes(s *story) {
	if q.word != "" {
		s.Type(q.word)
		s.Press("enter")
		return
	}
	s.Press("y")
}

// spent returns the number of paid requests sent and of confirmed jobs.
func (s *story) spent() string {
	s.t.Helper()
	subs, err := s.book.Submissions(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	queue, err := s.book.Queue(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return fmt.Sprint(len(s.posts()), " requests, ", len(subs), " submissions, ", len(queue), " in the queue")
}

// In a low window the amount and the buttons stay in place, and the rest
// scrolls.
func TestLowDialogScrollsBetweenPriceAndButtons(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.price()
		s.Resize(40, 11)
		s.Pass(2 * time.Second)
		s.Sees("This will cost $1.25", "y send it", "▌ n no, go back", "lines 1–", "j ↓")
		s.DoesNotSee("valid")
		for range 12 {
			s.Press("j")
			s.Sees("This will cost $1.25", "y send it")
		}
		s.Sees("valid")
		for range 12 {
			s.Press("pgup")
		}
		s.Sees("lines 1–")
		s.Press("y")
		s.Pass(2 * time.Second)
		s.acceptsInOrder("")
	})
}

// A warning about paying twice must have been visible too.
func TestWarningMustBeReadBeforeAYes(t *testing.T) {
	t.Parallel()
	tell(t, ignoring(), func(s *story) {
		s.toUnknown()
		s.Resize(30, 12)
		s.Pass(2 * time.Second)
		s.Sees("read on: 1–", "$1.25")
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Sees("read on first, with j")
		if n := len(s.posts()); n != 1 {
			s.t.Fatalf("%d paid requests", n)
		}
		for range 9 {
			s.Press("j")
		}
		s.DoesNotSee("read on: ")
		s.Pass(2 * time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		if n := len(s.posts()); n != 2 {
			s.t.Errorf("%d paid requests\n%s", n, s.Screen())
		}
	})
}

// holds are the delays and rates at which keyboards repeat: all of them with
// -sizes all, otherwise a few.
func holds(try func(delay time.Duration, rate int)) {
	rates := []int{10, 20, 30, 40, 50}
	for i, delay := range []time.Duration{250, 400, 500, 660, 1000} {
		for _, rate := range rates {
			if *sizesFlag == "all" || rate == rates[i] {
				try(delay*time.Millisecond, rate)
			}
		}
	}
}

func TestHeldKeyIsNoAnswer(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"y", "enter"} {
		for _, slow := range []time.Duration{30, 900} { // until the price arrives
			t.Run(fmt.Sprintf("%s, price after %d ms", key, slow), func(t *testing.T) {
				t.Parallel()
				tell(t, stage{}, func(s *story) {
					s.account.Fault("POST /v2/generations/estimate", simulator.Fault{Delay: slow * time.Millisecond})
					s.fillForm()
					holds(func(delay time.Duration, rate int) {
						s.Press("ctrl+s")
						s.Hold(key, delay, rate, slow*time.Millisecond+delay+time.Second/5)
						s.Sees("Send this job?", "n no, go back")
						if len(s.posts()) != 0 {
							t.Fatalf("%s held down, again after %v, then %d times a second, was a yes", key, delay, rate)
						}
						s.Pass(2 * time.Second)
						s.Press("n")
						s.Pass(time.Second)
						s.Sees("new generation")
					})
				})
			})
		}
	}
}

// One yes may lead to the next question, because the price has gone stale
// meanwhile.
func TestHeldKeyDoesNotAnswerTwoQuestions(t *testing.T) {
	t.Parallel()
	st := ignoring()
	st.journal = filepath.Join(t.TempDir(), "journal.db")
	tell(t, st, func(s *story) {
		s.lose("old", simulator.Fault{DropBefore: true})
		_ = s.Quit()
		_ = s.book.Close()
		time.Sleep(2 * time.Hour)
		s.start()
		s.until("only you can tell", 3*time.Minute)
		s.Press("5", "enter")
		for _, delay := range []time.Duration{500, 1000} {
			s.Press("R")
			s.Pass(2 * time.Second)
			s.Hold("y", delay*time.Millisecond, 30, delay*time.Millisecond+time.Second/5)
			s.Sees("Send it again?", "It costs $1.25, possibly for the second time")
			s.acceptsInOrder()
			s.Pass(1100 * time.Millisecond)
			s.Press("n")
			s.Pass(outbox.PriceValid)
		}
		s.Press("R")
		s.Pass(2 * time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		s.acceptsInOrder("old")
	})
}

// Enter opens a group's question, so a held enter meets its buttons.
func TestHeldEnterDoesNotAnswerAGroupsQuestion(t *testing.T) {
	t.Parallel()
	tell(t, named(3), func(s *story) {
		s.Press("a", ".")
		s.Pass(2 * time.Second)
		holds(func(delay time.Duration, rate int) {
			s.Hold("enter", delay, rate, delay+time.Second/2)
			s.Sees("Send 3 jobs?")
			s.Pass(500 * time.Millisecond)
			s.Press("tab")
			s.Press("enter")
			s.Sees("Send 3 jobs?", "▌ y send them", "enter may still be held down")
			s.agreedTo(0)
			s.Press("n")
			s.Pass(2 * time.Second)
		})
		s.Press("enter")
		s.Pass(2 * time.Second)
		s.Press("tab")
		s.Pass(1100 * time.Millisecond)
		s.Press("enter")
		s.Pass(time.Second)
		s.agreedTo(3)
	})
}

// A No that can't be undone needs a fresh key press too.
func TestHeldEscDoesNotDiscardTypedText(t *testing.T) {
	t.Parallel()
	tell(t, named(2), func(s *story) {
		s.fillForm()
		s.Press("esc", ".")
		s.Pass(2 * time.Second)
		s.fill("Label", "acme")
		s.Pass(2 * time.Second)
		s.Hold("esc", 500*time.Millisecond, 30, time.Second)
		s.Sees("Keep this draft instead of the earlier one?")
		s.Pass(2 * time.Second)
		s.Press("y")
		s.Press("n")
		s.Sees("acme")
	})
}

// Terminals that can tell a repeat from a press are asked to while a dialog is
// open, and are believed.
func TestRepeatedKeyIsNeverAYes(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		every := ansi.KittyReportEventTypes | ansi.KittyReportAllKeysAsEscapeCodes | ansi.KittyReportAssociatedKeys | ansi.KittyDisambiguateEscapeCodes
		asked := []byte(ansi.KittyKeyboard(every, 1))
		plain := []byte(ansi.KittyKeyboard(ansi.KittyDisambiguateEscapeCodes, 1))
		if s.fillForm(); bytes.Contains(s.Raw(), asked) {
			t.Error("every key is asked for in a form")
		}
		s.Press("ctrl+s")
		s.Pass(3 * time.Second)
		if !bytes.Contains(s.Raw(), asked) {
			t.Error("the terminal was not asked to tell repeats")
		}
		for range 3 {
			s.Event("y", true)
			s.Pass(2 * time.Second)
		}
		s.Press("tab")
		s.Pass(2 * time.Second)
		s.Event("enter", true)
		s.Pass(2 * time.Second)
		s.Sees("Send this job?")
		if len(s.posts()) != 0 {
			t.Fatal("a repeat was a yes")
		}
		s.Event("y", false)
		s.Pass(2 * time.Second)
		s.acceptsInOrder("")
		if raw := s.Raw(); bytes.LastIndex(raw, plain) < bytes.LastIndex(raw, asked) {
			t.Error("the terminal still reports every key")
		}
	})
}

// A terminal that reports every key reports shift too.
func TestWordCanBeTypedIfEveryKeyIsReported(t *testing.T) {
	t.Parallel()
	q := questions()[7]
	tell(t, q.stage, func(s *story) {
		q.lead(s)
		s.Sees("enter send it  esc no, go back") // n is text here
		const leftShift = 57441
		for _, r := range q.word {
			s.Type(fmt.Sprintf("\x1b[%d;1:1u\x1b[%d;1:3u", r, r)) // pressed and released
			s.Type(fmt.Sprintf("\x1b[%d;2:1u", leftShift))
		}
		s.Sees(strings.TrimSpace(q.word) + "_")
		s.Event("enter", false)
		s.Pass(2 * time.Second)
		s.acceptsInOrder("")
	})
}

// The third button is a yes like the other: it has the same guards, and sends
// the job once.
func TestFormIsKeptForTheNextLanguage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		st   stage
		yes  func(s *story)
	}{
		{"its key", stage{}, func(s *story) { s.Press("f") }},
		{"its button", stage{}, func(s *story) { s.Press("tab", "enter") }},
		{"a word", within(ledger.Guard{ConfirmAbove: dollars(1_000_000, false)}), func(s *story) { s.Press("tab"); s.Type("1.25"); s.Press("enter") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			tell(t, c.st, func(s *story) {
				s.fillForm()
				s.fill("Temperature", "0.8")
				s.fill("Output file name", "talk_de")
				s.fill("Label", "acme")
				s.Press("ctrl+s")
				s.Pass(time.Second)
				s.Sees("send, keep the form")
				c.yes(s)
				s.Pass(2 * time.Second)
				s.Sees("new generation", "talk_28s.mp4", "0.8", "acme", "▌ Audio")
				s.DoesNotSee("line_25s.wav", "✓ talk_de")
				s.acceptsInOrder("talk_de")
				s.Type(s.media("line_12s.wav"))
				s.Press("ctrl+s")
				s.Pass(time.Second)
				s.Press("y")
				s.Pass(2 * time.Second)
				s.DoesNotSee("new generation")
				s.acceptsInOrder("talk_de", "")
			})
		})
	}
}

func TestHeldKeyKeepsNoForm(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.fillForm()
		s.Press("ctrl+s")
		s.Hold("f", 300*time.Millisecond, 20, 3*time.Second)
		s.Pass(time.Second)
		s.Sees("Send this job?")
		if n := len(s.posts()); n != 0 {
			s.t.Errorf("%d paid requests", n)
		}
	})
}

// A refused job comes back below the form for the next one.
func TestRefusedJobComesBackUnderTheNextForm(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.fillForm()
		s.account.Fault("POST /v2/generate", simulator.Fault{Status: 422, Body: `{"statusCode":422,"errorCode":"generation_input_video_inaccessible","message":"The provided video URL is inaccessible."}`})
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Press("f")
		s.Pass(2 * time.Second)
		s.Sees("talk_28s.mp4", "▌ Audio")
		s.DoesNotSee("line_25s.wav")
		s.Type("https://x.io/next.wav")
		s.Press("esc")
		s.Pass(time.Second)
		s.Sees("Refused, nothing was charged", "line_25s.wav")
		s.Press("esc")
		s.Pass(time.Second)
		s.Sees("Keep this draft instead of the earlier one?")
		s.Press("n")
		s.Pass(time.Second)
		s.Press("n")
		s.Sees("next.wav")
	})
}
