package account

import (
	"context"
	"errors"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// The reasons why a job has no request to copy, or no output to open.
var (
	ErrForgotten = errors.New("the server no longer knows this job, and it was not sent from here, so its inputs are unknown")
	ErrLocal     = errors.New("it was made from files of this machine, which a request can't name")
	ErrOnItsWay  = errors.New("this is being sent right now: wait for the answer")
	ErrNoOutput  = errors.New("the job has no output to open")
)

// RequestOf returns the draft of a job or a submission, and what of it is lost: from
// the journal if it was sent from here, or else from the server. The journal may be
// nil.
func RequestOf(ctx context.Context, c *api.Client, j *journal.Journal, id api.ID) (d draft.Draft, lost []text.Text, err error) {
	if j != nil {
		// The server knows all but unknown outcomes, so an error here is not fatal.
		ours, _ := j.SubmissionsOf(ctx, []api.ID{id})
		switch sub, known := ours[id]; {
		case known && sub.State == outbox.SubmissionSending:
			return d, nil, ErrOnItsWay
		case known && !sub.Draft.Empty():
			return outbox.DraftOf(&sub), nil, nil
		}
	}
	g, err := c.Generation(ctx, id, api.GenerationDetails{})
	if e, ok := errors.AsType[*api.Error](err); ok && e.Kind == api.KindNotFound {
		return d, nil, ErrForgotten
	}
	if err != nil {
		return d, nil, err
	}
	d, missing := draft.FromJob(g)
	return d, text.All(missing), nil
}

// Copies returns the request of a draft for other programs.
func Copies(d draft.Draft, base, id, home string) ([]draft.Copy, error) {
	r, files, err := d.Request(draft.CheckEnv{Home: home})
	switch {
	case err != nil:
		return nil, err
	case len(files) > 0:
		return nil, ErrLocal
	}
	body, err := draft.Encode(r)
	if err != nil {
		return nil, err
	}
	return draft.Copies(body, base, id)
}

// OutputOf asks for a job again and returns its checked, fresh link.
func OutputOf(ctx context.Context, c *api.Client, id api.ID) (job api.Generation, link string, err error) {
	if job, err = c.Generation(ctx, id, api.GenerationDetails{}); err != nil {
		return job, "", err
	}
	output := job.Output
	if output.IsZero() && job.Status.Produced() {
		output, err = c.Download(ctx, id)
	}
	if err != nil || output.IsZero() {
		return job, "", errors.Join(ErrNoOutput, err)
	}
	link, err = output.Link()
	return job, link, err
}
