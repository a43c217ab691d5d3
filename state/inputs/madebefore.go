package inputs

import (
	"bytes"
	"context"
	"encoding/json"

	"dubtop/state/draft"
	"dubtop/state/jobset"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// madeBefore returns the journal's submissions that have, or may still, become
// jobs, by their content, the newest of each.
func (s JobSources) madeBefore(ctx context.Context, j *journal.Journal) (map[string]jobset.Made, error) {
	if j == nil {
		return nil, nil
	}
	before := make(map[string]jobset.Made)
	err := j.EachSubmission(ctx, func(sub *outbox.Submission) {
		made := jobset.Made{Words: becameOf(sub), Job: string(sub.GenerationID)}
		switch {
		case made.Words == "" || s.Failed[sub.GenerationID]:
		case sub.Kind == outbox.SubmitBatch:
			made.Words += ", in a batch"
			for content := range s.contents(sub.Body) {
				before[content] = made
			}
		case !sub.Draft.Empty():
			before[jobset.ContentOf(s.absolute(sub.Draft))] = made
		}
	})
	return before, err
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

// contents yields the content of each line of a batch.
func (s JobSources) contents(body []byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range bytes.SplitSeq(body, []byte("\n")) {
			var job struct {
				Payload json.RawMessage `json:"payload"`
			}
			if json.Unmarshal(line, &job) != nil {
				continue
			}
			if d, err := draft.FromRequest(job.Payload); err == nil && !yield(jobset.ContentOf(d)) {
				return
			}
		}
	}
}

// absolute makes the paths of a draft independent of the current folder, as
// those of rows are.
func (s JobSources) absolute(d draft.Draft) draft.Draft {
	d = d.Clone()
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
