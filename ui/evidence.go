package ui

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/draft"
)

// evidence lists what in a job bears out the cause of its failure: the link that
// had expired, the option that the model does not honour. job may be nil.
func (a *desk) evidence(code string, g *state.Generation, job *api.Generation) (found []text.Text) {
	about := aboutInput(code)
	switch {
	case job == nil:
	case about != "":
		for i := range job.Input {
			if in := &job.Input[i]; about == "any" || string(in.Type) == about {
				found = append(found, a.inputEvidence(in, g))
			}
		}
	case strings.HasPrefix(code, "voice_"), code == "generation_text_length_exceeded":
		found = a.spoken(job, code)
	default:
		found = a.requestEvidence(code, job)
	}
	return found
}

// requestEvidence says what in the request a code is about.
func (a *desk) requestEvidence(code string, job *api.Generation) []text.Text {
	switch code {
	case "generation_unknown_error", "generation_unhandled_error":
		return unhonoured(job)
	case "generation_unsupported_model", "generation_model_duration_exceeded":
		return a.modelEvidence(job)
	case "project_not_found":
		return []text.Text{"project " + cmp.Or(a.store.ProjectName(job.ProjectID), text.Of(string(job.ProjectID)))}
	case "generation_input_face_selection_invalid", "generation_input_segments_invalid", "generation_input_trim_invalid":
		return requested(job, code)
	}
	return nil
}

// spoken describes the scripts of a job.
func (a *desk) spoken(job *api.Generation, code string) (found []text.Text) {
	for i := range job.Input {
		switch p := job.Input[i].Provider; {
		case p == nil:
		case strings.HasPrefix(code, "voice_"):
			words := "voice " + text.Of(string(p.VoiceID))
			if name := a.store.VoiceName(p.VoiceID); name != "" {
				words += ", " + name
			}
			found = append(found, words)
		default:
			found = append(found, scriptLength(p.Script))
		}
	}
	return found
}

// scriptLength counts the characters of a script. A long one is not kept whole.
func scriptLength(script text.Text) text.Text {
	const whole = 4000
	if n := len([]rune(string(script))); n < whole {
		return text.Sprintf("the script has %d characters", n)
	}
	return text.Sprintf("the script has more than %d characters", whole)
}

// aboutInput is the type of the inputs that a code is about: any, or "" for none.
func aboutInput(code string) string {
	if code == "generation_media_metadata_missing" {
		return "video"
	}
	if rest, ok := strings.CutPrefix(code, "generation_input_"); ok {
		for _, kind := range []string{"video", "audio", "image"} {
			if strings.HasPrefix(rest, kind+"_") {
				return kind
			}
		}
		if strings.HasPrefix(rest, "resolution") {
			return "video"
		}
	}
	switch code {
	case "generation_audio_length_exceeded":
		return "audio"
	case "generation_input_asset_type_mismatch", "generation_input_too_many_visual", "generation_input_duration_greater_than_max_duration",
		"generation_plan_duration_exceeded", "dubbing_duration_exceeded", "generation_media_probe_timeout", "asset_not_found", "asset_forbidden",
		"file_size_exceeds_plan_limit":
		return "any"
	}
	return ""
}

// inputEvidence describes an input.
func (a *desk) inputEvidence(in *api.Input, g *state.Generation) text.Text {
	words := in.Type + ": " + a.inputWords(in)
	if x, ok := a.store.Asset(in.AssetID); ok {
		facts := []text.Text{x.Type.Lower(), length(x.Duration), picture(&x), bytesText(x.Size)}
		return words + "; " + text.Join(slices.DeleteFunc(facts, func(f text.Text) bool { return f == none }), ", ")
	}
	link, err := in.URL.Link()
	if err != nil {
		return words
	}
	end, ok := draft.LinkExpiry(link)
	switch {
	case !ok:
		return words
	case !g.Created.IsZero() && !end.After(g.Created):
		return words + text.Sprintf("; it expired at %s, before the job was made", clock(a.ours(end), a.Now))
	}
	return words + text.Sprintf("; it expires at %s", clock(a.ours(end), a.Now))
}

// unhonoured lists the options that the job's model does not honour.
func unhonoured(job *api.Generation) (found []text.Text) {
	var options map[string]json.RawMessage
	rules := draft.RulesFor(string(job.Model))
	if json.Unmarshal(job.Options, &options) != nil || !rules.Known {
		return nil
	}
	for name := range options {
		if _, honoured := rules.Option(name); !honoured {
			found = append(found, job.Model+" does not honour "+text.Of(name))
		}
	}
	slices.Sort(found)
	return found
}

// modelEvidence compares the limits of the job's model with its inputs.
func (a *desk) modelEvidence(job *api.Generation) (found []text.Text) {
	rules := draft.RulesFor(string(job.Model))
	if rules.MaxSeconds > 0 {
		found = append(found, job.Model+" takes up to "+length(api.Seconds(rules.MaxSeconds)))
	}
	for i := range job.Input {
		in := &job.Input[i]
		if x, ok := a.store.Asset(in.AssetID); ok && x.Duration > 0 {
			found = append(found, in.Type+": "+a.inputWords(in)+"; "+length(x.Duration))
		}
		if in.Type == "image" && rules.Known && !rules.Image {
			found = append(found, job.Model+" takes no images")
		}
	}
	return found
}

// requested shows the part of the request that a code is about.
func requested(job *api.Generation, code string) (found []text.Text) {
	raw := job.Segments
	if strings.Contains(code, "face_selection") {
		var options map[string]json.RawMessage
		if json.Unmarshal(job.Options, &options) == nil {
			raw = api.JSON(options["active_speaker_detection"])
		}
	}
	if len(raw) == 0 {
		return nil
	}
	return []text.Text{text.Clean(string(raw), text.Max)}
}
