package ui

import (
	"cmp"
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/state/account"
	"dubtop/state/instant"
)

// The session says which work is due, runs it and applies the result. This file
// turns work into commands and events into words.

// work runs everything that is due.
func (a *desk) work() tea.Cmd {
	if a.session == nil {
		return nil
	}
	a.session.Await(a.awaited())
	cmds := workCmds(a.session.Due(time.Now()))
	a.foreseeQueue()
	return tea.Batch(cmds...)
}

// awaited are the jobs whose end the user waits for: watched ones, and pilots.
func (a *desk) awaited() (jobs []api.ID) {
	for id := range a.notices.Watches {
		jobs = append(jobs, api.ID(id))
	}
	for _, p := range a.pilots {
		jobs = append(jobs, p.job)
	}
	return jobs
}

// do runs work the user asked for, and everything that is due.
func (a *desk) do(work ...account.Work) tea.Cmd {
	return tea.Batch(append(workCmds(work), a.work())...)
}

func workCmds(work []account.Work) []tea.Cmd {
	cmds := make([]tea.Cmd, len(work), len(work)+1)
	for i, w := range work {
		cmds[i] = workCmd(w)
	}
	return cmds
}

// workCmd runs one piece of work in the background.
func workCmd(w account.Work) tea.Cmd {
	return func() tea.Msg { return resultMsg{w.Run(context.Background())} }
}

// resultMsg is the result of a piece of work.
type resultMsg struct{ result account.Result }

func (m resultMsg) apply(a *desk) tea.Cmd {
	if a.session == nil {
		return nil // a late answer; the session is gone
	}
	var cmds []tea.Cmd
	for _, e := range a.session.Apply(m.result, time.Now()) {
		cmds = append(cmds, a.host.event(&e))
	}
	return tea.Batch(append(cmds, a.work(), a.host.tellEnds())...)
}

// queueVersions are the versions of all that the end of the queue depends on.
type queueVersions struct {
	queue, jobs uint64
	slots       int
	minute      time.Time
}

// foreseeQueue forecasts when the queue should be done, after a change and once
// a minute, because it goes through the whole queue.
func (a *desk) foreseeQueue() {
	slots, _ := a.outbox.Slots.Known(a.Now)
	of := queueVersions{a.store.Queue.Version(), a.store.Generations.Version(), cmp.Or(slots, a.outbox.Slots.Reached()), minuteOf(a.Now)}
	if o := &a.outbox; of != o.endOf {
		o.endOf = of
		o.end, o.setEnds = a.queueEnd(of.slots)
	}
}

// queueEnd returns when the last queued job should be done, or zero if none is
// going to be sent, and the same for each job set.
func (a *desk) queueEnd(slots int) (end time.Time, sets map[string]time.Time) {
	if a.outbox.Queue.Len() == 0 {
		return time.Time{}, nil
	}
	var left []time.Duration
	for g := range a.store.Generations.Live() {
		left = append(left, a.store.Expect(g, a.Now).Left)
	}
	sets = map[string]time.Time{}
	for sub, at := range a.outbox.Queue.Ends(a.Now, left, slots, a.store.Forecast.Fresh) {
		end = instant.Later(end, at)
		if set := sub.Draft.Set; set != "" {
			sets[set] = instant.Later(sets[set], at)
		}
	}
	if !end.After(a.Now) {
		return time.Time{}, nil // all are paused
	}
	return end, sets
}

func (a *desk) refreshNow() tea.Cmd {
	a.poller.Refresh(a.Now)
	return a.work()
}

// asked is embedded in messages that answer a question of one session. They are
// dropped if that session has been left; see applied.
type asked struct{ session *account.Account }

func (m asked) of() *account.Account { return m.session }
