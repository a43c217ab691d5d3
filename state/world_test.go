package state

import (
	"slices"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/instant"
)

// world is an account on a server, and a poller that watches it, with its own
// clock.
type world struct {
	t       judge
	poller  *Poller
	store   *Store
	now     time.Time
	latency time.Duration
	jobs    []*fakeJob // newest last
	batches []api.Batch
	assets  []api.Asset
	models  []api.Model

	fail   func(Query) error // the error of a query, if any
	whole  bool              // ignores limits
	answer func(Query, *Answer)
	each   func() // after every step

	sent   []sentQuery
	flight []landing
}

// fakeJob waits, works and ends according to its age.
type fakeJob struct {
	id           api.ID
	created      time.Time
	waits, works time.Duration
	end          api.Status
	deleted      bool
}

type sentQuery struct {
	at    time.Time
	query Query
}

type landing struct {
	sent   time.Time
	at     time.Time
	query  Query
	answer Answer
}

// judge is a *testing.T or a *rapid.T.
type judge interface {
	Helper()
	Fatalf(format string, args ...any)
}

func newWorld(t judge) *world {
	w := &world{
		t: t, poller: NewPoller(DefaultPace()), store: NewStore(),
		now: start(), latency: 200 * time.Millisecond,
	}
	for _, name := range []text.Text{"lipsync-2", "sync-3", "react-1"} {
		w.models = append(w.models, api.Model{ID: api.ID(name), Name: name})
	}
	return w
}

// history adds jobs that ended long ago.
func (w *world) history(n int) {
	for i := range n {
		w.jobs = append(w.jobs, &fakeJob{
			id: jobID(i), created: w.now.Add(time.Duration(i-n-3600) * time.Second), end: api.Completed,
		})
	}
}

// submit adds a job made now.
func (w *world) submit(waits, works time.Duration) *fakeJob {
	j := &fakeJob{id: jobID(len(w.jobs)), created: w.now, waits: waits, works: works, end: api.Completed}
	w.jobs = append(w.jobs, j)
	return j
}

func (j *fakeJob) status(now time.Time) api.Status {
	switch age := now.Sub(j.created); {
	case age < j.waits:
		return api.Pending
	case age < j.waits+j.works:
		return api.Processing
	}
	return j.end
}

func (w *world) tell(j *fakeJob) api.Generation {
	g := api.Generation{ID: j.id, CreatedAt: api.Time{Time: j.created}, Status: j.status(w.now), Model: "lipsync-2"}
	if g.Status == api.Completed {
		g.OutputDuration = 30
	}
	return g
}

// serve answers like a server.
func (w *world) serve(q Query) (a Answer) {
	if w.fail != nil {
		if err := w.fail(q); err != nil {
			return Answer{Err: err, Absent: unsupported(err)}
		}
	}
	switch q.Topic {
	case Batches:
		a = BatchesAnswer(api.List[api.Batch]{Items: w.batches}, nil)
	case Assets:
		a = AssetsAnswer(w.assetPage(q.Assets), nil)
	case Models:
		a = ModelsAnswer(api.List[api.Model]{Items: w.models}, nil)
	case UnitPrices:
		a = EstimateAnswer(estimate(q.Estimate.FPS*int(q.Estimate.Duration), 500_000), nil)
	case Awaited:
		for _, j := range w.jobs {
			if j.id == q.Job {
				a = AwaitedAnswer(w.tell(j), nil)
			}
		}
	default:
		a.Page(w.list(q.Generations), nil)
	}
	if w.answer != nil {
		w.answer(q, &a)
	}
	return a
}

// list answers a query like GET /v2/generations.
func (w *world) list(q api.GenerationQuery) (page api.GenerationPage) {
	past := q.Cursor == "" || w.whole
	for _, j := range slices.Backward(w.jobs) {
		if !past {
			past = j.id == q.Cursor
			continue
		}
		if j.deleted || len(q.Status) > 0 && !slices.Contains(q.Status, j.status(w.now)) ||
			len(q.IDs) > 0 && !slices.Contains(q.IDs, j.id) {
			continue
		}
		page.Items = append(page.Items, w.tell(j))
		if q.Limit > 0 && len(page.Items) == q.Limit && !w.whole {
			page.More = true
			break
		}
	}
	page.Whole = w.whole && q.Limit > 0
	return page
}

// assetPage pages by the id of the last asset.
func (w *world) assetPage(q api.AssetQuery) (page api.AssetPage) {
	from := 1 + slices.IndexFunc(w.assets, func(a api.Asset) bool { return api.Cursor(a.ID) == q.Cursor })
	to := min(len(w.assets), from+q.Limit)
	page.Items, page.Total = w.assets[from:to], len(w.assets)
	if to < len(w.assets) {
		page.Next = api.Cursor(w.assets[to-1].ID)
	}
	return page
}

// pass advances the time as the program does: due queries are sent, answers are
// applied, and in between it sleeps until the next of either.
func (w *world) pass(d time.Duration) {
	for end := w.now.Add(d); ; {
		w.send()
		next := w.poller.Next(w.now)
		if !next.IsZero() && !next.After(w.now) {
			w.t.Fatalf("at %v the poller is due again at once", w.now)
		}
		if next.IsZero() || next.After(end) {
			next = end
		}
		for _, l := range w.flight {
			if l.at.Before(next) {
				next = instant.Later(l.at, w.now) // it arrived while we slept
			}
		}
		w.now = next
		w.land()
		if w.each != nil {
			w.each()
		}
		if !w.now.Before(end) && (len(w.flight) == 0 || w.flight[0].at.After(w.now)) {
			return
		}
	}
}

func (w *world) send() {
	for _, q := range w.poller.Due(w.now, w.store) {
		w.check(q)
		w.sent = append(w.sent, sentQuery{w.now, q})
		at := w.now
		w.now = at.Add(w.hold(q))
		w.flight = append(w.flight, landing{at, w.now.Add(w.latency), q, w.serve(q)})
		w.now = at
	}
	slices.SortStableFunc(w.flight, func(a, b landing) int { return a.at.Compare(b.at) })
}

// hold is how long a request is held: until its job ends, or for 30 s.
func (w *world) hold(q Query) time.Duration {
	if q.Topic != Awaited || w.fail != nil && w.fail(q) != nil {
		return 0
	}
	for _, j := range w.jobs {
		if j.id == q.Job {
			return min(30*time.Second, max(0, j.created.Add(j.waits+j.works).Sub(w.now)))
		}
	}
	return 0
}

// check checks the rules that hold for every query.
func (w *world) check(q Query) {
	w.t.Helper()
	held := 0
	for _, l := range w.flight {
		if l.query.Topic == Awaited {
			held++
		}
		if l.query.Topic == q.Topic && l.query.Job == q.Job && w.now.Sub(l.sent) < lostAfter {
			w.t.Fatalf("two queries of topic %d under way", q.Topic)
		}
	}
	if q.Topic == Awaited && held >= maxAwaited {
		w.t.Fatalf("%d queries are held", held+1)
	}
	if len(q.Generations.IDs) > PageSize {
		w.t.Fatalf("asked about %d ids", len(q.Generations.IDs))
	}
	for _, id := range q.Generations.IDs {
		if g, _ := w.store.Generations.Find(string(id)); g.Status.Terminal() {
			w.t.Fatalf("asked again about %s, which is %s", id, g.Status)
		}
	}
}

func (w *world) land() {
	for len(w.flight) > 0 && !w.flight[0].at.After(w.now) {
		l := w.flight[0]
		w.flight = w.flight[1:]
		w.poller.Apply(w.now, w.store, l.query, l.answer)
	}
}

// count counts the queries of some topics since a time; no topics means all.
func (w *world) count(since time.Time, topics ...Topic) (n int) {
	for _, s := range w.sent {
		if !s.at.Before(since) && (len(topics) == 0 || slices.Contains(topics, s.query.Topic)) {
			n++
		}
	}
	return n
}

// busiest returns the most queries in any 60 seconds since a time, both ends
// included.
func (w *world) busiest(since time.Time, topics ...Topic) (most int) {
	var times []time.Time
	for _, s := range w.sent {
		if !s.at.Before(since) && (len(topics) == 0 || slices.Contains(topics, s.query.Topic)) {
			times = append(times, s.at)
		}
	}
	from := 0
	for i, at := range times {
		for at.Sub(times[from]) > time.Minute {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// slowest returns the longest time between two queries of a topic from a time
// until now.
func (w *world) slowest(t Topic, since time.Time) (gap time.Duration) {
	last := since
	for _, s := range w.sent {
		if s.query.Topic == t && s.at.After(since) {
			gap = max(gap, s.at.Sub(last))
			last = s.at
		}
	}
	return max(gap, w.now.Sub(last))
}

// shows returns the status on the screen, "" for nothing.
func (w *world) shows(j *fakeJob) api.Status {
	g, _ := w.store.Generations.Find(string(j.id))
	return g.Status
}

// stage orders statuses by the progress of a job.
func stage(s api.Status) int {
	switch s {
	case "":
		return 0
	case api.Pending:
		return 1
	case api.Processing:
		return 2
	}
	return 3
}

func offline(Query) error { return &api.Error{Kind: api.KindNetwork} }

func failing(kind api.Kind, topics ...Topic) func(Query) error {
	return func(q Query) error {
		if slices.Contains(topics, q.Topic) {
			return &api.Error{Kind: kind, Status: 500}
		}
		return nil
	}
}
