package jobset

import (
	"path/filepath"
	"strings"

	"dubtop/state/draft"
)

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
	case columnID:
		r.ID = cell
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
