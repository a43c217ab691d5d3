package notify

import (
	"slices"
	"time"

	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/outbox"
	"dubtop/state/table"
)

// moment is how long ends are collected for one notice. What starts again within
// it, such as a set whose next row is sent, has not ended.
const moment = 2 * time.Second

// Teller finds out what ends. The zero Teller has seen nothing.
type Teller struct {
	Watches map[string]bool // ids of the jobs, batches and submissions that the user watches

	seen  versions
	live  map[string]bool // jobs and batches that run
	ended []Job           // since the last time nothing ran
	open  map[string]bool // sets with rows that have not ended
	sends bool            // something in the queue is going to be sent
	held  bool            // the queue is paused, and not by the user

	found []End
	since time.Time // when the first of them was found
}

// versions are the versions of all that the ends depend on.
type versions struct{ jobs, batches, outbox uint64 }

// Scene is what a Teller looks at.
type Scene struct {
	Store  *state.Store
	Outbox *outbox.Outbox
	Sets   []state.SetCount                  // those that may have ended, or not
	Why    func(*state.Generation) text.Text // why a job failed
}

// Watch makes the end of rows be told, or not any more.
func (t *Teller) Watch(id string, on bool) {
	if t.Watches == nil {
		t.Watches = make(map[string]bool)
	}
	if t.Watches[id] = on; !on {
		delete(t.Watches, id)
	}
}

// Next returns when a notice is due, zero if none is.
func (t *Teller) Next() time.Time {
	if len(t.found) == 0 {
		return time.Time{}
	}
	return t.since.Add(moment)
}

// Tell returns the ends that are due, and forgets them.
func (t *Teller) Tell(now time.Time) []End {
	if len(t.found) == 0 || now.Before(t.Next()) {
		return nil
	}
	ends := t.found
	t.found = nil
	return ends
}

// Add records an end that somebody else found.
func (t *Teller) Add(e End, now time.Time) {
	if len(t.found) == 0 {
		t.since = now
	}
	t.found = append(t.found, e)
}

// Look looks for ends. It reports whether a watch has changed.
func (t *Teller) Look(s Scene, now time.Time) (rewatched bool) {
	t.lookAtSets(s.Sets, now)
	seen := versions{s.Store.Generations.Version(), s.Store.Batches.Version(), s.Outbox.Clock()}
	if seen == t.seen || !s.Store.Generations.Known() {
		return false // rows from the journal may have ended long ago
	}
	t.seen = seen
	t.lookAtJobs(s)
	rewatched = t.lookAtWatches(s, now)
	t.lookAtQueue(&s.Outbox.Queue, now)
	t.lookForRest(s, now)
	return rewatched
}

// lookAtSets finds the sets whose last row has ended.
func (t *Teller) lookAtSets(sets []state.SetCount, now time.Time) {
	for i := range sets {
		c := &sets[i]
		switch {
		case c.Open():
			if t.open == nil {
				t.open = make(map[string]bool)
			}
			t.open[c.Name] = true
			t.found = slices.DeleteFunc(t.found, func(e End) bool { return e.Kind == Set && string(e.Name) == c.Name })
		case t.open[c.Name]:
			delete(t.open, c.Name)
			t.Add(End{Kind: Set, Name: text.Of(c.Name), Done: c.Done, Failed: c.Failed}, now)
		}
	}
}

// lookAtJobs finds out which of the jobs that ran have ended.
func (t *Teller) lookAtJobs(s Scene) {
	live := make(map[string]bool)
	for g := range s.Store.Generations.Live() {
		if g.Class() == table.ClassRunning || g.Class() == table.ClassWaiting {
			live[g.Key()] = true
		}
	}
	for b := range s.Store.Batches.Live() {
		if b.Class() == table.ClassRunning || b.Class() == table.ClassWaiting {
			live[b.Key()] = true
		}
	}
	for id := range t.live {
		if live[id] {
			continue
		}
		if job, ok := s.ended(id); ok {
			t.ended = append(t.ended, job)
		}
	}
	t.live = live
}

// ended returns a job or batch that has ended; ok is false if it has not, or
// nothing is known about it.
func (s *Scene) ended(id string) (job Job, ok bool) {
	if g, found := s.Store.Generations.Find(id); found {
		job = Job{ID: id, Name: g.Name, Set: string(g.Set())}
		switch g.Class() {
		case table.ClassDone:
			return job, true
		case table.ClassTroubled:
			job.Failed, job.Why = true, s.Why(&g)
			return job, true
		case table.ClassGone:
			job.Failed, job.Why = true, "it is gone on the server"
			return job, true
		}
		return job, false
	}
	if b, found := s.Store.Batches.Find(id); found {
		m, _ := s.Store.MemberOf(id)
		job = Job{ID: id, Name: batchName(&b), Set: m.Set, Failed: b.Class() == table.ClassTroubled}
		if b.Failed > 0 {
			job.Why = text.Sprintf("%d of its %d jobs", b.Failed, b.Total)
		}
		return job, b.Class() == table.ClassDone || b.Class() == table.ClassTroubled
	}
	return job, false
}

func batchName(b *state.Batch) text.Text {
	if b.Name != "" {
		return "batch " + b.Name
	}
	return "batch " + text.Of(b.ID.Short())
}

// lookAtWatches finds the watched rows that have ended, and follows submissions
// to their jobs.
func (t *Teller) lookAtWatches(s Scene, now time.Time) (changed bool) {
	for id := range t.Watches {
		if job, ok := s.ended(id); ok {
			t.Add(End{Kind: Watched, Jobs: []Job{job}}, now)
			delete(t.Watches, id)
			changed = true
		}
	}
	return changed
}

// Follow passes the watch on a submission to the job or batch it became, or tells
// that there will be none.
func (t *Teller) Follow(sub *outbox.Submission, now time.Time) (changed bool) {
	if !t.Watches[sub.ID] {
		return false
	}
	switch sub.State {
	case outbox.SubmissionSent:
		if id := string(sub.GenerationID + sub.BatchID); id != "" {
			t.Watches[id] = true
		}
	case outbox.SubmissionRejected:
		t.Add(End{Kind: Watched, Jobs: []Job{{ID: sub.ID, Name: sub.Name, Failed: true, Why: sub.Reason}}}, now)
	default:
		return false
	}
	delete(t.Watches, sub.ID)
	return true
}

// lookAtQueue finds out whether the queue has stopped and waits for the user. A
// user who pauses it knows that, and so does one who sent a pilot.
func (t *Teller) lookAtQueue(q *outbox.Queue, now time.Time) {
	why, paused := q.Paused()
	held := paused && !q.PausedByUser()
	sends := q.Sendable() > 0
	switch {
	case held && !t.held:
		t.Add(End{Kind: Queue, Words: text.Of(why)}, now)
	case t.sends && !sends && !paused:
		if words := asks(q); words != "" {
			t.Add(End{Kind: Queue, Words: words}, now)
		}
	}
	t.held, t.sends = held, sends
}

// asks says why the first item of a queue needs the user again after it was
// confirmed, or "".
func asks(q *outbox.Queue) text.Text {
	for _, item := range q.Items() {
		switch {
		case item.Paused:
		case item.Expired:
			return item.Submission.Name + ": its signed link has expired"
		case item.Waits():
			return item.Submission.Name + ": its price has gone up"
		}
	}
	return ""
}

// lookForRest finds out whether the last running job has ended.
func (t *Teller) lookForRest(s Scene, now time.Time) {
	rest := len(t.live) == 0 && !t.sends && len(s.Outbox.OnTheirWay()) == 0
	if !rest {
		t.found = slices.DeleteFunc(t.found, func(e End) bool {
			if e.Kind == Last {
				t.ended = append(e.Jobs, t.ended...)
			}
			return e.Kind == Last
		})
		return
	}
	if len(t.ended) > 0 {
		t.Add(End{Kind: Last, Jobs: t.ended}, now)
		t.ended = nil
	}
}

// Percent returns how far everything is that has begun since nothing ran, in
// percent, from the parts done of what runs, the number of jobs that wait to be
// sent, and the sets; ok is false if nothing is left to do.
func (t *Teller) Percent(live []float64, waiting int, sets []state.SetCount) (percent int, ok bool) {
	if len(live)+waiting == 0 {
		return 0, false
	}
	ended := len(t.ended)
	for i := range sets {
		if c := &sets[i]; c.Open() { // some of its rows may have ended before the program began
			ended += c.Done + c.Failed
			for _, job := range t.ended {
				if job.Set == c.Name && ended > 0 {
					ended--
				}
			}
		}
	}
	done := float64(ended)
	for _, part := range live {
		done += part
	}
	return min(99, int(100*done/float64(ended+len(live)+waiting))), true
}
