package state

import (
	"fmt"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/table"
)

// ours returns a store with one running job of ours, estimated at $0.50.
func ours() *Store {
	s := NewStore()
	s.BringLabels(nil)
	s.BringLedger(ledger.New([]ledger.Entry{booked(1, noon, 500_000)}), noon)
	s.Observe([]Generation{row(1, api.Processing)}, noon)
	return s
}

// ends ends the job.
func ends(s *Store, status api.Status, now time.Time) {
	g := row(1, status)
	g.Length = 10
	s.Observe([]Generation{g}, now)
}

// asked returns the query for the cost of a job that the poller makes within
// some time; ok is false if it makes none. All other queries get an empty
// answer.
func asked(p *Poller, s *Store, now *time.Time, within time.Duration) (q Query, ok bool) {
	for end := now.Add(within); !now.After(end); *now = now.Add(time.Second) {
		for _, q := range p.Due(*now, s) {
			if q.Topic == Charges {
				return q, true
			}
			p.Apply(*now, s, q, Answer{})
		}
	}
	return Query{}, false
}

func costs(availability string, total *api.Micros, after api.Seconds) Answer {
	return CostsAnswer(api.Costs{Availability: text.Text(availability), Total: total, RetryAfter: after}, nil)
}

// said returns news in short form.
func said(news []ledger.Entry) (words []string) {
	for i := range news {
		amount := "-"
		if news[i].Actual != nil {
			amount = news[i].Actual.String()
		}
		words = append(words, fmt.Sprintf("%s %s%s", news[i].Outcome, amount, news[i].Basis))
	}
	return words
}

func TestCostOfAnEndedJobIsRecorded(t *testing.T) {
	amount := api.Micros(470_000)
	nothing := api.Micros(0)
	network := &api.Error{Kind: api.KindServer}
	for _, c := range []struct {
		why     string
		status  api.Status
		answers []Answer
		priced  bool
		want    string
		final   outbox.Cost
	}{
		{"the server says what it cost", api.Completed, []Answer{costs("complete", &amount, 0)}, true, "[COMPLETED - ] [ $0.47billed]", outbox.Cost{}},
		{"a failed job may cost nothing, if the server says so", api.Failed, []Answer{costs("complete", &nothing, 0)}, true, "[FAILED - ] [ $0.00billed]", outbox.Cost{}},
		{"later", api.Completed, []Answer{costs("pending", nil, 15), costs("partial", nil, 15), {Err: network}, costs("complete", &amount, 0)}, true, "[COMPLETED - ] [ $0.47billed]", outbox.Cost{}},
		{"a server without costs", api.Completed, []Answer{{Err: api.ErrUnsupported}}, true, "[COMPLETED - ] [ $0.50derived]", outbox.Cost{}},
		{"a job the server has forgotten", api.Completed, []Answer{{Err: &api.Error{Kind: api.KindNotFound}}}, true, "[COMPLETED - ] [ $0.50derived]", outbox.Cost{}},
		{"nobody tells, and there is no price", api.Completed, []Answer{costs("unavailable", nil, 0)}, false, "[COMPLETED - ] []", outbox.Cost{}},
		{"nobody tells what a failed job cost", api.Failed, []Answer{{Err: api.ErrUnsupported}}, true, "[FAILED - ] []", outbox.Cost{}},
	} {
		s, p, now := ours(), NewPoller(DefaultPace()), noon.Add(time.Minute)
		if c.priced {
			s.Prices.Learn("lipsync-2", estimate(250, 500_000))
		}
		ends(s, c.status, now)
		got := fmt.Sprintf("[%s ]", said(s.TakeNews(now, 10))[0])
		for i, answer := range c.answers {
			q, ok := asked(p, s, &now, 5*time.Minute)
			if !ok || q.Job != jobID(1) {
				t.Errorf("%s: query %d was for %q", c.why, i, q.Job)
			}
			p.Apply(now, s, q, answer)
		}
		got += " " + fmt.Sprint(said(s.TakeNews(now, 10)))
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
		if q, again := asked(p, s, &now, 2*time.Hour); again {
			t.Errorf("%s: asked again for %s", c.why, q.Job)
		}
	}
}

func TestPendingCostIsGivenUpAfterADay(t *testing.T) {
	s, p, now := ours(), NewPoller(DefaultPace()), noon.Add(time.Minute)
	s.Prices.Learn("lipsync-2", estimate(250, 500_000))
	ends(s, api.Completed, now)
	questions := 0
	for {
		q, ok := asked(p, s, &now, 2*time.Hour)
		if !ok {
			break
		}
		questions++
		p.Apply(now, s, q, costs("pending", nil, 15))
	}
	if hours := now.Sub(noon).Hours(); hours < 24 || hours > 30 || questions < 20 || questions > 60 {
		t.Errorf("%d questions in %.0f hours", questions, hours)
	}
	if e, _ := s.Ledger.Find(jobID(1)); e.Actual != nil {
		t.Errorf("it cost %s before anybody derived it", e.Actual)
	}
	s.TakeNews(now, 10)
	if e, _ := s.Ledger.Find(jobID(1)); e.Actual == nil || *e.Actual != 500_000 || e.Basis != ledger.BasisDerived {
		t.Errorf("given up, but not derived: %+v", e)
	}
}

func TestDerivedCostWaitsForThePrice(t *testing.T) {
	s, p, now := ours(), NewPoller(DefaultPace()), noon.Add(time.Minute)
	ends(s, api.Completed, now)
	q, _ := asked(p, s, &now, time.Minute)
	p.Apply(now, s, q, Answer{Err: api.ErrUnsupported})
	if got := fmt.Sprint(said(s.TakeNews(now, 10))); got != "[COMPLETED -]" {
		t.Fatal(got)
	}
	s.Prices.Learn("lipsync-2", estimate(250, 400_000))
	if got := fmt.Sprint(said(s.TakeNews(now, 10))); got != "[ $0.40derived]" {
		t.Error(got)
	}
	amount := api.Micros(390_000)
	s.Billed(jobID(1), api.Costs{Total: &amount, Availability: "complete"}, now)
	s.Billed(jobID(1), api.Costs{Total: &amount, Availability: "complete"}, now)
	if got := fmt.Sprint(said(s.TakeNews(now, 10))); got != "[ $0.39billed]" {
		t.Error(got)
	}
}

// Costs of jobs from the journal are requested as if there had been no restart,
// in whatever order lists and ledger load.
func TestCostsContinueAfterARestart(t *testing.T) {
	done := row(1, api.Completed)
	done.Length = 10
	entries := func() []ledger.Entry { return []ledger.Entry{booked(1, noon, 500_000)} }
	for name, bring := range map[string]func(s *Store){
		"lists first":  func(s *Store) { s.RecallGenerations([]Generation{done}); s.BringLedger(ledger.New(entries()), noon) },
		"ledger first": func(s *Store) { s.BringLedger(ledger.New(entries()), noon); s.RecallGenerations([]Generation{done}) },
		"the end is booked": func(s *Store) {
			s.BringLedger(ledger.New(append(entries(), ledger.Entry{Job: jobID(1), Outcome: "COMPLETED", Seconds: 10})), noon)
		},
	} {
		s, p, now := NewStore(), NewPoller(DefaultPace()), noon.Add(time.Hour)
		bring(s)
		if q, ok := asked(p, s, &now, time.Minute); !ok || q.Job != jobID(1) {
			t.Errorf("%s: asked for %q", name, q.Job)
		}
		if e, _ := s.Ledger.Find(jobID(1)); e.Outcome != "COMPLETED" || e.Seconds != 10 {
			t.Errorf("%s: %+v", name, e)
		}
	}
	s, p, now := NewStore(), NewPoller(DefaultPace()), noon.Add(40*24*time.Hour)
	s.BringLedger(ledger.New(append(entries(), ledger.Entry{Job: jobID(1), Outcome: "FAILED"})), now)
	s.TakeNews(now, 1)
	if q, ok := asked(p, s, &now, time.Hour); ok {
		t.Errorf("asked for %s of last month", q.Job)
	}
}

// A batch is one entry, and the server does not tell its cost.
func TestBatchIsOneEntry(t *testing.T) {
	s, p, now := NewStore(), NewPoller(DefaultPace()), noon
	s.Accept(&outbox.Submission{ID: "s1", Kind: outbox.SubmitBatch, BatchID: "b1", SentAt: noon, Model: "lipsync-2", Price: outbox.Price{Cost: new(api.Micros(7))}})
	q := Query{Topic: Batches, ticket: s.Batches.Ask(now)}
	kinds()[Batches].apply(s, q, BatchesAnswer(api.List[api.Batch]{Items: []api.Batch{{ID: "b1", Status: api.BatchCompleted}}}, nil), now)
	if got := fmt.Sprint(said(s.TakeNews(now, 10))); got != "[COMPLETED -]" {
		t.Error(got)
	}
	if q, ok := asked(p, s, &now, time.Hour); ok {
		t.Errorf("asked for %s", q.Job)
	}
}

// If a thousand jobs end at once, a few costs are requested per minute, and
// none while requests are stopped.
func TestCostsAreRequestedSlowly(t *testing.T) {
	s, p, now := NewStore(), NewPoller(DefaultPace()), noon
	var entries []ledger.Entry
	for n := range 1000 {
		entries = append(entries, booked(n, noon.Add(-time.Duration(n)*time.Second), 1), ledger.Entry{Job: jobID(n), Outcome: "COMPLETED"})
	}
	s.BringLedger(ledger.New(entries), now)
	count := func(d time.Duration) (n int) {
		for end := now.Add(d); now.Before(end); {
			q, ok := asked(p, s, &now, end.Sub(now))
			if !ok {
				return n
			}
			n++
			amount := api.Micros(1)
			p.Apply(now, s, q, costs("complete", &amount, 0))
		}
		return n
	}
	if n := count(10 * time.Minute); n < 20 || n > 40 {
		t.Errorf("%d questions in ten minutes at rest", n)
	}
	p.Pause(true)
	if n := count(10 * time.Minute); n > 0 {
		t.Errorf("%d questions while paused", n)
	}
	p.Pause(false)
	p.BackOff(now.Add(5*time.Minute), "wait")
	if n := count(4 * time.Minute); n > 0 {
		t.Errorf("%d questions while held", n)
	}
}

func TestLabelsAreInListsAndLedger(t *testing.T) {
	s := NewStore()
	s.BringLabels(map[string][]string{string(jobID(1)): {"acme"}, string(jobID(2)): {""}, "s3": {"zeta"}})
	first, second := booked(1, noon, 10), booked(2, noon, 20)
	first.Label, second.Label = "old name", "taken off since"
	s.RecallGenerations([]Generation{row(1, api.Completed)})
	s.BringLedger(ledger.New([]ledger.Entry{first, second}), noon)
	s.Accept(&outbox.Submission{ID: "s3", Kind: outbox.SubmitGeneration, GenerationID: jobID(3), SentAt: noon, Price: outbox.Price{Cost: new(api.Micros(30))}})
	s.Observe([]Generation{row(1, api.Completed), row(3, api.Pending)}, noon)
	find := func(text string) string {
		var v table.View[Generation]
		v.Update(&s.Generations, table.Query{Text: text})
		var w table.View[ledger.Entry]
		w.Update(s.Ledger.Rows(), table.Query{Text: text})
		return fmt.Sprint(v.Len(), w.Len())
	}
	for _, step := range []struct{ text, want string }{
		{"label:acme", "1 1"}, {"acme", "1 1"}, {"label:zeta", "1 1"}, {"label:old", "0 0"}, {"label:taken", "0 0"},
	} {
		if got := find(step.text); got != step.want {
			t.Errorf("%s: %s, want %s", step.text, got, step.want)
		}
	}
	s.SetLabel(jobID(1), "beta")
	s.SetLabel(jobID(3), "")
	s.Observe([]Generation{row(1, api.Completed), row(3, api.Processing)}, noon)
	if got := find("label:beta") + find("label:zeta") + find("acme"); got != "1 10 00 0" {
		t.Errorf("after labelling anew: %s", got)
	}
	var sums string
	for _, g := range s.Ledger.Groups(ledger.ByLabel, time.UTC) {
		sums += fmt.Sprintf("%s=%d ", g.Key, g.Cost)
	}
	if sums != "=50 beta=10 " {
		t.Errorf("by label: %s", sums)
	}
}

func TestLedgerIsRelabelled(t *testing.T) {
	first, second, third := booked(1, noon, 1), booked(2, noon, 2), booked(3, noon, 4)
	first.Label, second.Label, third.Label = "booked", "taken off since", "kept"
	l := ledger.New([]ledger.Entry{first, second, third})
	l.Relabel(map[string][]string{string(jobID(1)): {"acme", "other"}, string(jobID(2)): {""}, "s3": {"never"}})
	var sums string
	for _, g := range l.Groups(ledger.ByLabel, time.UTC) {
		sums += fmt.Sprintf("%s=%d ", g.Key, g.Cost)
	}
	if sums != "kept=4 =2 acme=1 " {
		t.Error(sums)
	}
}

func TestLabelIsOneShortLine(t *testing.T) {
	for label, fine := range map[string]bool{"": true, " acme GmbH, Köln ": true, "a\nb": false, "a\x1b[31m": false, "a\u202eb": false} {
		if _, words := draft.CheckLabel(label); (words == "") != fine {
			t.Errorf("%q: %q", label, words)
		}
	}
	long := ""
	for range draft.MaxLabel {
		long += "ä"
	}
	_, fits := draft.CheckLabel(long)
	if _, words := draft.CheckLabel(long + "x"); fits != "" || words == "" {
		t.Error("64 characters are the most")
	}
	if p := (draft.Draft{Label: long + "x"}).Check(draft.FieldLabel, draft.CheckEnv{}); !p.Blocks() {
		t.Error("a draft takes any label")
	}
}

// A job may be accepted before the journal's ledger is read. Views see both
// afterwards.
func TestEntriesBookedBeforeTheLedgerLoadsStay(t *testing.T) {
	for _, text := range []string{"", "lipsync"} {
		s := NewStore()
		for n := range 5 {
			s.Accept(&outbox.Submission{
				ID: fmt.Sprint("s", n), Kind: outbox.SubmitGeneration, GenerationID: jobID(n), SentAt: noon, Model: "lipsync-2",
				Name: "clip", Price: outbox.Price{Cost: new(api.Micros(1))},
			})
		}
		var v table.View[ledger.Entry]
		q := table.Query{Text: text}
		v.Update(s.Ledger.Rows(), q)
		if s.Ledger.Known() || v.Len() != 5 {
			t.Errorf("before: known %t, %d rows", s.Ledger.Known(), v.Len())
		}
		ended := ledger.Entry{Job: jobID(1), Outcome: "COMPLETED"}
		s.BringLedger(ledger.New([]ledger.Entry{booked(1, noon, 1), booked(7, noon.Add(-time.Hour), 1), ended}), noon)
		v.Update(s.Ledger.Rows(), q)
		if !s.Ledger.Known() || v.Len() != 6 || s.Ledger.Total().Cost != 6 {
			t.Errorf("%q: known %t, %d rows, %s in all", text, s.Ledger.Known(), v.Len(), s.Ledger.Total().Cost)
		}
		if e, _ := s.Ledger.Find(jobID(1)); e.Outcome != "COMPLETED" || e.Name != "clip" {
			t.Errorf("%+v", e)
		}
	}
}

// A long ledger is gone through in portions, and no entry is missed if others
// are booked in between.
func TestALongLedgerIsFollowedInPortions(t *testing.T) {
	s := NewStore()
	var entries []ledger.Entry
	for i := range 2*entriesAtOnce + 10 {
		e := booked(i, noon.Add(-time.Duration(i)*time.Minute), 1)
		e.Label, e.Outcome = "promo", "COMPLETED"
		entries = append(entries, e)
	}
	more, portions := s.BringLedger(ledger.New(entries), noon), 1
	for ; more; portions++ {
		s.Own(api.ID(fmt.Sprint("new", portions)), "sync-3", 1, noon.Add(time.Hour))
		s.Own(api.ID(fmt.Sprint("old", portions)), "sync-3", 1, noon.Add(-900*time.Minute))
		more = s.FollowLedger(noon)
	}
	if portions != 3 {
		t.Errorf("%d portions", portions)
	}
	for i := range entries {
		if s.LabelOf(entries[i].Job) != "promo" || !s.costs.begun[entries[i].Job] {
			t.Fatalf("entry %d was missed", i)
		}
	}
}
