package inputs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// BatchPlan is all that is needed to write jobs as batches and to have the server
// check them. It is a copy, because that runs in the background.
type BatchPlan struct {
	Client *api.Client
	Name   string              // of the set
	Jobs   []outbox.Submission // priced
	Known  *Findings           // about their inputs
}

// Write cuts the jobs into batches, and returns those that the server would
// take: each holds exactly the bytes of its dry run.
func (p *BatchPlan) Write(ctx context.Context) (subs []outbox.Submission, err error) {
	lines, sizes := make([][]byte, len(p.Jobs)), make([]int, len(p.Jobs))
	mark := uuid.NewString()[:4] // the same rows may be sent again
	ids := make([]string, len(p.Jobs))
	for i := range p.Jobs {
		ids[i] = fmt.Sprintf("%s-%04d-%s", p.Name, p.Jobs[i].Draft.Row, mark)
		if lines[i], err = draft.BatchText(ids[i], p.Jobs[i].Body); err != nil {
			return nil, err
		}
		sizes[i] = len(lines[i]) + assetRoom*len(p.Jobs[i].Local())
	}
	parts, err := draft.CutBatch(sizes)
	if err != nil {
		return nil, err
	}
	at := 0
	for i, n := range parts {
		name := p.Name
		if len(parts) > 1 {
			name = fmt.Sprintf("%s, part %d of %d", p.Name, i+1, len(parts))
		}
		sub, err := p.part(ctx, name, lines[at:at+n], ids[at:at+n], p.Jobs[at:at+n])
		if err != nil {
			return nil, err
		}
		subs = append(subs, sub)
		at += n
	}
	return subs, nil
}

// part writes, checks and prices one batch.
func (p *BatchPlan) part(ctx context.Context, name string, lines [][]byte, ids []string, jobs []outbox.Submission) (sub outbox.Submission, err error) {
	now := time.Now()
	env := draft.BatchEnv{Now: now}
	if t, ok := p.Client.ServerTime(now); ok {
		env.Now = t
	}
	files, err := p.files(ctx, jobs)
	if err != nil {
		return sub, err
	}
	env.Found = files.found
	exact := bytes.Join(lines, nil)
	checked, err := draft.BatchWithAssets(exact, files.stand)
	if err != nil {
		return sub, err
	}
	file, err := draft.CheckBatch(bytes.NewReader(checked), env)
	switch {
	case err != nil:
		return sub, err
	case len(file.Problems) > 0:
		problem := file.Problems[0]
		if n := problem.Line; n > 0 {
			return sub, fmt.Errorf("%s: %s", jobs[n-1].Name, problem.Words)
		}
		return sub, errors.New(problem.Words)
	}
	file.Exact = exact
	if len(files.local) == 0 { // otherwise the server checks it once they are there
		if err := DryRun(ctx, p.Client, file.Exact); err != nil {
			return sub, err
		}
	}
	if sub, err = outbox.NewBatchSubmission(uuid.NewString(), file, name, "", now); err != nil {
		return sub, err
	}
	sub.Files = files.local
	sub.Draft.Label = common(jobs, func(d *draft.Draft) string { return d.Label })
	sub.Draft.ProjectID = common(jobs, func(d *draft.Draft) string { return d.ProjectID })
	price, at := outbox.Price{Cost: new(api.Micros), Basis: "the prices of its jobs"}, jobs[0].Price.At
	for i := range jobs {
		price = price.Plus(&jobs[i].Price)
		if jobs[i].Price.At.Before(at) {
			at = jobs[i].Price.At
		}
		sub.Lines = append(sub.Lines, outbox.BatchLine{RequestID: ids[i], Draft: jobs[i].Draft, Seconds: jobs[i].Price.Seconds})
	}
	return sub, sub.Estimate(price, at)
}

// common is the value that the drafts of all jobs share, or "".
func common(jobs []outbox.Submission, of func(*draft.Draft) string) string {
	first := of(&jobs[0].Draft)
	for i := range jobs {
		if of(&jobs[i].Draft) != first {
			return ""
		}
	}
	return first
}

// DryRun has the server check a batch without creating it. The error says what to
// do.
func DryRun(ctx context.Context, c *api.Client, file []byte) error {
	err := c.ValidateBatch(ctx, file)
	e, ok := errors.AsType[*api.Error](err)
	switch {
	case err == nil:
		return nil
	case OutOfPlan(err):
		return fmt.Errorf("this account's plan does not include batches; send the jobs one by one, or use a larger plan: %w", err)
	case ok && e.Kind == api.KindPayment:
		return err // an unpaid invoice, a hold: it says what to do
	}
	return fmt.Errorf("the server's dry run refused the file: %w", err)
}

// OutOfPlan reports whether an error means that the account's plan does not
// include batches.
func OutOfPlan(err error) bool {
	e, ok := errors.AsType[*api.Error](err)
	return ok && e.Kind == api.KindPayment && (e.Code == "" || strings.Contains(string(e.Code), "plan"))
}

// assetRoom is how many bytes an asset adds to a line, at most.
const assetRoom = 64

// batchFiles are the local files of a batch. Until they are assets, ids that stand
// for them take their places, so that its lines can be checked.
type batchFiles struct {
	local  []draft.File
	stand  []draft.File // the same with the ids
	known  *Findings
	byName map[string]draft.Finding // by the id that stands for the file
}

// files measures the local files of the jobs of a batch.
func (p *BatchPlan) files(ctx context.Context, jobs []outbox.Submission) (f batchFiles, err error) {
	f = batchFiles{known: p.Known, byName: map[string]draft.Finding{}}
	for i := range jobs {
		for _, local := range jobs[i].Local() {
			want := Wanted(local.Field)
			info, _, err := p.Known.file(ctx, local.Path, want)
			if ctx.Err() != nil {
				return f, ctx.Err()
			}
			local.Line = i + 1
			f.local = append(f.local, local)
			local.Asset = fmt.Sprintf("00000000-0000-4000-8000-%012d", len(f.byName))
			f.byName[local.Asset] = Found(want, info, err)
			f.stand = append(f.stand, local)
		}
	}
	return f, nil
}

// found returns the finding about an input.
func (f *batchFiles) found(in api.CreateInput) (draft.Finding, bool) {
	if found, ok := f.byName[string(in.AssetID)]; ok {
		return found, true
	}
	return f.known.Input(in)
}
