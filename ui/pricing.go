package ui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/uuid"

	"dubtop/api"
	"dubtop/api/media"
	"dubtop/state"
)

// billedFPS is what output is normalised to for the bill; the estimate's own
// default is 30. https://sync.so/docs/models/pricing
const billedFPS = 25

// pricing is all that a price is made from: values only, for it runs beside
// the screens.
type pricing struct {
	form   *generationForm
	run    int
	draft  state.Draft
	env    state.CheckEnv
	assets map[string]assetFact
}

// assetFact is what is known of an asset.
type assetFact struct {
	name    string
	kind    string
	seconds float64
}

// inputFact is one input as the confirmation names it.
type inputFact struct {
	kind    string // video, image, audio, script
	name    string
	seconds float64 // 0 unknown, or an image
	basis   string  // where the length came from
	trouble string  // why there is none
}

// priceCmd measures the inputs and has the server price them.
func priceCmd(ctx context.Context, s *Session, p pricing) tea.Cmd {
	return func() tea.Msg {
		sub, inputs, err := p.price(ctx, s)
		return pricedMsg{p.form, p.run, sub, inputs, err}
	}
}

func (p *pricing) price(ctx context.Context, s *Session) (state.Submission, []inputFact, error) {
	p.env.Now, p.env.Stat, p.env.Asset = time.Now(), statFile, p.assetType
	inputs, err := p.measure(ctx, s)
	if err != nil {
		return state.Submission{}, nil, err
	}
	sub, err := state.NewSubmission(uuid.NewString(), p.draft, p.env)
	if err != nil {
		return state.Submission{}, nil, err
	}
	if sub.Draft.OutputFileName == "" {
		sub.Name = inputs[0].name
	}
	for i := range sub.Files {
		if err := hashFile(&sub.Files[i]); err != nil {
			return state.Submission{}, nil, err
		}
	}
	price, err := p.estimate(ctx, s, sub, inputs)
	if err != nil {
		return state.Submission{}, nil, err
	}
	return sub, inputs, sub.Estimate(price, time.Now())
}

func hashFile(f *state.File) error {
	r, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer r.Close()
	return f.Measure(r)
}

// measure finds the length of the visual input and of the audio. A length
// that can't be found is no error; a link that leads nowhere is.
func (p *pricing) measure(ctx context.Context, s *Session) ([]inputFact, error) {
	visual, err := p.measureMedia(ctx, s, p.draft.Visual, "video")
	if err != nil {
		return nil, fmt.Errorf("video: %w", err)
	}
	p.env.VisualSeconds = visual.seconds
	if p.draft.Still(p.env) {
		visual.kind, visual.seconds, visual.basis = "image", 0, ""
	}
	if script := strings.TrimSpace(p.draft.Script); script != "" {
		said := inputFact{kind: "script", name: "“" + script + "”", seconds: state.SpeechSeconds(script), basis: "number of its characters"}
		return []inputFact{visual, said}, nil
	}
	audio, err := p.measureMedia(ctx, s, p.draft.Audio, "audio")
	if err != nil {
		return nil, fmt.Errorf("audio: %w", err)
	}
	p.env.AudioSeconds = audio.seconds
	return []inputFact{visual, audio}, nil
}

func (p *pricing) measureMedia(ctx context.Context, s *Session, typed, kind string) (inputFact, error) {
	m, err := state.ParseMedia(typed, p.env.Home)
	if err != nil {
		return inputFact{}, err
	}
	switch m.Source {
	case state.SourceAsset:
		return p.measureAsset(ctx, s, m.AssetID, kind)
	case state.SourceFile:
		info, err := media.File(ctx, m.Path)
		return measured(ctx, inputFact{kind: kind, name: m.Base(), basis: "local file"}, info, err)
	}
	info, err := media.Remote(ctx, s.Client.Media(), m.URL)
	return measured(ctx, inputFact{kind: kind, name: m.Base(), basis: "remote file"}, info, err)
}

// measured adds what was found to an input. A length that can't be found is
// told with the price instead of stopping it: the server may well be able to
// read what we can't.
func measured(ctx context.Context, in inputFact, info media.Info, err error) (inputFact, error) {
	if ctx.Err() != nil {
		return in, ctx.Err()
	}
	in.seconds = info.Seconds
	if err != nil {
		in.trouble = errorText(err)
	}
	return in, nil
}

// measureAsset takes the length that the API tells, from the list when it is
// there, else by asking.
func (p *pricing) measureAsset(ctx context.Context, s *Session, id, kind string) (inputFact, error) {
	fact, known := p.assets[id]
	if !known {
		x, err := s.Client.Asset(ctx, api.ID(id))
		if err != nil {
			return inputFact{}, err
		}
		fact = assetFact{name: string(x.Name), kind: string(x.Type), seconds: float64(x.Duration)}
		p.assets[id] = fact
	}
	return inputFact{kind: kind, name: cmp.Or(fact.name, "asset "+id), seconds: fact.seconds, basis: "asset"}, nil
}

// assetType is the type of an asset that was looked at for the price.
func (p *pricing) assetType(id string) (kind string, known bool) {
	fact, known := p.assets[id]
	return fact.kind, known
}

// estimate asks the server for the price of exactly what will be made. The
// output's length decides; a script is priced by the server where it can, else
// by its length in characters.
func (p *pricing) estimate(ctx context.Context, s *Session, sub state.Submission, inputs []inputFact) (state.Price, error) {
	visual, sound := inputs[0], inputs[1]
	length, known := state.OutputSeconds(p.draft.SyncMode(), visual.seconds, sound.seconds, visual.kind == "image")
	if sound.kind == "script" || !known {
		e, err := s.Client.Estimate(ctx, api.EstimateRequest{Model: sub.Model, Create: sub.Body, FPS: billedFPS})
		if err == nil && e.Cost != nil && len(sub.Files) == 0 {
			return priceOf(e, 0, "the server"), nil
		}
		if ctx.Err() != nil {
			return state.Price{}, ctx.Err()
		}
	}
	if !known {
		return state.Price{Basis: troubles(inputs)}, nil
	}
	e, err := s.Client.Estimate(ctx, api.EstimateRequest{Model: sub.Model, Duration: length, FPS: billedFPS})
	if errors.Is(err, api.ErrUnpriced) {
		return state.Price{Seconds: length, Basis: "the server names no price for this"}, nil
	}
	if err != nil {
		return state.Price{}, fmt.Errorf("the price could not be had: %w", err)
	}
	price := priceOf(e, length, basisOf(inputs))
	price.Approximate = sound.kind == "script"
	return price, nil
}

func priceOf(e api.Estimate, length float64, basis string) state.Price {
	if length == 0 && e.Frames > 0 {
		length = float64(e.Frames) / billedFPS
	}
	return state.Price{Cost: e.Cost, Credits: e.Credits, Frames: e.Frames, Seconds: length, Basis: basis}
}

// basisOf says where the lengths came from, each once.
func basisOf(inputs []inputFact) string {
	var parts []string
	for _, in := range inputs {
		if in.basis != "" && in.seconds > 0 {
			parts = append(parts, fmt.Sprintf("%s %s from the %s", in.kind, seconds(in.seconds), in.basis))
		}
	}
	return strings.Join(parts, ", ")
}

// troubles says why there is no length to price.
func troubles(inputs []inputFact) string {
	words := "nothing is known of the length"
	for _, in := range inputs {
		if in.trouble != "" {
			words += "; " + in.kind + ": " + in.trouble
		}
	}
	return words
}
