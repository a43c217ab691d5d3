// Package tasks carries out the decisions of the outbox: it prices, saves, sends and
// searches, one task at a time. A paid request leaves from here alone, once the
// journal holds it. The package decides nothing and knows no session.
package tasks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// Runner runs the tasks of one account. Its methods may be called from any
// goroutine.
type Runner struct {
	Client  *api.Client
	Journal *journal.Journal
	Home    string        // for ~ in the paths of drafts
	Looks   *inputs.Looks // shared by all pricing; may be nil
}

// Do runs one task and returns the result for Outbox.Apply. It waits for the
// network. A paid request is never cancelled half way.
func (d Runner) Do(ctx context.Context, t outbox.Task) outbox.TaskResult {
	switch t.Kind {
	case outbox.TaskSend, outbox.TaskResend:
		return d.send(ctx, t)
	case outbox.TaskPrice:
		return d.price(ctx, t)
	case outbox.TaskAttach:
		return d.attach(ctx, t)
	case outbox.TaskLink:
		return d.record(ctx, t)
	case outbox.TaskNote:
		done := outbox.TaskResult{Task: t, Submission: t.Submission}
		done.Unrecorded = d.Journal.SaveSubmission(ctx, t.Submission)
		done.Elsewhere = errors.Is(done.Unrecorded, journal.ErrBackwards) || errors.Is(done.Unrecorded, journal.ErrTaken)
		return done
	}
	done := outbox.TaskResult{Task: t, Submission: t.Submission}
	switch t.Kind {
	case outbox.TaskProve:
		done.Honours, done.Err = d.Client.HonoursIdempotency(ctx)
	case outbox.TaskFollow:
		done.Job, done.Err = d.job(ctx, t.Step.ID)
	case outbox.TaskLook:
		done.Jobs, done.Skipped, done.Err = d.JobsSince(ctx, t.Step.Since)
	case outbox.TaskLookBatches:
		all, err := d.Client.Batches(api.Background(ctx))
		done.Batches, done.Err = all.Items, err
	}
	return done
}

// send saves the submission in the journal, then sends the request, once, and saves
// the outcome. If it can't be saved, nothing is sent.
func (d Runner) send(ctx context.Context, t outbox.Task) outbox.TaskResult {
	done := outbox.TaskResult{Task: t, Submission: t.Submission}
	sub := &done.Submission
	if err := cmp.Or(d.files(ctx, sub), sub.Expired(d.serverTime())); err != nil {
		return d.Unfit(ctx, done, err)
	}
	if t.Kind == outbox.TaskSend {
		if gone, err := d.lostAssets(ctx, sub); err != nil || len(gone) > 0 {
			return d.unready(ctx, done, gone, err)
		}
	}
	begin := d.Journal.BeginSending
	if t.Kind == outbox.TaskResend {
		begin = d.Journal.BeginResending
	}
	if err := begin(ctx, *sub); errors.Is(err, journal.ErrSameDraft) {
		return d.Unfit(ctx, done, err) // a lasting problem of this submission
	} else if err != nil {
		return unbegun(done, err)
	}
	done.Job, done.Batch, done.Err = d.post(ctx, *sub)
	var id api.ID
	switch {
	case done.Err == nil && done.Batch != nil:
		id = done.Batch.ID
	case done.Err == nil:
		id = done.Job.ID
	}
	if e, ok := errors.AsType[*api.Error](done.Err); ok {
		id = e.Generation
	}
	done.Unrecorded = errors.Join(
		sub.Answer(t.Outcome(done.Err, time.Now()), id, string(text.Words(done.Err)), time.Now()), d.Journal.SaveSubmission(ctx, *sub))
	return done
}

// serverTime is the server's clock, as far as it is known.
func (d Runner) serverTime() time.Time {
	now := time.Now()
	if t, ok := d.Client.ServerTime(now); ok {
		return t
	}
	return now
}

// unbegun is the result for a request that the journal did not allow to be
// sent.
func unbegun(done outbox.TaskResult, err error) outbox.TaskResult {
	for _, known := range []error{journal.ErrTaken, journal.ErrPaused, journal.ErrDropped} {
		done.Elsewhere = done.Elsewhere || errors.Is(err, known)
	}
	done.Err = err
	done.Submission.Reason = text.Words(err)
	done.Submission.State = outbox.SubmissionConfirmed
	if done.Kind == outbox.TaskResend {
		done.Submission.State = outbox.SubmissionUnknown
	}
	return done
}

// Unfit pauses a submission that no longer is as it was agreed to.
func (d Runner) Unfit(ctx context.Context, done outbox.TaskResult, why error) outbox.TaskResult {
	done.Unfit, done.Err = true, why
	sub := &done.Submission
	sub.Reason, sub.State = text.Words(why), outbox.SubmissionConfirmed
	if done.Kind == outbox.TaskResend {
		sub.State = outbox.SubmissionUnknown
		return done // the outcome stays unknown
	}
	if err := d.Journal.SaveSubmission(ctx, *sub); err != nil {
		done.Unrecorded = err
		return done
	}
	if err := d.Journal.PauseItem(ctx, sub.ID, true); !errors.Is(err, journal.ErrNotQueued) {
		done.Unrecorded = err // a batch is not in the queue
	}
	return done
}

// post sends a paid request. It is the only place that spends money.
func (d Runner) post(ctx context.Context, sub outbox.Submission) (*api.Generation, *api.Batch, error) {
	p := api.Paid{IdempotencyKey: sub.IdempotencyKey, Body: sub.Body, WebhookURL: sub.WebhookURL}
	for _, f := range sub.Local() {
		p.Files = append(p.Files, filePart(f))
	}
	if sub.Kind == outbox.SubmitBatch {
		b, err := d.Client.CreateBatch(ctx, p)
		return nil, &b, err
	}
	g, err := d.Client.CreateGeneration(ctx, p)
	return &g, nil, err
}

// filePart streams a file of the request.
func filePart(f draft.File) api.FilePart {
	return api.FilePart{
		Field: f.Field, Name: filepath.Base(f.Path), Size: f.Size,
		Open: func() (io.ReadCloser, error) {
			r, _, err := inputs.OpenFile(f.Path)
			return r, err
		},
	}
}

// price prices a submission again and saves the new price.
func (d Runner) price(ctx context.Context, t outbox.Task) outbox.TaskResult {
	done := outbox.TaskResult{Task: t, Submission: t.Submission}
	sub := &done.Submission
	p := inputs.Pricing{Draft: sub.Draft.Clone(), Env: draft.CheckEnv{Home: d.Home}, Looks: d.Looks, Contents: inputs.NewContents(d.Journal)}
	reprice := p.Reprice
	if sub.Kind == outbox.SubmitBatch {
		reprice = func(ctx context.Context, _ *api.Client, sub outbox.Submission) (outbox.Price, error) {
			return d.repriceBatch(ctx, sub)
		}
	}
	price, err := reprice(ctx, d.Client, *sub)
	if err == nil {
		err = sub.Reprice(price, time.Now())
	}
	if err == nil {
		err = d.Journal.SaveSubmission(ctx, *sub)
	}
	if err != nil {
		done.Submission = t.Submission
		done.Submission.Reason, done.Err = outbox.NoPrice+text.Words(err), err
		done.Elsewhere = errors.Is(err, journal.ErrBackwards) || errors.Is(err, journal.ErrTaken)
	}
	return done
}

// record saves a transition that needs no request.
func (d Runner) record(ctx context.Context, t outbox.Task) outbox.TaskResult {
	done := outbox.TaskResult{Task: t, Submission: t.Submission}
	if err := d.Journal.SaveSubmission(ctx, t.Submission); err != nil {
		done.Unrecorded = err
		done.Elsewhere = true // the journal's state still counts
	}
	return done
}

func (d Runner) job(ctx context.Context, id api.ID) (*api.Generation, error) {
	g, err := d.Client.Generation(api.Background(ctx), id, api.GenerationDetails{})
	if err != nil {
		return nil, err
	}
	return &g, nil
}

// maxLook limits a look to that many pages of a hundred: more jobs than any day
// had.
const maxLook = 1000

// JobsSince lists every job created at or after a server time, and counts those
// that could not be read. On an error some may be missing.
func (d Runner) JobsSince(ctx context.Context, since time.Time) (found []api.Generation, skipped int, err error) {
	ctx = api.Background(ctx)
	keep := func(page []api.Generation) {
		for i := range page {
			if !page[i].CreatedAt.Before(since) {
				found = append(found, page[i])
			}
		}
	}
	q := api.GenerationQuery{Limit: 100}
	for range maxLook {
		page, err := d.Client.Generations(ctx, q, keep)
		if err != nil {
			return nil, 0, err
		}
		keep(page.Items)
		skipped += page.Skipped
		if !page.More || page.Whole || len(page.Items) == 0 {
			return found, skipped, nil
		}
		oldest := page.Items[len(page.Items)-1]
		if !oldest.CreatedAt.IsZero() && oldest.CreatedAt.Before(since) {
			return found, skipped, nil
		}
		q.Cursor = oldest.ID
	}
	return nil, 0, fmt.Errorf("there are more jobs since %s than can be searched", since.Format(time.RFC3339))
}
