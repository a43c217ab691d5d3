package tasks

import (
	"context"
	"errors"
	"slices"
	"strings"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/outbox"
)

// files checks the local files that go with a request: they must be as they were
// when they were priced, and small enough.
func (d Runner) files(ctx context.Context, sub *outbox.Submission) error {
	local := sub.Local()
	for _, f := range local {
		if f.Size > api.MaxUpload {
			return errors.New(draft.TooLarge(f.Path, f.Size))
		}
	}
	var unread *inputs.Contents // every byte is read again, because nothing checks the sent ones
	return unread.Unchanged(ctx, local)
}

// attach saves a request with the assets that its files became. The server checks
// a batch before, byte for byte as it will be sent: until now its files were not
// there.
func (d Runner) attach(ctx context.Context, t outbox.Task) outbox.TaskResult {
	if t.Submission.Kind == outbox.SubmitBatch {
		err := d.Client.ValidateBatch(ctx, t.Submission.Body)
		done := outbox.TaskResult{Task: t, Submission: t.Submission, Err: err}
		if e, ok := errors.AsType[*api.Error](err); ok && (e.Kind == api.KindInvalid || e.Kind == api.KindPayment || e.Kind == api.KindNotAPI || e.Kind == api.KindNotFound) {
			// It is checked again when it is resumed.
			if failed := done.Submission.Detach(func(string) bool { return true }); failed != nil {
				err = failed
			}
			return d.Unfit(ctx, done, err)
		}
		if err != nil {
			done.Again = true
			return done
		}
	}
	return d.record(ctx, t)
}

// lostAssets returns the assets of the submission's files that the account no
// longer has, or has with another size. An error means that it can't be told.
func (d Runner) lostAssets(ctx context.Context, sub *outbox.Submission) (gone []string, err error) {
	seen := make(map[string]bool)
	for _, f := range sub.Files {
		if f.Asset == "" || seen[f.Asset] {
			continue
		}
		seen[f.Asset] = true
		x, err := d.Client.Asset(ctx, api.ID(f.Asset))
		switch {
		case api.IsCode(err, "asset_forbidden"): // it is there, and the server judges the request
		case AssetGone(err), err == nil && x.Size != 0 && x.Size != f.Size:
			gone = append(gone, f.Asset)
		case err != nil:
			return nil, err
		}
	}
	return gone, nil
}

// unready returns a submission whose assets can't be used to the queue. Those
// that are gone are forgotten, so that their files are uploaded again.
func (d Runner) unready(ctx context.Context, done outbox.TaskResult, gone []string, err error) outbox.TaskResult {
	sub := &done.Submission
	sub.State = outbox.SubmissionConfirmed
	if err != nil {
		done.Err, sub.Reason = err, text.Words(err)
		return done
	}
	done.Err, done.Gone, sub.Reason = outbox.ErrGone, gone, text.Words(outbox.ErrGone)
	for _, id := range gone {
		done.Unrecorded = errors.Join(done.Unrecorded, d.Journal.ForgetAsset(ctx, id))
	}
	done.Unrecorded = errors.Join(done.Unrecorded, sub.Detach(func(id string) bool { return slices.Contains(gone, id) }), d.Journal.SaveSubmission(ctx, *sub))
	return done
}

// AssetGone reports whether an answer proves that an asset can't be used.
func AssetGone(err error) bool {
	e, ok := errors.AsType[*api.Error](err)
	return ok && (e.Kind == api.KindNotFound || strings.HasPrefix(string(e.Code), "asset_") || e.Code == "invalid_asset_id_format")
}
