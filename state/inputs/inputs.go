// Package inputs reads, measures and prices the files and links that jobs are
// made of, and reads the lists that name them. It opens files, asks hosts and the
// client, and looks up in the journal which files were read before. It knows no
// session, sends nothing that costs money, and writes no file but those the user
// names.
package inputs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"dubtop/api"
	"dubtop/api/media"
	"dubtop/api/text"
	"dubtop/state/draft"
)

// Input is one input of a request, as shown in a confirmation.
type Input struct {
	Kind  string // video, image, audio or script
	Name  text.Text
	Basis string // where the length comes from
	draft.Finding
}

// Length is the input's length, with its margin of error.
func (in *Input) Length() text.Text {
	if in.Within > 0 {
		return text.Sprintf("≈ %s (± %s)", Seconds(in.Seconds), Seconds(in.Within))
	}
	return Seconds(in.Seconds)
}

// Warnings lists the inputs' warnings, which do not prevent sending.
func Warnings(inputs []Input) (words []string) {
	for i := range inputs {
		if in := &inputs[i]; in.Warn != "" {
			words = append(words, in.Kind+": "+in.Warn)
		}
	}
	return words
}

// Look inspects one of the draft's media fields with a few requests or by reading the disk. A file that can't be reached or
// measured is not an error but a warning in the finding.
func (p *Pricing) Look(ctx context.Context, c *api.Client, field string) (Input, error) {
	p.prepare(ctx, c)
	return p.look(ctx, c, field)
}

// measure inspects the visual input and then the audio inputs. A length that can't be found
// is no error; a file of the wrong kind is.
func (p *Pricing) measure(ctx context.Context, c *api.Client) ([]Input, error) {
	visual, err := p.look(ctx, c, draft.FieldVisual)
	if err != nil {
		return nil, fmt.Errorf("video: %w", err)
	}
	p.Env.VisualSeconds = visual.Seconds
	if p.Draft.Still(p.Env) {
		visual.Kind, visual.Seconds, visual.Basis = "image", 0, ""
	}
	inputs := []Input{visual}
	for i, sound := range p.Draft.Sounds() {
		in, err := p.sound(ctx, c, p.Draft.MediaFields()[i+1], sound)
		if err != nil {
			return nil, fmt.Errorf("audio: %w", err)
		}
		inputs = append(inputs, in)
	}
	if len(inputs) > 1 && inputs[1].Kind == "audio" {
		p.Env.AudioSeconds = inputs[1].Seconds
	}
	for i := range inputs {
		if in := &inputs[i]; in.Refuse != "" {
			return nil, RefusedInput(in.Kind + ": " + in.Refuse)
		}
	}
	return inputs, nil
}

// sound inspects an audio input, or guesses how long a script takes.
func (p *Pricing) sound(ctx context.Context, c *api.Client, field string, s draft.Sound) (Input, error) {
	if seconds := draft.SpeechSeconds(s.Script); seconds > 0 {
		in := Input{Kind: "script", Name: text.Of("“" + strings.TrimSpace(s.Script) + "”"), Basis: "number of its characters"}
		in.Seconds = seconds
		return in, nil
	}
	return p.look(ctx, c, field)
}

// RefusedInput is an error about a file that lasts until somebody replaces it.
type RefusedInput string

func (e RefusedInput) Error() string { return string(e) }

// look inspects a field and remembers the finding for the checks.
func (p *Pricing) look(ctx context.Context, c *api.Client, field string) (Input, error) {
	in := Input{Kind: "video"}
	if field != draft.FieldVisual {
		in.Kind = "audio"
	}
	m, err := draft.ParseMedia(p.Draft.Media(field), p.Env.Home)
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
		info, by, err = p.Known.file(ctx, m.Path, want)
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

// lookAhead inspects the draft's links concurrently, before it waits for its
// turn, so that a slow host delays only its own draft.
func (p *Pricing) lookAhead(ctx context.Context) error {
	var links []Link
	for _, field := range p.Draft.MediaFields() {
		if m, err := draft.ParseMedia(p.Draft.Media(field), p.Env.Home); err == nil && m.Source == draft.SourceURL {
			if l := (Link{p.wanted(field).String(), m.URL}); !p.knows(l) {
				links = append(links, l)
			}
		}
	}
	p.links = p.Looks.All(ctx, links, nil)
	return ctx.Err()
}

func (p *Pricing) knows(l Link) bool {
	_, known := p.Known.link(l)
	return known
}

// behind returns the finding about a link, inspecting it now if necessary.
func (p *Pricing) behind(ctx context.Context, l Link) draft.Finding {
	if f, known := p.links[l]; known {
		return f
	}
	if f, known := p.Known.link(l); known {
		return f
	}
	return p.Looks.at(ctx, l)
}

// wanted is the kind of media the service uses from a field's file.
func (p *Pricing) wanted(field string) media.Kind {
	switch {
	case field != draft.FieldVisual:
		return media.Audio
	case p.Draft.Still(p.Env):
		return media.Image
	}
	return media.Video
}

// mayBeImage reports whether a visual input whose name does not tell its kind
// may be sent as an image.
func (p *Pricing) mayBeImage(field string) bool {
	return field == draft.FieldVisual && !p.Draft.Named(p.Env) && draft.RulesFor(p.Draft.Model).Image
}

// Wanted maps an input type of the API, "video", "audio" or "image", to the
// kind of media that the service uses from it.
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

// Found judges the result of measuring a file that is wanted as some kind. Only
// a fault of the file itself refuses it, because a failure to read it here may
// not affect the server.
func Found(want media.Kind, info media.Info, err error) draft.Finding {
	f := draft.Finding{Seconds: info.Seconds, Within: info.Within}
	if info.Kind != media.Unknown {
		f.Holds = info.Kind.String()
	}
	if wrong, ok := errors.AsType[*media.KindError](err); ok {
		f.Holds, f.Refuse = wrong.Got.String(), string(text.Words(err))
		return f
	}
	if err != nil {
		f.Warn, f.Broken = string(text.Words(err)), broken(err)
		return f
	}
	f.Refuse = tooManyPixels(info)
	if known := formats(want, info.Kind); info.Format != "" && !slices.Contains(known, info.Format) {
		words := fmt.Sprintf("%s is not among the formats that Sync accepts: %s", info.Format, strings.Join(known, ", "))
		if info.Kind == media.Image { // for video and sound, the server accepts more than it documents
			f.Refuse = words
		} else {
			f.Warn = words
		}
	}
	return f
}

// broken reports whether a file that could not be measured is useless to the
// server as well. It is not if the server of the file is only busy, or if only
// we can't read its format.
func broken(err error) bool {
	if refused, ok := errors.AsType[*media.StatusError](err); ok {
		return refused.Code < 500 && refused.Code != http.StatusTooManyRequests && refused.Code != http.StatusRequestTimeout
	}
	if unknown, ok := errors.AsType[*net.DNSError](err); ok {
		return unknown.IsNotFound
	}
	for _, fault := range []error{media.ErrWebPage, media.ErrDamaged, media.ErrCutOff, media.ErrEmpty} {
		if errors.Is(err, fault) {
			return true
		}
	}
	return false
}

// maxLong and maxShort are the largest sides of a video, in pixels.
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

// formats lists the formats documented for an input, with the names that
// package media uses.
func formats(want, kind media.Kind) []string {
	switch {
	case kind == media.Image:
		return []string{"jpeg", "png", "webp"}
	case want == media.Audio:
		return []string{"wav", "mp3", "ogg", "flac", "alac", "mp4", "m4a", "aac", "wma"}
	}
	return []string{"mp4", "mov", "webm", "avi"}
}

func assetOf(x api.Asset) Asset {
	return Asset{Name: string(x.Name), Kind: string(x.Type), Seconds: float64(x.Duration)}
}

// lookAtAsset returns the asset's length according to the API, from the list if
// it is there, else by a request.
func (p *Pricing) lookAtAsset(ctx context.Context, c *api.Client, id string, in Input) (Input, error) {
	fact, known := p.Assets[id]
	if !known {
		fact, known = p.Known.asset(id)
	}
	if !known {
		x, err := c.Asset(ctx, api.ID(id))
		if err != nil {
			return Input{}, err
		}
		fact = assetOf(x)
		p.Assets[id] = fact
		p.Known.keepAsset(id, fact)
	}
	in.Name, in.Basis, in.Seconds = text.Of(cmp.Or(fact.Name, "asset "+id)), "asset", fact.Seconds
	return in, nil
}
