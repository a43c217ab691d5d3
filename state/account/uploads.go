package account

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/instant"
	"dubtop/state/journal"
	"dubtop/state/outbox"
	"dubtop/state/upload"
)

const (
	// uploadsAtOnce is how many files are sent to the storage concurrently.
	uploadsAtOnce = 3
	// claimAgain is how often to ask for a content that another window uploads.
	claimAgain = 2 * time.Second
	// supportAgain is how often to ask whether the server takes uploads while the
	// question gets no answer.
	supportAgain = 10 * time.Second
	// unsupportedAgain is how often to try a server that takes no uploads.
	unsupportedAgain = 5 * time.Minute
)

// Uploads returns whether the server takes uploads, as far as it is known. If it
// is not, it is found out soon, without telling anything about a file. It may be
// called from any goroutine.
func (a *Account) Uploads() api.Support {
	known := a.Client.Uploads()
	if known == api.SupportUnknown {
		a.up.wondered.Store(true)
	}
	return known
}

// Contents returns what this session knows about the user's files.
func (a *Account) Contents() *inputs.Contents { return inputs.NewContents(a.Journal) }

// Uploading returns the number of files on their way to the storage, and how far
// they are together.
func (a *Account) Uploading() (n int, all upload.Progress) {
	for _, s := range a.up.active {
		if s.cancel != nil {
			n++
			all = all.Plus(a.progress(&s.file))
		}
	}
	return n, all
}

// UploadOf returns how far the files of a waiting submission are; ok is false if
// it has none that must be uploaded.
func (a *Account) UploadOf(submission string) (all upload.Progress, ok bool) {
	item, ok := a.Outbox.Queue.Item(submission)
	if !ok || !item.Submission.HasLocal() {
		return all, false
	}
	for i := range item.Submission.Files {
		all = all.Plus(a.progress(&item.Submission.Files[i]))
	}
	return all, true
}

// UploadOfFile returns how far one file of a waiting submission is; ok is false
// if it goes with the request.
func (a *Account) UploadOfFile(submission string, f *draft.File) (p upload.Progress, ok bool) {
	if _, waits := a.Outbox.Queue.Item(submission); !waits || a.Outbox.Uploads == api.Unsupported {
		return p, false
	}
	return a.progress(f), true
}

// progress is how far one file is.
func (a *Account) progress(f *draft.File) upload.Progress {
	p := upload.Progress{Size: f.Size}
	s := a.up.active[f.Content()]
	switch {
	case f.Asset != "" || s != nil && s.asset != "":
		p.Sent = f.Size
	case s == nil:
		p.Words = "waits for its turn"
	case s.cancel != nil:
		p.Sent, p.Speed = s.sent.Load(), s.meter.Speed()
	case errors.Is(s.err, journal.ErrUploading):
		p.Words = "another window uploads it"
	case s.err != nil:
		p.Err, p.Words = s.err, "tried again soon"
	}
	return p
}

// nextUpload is when something about the uploads changes by itself.
func (a *Account) nextUpload() (next time.Time) {
	if a.up.wondered.Load() && !a.up.asking {
		next = instant.Later(a.up.asked.Add(supportAgain), a.now)
	}
	for _, s := range a.up.active {
		switch {
		case s.cancel != nil:
			next = instant.Earlier(next, a.now.Add(time.Second)) // its progress
		case s.asset == "" && !s.final:
			next = instant.Earlier(next, instant.Later(s.next, a.now))
		}
	}
	return next
}

// end stops all uploads. A file that is needed later is sent again.
func (u *uploads) end() {
	for _, s := range u.active {
		if s.cancel != nil {
			s.cancel()
		}
	}
}

// uploadsDue starts the attempts that are due, and stops those that nobody needs
// any more.
func (a *Account) uploadsDue(now time.Time) (work []Work) {
	a.Outbox.LearnUploads(a.Client.Uploads())
	work = a.askUploads(now)
	needed, next := a.neededUploads(now)
	running := 0
	for c, s := range a.up.active {
		switch {
		case s.cancel != nil:
			running++
			s.meter.Add(now, s.sent.Load())
			if !needed[c] {
				s.cancel()
			}
		case !needed[c] && s.asset == "":
			delete(a.up.active, c) // a new wish begins anew
		}
	}
	for _, f := range next[:min(len(next), max(0, uploadsAtOnce-running))] {
		s := a.up.active[f.Content()]
		if s == nil {
			s = &sending{file: f, sent: new(atomic.Int64)}
			a.up.active[f.Content()] = s
		}
		work = append(work, a.uploadWork(s))
	}
	return append(work, a.holdFailed(now)...)
}

// askUploads finds out whether the server takes uploads.
func (a *Account) askUploads(now time.Time) []Work {
	u := &a.up
	if !u.wondered.Load() || u.asking || now.Sub(u.asked) < supportAgain {
		return nil
	}
	if a.Client.Uploads() != api.SupportUnknown {
		u.wondered.Store(false)
		return nil
	}
	u.asking, u.asked = true, now
	c := a.Client
	return []Work{a.work(func(ctx context.Context) apply {
		_, _ = c.AskUploads(api.Background(ctx)) // without an answer it is asked again
		return func(time.Time) []Event {
			u.asking = false
			if c.Uploads() == api.SupportUnknown {
				return nil
			}
			u.wondered.Store(false)
			return []Event{{Kind: EventUpload}}
		}
	})}
}

// neededUploads tells which active contents are still needed as assets, and the
// files to send next, in order and each content once. Files go with the request
// where the server takes no uploads.
func (a *Account) neededUploads(now time.Time) (needed map[draft.Content]bool, next []draft.File) {
	n := needs{active: a.up.active, needed: make(map[draft.Content]bool), now: now}
	if a.halted || a.unwritable != nil {
		return n.needed, nil
	}
	if a.Outbox.Uploads != api.Unsupported {
		for c := range a.up.active {
			if a.Outbox.Wants(c) {
				n.needed[c] = true
			}
		}
		for _, f := range a.Outbox.Wanted() {
			if n.add(f); len(n.next) == uploadsAtOnce {
				break
			}
		}
	}
	for _, m := range a.up.wanted {
		for i := range m.files {
			n.add(&m.files[i])
		}
	}
	return n.needed, n.next
}

// needs collects the files that are needed as assets.
type needs struct {
	active map[draft.Content]*sending
	needed map[draft.Content]bool // of the active
	next   []draft.File
	now    time.Time
}

func (n *needs) add(f *draft.File) {
	c := f.Content()
	if c.SHA256 == "" || f.Asset != "" {
		return
	}
	s := n.active[c]
	if s != nil {
		n.needed[c] = true
	}
	more := len(n.next) < uploadsAtOnce && (s == nil || s.due(n.now))
	if more && !slices.ContainsFunc(n.next, func(f draft.File) bool { return f.Content() == c }) {
		n.next = append(n.next, *f)
	}
}

// due reports whether another attempt may be made.
func (s *sending) due(now time.Time) bool {
	lasting := s.final && !errors.Is(s.err, api.ErrUnsupported) // servers change
	return s.cancel == nil && s.asset == "" && !lasting && !now.Before(s.next)
}

// uploadWork makes one attempt.
func (a *Account) uploadWork(s *sending) Work {
	stop, cancel := context.WithCancel(context.Background())
	s.cancel, s.meter = cancel, upload.Meter{}
	s.sent.Store(0)
	r := uploadRun{
		client: a.Client, journal: a.Journal, contents: a.Contents(), file: s.file, broken: s.broken, sent: s.sent,
		visibility: cmp.Or(a.Visibility, VisibleToUser),
	}
	return a.work(func(ctx context.Context) apply {
		ctx, end := context.WithCancel(ctx)
		defer end()
		defer context.AfterFunc(stop, end)()
		done := r.do(ctx)
		return func(now time.Time) []Event { return a.uploaded(s, done, now) }
	})
}

// uploaded takes in the end of an attempt.
func (a *Account) uploaded(s *sending, done uploadEnd, now time.Time) []Event {
	stopped := errors.Is(done.err, context.Canceled)
	s.cancel()
	s.cancel, s.broken, s.err = nil, done.broken, done.err
	switch {
	case done.err == nil:
		s.asset, s.failures = done.asset, 0
		a.Outbox.Uploaded(s.file.Content(), done.asset)
		if done.made != nil {
			a.Store.AddAsset(state.NewAsset(*done.made), now)
		}
	case stopped:
		s.err = nil
		return nil
	case errors.Is(done.err, journal.ErrUploading):
		s.next = now.Add(claimAgain)
		return nil
	case errors.Is(done.err, api.ErrUnsupported):
		a.Outbox.LearnUploads(api.Unsupported)
		s.final, s.next = true, now.Add(unsupportedAgain)
	default:
		s.failures++
		s.final = done.final
		wait := upload.Wait(s.failures)
		if e, ok := errors.AsType[*api.Error](done.err); ok {
			wait = max(wait, e.RetryAfter)
		}
		s.next = now.Add(wait)
		if !s.final && s.failures > 1 {
			return nil // it is shown in the row
		}
	}
	return []Event{{Kind: EventUpload, Err: done.err, Upload: &Upload{File: s.file, Asset: api.ID(s.asset), Final: s.final}}}
}

// mostLost is how often the assets of a content may get lost before its jobs are
// paused: a server that never shows an asset would get it again and again.
const mostLost = 2

// forgetAssets makes assets that are gone be uploaded again.
func (a *Account) forgetAssets(gone []string) {
	for c, s := range a.up.active {
		if s.asset == "" || !slices.Contains(gone, s.asset) {
			continue
		}
		fresh := &sending{file: s.file, sent: new(atomic.Int64)}
		if a.up.lost[c]++; a.up.lost[c] > mostLost {
			fresh.final, fresh.err = true, errLost
		}
		a.up.active[c] = fresh
	}
}

var errLost = errors.New("the server accepts the file as an asset, and then does not have it")

// holdFailed pauses the waiting submissions with a file that can't become an
// asset. Resuming one tries again.
func (a *Account) holdFailed(now time.Time) (work []Work) {
	for c, s := range a.up.active {
		if !s.final || s.cancel != nil || errors.Is(s.err, api.ErrUnsupported) {
			continue
		}
		for _, id := range a.Outbox.With(c) {
			if t, ok := a.Outbox.Unfit(id, now); ok {
				work = append(work, a.hold(t, s.err))
			}
		}
	}
	return work
}

// hold pauses a submission because of one of its files.
func (a *Account) hold(t outbox.Task, why error) Work {
	d := a.runner()
	return a.work(func(ctx context.Context) apply {
		done := d.Unfit(ctx, outbox.TaskResult{Task: t, Submission: t.Submission}, uploadFailed{why})
		return func(now time.Time) []Event { return a.applyTask(done, now) }
	})
}

// uploadFailed is the reason of a submission whose file was not uploaded.
type uploadFailed struct{ error }

func (e uploadFailed) Error() string { return outbox.UploadFailed + e.error.Error() }
