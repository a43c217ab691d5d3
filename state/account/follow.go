package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/state"
)

// Follow drives a session without a screen that sends nothing: it follows jobs to
// their ends, and saves files. Its Account has Lists and is a Bystander.
type Follow struct {
	Account *Account
	Jobs    []api.ID // to be followed
	Set     string   // a set whose rows are followed
	Active  bool     // all jobs that run are followed, until none runs
	Whole   bool     // begin when the whole history is known
	Once    bool     // don't wait for jobs that run

	// Begin is called once, when everything that the journal has is known. It
	// returns work to be done beside. It may be nil.
	Begin func() ([]Work, error)
	// Event is called with everything that happens, and Look after that and once a
	// second. They may be nil.
	Event func(Event)
	Look  func(now time.Time)
	// After is called when all jobs have ended, until it is not busy any more. It
	// returns work to be done. It may be nil.
	After func() (work []Work, busy bool)

	crew
	begun   bool
	failed  error
	finding bool
	again   time.Time       // when to look for unknown jobs again
	missing map[api.ID]bool // jobs that the server does not know
	asked   map[api.ID]bool // jobs that were asked for by id
	seen    []api.ID        // jobs that ran, with Active
}

// findAgain is how long to wait before unknown jobs are looked for again after a
// failure.
const findAgain = 5 * time.Second

// Run follows the jobs until all have ended, and everything about them that is
// done on this machine: files are saved, and the user's command has run. When ctx
// ends it stops that in an orderly way and returns the cause. The server may
// refuse the key, and the journal may fail.
func (f *Follow) Run(ctx context.Context) error {
	a := f.Account
	asked, stop := withoutCause(ctx)
	defer f.end(stop)
	f.narrow()
	beat := time.NewTicker(driverBeat)
	defer beat.Stop()
	var beaten time.Time
	for ctx.Err() == nil {
		now := time.Now().Round(0)
		if now.Sub(beaten) >= driverBeat { // other windows' changes are read once a beat
			a.Beat(now)
			beaten = now
		}
		a.Await(f.open())
		f.start(asked, a.Due(now))
		if over, err := f.step(asked, now); over || err != nil {
			return unlessEnded(ctx, err)
		}
		select {
		case r := <-f.results:
			f.apply(r)
		case <-beat.C:
		case <-ctx.Done():
		}
	}
	return context.Cause(ctx)
}

// narrow leaves out what nobody looks at.
func (f *Follow) narrow() {
	topics := []state.Topic{state.Head, state.Running, state.Vanished, state.Batches, state.Awaited}
	if f.Jobs == nil && f.Set == "" {
		topics = append(topics, state.Backfill)
	}
	f.Account.Poller.Only(topics...)
}

// end stops running work, takes in its results, and saves the unsaved changes.
func (f *Follow) end(stop context.CancelFunc) {
	a := f.Account
	work := a.SaveLast()
	a.awaits.stop()
	a.hooks.stop()
	stop()
	f.wait(f.apply)
	for _, w := range work {
		f.away++
		f.apply(w.Run(context.Background()))
	}
}

// apply applies a result and passes on its events.
func (f *Follow) apply(r Result) {
	f.away--
	for _, e := range f.Account.Apply(r, time.Now().Round(0)) {
		if e.Kind == EventOpened && e.Err != nil && f.failed == nil {
			f.failed = e.Err
		}
		if f.Event != nil {
			f.Event(e)
		}
	}
}

// step reports whether the run is over.
func (f *Follow) step(ctx context.Context, now time.Time) (over bool, err error) {
	a := f.Account
	if p := a.Poller.Phase(now); p.Kind == state.PhaseRejected {
		return true, p.Err
	}
	if f.failed != nil || !f.ready() {
		return false, f.failed
	}
	if !f.begun {
		f.begun = true
		if f.Begin != nil {
			work, err := f.Begin()
			if err != nil {
				return true, err
			}
			f.start(ctx, work)
		}
	}
	f.start(ctx, f.find(now))
	if unknown := f.unknown(); len(unknown) > 0 {
		return true, unknown
	}
	if f.Look != nil {
		f.Look(now)
	}
	return f.over(ctx), nil
}

// ready reports whether all jobs of the journal are known, or all that run on the
// server.
func (f *Follow) ready() bool {
	a := f.Account
	older := a.OlderLeft() && (f.Jobs == nil || f.Begin != nil)
	if h := &a.Store.History; f.Whole && !h.Complete && h.Stopped == "" {
		return false
	}
	return a.recall.done && !older && (!f.Active || a.Store.Generations.Known())
}

// over reports whether everything has been done.
func (f *Follow) over(ctx context.Context) bool {
	jobs := f.Followed()
	if len(f.open()) > 0 || f.finding || slices.ContainsFunc(jobs, func(id api.ID) bool { return !f.known(id) }) {
		return false
	}
	if c, ok := f.Account.Store.CountSet(f.Set); ok && c.Open() && !f.Once {
		return false
	}
	if f.After != nil {
		work, busy := f.After()
		f.start(ctx, work)
		if busy {
			return false
		}
	}
	return !f.Account.finishing(jobs)
}

// Followed returns the jobs that are followed. Those of a set come with time.
func (f *Follow) Followed() []api.ID {
	s := f.Account.Store
	switch {
	case f.Set != "":
		return s.SetJobs(f.Set)
	case f.Active:
		for g := range s.Generations.Live() {
			if g.Submission == "" && g.Status.Running() && !slices.Contains(f.seen, g.ID) {
				f.seen = append(f.seen, g.ID)
			}
		}
		return f.seen
	}
	return f.Jobs
}

// open returns the followed jobs that run and are waited for.
func (f *Follow) open() (jobs []api.ID) {
	if f.Once {
		return nil
	}
	for _, id := range f.Followed() {
		if g, ok := f.Account.Store.Generations.Find(string(id)); ok && !g.Gone && !g.Status.Terminal() {
			jobs = append(jobs, id)
		}
	}
	return jobs
}

// known reports whether a job, or that there is none, is known.
func (f *Follow) known(id api.ID) bool {
	g, ok := f.Account.Store.Generations.Find(string(id))
	if stale := ok && f.Once && !g.Gone && !g.Status.Terminal() && !f.asked[id]; stale {
		return false // it may have ended since it was seen last
	}
	return ok || f.missing[id]
}

// Missing returns the followed jobs that the server does not know.
func (f *Follow) Missing() (jobs []api.ID) {
	for _, id := range f.Followed() {
		g, ok := f.Account.Store.Generations.Find(string(id))
		if !ok && f.missing[id] || ok && g.Gone && !g.Status.Terminal() {
			jobs = append(jobs, id)
		}
	}
	return jobs
}

// UnknownJobs are ids that were named to be followed, and that the server does not
// know. They end a run at once: most are typed wrongly, and nobody should have to
// wait for the other jobs to be told.
type UnknownJobs []api.ID

func (u UnknownJobs) Error() string {
	words := make([]string, len(u))
	for i, id := range u {
		words[i] = string(id)
	}
	return "no job is called " + strings.Join(words, ", ")
}

// unknown returns the named jobs that the server has never known.
func (f *Follow) unknown() (jobs UnknownJobs) {
	if len(f.missing) == 0 || f.Set != "" || f.Active {
		return nil
	}
	for _, id := range f.Jobs {
		if _, ok := f.Account.Store.Generations.Find(string(id)); !ok && f.missing[id] {
			jobs = append(jobs, id)
		}
	}
	return jobs
}

// find asks for followed jobs that are in no list.
func (f *Follow) find(now time.Time) []Work {
	a := f.Account
	if f.finding || now.Before(f.again) {
		return nil
	}
	var ids []api.ID
	for _, id := range f.Followed() {
		if !f.known(id) && len(ids) < state.PageSize {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	f.finding = true
	c := a.Client
	return []Work{a.work(func(ctx context.Context) apply {
		found, err := FetchJobs(ctx, c, ids)
		rows := make([]state.Generation, 0, len(found))
		for _, g := range found {
			rows = append(rows, state.NewGeneration(g))
		}
		return func(now time.Time) []Event {
			f.finding = false
			a.Store.ObserveUnlisted(rows, now)
			if err != nil {
				f.again = now.Add(findAgain)
				return []Event{{Kind: EventPolled, Topic: state.OpenJob, Err: err}}
			}
			f.note(ids, found)
			return nil
		}
	})}
}

// note keeps which jobs were asked for, and which of them do not exist.
func (f *Follow) note(asked []api.ID, found map[api.ID]api.Generation) {
	if f.asked == nil {
		f.asked, f.missing = make(map[api.ID]bool), make(map[api.ID]bool)
	}
	for _, id := range asked {
		f.asked[id] = true
		if _, ok := found[id]; !ok {
			f.missing[id] = true
		}
	}
}

// finishing reports whether something about jobs is still to be done on this
// machine: files are being saved, or the user's command runs.
func (a *Account) finishing(jobs []api.ID) bool {
	if a.saves.planning > 0 || a.hooks.running > 0 || len(a.hooks.waiting) > 0 {
		return true
	}
	return slices.ContainsFunc(a.saves.all, func(s *saved) bool {
		return (s.cancel != nil || s.wish.Reason == "") && slices.Contains(jobs, api.ID(s.wish.Job))
	})
}

// FetchJobs requests up to 100 jobs, in one request if possible. Lists leave out
// some jobs, such as those of batches, and may refuse all ids because of one, so
// each missing job is requested by itself before it counts as unknown to the server.
func FetchJobs(ctx context.Context, c *api.Client, ids []api.ID) (map[api.ID]api.Generation, error) {
	found := make(map[api.ID]api.Generation, len(ids))
	if len(ids) > 1 {
		keep := func(items []api.Generation) {
			for _, g := range items {
				if slices.Contains(ids, g.ID) {
					found[g.ID] = g
				}
			}
		}
		page, err := c.Generations(ctx, api.GenerationQuery{IDs: ids}, keep)
		if err != nil && !noSuchJob(err) { // refused because of one of the ids: which, is asked below
			return found, err
		}
		keep(page.Items)
	}
	for _, id := range ids {
		if _, known := found[id]; known {
			continue
		}
		g, err := c.Generation(ctx, id, api.GenerationDetails{})
		switch {
		case noSuchJob(err):
		case err != nil:
			return found, err
		default:
			found[id] = g
		}
	}
	return found, nil
}

// noSuchJob reports whether a question about a job was refused because there is
// none with that id, or because the id can't be one.
func noSuchJob(err error) bool {
	e, ok := errors.AsType[*api.Error](err)
	return ok && (e.Kind == api.KindNotFound || e.Kind == api.KindInvalid)
}
