package cli

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/inputs"
	"dubtop/state/jobset"
	"dubtop/state/outbox"
)

// join finds the rows that were agreed to in earlier calls of the same run, and
// returns those that are still to be bought.
func (s *submit) join(ctx context.Context, rows []jobset.Row) ([]jobset.Row, error) {
	seen := map[string]bool{}
	for i := range rows {
		id := rows[i].RunID()
		if s.run != "" && seen[id] {
			return nil, usage("give every row its own id", "two rows of the list have the id %q", id)
		}
		seen[id] = true
		s.rows = append(s.rows, &submitRow{row: &rows[i], id: id, attempt: 1})
	}
	if s.run == "" {
		return rows, nil
	}
	intents, err := s.j.Intents(ctx, s.run)
	if err != nil {
		return nil, journalFailed(err)
	}
	if len(intents) == 0 {
		return rows, s.lookBack(ctx, "this machine does not know run "+s.run)
	}
	if err := s.bind(ctx, intents); err != nil {
		return nil, err
	}
	if err := s.retry(ctx); err != nil {
		return nil, err
	}
	var left []jobset.Row
	for _, r := range s.rows {
		if !r.joined {
			left = append(left, *r.row)
		}
	}
	return left, s.lookBehind(ctx, len(left))
}

// lookBehind looks back for the rows of a run that are left, if the journal was restored:
// the run may have gone on where its backup was made.
func (s *submit) lookBehind(ctx context.Context, left int) error {
	from, _, err := s.j.Restored(ctx)
	if err != nil || from.IsZero() || left == 0 {
		return journalFailed(err)
	}
	return s.lookBack(ctx, "this journal is a backup, and run "+s.run+" may have gone on without it")
}

// bind gives the rows their submissions, and refuses rows that have changed since.
func (s *submit) bind(ctx context.Context, intents []outbox.Intent) error {
	last := outbox.Last(intents)
	var ids []string
	for _, r := range s.rows {
		if n, known := last[r.id]; known {
			ids = append(ids, n.Submission)
		}
	}
	subs, err := s.j.SubmissionsByID(ctx, ids)
	if err != nil {
		return journalFailed(err)
	}
	changed := 0
	for _, r := range s.rows {
		n, known := last[r.id]
		if !known {
			continue
		}
		r.joined, r.attempt, r.sub = true, n.Attempt, subs[n.Submission]
		d := r.row.Job()
		differences := append(n.Differences(&d), s.changedFiles(ctx, &r.sub)...)
		if len(differences) > 0 {
			changed++
			s.voice.warn("row " + words(r.id) + " has changed: " + text.Of(strings.Join(differences, "; ")))
		}
	}
	if changed > 0 {
		return &Failure{
			Status: StatusUsage, Code: "changed", Err: fmt.Errorf("nothing was sent: %s since run %s was agreed to", text.Count(changed, "row has changed", "rows have changed"), s.run),
			Hint: "undo the change to join the run, or buy it as it is now under another --run",
		}
	}
	return nil
}

// changedFiles names the local files of a submission whose content is not what
// was agreed to. A file that is gone has not changed: the job has it already, or
// is not sent without it.
func (s *submit) changedFiles(ctx context.Context, sub *outbox.Submission) (words []string) {
	contents := inputs.NewContents(s.j)
	for _, f := range sub.Files {
		now := f
		if contents.Measure(ctx, &now) == nil && now.SHA256 != f.SHA256 && len(f.SHA256) == 2*sha256.Size {
			words = append(words, "the content of "+filepath.Base(f.Path)+" is different")
		}
	}
	return words
}

// retry raises the attempt of rows that failed, if that is asked for: the server
// refused the request, or made a job that has failed. It never does for an
// outcome that is not known for certain.
func (s *submit) retry(ctx context.Context) error {
	if !s.retryFailed {
		return nil
	}
	made := map[api.ID]*submitRow{}
	s.sources.Failed = map[api.ID]bool{}
	var jobs []api.ID
	for _, r := range s.rows {
		switch {
		case !r.joined:
		case r.sub.ID == "", r.sub.State == outbox.SubmissionRejected:
			r.follow(r.sub.ID)
		case r.sub.State == outbox.SubmissionSent && r.sub.GenerationID != "":
			made[r.sub.GenerationID] = r
			jobs = append(jobs, r.sub.GenerationID)
		}
	}
	const atOnce = 100
	for page := range slices.Chunk(jobs, atOnce) {
		found, err := account.FetchJobs(ctx, s.login.client, page)
		if err != nil {
			return s.login.named(err)
		}
		for id := range found {
			if g := found[id]; g.Status == api.Failed || g.Status == api.Rejected {
				made[id].follow("")
				s.sources.Failed[id] = true // the new attempt repeats it on purpose
			}
		}
	}
	return nil
}

// follow makes the next attempt of a row that has failed.
func (r *submitRow) follow(refused string) {
	r.joined, r.attempt, r.refused, r.sub = false, r.attempt+1, refused, outbox.Submission{}
}

// lookBack looks through the account's history for rows that may have been submitted
// from another machine, for the reason why. Likely copies are refused, unless they
// are wanted.
func (s *submit) lookBack(ctx context.Context, why string) error {
	if s.again {
		return nil
	}
	claimed, err := s.j.Claims(ctx)
	if err != nil {
		return journalFailed(err)
	}
	var rows []*jobset.Row
	for _, r := range s.rows {
		if !r.joined {
			rows = append(rows, r.row)
		}
	}
	twins, err := inputs.History{Client: s.login.client, Home: s.world.Env.Home, Ours: func(id api.ID) bool { return claimed[id] != "" }}.Twins(ctx, rows)
	if err != nil {
		return s.login.named(fmt.Errorf("nothing was sent: the account's history can't be looked through: %w", err))
	}
	if len(twins) == 0 {
		return nil
	}
	for _, t := range twins {
		s.voice.warn(text.Sprintf("row %s: job %s of %s looks the same", words(t.Row.RunID()), words(string(t.Job)), t.Created.In(s.world.Zone).Format(time.DateTime)))
	}
	return &Failure{
		Status: StatusUsage, Code: "twins", Err: errors.New("nothing was sent: " + why + ", and " +
			string(text.Count(len(twins), "row looks like a job", "rows look like jobs")) + " that the account has"),
		Hint: "submit it where it was begun, or --again buys it all the same",
	}
}
