package journal

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state/outbox"
	"dubtop/state/table"
)

// SaveSubmission saves a submission; it is durable when nil is returned. It
// returns ErrBackwards for a record that would undo a state in which money may
// have been spent, or change a request that was sent. Only BeginSending leads
// to sending, and only the process that began may save the answer.
func (j *Journal) SaveSubmission(ctx context.Context, s outbox.Submission) error {
	return j.spend(ctx, func(tx *sql.Tx) error { return j.save(ctx, tx, s) })
}

func (j *Journal) save(ctx context.Context, tx *sql.Tx, s outbox.Submission) error {
	old, err := stored(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	if err := j.mayFollow(old, s); err != nil {
		return err
	}
	agreed := old.state == outbox.SubmissionConfirmed || old.state == outbox.SubmissionQueued || old.state == outbox.SubmissionSending
	if s.State == outbox.SubmissionConfirmed && !agreed {
		if err := onlyOfItsDraft(ctx, tx, s, old); err != nil {
			return err
		}
	}
	return record(ctx, tx, s, old)
}

// onlyOfItsDraft refuses a second submission of a draft, because two windows
// may show and send the same one. An unknown outcome only allows it if the user
// was told. A draft without an id comes from an older dubtop, and is identified
// by its last edit.
func onlyOfItsDraft(ctx context.Context, tx *sql.Tx, s outbox.Submission, old prior) error {
	where, arg := `draft ->> '$.id' = ?1`, s.Draft.ID
	switch {
	case s.Draft.UpdatedAt.IsZero():
		return nil // never edited
	case s.Draft.ID == "":
		where, arg = `draft ->> '$.updatedAt' = ?1 AND draft ->> '$.id' = ''`, s.Draft.UpdatedAt.Format(time.RFC3339Nano)
	}
	var twin bool
	err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM submissions WHERE "+where+` AND id != ?2 AND (state IN ('sending', 'sent')
			OR state = 'unknown' AND ?3 OR `+waiting+` AND EXISTS (SELECT 1 FROM queue WHERE submission = submissions.id)))`,
		arg, s.ID, s.Draft.Unknown == "").Scan(&twin)
	if err != nil || twin {
		return cmp.Or(err, ErrSameDraft)
	}
	if old.state != "" {
		return nil
	}
	return becomes(ctx, tx, s.Draft)
}

// BeginSending records that a confirmed submission is about to be sent; send
// nothing before it returns nil. If several processes try, one gets nil and the
// others ErrTaken. It also returns ErrPaused if the submission is paused,
// ErrSameDraft if its draft was sent or queued as another submission, and
// ErrSameFile if a batch from the same file is not in Submission.Shown.
func (j *Journal) BeginSending(ctx context.Context, s outbox.Submission) error {
	return j.begin(ctx, s, func(tx *sql.Tx, old prior) error {
		switch {
		case old.state == outbox.SubmissionDropped:
			return ErrDropped
		case old.state == outbox.SubmissionSending || old.state != "" && !old.state.CanBecome(outbox.SubmissionSending):
			return ErrTaken
		case old.state != "" && (old.key != s.IdempotencyKey || !bytes.Equal(old.body, s.Body)):
			return fmt.Errorf("%w: this differs from what was confirmed", ErrBackwards)
		}
		return cmp.Or(onlyOfItsDraft(ctx, tx, s, old), onlyWhatWasTold(ctx, tx, s), notPaused(ctx, tx, s.ID))
	})
}

// BeginResending records that a submission of unknown outcome is about to be
// sent again; send nothing before it returns nil. It returns ErrTaken if
// another process resent or settled it in the meantime, and ErrBackwards if the
// key or the body differs.
func (j *Journal) BeginResending(ctx context.Context, s outbox.Submission) error {
	return j.begin(ctx, s, func(_ *sql.Tx, old prior) error {
		switch {
		case old.state != outbox.SubmissionUnknown || old.answeredAt != nanos(s.AnsweredAt):
			return ErrTaken
		case old.key != s.IdempotencyKey || !bytes.Equal(old.body, s.Body):
			return fmt.Errorf("%w: a sent request can't be changed", ErrBackwards)
		}
		return nil
	})
}

// begin marks the submission as being sent by this process, if may allows it.
func (j *Journal) begin(ctx context.Context, s outbox.Submission, may func(*sql.Tx, prior) error) error {
	if s.State != outbox.SubmissionSending || s.IdempotencyKey == "" || len(s.Body) == 0 {
		return fmt.Errorf("%w: it is %s", outbox.ErrTransition, s.State)
	}
	if err := j.Writable(); err != nil {
		return err
	}
	name, err := j.owner.take()
	if err != nil {
		return err
	}
	return j.spend(ctx, func(tx *sql.Tx) error {
		old, err := stored(ctx, tx, s.ID)
		if err != nil {
			return err
		}
		if err := may(tx, old); err != nil {
			return err
		}
		old.owner = name
		return record(ctx, tx, s, old)
	})
}

// mayFollow returns an error if s must not replace the stored state.
func (j *Journal) mayFollow(old prior, s outbox.Submission) error {
	if s.State == outbox.SubmissionSending && old.state != outbox.SubmissionSending {
		return fmt.Errorf("%w: only BeginSending leads to sending", outbox.ErrTransition)
	}
	if old.state == "" {
		return nil
	}
	if !old.canBecome(s.State) {
		return fmt.Errorf("%w: it is %s there, and can't become %s", ErrBackwards, old.state, s.State)
	}
	if !old.state.AtStake() {
		return nil
	}
	return j.mayAnswer(old, s)
}

// mayAnswer returns an error if s must not be the answer to a sent request.
func (j *Journal) mayAnswer(old prior, s outbox.Submission) error {
	switch {
	case old.key != s.IdempotencyKey || !bytes.Equal(old.body, s.Body):
		return fmt.Errorf("%w: a sent request can't be changed", ErrBackwards)
	case old.state != outbox.SubmissionSending:
		return nil
	case !j.owner.is(old.owner):
		return ErrTaken
	case !old.answeredBy(s):
		return fmt.Errorf("%w: it is being sent, and only its answer may follow", ErrBackwards)
	}
	return nil
}

// canBecome is SubmissionState.CanBecome, except that an edited submission
// stays a draft: its content goes into a new one, and a late price must not
// revive the old one.
func (p prior) canBecome(s outbox.SubmissionState) bool {
	edited := p.state == outbox.SubmissionDraft && len(p.body) == 0
	return p.state.CanBecome(s) && (!edited || s == outbox.SubmissionDraft)
}

// answeredBy reports whether s is the answer to the current attempt. A copy
// from before the attempt would look like proof that nothing was sent.
func (p prior) answeredBy(s outbox.Submission) bool {
	switch {
	case s.State == outbox.SubmissionSending:
		return true
	case nanos(s.SentAt) != p.sentAt || s.AnsweredAt.IsZero():
		return false
	}
	return s.State != outbox.SubmissionUnknown || nanos(s.AnsweredAt) != p.answeredAt // the unknown outcome being resent
}

// record writes the row, and a transition if something changed.
func record(ctx context.Context, tx *sql.Tx, s outbox.Submission, old prior) error {
	values, err := columns(s)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, insertSubmission, append(values, old.owner)...); err != nil {
		return err
	}
	if old.state == "" {
		if err := labelFirst(ctx, tx, s); err != nil {
			return err
		}
		if err := joinSet(ctx, tx, s); err != nil {
			return err
		}
	}
	if s.State == outbox.SubmissionSent {
		if err := book(ctx, tx, s); err != nil {
			return err
		}
		if err := joinAs(ctx, tx, s.ID, s.Job()); err != nil {
			return err
		}
	}
	if s.State == old.state && s.IdempotencyKey == old.key && s.Reason == old.reason {
		return nil
	}
	return remember(ctx, tx, Transition{
		At: lastChange(s), State: s.State, IdempotencyKey: s.IdempotencyKey, BodySHA256: hashOf(s.Body), Reason: string(s.Reason),
	}, s.ID)
}

// Submissions lists all submissions, newest first.
func (j *Journal) Submissions(ctx context.Context) ([]outbox.Submission, error) {
	return j.submissions(ctx, "true ORDER BY created_at DESC, id DESC")
}

// Unresolved lists the submissions that may have been charged without our
// knowledge, oldest first: being sent, of unknown outcome, or dropped while
// unknown.
func (j *Journal) Unresolved(ctx context.Context) ([]outbox.Submission, error) {
	return j.submissions(ctx, `state IN ('sending', 'unknown', 'dropped')
		AND (state != 'dropped' OR sent_at != 0) ORDER BY sent_at, id`)
}

// SubmissionOf returns the submission that created a generation or batch; ok is
// false if there is none.
func (j *Journal) SubmissionOf(ctx context.Context, job api.ID) (s outbox.Submission, ok bool, err error) {
	found, err := j.submissions(ctx, `id IN (
		SELECT id FROM submissions WHERE generation_id = ?1 AND generation_id != '' UNION ALL
		SELECT id FROM submissions WHERE batch_id = ?1 AND batch_id != '') AND state = 'sent'`, string(job))
	if err != nil || len(found) == 0 {
		return outbox.Submission{}, false, err
	}
	return found[0], true, nil
}

// Names returns the names of all submissions by id.
func (j *Journal) Names(ctx context.Context) (map[string]string, error) {
	out := make(map[string]string)
	err := j.pairs(ctx, "SELECT id, name FROM submissions", func(id, name string) { out[id] = name })
	return out, err
}

// ProjectsOf returns the projects of submissions, jobs and batches by their ids.
func (j *Journal) ProjectsOf(ctx context.Context) (map[string]api.ID, error) {
	out := make(map[string]api.ID)
	err := pairs(ctx, j.lists, `SELECT id, project FROM generations WHERE project != '' UNION ALL
		SELECT id, json_extract(draft, '$.projectId') FROM submissions WHERE draft LIKE '%"projectId":"_%'`,
		func(id, project string) { out[id] = api.ID(table.Shared(project)) })
	return out, j.failed(err)
}

// Claims returns the submission of every generation and batch of ours, by the
// job's id.
func (j *Journal) Claims(ctx context.Context) (map[api.ID]string, error) {
	out := make(map[api.ID]string)
	err := j.pairs(ctx, `SELECT generation_id, id FROM submissions WHERE generation_id != '' AND state = 'sent' UNION ALL
		SELECT batch_id, id FROM submissions WHERE batch_id != '' AND state = 'sent'`, func(job, id string) { out[api.ID(job)] = id })
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (j *Journal) submissions(ctx context.Context, where string, arguments ...any) ([]outbox.Submission, error) {
	rows, err := j.db.QueryContext(ctx, "SELECT "+submissionColumns+" FROM submissions WHERE "+where, arguments...)
	if err != nil {
		return nil, j.failed(err)
	}
	all, err := collect(rows, func(rows *sql.Rows) (outbox.Submission, error) { return scanSubmission(rows) })
	return all, j.failed(err)
}

// idsAtOnce is how many ids a query asks for; SQLite's own limit is higher.
const idsAtOnce = 500

// SubmissionsOf returns the submissions of some jobs, by the job's id, or by
// the submission's own id if it has no known job. Jobs not sent from here are
// missing.
func (j *Journal) SubmissionsOf(ctx context.Context, ids []api.ID) (map[api.ID]outbox.Submission, error) {
	found := make(map[api.ID]outbox.Submission)
	for some := range slices.Chunk(ids, idsAtOnce) {
		in, args := among(some)
		subs, err := j.submissions(ctx, "kind = 'generation' AND (generation_id IN "+in+" OR id IN "+in+") ORDER BY created_at", append(args, args...)...)
		if err != nil {
			return nil, err
		}
		for _, s := range subs {
			found[cmp.Or(s.GenerationID, api.ID(s.ID))] = s
		}
	}
	return found, nil
}

// Recover is called at the start. Submissions that a dead process was sending
// become unknown and are returned; those of a living one are left alone. It
// also books what an older dubtop sent.
func (j *Journal) Recover(ctx context.Context, now time.Time) ([]outbox.Submission, error) {
	var out []outbox.Submission
	var gone []string
	err := j.write(ctx, func(tx *sql.Tx) error {
		if err := bookNew(ctx, tx); err != nil {
			return err
		}
		owners, err := senders(ctx, tx)
		if err != nil {
			return err
		}
		for _, name := range owners {
			dead, err := j.owner.dead(name)
			if err != nil {
				return fmt.Errorf("can't tell whether another dubtop is still sending: %w", err)
			}
			if !dead {
				continue
			}
			left, err := interrupt(ctx, tx, name, now)
			if err != nil {
				return err
			}
			gone = append(gone, name)
			out = append(out, left...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, name := range gone {
		// A file left behind does no harm.
		_ = j.owner.bury(name)
	}
	return out, nil
}

func senders(ctx context.Context, tx *sql.Tx) ([]string, error) {
	rows, err := tx.QueryContext(ctx, "SELECT DISTINCT owner FROM submissions WHERE state = 'sending'")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		out = append(out, name)
	}
	return out, rows.Err()
}

// interrupt marks the owner's submissions being sent as unknown.
func interrupt(ctx context.Context, tx *sql.Tx, owner string, now time.Time) ([]outbox.Submission, error) {
	rows, err := tx.QueryContext(ctx,
		"SELECT "+submissionColumns+" FROM submissions WHERE state = 'sending' AND owner = ?", owner)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []outbox.Submission
	for rows.Next() {
		s, err := scanSubmission(rows)
		if err != nil {
			return nil, err
		}
		s.Interrupted(now)
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, s := range out {
		old := prior{state: outbox.SubmissionSending, key: s.IdempotencyKey, owner: owner}
		if err := record(ctx, tx, s, old); err != nil {
			return nil, err
		}
	}
	return out, nil
}
