// Package draft prepares jobs: the form's fields and their checks, the models'
// rules, files, links and batch files, and the resulting request. It never
// reads a file or a clock, and knows nothing about money spent.
package draft

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"dubtop/api/text"
)

// Draft is the content of the form exactly as typed. It can be saved as JSON.
type Draft struct {
	ID             string            `json:"id"`
	Model          string            `json:"model"`
	Visual         string            `json:"visual"`              // video or image, in a form that ParseMedia accepts
	VisualKind     string            `json:"visualKind"`          // VIDEO or IMAGE if an asset was picked or a request said so, else ""
	Audio          string            `json:"audio"`               // alternative to a script
	Script         string            `json:"script"`              // at most MaxScript characters
	VoiceID        string            `json:"voiceId"`             // for a script
	Stability      string            `json:"stability,omitempty"` // of the voice; see Sound
	Similarity     string            `json:"similarity,omitempty"`
	Ref            string            `json:"ref,omitempty"`      // by which segments name the audio or script
	More           []Sound           `json:"more,omitempty"`     // audio inputs after the first
	Segments       []Segment         `json:"segments,omitempty"` // parts of the video with audio of their own
	DubLang        string            `json:"dubLang,omitempty"`  // to translate the video into; "" for none
	DubFrom        string            `json:"dubFrom,omitempty"`  // spoken language; "" to detect it
	ProjectID      string            `json:"projectId,omitempty"`
	Options        map[string]string `json:"options"`           // by wire name; "" is not sent
	OutputFileName string            `json:"outputFileName"`    // without an extension
	WebhookURL     string            `json:"webhookUrl"`        // https
	Label          string            `json:"label,omitempty"`   // for our ledger; never sent
	Set            string            `json:"set,omitempty"`     // the job set it belongs to, like Row and Lang never sent
	Row            int               `json:"row,omitempty"`     // in the set, from 1
	Lang           string            `json:"lang,omitempty"`    // language tag such as de
	From           string            `json:"from,omitempty"`    // origin of the form, for the screen
	Extra          Extra             `json:"extra,omitempty"`   // members of the request without a field
	Inputs         []rawValue        `json:"inputs,omitempty"`  // inputs without a field
	Edited         string            `json:"edited,omitempty"`  // the request as left in an editor, if it can't be read
	Unknown        string            `json:"unknown,omitempty"` // why sending it may pay twice: an earlier request has an unknown outcome
	UpdatedAt      time.Time         `json:"updatedAt,omitzero"`

	// Base is the journal's version of the draft when this window last looked,
	// as returned by outbox.SavedDraft.Version; "" for none.
	Base string `json:"-"`
}

// rawValue is a JSON value.
type rawValue = json.RawMessage

// UnmarshalJSON reads a saved draft. An older dubtop saved Unknown as doubt, and
// could only turn the detection of the speaker on or off.
func (d *Draft) UnmarshalJSON(text []byte) error {
	type fields Draft
	saved := struct {
		*fields
		Doubt string `json:"doubt"`
	}{fields: (*fields)(d)}
	err := json.Unmarshal(text, &saved)
	d.Unknown = cmp.Or(d.Unknown, saved.Doubt)
	if on, old := parseBool(d.Options[optionSpeaker]); old {
		d.Options[optionSpeaker] = map[bool]string{true: SpeakerAuto}[on]
	}
	return err
}

// MaxScript is the most characters a script can have.
// https://sync.so/docs/api-reference/api/generate-api/create
const MaxScript = 5000

// Empty reports whether nothing worth saving was typed.
func (d Draft) Empty() bool {
	typed := d.Visual + d.Audio + d.Script + d.VoiceID + d.OutputFileName + d.WebhookURL + d.Label + d.DubLang + d.Edited
	return strings.TrimSpace(typed) == "" && len(d.More)+len(d.Segments)+len(d.Extra)+len(d.Inputs) == 0
}

// Option is the text typed for an option, "" for the server's default.
func (d Draft) Option(name string) string { return strings.TrimSpace(d.Options[name]) }

// SyncMode is the mode that says what happens if video and audio differ in
// length; see OutputSeconds.
func (d Draft) SyncMode() string { return d.Option(optionSyncMode) }

// Put sets a field, by the name that Check has for it. For an option, Options
// must not be nil.
func (d *Draft) Put(field, value string) {
	if field == FieldVisual {
		d.VisualKind = ""
	}
	if p := d.text(field); p != nil {
		*p = value
		return
	}
	d.Options[strings.TrimPrefix(field, optionFieldPrefix)] = value
}

// text returns the text of a field, nil for options and for those that are no
// text.
func (d *Draft) text(field string) *string {
	fields := [...]string{
		FieldModel, FieldVisual, FieldAudio, FieldScript, FieldVoice, FieldStability, FieldSimilarity, FieldDub, FieldDubFrom,
		FieldOutputName, FieldWebhook, FieldProject, FieldLabel,
	}
	values := [len(fields)]*string{
		&d.Model, &d.Visual, &d.Audio, &d.Script, &d.VoiceID, &d.Stability, &d.Similarity, &d.DubLang, &d.DubFrom,
		&d.OutputFileName, &d.WebhookURL, &d.ProjectID, &d.Label,
	}
	if i := slices.Index(fields[:], field); i >= 0 {
		return values[i]
	}
	return nil
}

// Value is the text of a field, "" for those that are no text.
func (d Draft) Value(field string) string {
	if p := d.text(field); p != nil {
		return *p
	}
	return d.Options[strings.TrimPrefix(field, optionFieldPrefix)]
}

// Clone returns a copy that is independent of later edits.
func (d Draft) Clone() Draft {
	d.Options, d.Extra, d.Inputs = maps.Clone(d.Options), maps.Clone(d.Extra), slices.Clone(d.Inputs)
	d.More, d.Segments = slices.Clone(d.More), slices.Clone(d.Segments)
	for i := range d.More {
		d.More[i] = d.More[i].clone()
	}
	for i := range d.Segments {
		d.Segments[i] = d.Segments[i].clone()
	}
	return d
}

func (d Draft) hasScript() bool { return strings.TrimSpace(d.Script) != "" }

// still reports whether the visual input is an image.
func (d Draft) still(m Media, env CheckEnv) bool { return d.visualKind(m, env) == kindImage }

func (d Draft) visualKind(m Media, env CheckEnv) mediaKind {
	kind := env.kind(m)
	switch {
	case d.VisualKind != "" && (m.Source == SourceAsset || m.Source == SourceURL && kind == kindUnknown):
		return kindOfAsset(d.VisualKind)
	case kind == kindUnknown && env.found(FieldVisual, m).Holds == "image":
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
	f := []string{FieldModel, FieldVisual, FieldAudio, FieldScript, FieldVoice, FieldStability, FieldSimilarity}
	for _, o := range OptionsIn(RulesFor(strings.TrimSpace(d.Model)).Options, d.Options) {
		f = append(f, OptionField(o.Name))
	}
	return append(f, FieldMore, FieldSegments, FieldDub, FieldDubFrom, FieldOutputName, FieldWebhook, FieldProject, FieldLabel, FieldExtra)
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
