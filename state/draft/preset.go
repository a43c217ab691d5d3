package draft

import (
	"maps"
	"strings"
	"time"
)

// Preset is a named copy of the values in a form.
type Preset struct {
	Name  string
	Draft Draft
}

// MaxPresetName is the most characters that the name of a preset can have.
const MaxPresetName = 40

// NewPreset returns a preset of the values in a form, except those that belong
// to a single job.
func NewPreset(name string, d Draft) Preset {
	d = d.Clone()
	d.ID, d.Base, d.From, d.Unknown, d.Edited, d.UpdatedAt = "", "", "", "", "", time.Time{}
	d.Set, d.Row, d.Lang = "", 0, ""
	return Preset{name, d}
}

// Fill returns a draft with the values of the preset. Fields that are empty in
// the preset keep their value; the options are those of the preset.
func (p Preset) Fill(d Draft) Draft {
	from := p.Draft.Clone()
	next := d.Clone()
	for _, field := range from.Fields() {
		if value := from.text(field); value != nil && strings.TrimSpace(*value) != "" {
			*next.text(field) = *value
		}
	}
	if from.Visual != "" {
		next.VisualKind = from.VisualKind
	}
	if len(from.More)+len(from.Segments) > 0 {
		next.More, next.Segments, next.Ref = from.More, from.Segments, from.Ref
	}
	if len(from.Inputs) > 0 {
		next.Inputs = from.Inputs
	}
	next.Options = from.Options
	if next.Options == nil {
		next.Options = map[string]string{}
	}
	if len(from.Extra) > 0 && next.Extra == nil {
		next.Extra = Extra{}
	}
	maps.Copy(next.Extra, from.Extra)
	return next
}
