package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dubtop/state/draft"
	"dubtop/state/outbox"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/journal"
)

// Desk is where one account's work is carried out. Its methods may be called
// from any goroutine.
type Desk struct {
	Client  *api.Client
	Journal *journal.Journal
	Home    string // for ~ in the paths of drafts
	Looks   *Looks // shared by what is priced; may be nil
}

// Do carries out one task, and gives what came of it for Outbox.Landed. It
// waits for the network; a task that is sent is never given up half way.
func (d Desk) Do(ctx context.Context, t outbox.Task) outbox.Done {
	switch t.Kind {
	case outbox.TaskSend, outbox.TaskResend:
		return d.send(ctx, t)
	case outbox.TaskPrice:
		return d.price(ctx, t)
	case outbox.TaskLink:
		return d.record(ctx, t)
	case outbox.TaskNote:
		done := outbox.Done{Task: t, Submission: t.Submission}
		done.Unrecorded = d.Journal.SaveSubmission(ctx, t.Submission)
		done.Elsewhere = errors.Is(done.Unrecorded, journal.ErrBackwards) || errors.Is(done.Unrecorded, journal.ErrTaken)
		return done
	}
	done := outbox.Done{Task: t, Submission: t.Submission}
	switch t.Kind {
	case outbox.TaskProve:
		done.Honours, done.Err = d.Client.HonoursIdempotency(ctx)
	case outbox.TaskFollow:
		done.Job, done.Err = d.job(ctx, t.Step.ID)
	case outbox.TaskLook:
		done.Jobs, done.Skipped, done.Err = d.jobsSince(ctx, t.Step.Since)
	case outbox.TaskLookBatches:
		all, err := d.Client.Batches(api.Background(ctx))
		done.Batches, done.Err = all.Items, err
	}
	return done
}

// send makes the intent durable, then sends it, once, and writes down what is
// known afterwards. Without the first there is no second.
func (d Desk) send(ctx context.Context, t outbox.Task) outbox.Done {
	done := outbox.Done{Task: t, Submission: t.Submission}
	sub := &done.Submission
	if err := cmp.Or(unchanged(sub.Files), sub.Expired(d.serverTime())); err != nil {
		return d.unfit(ctx, done, err)
	}
	begin := d.Journal.BeginSending
	if t.Kind == outbox.TaskResend {
		begin = d.Journal.BeginResending
	}
	if err := begin(ctx, *sub); errors.Is(err, journal.ErrSameDraft) {
		return d.unfit(ctx, done, err) // it alone, for good
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
		sub.Answer(t.Outcome(done.Err, time.Now()), id, string(Words(done.Err)), time.Now()), d.Journal.SaveSubmission(ctx, *sub))
	return done
}

// serverTime is the time by the server's clock, as far as it is known.
func (d Desk) serverTime() time.Time {
	now := time.Now()
	if t, ok := d.Client.ServerTime(now); ok {
		return t
	}
	return now
}

// unbegun is what is known of a request that the journal did not let leave.
func unbegun(done outbox.Done, err error) outbox.Done {
	for _, known := range []error{journal.ErrTaken, journal.ErrPaused, journal.ErrDropped} {
		done.Elsewhere = done.Elsewhere || errors.Is(err, known)
	}
	done.Err = err
	done.Submission.Reason = Words(err)
	done.Submission.State = outbox.SubmissionConfirmed
	if done.Kind == outbox.TaskResend {
		done.Submission.State = outbox.SubmissionUnknown
	}
	return done
}

// unfit holds a submission back that is not what was agreed to any more.
func (d Desk) unfit(ctx context.Context, done outbox.Done, why error) outbox.Done {
	done.Unfit, done.Err = true, why
	sub := &done.Submission
	sub.Reason, sub.State = Words(why), outbox.SubmissionConfirmed
	if done.Kind == outbox.TaskResend {
		sub.State = outbox.SubmissionUnknown
		return done // the doubt stays as it is
	}
	if err := d.Journal.SaveSubmission(ctx, *sub); err != nil {
		done.Unrecorded = err
		return done
	}
	if err := d.Journal.PauseItem(ctx, sub.ID, true); !errors.Is(err, journal.ErrNotQueued) {
		done.Unrecorded = err // a batch does not wait in the queue
	}
	return done
}

// post is the one place where money leaves.
func (d Desk) post(ctx context.Context, sub outbox.Submission) (*api.Generation, *api.Batch, error) {
	p := api.Paid{IdempotencyKey: sub.IdempotencyKey, Body: sub.Body, WebhookURL: sub.WebhookURL}
	for _, f := range sub.Files {
		p.Files = append(p.Files, filePart(f))
	}
	if sub.Kind == outbox.SubmitBatch {
		b, err := d.Client.CreateBatch(ctx, p)
		return nil, &b, err
	}
	g, err := d.Client.CreateGeneration(ctx, p)
	return &g, nil, err
}

// filePart streams a file as it was when it was priced.
func filePart(f draft.File) api.FilePart {
	return api.FilePart{
		Field: f.Field, Name: filepath.Base(f.Path), Size: f.Size,
		Open: func() (io.ReadCloser, error) {
			r, _, err := OpenFile(f.Path)
			return r, err
		},
	}
}

// unchanged compares the files with what was priced.
func unchanged(files []draft.File) error {
	for _, f := range files {
		now := f
		if err := hashFile(&now); err != nil {
			return err
		}
		if now.SHA256 != f.SHA256 {
			return fmt.Errorf("%s is not the file that was priced any more: price it again", filepath.Base(f.Path))
		}
	}
	return nil
}

// price has a submission priced again, and writes the new price down.
func (d Desk) price(ctx context.Context, t outbox.Task) outbox.Done {
	done := outbox.Done{Task: t, Submission: t.Submission}
	sub := &done.Submission
	p := Pricing{Draft: sub.Draft.Clone(), Env: draft.CheckEnv{Home: d.Home}, Looks: d.Looks}
	price, err := p.reprice(ctx, d.Client, *sub)
	if err == nil {
		err = sub.Reprice(price, time.Now())
	}
	if err == nil {
		err = d.Journal.SaveSubmission(ctx, *sub)
	}
	if err != nil {
		done.Submission = t.Submission
		done.Submission.Reason, done.Err = outbox.NoPrice+Words(err), err
		done.Elsewhere = errors.Is(err, journal.ErrBackwards) || errors.Is(err, journal.ErrTaken)
	}
	return done
}

// record writes down a transition that needs nobody's answer.
func (d Desk) record(ctx context.Context, t outbox.Task) outbox.Done {
	done := outbox.Done{Task: t, Submission: t.Submission}
	if err := d.Journal.SaveSubmission(ctx, t.Submission); err != nil {
		done.Unrecorded = err
		done.Elsewhere = true // what the journal holds still stands
	}
	return done
}

func (d Desk) job(ctx context.Context, id api.ID) (*api.Generation, error) {
	g, err := d.Client.Generation(api.Background(ctx), id, api.GenerationDetails{})
	if err != nil {
		return nil, err
	}
	return &g, nil
}

// maxLook bounds a look by pages of a hundred: more jobs than any day had.
const maxLook = 1000

// jobsSince lists every job that was created at a time or after it, by the
// server's clock, and counts those on the way that could not be read. An error
// says that some may be missing.
func (d Desk) jobsSince(ctx context.Context, since time.Time) (found []api.Generation, skipped int, err error) {
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
	return nil, 0, fmt.Errorf("there were more jobs since %s than can be looked through", since.Format(time.RFC3339))
}

// Words are an error as it may stand on the screen: even our own words may
// quote remote ones.
func Words(err error) text.Text {
	if err == nil {
		return ""
	}
	words := err.Error()
	if p, ok := errors.AsType[*os.PathError](err); ok && p.Err != nil {
		words = strings.ReplaceAll(words, p.Error(), p.Path+": "+p.Err.Error()) // without the system's name for what failed
	}
	return text.Clean(words, 600)
}
