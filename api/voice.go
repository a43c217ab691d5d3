package api

import (
	"context"

	"dubtop/api/exact"
	"dubtop/api/text"
)

// Voice is a voice that can speak a script. ID is what a request's voiceId
// takes.
// https://sync.so/docs/api-reference
type Voice struct {
	ID         ID
	Name       text.Text
	Provider   text.Text
	Preview    URL
	Cloned     bool // made from the account's recordings
	Restricted bool // it can't speak
}

const voices capability = "voices"

// wireVoice is a voice as sent by the server.
type wireVoice struct {
	ID          ID
	VoiceID     ID // of the provider; differs from ID for clones
	Name        text.Text
	Provider    text.Text
	Preview     URL
	Restriction given
}

// given reports whether a member has a value other than null, false or empty.
type given bool

// UnmarshalJSON looks at the value. It never fails.
func (g *given) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "null", "false", `""`, "[]", "{}":
		*g = false
	default:
		*g = true
	}
	return nil
}

func (w *wireVoice) members() []exact.Member {
	return []exact.Member{
		{Name: "id", Into: &w.ID, Once: true},
		{Name: "voiceId", Into: &w.VoiceID},
		{Name: "name", Into: &w.Name},
		{Name: "provider", Into: &w.Provider},
		{Name: "previewUrl", Into: &w.Preview},
		{Name: "restriction", Into: &w.Restriction},
	}
}

// UnmarshalJSON reads a voice. Fields of an unexpected type are left empty.
func (v *Voice) UnmarshalJSON(b []byte) error {
	var w wireVoice
	if err := exact.Decode(b, w.members()); err != nil {
		return err
	}
	*v = Voice{
		ID: w.ID, Name: w.Name, Provider: w.Provider, Preview: w.Preview,
		Cloned: w.VoiceID != "" && w.VoiceID != w.ID, Restricted: bool(w.Restriction),
	}
	return nil
}

// wireVoices is the list of voices, bare or in an envelope.
type wireVoices struct{ Voices list[Voice, *Voice] }

func (w *wireVoices) members() []exact.Member {
	return []exact.Member{{Name: "voices", Into: &w.Voices}}
}

// UnmarshalJSON reads either form.
func (w *wireVoices) UnmarshalJSON(b []byte) error {
	*w = wireVoices{}
	if exact.IsList(b) {
		return w.Voices.UnmarshalJSON(b)
	}
	return exact.Decode(b, w.members())
}

// Voices lists the account's voices, built-in and cloned. It returns
// [ErrUnsupported] if the server lists none.
func (c *Client) Voices(ctx context.Context) (List[Voice], error) {
	if c.memory.lacks(voices) {
		return List[Voice]{}, ErrUnsupported
	}
	var w wireVoices
	if _, err := c.value(ctx, call{path: "/v2/voices", limit: maxList}, listOrObject, &w); err != nil {
		return List[Voice]{}, c.optionalError(voices, err)
	}
	if w.Voices.items == nil {
		return List[Voice]{}, c.notAPI("a list without voices")
	}
	named, ok := identified(w.Voices, func(v Voice) ID { return v.ID })
	if !ok {
		return List[Voice]{}, c.notAPI("voices without ids")
	}
	return named, nil
}
