package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"dubtop/state/draft"

	"dubtop/api"
	"dubtop/api/media"
	"dubtop/api/text"
)

// Input is one input of a request, as a confirmation names it.
type Input struct {
	Kind  string // video, image, audio, script: what it is sent as
	Name  text.Text
	Basis string // where the length came from
	draft.Finding
}

// Length says how long the input is, with how far that may be off.
func (in *Input) Length() text.Text {
	if in.Within > 0 {
		return text.Sprintf("≈ %s (± %s)", Seconds(in.Seconds), Seconds(in.Within))
	}
	return Seconds(in.Seconds)
}

// Warnings are what speaks against some inputs, though it stops none of them.
func Warnings(inputs []Input) (words []string) {
	for i := range inputs {
		if in := &inputs[i]; in.Warn != "" {
			words = append(words, in.Kind+": "+in.Warn)
		}
	}
	return words
}

// Look finds out what is behind one field of the draft, draft.FieldVisual or
// draft.FieldAudio, with a few requests or a look at the disk. What can't be
// reached or measured is no error, but a warning in what was found.
func (p *Pricing) Look(ctx context.Context, c *api.Client, field string) (Input, error) {
	p.prepare(c)
	return p.look(ctx, c, field)
}

// measure finds out what the visual input and the sound are. A length that can't
// be found is no error; a file of the wrong kind is.
func (p *Pricing) measure(ctx context.Context, c *api.Client) ([]Input, error) {
	visual, err := p.look(ctx, c, draft.FieldVisual)
	if err != nil {
		return nil, fmt.Errorf("video: %w", err)
	}
	p.Env.VisualSeconds = visual.Seconds
	if p.Draft.Still(p.Env) {
		visual.Kind, visual.Seconds, visual.Basis = "image", 0, ""
	}
	sound := Input{Kind: "script", Name: text.Of("“" + strings.TrimSpace(p.Draft.Script) + "”"), Basis: "number of its characters"}
	if sound.Seconds = draft.SpeechSeconds(p.Draft.Script); sound.Seconds == 0 {
		if sound, err = p.look(ctx, c, draft.FieldAudio); err != nil {
			return nil, fmt.Errorf("audio: %w", err)
		}
		p.Env.AudioSeconds = sound.Seconds
	}
	inputs := []Input{visual, sound}
	for i := range inputs {
		if in := &inputs[i]; in.Refuse != "" {
			return nil, refusedInput(in.Kind + ": " + in.Refuse)
		}
	}
	return inputs, nil
}

// refusedInput says what is wrong with a file, which it stays until somebody
// mends it.
type refusedInput string

func (e refusedInput) Error() string { return string(e) }

// look finds out what is behind a field, and remembers it for the checks.
func (p *Pricing) look(ctx context.Context, c *api.Client, field string) (Input, error) {
	typed, in := p.Draft.Visual, Input{Kind: "video"}
	if field == draft.FieldAudio {
		typed, in.Kind = p.Draft.Audio, "audio"
	}
	m, err := draft.ParseMedia(typed, p.Env.Home)
	if err != nil {
		return Input{}, err
	}
	in.Name = m.Base()
	var info media.Info
	switch want := p.wanted(field); m.Source {
	case draft.SourceNone:
		return in, nil
	case draft.SourceAsset:
		return p.lookAtAsset(ctx, c, m.AssetID, in)
	case draft.SourceFile:
		var by string
		info, by, err = measureFile(ctx, m.Path, want)
		in.Basis = "local file" + by
	default:
		in.Basis = "remote file"
		in.Finding = p.behind(ctx, Link{want.String(), m.URL})
	}
	if ctx.Err() != nil {
		return in, ctx.Err()
	}
	if m.Source == draft.SourceFile {
		in.Finding = Found(Wanted(in.Kind), info, err)
	}
	if in.Refuse != "" && in.Holds == "image" && p.mayBeImage(field) {
		in.Refuse = ""
	}
	p.found[field] = in.Finding
	return in, nil
}

// lookAhead looks at the links of the draft together, before anything else that the
// price takes: a host that is slow keeps nobody from the rest.
func (p *Pricing) lookAhead(ctx context.Context) error {
	var links []Link
	for field, typed := range map[string]string{draft.FieldVisual: p.Draft.Visual, draft.FieldAudio: p.Draft.Audio} {
		if m, err := draft.ParseMedia(typed, p.Env.Home); err == nil && m.Source == draft.SourceURL {
			links = append(links, Link{p.wanted(field).String(), m.URL})
		}
	}
	p.links = p.Looks.All(ctx, links, nil)
	return ctx.Err()
}

// behind is what is behind a link, if need be by looking now.
func (p *Pricing) behind(ctx context.Context, l Link) draft.Finding {
	if f, known := p.links[l]; known {
		return f
	}
	return p.Looks.at(ctx, l)
}

// wanted is what the service will use of the file in a field.
func (p *Pricing) wanted(field string) media.Kind {
	switch {
	case field == draft.FieldAudio:
		return media.Audio
	case p.Draft.Still(p.Env):
		return media.Image
	}
	return media.Video
}

// mayBeImage reports whether a file is sent as an image because it is one: its
// name does not tell.
func (p *Pricing) mayBeImage(field string) bool {
	return field == draft.FieldVisual && !p.Draft.Named(p.Env) && draft.RulesFor(p.Draft.Model).Image
}

// Wanted is what the service will use of the file behind an input of a type of
// the API: "video", "audio" or "image".
func Wanted(kind string) media.Kind {
	switch kind {
	case "video":
		return media.Video
	case "audio":
		return media.Audio
	case "image":
		return media.Image
	}
	return media.Unknown
}

// Found judges what came of measuring a file of which something is wanted. Only
// what is wrong with the file itself refuses it: why it can't be read from here
// need not hold for the server.
func Found(want media.Kind, info media.Info, err error) draft.Finding {
	f := draft.Finding{Seconds: info.Seconds, Within: info.Within}
	if info.Kind != media.Unknown {
		f.Holds = info.Kind.String()
	}
	if wrong, ok := errors.AsType[*media.KindError](err); ok {
		f.Holds, f.Refuse = wrong.Got.String(), string(Words(err))
		return f
	}
	if err != nil {
		f.Warn = string(Words(err))
		return f
	}
	f.Refuse = tooManyPixels(info)
	if known := formats(want, info.Kind); info.Format != "" && !slices.Contains(known, info.Format) {
		words := fmt.Sprintf("%s is not among the formats that Sync takes: %s", info.Format, strings.Join(known, ", "))
		if info.Kind == media.Image { // of films and sounds more may pass than is promised
			f.Refuse = words
		} else {
			f.Warn = words
		}
	}
	return f
}

// maxLong and maxShort are the most pixels of a video's two sides.
// https://sync.so/docs/compatibility-and-tips/media-formats-support
const (
	maxLong  = 4096
	maxShort = 2160
)

func tooManyPixels(info media.Info) string {
	if info.Kind != media.Video || max(info.Width, info.Height) <= maxLong && min(info.Width, info.Height) <= maxShort {
		return ""
	}
	return fmt.Sprintf("the video has %d×%d pixels; %d×%d is the most", info.Width, info.Height, maxLong, maxShort)
}

// formats are those that the vendor names for an input, as package media calls
// them. https://sync.so/docs/compatibility-and-tips/media-formats-support
func formats(want, kind media.Kind) []string {
	switch {
	case kind == media.Image:
		return []string{"jpeg", "png", "webp"}
	case want == media.Audio:
		return []string{"wav", "mp3", "ogg", "flac", "alac", "mp4", "m4a", "aac", "wma"}
	}
	return []string{"mp4", "mov", "webm", "avi"}
}

// lookAtAsset takes the length that the API tells, from the list when it is
// there, else by asking.
func (p *Pricing) lookAtAsset(ctx context.Context, c *api.Client, id string, in Input) (Input, error) {
	fact, known := p.Assets[id]
	if !known {
		x, err := c.Asset(ctx, api.ID(id))
		if err != nil {
			return Input{}, err
		}
		fact = Asset{Name: string(x.Name), Kind: string(x.Type), Seconds: float64(x.Duration)}
		p.Assets[id] = fact
	}
	in.Name, in.Basis, in.Seconds = text.Of(cmp.Or(fact.Name, "asset "+id)), "asset", fact.Seconds
	return in, nil
}
