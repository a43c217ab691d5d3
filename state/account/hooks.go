package account

import (
	"context"
	"strings"
	"time"

	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/child"
	"dubtop/state/hook"
	"dubtop/state/journal"
	"dubtop/state/output"
)

// The user's command runs for each saved file, or for each ended job, of the jobs
// of ours that end after it was switched on. The journal remembers since when,
// and every run before it begins.

const (
	// hooksAtOnce is how many commands run at once.
	hooksAtOnce = 2
	// hooksAgain is how often to look how a command in another window ended.
	hooksAgain = 2 * time.Second
)

// HookRuns returns the runs of the user's command for a job and its files.
func (a *Account) HookRuns(job string) (runs []HookRun) {
	for _, kind := range append([]output.Kind{""}, output.Kinds()...) {
		if r := a.hooks.known[hook.Key{Job: job, Kind: string(kind)}]; r != nil {
			runs = append(runs, *r)
		}
	}
	return runs
}

// bringHooks takes in the runs so far, and returns how many may have been
// interrupted.
func (a *Account) bringHooks(runs []HookRun, since time.Time) (perhaps int) {
	h := &a.hooks
	h.known, h.away = make(map[hook.Key]*HookRun, len(runs)), nil
	for i := range runs {
		if r := h.put(runs[i].Run, runs[i].Alive); r.Perhaps() {
			perhaps++
		}
	}
	if h.since = since; !since.IsZero() {
		a.Store.Hooked.Watch(since, a.now)
	}
	return perhaps
}

// hooksDue starts the commands that are due.
func (a *Account) hooksDue(now time.Time) (work []Work) {
	h := &a.hooks
	if h.since.IsZero() || !a.Lists || a.unwritable != nil {
		return nil
	}
	of := hookVersions{len(a.Store.Hooked.Ended()), a.Store.Saved.Version(), a.Store.Generations.Version(), a.Store.Sets.Version(), a.Outbox.Clock()}
	if of != h.checked {
		h.checked = of
		a.findHooks()
	}
	for h.running < hooksAtOnce && len(h.waiting) > 0 {
		k := h.waiting[0]
		h.waiting = h.waiting[1:]
		work = append(work, a.hookWork(k, false, now))
	}
	return append(work, a.hooksElsewhere(now)...)
}

// hooksElsewhere looks how the commands ended that another window runs.
func (a *Account) hooksElsewhere(now time.Time) []Work {
	h := &a.hooks
	if at := a.nextHook(); at.IsZero() || h.reading || now.Before(at) {
		return nil
	}
	h.reading = true
	j := a.Journal
	return []Work{a.work(func(ctx context.Context) apply {
		all, err := j.Hooks(ctx)
		alive := make([]bool, len(all))
		for i := range all {
			alive[i] = j.HookRuns(&all[i])
		}
		return func(now time.Time) []Event {
			h.reading, h.read = false, now
			for i := range all {
				if err == nil && h.away[all[i].Key()] {
					h.put(all[i], alive[i])
				}
			}
			return nil
		}
	})}
}

// nextHook is when to look at the commands of other windows.
func (a *Account) nextHook() time.Time {
	if len(a.hooks.away) == 0 {
		return time.Time{}
	}
	return a.hooks.read.Add(hooksAgain)
}

// findHooks lists the jobs and files that the command has not been run for.
func (a *Account) findHooks() {
	h := &a.hooks
	for _, id := range a.Store.Hooked.Ended() {
		g, ok := a.Store.Generations.Find(string(id))
		if !ok || !a.ours(&g) {
			continue // it may turn out to be ours later
		}
		for _, k := range a.hookKeys(string(id)) {
			if h.known[k] == nil {
				h.known[k] = &HookRun{Run: hook.Run{Job: k.Job, Kind: k.Kind}}
				h.waiting = append(h.waiting, k)
			}
		}
	}
}

// hookKeys lists the runs of the command for a job: one, or one for each file.
func (a *Account) hookKeys(job string) (keys []hook.Key) {
	if !a.Hook.OfFiles() {
		return []hook.Key{{Job: job}}
	}
	for _, f := range a.Store.Saved.Files(job) {
		keys = append(keys, hook.Key{Job: job, Kind: string(f.Kind)})
	}
	return keys
}

// hookWork runs the command, once the journal knows of it.
func (a *Account) hookWork(k hook.Key, again bool, now time.Time) Work {
	h := &a.hooks
	h.running++
	facts := a.hookFacts(k)
	c := child.Command{Args: a.Hook.Args(&facts), Env: facts.Env(), Limit: a.Hook.Limit, Most: hook.MostOutput, Errors: true}
	if c.Limit <= 0 {
		c.Limit = hook.DefaultLimit
	}
	j, stop := a.Journal, h.ctx
	h.all.Add(1)
	return a.work(func(ctx context.Context) apply {
		defer h.all.Done()
		r, mine, err := j.ClaimHook(ctx, k, again, now)
		alive := false
		if mine {
			r, err = runHook(stop, j, r, c)
		} else if err == nil {
			alive = j.HookRuns(&r)
		}
		return func(time.Time) []Event {
			h.running--
			if err != nil && !mine {
				delete(h.known, k) // it did not run, and is tried again after a change
				return []Event{{Kind: EventHook, Err: err}}
			}
			run := h.put(r, alive)
			if !mine {
				return nil
			}
			return []Event{{Kind: EventHook, Err: err, Hook: run, Words: facts.Name}}
		}
	})
}

// runHook runs the command and records how it ended.
func runHook(stop context.Context, j *journal.Journal, r hook.Run, c child.Command) (hook.Run, error) {
	done := child.Run(stop, c)
	r.State, r.Status, r.Ended, r.Owner = hook.Done, done.Status, time.Now(), ""
	r.Output = strings.ToValidUTF8(strings.ReplaceAll(string(done.Output), "\x00", ""), "?")
	if done.Err != nil {
		r.State, r.Reason = hook.Failed, string(text.Of(done.Err.Error()))
	}
	return r, j.EndHook(context.WithoutCancel(stop), r)
}

// hookFacts are the facts that the fields of the command stand for.
func (a *Account) hookFacts(k hook.Key) hook.Facts {
	g, ok := a.Store.Generations.Find(k.Job)
	if !ok {
		g = state.Generation{}
	}
	job := a.Saving.jobOf(&g)
	f := hook.Facts{
		ID: k.Job, Name: job.Name, Model: job.Model, Label: job.Label, Set: job.Set, Lang: job.Lang, Project: job.Project,
		Status: strings.ToLower(string(g.Status)), Kind: k.Kind,
	}
	if file, ok := a.Store.Saved.File(output.Want{Job: k.Job, Kind: output.Kind(k.Kind)}); ok {
		f.Path, f.Size, f.SHA256 = file.Path, file.Size, file.SHA256
	}
	return f
}

// RunHookAgain runs the command once more for a job, where it failed or was
// interrupted.
func (a *Account) RunHookAgain(job string) (work []Work) {
	for _, r := range a.HookRuns(job) {
		if r.Repeatable() {
			a.hooks.known[r.Key()] = &HookRun{Run: hook.Run{Job: r.Job, Kind: r.Kind}, Alive: true}
			work = append(work, a.hookWork(r.Key(), true, a.now))
		}
	}
	return work
}
