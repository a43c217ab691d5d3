package ui_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// strangers are jobs that others sent, of every kind that matters here.
func strangers() stage {
	return stage{
		account: simulator.Options{Generations: -1},
		prepare: func(a *simulator.Server) {
			media := func(name string) string { return a.StorageURL() + "/media/" + name }
			a.Add(simulator.Job{
				ID: "00000001-0000-4000-8000-000000000000", Name: "promo_de_014", Visual: media("talk_28s.mp4"), Audio: media("line_25s.wav"),
				Options: `{"temperature":0.8,"sync_mode":"loop","grade":"film"}`, Seconds: 25, Status: "COMPLETED", Age: time.Hour,
			})
			a.Add(simulator.Job{
				ID: "00000002-0000-4000-8000-000000000000", Name: "failed_one", Model: "react-1", Visual: media("short_9s.mp4"), Audio: media("short_9s.wav"),
				Seconds: 9, Status: "FAILED", ErrorCode: "generation_timeout", Age: 2 * time.Hour,
			})
			a.Add(simulator.Job{
				ID: "00000003-0000-4000-8000-000000000000", Name: "portrait", Model: "sync-3", Visual: media("face.png"), Audio: media("line_12s.wav"),
				Seconds: 12, Status: "COMPLETED", Age: 3 * time.Hour,
			})
		},
	}
}

// on moves the list's cursor to a job.
func (s *story) on(name string) {
	s.t.Helper()
	s.Press("g")
	for range 50 {
		if strings.Contains(s.row("▌"), name) {
			return
		}
		s.Press("j")
	}
	s.t.Fatalf("there is no row %q\n%s", name, s.Screen())
}

// rerun opens a form with an unchanged copy of a job.
func (s *story) rerun(name string) {
	s.t.Helper()
	s.on(name)
	s.Press(".")
	s.Pass(time.Second)
	s.Sees("run again", "from "+name)
}

func TestOthersJobIsRunAgainUnchanged(t *testing.T) {
	t.Parallel()
	tell(t, strangers(), func(s *story) {
		s.rerun("promo_de_014")
		s.Sees("talk_28s.mp4", "line_25s.wav", "0.8", "loop", "Not copied: the option grade")
		s.DoesNotSee("* differs")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("This will cost $1.25", "about as much as before (?$1.25)", "before    promo_de_014")
		s.DoesNotSee("changed")
		s.Press("y")
		s.Pass(time.Second)
		s.once()
		if body := string(s.account.Accepted()[0].Body); !strings.Contains(body, `"temperature":0.8`) || !strings.Contains(body, `"promo_de_014"`) {
			s.t.Errorf("sent %s", body)
		}
	})
}

func TestOurJobIsRunAgainAsTyped(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.fillForm()
		s.fill("Output file name", "ours_1")
		s.fill("Temperature", "0.25")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		s.account.Fault("GET /v2/generate/{id}", simulator.Fault{Status: 500}) // nobody else needs to be asked
		s.rerun("ours_1")
		s.Sees("talk_28s.mp4", "line_25s.wav", "0.25")
		s.DoesNotSee("Not taken over")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("as much as before (~$1.25)", "before    ours_1")
		s.Press("y")
		s.Pass(time.Hour) // the first one ends and frees its slot
		if n := len(s.account.Accepted()); n != 2 {
			s.t.Fatalf("%d accepted", n)
		}
		subs, err := s.book.Submissions(s.t.Context())
		if err != nil || len(subs) != 2 || subs[0].IdempotencyKey == subs[1].IdempotencyKey {
			s.t.Errorf("%d intents, or one key for both (%v)", len(subs), err)
		}
	})
}

func TestFailedJobIsRunAgainFromItsDetails(t *testing.T) {
	t.Parallel()
	tell(t, strangers(), func(s *story) {
		s.on("failed_one")
		s.Press("enter")
		s.Pass(time.Second)
		s.Press(".")
		s.Pass(time.Second)
		s.Sees("run again", "from failed_one", "short_9s.mp4", "react-1")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("$1.50075 more than before ($0.00", "before    failed_one") // which the details requested
	})
}

func TestUnknownCostIsNotCompared(t *testing.T) {
	t.Parallel()
	tell(t, strangers(), func(s *story) {
		s.rerun("failed_one")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("can't be compared: a cost is unknown")
	})
}

func TestDeletedJobCannotBeRunAgain(t *testing.T) {
	t.Parallel()
	tell(t, strangers(), func(s *story) {
		s.on("portrait")
		s.account.Remove("00000003-0000-4000-8000-000000000000")
		s.Press(".")
		s.Pass(time.Second)
		s.Sees("portrait can't be run again: the server no longer knows this job")
		s.DoesNotSee("from portrait")
	})
}

func TestUnknownOutcomeIsRunAgainWithAWarning(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.price()
		s.account.Fault(creating, simulator.Fault{Times: 1, DropAfter: true})
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("unknown")
		s.on("unknown")
		s.Press(".")
		s.Pass(time.Second)
		s.Sees("run again", "it is not known whether it was accepted", "talk_28s.mp4")
	})
}

func TestJobBeingSentIsNotRunAgain(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.account.Fault(creating, simulator.Fault{DelayAfter: 8 * time.Second})
		s.price()
		s.Press("y")
		s.Pass(time.Second)
		s.on("sending")
		s.Press(".")
		s.Sees("this is being sent right now: wait for the answer")
	})
}

func TestBatchLineIsRunAgain(t *testing.T) {
	t.Parallel()
	tell(t, lived(), func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("2", "G", "enter")
		s.Pass(time.Second)
		s.Press(".")
		s.Pass(time.Second)
		s.Sees("run again", "from ")
	})
}

func TestRunAgainWithAnotherModel(t *testing.T) {
	t.Parallel()
	tell(t, strangers(), func(s *story) {
		s.Pass(2 * time.Minute) // the unit prices arrive
		s.on("promo_de_014")
		s.Press("m")
		s.Pass(time.Second)
		s.Sees("pick a model", "A MINUTE", "react-1 takes up to 15 s", "same as before")
		if row := s.row("sync-3"); !strings.Contains(row, "$8.01") {
			s.t.Errorf("the price is not told: %q", row)
		}
		s.on("react-1")
		s.Press("enter")
		s.Sees("pick a model", "the input is 25 s long; react-1 takes up to 15 s")
		s.on("lipsync-2-pro")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("run again", "* differs from promo_de_014")
		if row := s.row("*Model"); !strings.Contains(row, "lipsync-2-pro") {
			s.t.Errorf("the model is not marked: %q", row)
		}
		if row := s.row("talk_28s"); strings.Contains(row, "*") {
			s.t.Errorf("the video is marked: %q", row)
		}
		s.fill("Output file name", "_pro")
		s.Sees("*Output file name")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("more than before (?$1.25)", "before    promo_de_014", "changed   model, output name")
	})
}

func TestPictureCannotBeRunWithAModelForVideos(t *testing.T) {
	t.Parallel()
	tell(t, strangers(), func(s *story) {
		s.on("portrait")
		s.Press("m")
		s.Pass(time.Second)
		s.Sees("lipsync-2 takes no images", "react-1 takes no images")
		s.Press("esc")
		s.DoesNotSee("pick a model", "run again")
		s.on("portrait")
	})
}

func TestRerunKeepsTheEarlierDraft(t *testing.T) {
	t.Parallel()
	typed := func(s *story) {
		s.Press("n")
		s.fill("Output file name", "typed_before")
		s.Press("esc")
		s.rerun("promo_de_014")
		s.Sees("Your earlier draft is kept")
	}
	comesBack := func(s *story) {
		s.Press("n")
		s.Sees("typed_before")
		s.DoesNotSee("talk_28s.mp4")
		d := s.kept()
		if d.OutputFileName != "typed_before" {
			s.t.Errorf("the journal keeps %q", d.OutputFileName)
		}
	}
	t.Run("left as it is", func(t *testing.T) {
		tell(t, strangers(), func(s *story) {
			typed(s)
			s.Pass(2 * time.Second)
			s.Press("esc")
			s.DoesNotSee("Keep this")
			comesBack(s)
		})
	})
	edited := func(s *story) {
		typed(s)
		s.fill("Output file name", "_again")
		s.Pass(2 * time.Second)
		s.Press("esc")
		s.Pass(time.Second)
		s.Sees("Keep this draft instead of the earlier one?", "promo_de_014_again", "typed_before")
	}
	t.Run("edited, and given up", func(t *testing.T) {
		tell(t, strangers(), func(s *story) {
			edited(s)
			s.Press("n")
			comesBack(s)
		})
	})
	t.Run("edited, and kept", func(t *testing.T) {
		tell(t, strangers(), func(s *story) {
			edited(s)
			s.Press("y")
			s.Pass(time.Second)
			s.Press("n")
			s.Sees("promo_de_014_again", "talk_28s.mp4")
			d := s.kept()
			if d.OutputFileName != "promo_de_014_again" {
				s.t.Errorf("the journal keeps %q", d.OutputFileName)
			}
		})
	})
	t.Run("sent", func(t *testing.T) {
		tell(t, strangers(), func(s *story) {
			typed(s)
			s.fill("Output file name", "_again")
			s.Press("ctrl+s")
			s.Pass(time.Second)
			s.Press("y")
			s.Pass(2 * time.Second)
			s.once()
			comesBack(s)
		})
	})
	t.Run("refused", func(t *testing.T) {
		tell(t, strangers(), func(s *story) {
			typed(s)
			s.Press("ctrl+s")
			s.Pass(time.Second)
			s.account.Fault(creating, simulator.Fault{Times: 1, Status: 400, Body: `{"statusCode":400,"message":"no"}`})
			s.Press("y")
			s.Pass(2 * time.Second)
			s.Sees("Refused, nothing was charged", "talk_28s.mp4", "run again")
			s.fill("Output file name", "_x")
			s.Press("esc")
			s.Pass(time.Second)
			s.Press("n")
			comesBack(s)
		})
	})
}

func TestKeysPressedWhileAJobLoadsAreNotTypedIntoItsForm(t *testing.T) {
	t.Parallel()
	tell(t, strangers(), func(s *story) {
		s.account.Fault("GET /v2/generate/{id}", simulator.Fault{Delay: time.Second})
		s.on("promo_de_014")
		s.Press(".")
		s.Pass(990 * time.Millisecond)
		s.Press("j")
		s.Pass(20 * time.Millisecond)
		s.Sees("run again")
		s.Press("j", "j")
		if row := s.row("talk_28s"); !strings.HasSuffix(strings.TrimSpace(row), "talk_28s.mp4") {
			s.t.Errorf("typed into the form: %q", row)
		}
	})
}

func TestFormDoesNotOpenIfTheUserMovedOn(t *testing.T) {
	t.Parallel()
	tell(t, strangers(), func(s *story) {
		s.account.Fault("GET /v2/generate/{id}", simulator.Fault{Delay: 2 * time.Second})
		s.on("promo_de_014")
		s.Press(".", "?")
		s.Pass(5 * time.Second)
		s.Sees("help")
		s.DoesNotSee("from promo_de_014")
		s.Press("esc")
		s.Sees("STATUS")
	})
}

func TestWithoutAJournalNothingIsRunAgain(t *testing.T) {
	t.Parallel()
	st := strangers()
	st.broken = errors.New("the disk is full")
	tell(t, st, func(s *story) {
		s.on("promo_de_014")
		s.Press(".")
		s.Sees("can't send")
		s.Press("m")
		s.Sees("can't send")
	})
}
