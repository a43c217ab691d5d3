package ui

import (
	"strings"

	"dubtop/api"
	"dubtop/api/text"
)

// diagnosis explains a failure and what to do about it.
type diagnosis struct {
	short text.Text // for a column
	why   text.Text
	fix   text.Text
	again bool // sending the same request again may help
}

// diagnose explains an error code of the API, following the vendor's catalogue
// (https://sync.so/docs/api-reference/errors). An unknown code is classified by
// its name, and the API's own words are always shown as well. Without a code,
// words is the reason.
func (a *desk) diagnose(code string, words text.Text) diagnosis {
	if code == "" && words != "" {
		return diagnosis{words, words, "Fix what it names, then send it again. If it names nothing, see the raw answer (]).", true}
	}
	for _, known := range []func(string) (diagnosis, bool){inputTrouble, limitTrouble, accountTrouble, serviceTrouble} {
		if d, ok := known(code); ok {
			return a.onThisPlan(code, d)
		}
	}
	return byName(code)
}

// onThisPlan adds the limits of the account's plan, if they are known.
func (a *desk) onThisPlan(code string, d diagnosis) diagnosis {
	slots := a.outbox.Slots.OfPlan(a.Now)
	switch code {
	case "generation_plan_duration_exceeded":
		d.why = text.Of(string(d.why) + " " + api.LongerJobs(slots))
	case "concurrency_limit_reached":
		d.why = text.Of(strings.TrimSpace(string(d.why) + " " + api.MoreSlots(slots)))
	}
	return d
}

func inputTrouble(code string) (diagnosis, bool) {
	switch code {
	case "generation_input_video_inaccessible":
		return unreachable("video"), true
	case "generation_input_audio_inaccessible":
		return unreachable("audio"), true
	case "generation_input_image_inaccessible":
		return unreachable("image"), true
	case "generation_input_video_invalid", "generation_media_metadata_missing":
		return diagnosis{
			"bad video file", "The video could not be read, or does not state its length and frame rate.",
			"Export it again as MP4 (H.264) with a constant frame rate.", false,
		}, true
	case "generation_input_audio_invalid":
		return diagnosis{"bad audio file", "The audio could not be read.", "Export it again as WAV (PCM) or MP3.", false}, true
	case "generation_input_segments_invalid", "generation_input_trim_invalid":
		return diagnosis{"bad cut times", "The times of the segments or of the trim do not fit the media.", "Check that each start is before its end, and inside the media.", false}, true
	case "generation_input_face_selection_invalid":
		return diagnosis{"bad face point", "The face coordinates do not fit the picture.", "Give them in pixels of the source, from its top left corner.", false}, true
	case "generation_input_resolution_unsupported":
		return diagnosis{"picture too big", "The picture is larger than 4096×2160.", "Scale it down and send it again.", false}, true
	case "generation_input_asset_type_mismatch":
		return diagnosis{"wrong asset", "An input has an asset of the wrong type, such as audio where video is expected.", "Choose the asset again.", false}, true
	case "generation_unsupported_model":
		return diagnosis{"wrong model", "The model is not known to the API, or does not take this kind of input.", "Still images need sync-3; otherwise choose another model.", false}, true
	case "generation_audio_missing", "generation_video_missing", "generation_input_validation_failed":
		return diagnosis{"bad request", "The request did not pass the API's checks.", "Check the request (]) and fix what the message names.", false}, true
	}
	return diagnosis{}, false
}

func unreachable(what text.Text) diagnosis {
	return diagnosis{
		"dead " + what + " link", "The " + what + " could not be fetched when the job was to start.",
		"Links that expire within the hour are the usual cause: use an asset, or a longer-lived link.", false,
	}
}

func limitTrouble(code string) (diagnosis, bool) {
	switch code {
	case "generation_model_duration_exceeded":
		return diagnosis{"too long: model", "The input is longer than the model allows (react-1: 15 s).", "Use lipsync-2 or sync-3, or a shorter cut.", false}, true
	case "generation_plan_duration_exceeded":
		return diagnosis{"too long: plan", "The input is longer than the plan allows.", "Cut it into parts, or use a larger plan.", false}, true
	case "generation_input_duration_greater_than_max_duration", "generation_audio_length_exceeded":
		return diagnosis{"input too long", "The input is longer than the API allows.", "Cut it into parts.", false}, true
	case "generation_text_length_exceeded":
		return diagnosis{"script too long", "The script has more than 5000 characters.", "Cut it into parts.", false}, true
	case "file_size_exceeds_plan_limit":
		return diagnosis{"file too large", "The file is larger than the plan allows.", "Compress it, or use a larger plan.", false}, true
	case "concurrency_limit_reached":
		return diagnosis{"no free slot", "All slots of the plan were taken.", "Wait for a running job to end, then send it again.", true}, true
	case "rate_limit_exceeded":
		return diagnosis{"rate limited", "Too many requests within a minute.", "Wait a minute.", true}, true
	}
	return diagnosis{}, false
}

func accountTrouble(code string) (diagnosis, bool) {
	switch code {
	case "free_tier_generations_exhausted":
		return diagnosis{"free quota used", "The month's free generations are used up.", "Wait for next month, or choose a plan at sync.so.", false}, true
	case "account_payment_required":
		return diagnosis{"invoice unpaid", "An invoice is unpaid, so no new jobs are accepted.", "Pay it at sync.so, then send the job again.", false}, true
	case "account_on_hold":
		return diagnosis{"account on hold", "The account is on hold.", "Contact the vendor's support.", false}, true
	case "plan_feature_unavailable":
		return diagnosis{"not in the plan", "The plan does not include this.", "Use a larger plan, or leave the option out.", false}, true
	case "elevenlabs_quota_exceeded":
		return diagnosis{"no voice quota", "The quota of the speech provider is used up.", "Send audio instead of text, or wait.", false}, true
	case "voice_not_found":
		return diagnosis{"no such voice", "The voice id is not known.", "Check the voice id.", false}, true
	}
	return diagnosis{}, false
}

func serviceTrouble(code string) (diagnosis, bool) {
	switch code {
	case "generation_unknown_error", "generation_unhandled_error":
		return diagnosis{
			"unknown error", "Something failed inside the service, which gives no details.",
			"Try once more; leave out options that the model does not honour (sync-3 takes neither temperature nor occlusion detection).", true,
		}, true
	case "generation_pipeline_failed":
		return diagnosis{"pipeline failed", "A stage inside the service failed.", "Try once more; if it fails again, send its id to support.", true}, true
	case "generation_timeout":
		return diagnosis{"timed out", "The job took longer than the service allows.", "Try once more, or a shorter input.", true}, true
	}
	return diagnosis{}, false
}

// byName classifies an unknown code by the pattern of its name.
func byName(code string) diagnosis {
	switch {
	case code == "":
		return diagnosis{"no reason given", "The API gives no reason.", "Look at the raw answer (]); if it says no more, send the id to support.", true}
	case strings.HasPrefix(code, "generation_input_"), strings.HasPrefix(code, "voice_sample_"), strings.HasPrefix(code, "invalid_"):
		return diagnosis{"bad input", "The API did not accept an input.", "Fix what the message names, then send it again.", false}
	case strings.Contains(code, "_limit_"), strings.HasPrefix(code, "rate_"):
		return diagnosis{"limit reached", "A limit of the account was reached.", "Wait, then send it again.", true}
	case strings.HasPrefix(code, "generation_infra_"), strings.HasPrefix(code, "controller_"),
		strings.HasSuffix(code, "_unavailable"), strings.HasSuffix(code, "_timeout"), code == "internal_error":
		return diagnosis{"service trouble", "The service had an internal problem.", "Try again in a few minutes.", true}
	}
	return diagnosis{
		text.Of(strings.ReplaceAll(strings.TrimPrefix(code, "generation_"), "_", " ")), text.Of("The API returned the code " + code + "."),
		"Look at the raw answer (]) for more.", false,
	}
}
