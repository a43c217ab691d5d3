package account

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
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
		sizes[i] = len(lines[i]) + len(p.Jobs[i].Files)*assetRoom
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
	env := draft.BatchEnv{Now: now, Found: p.Known.Input}
	if t, ok := p.Client.ServerTime(now); ok {
		env.Now = t
	}
	body, files := bytes.Join(lines, nil), filesOf(jobs)
	complete, err := draft.BatchWithAssets(body, standIns(files))
	if err != nil {
		return sub, err
	}
	file, err := draft.CheckBatch(bytes.NewReader(complete), env)
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
	if len(files) == 0 { // else it is checked when its files are assets
		if err := DryRun(ctx, p.Client, file.Exact); err != nil {
			return sub, err
		}
	}
	if sub, err = outbox.NewBatchSubmission(uuid.NewString(), file, name, "", now); err != nil {
		return sub, err
	}
	sub.Body, sub.Files = body, files
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

// standIn takes the place of the asset that a local file will become, for our own
// checks; assetRoom is what it takes up in a line.
const (
	standIn   = "00000000-0000-4000-8000-000000000000"
	assetRoom = len(`,"assetId":""`) + len(standIn)
)

// filesOf lists the local files of the jobs of a batch.
func filesOf(jobs []outbox.Submission) (files []draft.File) {
	for i := range jobs {
		for _, f := range jobs[i].Files {
			f.Line = i + 1
			files = append(files, f)
		}
	}
	return files
}

func standIns(files []draft.File) []draft.File {
	files = slices.Clone(files)
	for i := range files {
		files[i].Asset = standIn
	}
	return files
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
