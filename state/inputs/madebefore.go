package inputs

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"maps"
	"slices"

	"dubtop/state/draft"
	"dubtop/state/jobset"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// MadeBefore returns the journal's submissions that have, or may still, become
// jobs, by their content, the newest of each. Of contents that differ from all
// of the drafts it has only some. The first call on an old journal may take
// seconds.
func (s JobSources) MadeBefore(ctx context.Context, j *journal.Journal, drafts []draft.Draft) (map[string]jobset.Made, error) {
	if j == nil || len(drafts) == 0 {
		return nil, nil
	}
	s = s.here()
	wanted := make(map[int64]bool, len(drafts))
	for i := range drafts {
		wanted[jobset.Digest(&drafts[i])] = true
	}
	// A journal that can't be written is compared all the same, more slowly.
	_ = j.Digest(ctx, digestsOf)
	before := make(map[string]jobset.Made)
	err := j.EachAlike(ctx, slices.Collect(maps.Keys(wanted)), func(sub *outbox.Submission) {
		made := jobset.Made{Words: becameOf(sub), Job: string(sub.GenerationID)}
		if made.Words == "" || s.Failed[sub.GenerationID] {
			return
		}
		if sub.Kind == outbox.SubmitBatch {
			made.Words += ", in a batch"
		}
		for d := range jobsOf(sub) {
			if wanted[jobset.Digest(&d)] {
				before[jobset.ContentOf(s.Absolute(d))] = made
			}
		}
	})
	return before, cmp.Or(ctx.Err(), err)
}

// digestsOf is a [journal.Digests].
func digestsOf(sub *outbox.Submission) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		for d := range jobsOf(sub) {
			if !yield(jobset.Digest(&d)) {
				return
			}
		}
	}
}

// becameOf says what became of a submission, "" if it makes no job.
func becameOf(sub *outbox.Submission) string {
	day := sub.SentAt.Local().Format("2 Jan 2006")
	switch sub.State {
	case outbox.SubmissionSent:
		if sub.Price.Cost != nil && sub.Kind == outbox.SubmitGeneration {
			return "made on " + day + ", " + string(sub.Price.Cost.Rounded())
		}
		return "made on " + day
	case outbox.SubmissionConfirmed, outbox.SubmissionQueued, outbox.SubmissionSending:
		return "already in the queue"
	case outbox.SubmissionUnknown:
		return "sent on " + day + ", with an unknown outcome"
	}
	return ""
}

// jobsOf yields the jobs of a submission: its draft, or each line of a batch.
func jobsOf(sub *outbox.Submission) iter.Seq[draft.Draft] {
	return func(yield func(draft.Draft) bool) {
		if sub.Kind != outbox.SubmitBatch {
			if !sub.Draft.Empty() {
				yield(sub.Draft)
			}
			return
		}
		for line := range bytes.SplitSeq(sub.Body, []byte("\n")) {
			var job struct {
				Payload json.RawMessage `json:"payload"`
			}
			if json.Unmarshal(line, &job) != nil {
				continue
			}
			if d, err := draft.FromRequest(job.Payload); err == nil && !yield(d) {
				return
			}
		}
	}
}

// Absolute makes the paths of a draft independent of the current folder, as
// those of rows are.
func (s JobSources) Absolute(d draft.Draft) draft.Draft {
	s, d = s.here(), d.Clone()
	paths := []*string{&d.Visual, &d.Audio}
	for i := range d.More {
		paths = append(paths, &d.More[i].Audio)
	}
	for _, typed := range paths {
		m, err := draft.ParseMedia(*typed, s.Env.Home)
		if err != nil || m.Source != draft.SourceFile {
			continue
		}
		if path, err := s.path(*typed); err == nil {
			*typed = draft.TypedPath(path)
		}
	}
	return d
}
