package ui

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// source is the draft a job was made from, as far as it is known.
type source struct {
	job   state.Generation
	line  string // the line of a batch, as a member of its set, that became no job
	draft draft.Draft
	lost  []text.Text // parts that could not be copied
	err   error       // why it cannot be run again; nil if it can
}

var (
	errNoJob     = errors.New("this line did not become a job")
	errUnwritten = errors.New("the journal does not hold the request")
)

// sources returns the sources of up to 100 jobs: from the journal if they were
// sent from here, the others from the server in one request.
func sources(ctx context.Context, s *account.Account, jobs []source) ([]source, error) {
	out := slices.Clone(jobs)
	var ids []api.ID
	var lines []string
	for i := range out {
		if id := out[i].job.ID; id != "" {
			ids = append(ids, id)
		} else if out[i].line != "" {
			lines = append(lines, out[i].line)
		}
	}
	written, err := s.Journal.LinesOf(ctx, lines)
	if err != nil {
		return out, err
	}
	// The server knows all but unknown outcomes, so an error here is not fatal.
	ours, _ := s.Journal.SubmissionsOf(ctx, ids)
	var strangers []api.ID
	for i := range out {
		if d, ok := written[out[i].line]; ok {
			out[i].draft, out[i].job.Name = d, cmp.Or(text.Of(d.OutputFileName), out[i].job.Name)
			continue
		}
		sub, known := ours[out[i].job.ID]
		if out[i].recall(&sub, known) {
			strangers = append(strangers, out[i].job.ID)
		}
	}
	found, err := account.FetchJobs(ctx, s.Client, strangers)
	for i := range out {
		x := &out[i]
		if g, ok := found[x.job.ID]; ok && errors.Is(x.err, account.ErrForgotten) {
			draft, lost := draft.FromJob(g)
			x.draft, x.lost = draft, text.All(lost)
			x.err = nil
		}
		x.draft.UpdatedAt = time.Time{} // nothing has been typed yet
	}
	return out, err
}

// recall fills in the source of a job from the journal. ask reports whether the
// server must be asked.
func (x *source) recall(sub *outbox.Submission, known bool) (ask bool) {
	switch {
	case x.job.ID == "":
		x.err = errNoJob
	case x.job.Submission == outbox.SubmissionSending:
		x.err = account.ErrOnItsWay
	case known && !sub.Draft.Empty():
		x.draft = outbox.DraftOf(sub)
		if x.job.Submission != "" {
			x.draft.Unknown = string(unknownWarning(sub))
		}
	case x.job.Submission != "":
		x.err = errUnwritten
	default:
		x.err = account.ErrForgotten // unless the server knows it
		return true
	}
	return false
}

// unfit returns a check for models that cannot take the source's inputs. The
// output of a job is as long as one of its inputs.
func (a *desk) unfit(x *source) func(model string) text.Text {
	env := draft.CheckEnv{
		Now: a.Now, Skew: a.store.Forecast.Skew, Home: a.cfg.Home, Asset: a.assetType, Uploads: a.askUploads(), AudioSeconds: float64(x.job.Length),
	}
	return func(model string) text.Text { return text.Of(x.draft.Unfit(model, env)) }
}

// remember fills in the label of a job that is run again, so that it counts for the
// same budget, and its set, if its request does not name one.
func (a *desk) remember(x *source) {
	x.draft.Label = a.store.LabelSince(x.job.ID, x.draft.Label)
	if m, ok := a.store.MemberOf(string(x.job.ID)); ok && x.draft.Set == "" {
		x.draft.Set, x.draft.Row, x.draft.Lang = m.Set, m.Row, m.Lang
	}
}

// unknownDraft returns the draft of a submission that may have been accepted.
func unknownDraft(sub *outbox.Submission) draft.Draft {
	d := sub.Draft.Clone()
	d.Unknown, d.Base = string(unknownWarning(sub)), outbox.SavedDraft{Became: sub}.Version()
	return d
}

// unknownWarning warns that sending a request again may pay for it twice.
func unknownWarning(sub *outbox.Submission) text.Text {
	return text.Of("This was sent at " + sub.SentAt.Local().Format("15:04") + ", and it is not known whether it was accepted. Sending it again may pay for it twice.")
}
