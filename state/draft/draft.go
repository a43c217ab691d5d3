// Package draft is a job before it is one: the fields of a form, what is wrong
// with them, what models take, files, links and batch files, and the request
// that comes of them. It never reads a file or a clock, and knows no money that
// was spent.
package draft

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
)

// Draft is what stands in the form, as it was typed: nothing is corrected and
// nothing is lost. It can be kept as JSON.
type Draft struct {
	ID             string            `json:"id"`
	Model          string            `json:"model"`
	Visual         string            `json:"visual"`          // a video or an image, as ParseMedia takes it
	VisualKind     string            `json:"visualKind"`      // VIDEO or IMAGE where an asset was picked, else ""
	Audio          string            `json:"audio"`           // or a script
	Script         string            `json:"script"`          // at most MaxScript characters
	VoiceID        string            `json:"voiceId"`         // with a script
	Options        map[string]string `json:"options"`         // by wire name; "" is not sent
	OutputFileName string            `json:"outputFileName"`  // without an extension
	WebhookURL     string            `json:"webhookUrl"`      // https
	Label          string            `json:"label,omitempty"` // of ours, for the ledger; never sent
	From           string            `json:"from,omitempty"`  // what the form was started from, in words
	Doubt          string            `json:"doubt,omitempty"` // why sending it may pay a second time, in words
	UpdatedAt      time.Time         `json:"updatedAt,omitzero"`

	// Base is what the journal held of the draft when this window last looked, as
	// Held.Version names it; "" for nothing.
	Base string `json:"-"`
}

// MaxScript is the most characters that a script may have.
// https://sync.so/docs/api-reference/api/generate-api/create
const MaxScript = 5000

// Empty reports whether nothing was typed that is worth keeping.
func (d Draft) Empty() bool {
	typed := d.Visual + d.Audio + d.Script + d.VoiceID + d.OutputFileName + d.WebhookURL + d.Label
	return strings.TrimSpace(typed) == ""
}

// Option is what was typed for an option, "" for the server's default.
func (d Draft) Option(name string) string { return strings.TrimSpace(d.Options[name]) }

// SyncMode is the mode that decides between the lengths of video and audio;
// see OutputSeconds.
func (d Draft) SyncMode() string { return d.Option(optionSyncMode) }

// Clone copies the draft, so that the form may go on changing its own.
func (d Draft) Clone() Draft {
	d.Options = maps.Clone(d.Options)
	return d
}

// File is a local file that is sent along with a request. Its size and hash
// pin down what was priced.
type File struct {
	Field  string `json:"field"` // video, image or audio
	Path   string `json:"path"`
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // hexadecimal, "" until measured
}

// Measure reads the file's content and fills in Size and SHA256. The caller
// opens the file; an empty or too large one is an error.
func (f *File) Measure(r io.Reader) error {
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(r, api.MaxUpload+1))
	switch {
	case err != nil:
		return fmt.Errorf("%s can't be read: %w", filepath.Base(f.Path), err)
	case n == 0:
		return fmt.Errorf("%s is empty", filepath.Base(f.Path))
	case n > api.MaxUpload:
		return errors.New(tooLarge(f.Path, 0))
	}
	f.Size, f.SHA256 = n, hex.EncodeToString(h.Sum(nil))
	return nil
}

// Request builds the request that the draft stands for, with the options that
// the model honours and no others: some jobs fail for an option that does not
// concern them. Files are listed with their sizes where env can tell; they
// are yet to be measured. The error is the first problem that Check would
// report.
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

// Body is the JSON of Request, the same bytes for the same draft.
func (d Draft) Body(env CheckEnv) ([]byte, error) {
	r, _, err := d.Request(env)
	if err != nil {
		return nil, err
	}
	return Encode(r)
}

// Encode writes links as they are: the escapes that are meant for web pages
// would only make them harder to read.
func Encode(r api.CreateRequest) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		return nil, fmt.Errorf("the request can't be written: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// options are those that are filled in and honoured.
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
				continue // off is said by leaving it out
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

// Named reports whether the name of the visual input, or its asset, tells what it
// holds. Else a look at it does.
func (d Draft) Named(env CheckEnv) bool {
	m, err := ParseMedia(d.Visual, env.Home)
	env.Found = nil
	return err == nil && d.visualKind(m, env) != kindUnknown
}

// Still reports whether the draft's visual input is an image, as far as its
// name, its asset or a look at it tells.
func (d Draft) Still(env CheckEnv) bool {
	m, err := ParseMedia(d.Visual, env.Home)
	return err == nil && d.still(m, env)
}

// Name is how the job will be called in the list: the output file name, else
// the visual input's file name, else the model.
func (d Draft) Name(env CheckEnv) text.Text {
	if n := strings.TrimSpace(d.OutputFileName); n != "" {
		return text.Of(n)
	}
	if m, err := ParseMedia(d.Visual, env.Home); err == nil && m.Base() != "" {
		return m.Base()
	}
	return text.Of(d.Model)
}

// Fields lists the fields of the form for the draft's model, in order, by the
// names that Check takes.
func (d Draft) Fields() []string {
	f := []string{FieldModel, FieldVisual, FieldAudio, FieldScript, FieldVoice}
	for _, o := range RulesFor(strings.TrimSpace(d.Model)).Options {
		f = append(f, OptionField(o.Name))
	}
	return append(f, FieldOutputName, FieldWebhook, FieldLabel)
}

// Problems checks every field and lists what is wrong, in the form's order.
func (d Draft) Problems(env CheckEnv) []Problem {
	var out []Problem
	for _, f := range d.Fields() {
		if p := d.Check(f, env); !p.None() {
			out = append(out, p)
		}
	}
	return out
}
