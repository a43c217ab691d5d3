package account

import (
	"context"
	"strconv"
	"strings"
	"time"

	"dubtop/state"
	"dubtop/state/journal"
	"dubtop/state/output"
	"dubtop/state/table"
)

// Outputs of jobs of ours that end after automatic saving was switched on are
// saved without a key. The journal remembers when that was, and each job is
// wished for once, in whatever window or process sees its end first.

// automaticAll is the choice of all jobs.
const automaticAll = "all"

// automaticSetting is the fact in the journal: the choice, and since when.
const automaticSetting = "saving_automatic"

// automatic is the state of automatic saving.
type automatic struct {
	since  time.Time
	filter table.Filter
}

// heldSince returns since when the present choice of a setting holds, and records
// a new one. It is zero if there is none.
func heldSince(ctx context.Context, j *journal.Journal, setting, choice string, now time.Time) (time.Time, error) {
	known, _, err := j.Setting(ctx, setting)
	if err != nil {
		return time.Time{}, err
	}
	before, at, _ := strings.Cut(known, "\n")
	nanos, unread := strconv.ParseInt(at, 10, 64)
	choice = strings.ReplaceAll(choice, "\n", " ")
	switch {
	case before == choice && (choice == "" || unread == nil):
	case choice == "":
		return time.Time{}, j.SaveSetting(ctx, setting, "")
	default:
		nanos = now.UnixNano()
		err = j.SaveSetting(ctx, setting, choice+"\n"+strconv.FormatInt(nanos, 10))
	}
	if choice == "" || err != nil {
		return time.Time{}, err
	}
	return time.Unix(0, nanos).UTC(), nil
}

// automaticChoice is the choice in the configuration in its plain form.
func (s *Saving) automaticChoice() string {
	choice := strings.TrimSpace(s.Automatic)
	if strings.EqualFold(choice, "off") {
		return ""
	}
	return choice
}

// bringAutomatic begins to watch for jobs that end.
func (a *Account) bringAutomatic(since time.Time) {
	v := &a.saves.auto
	v.since = since
	if choice := a.Saving.automaticChoice(); !strings.EqualFold(choice, automaticAll) {
		v.filter.Parse(choice)
	}
	if !since.IsZero() {
		a.Store.Saved.Automatic(since, a.now)
	}
}

// AutomaticSince is when automatic saving was switched on, zero if it is off.
func (a *Account) AutomaticSince() time.Time { return a.saves.auto.since }

// automaticWork wishes for the outputs of jobs that have ended.
func (a *Account) automaticWork(now time.Time) []Work {
	if a.saves.auto.since.IsZero() {
		return nil
	}
	var jobs []state.Generation
	remarks := a.Store.Remarks()
	for _, id := range a.Store.Saved.AutomaticDue() {
		g, ok := a.Store.Generations.Find(string(id))
		if !ok || !a.ours(&g) {
			continue // it may turn out to be ours later
		}
		if !a.saves.auto.filter.Match(remarks.Beside(&g, g.Key())) {
			continue // it may get the label later
		}
		a.Store.Saved.Pass(g.Key())
		want := fileOf(&g, output.Output)
		if _, here := a.Store.Saved.File(want); !here && a.saves.find(want) == nil {
			jobs = append(jobs, g)
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	r := a.planning(jobs, []output.Kind{output.Output})
	j := a.Journal
	return []Work{a.work(func(ctx context.Context) apply {
		p, err := r.do(ctx)
		var taken []output.Wish
		if err == nil {
			wishes := p.wishes(now)
			for i := range wishes {
				wishes[i].Automatic = true
			}
			taken, err = j.WishFiles(ctx, wishes)
		}
		return func(time.Time) []Event {
			a.planned(&p)
			a.wished(taken)
			if err != nil {
				return []Event{{Kind: EventWished, Err: err}}
			}
			return nil
		}
	})}
}

// ours reports whether a job was sent from here, alone or in a batch.
func (a *Account) ours(g *state.Generation) bool {
	if a.Outbox.Ours(g.ID) {
		return true
	}
	m, ok := a.Store.MemberOf(g.Key())
	return ok && m.Row > 0
}
