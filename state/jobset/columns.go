package jobset

import (
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"dubtop/state/draft"
)

// column is the meaning of a table's column or of a JSON line's member: a field
// of the form, the language, or an option by its wire name.
type column string

const (
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

// fill stores a cell. An empty cell keeps the value that all rows have.
func (t *sheet) fill(r *Row, c column, cell string) {
	cell = strings.TrimSpace(cell)
	if cell == "" || c == "" {
		return
	}
	d := &r.Draft
	plain := map[column]*string{
		columnScript: &d.Script, columnVoice: &d.VoiceID, columnModel: &d.Model, columnName: &d.OutputFileName,
		columnLabel: &d.Label, columnWebhook: &d.WebhookURL,
	}
	switch c {
	case columnVideo:
		d.Visual = t.located(cell)
		if m, err := draft.ParseMedia(d.Visual, t.home); err == nil {
			name := string(m.Base())
			r.Stem = strings.TrimSuffix(name, filepath.Ext(name))
		}
	case columnAudio:
		d.Audio = t.located(cell)
	case columnLang:
		r.Speak(cell)
	default:
		if field := plain[c]; field != nil {
			*field = cell
		} else {
			d.Options[string(c)] = cell
		}
	}
}

// located makes a relative path independent of the current folder.
func (t *sheet) located(cell string) string {
	m, err := draft.ParseMedia(cell, t.home)
	if err != nil || m.Source != draft.SourceFile || filepath.IsAbs(m.Path) {
		return cell
	}
	return draft.TypedPath(filepath.Join(t.dir, m.Path))
}
