package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/ui"
)

// budgetDoor is a way to spend. It leads to a question that costs more than its
// limit leaves, for jobs with the label Acme in the project Night.
type budgetDoor struct {
	name  string
	limit api.Micros // of the month
	price api.Micros // what the budget needs for it, with all before
	asks  string     // the question
	enter func(s *story)
}

// budgetDoors lists all of them.
func budgetDoors() []budgetDoor {
	const send = "Send this job?"
	return []budgetDoor{
		{name: "form", limit: 1_000_000, price: 1_250_000, asks: send, enter: func(s *story) { s.forAcme("one") }},
		{name: "form, an unknown outcome again", limit: 2_000_000, price: 2_500_000, asks: send, enter: func(s *story) {
			s.loseForAcme()
			s.Press("1", "n", "ctrl+s")
			s.Pass(2 * time.Second)
		}},
		{name: "job set", limit: 1_000_000, price: 1_050_000, asks: "Send 3 jobs?", enter: func(s *story) { s.setForAcme(3, "tab") }},
		{name: "job set with a pilot", limit: 1_000_000, price: 1_050_000, asks: "Send 1 job as a pilot, and 2 later?", enter: func(s *story) {
			s.setForAcme(3)
		}},
		{name: "job set as a batch", limit: 6_000_000, price: 7_000_000, asks: "Send 20 jobs as a batch?", enter: func(s *story) {
			s.setForAcme(20, "tab", "tab")
			s.Sees("[x] send all of them as a batch")
		}},
		{name: "batch form", limit: 11_000_000, price: 12_000_000, asks: "Send this batch of 20 jobs?", enter: (*story).batchForAcme},
		{name: "one job again", limit: 2_000_000, price: 2_500_000, asks: send, enter: func(s *story) {
			s.agreeForAcme("one")
			s.Press("1")
			s.rerun("one")
			s.Press("ctrl+s")
			s.Pass(time.Second)
		}},
		{name: "marked jobs again", limit: 4_000_000, price: 5_000_000, asks: "Send 2 jobs?", enter: func(s *story) {
			s.agreeForAcme("one")
			s.agreeForAcme("two")
			s.Press("1", "a", ".")
			s.Pass(2 * time.Second)
			s.Press("enter")
			s.Pass(time.Second)
		}},
		{name: "marked jobs with another model", limit: 6_000_000, price: 6_662_500, asks: "Send 2 jobs?", enter: func(s *story) {
			s.agreeForAcme("one")
			s.agreeForAcme("two")
			s.Press("1", "a", "m")
			s.Pass(time.Second)
			s.Press("j", "j", "enter")
			s.Pass(2 * time.Second)
			s.Press("enter")
			s.Pass(time.Second)
		}},
		{name: "edited in the queue", limit: 1_500_000, price: 2_000_000, asks: send, enter: func(s *story) {
			s.account.SetRunning(15)
			s.agreeForAcme("one")
			s.Press("5", "e")
			s.refill("Video", s.media("talk_40s.mp4"))
			s.refill("Audio", s.media("line_40s.wav"))
			s.Press("ctrl+s")
			s.Pass(time.Second)
		}},
		{name: "the price went up", limit: 8_000_000, price: 8_880_000, asks: send, enter: func(s *story) {
			s.account.SetRunning(15)
			s.agreeForAcme("one")
			s.rise()
		}},
		{name: "sent again", limit: 2_000_000, price: 2_500_000, asks: "Send it again?", enter: func(s *story) {
			s.loseForAcme()
			s.until("only you can tell", 3*time.Minute)
			s.Press("5", "enter", "R")
			s.Pass(2 * time.Second)
		}},
	}
}

// part is whose month a budget is.
type part struct {
	whose string // as a refusal names it
	guard func(l *ledger.Limit) ledger.Guard
}

func parts() []part {
	return []part{
		{"", func(l *ledger.Limit) ledger.Guard { return ledger.Guard{Monthly: l} }},
		{" of the label acme", func(l *ledger.Limit) ledger.Guard {
			return ledger.Guard{Labels: []ledger.Share{{Name: "acme", Monthly: l}}}
		}},
		{" of the project night", func(l *ledger.Limit) ledger.Guard {
			return ledger.Guard{Projects: []ledger.Share{{Name: "night", Monthly: l}}}
		}},
	}
}

// At every door of the dashboard a hard budget refuses, and a soft one wants the
// amount typed: that of the account, of a label, and of a project. Exactly at the
// budget the question is as always.
func TestBudgetsHoldAtEveryDoor(t *testing.T) {
	t.Parallel()
	for _, d := range budgetDoors() {
		for _, p := range parts() {
			for _, c := range []struct {
				name string
				at   ledger.Limit
			}{{"hard", ledger.Limit{Amount: d.limit, Hard: true}}, {"soft", ledger.Limit{Amount: d.limit}}, {"enough", ledger.Limit{Amount: d.price, Hard: true}}} {
				if c.name == "enough" && !strings.Contains(p.whose, "label") {
					continue
				}
				t.Run(d.name+p.whose+", "+c.name, func(t *testing.T) {
					t.Parallel()
					tell(t, budgeted(p.guard(&c.at)), func(s *story) {
						s.Pass(5 * time.Second)
						d.enter(s)
						s.meets(&d, p.whose, &c.at)
					})
				})
			}
		}
	}
}

// meets checks what the user sees at the door.
func (s *story) meets(d *budgetDoor, whose string, at *ledger.Limit) {
	s.t.Helper()
	before := len(s.account.Accepted()) + len(s.account.AcceptedBatches())
	budget := fmt.Sprintf("the monthly budget%s is %s", whose, at.Amount)
	switch {
	case at.Amount == d.price:
		s.Sees(d.asks)
		s.DoesNotSee("typed in full", "within the budget")
		return
	case at.Hard:
		s.Sees("ot within the budget", budget)
		s.DoesNotSee(d.asks)
	default:
		s.Sees(d.asks, "typed in full", budget)
	}
	s.Press("y", "enter")
	s.Pass(2 * time.Second)
	if n := len(s.account.Accepted()) + len(s.account.AcceptedBatches()); n != before {
		s.t.Errorf("%d more were sent\n%s", n-before, s.Screen())
	}
}

// budgeted is an account with a project, whose answers can be lost.
func budgeted(g ledger.Guard) stage {
	return stage{
		account: simulator.Options{Profile: simulator.Current, Plan: simulator.Scale, Generations: -1, IgnoreKeys: true}, width: 150, height: 45,
		prepare: func(a *simulator.Server) { a.AddProject(simulator.Project{Name: "Night"}) },
		config:  func(c *ui.Config) { c.Guard, c.Project = g, "Night" },
	}
}

// forAcme prices a job with the label and the project.
func (s *story) forAcme(name string) {
	s.t.Helper()
	s.Press("1", "n")
	s.fillInto(name)
	s.fill("Label", "Acme")
	s.Press("ctrl+s")
	s.Pass(time.Second)
}

func (s *story) agreeForAcme(name string) {
	s.t.Helper()
	s.forAcme(name)
	s.Sees("Send this job?")
	s.Press("y")
	s.Pass(time.Second)
}

// loseForAcme agrees to a job and loses its answer.
func (s *story) loseForAcme() {
	s.t.Helper()
	s.account.Fault(creating, simulator.Fault{Times: 1, DropBefore: true})
	s.agreeForAcme("gone")
	s.Sees("maybe charged")
}

// setForAcme prices a set of jobs, chooses the way with some keys, and goes on.
func (s *story) setForAcme(n int, keys ...string) {
	s.t.Helper()
	s.Press("1", "N")
	s.refill("Videos or a list", s.table("season", n))
	s.refill("Label", "Acme")
	s.Press("ctrl+s")
	s.Pass(time.Second)
	s.Press("ctrl+s")
	s.Pass(5 * time.Second)
	s.Press(keys...)
	s.Press("enter")
	s.Pass(2 * time.Second)
}

// batchForAcme prices a batch file whose lines name the project.
func (s *story) batchForAcme() {
	s.t.Helper()
	all, err := s.client().Projects(s.t.Context())
	if err != nil || len(all.Items) == 0 {
		s.t.Fatal(all, err)
	}
	night := all.Items[len(all.Items)-1].ID
	path := s.lines(20, func(_ int, line string) string {
		return strings.Replace(line, `"payload":{`, fmt.Sprintf(`"payload":{"projectId":%q,`, night), 1)
	})
	s.Press("2", "N")
	s.Paste(path)
	s.fill("Label", "Acme")
	s.Press("ctrl+s")
	s.Pass(3 * time.Second)
}

// rise raises the price of what waits, and opens it once a slot is free.
func (s *story) rise() {
	s.t.Helper()
	s.Pass(outbox.PriceValid)
	s.account.Fault("POST /v2/generations/estimate", simulator.Fault{Status: 200, Body: `{"estimatedFrameCount":625,"estimatedGenerationCost":8.88}`})
	s.account.SetRunning(0)
	s.Press("5")
	s.until("price up", time.Minute)
	s.Press("enter")
	s.Pass(2 * time.Second)
}

// A job that was labelled later is run again under that label, so that its budget
// counts it.
func TestBudgetOfALaterLabelCountsJobsRunAgain(t *testing.T) {
	t.Parallel()
	g := ledger.Guard{Labels: []ledger.Share{{Name: "acme", Monthly: dollars(2_000_000, true)}}}
	tell(t, budgeted(g), func(s *story) {
		s.Pass(5 * time.Second)
		s.agree("one")
		s.Press("1")
		s.on("one")
		s.Press("t")
		s.Type("Acme")
		s.Press("enter")
		s.Pass(time.Second)
		s.rerun("one")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("Not within the budget", "the monthly budget of the label acme")
	})
}

// As long as the names of the projects can't be read, nothing is bought in one that
// may have a budget.
func TestBudgetOfAProjectWaitsForItsName(t *testing.T) {
	t.Parallel()
	st := budgeted(ledger.Guard{Projects: []ledger.Share{{Name: "night", Monthly: dollars(1_000_000, true)}}})
	prepare, night := st.prepare, ""
	st.prepare = func(a *simulator.Server) {
		prepare(a)
		night = a.AddProject(simulator.Project{Name: "Night 2"})
		a.Fault("GET /v2/projects", simulator.Fault{Status: 500, Body: "{}"})
	}
	tell(t, st, func(s *story) {
		s.Press("n")
		s.fillInto("one")
		s.fill("Project", night)
		s.Press("ctrl+s")
		s.Pass(2 * time.Second)
		s.Sees("can't be checked until the projects are read")
		s.DoesNotSee("Send this job?")
		s.account.ClearFaults()
		s.Pass(10 * time.Minute)
		s.Press("ctrl+s")
		s.Pass(2 * time.Second)
		s.Sees("Send this job?")
	})
}

// A set whose jobs have several labels does not go as a batch where labels have
// budgets, because a batch has one label.
func TestBudgetsOfLabelsKeepJobsOfSeveralApart(t *testing.T) {
	t.Parallel()
	tell(t, budgeted(ledger.Guard{Labels: []ledger.Share{{Name: "acme", Monthly: dollars(90_000_000, true)}}}), func(s *story) {
		s.Press("1", "N")
		s.refill("Videos or a list", s.table("season", 20))
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Press("space", "e")
		s.refill("Label", "Acme")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Press("ctrl+s")
		s.Pass(5 * time.Second)
		s.Sees("not as a batch: the jobs have several labels")
	})
}
