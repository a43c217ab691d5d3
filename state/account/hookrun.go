package account

import (
	"context"
	"sync"
	"time"

	"dubtop/state/hook"
	"dubtop/state/journal"
)

// hooksEnd is how long to wait at the end for commands to be ended.
const hooksEnd = 4 * time.Second

// HookRun is a run of the user's command.
type HookRun struct {
	hook.Run
	Alive bool // it runs, here or in another window
}

// Perhaps reports whether the command may have done its work, and nobody knows.
func (r *HookRun) Perhaps() bool { return r.State == hook.Begun && !r.Alive }

// Repeatable reports whether the user may want it to run again.
func (r *HookRun) Repeatable() bool { return r.State == hook.Failed || r.Perhaps() }

// readHooks reads the runs so far, and since when there is a command.
func readHooks(ctx context.Context, j *journal.Journal, c *hook.Command) (runs []HookRun, since time.Time, err error) {
	all, err := j.Hooks(ctx)
	if err != nil {
		return nil, since, err
	}
	for i := range all {
		alive := j.HookRuns(&all[i])
		runs = append(runs, HookRun{all[i], alive})
	}
	if j.Writable() == nil {
		since, err = heldSince(ctx, j, hookSetting, c.Text(), time.Now())
	}
	return runs, since, err
}

// hooks are the runs of the user's command.
type hooks struct {
	since   time.Time // zero if there is no command
	known   map[hook.Key]*HookRun
	away    map[hook.Key]bool // the runs in other windows
	checked hookVersions
	waiting []hook.Key
	running int
	reading bool
	read    time.Time // when the runs were read last
	stop    context.CancelFunc
	ctx     context.Context
	all     *sync.WaitGroup // the runs in this process
}

// put notes a run. alive means that another window runs it.
func (h *hooks) put(r hook.Run, alive bool) *HookRun {
	k := r.Key()
	if delete(h.away, k); alive {
		if h.away == nil {
			h.away = make(map[hook.Key]bool)
		}
		h.away[k] = true
	}
	known := &HookRun{Run: r, Alive: alive}
	h.known[k] = known
	return known
}

// hookVersions are the versions of all that may bring a new run.
type hookVersions struct {
	ended                 int
	saved, rows, sets, ob uint64
}

// end ends all commands of this process.
func (h *hooks) end() {
	h.stop()
	ended := make(chan struct{})
	go func() { h.all.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(hooksEnd):
	}
}
