package ui_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/ui"
)

// ignoring is an account whose server ignores idempotency keys.
func ignoring() stage { return stage{account: simulator.Options{IgnoreKeys: true}} }

// lose confirms one job and loses its answer.
func (s *story) lose(name string, fault simulator.Fault) {
	s.t.Helper()
	fault.Times = 1
	s.account.Fault(creating, fault)
	s.agree(name)
	s.Sees("maybe charged")
}

func TestLostAnswerIsResolvedByResendingIfKeysAreHonoured(t *testing.T) {
	t.Parallel()
	for _, fault := range []simulator.Fault{{DropBefore: true}, {DropAfter: true}} {
		tell(t, stage{}, func(s *story) {
			s.lose("lost", fault)
			s.Press("5", "enter")
			s.Sees("unknown outcome", "lost", "honours idempotency keys", "same key")
			s.Pass(10 * time.Second)
			s.Sees("Its outcome is known now")
			s.Press("esc", "1")
			s.DoesNotSee("maybe charged")
			s.acceptsInOrder("lost")
			if n := len(s.posts()); n != 2 {
				s.t.Errorf("%d requests", n)
			}
			s.Sees("today ~$1.25")
			s.Press("n") // what was typed is no longer a draft
			s.DoesNotSee("talk_28s.mp4", "nobody knows")
		})
	}
}

// A refusal of the resend proves nothing about the first request unless the
// server checked the key: the first one may have been accepted anyway.
func TestRefusedResendProvesNothingAboutTheFirstRequest(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"not sent":          {Refuse: true},
		"too many requests": {Status: 429, Body: `{"statusCode":429,"message":"Too many requests","errorCode":"rate_limit_exceeded"}`},
		"not the key":       {Status: 401, Body: `{"statusCode":401,"message":"Unauthorized"}`},
		"not the plan":      {Status: 402, Body: `{"statusCode":402,"message":"Payment required"}`},
	} {
		tell(t, stage{}, func(s *story) {
			s.lose("lost", simulator.Fault{DropAfter: true})
			fault.Times = 1
			s.account.Fault(creating, fault)
			s.Pass(8 * time.Second)
			s.DoesNotSee("nothing was charged")
			s.Press("5")
			s.Sees("unknown", "maybe charged")
			if strings.Contains(s.row("lost"), "waiting") {
				t.Errorf("%s: it is in line again, as if nothing had been made of it", name)
			}
			s.Pass(5 * time.Minute)
			s.Sees("The queue is empty")
			s.acceptsInOrder("lost")
		})
	}
}

func TestRefusedResendIsAnAnswerIfTheKeyWasChecked(t *testing.T) {
	t.Parallel()
	tell(t, stage{config: func(c *ui.Config) { c.Slots = 3 }}, func(s *story) {
		s.lose("never", simulator.Fault{DropBefore: true})
		s.account.SetRunning(3)
		s.Press("5")
		s.Pass(30 * time.Second)
		s.Sees("unknown", "never") // the first request may still be on its way
		s.Pass(3 * time.Minute)
		s.Sees("waiting", "never")
		s.account.SetRunning(0)
		s.Pass(time.Minute)
		s.Sees("The queue is empty")
		s.acceptsInOrder("never")
	})
}

func TestLeadIsFollowed(t *testing.T) {
	t.Parallel()
	tell(t, ignoring(), func(s *story) {
		id := s.account.Add(simulator.Job{ID: "6f1c0f52-7b0a-4b60-9a55-0a4f6a9f2f11", Name: "elsewhere"})
		s.lose("led", simulator.Fault{
			Status: 503, Body: `{"statusCode":503,"message":"Not known yet","errorCode":"IDEMPOTENCY_OUTCOME_UNKNOWN","generationId":"` + id + `"}`, After: true,
		})
		s.Pass(2 * time.Minute) // the lead was to another job, so it is searched for
		s.DoesNotSee("maybe charged")
		s.acceptsInOrder("led")
	})
}

func TestLostJobIsFoundInTheListIfKeysAreIgnored(t *testing.T) {
	t.Parallel()
	tell(t, ignoring(), func(s *story) {
		s.lose("found", simulator.Fault{DropAfter: true})
		s.Press("5", "enter")
		s.Sees("dubtop searches the jobs created since", "Nothing to choose from yet", "dubtop will look for it first")
		s.Press("x")
		s.Sees("dubtop will look for it first")
		s.Press("esc", "1")
		s.Pass(2 * time.Minute)
		s.DoesNotSee("maybe charged")
		s.Sees("today $1.25", "found")
		if len(s.posts()) != 1 {
			s.t.Errorf("%d requests", len(s.posts()))
		}
	})
}

// A job created more than two minutes after dubtop gave up may be a
// colleague's. It is shown, and never linked automatically.
func TestJobAcceptedLateIsAskedAbout(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	st := ignoring()
	st.journal = path
	tell(t, st, func(s *story) {
		s.lose("late", simulator.Fault{LateAccept: 30 * time.Minute})
		s.Pass(3 * time.Minute)
		s.Press("q")
		s.end()
		s.Pass(40 * time.Minute)
		s.start()
		s.Pass(3 * time.Minute)
		s.Sees("maybe charged")
		s.DoesNotSee("today ~$1.25")
		s.acceptsInOrder("late")
	})
}

func TestUserDecidesIfNothingIsFound(t *testing.T) {
	t.Parallel()
	decide := func(key, yes string, then func(s *story)) {
		tell(t, ignoring(), func(s *story) {
			s.lose("gone", simulator.Fault{DropBefore: true})
			s.until("only you can tell", 3*time.Minute)
			s.Press("5", "enter")
			s.Sees("No matching job was found", "Send it again.", "you pay twice", "Drop it.", "maybe spent")
			s.Press(key)
			s.Pass(time.Second)
			s.Sees(yes)
			s.Press("y")
			s.Pass(2 * time.Second)
			then(s)
		})
	}
	decide("R", "send again", func(s *story) {
		s.acceptsInOrder("gone")
		s.Press("esc", "1")
		s.DoesNotSee("maybe charged")
		if keys := s.keysUsed(); len(keys) != 1 {
			s.t.Errorf("one intent went out under %d keys", len(keys))
		}
	})
	decide("x", "keep looking", func(s *story) {
		s.Sees("dropped: gone; it still counts as maybe spent")
		s.acceptsInOrder()
		s.Press("esc")
		s.Sees("The queue is empty")
		s.Pass(time.Hour)
		if n := len(s.posts()); n != 1 {
			s.t.Errorf("%d requests", n)
		}
	})
}

// keysUsed returns the idempotency keys of the paid requests.
func (s *story) keysUsed() map[string]bool {
	keys := map[string]bool{}
	for _, r := range s.posts() {
		keys[r.IdempotencyKey] = true
	}
	return keys
}

// After an hour the old price is stale, so a new one is requested first.
func TestResendAfterAnHourNeedsANewPrice(t *testing.T) {
	t.Parallel()
	tell(t, ignoring(), func(s *story) {
		s.lose("old", simulator.Fault{DropBefore: true})
		s.Pass(2 * time.Hour)
		s.Press("5", "enter", "R")
		s.Pass(time.Second)
		s.Sees("Send it again?")
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Sees("Send it again?", "It costs $1.25, possibly for the second time")
		s.Press("y")
		s.Pass(2 * time.Second)
		s.acceptsInOrder("old")
	})
}

func TestUserTellsTwinsApart(t *testing.T) {
	t.Parallel()
	tell(t, ignoring(), func(s *story) {
		s.agree("twin") // the same again, made by a colleague with another tool
		s.Pass(20 * time.Minute)
		body := s.account.Accepted()[0].Body
		s.lose("twin", simulator.Fault{DropBefore: true})
		s.elsewhere(string(body))
		s.elsewhere(string(body))
		s.until("only you can tell", 3*time.Minute)
		s.Press("5", "enter")
		s.Sees("2 jobs could belong to this request", "everything known about it matches", "The selected job is the one.")
		s.Press("j")
		marked := s.row("▌")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Is this the job?", "yes, this is it")
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Press("esc")
		s.Sees("The queue is empty", "found: twin is "+strings.Fields(marked)[1])
		s.Pass(time.Hour)
		if n := len(s.posts()); n != 4 {
			s.t.Errorf("%d requests, two of them the colleague's", n)
		}
	})
}

// elsewhere creates a job with the same request, as a colleague's tool would.
func (s *story) elsewhere(body string) {
	s.t.Helper()
	client, err := api.New(api.Config{
		BaseURL: s.account.BaseURL(), Key: api.NewSecret(s.account.Key()), Transport: s.account.RoundTripper(),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := client.CreateGeneration(s.t.Context(), api.Paid{IdempotencyKey: "colleague", Body: []byte(body)}); err != nil {
		s.t.Fatal(err)
	}
}

func TestBatchOfUnknownOutcomeIsNeverResent(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: scale()}, func(s *story) {
		s.check(s.lines(20, nil))
		s.account.Fault("POST /v2/batch", simulator.Fault{Times: 1, DropAfter: true})
		s.Press("y")
		s.until("only you can tell", 3*time.Minute)
		s.Press("5", "enter")
		s.Sees("unknown outcome", "takes.jsonl", "similar: you have to judge")
		s.Press("R")
		s.Sees("a batch is never sent again")
		s.Press("enter")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Press("esc", "2")
		s.DoesNotSee("maybe charged")
		if s.batchPosts() != 1 {
			s.t.Errorf("%d requests", s.batchPosts())
		}
	})
}
