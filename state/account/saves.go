package account

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/download"
	"dubtop/state/journal"
	"dubtop/state/output"
	"dubtop/state/table"
	"dubtop/state/upload"
)

// saves holds the files that are being saved, wait or have failed.
type saves struct {
	all      []*saved // in the order in which they are saved
	by       map[output.Want]*saved
	revision int64 // of the journal, when last read
	last     int64 // number of the last file known
	auto     automatic
	stop     context.CancelFunc // ends all downloads
	ctx      context.Context
	keeper   fileSaver
	version  uint64
	sum      SaveSum // at the version summed
	summed   uint64
	spell    spell
	planning int // pieces of work that find out what to save automatically
}

// spell is a time in which files are being saved.
type spell struct {
	began time.Time
	files int   // saved in it
	bytes int64 // of these
	meter upload.Meter
}

// fileSaver saves one file from a link; a download.Downloader does.
type fileSaver interface {
	Save(ctx context.Context, r download.Request) (download.File, error)
}

// saved is a wish for a file.
type saved struct {
	wish      output.Wish
	name      text.Text  // of the job
	job       output.Job // as planned; zero if it was planned earlier
	shared    *sharing
	meter     upload.Meter
	cancel    context.CancelFunc // of the attempt; nil if none is made
	next      time.Time          // when to try again
	elsewhere bool               // another process saves it
	dropped   bool
}

// sharing is the progress of a running download.
type sharing struct {
	done, total atomic.Int64
	words       atomic.Pointer[text.Text]
}

// Save is the progress of a file that is being saved, waits or has failed.
type Save struct {
	output.Wish
	Name      text.Text // of the job
	Running   bool
	Elsewhere bool // another window saves it
	Done      int64
	Total     int64     // -1 if unknown
	Speed     float64   // bytes a second
	Words     text.Text // why it waits, "" while bytes arrive
}

// Failed reports whether it waits for the user to try again.
func (s *Save) Failed() bool { return s.Reason != "" && !s.Running }

func (s *saved) state() Save {
	out := Save{Wish: s.wish, Name: s.name, Running: s.cancel != nil, Elsewhere: s.elsewhere, Total: -1}
	if out.Running {
		out.Done, out.Total, out.Speed = s.shared.done.Load(), s.shared.total.Load(), s.meter.Speed()
		if w := s.shared.words.Load(); w != nil {
			out.Words = *w
		}
	}
	return out
}

func (s *saves) find(w output.Want) *saved { return s.by[w] }

func (s *saves) add(one *saved) {
	if s.by == nil {
		s.by = make(map[output.Want]*saved)
	}
	s.all, s.by[one.wish.Want] = append(s.all, one), one
}

func (s *saves) remove(one *saved) {
	delete(s.by, one.wish.Want)
	s.all = slices.DeleteFunc(s.all, func(o *saved) bool { return o == one })
}

// SaveSum adds up the saves.
type SaveSum struct {
	Running, Waiting, Failed int
	Saved                    int           // since nothing was being saved
	Done, Total              int64         // bytes, with those of the saved ones; Total is -1 if it is not known
	Speed                    float64       // bytes a second
	Left                     time.Duration // until all are saved, 0 if unknown
}

// left is how long the rest takes: by its bytes where they are known, and
// otherwise by the files so far.
func (p *spell) left(sum *SaveSum, now time.Time) time.Duration {
	files := sum.Running + sum.Waiting
	switch {
	case files == 0:
		return 0
	case sum.Total > 0 && sum.Speed >= 1:
		mean := float64(sum.Total) / float64(sum.Saved+sum.Running)
		return time.Duration((float64(sum.Total-sum.Done) + mean*float64(sum.Waiting)) / sum.Speed * float64(time.Second))
	case p.files > 0 && now.After(p.began):
		return now.Sub(p.began) / time.Duration(p.files) * time.Duration(files)
	}
	return 0
}

// measure takes a sample of the speed.
func (s *saves) measure(now time.Time) {
	done, active := s.spell.bytes, false
	for _, one := range s.all {
		active = active || one.cancel != nil || one.due(now)
		if one.cancel != nil {
			done += one.shared.done.Load()
		}
	}
	switch {
	case !active:
		s.spell = spell{}
	case s.spell.began.IsZero():
		s.spell = spell{began: now}
	}
	if active {
		s.spell.meter.Add(now, done)
	}
}

// due reports whether an attempt may be made.
func (s *saved) due(now time.Time) bool {
	return s.cancel == nil && !s.dropped && s.wish.Reason == "" && !s.elsewhere && !now.Before(s.next)
}

// savesRead is the journal's part of saving.
type savesRead struct {
	files    []output.File
	last     int64
	wishes   []output.Wish
	away     map[output.Want]bool // saved by another process
	revision int64
	news     bool
	err      error
}

// readSaves reads the files and wishes unless their revision is known.
func readSaves(ctx context.Context, j *journal.Journal, known, after int64) (r savesRead) {
	if r.revision, r.err = j.SavingRevision(ctx); r.err != nil || r.revision == known {
		return r
	}
	var unread error
	r.files, r.last, r.err = j.Files(ctx, after)
	r.wishes, unread = j.Wishes(ctx)
	r.err = errors.Join(r.err, unread)
	r.away = make(map[output.Want]bool)
	for _, w := range r.wishes {
		if j.SavesElsewhere(w) {
			r.away[w.Want] = true
		}
	}
	r.news = r.err == nil
	return r
}

// known is the revision that need not be read again. While another process saves
// something there is none: its end changes nothing in the journal.
func (s *saves) known() int64 {
	if slices.ContainsFunc(s.all, func(one *saved) bool { return one.elsewhere }) {
		return -1
	}
	return s.revision
}

// automatic is the state of automatic saving.
type automatic struct {
	since  time.Time
	filter string // "" for all
	shown  table.View[state.Generation]
}

// tell takes in how far a download is.
func (s *sharing) tell(p download.Progress) {
	s.done.Store(p.Done)
	s.total.Store(p.Total)
	s.words.Store(&p.Words)
}
