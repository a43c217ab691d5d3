package account

import "time"

// Due returns the work to start now. A piece of work is handed out once until
// its result is applied.
func (a *Account) Due(now time.Time) []Work {
	work := a.once
	a.once = nil
	work = append(work, a.recallDue()...)
	a.Store.Settling.Allow(a.recall.done && a.Journal != nil && a.unwritable == nil, a.now)
	if a.recall.done || a.recall.beaten { // show the journal's rows first, unless they take long
		for _, q := range a.Poller.Due(a.now, a.Store) { // time moves in beats, so that requests go out together
			work = append(work, a.poll(q))
		}
		a.leaveAwaited()
	}
	if a.recall.done && a.Journal != nil {
		work = append(work, a.turnDue(now)...)
		work = append(work, a.rereadDue()...)
		work = append(work, a.uploadsDue(now)...)
		work = append(work, a.tasksDue(now)...)
		work = append(work, a.savesDue(now)...)
		work = append(work, a.hooksDue(now)...)
		work = append(work, a.inspectDue()...)
		work = append(work, a.listsDue()...)
		work = append(work, a.joinDue(now)...)
		work = append(work, a.newsDue(now)...)
		work = append(work, a.resultsDue(now)...)
		work = append(work, a.verifyDue(now)...)
		work = append(work, a.keepSlots()...)
	}
	for i := range work {
		if work[i].Paid {
			a.paid++
		}
	}
	a.show(now)
	return work
}

// Beat advances the time. A driver calls it at the time of Next at the latest,
// before Due.
func (a *Account) Beat(now time.Time) {
	if now.Sub(a.now) > sleepGap {
		a.Client.CloseIdle()
		a.Poller.Wake(now)
		a.Outbox.Wake(now)
	}
	a.now = now
	if server, ok := a.Client.ServerTime(now); ok {
		a.compareClocks(server.Sub(now))
	}
	a.view.look, a.recall.beaten, a.lists.beaten = true, true, true
}

// compareClocks takes in the server clock's lead over ours. If it changed, rows
// of submissions on their way are made again with corrected times.
func (a *Account) compareClocks(skew time.Duration) {
	a.Outbox.Reconciler.Skew = skew
	if !a.Store.Forecast.Compare(skew) || !a.Lists {
		return
	}
	for id := range a.shown.submissions {
		a.shown.submissions[id] = ""
	}
	a.showSubmissions(a.now)
	a.once = append(a.once, a.tells(Event{Kind: EventClock}))
}
