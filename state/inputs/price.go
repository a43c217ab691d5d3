package inputs

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// Pricing holds everything needed to price a draft. It is a copy, because
// pricing runs in the background.
type Pricing struct {
	Draft  draft.Draft
	Env    draft.CheckEnv
	Assets map[string]Asset // already known assets, by id; may be nil
	// Looks are shared by drafts priced together; nil for a single draft.
	Looks *Looks
	// Known holds earlier findings; nil measures everything.
	Known *Findings
	// Contents saves reading local files again; nil reads them.
	Contents *Contents

	links map[Link]draft.Finding   // links inspected ahead
	found map[string]draft.Finding // by field
}

// Asset is a known asset.
type Asset struct {
	Name    string
	Kind    string // VIDEO, IMAGE or AUDIO
	Seconds float64
}

// Price measures the inputs and asks the server for the price. It returns the
// submission, estimated, and the visual and sound inputs. The error says what
// to fix in the draft, or why the server could not be asked.
func (p *Pricing) Price(ctx context.Context, c *api.Client) (outbox.Submission, []Input, error) {
	p.prepare(ctx, c)
	leave, err := p.begin(ctx)
	if err != nil {
		return outbox.Submission{}, nil, err
	}
	defer leave()
	sub, inputs, err := p.submission(ctx, c)
	if err != nil {
		return outbox.Submission{}, nil, err
	}
	price, err := p.estimate(ctx, c, sub, inputs)
	if err != nil {
		return outbox.Submission{}, nil, err
	}
	return sub, inputs, sub.Estimate(price, time.Now())
}

// submission measures the inputs and makes a submission without a price.
func (p *Pricing) submission(ctx context.Context, c *api.Client) (sub outbox.Submission, inputs []Input, err error) {
	if inputs, err = p.measure(ctx, c); err != nil {
		return sub, nil, err
	}
	if sub, err = outbox.NewSubmission(uuid.NewString(), p.Draft, p.Env); err != nil {
		return sub, nil, err
	}
	if sub.Draft.OutputFileName == "" {
		sub.Name = inputs[0].Name
	}
	for i := range sub.Files {
		if err := p.Contents.Measure(ctx, &sub.Files[i]); err != nil {
			return sub, nil, err
		}
	}
	return sub, inputs, nil
}

// prepare lets the draft's checks use the disk and the account. It keeps the
// current folder, because a relative path must mean the same file when the job
// is sent, perhaps after a restart.
func (p *Pricing) prepare(ctx context.Context, c *api.Client) {
	p.Env.Now, p.Env.Stat, p.Env.Asset, p.Env.Uploads = time.Now(), StatFile, p.assetType, AskingUploads(ctx, c)
	if t, ok := c.ServerTime(p.Env.Now); ok {
		p.Env.Skew = t.Sub(p.Env.Now)
	}
	if p.Env.Dir == "" {
		p.Env.Dir, _ = os.Getwd() // without one, paths stay as typed
	}
	if p.Looks == nil {
		p.Looks = NewLooks(c)
	}
	if p.Assets == nil {
		p.Assets = make(map[string]Asset)
	}
	p.found = make(map[string]draft.Finding)
	p.Env.Found = func(field string, _ draft.Media) (draft.Finding, bool) {
		f, looked := p.found[field]
		return f, looked
	}
}

// begin inspects the links, then waits for its turn.
func (p *Pricing) begin(ctx context.Context) (leave func(), err error) {
	if err := p.lookAhead(ctx); err != nil {
		return nil, err
	}
	if !enter(ctx, p.Looks.pricing) {
		return nil, ctx.Err()
	}
	return func() { <-p.Looks.pricing }, nil
}

// assetType is the type of an asset seen while pricing.
func (p *Pricing) assetType(id string) (kind string, known bool) {
	fact, known := p.Assets[id]
	return fact.Kind, known
}

// estimate asks the server for the price. It depends on the output's length;
// for a script or segments, the server prices the whole request if it can, else
// the length is guessed from the characters or the video. Only the server can
// price a dubbing.
func (p *Pricing) estimate(ctx context.Context, c *api.Client, sub outbox.Submission, inputs []Input) (outbox.Price, error) {
	length, known := p.output(inputs)
	guessed := !known || p.guessed(inputs)
	if guessed {
		price, priced := byServer(ctx, c, sub)
		if p.Draft.Dubs() && priced {
			price.Approximate, price.Basis = true, "the server, which may not count the dubbing itself"
		}
		if priced || ctx.Err() != nil {
			return price, ctx.Err()
		}
	}
	if !known {
		return outbox.Price{Basis: p.troubles(inputs)}, nil
	}
	r := api.EstimateRequest{Model: sub.Model, Duration: length, FPS: outbox.FramesPerSecond}
	if !sub.HasLocal() {
		r.Create = sub.Body // for servers that only price whole requests
	}
	e, err := c.Estimate(ctx, r)
	if errors.Is(err, api.ErrUnpriced) {
		return outbox.Price{Seconds: length, Basis: "the server names no price for this"}, nil
	}
	if err != nil {
		return outbox.Price{}, fmt.Errorf("no price: %w", err)
	}
	price := priceOf(e, length, basisOf(inputs))
	price.Approximate = guessed || slices.ContainsFunc(inputs, func(in Input) bool { return in.Within > 0 })
	return price, nil
}

// guessed reports whether the length of the result can only be guessed.
func (p *Pricing) guessed(inputs []Input) bool {
	return len(p.Draft.Segments) > 0 || slices.ContainsFunc(inputs, func(in Input) bool { return in.Kind == "script" })
}

// output returns the length of the result in seconds; known is false if it
// can't be told. Outside its segments a video stays as it is, and how long a
// translation is nobody knows before it is made.
func (p *Pricing) output(inputs []Input) (seconds float64, known bool) {
	visual := inputs[0]
	switch {
	case p.Draft.Dubs(), len(inputs) < 2:
		return 0, false
	case len(p.Draft.Segments) > 0:
		return visual.Seconds, visual.Seconds > 0
	}
	return draft.OutputSeconds(p.Draft.SyncMode(), visual.Seconds, inputs[1].Seconds, visual.Kind == "image")
}

// byServer asks the server to price a whole request, if it can.
func byServer(ctx context.Context, c *api.Client, sub outbox.Submission) (price outbox.Price, priced bool) {
	e, err := c.Estimate(ctx, api.EstimateRequest{Model: sub.Model, Create: sub.Body, FPS: outbox.FramesPerSecond})
	if err != nil || e.Cost == nil || sub.HasLocal() || ctx.Err() != nil {
		return outbox.Price{}, false
	}
	return priceOf(e, 0, "the server"), true
}

// Reprice prices exactly the submission's request again. It measures the inputs
// again, because a link may now lead to another file. The error says why there
// is no price.
func (p *Pricing) Reprice(ctx context.Context, c *api.Client, sub outbox.Submission) (outbox.Price, error) {
	p.prepare(ctx, c)
	p.Draft = p.Draft.Clone()
	fields := p.Draft.LocalFields(p.Env.Home)
	for i, f := range sub.Files[:min(len(sub.Files), len(fields))] { // absolute paths, since the current folder may differ
		at := f.Path
		if f.Asset != "" && p.Contents.Unchanged(ctx, []draft.File{f}) != nil {
			at = draft.AssetPrefix + f.Asset // the uploaded copy counts
		}
		p.Draft.PutMedia(fields[i], at)
	}
	leave, err := p.begin(ctx)
	if err != nil {
		return outbox.Price{}, err
	}
	defer leave()
	inputs, err := p.measure(ctx, c)
	if err != nil {
		return outbox.Price{}, err
	}
	price, err := p.estimate(ctx, c, sub, inputs)
	for _, in := range inputs {
		if in.Untried && err == nil && !price.Known() { // it is tried again when its turn comes
			return outbox.Price{}, fmt.Errorf("%s: %s", in.Kind, in.Warn)
		}
	}
	return price, err
}

func priceOf(e api.Estimate, length float64, basis string) outbox.Price {
	if length == 0 && e.Frames > 0 {
		length = float64(e.Frames) / outbox.FramesPerSecond
	}
	return outbox.Price{Cost: e.Cost, Credits: e.Credits, Frames: e.Frames, Seconds: length, Basis: basis}
}

// basisOf says where each length comes from.
func basisOf(inputs []Input) string {
	var parts []string
	for _, in := range inputs {
		if in.Basis != "" && in.Seconds > 0 {
			parts = append(parts, fmt.Sprintf("%s %s from the %s", in.Kind, in.Length(), in.Basis))
		}
	}
	return strings.Join(parts, ", ")
}

// troubles says why no length is known to price.
func (p *Pricing) troubles(inputs []Input) string {
	if p.Draft.Dubs() {
		return "how long the translation will be is not known"
	}
	words := "the length is not known"
	for _, in := range inputs {
		if in.Warn != "" && in.Seconds == 0 {
			words += "; " + in.Kind + ": " + in.Warn
		}
	}
	return words
}

// Seconds formats a media length exactly, as in 12.48 s.
func Seconds(s float64) text.Text {
	return text.Of(strconv.FormatFloat(math.Round(100*s)/100, 'f', -1, 64)) + " s"
}
