package ui_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/state/journal"
	"dubtop/state/outbox"
	"dubtop/ui"
)

const creating = "POST /v2/generate"

func TestDialogAcceptsKeysOnlyAfterAPause(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.fillForm()
		s.Press("ctrl+s")
		for range 30 {
			s.Press("y", "enter")
			s.Pass(100 * time.Millisecond)
		}
		s.Sees("Send this job?")
		if len(s.posts()) != 0 {
			s.t.Fatal("keys that came too early confirmed")
		}
		s.Press("y")
		s.Pass(200 * time.Millisecond)
		s.Press("y")
		s.Sees("Send this job?")
		s.Pass(400 * time.Millisecond) // the same key may have been held down since
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("Send this job?", "may still be held down")
		s.Press("y")
		s.Pass(time.Second)
		if len(s.posts()) != 1 {
			s.t.Fatalf("%d paid requests", len(s.posts()))
		}
	})
}

func TestNoIsSelectedAndAPasteIsNoAnswer(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.price()
		s.Paste("y")
		s.Paste("y\ny\n")
		s.Pass(time.Second)
		s.Sees("Send this job?", "▌ n no, go back")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("new generation", "talk_28s.mp4")
		if len(s.posts()) != 0 {
			s.t.Fatal("something was sent without a yes")
		}
	})
}

func TestPressingEverythingTwiceSendsOnce(t *testing.T) {
	t.Parallel()
	twice := func(s *story, keys ...string) {
		for _, k := range keys {
			s.Press(k, k)
			s.Pass(time.Second)
		}
	}
	t.Run("a held y", func(t *testing.T) {
		tell(t, stage{}, func(s *story) {
			s.account.Fault(creating, simulator.Fault{DelayAfter: 5 * time.Second})
			s.price()
			for range 100 {
				s.Press("y")
			}
			s.Pass(10 * time.Second)
			s.once()
		})
	})
	t.Run("each key twice", func(t *testing.T) {
		tell(t, stage{}, func(s *story) {
			s.fillForm()
			twice(s, "ctrl+s", "y", "enter", "esc")
			s.once()
		})
	})
	t.Run("a double enter", func(t *testing.T) {
		tell(t, stage{}, func(s *story) {
			s.price()
			s.Press("tab", "enter", "enter", "enter")
			s.Pass(time.Second)
			s.once()
		})
	})
}

// once checks that exactly one request was sent and accepted.
func (s *story) once() {
	s.t.Helper()
	if posts, accepted := len(s.posts()), len(s.account.Accepted()); posts != 1 || accepted != 1 {
		s.t.Fatalf("%d paid requests, %d accepted\n%s", posts, accepted, s.Screen())
	}
}

func TestRefusalReopensTheFormWithTheServersWords(t *testing.T) {
	t.Parallel()
	body := func(status int, message string) simulator.Fault {
		return simulator.Fault{Times: 1, Status: status, Body: fmt.Sprintf(`{"statusCode":%d,"message":%q,"error":"x"}`, status, message)}
	}
	for _, c := range []struct {
		name  string
		fault simulator.Fault
		words string
	}{
		{"bad request", body(400, "temperature must not be greater than 1"), "temperature must not be greater than 1"},
		{"plan", body(402, "The generation would be longer than your plan allows"), "The generation would be longer"},
		{"unprocessable", body(422, "The provided video URL is inaccessible."), "The provided video URL is inaccessible."},
	} {
		t.Run(c.name, func(t *testing.T) {
			tell(t, stage{}, func(s *story) {
				s.price()
				s.account.Fault(creating, c.fault)
				s.Press("y")
				s.Pass(2 * time.Second)
				s.Sees("new generation", "nothing was charged", c.words, "talk_28s.mp4", "line_25s.wav")
				s.Pass(2 * time.Minute)
				s.Press("esc")
				s.DoesNotSee("sending", "maybe charged")
				if n := len(s.account.Accepted()); n != 0 {
					s.t.Fatalf("%d jobs were made", n)
				}
				s.Press("n", "ctrl+s")
				s.Pass(time.Second)
				s.Press("y")
				s.Pass(2 * time.Second)
				s.Sees("accepted")
				if n := len(s.account.Accepted()); n != 1 {
					s.t.Fatalf("%d jobs were made", n)
				}
			})
		})
	}
}

func TestFormThatReopensIgnoresKeysAtFirst(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.price()
		s.account.Fault(creating, simulator.Fault{Times: 1, Delay: 520 * time.Millisecond, Status: 422, Body: `{"statusCode":422,"message":"No."}`})
		s.Press("y")
		for range 10 {
			s.Press("j")
			s.Pass(100 * time.Millisecond)
		}
		s.Sees("new generation", "Refused")
		if row := s.row("▌ Video"); !strings.Contains(row, "talk_28s.mp4 ") {
			s.t.Fatalf("the field is now %q", row)
		}
		s.Pass(time.Second)
		s.Type("?x")
		s.Pass(100 * time.Millisecond)
		s.Sees("talk_28s.mp4?x")
	})
}

func TestRefusalWaitsBelowTheOpenForm(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.price()
		s.account.Fault(creating, simulator.Fault{Times: 1, Delay: 5 * time.Second, Status: 422, Body: `{"statusCode":422,"message":"No such face."}`})
		s.Press("y", "n")
		s.DoesNotSee("talk_28s.mp4")
		s.Type("https://example.com/next.mp4")
		s.Pass(10 * time.Second)
		s.Type("?q")
		s.Pass(100 * time.Millisecond)
		s.Sees("https://example.com/next.mp4?q")
		s.Press("esc")
		s.Sees("new generation", "No such face.", "talk_28s.mp4")
	})
}

func TestUnknownOutcomeIsNeverResentAutomatically(t *testing.T) {
	t.Parallel()
	faults := []simulator.Fault{
		{DropBefore: true},
		{DropAfter: true},
		{Status: 500, Body: `{"statusCode":500,"message":"Internal server error","suggestion":"Just try again."}`},
		{Status: 502, Body: "bad gateway", After: true},
		{Status: 504, HTML: true},
		{GarbageJSON: true, After: true},
		{HTML: true, After: true},
		{Redirect: "https://elsewhere.example.com/v2/generate", Status: 307},
		{Status: 201, Body: "{}", After: true},
		{Truncate: 20},
		{LateAccept: time.Minute},
		{Status: 409, Body: `{"statusCode":409,"message":"The outcome of this request is not known yet","errorCode":"IDEMPOTENCY_OUTCOME_UNKNOWN"}`, After: true},
		{Delay: 2 * time.Minute},
	}
	// A server of June 2026 ignores keys, and nobody sees what it accepted.
	hidden := func(a *simulator.Server) { a.Fault("GET /v2/generations", simulator.Fault{ListLag: 2 * time.Hour}) }
	old := stage{account: simulator.Options{IgnoreKeys: true, Slots: 50}, prepare: hidden, width: 100, height: 60}
	old.config = func(c *ui.Config) { c.Slots = 50 }
	tell(t, old, func(s *story) {
		for i, fault := range faults {
			name := fmt.Sprintf("case_%02d", i)
			fault.Times = 1
			s.account.Fault(creating, fault)
			s.Press("n", "ctrl+l")
			s.fill("Video", s.media("talk_28s.mp4"))
			s.fill("Audio", s.media("line_25s.wav"))
			s.fill("Output file name", name)
			s.Press("ctrl+s")
			s.Pass(time.Second)
			s.Press("y")
			s.Pass(2*time.Second + fault.Delay)
			s.letGo(name)
			if !strings.Contains(s.screenRow(name, "unknown"), "maybe charged") {
				s.t.Fatalf("%+v: the row should say unknown, maybe charged\n%s", fault, s.Screen())
			}
			if strings.Contains(strings.ToLower(s.Screen()), "try again") {
				s.t.Errorf("%+v: somebody is told to try again\n%s", fault, s.Screen())
			}
		}
		s.Resize(40, 8) // so that an hour of frames is drawn quickly
		s.Pass(time.Hour)
		s.Resize(100, 60)
		s.Press("/")
		s.Type("case_")
		s.Press("enter")
		if n := s.rows("maybe charged"); n != len(faults) {
			s.t.Errorf("%d of %d are still there\n%s", n, len(faults), s.Screen())
		}
		if n := len(s.posts()); n != len(faults) {
			s.t.Errorf("%d intents, %d requests", len(faults), n)
		}
		accepted := map[string]int{}
		for _, a := range s.account.Accepted() {
			accepted[a.IdempotencyKey]++
		}
		for key, n := range accepted {
			if n > 1 || key == "" {
				s.t.Errorf("%d jobs were made of the intent %q", n, key)
			}
		}
	})
}

// letGo waits until a job is unknown, and resumes the queue, which several
// unknown outcomes in a row have paused.
func (s *story) letGo(name string) {
	for range 60 {
		if s.screenRow(name, "unknown") != "" {
			return
		}
		if s.row("queue 1 paused") != "" {
			s.Press("5", "P", "1")
		}
		s.Pass(5 * time.Second)
	}
}

// screenRow returns the line that contains two texts.
func (s *story) screenRow(one, other string) string {
	for line := range strings.SplitSeq(s.Screen(), "\n") {
		if strings.Contains(line, one) && strings.Contains(line, other) {
			return line
		}
	}
	return ""
}

func TestFormWarnsBeforeResendingAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.price()
		s.account.Fault(creating, simulator.Fault{Times: 1, DropAfter: true})
		s.Press("y")
		s.Pass(time.Second)
		s.Press("n")
		s.Sees("talk_28s.mp4", "it is not known whether it was accepted. Sending it again may")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("Send this job?", "it is not known whether it was")
	})
}

func TestSlowServerIsWaitedFor(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.price()
		s.account.Fault(creating, simulator.Fault{Times: 1, DelayAfter: 30 * time.Second})
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("● sending")
		s.Pass(25 * time.Second)
		s.Sees("sending…")
		s.Pass(5 * time.Second)
		s.Sees("accepted")
		s.DoesNotSee("sending", "unknown")
		if n := s.rows("lipsync-2      talk_28s.mp4"); n != 1 {
			s.t.Fatalf("the job stands there %d times\n%s", n, s.Screen())
		}
		s.Pass(time.Minute)
		if n := s.rows("lipsync-2      talk_28s.mp4"); n != 1 {
			s.t.Fatalf("the job stands there %d times\n%s", n, s.Screen())
		}
		s.once()
	})
}

func TestQuittingDuringARequestAsksFirst(t *testing.T) {
	t.Parallel()
	tell(t, stage{journal: filepath.Join(t.TempDir(), "journal.db")}, func(s *story) {
		s.price()
		s.account.Fault(creating, simulator.Fault{Times: 1, DelayAfter: 20 * time.Second})
		s.Press("y")
		s.Pass(time.Second)
		s.Press("q")
		s.Sees("A paid request is being sent", "1 paid request is being sent", "quit now")
		s.Pass(time.Second)
		s.Press("enter")
		s.Sees("● sending")
		s.Press("q")
		s.Pass(30 * time.Second)
		s.DoesNotSee("A paid request is being sent")
		s.Sees("● running")
		s.once()
	})
}

func TestAbandonedRequestIsUnknownAtTheNextStart(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{IgnoreKeys: true}, journal: filepath.Join(t.TempDir(), "journal.db")}, func(s *story) {
		s.price()
		s.account.Fault(creating, simulator.Fault{Times: 1, DelayAfter: 20 * time.Second})
		s.Press("y")
		s.Pass(time.Second)
		s.Press("q")
		s.Pass(time.Second)
		s.Press("y")
		s.end()
		s.Pass(time.Minute)
		s.start()
		s.Pass(time.Second)
		s.Sees("1 request has an unknown outcome and may have been charged", "! unknown")
		if !strings.Contains(s.screenRow("talk_28s.mp4", "unknown"), "maybe charged") {
			s.t.Fatalf("the intent is not there\n%s", s.Screen())
		}
		s.Press("n")
		s.Sees("talk_28s.mp4", "it is not known whether it was")
		s.Pass(2 * time.Minute)
		s.once()
	})
}

// end waits for the dashboard's end and closes the journal, as main does.
func (s *story) end() {
	s.t.Helper()
	s.Pass(time.Second)
	if !s.Exited() {
		s.t.Fatalf("the dashboard did not end\n%s", s.Screen())
	}
	if err := s.book.Close(); err != nil {
		s.t.Fatal(err)
	}
}

func TestSentJobKeepsItsCostAfterARestart(t *testing.T) {
	t.Parallel()
	tell(t, stage{journal: filepath.Join(t.TempDir(), "journal.db")}, func(s *story) {
		s.price()
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("today ~$1.25")
		s.Press("n")
		s.DoesNotSee("/media/talk_28s.mp4")
		s.Press("esc", "q")
		s.end()
		s.start()
		s.Pass(time.Second)
		s.Sees("today ~$1.25")
		if row := s.row("talk_28s"); !strings.Contains(row, " ~$1.25") {
			s.t.Errorf("the cost is not the estimate it was sent at: %q", row)
		}
		s.Press("n")
		s.DoesNotSee("/media/talk_28s.mp4")
	})
}

func TestDraftSurvivesACrash(t *testing.T) {
	t.Parallel()
	tell(t, stage{journal: filepath.Join(t.TempDir(), "journal.db")}, func(s *story) {
		s.fillForm()
		s.choose("Sync mode", "loop")
		s.Pass(2 * time.Second)
		_ = s.Quit() // nothing ends in order, as in a crash
		_ = s.book.Close()
		s.start()
		s.Pass(time.Second)
		s.Press("n")
		s.Sees("talk_28s.mp4", "line_25s.wav", "loop")
	})
}

func TestWithoutAJournalEverythingIsShownAndNothingSpent(t *testing.T) {
	t.Parallel()
	tell(t, stage{broken: errors.New("the disk is full")}, func(s *story) {
		s.Sees("1 Generations 40", "completed")
		s.Press("n")
		s.Sees("can't send: ", "the disk is full")
		s.Press("N")
		s.Sees("can't send: ")
		s.Press("3", "n")
		s.Sees("can't send: ")
		s.DoesNotSee("new generation")
		s.Press("1", "g", "enter")
		s.Pass(time.Second)
		s.Sees("Overview")
	})
}

func TestUnsavedIntentIsNotSent(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.price()
		_ = s.book.Close()
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("Not sent, nothing was charged: ", "talk_28s.mp4")
		s.Pass(time.Minute)
		if len(s.posts()) != 0 {
			s.t.Fatal("it was sent without an intent in the journal")
		}
	})
}

func TestUnsavedAnswerIsReported(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.account.Fault(creating, simulator.Fault{Times: 1, DelayAfter: 5 * time.Second})
		s.price()
		s.Press("y")
		s.Pass(time.Second)
		_ = s.book.Close()
		s.Pass(6 * time.Second)
		s.Sees("pending", "not saved yet")
		s.once()
	})
}

func TestInterruptedRequestIsShownAndNotResent(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	tell(t, stage{account: simulator.Options{IgnoreKeys: true}, journal: path}, func(s *story) {
		s.account.Fault(creating, simulator.Fault{Times: 1, Delay: time.Hour})
		s.price()
		s.Press("y")
		s.Pass(time.Second)
		_ = s.Quit()
		_ = s.book.Close()
		s.start()
		s.Pass(time.Second)
		subs, err := s.book.Submissions(s.t.Context())
		if err != nil || len(subs) != 1 || subs[0].State != outbox.SubmissionUnknown {
			s.t.Fatalf("the journal holds %+v (%v)", subs, err)
		}
		s.Press("g") // the first answer may have arrived before the journal was read
		s.Sees("maybe charged", "dubtop ended before the answer came")
		s.Pass(2 * time.Minute)
		if len(s.posts()) != 1 {
			s.t.Fatalf("%d paid requests", len(s.posts()))
		}
	})
}

func TestDraftIsSavedOncePriced(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Pass(time.Second) // the next beat, which also saves drafts, is far off
		s.fillForm()
		s.Press("ctrl+s")
		d := s.kept()
		if !strings.HasSuffix(d.Visual, "talk_28s.mp4") || !strings.HasSuffix(d.Audio, "line_25s.wav") {
			s.t.Fatalf("the journal holds %+v", d)
		}
	})
}

func TestJobSeenByAPollBeforeTheAnswerIsOneRow(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.account.Fault(creating, simulator.Fault{Times: 1, DelayAfter: 20 * time.Second})
		s.price()
		s.Press("y")
		seen := false
		for range 30 {
			s.Pass(time.Second)
			if n := s.rows("lipsync-2      talk_28s.mp4"); n > 1 {
				t.Fatalf("one job on %d rows:\n%s", n, s.Screen())
			}
			seen = seen || s.rows("pending") > 0 && s.rows("accepted") == 0
		}
		if !seen {
			t.Error("the poll never brought the job before the answer")
		}
		s.Press("g")
		s.Sees("$1.25 as estimated when sent")
	})
}

func TestFormRequestedBeforeTheJournalIsOpenOpensLater(t *testing.T) {
	t.Parallel()
	slow := func(err error) func(*ui.Config) {
		return func(c *ui.Config) {
			book := c.Account.Journal
			c.Account.Journal = nil
			c.Account.Open = func(context.Context) (*journal.Journal, error) {
				time.Sleep(2 * time.Second)
				return book, err
			}
		}
	}
	tell(t, stage{config: slow(nil)}, func(s *story) {
		s.Press("n")
		s.Sees("opening the journal")
		s.DoesNotSee("Output file name")
		s.Pass(3 * time.Second)
		s.Sees("Output file name")
	})
	tell(t, stage{config: slow(errors.New("the disk is full"))}, func(s *story) {
		s.Press("n")
		s.Pass(3 * time.Second)
		s.DoesNotSee("Output file name")
		s.Sees("can't send", "the disk is full")
	})
}
