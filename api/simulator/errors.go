package simulator

// codeHelp is an entry of the error catalogue
// (https://sync.so/docs/api-reference).
type codeHelp struct {
	Code       string `json:"code"`
	Message    string `json:"message"`
	Suggestion string `json:"suggestion"`
}

// messageOf returns the message of a code on a failed generation, "" if it has
// none.
func messageOf(code string) string {
	for _, c := range catalogue() {
		if c.Code == code {
			return c.Message
		}
	}
	if code == "" {
		return ""
	}
	return "An unknown error occurred."
}

// catalogue lists every code of August 2026, in the order of the real
// catalogue.
func catalogue() []codeHelp {
	return append(append(generationCodes(), accountCodes()...), libraryCodes()...)
}

// generationCodes are the codes about the inputs and the processing of a
// generation.
func generationCodes() []codeHelp {
	return []codeHelp{
		{"generation_unsupported_model", "The model is unknown or cannot take this kind of input.", "Choose another model or another input."},
		{"generation_pipeline_failed", "A step of the pipeline failed.", "Run it again; contact support if it fails again."},
		{"generation_unknown_error", "An unknown error occurred.", "Run it again; write to support if it fails again."},
		{"generation_input_validation_failed", "The request or the upload is not valid.", "Correct the request."},
		{"generation_infra_storage_error", "The storage did not answer.", "Run it again."},
		{"generation_infra_resource_exhausted", "There was no capacity left for this generation.", "Run it again later."},
		{"generation_infra_service_unavailable", "A service was down.", "Run it again later."},
		{"generation_input_video_inaccessible", "The provided video URL is inaccessible.", "Use a public URL or upload the file as an asset."},
		{"generation_input_audio_inaccessible", "The provided audio URL is inaccessible.", "Use a public URL or upload the file as an asset."},
		{"generation_input_image_inaccessible", "The provided image URL is inaccessible.", "Use a public URL or upload the file as an asset."},
		{"generation_input_video_invalid", "Video could not be read.", "Encode it again as MP4 with H.264."},
		{"generation_input_audio_invalid", "Audio could not be read.", "Encode it again as PCM WAV."},
		{"generation_input_segments_invalid", "The segments do not fit the inputs.", "Correct their times and references."},
		{"generation_input_trim_invalid", "The range to cut out is not valid.", "Choose a range inside the input."},
		{"generation_input_face_selection_invalid", "No face was found where the request points.", "Correct the coordinates or use auto_detect."},
		{"generation_input_resolution_unsupported", "The video is larger than 4096x2160.", "Scale the video down."},
		{"generation_input_duration_greater_than_max_duration", "The input is too long.", "Use a shorter input."},
		{"generation_model_duration_exceeded", "The input is longer than the model takes.", "Use a shorter input or another model."},
		{"generation_plan_duration_exceeded", "The input is longer than the plan allows.", "Use a shorter input or a higher plan."},
		{"dubbing_duration_exceeded", "The video is too long to be dubbed.", "Use a shorter video."},
	}
}

// accountCodes are about the account, its limits and its jobs.
func accountCodes() []codeHelp {
	return []codeHelp{
		{"free_tier_generations_exhausted", "The free generations of this month are used up.", "Upgrade the plan."},
		{"plan_feature_unavailable", "The plan does not include this.", "Upgrade the plan."},
		{"account_payment_required", "A usage invoice is unpaid.", "Pay the invoice."},
		{"account_on_hold", "The account is on hold.", "Write to support."},
		{"voice_clone_limit_reached", "The limit of cloned voices has been reached.", "Delete a voice or upgrade the plan."},
		{"elevenlabs_quota_exceeded", "The quota for speech is used up.", "Wait for the next month or upgrade."},
		{"generation_input_asset_type_mismatch", "The asset has the wrong type for this input.", "Use an asset of the right type."},
		{"generation_input_too_many_visual", "There is more than one video or image.", "Keep one."},
		{"generation_input_dub_audio_conflict", "Dubbing cannot be combined with other audio.", "Leave one out."},
		{"concurrency_limit_reached", "Too many are running at once.", "Wait for one to finish or upgrade the plan."},
		{"rate_limit_exceeded", "Too many requests.", "Slow down and try again."},
		{"generation_not_deletable_while_processing", "The generation is still processing.", "Delete it when it has ended."},
		{"invalid_generation_id", "The generation id is not valid.", "Check the id."},
		{"unsupported_generation_id_format", "Ids of this form are not supported.", "Use the id that create returned."},
		{"generation_not_found", "There is no such generation.", "Check the id."},
		{"generation_conflict", "The generation is not in a state for this.", "Read it again first."},
		{"generation_media_probe_timeout", "Analyzing the input took too long.", "Try again."},
		{"generation_media_probe_unavailable", "Inputs cannot be analyzed now.", "Try again later."},
		{"controller_timeout", "The controller took too long.", "Try again."},
		{"controller_unavailable", "The controller is down.", "Try again later."},
		{"controller_dependency_error", "A dependency of the controller is down.", "Try again later."},
		{"internal_error", "Something went wrong on the server.", "Try again; quote the requestId to support."},
	}
}

// libraryCodes are about projects, files and voices.
func libraryCodes() []codeHelp {
	return []codeHelp{
		{"project_not_found", "There is no such project.", "Check the project id."},
		{"asset_not_found", "There is no such asset.", "Check the asset id."},
		{"asset_forbidden", "The asset belongs to somebody else.", "Use an asset of your organization."},
		{"invalid_asset_id_format", "The asset id is not valid.", "Check the id."},
		{"uploaded_file_not_found", "The file has not been uploaded.", "Upload the file first."},
		{"file_not_in_org_storage", "The file is not in your storage.", "Upload it to your organization."},
		{"file_size_exceeds_plan_limit", "The file is larger than the plan allows.", "Use a smaller file or a higher plan."},
		{"voice_not_found", "There is no such voice.", "Check the voice id."},
		{"voice_sample_not_accessible", "The sample cannot be fetched.", "Use a public URL."},
		{"voice_sample_type_unsupported", "Samples of this type are not accepted.", "Use WAV or MP3."},
		{"voice_sample_upload_required", "The sample has not been uploaded.", "Upload the sample first."},
		{"voice_sample_extraction_failed", "No audio could be taken from the sample.", "Use a sample with sound."},
		{"voice_sample_source_too_large", "The sample is too large.", "Use a smaller file."},
		{"voice_sample_too_short", "The sample is too short.", "Use a longer sample."},
		{"voice_sample_invalid", "The sample cannot be read.", "Encode it again."},
		{"voice_name_conflict", "A voice with this name already exists.", "Choose another name."},
		{"voice_clone_busy", "A voice is being cloned already.", "Wait for it to finish."},
		{"elevenlabs_api_key_invalid", "The key for ElevenLabs is wrong.", "Correct the key."},
		{"elevenlabs_service_unavailable", "The speech service is down.", "Try again later."},
		{"usage_dependency_unavailable", "Usage cannot be looked up now.", "Try again later."},
	}
}
