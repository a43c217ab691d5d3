package account

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"dubtop/api/text"
	"dubtop/state/download"
	"dubtop/state/instant"
	"dubtop/state/journal"
	"dubtop/state/output"
	"dubtop/state/upload"
)

const (
	// savesAtOnce is how many files are downloaded at once.
	savesAtOnce = 2
	// elsewhereAgain is how often to ask for a file that another window saves.
	elsewhereAgain = 2 * time.Second
)

// SavesVersion changes with everything that Saves tells.
func (a *Account) SavesVersion() uint64 { return a.saves.version }

// Saves lists the files that are being saved, wait or have failed, in order.
func (a *Account) Saves() []Save {
	all := make([]Save, 0, len(a.saves.all))
	for _, s := range a.saves.all {
		all = append(all, s.state())
	}
	return all
}

// SaveOf returns how far a file is; ok is false if nobody wants it saved, or it
// is.
func (a *Account) SaveOf(w output.Want) (s Save, ok bool) {
	if found := a.saves.find(w); found != nil {
		return found.state(), true
	}
	return Save{}, false
}

// SaveSum adds up the files that are being saved, wait or have failed.
func (a *Account) SaveSum() SaveSum {
	if v := &a.saves; v.summed != v.version || len(v.all) == 0 {
		v.summed, v.sum = v.version, a.sumSaves()
	}
	return a.saves.sum
}

func (a *Account) sumSaves() (sum SaveSum) {
	p := &a.saves.spell
	sum.Saved, sum.Done, sum.Total = p.files, p.bytes, p.bytes
	for _, s := range a.saves.all {
		st := s.state()
		switch {
		case st.Running:
			sum.Running++
			sum.Done += st.Done
			if st.Total < 0 || sum.Total < 0 {
				sum.Total = -1
			} else {
				sum.Total += st.Total
			}
		case st.Failed():
			sum.Failed++
		default:
			sum.Waiting++
		}
	}
	sum.Speed = p.meter.Speed()
	sum.Left = p.left(&sum, a.now)
	if sum.Waiting > 0 {
		sum.Total = -1
	}
	return sum
}

// bringSaves takes in the journal's files and wishes. Wishes that nobody works
// on, such as those of a dubtop that was killed, are continued here.
func (a *Account) bringSaves(r savesRead) {
	if !r.news {
		return
	}
	v := &a.saves
	v.revision, v.last = r.revision, r.last
	v.version++
	for _, f := range r.files {
		a.Store.Saved.Put(f)
	}
	wished := make(map[output.Want]bool, len(r.wishes))
	for _, w := range r.wishes {
		wished[w.Want] = true
		s := v.find(w.Want)
		if s == nil {
			s = a.newSave(w)
			v.add(s)
		}
		if s.cancel == nil {
			s.wish, s.elsewhere = w, r.away[w.Want]
		}
	}
	for _, s := range slices.Clone(v.all) {
		if !wished[s.wish.Want] && s.cancel == nil {
			v.remove(s) // another window saved it, or gave it up
		}
	}
}

func (a *Account) newSave(w output.Wish) *saved {
	s := &saved{wish: w, shared: new(sharing), name: text.Of(filepath.Base(w.Path))}
	if g, ok := a.Store.Generations.Find(w.Job); ok {
		s.name = g.Name
	}
	return s
}

// Unsavable returns why no file can be saved at all, or nil.
func (a *Account) Unsavable() error {
	switch {
	case a.Journal == nil:
		return errors.New("the journal is not open yet")
	case a.unwritable != nil:
		return a.unwritable
	case a.Saving.Folder == "":
		return errors.New("there is no folder to save to: set folder in the [output] part of the configuration")
	}
	return nil
}

// savesDue starts the downloads that are due.
func (a *Account) savesDue(now time.Time) (work []Work) {
	if !a.Lists || a.Unsavable() != nil || a.saves.ctx.Err() != nil { // it has stopped for good
		return nil
	}
	work = a.automaticWork(now)
	a.saves.measure(now)
	running := 0
	for _, s := range a.saves.all {
		if s.cancel != nil {
			running++
			a.saves.version++
			s.meter.Add(now, s.shared.done.Load())
		}
	}
	most := a.Saving.AtOnce
	if most <= 0 {
		most = savesAtOnce
	}
	for _, s := range a.saves.all {
		if running >= most {
			break
		}
		if s.due(now) && (!a.OlderLeft() || a.listed(s)) {
			running++
			work = append(work, a.saveWork(s))
		}
	}
	return work
}

// listed reports whether the job of a save is known, whose facts may be in its
// name.
func (a *Account) listed(s *saved) bool {
	_, ok := a.Store.Generations.Find(s.wish.Job)
	return ok || s.job.ID != ""
}

// nextSaved is when something about the saves changes by itself.
func (a *Account) nextSaved() (next time.Time) {
	for _, s := range a.saves.all {
		switch {
		case s.cancel != nil:
			return a.now.Add(time.Second) // its progress
		case s.elsewhere, s.wish.Reason != "", s.dropped:
		case s.next.After(a.now):
			next = instant.Earlier(next, s.next)
		}
	}
	return next
}

// saveWork makes one attempt.
func (a *Account) saveWork(s *saved) Work {
	a.saves.version++
	stop, cancel := context.WithCancel(a.saves.ctx)
	s.cancel, s.meter = cancel, upload.Meter{}
	s.shared.done.Store(0)
	s.shared.total.Store(-1)
	s.shared.words.Store(nil)
	r := saveRun{
		client: a.Client, journal: a.Journal, keeper: a.saves.keeper, how: a.Saving,
		want: s.wish.Want, job: output.Job{ID: s.wish.Job, Name: string(s.name)}, shared: s.shared,
	}
	if g, ok := a.Store.Generations.Find(s.wish.Job); ok {
		s.name = g.Name
		r.job = a.Saving.jobOf(&g)
	} else if s.job.ID != "" {
		r.job = s.job
	}
	return a.work(func(ctx context.Context) apply {
		ctx, end := context.WithCancel(ctx)
		defer end()
		defer context.AfterFunc(stop, end)()
		done := r.do(ctx)
		return func(now time.Time) []Event { return a.saveEnded(s, done, now) }
	})
}

// saveEnded takes in the end of an attempt.
func (a *Account) saveEnded(s *saved, done saveEnd, now time.Time) []Event {
	s.cancel()
	s.cancel = nil
	a.saves.version++
	if done.path != "" {
		s.wish.Path = done.path
	}
	switch {
	case errors.Is(done.err, journal.ErrSavingElsewhere):
		s.elsewhere = true
		return nil
	case errors.Is(done.err, journal.ErrNoWish), s.dropped:
		a.saves.remove(s)
		return nil
	case done.err == nil && !done.none:
		a.saves.remove(s)
		a.saves.spell.files++
		a.saves.spell.bytes += done.file.Size
		a.Store.Saved.Put(done.file)
		a.inspect(done.file)
	case done.none:
		a.saves.remove(s)
	case errors.Is(done.err, context.Canceled):
		return nil
	case errors.Is(done.err, download.ErrBusy): // a dubtop with another journal
		s.next = now.Add(elsewhereAgain)
		return nil
	case done.broken: // the journal does not know that it failed
		s.wish.Reason, s.next = "", now.Add(elsewhereAgain)
		return nil
	default:
		s.wish.Reason = string(text.Of(done.err.Error()))
	}
	return []Event{{Kind: EventSaved, Err: done.err, Saved: &SavedFile{File: done.file, Want: s.wish.Want, Name: s.name, None: done.none, Automatic: s.wish.Automatic}}}
}

// SaveFiles saves the planned files. Its event counts them.
func (a *Account) SaveFiles(p Plan) Work {
	wishes := p.wishes(a.now)
	j := a.Journal
	return a.work(func(ctx context.Context) apply {
		taken, err := j.WishFiles(ctx, wishes)
		return func(time.Time) []Event {
			a.wished(taken)
			for i := range p.Files {
				if s := a.saves.find(p.Files[i].Want); s != nil {
					s.job, s.name = p.Files[i].job, p.Files[i].Name
				}
			}
			return []Event{{Kind: EventWished, Err: err, Count: len(taken)}}
		}
	})
}

// wished starts to save the files that the journal has taken on.
func (a *Account) wished(taken []output.Wish) {
	a.saves.version++
	for _, w := range taken {
		s := a.saves.find(w.Want)
		if s == nil {
			s = a.newSave(w)
			a.saves.add(s)
		}
		s.wish, s.elsewhere, s.next, s.dropped = w, false, time.Time{}, false
	}
}

// RetrySaves tries again to save files that failed: all of them without wants.
func (a *Account) RetrySaves(wants ...output.Want) Work {
	var wishes []output.Wish
	for _, s := range a.saves.all {
		if s.wish.Reason != "" && s.cancel == nil && (len(wants) == 0 || slices.Contains(wants, s.wish.Want)) {
			w := s.wish
			w.Reason, w.Automatic = "", false
			wishes = append(wishes, w)
		}
	}
	return a.SaveFiles(Plan{retry: wishes})
}

// DropSaves gives up files that are not saved yet, and removes their parts.
func (a *Account) DropSaves(wants ...output.Want) Work {
	paths := make([]string, 0, len(wants))
	for _, w := range wants {
		s := a.saves.find(w)
		if s == nil {
			continue
		}
		s.dropped = true
		if s.cancel != nil {
			s.cancel() // its end removes it
			continue
		}
		paths = append(paths, s.wish.Path)
		a.saves.remove(s)
	}
	j := a.Journal
	return a.work(func(ctx context.Context) apply {
		err := j.DropFiles(ctx, wants)
		for _, path := range paths {
			_ = download.Discard(path) // if it fails, the part is continued or replaced
		}
		return func(time.Time) []Event { return []Event{{Kind: EventWished, Err: err}} }
	})
}
