package tasks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// BatchCheck turns a batch file into a priced submission: it checks the file
// line by line, has the server check it in a dry run, and prices it. It sends
// nothing that costs money, and runs on any goroutine.
type BatchCheck struct {
	Client  *api.Client
	Journal *journal.Journal
	Path    string
	Webhook string
	Label   string                   // for the user's own records, and budgets
	Guard   *ledger.Guard            // the budgets
	Assets  map[string]draft.Finding // known assets of the account by id; others are asked for

	// Sent are the earlier batches made from the same file, after Run.
	Sent []outbox.SentFile

	links              map[inputs.Link]draft.Finding
	others             map[api.ID]draft.Finding // assets that were asked for
	measured, measures atomic.Int64
}

// BatchProblems holds the first problems of a batch in words, and the number of
// the others.
type BatchProblems struct {
	Words []text.Text
	More  int
	Mild  bool // warnings only: the batch can be sent
}

// None reports whether there is no problem.
func (p BatchProblems) None() bool { return len(p.Words) == 0 }

// Title counts the problems.
func (p BatchProblems) Title() text.Text {
	if p.Mild {
		return text.Count(len(p.Words), "warning", "warnings") + "; it can still be sent"
	}
	return text.Count(len(p.Words)+p.More, "problem", "problems") + "; nothing was sent"
}

// Progress returns how many of the inputs are measured. It may be called while
// Run runs.
func (c *BatchCheck) Progress() (measured, all int) {
	return int(c.measured.Load()), int(c.measures.Load())
}

// Run checks and prices the file. If there are problems that are not mild, there
// is no submission.
func (c *BatchCheck) Run(ctx context.Context) (sub outbox.Submission, problems BatchProblems, err error) {
	raw, err := inputs.ReadFile(c.Path, api.BatchMaxBytes+1)
	if err != nil {
		return sub, problems, err
	}
	file, err := c.file(raw)
	if err != nil || len(file.Problems) > 0 {
		return sub, problemsOf(file), err
	}
	if why := c.Guard.Divides(nil, file.Projects()); why != "" {
		return sub, problems, fmt.Errorf("%s; make a file for each project", why)
	}
	if err := c.look(ctx, file); err != nil {
		return sub, problems, err
	}
	if file, err = c.file(raw); err != nil || len(file.Problems) > 0 {
		return sub, problemsOf(file), err
	}
	if err := inputs.DryRun(ctx, c.Client, file.Exact); err != nil {
		return sub, problems, err
	}
	price, err := c.price(ctx, file)
	if err != nil {
		return sub, problems, err
	}
	if sub, err = c.submission(ctx, file); err != nil {
		return sub, problems, err
	}
	return sub, warningsOf(file), sub.Estimate(price, time.Now())
}

// submission makes the submission of a file, which has no price yet. It counts for
// the project that all lines name.
func (c *BatchCheck) submission(ctx context.Context, file draft.BatchFile) (outbox.Submission, error) {
	sub, err := outbox.NewBatchSubmission(uuid.NewString(), file, filepath.Base(c.Path), c.Webhook, time.Now())
	if err != nil {
		return sub, err
	}
	sub.Draft.Label = c.Label
	if projects := file.Projects(); len(projects) == 1 {
		sub.Draft.ProjectID = projects[0]
	}
	return sub, c.before(ctx, &sub)
}

// before looks up earlier batches made from the same file, so that the user can
// be told. It fails if one of them is under way.
func (c *BatchCheck) before(ctx context.Context, sub *outbox.Submission) (err error) {
	c.Sent, err = c.Journal.SentFiles(ctx, sub.Body)
	for _, f := range c.Sent {
		if f.UnderWay() {
			return errors.New(string(f.Words(time.Now())))
		}
		sub.Shown = append(sub.Shown, f.Submission)
	}
	return err
}

func (c *BatchCheck) file(raw []byte) (draft.BatchFile, error) {
	now := time.Now()
	if t, ok := c.Client.ServerTime(now); ok {
		now = t
	}
	return draft.CheckBatch(bytes.NewReader(raw), draft.BatchEnv{Now: now, Found: c.found})
}

func warningsOf(file draft.BatchFile) BatchProblems {
	p := BatchProblems{Mild: true}
	for _, x := range file.Warnings {
		p.Words = append(p.Words, text.Of(x.String()))
	}
	return p
}

func problemsOf(file draft.BatchFile) BatchProblems {
	p := BatchProblems{More: file.More}
	for _, x := range file.Problems {
		p.Words = append(p.Words, text.Of(x.String()))
	}
	return p
}

// look measures every link of the file, and asks for assets that are not known.
// A link that cannot be measured makes the price unknown, and there is a warning.
func (c *BatchCheck) look(ctx context.Context, file draft.BatchFile) error {
	var links []inputs.Link
	for _, line := range file.Lines {
		for _, in := range line.Request.Input {
			if l := (inputs.Link{Kind: in.Type, URL: in.URL}); in.URL != "" && !slices.Contains(links, l) {
				links = append(links, l)
			}
		}
	}
	c.measures.Store(int64(len(links)))
	c.links = inputs.NewLooks(c.Client).All(ctx, links, func() { c.measured.Add(1) })
	for _, line := range file.Lines {
		for _, in := range line.Request.Input {
			c.ask(ctx, api.ID(in.AssetID))
		}
	}
	return ctx.Err()
}

// ask asks for an asset that is not known.
func (c *BatchCheck) ask(ctx context.Context, id api.ID) {
	_, known := c.Assets[string(id)]
	if _, asked := c.others[id]; id == "" || known || asked {
		return
	}
	if c.others == nil {
		c.others = map[api.ID]draft.Finding{}
	}
	c.others[id] = draft.Finding{}
	if x, err := c.Client.Asset(ctx, id); err == nil {
		c.others[id] = draft.Finding{Seconds: float64(x.Duration), Holds: strings.ToLower(string(x.Type))}
	}
}

// found looks up the length and kind of an input.
func (c *BatchCheck) found(in api.CreateInput) (draft.Finding, bool) {
	if in.URL == "" {
		f, ok := c.Assets[string(in.AssetID)]
		if !ok {
			f, ok = c.others[api.ID(in.AssetID)]
		}
		return f, ok && f.Holds != ""
	}
	f, ok := c.links[inputs.Link{Kind: in.Type, URL: in.URL}]
	return f, ok
}

// price prices the lines together.
func (c *BatchCheck) price(ctx context.Context, file draft.BatchFile) (outbox.Price, error) {
	lines := make([]pricedLine, len(file.Lines))
	for i, line := range file.Lines {
		lines[i] = pricedLine{model: line.Request.Model, seconds: line.Seconds, about: line.About}
	}
	return priceLines(ctx, c.Client, lines)
}
