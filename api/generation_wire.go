package api

import (
	"cmp"

	"dubtop/api/exact"
	"dubtop/api/text"
)

func (i *Input) members() []exact.Member {
	return []exact.Member{
		{Name: "type", Into: &i.Type},
		{Name: "url", Into: &i.URL},
		{Name: "assetId", Into: &i.AssetID},
		{Name: "refId", Into: &i.RefID},
		{Name: "provider", Into: (*speech)(i)},
	}
}

// UnmarshalJSON reads an input. Fields of an unexpected type are left empty.
func (i *Input) UnmarshalJSON(b []byte) error {
	*i = Input{}
	return exact.Decode(b, i.members())
}

// speech is the provider of an input, nil if it is not an object.
type speech Input

func (s *speech) UnmarshalJSON(b []byte) error {
	s.Provider = nil
	if exact.IsObject(b) {
		s.Provider = new(Provider)
		_ = exact.Decode(b, s.Provider.members())
	}
	return nil
}

func (p *Provider) members() []exact.Member {
	return []exact.Member{
		{Name: "name", Into: &p.Name},
		{Name: "voiceId", Into: &p.VoiceID},
		{Name: "script", Into: &p.Script},
		{Name: "stability", Into: share{&p.Stability}},
		{Name: "similarityBoost", Into: share{&p.SimilarityBoost}},
	}
}

// share reads a number from 0 to 1, nil if the value is none.
type share struct{ into **float64 }

// UnmarshalJSON reads the number. It never fails.
func (s share) UnmarshalJSON(b []byte) error {
	*s.into = nil
	if n, ok := looseNumber(b); ok && n >= 0 && n <= 1 {
		*s.into = &n
	}
	return nil
}

// UnmarshalJSON keeps the API's word, made safe to draw. It never fails.
func (s *Status) UnmarshalJSON(b []byte) error {
	*s = Status(text.Clean(text.Loose(b), maxWord))
	return nil
}

// maxWord is the longest status kept, in bytes.
const maxWord = 64

// wireGeneration is a generation in every spelling seen so far.
type wireGeneration struct {
	ID               ID
	CreatedAt        Time
	OldCreatedAt     Time
	Status           Status
	Model            text.Text
	Input            objects[Input, *Input]
	Options          JSON
	Segments         JSON
	DubParams        JSON
	WebhookURL       URL
	OutputMediaURL   URL
	OutputURL        URL
	SegmentOutputURL URL
	SynthesizedAudio URL
	OutputDuration   Seconds
	OutputFileName   text.Text
	Error            reason
	ErrorCode        text.Text
	OldErrorCode     text.Text
	ProjectID        ID
	Progress         count
}

func (w *wireGeneration) members() []exact.Member {
	return []exact.Member{
		{Name: "id", Into: &w.ID, Once: true},
		{Name: "createdAt", Into: &w.CreatedAt},
		{Name: "created_at", Into: &w.OldCreatedAt},
		{Name: "status", Into: &w.Status, Once: true},
		{Name: "model", Into: &w.Model},
		{Name: "input", Into: &w.Input},
		{Name: "options", Into: &w.Options},
		{Name: "segments", Into: &w.Segments},
		{Name: "dubParams", Into: &w.DubParams},
		{Name: "webhookUrl", Into: &w.WebhookURL},
		{Name: "outputMediaUrl", Into: &w.OutputMediaURL, Once: true},
		{Name: "outputUrl", Into: &w.OutputURL, Once: true},
		{Name: "segmentOutputUrl", Into: &w.SegmentOutputURL, Once: true},
		{Name: "synthesizedAudioUrl", Into: &w.SynthesizedAudio, Once: true},
		{Name: "outputDuration", Into: &w.OutputDuration},
		{Name: "outputFileName", Into: &w.OutputFileName},
		{Name: "error", Into: &w.Error},
		{Name: "errorCode", Into: &w.ErrorCode},
		{Name: "error_code", Into: &w.OldErrorCode},
		{Name: "projectId", Into: &w.ProjectID},
		{Name: "progress_percent", Into: &w.Progress},
	}
}

func (w *wireGeneration) generation() Generation {
	return Generation{
		ID: w.ID, CreatedAt: cmp.Or(w.CreatedAt, w.OldCreatedAt), Status: w.Status, Model: w.Model,
		Input: w.Input, Options: w.Options, Segments: w.Segments, DubParams: w.DubParams, WebhookURL: w.WebhookURL,
		Output: cmp.Or(w.OutputMediaURL, w.OutputURL), SegmentOutput: w.SegmentOutputURL,
		SynthesizedAudio: w.SynthesizedAudio, OutputDuration: w.OutputDuration,
		OutputFileName: w.OutputFileName, Error: w.Error.Text,
		ErrorCode: cmp.Or(w.ErrorCode, w.OldErrorCode), ProjectID: w.ProjectID,
		Progress: min(w.Progress.or(-1), 100),
	}
}

// UnmarshalJSON reads a generation in any of the API's spellings. Fields of an
// unexpected type are left empty. It fails if b is not an object, or if the id,
// the status or a link to the output appears twice.
func (g *Generation) UnmarshalJSON(b []byte) error {
	var w wireGeneration
	if err := exact.Decode(b, w.members()); err != nil {
		return err
	}
	*g = w.generation()
	return nil
}

// wireCount is an answer with a number of things.
type wireCount struct{ Count count }

func (w *wireCount) members() []exact.Member {
	return []exact.Member{{Name: "count", Into: &w.Count}}
}

// UnmarshalJSON reads a count.
func (w *wireCount) UnmarshalJSON(b []byte) error { return exact.Decode(b, w.members()) }

// wireCosts is a cost as sent by the server.
type wireCosts struct {
	Availability text.Text
	Total        dollars
	Known        dollars
	RetryAfter   Seconds
}

func (w *wireCosts) members() []exact.Member {
	return []exact.Member{
		{Name: "availability", Into: &w.Availability},
		{Name: "totalCostUsd", Into: &w.Total, Once: true},
		{Name: "knownSubtotalUsd", Into: &w.Known, Once: true},
		{Name: "retryAfterSeconds", Into: &w.RetryAfter},
	}
}

func (w *wireCosts) costs() Costs {
	return Costs{w.Availability, w.Total.Micros, w.Known.Micros, w.RetryAfter}
}

// UnmarshalJSON reads a cost. It fails if an amount appears twice.
func (w *wireCosts) UnmarshalJSON(b []byte) error { return exact.Decode(b, w.members()) }
