package jobset

import (
	"slices"
	"strings"
	"unicode"

	"dubtop/state/draft"
)

// column is the meaning of a table's column or of a JSON line's member: a field
// of the form, the language, or an option by its wire name.
type column string

const (
	columnID      column = "id"
	columnVideo   column = "video"
	columnAudio   column = "audio"
	columnScript  column = "script"
	columnVoice   column = "voice"
	columnModel   column = "model"
	columnName    column = "name"
	columnLabel   column = "label"
	columnLang    column = "language"
	columnWebhook column = "webhook"
)

// columnOf recognizes a heading in any spelling.
func columnOf(heading string) column {
	word := wordOf(heading)
	for _, ending := range []string{"_url", "_link", "_file", "_path", "_id"} {
		if bare := strings.TrimSuffix(word, ending); bare != word && columnOf(bare) != "" {
			return columnOf(bare)
		}
	}
	for c, words := range headings() {
		if slices.Contains(words, word) {
			return c
		}
	}
	for _, o := range draft.RulesFor("").Options {
		if word == wordOf(o.Name) {
			return column(o.Name)
		}
	}
	return ""
}

// headings are the words that identify a column.
func headings() map[column][]string {
	return map[column][]string{
		columnID:      {"id", "row_id", "request_id"},
		columnVideo:   {"video", "visual", "image", "source", "clip", "video_asset", "footage"},
		columnAudio:   {"audio", "track", "sound", "dub", "audio_asset", "wav", "mp3"},
		columnScript:  {"script", "text", "speech", "line"},
		columnVoice:   {"voice"},
		columnModel:   {"model"},
		columnName:    {"name", "output", "output_name", "output_file_name", "outputfilename", "filename", "file_name", "title"},
		columnLabel:   {"label", "project", "client", "tag"},
		columnLang:    {"lang", "language", "locale"},
		columnWebhook: {"webhook"},
	}
}

// wordOf returns a heading in lower case with _ between its words.
func wordOf(heading string) string {
	heading = strings.TrimPrefix(strings.TrimSpace(heading), "options.")
	return strings.Join(strings.FieldsFunc(strings.ToLower(heading), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "_")
}
