package outbox

import (
	"slices"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
)

// A submission's local files become assets between the confirmation and the
// paid request, where the server takes uploads. The outbox knows which contents
// are assets, and holds a submission until all of its own are; see Room.Ready.

// Attach puts the assets of files into the request; asset returns "" for a file
// that is none yet. It changes the bytes to be sent, so it is an error once they
// may have been.
func (s *Submission) Attach(asset func(draft.File) string) error {
	if s.State.AtStake() || s.State == SubmissionDropped {
		return s.wrong("get assets")
	}
	local, files := s.Local(), slices.Clone(s.Files)
	for i := range local {
		local[i].Asset = asset(local[i])
	}
	put := draft.WithAssets
	if s.Kind == SubmitBatch {
		put = draft.BatchWithAssets
	}
	body, err := put(s.Body, local)
	if err != nil {
		return err
	}
	for i := range files {
		if files[i].Asset == "" {
			files[i], local = local[0], local[1:]
		}
	}
	s.Body, s.Files = body, files
	return nil
}

// Detach takes assets that are gone out of the request again, so that their
// files are uploaded anew.
func (s *Submission) Detach(gone func(asset string) bool) error {
	if s.State.AtStake() || s.State == SubmissionDropped {
		return s.wrong("lose assets")
	}
	var lost []draft.File
	files := slices.Clone(s.Files)
	for i := range files {
		if files[i].Asset != "" && gone(files[i].Asset) {
			lost = append(lost, files[i])
			files[i].Asset = ""
		}
	}
	take := draft.WithoutAssets
	if s.Kind == SubmitBatch {
		take = draft.BatchWithoutAssets
	}
	body, err := take(s.Body, lost)
	if err != nil {
		return err
	}
	s.Body, s.Files = body, files
	return nil
}

// LearnUploads notes whether the server takes uploads.
func (o *Outbox) LearnUploads(s api.Support) {
	if o.Uploads != s {
		o.Uploads = s
		o.clock++ // rows may have another state now
	}
}

// Uploaded notes that a content is an asset now.
func (o *Outbox) Uploaded(c draft.Content, asset string) {
	if o.assets == nil {
		o.assets = make(map[draft.Content]string)
	}
	o.assets[c] = asset
}

// Forget notes that an asset is gone.
func (o *Outbox) Forget(asset string) {
	for c, id := range o.assets {
		if id == asset {
			delete(o.assets, c)
		}
	}
}

// Wanted lists the local files of the submissions that will be sent without the
// user's help, each content once, in the order of the queue. It is empty while
// the queue is paused, because a pause also ends uploads.
func (o *Outbox) Wanted() []*draft.File {
	if o.sendsNothing() {
		return nil
	}
	return o.Queue.shortlist().missing
}

// Wants reports whether Wanted lists a content.
func (o *Outbox) Wants(c draft.Content) bool {
	return !o.sendsNothing() && o.Queue.shortlist().known[c]
}

// With lists the submissions for which Wanted lists a content.
func (o *Outbox) With(c draft.Content) (ids []string) {
	if !o.Wants(c) {
		return nil
	}
	for _, item := range o.Queue.shortlist().local {
		if slices.ContainsFunc(item.Submission.Files, func(f draft.File) bool { return f.Asset == "" && f.Content() == c }) {
			ids = append(ids, item.Submission.ID)
		}
	}
	return ids
}

func (o *Outbox) sendsNothing() bool { return !o.Sender || o.Queue.paused || len(o.answers) > 0 }

// ready reports whether a submission's local files are where they must be before
// it can be sent: assets, or here if the server takes no uploads, which a batch
// can't do without.
func (o *Outbox) ready(s *Submission) bool {
	return o.Uploads == api.Unsupported && s.Kind == SubmitGeneration || !s.HasLocal()
}

// attach hands out the submissions all of whose files have become assets.
func (o *Outbox) attach(now time.Time) (tasks []Task) {
	if len(o.assets) == 0 || now.Before(o.filesAgain) {
		return nil
	}
	for _, item := range o.Queue.shortlist().local {
		if !item.pricing && o.busy[item.Submission.ID] == 0 {
			if sub := item.Submission; o.complete(&sub) {
				o.Begin(sub.ID)
				tasks = append(tasks, Task{Kind: TaskAttach, Submission: sub})
			}
		}
	}
	return tasks
}

// complete puts the assets into a submission if all of its files have become
// some.
func (o *Outbox) complete(s *Submission) bool {
	asset := func(f draft.File) string { return o.assets[f.Content()] }
	missing := slices.ContainsFunc(s.Files, func(f draft.File) bool { return f.Asset == "" && asset(f) == "" })
	return !missing && s.Attach(asset) == nil
}

// Unfit returns the task to hold a waiting submission that can't be sent as it
// is, for a reason that Reason gives.
func (o *Outbox) Unfit(id string, now time.Time) (Task, bool) {
	item, ok := o.Queue.Item(id)
	if !ok || now.Before(o.filesAgain) || o.busy[id] > 0 || item.Submission.State.AtStake() {
		return Task{}, false
	}
	o.Begin(id)
	return Task{Kind: TaskHold, Submission: item.Submission}, true
}

// attached applies the result of TaskAttach and TaskHold.
func (o *Outbox) attached(d TaskResult, now time.Time) {
	if d.Unrecorded != nil || d.Again {
		o.filesAgain = now.Add(noteAgain)
	}
	item, waits := o.Queue.Item(d.Submission.ID)
	switch {
	case !waits || d.Elsewhere || d.Again:
	case d.Unfit:
		o.Queue.Put(d.Submission, true)
	case d.Unrecorded == nil:
		o.Queue.Put(d.Submission, item.Paused)
	}
}

// UploadFailed is the prefix of the reason of a submission that is paused
// because a file of it could not be uploaded.
const UploadFailed = "not uploaded: "

// UploadHasFailed reports whether the row waits because of a file.
func (r *QueueRow) UploadHasFailed() bool { return strings.HasPrefix(string(r.Reason), UploadFailed) }
