package outbox

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/api"
)

func TestSlotSources(t *testing.T) {
	learned := func(n int, ago time.Duration) Learned { return Learned{n, noon.Add(-ago)} }
	for _, c := range []struct {
		slots Slots
		n     int
		by    SlotSource
	}{
		{Slots{}, 0, SlotsUnknown},
		{Slots{Configured: 3}, 3, SlotsConfigured},
		{Slots{Configured: 3, Named: learned(6, time.Hour)}, 6, SlotsNamed},
		{Slots{Configured: 3, Named: learned(6, 25*time.Hour)}, 3, SlotsConfigured},
		{Slots{Configured: 3, Set: 4}, 4, SlotsSet},
		{Slots{Set: 4, Named: learned(6, 0)}, 4, SlotsSet},
		{Slots{Set: 9, Named: learned(6, 0)}, 6, SlotsNamed},
		{Slots{Set: 99}, 99, SlotsSet},
		{Slots{Tried: learned(4, 23*time.Hour)}, 4, SlotsTried},
		{Slots{Tried: learned(4, 0), Told: learned(6, 0)}, 6, SlotsTold},
		{Slots{Configured: 2, Told: learned(6, 0)}, 2, SlotsConfigured},
		{Slots{Named: learned(5, 0), Told: learned(6, 0)}, 5, SlotsNamed},
		{Slots{Tried: learned(4, 24*time.Hour)}, 0, SlotsUnknown},
		{Slots{Tried: learned(40, 0)}, MostTried, SlotsTried},
		{Slots{Tried: learned(4, 0), Configured: 2}, 2, SlotsConfigured},
	} {
		if n, by := c.slots.Known(noon); n != c.n || by != c.by {
			t.Errorf("%+v: %d, %d; want %d, %d", c.slots, n, by, c.n, c.by)
		}
	}
}

func TestChosenSlotsReplaceLearnedOnes(t *testing.T) {
	s := Slots{Configured: 2}
	s.Tell(6, noon)
	s.Choose(9)
	if n, by := s.Known(noon); n != 9 || by != SlotsSet {
		t.Errorf("%d, %d: what was told before counts", n, by)
	}
	s.Tell(8, noon)
	if n, by := s.Known(noon); n != 8 || by != SlotsNamed {
		t.Errorf("%d, %d: what was told since does not count", n, by)
	}
	s.Choose(0)
	if s != (Slots{Configured: 2}) {
		t.Errorf("left: %+v", s)
	}
}

// Lists show other people's jobs late, so more jobs may have run at the refusal
// than were seen then.
func TestRefusedCountIsCorrectedByLaterLists(t *testing.T) {
	var s Slots
	full := &api.Error{Kind: api.KindConcurrency, Status: 429}
	s.refused(full, 2, noon)
	s.settle(5, noon.Add(15*time.Second))
	s.settle(4, noon.Add(16*time.Second))
	s.settle(9, noon.Add(time.Minute))
	if n, by := s.Known(noon); n != 5 || by != SlotsTried {
		t.Errorf("%d, %d", n, by)
	}
	counted := *full
	counted.Active = 3
	s.refused(&counted, 2, noon)
	s.settle(5, noon.Add(time.Second))
	if s.Tried.N != 3 {
		t.Errorf("the server counted 3, and %d are believed", s.Tried.N)
	}
}

func TestOnlyConcurrencyRefusalsTeach(t *testing.T) {
	for _, e := range []*api.Error{
		{Kind: api.KindRateLimited, Status: 429, Slots: 3, Active: 3},
		{Kind: api.KindServer, Status: 503, Slots: 3},
		{Kind: api.KindPayment, Status: 402, Slots: 3},
		{Kind: api.KindConcurrency, Status: 429, Slots: 5, Active: 5, Message: "Batch concurrency limit reached. Wait for a batch to finish."},
		{Kind: api.KindConcurrency, Status: 429, Code: "batch_concurrency_limit_reached"},
	} {
		var s Slots
		if s.refused(e, 2, noon); s != (Slots{}) {
			t.Errorf("%+v taught %+v", e, s)
		}
	}
	o := outboxOf(t, 0)
	batch := submissionIn(t, SubmissionConfirmed)
	batch.Kind = SubmitBatch
	task, err := o.Leave(batch, noon)
	if err != nil {
		t.Fatal(err)
	}
	o.answer(t, task, api.Limited, &api.Error{Kind: api.KindConcurrency, Status: 429, Slots: 5}, noon)
	if o.Slots != (Slots{}) {
		t.Errorf("a batch taught %+v", o.Slots)
	}
}

// plan is an account that other people use too, with a number of slots that it
// may or may not tell. Its lists are always a while old.
type plan struct {
	t       *rapid.T
	chance  *rand.Rand
	slots   int
	tells   int // 0: nothing, 1: the limit, 2: how many run
	jobs    []planJob
	seen    []planJob // jobs in the lists
	pending []planJob // jobs in the next lists
	told    time.Time
}

type planJob struct {
	ours bool
	made time.Time
	ends time.Time
}

// between returns a number of seconds.
func (p *plan) between(low, high int) time.Duration {
	return time.Duration(low+p.chance.IntN(high-low+1)) * time.Second
}

func (p *plan) live(now time.Time) int {
	p.jobs = slices.DeleteFunc(p.jobs, func(j planJob) bool { return !now.Before(j.ends) })
	return len(p.jobs)
}

// pass advances the account by a second.
func (p *plan) pass(now time.Time, others int) {
	for p.live(now) < p.slots && p.chance.IntN(100) < others {
		p.jobs = append(p.jobs, planJob{made: now, ends: p.end(now)})
	}
	if !now.Before(p.told) {
		p.seen = p.pending
		p.live(now)
		p.pending = slices.Clone(p.jobs)
		p.told = now.Add(p.between(2, 6))
	}
}

func (p *plan) end(now time.Time) time.Time {
	return now.Add(p.between(5, 90))
}

func (p *plan) occupancy(o *Outbox, outage bool) Occupancy {
	full := Occupancy{Running: len(p.seen), Outage: outage}
	for _, j := range p.seen {
		if j.ours {
			full.Ours++
		}
		if !j.made.After(o.Slots.Tried.At) {
			full.Earlier++
		}
	}
	return full
}

// post sends a paid request and returns its answer and error.
func (p *plan) post(now time.Time) (api.Outcome, error) {
	if n := p.live(now); n >= p.slots {
		e := &api.Error{Kind: api.KindConcurrency, Status: 429}
		switch p.tells {
		case 1:
			e.Slots, e.Active = p.slots, n
		case 2:
			e.Active = n
		}
		return api.Limited, e
	}
	switch p.chance.IntN(40) {
	case 0:
		return api.Unknown, &api.Error{Kind: api.KindNetwork, Sent: true}
	case 1:
		return api.NotSent, &api.Error{Kind: api.KindNetwork}
	case 2:
		return api.Limited, &api.Error{Kind: api.KindRateLimited, Status: 429, RetryAfter: 3 * time.Second}
	}
	j := planJob{ours: true, made: now, ends: p.end(now)}
	p.jobs, p.seen, p.pending = append(p.jobs, j), append(p.seen, j), append(p.pending, j)
	return api.Accepted, nil
}

// search is an outbox on such a plan, with the facts to check.
type search struct {
	*plan
	o       *Outbox
	now     time.Time
	away    *Task // on its way
	lands   time.Time
	best    int       // this many ran when one of ours was accepted, or fewer since
	full    time.Time // the last refusal without a number, zero after another answer
	ended   bool      // a job has ended since
	before  int       // jobs running at the last look
	sent    []string
	unknown map[string]time.Time
}

// leaves judges a request that is sent.
func (s *search) leaves(task Task, full Occupancy, paused bool) {
	running, reserve := full.Running, s.o.Queue.Reserve
	if s.away != nil {
		s.t.Fatalf("%s leaves while another is on its way", task.Submission.ID)
	}
	if paused {
		s.t.Fatalf("%s leaves while the queue is paused", task.Submission.ID)
	}
	_, by := s.o.Slots.Known(s.now)
	alone := full.Ours == 0 && (by == SlotsTried || by == SlotsUnknown)
	if n := running + 1; by != SlotsNamed && n > max(1, MostTried-reserve) && !alone {
		s.t.Fatalf("%s is number %d, with %d reserved", task.Submission.ID, n, reserve)
	}
	if try := running >= s.best && !alone && by == SlotsUnknown; try && (full.Outage || len(s.unknown) > 0) {
		s.t.Fatalf("one more than %d is tried with %d unknown outcomes, outage: %t", s.best, len(s.unknown), full.Outage)
	}
	if wait := s.now.Sub(s.full); !s.full.IsZero() && !s.ended && wait < slotRetry {
		s.t.Fatalf("tried again %s after a refusal, and none was seen to end", wait)
	}
	s.away, s.ended = &task, false
	s.lands = s.now.Add(s.between(0, 3))
}

// lands applies the answer to the current request.
func (s *search) land() {
	task, running := *s.away, s.o.Queue.running
	s.away = nil
	told, tried := s.o.Slots.Named, s.o.Slots.Tried
	outcome, err := s.post(s.now)
	d := TaskResult{Task: task, Submission: task.Submission, Err: err}
	id := api.ID("")
	if outcome == api.Accepted {
		id = api.ID("job-" + task.Submission.ID)
	}
	if err := d.Submission.Answer(outcome, id, "", s.now); err != nil {
		s.t.Fatal(err)
	}
	s.o.Apply(d, s.now)
	e, refused := err.(*api.Error)
	full := refused && e.Kind == api.KindConcurrency
	if !full && (s.o.Slots.Named != told || s.o.Slots.Tried != tried) {
		s.t.Fatalf("%v taught %+v", err, s.o.Slots)
	}
	switch {
	case full:
		s.full = s.now
		s.best = min(s.best, max(running, e.Active))
		if s.tells == 1 && s.o.Slots.Named.N != s.slots {
			s.t.Fatalf("%d were told, and %d are known", s.slots, s.o.Slots.Named.N)
		}
	case outcome == api.Accepted:
		s.full, s.sent = time.Time{}, append(s.sent, task.Submission.ID)
		s.best = max(s.best, running+1)
	case outcome == api.Unknown:
		s.unknown[task.Submission.ID] = s.now.Add(s.between(5, 60))
	}
}

// settle settles the unknown outcomes that are due: their requests
// created nothing.
func (s *search) settle() {
	for id, at := range s.unknown {
		if s.now.Before(at) {
			continue
		}
		delete(s.unknown, id)
		sub := s.o.unresolved[id]
		if err := sub.Drop(s.now); err != nil {
			s.t.Fatal(err)
		}
		s.o.Put(sub, false)
	}
}

// step advances by a second.
func (s *search) step(outage, paused bool) {
	s.settle()
	if s.away != nil && !s.now.Before(s.lands) {
		s.land()
	}
	if _, stopped := s.o.Queue.Paused(); stopped && !paused { // by the queue itself, or no longer
		s.o.Queue.Resume()
	} else if paused {
		s.o.Queue.Pause("by you")
	}
	full := s.occupancy(s.o, outage)
	s.ended = s.ended || full.Running < s.before
	s.before = full.Running
	for _, task := range s.o.Due(s.now, full) {
		switch task.Kind {
		case TaskSend:
			s.leaves(task, full, paused)
		case TaskPrice:
			sub := task.Submission
			if err := sub.Reprice(sub.Price, s.now); err != nil {
				s.t.Fatal(err)
			}
			s.o.Apply(TaskResult{Task: task, Submission: sub}, s.now)
		}
	}
}

// With any number of slots and other users of them, with lost answers,
// all kinds of refusals, outages and pauses: one more job is tried at a time,
// never beyond a known limit or while an outcome is unknown, and everything is
// sent in the end.
func TestSlotsAreFoundByTrying(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &plan{
			t: t, chance: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "chance"), 1)),
			slots: rapid.SampledFrom([]int{1, 2, 3, 6, 15, 1000}).Draw(t, "slots"), tells: rapid.IntRange(0, 2).Draw(t, "tells"),
		}
		s := &search{plan: p, o: outboxOf(t, 0), now: noon, unknown: make(map[string]time.Time)}
		s.o.Queue.Reserve = rapid.IntRange(0, 3).Draw(t, "reserve")
		const many = 30
		for i := range many {
			s.o.Put(waiting(t, fmt.Sprintf("%02d", i)), false)
		}
		others := rapid.IntRange(0, 30).Draw(t, "others")
		outage, paused := 0, 0
		for second := range 20_000 {
			if s.o.Queue.Len() == 0 && s.away == nil {
				break
			}
			if second == 1000 {
				others = 0 // the others stop
			}
			s.now = s.now.Add(time.Second)
			if outage--; p.chance.IntN(200) == 0 {
				outage = 20
			}
			if paused--; p.chance.IntN(200) == 0 {
				paused = 20
			}
			p.pass(s.now, others)
			s.step(outage > 0, paused > 0)
		}
		if left := s.o.Queue.Len(); left > 0 {
			t.Fatalf("%d are left of %d, with %d slots and %+v", left, many, p.slots, s.o.Slots)
		}
		if !slices.IsSorted(s.sent) {
			t.Fatalf("sent in the order %v", s.sent)
		}
	})
}
