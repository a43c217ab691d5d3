package simulator

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
)

// creation is what a generation is made from: the body of POST /v2/generate
// (https://sync.so/docs/api-reference).
type creation struct {
	Model          string
	Input          []input
	Options        json.RawMessage // echoed unchanged
	Segments       json.RawMessage // echoed unchanged
	Dubbed         bool
	WebhookURL     string
	OutputFileName string
	ProjectID      string

	refs []string // audio named by the segments
}

// input is one input of a creation.
type input struct {
	Type           string          `json:"type"`
	URL            string          `json:"url,omitempty"`
	AssetID        string          `json:"assetId,omitempty"`
	RefID          string          `json:"refId,omitempty"`
	Provider       *speech         `json:"provider,omitempty"`
	SegmentsSecs   json.RawMessage `json:"segments_secs,omitempty"`
	SegmentsFrames json.RawMessage `json:"segments_frames,omitempty"`
}

// speech is the provider of a text input, with the defaults that are echoed.
type speech struct {
	Name            string  `json:"name"`
	VoiceID         string  `json:"voiceId"`
	Script          string  `json:"script"`
	Stability       float64 `json:"stability"`
	SimilarityBoost float64 `json:"similarityBoost"`
}

func (in input) visual() bool { return in.Type == "video" || in.Type == "image" }

func (c *creation) hasText() bool {
	return slices.ContainsFunc(c.Input, func(in input) bool { return in.Type == "text" })
}

// options are the options that the simulator checks.
type options struct {
	SyncMode     string          `json:"sync_mode"`
	Temperature  *float64        `json:"temperature"`
	ModelMode    string          `json:"model_mode"`
	Prompt       string          `json:"prompt"`
	Occlusion    *bool           `json:"occlusion_detection_enabled"`
	ActiveSpeech json.RawMessage `json:"active_speaker_detection"`
}

// reader checks a body field by field and collects every broken rule, like the
// API's validation layer.
type reader struct {
	members map[string]json.RawMessage
	profile Profile
	broken  []string
}

func (r *reader) breaks(format string, args ...any) {
	r.broken = append(r.broken, fmt.Sprintf(format, args...))
}

// has reports whether a field is present and not null.
func (r *reader) has(name string) bool {
	raw, ok := r.members[name]
	return ok && string(raw) != "null"
}

// text reads an optional string.
func (r *reader) text(name string) string {
	var s string
	if r.has(name) && json.Unmarshal(r.members[name], &s) != nil {
		r.breaks("%s must be a string", name)
	}
	return s
}

// oneOf requires value to be one of the allowed ones.
func (r *reader) oneOf(name, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		r.breaks("%s must be one of the following values: %s", name, strings.Join(allowed, ", "))
	}
}

// creation reads the whole body.
func (r *reader) creation() *creation {
	c := &creation{
		Model: r.text("model"), WebhookURL: r.text("webhookUrl"), OutputFileName: r.text("outputFileName"),
		Options: r.optional("options"), Segments: r.optional("segments"),
	}
	r.oneOf("model", c.Model, modelNames()...)
	c.Input = r.inputs()
	r.options()
	c.refs = r.segments()
	if c.WebhookURL != "" && !webLink(c.WebhookURL) {
		r.breaks("webhookUrl must be a URL address")
	}
	c.OutputFileName = r.fileName(c.OutputFileName)
	if r.profile == Strict { // later fields are silently ignored
		return c
	}
	if c.ProjectID = r.text("projectId"); c.ProjectID != "" && uuid.Validate(c.ProjectID) != nil {
		r.breaks("projectId must be a UUID")
	}
	c.Dubbed = r.has("dubParams")
	return c
}

// optional returns a field unchanged, nil if absent.
func (r *reader) optional(name string) json.RawMessage {
	if !r.has(name) {
		return nil
	}
	return r.members[name]
}

// fileName returns the name to keep. The page of June 2026 states a rule; later
// servers drop characters they do not accept.
func (r *reader) fileName(name string) string {
	if len(name) > 255 {
		r.breaks("outputFileName must be shorter than or equal to 255 characters")
		return ""
	}
	kept := strings.Map(func(c rune) rune {
		switch {
		case c == '_', c == '-', c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			return c
		case c == ' ':
			return '_'
		default:
			return -1
		}
	}, name)
	if kept != name && r.profile == Strict {
		r.breaks("outputFileName may hold only letters, digits, _ and -")
	}
	return kept
}

// inputs reads the items of input.
func (r *reader) inputs() []input {
	var items []json.RawMessage
	if !r.has("input") || json.Unmarshal(r.members["input"], &items) != nil {
		r.breaks("input must be an array")
		return nil
	}
	out := make([]input, 0, len(items))
	for i, raw := range items {
		// Defaults for fields that the input omits.
		in := input{Provider: &speech{Stability: 0.5, SimilarityBoost: 0.75}}
		if err := json.Unmarshal(raw, &in); err != nil {
			r.breaks("input.%d must be an object with members of the right types", i)
			continue
		}
		out = append(out, r.checked(i, in))
	}
	return out
}

// checked validates one input.
func (r *reader) checked(i int, in input) input {
	path := fmt.Sprintf("input.%d.", i)
	r.oneOf(path+"type", in.Type, "video", "image", "audio", "text")
	if in.Type == "text" {
		r.speech(path+"provider.", in.Provider)
		return in
	}
	in.Provider = nil
	if in.URL == "" && in.AssetID == "" {
		r.breaks("%surl or %sassetId must be given", path, path)
	}
	if in.URL != "" && !webLink(in.URL) {
		r.breaks("%surl must be a URL address", path)
	}
	if in.AssetID != "" && uuid.Validate(in.AssetID) != nil {
		r.breaks("%sassetId must be a UUID", path)
	}
	return in
}

func (r *reader) speech(path string, p *speech) {
	if p == nil {
		r.breaks("%sname must be given", path)
		return
	}
	r.oneOf(path+"name", p.Name, "elevenlabs")
	if p.VoiceID == "" {
		r.breaks("%svoiceId should not be empty", path)
	}
	if n := utf8.RuneCountInString(p.Script); n == 0 || n > 5000 {
		r.breaks("%sscript must have 1 to 5000 characters", path)
	}
	if p.Stability < 0 || p.Stability > 1 || p.SimilarityBoost < 0 || p.SimilarityBoost > 1 {
		r.breaks("%sstability and similarityBoost must be from 0 to 1", path)
	}
}

// options checks the options that have rules. Options that a model does not
// know are ignored, not refused.
func (r *reader) options() {
	if !r.has("options") {
		return
	}
	var o options
	if json.Unmarshal(r.members["options"], &o) != nil {
		r.breaks("options must be an object with members of the right types")
		return
	}
	if o.SyncMode != "" {
		r.oneOf("options.sync_mode", o.SyncMode, "bounce", "loop", "cut_off", "silence", "remap")
	}
	if o.Temperature != nil && (*o.Temperature < 0 || *o.Temperature > 1) {
		r.breaks("options.temperature must be from 0 to 1")
	}
	if o.ModelMode != "" {
		r.oneOf("options.model_mode", o.ModelMode, "lips", "face", "head")
	}
	if o.Prompt != "" {
		r.oneOf("options.prompt", o.Prompt, "happy", "sad", "angry", "disgusted", "surprised", "neutral")
	}
}

// segments checks the segments and returns the audio they name.
func (r *reader) segments() []string {
	if !r.has("segments") {
		return nil
	}
	var segments []struct {
		StartTime, EndTime *float64
		AudioInput         struct {
			RefID              string `json:"refId"`
			StartTime, EndTime *float64
		}
	}
	if json.Unmarshal(r.members["segments"], &segments) != nil {
		r.breaks("segments must be an array of segments")
		return nil
	}
	refs := make([]string, 0, len(segments))
	for i, seg := range segments {
		if seg.StartTime == nil || seg.EndTime == nil || *seg.StartTime > *seg.EndTime || *seg.StartTime < 0 {
			r.breaks("segments.%d must have startTime and endTime in order", i)
		}
		if (seg.AudioInput.StartTime == nil) != (seg.AudioInput.EndTime == nil) {
			r.breaks("segments.%d.audioInput must have both startTime and endTime or neither", i)
		}
		refs = append(refs, seg.AudioInput.RefID)
	}
	return refs
}

// webLink reports whether s is an http or https address.
func webLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
