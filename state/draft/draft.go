// Package draft prepares jobs: the form's fields and their checks, the models'
// rules, files, links and batch files, and the resulting request. It never
// reads a file or a clock, and knows nothing about money spent.
package draft

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
)

// Draft is the content of the form exactly as typed. It can be saved as JSON.
type Draft struct {
	ID             string            `json:"id"`
	Model          string            `json:"model"`
	Visual         string            `json:"visual"`            // video or image, in a form that ParseMedia accepts
	VisualKind     string            `json:"visualKind"`        // VIDEO or IMAGE if an asset was picked, else ""
	Audio          string            `json:"audio"`             // alternative to a script
	Script         string            `json:"script"`            // at most MaxScript characters
	VoiceID        string            `json:"voiceId"`           // for a script
	Options        map[string]string `json:"options"`           // by wire name; "" is not sent
	OutputFileName string            `json:"outputFileName"`    // without an extension
	WebhookURL     string            `json:"webhookUrl"`        // https
	Label          string            `json:"label,omitempty"`   // for our ledger; never sent
	Set            string            `json:"set,omitempty"`     // the job set it belongs to, like Row and Lang never sent
	Row            int               `json:"row,omitempty"`     // in the set, from 1
	Lang           string            `json:"lang,omitempty"`    // language tag such as de
	From           string            `json:"from,omitempty"`    // origin of the form, for the screen
	Unknown        string            `json:"unknown,omitempty"` // why sending it may pay twice: an earlier request has an unknown outcome
	UpdatedAt      time.Time         `json:"updatedAt,omitzero"`

	// Base is the journal's version of the draft when this window last looked,
	// as returned by outbox.SavedDraft.Version; "" for none.
	Base string `json:"-"`
}

// UnmarshalJSON reads a saved draft. An older dubtop saved Unknown as doubt.
func (d *Draft) UnmarshalJSON(text []byte) error {
	type fields Draft
	saved := struct {
		*fields
		Doubt string `json:"doubt"`
	}{fields: (*fields)(d)}
	err := json.Unmarshal(text, &saved)
	d.Unknown = cmp.Or(d.Unknown, saved.Doubt)
	return err
}

// MaxScript is the most characters a script can have.
// https://sync.so/docs/api-reference/api/generate-api/create
const MaxScript = 5000

// Empty reports whether nothing worth saving was typed.
func (d Draft) Empty() bool {
	typed := d.Visual + d.Audio + d.Script + d.VoiceID + d.OutputFileName + d.WebhookURL + d.Label
	return strings.TrimSpace(typed) == ""
}

// Option is the text typed for an option, "" for the server's default.
func (d Draft) Option(name string) string { return strings.TrimSpace(d.Options[name]) }

// SyncMode is the mode that says what happens if video and audio differ in
// length; see OutputSeconds.
func (d Draft) SyncMode() string { return d.Option(optionSyncMode) }

// Put sets a field, by the name that Check has for it. For an option, Options
// must not be nil.
func (d *Draft) Put(field, value string) {
	switch field {
	case FieldModel:
		d.Model = value
	case FieldVisual:
		d.Visual, d.VisualKind = value, ""
	case FieldAudio:
		d.Audio = value
	case FieldScript:
		d.Script = value
	case FieldVoice:
		d.VoiceID = value
	case FieldOutputName:
		d.OutputFileName = value
	case FieldWebhook:
		d.WebhookURL = value
	case FieldLabel:
		d.Label = value
	default:
		d.Options[strings.TrimPrefix(field, optionFieldPrefix)] = value
	}
}

// Clone returns a copy that is independent of later edits.
func (d Draft) Clone() Draft {
	d.Options = maps.Clone(d.Options)
	return d
}

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
	visual, err := ParseMedia(d.Visual, env.Home)
	if err != nil {
		return api.CreateRequest{}, nil, err
	}
	still := d.still(visual, env)
	r := api.CreateRequest{
		Model:          strings.TrimSpace(d.Model),
		Options:        d.options(still),
		WebhookURL:     strings.TrimSpace(d.WebhookURL),
		OutputFileName: strings.TrimSpace(d.OutputFileName),
	}
	var files []File
	kind := "video"
	if still {
		kind = "image"
	}
	r.Input, files = addMedia(nil, nil, kind, visual, env)
	if d.hasScript() {
		r.Input = append(r.Input, api.CreateInput{Type: "text", Provider: &api.CreateVoice{
			Name: "elevenlabs", VoiceID: strings.TrimSpace(d.VoiceID), Script: strings.TrimSpace(d.Script),
		}})
		return r, files, nil
	}
	audio, err := ParseMedia(d.Audio, env.Home)
	if err != nil {
		return api.CreateRequest{}, nil, err
	}
	r.Input, files = addMedia(r.Input, files, "audio", audio, env)
	return r, files, nil
}

func addMedia(in []api.CreateInput, files []File, kind string, m Media, env CheckEnv) ([]api.CreateInput, []File) {
	item := api.CreateInput{Type: kind, URL: m.URL, AssetID: m.AssetID}
	if m.Source == SourceFile {
		f := File{Field: kind, Path: env.absolute(m.Path)}
		if env.Stat != nil {
			f.Size, _ = env.Stat(f.Path) // Check has reported the error
		}
		files = append(files, f)
	}
	return append(in, item), files
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

// options returns the options that are filled in and supported by the model.
func (d Draft) options(still bool) map[string]any {
	out := make(map[string]any)
	for _, o := range RulesFor(strings.TrimSpace(d.Model)).Options {
		typed := d.Option(o.Name)
		if typed == "" || still && !o.Still {
			continue
		}
		v, words := o.Value(typed)
		if words != "" {
			continue // Check has reported it
		}
		if o.Name == optionActiveSpeaker {
			if v == false {
				continue // to turn it off, leave it out
			}
			v = map[string]any{"auto_detect": true}
		}
		out[o.Name] = v
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (d Draft) hasScript() bool { return strings.TrimSpace(d.Script) != "" }

// still reports whether the visual input is an image.
func (d Draft) still(m Media, env CheckEnv) bool { return d.visualKind(m, env) == kindImage }

func (d Draft) visualKind(m Media, env CheckEnv) mediaKind {
	if m.Source == SourceAsset && d.VisualKind != "" {
		return kindOfAsset(d.VisualKind)
	}
	kind := env.kind(m)
	if kind == kindUnknown && env.found(FieldVisual, m).Holds == "image" {
		return kindImage
	}
	return kind
}

// Named reports whether the visual input's name or asset type tells its kind of
// media. Otherwise the file must be inspected.
func (d Draft) Named(env CheckEnv) bool {
	m, err := ParseMedia(d.Visual, env.Home)
	env.Found = nil
	return err == nil && d.visualKind(m, env) != kindUnknown
}

// Still reports whether the draft's visual input is an image, judging by its
// name, its asset or its inspected content.
func (d Draft) Still(env CheckEnv) bool {
	m, err := ParseMedia(d.Visual, env.Home)
	return err == nil && d.still(m, env)
}

// Name is the job's name in the list: the output file name, else the visual
// input's file name, else the model.
func (d Draft) Name(env CheckEnv) text.Text {
	if n := strings.TrimSpace(d.OutputFileName); n != "" {
		return text.Of(n)
	}
	if m, err := ParseMedia(d.Visual, env.Home); err == nil && m.Base() != "" {
		return m.Base()
	}
	return text.Of(d.Model)
}

// Fields lists the form's fields for the draft's model in order, by the names
// used by Check.
func (d Draft) Fields() []string {
	f := []string{FieldModel, FieldVisual, FieldAudio, FieldScript, FieldVoice}
	for _, o := range RulesFor(strings.TrimSpace(d.Model)).Options {
		f = append(f, OptionField(o.Name))
	}
	return append(f, FieldOutputName, FieldWebhook, FieldLabel)
}

// Problems checks every field and returns the problems in the form's order.
func (d Draft) Problems(env CheckEnv) []Problem {
	var out []Problem
	for _, f := range d.Fields() {
		if p := d.Check(f, env); !p.None() {
			out = append(out, p)
		}
	}
	return out
}
