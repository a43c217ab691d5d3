package api

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// CreateRequest is the body of POST /v2/generate. Empty fields are left out, so
// that the bytes contain only the values that the user set.
// https://sync.so/docs/api-reference/api/generate-api/create
type CreateRequest struct {
	Model          string          `json:"model"`
	Input          []CreateInput   `json:"input"`
	Options        map[string]any  `json:"options,omitempty"`
	Segments       []CreateSegment `json:"segments,omitempty"`
	WebhookURL     string          `json:"webhookUrl,omitempty"`
	OutputFileName string          `json:"outputFileName,omitempty"`
	ProjectID      string          `json:"projectId,omitempty"`
	DubParams      *CreateDub      `json:"dubParams,omitempty"`
	Others         Others          `json:"-"`
}

// CreateInput is one input of a new job: a link, an asset, a script or, with
// none of these, a file sent as a form part.
type CreateInput struct {
	Type     string       `json:"type"`
	URL      string       `json:"url,omitempty"`
	AssetID  string       `json:"assetId,omitempty"`
	RefID    string       `json:"refId,omitempty"` // by which segments name it
	Provider *CreateVoice `json:"provider,omitempty"`
	Others   Others       `json:"-"`
}

// CreateVoice is a script and the voice that speaks it. Script may have up to
// 5000 characters.
type CreateVoice struct {
	Name            string   `json:"name"` // "elevenlabs"
	VoiceID         string   `json:"voiceId"`
	Script          string   `json:"script"`
	Stability       *float64 `json:"stability,omitempty"`
	SimilarityBoost *float64 `json:"similarityBoost,omitempty"`
	Others          Others   `json:"-"`
}

// CreateSegment is a part of the video with audio of its own. Times are in
// seconds.
type CreateSegment struct {
	StartTime       float64        `json:"startTime"`
	EndTime         float64        `json:"endTime"`
	AudioInput      CreateCrop     `json:"audioInput"`
	OptionsOverride map[string]any `json:"optionsOverride,omitempty"`
	Others          Others         `json:"-"`
}

// CreateCrop names the audio of a segment and, if only a part of it is used,
// from when to when.
type CreateCrop struct {
	RefID     string   `json:"refId"`
	StartTime *float64 `json:"startTime,omitempty"`
	EndTime   *float64 `json:"endTime,omitempty"`
	Others    Others   `json:"-"`
}

// CreateDub asks the server to translate the speech in the video.
type CreateDub struct {
	ProviderName string `json:"providerName"` // "elevenlabs"
	TargetLang   string `json:"targetLang"`
	SourceLang   string `json:"sourceLang,omitempty"`
	Others       Others `json:"-"`
}

// Others are further members of a JSON object, which this program does not
// know. They are written after those it knows, in the order of their names.
type Others map[string]json.RawMessage

// MarshalJSON writes the request with its other members.
func (r CreateRequest) MarshalJSON() ([]byte, error) {
	type plain CreateRequest
	return r.Others.after(plain(r))
}

// MarshalJSON writes the input with its other members.
func (i CreateInput) MarshalJSON() ([]byte, error) {
	type plain CreateInput
	return i.Others.after(plain(i))
}

// MarshalJSON writes the voice with its other members.
func (v CreateVoice) MarshalJSON() ([]byte, error) {
	type plain CreateVoice
	return v.Others.after(plain(v))
}

// MarshalJSON writes the segment with its other members.
func (s CreateSegment) MarshalJSON() ([]byte, error) {
	type plain CreateSegment
	return s.Others.after(plain(s))
}

// MarshalJSON writes the crop with its other members.
func (c CreateCrop) MarshalJSON() ([]byte, error) {
	type plain CreateCrop
	return c.Others.after(plain(c))
}

// MarshalJSON writes the dubbing with its other members.
func (d CreateDub) MarshalJSON() ([]byte, error) {
	type plain CreateDub
	return d.Others.after(plain(d))
}

// after writes an object and then the other members.
func (o Others) after(object any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // escapes would make links hard to read
	if err := e.Encode(object); err != nil {
		return nil, err
	}
	out := bytes.TrimSuffix(b.Bytes(), []byte("}\n"))
	for _, name := range slices.Sorted(maps.Keys(o)) {
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		if !bytes.HasSuffix(out, []byte("{")) {
			out = append(out, ',')
		}
		out = append(append(append(out, key...), ':'), o[name]...)
	}
	return append(out, '}'), nil
}
