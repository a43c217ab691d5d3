package draft

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"dubtop/api"
)

// The paths of Extra for the objects of a request.
const (
	extraVisual  = "video"
	extraAudio   = "audio"
	extraOptions = "options"
	extraDub     = "dubParams"
)

// Request builds the draft's request. It includes only options that the model
// supports, because some jobs fail because of others. Files are listed with
// their sizes if env can tell, but must still be measured. The error is the
// first problem that Check would report.
func (d Draft) Request(env CheckEnv) (api.CreateRequest, []File, error) {
	for _, p := range d.Problems(env) {
		if p.Blocks() {
			return api.CreateRequest{}, nil, errors.New(p.Words)
		}
	}
	w := writer{env: env}
	return w.request(d), w.files, nil
}

// Body is the JSON of Request. Equal drafts have equal bytes.
func (d Draft) Body(env CheckEnv) ([]byte, error) {
	r, _, err := d.Request(env)
	if err != nil {
		return nil, err
	}
	return Encode(r)
}

// Encode returns the request as JSON. It leaves out HTML escapes, which would
// make links hard to read.
func Encode(r api.CreateRequest) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		return nil, fmt.Errorf("the request can't be written: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// writer turns a draft into a request.
type writer struct {
	env   CheckEnv
	typed bool // for an editor: values that can't be sent stay as they were typed
	files []File
}

func (w *writer) request(d Draft) api.CreateRequest {
	model := strings.TrimSpace(d.Model)
	visual, _ := ParseMedia(d.Visual, w.env.Home) // Check has reported the error
	still := d.still(visual, w.env)
	r := api.CreateRequest{
		Model: model, Options: w.options(d, still), WebhookURL: strings.TrimSpace(d.WebhookURL),
		OutputFileName: strings.TrimSpace(d.OutputFileName), ProjectID: strings.TrimSpace(d.ProjectID),
		DubParams: d.dub(), Others: d.Extra.inside(""),
	}
	kind := "video"
	if still {
		kind = "image"
	}
	if !w.typed || strings.TrimSpace(d.Visual) != "" {
		in := w.media(kind, d.Visual)
		in.Others = d.Extra.inside(extraVisual)
		r.Input = append(r.Input, in)
	}
	for _, s := range d.Sounds() {
		if !w.typed || !s.empty() {
			r.Input = append(r.Input, s.input(w))
		}
	}
	for _, raw := range d.Inputs {
		r.Input = append(r.Input, otherInput(raw))
	}
	for _, s := range d.Segments {
		r.Segments = append(r.Segments, s.write(model))
	}
	return r
}

// media returns an input. A local file has no link: it is sent beside the
// request.
func (w *writer) media(kind, typed string) api.CreateInput {
	m, err := ParseMedia(typed, w.env.Home)
	in := api.CreateInput{Type: kind, URL: m.URL, AssetID: m.AssetID}
	switch {
	case w.typed && (err != nil || m.Source == SourceFile):
		in.URL = strings.TrimSpace(typed)
	case m.Source == SourceFile:
		f := File{Field: kind, Path: w.env.absolute(m.Path)}
		if w.env.Stat != nil {
			f.Size, _ = w.env.Stat(f.Path) // Check has reported the error
		}
		w.files = append(w.files, f)
	}
	return in
}

// otherInput returns an input that has no field in the form.
func otherInput(raw rawValue) api.CreateInput {
	m := membersOf(raw)
	in := api.CreateInput{Type: m.text("type")}
	in.Others = api.Others(m)
	return in
}

// options returns the options that are filled in and supported by the model.
func (w *writer) options(d Draft, still bool) map[string]any {
	rules := RulesFor(strings.TrimSpace(d.Model))
	return written(rules.Options, d.Options, d.Extra, extraOptions, func(o Option) bool {
		return !still || o.Still && !(o.Kind == OptionSpeaker && d.speakerAuto())
	})
}

// speakerAuto reports whether the server is to find the speaker, which it can't
// in a still image.
func (d Draft) speakerAuto() bool {
	return speakerWay(d.Options) == SpeakerAuto
}

func speakerWay(typed map[string]string) string {
	v, _ := Option{Kind: OptionSpeaker}.Value(typed[optionSpeaker])
	way, _ := v.(string)
	return way
}

// OptionsIn lists the options that can be filled in: some only matter for one
// choice of another option.
func OptionsIn(options []Option, typed map[string]string) []Option {
	return slices.DeleteFunc(slices.Clone(options), func(o Option) bool {
		return o.Parent != "" && speakerWay(typed) != o.When
	})
}

// written returns options as they are sent, with the other members of their
// object.
func written(options []Option, typed map[string]string, extra Extra, path string, wanted func(Option) bool) map[string]any {
	out, speaker := anyOf(extra.inside(path)), anyOf(extra.inside(path+"/"+optionSpeaker))
	for _, o := range OptionsIn(options, typed) {
		v, words := o.Value(typed[o.Name])
		switch {
		case strings.TrimSpace(typed[o.Name]) == "" || words != "" || !wanted(o): // Check has reported it
		case o.Kind == OptionSpeaker && v == SpeakerAuto:
			speaker[speakerAuto] = true
		case o.Kind == OptionSpeaker: // its own options tell the way
		case o.Parent != "":
			speaker[strings.TrimPrefix(o.Name, o.Parent+".")] = v
		default:
			out[o.Name] = v
		}
	}
	if len(speaker) > 0 {
		out[optionSpeaker] = speaker
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func anyOf(others api.Others) map[string]any {
	out := make(map[string]any, len(others))
	for name, value := range others {
		out[name] = value
	}
	return out
}

// fault describes a mistake in the text typed for an option, or returns "".
func (o Option) fault(typed string) string {
	typed = strings.TrimSpace(typed)
	if typed == "" && o.Parent == "" {
		return ""
	}
	if typed == "" {
		return "needed to point at the speaker"
	}
	_, words := o.Value(typed)
	return words
}

// Unsent lists the options that were filled in but are not sent to the model.
func (d Draft) Unsent() (names []string) {
	rules := RulesFor(strings.TrimSpace(d.Model))
	for _, name := range slices.Sorted(maps.Keys(d.Options)) {
		if _, honoured := rules.Option(name); !honoured && d.Option(name) != "" && !strings.Contains(name, ".") {
			names = append(names, name)
		}
	}
	return names
}
