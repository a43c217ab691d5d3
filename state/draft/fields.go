package draft

// The fields of the form. Options have their own names; see OptionField.
const (
	FieldModel      = "model"
	FieldVisual     = "visual"
	FieldAudio      = "audio"
	FieldScript     = "script"
	FieldVoice      = "voiceId"
	FieldOutputName = "outputFileName"
	FieldWebhook    = "webhookUrl"
	FieldProject    = "projectId"
	FieldLabel      = "label"
	FieldStability  = "stability"
	FieldSimilarity = "similarityBoost"
	FieldMore       = "more"      // audio inputs after the first
	FieldSegments   = "segments"  // parts of the video with audio of their own
	FieldDub        = "dubParams" // the language to dub into
	FieldDubFrom    = "sourceLang"
	FieldExtra      = "others" // members of the request without a field
)

const optionFieldPrefix = "options."

// OptionField is the field of an option, given its wire name.
func OptionField(name string) string { return optionFieldPrefix + name }
