package draft

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Changes lists the fields that would send something else than in the draft
// from, in the form's order. Options that the model does not support are not
// sent.
func (d Draft) Changes(from Draft) []string {
	fields := d.Fields()
	for _, f := range from.Fields() {
		if !slices.Contains(fields, f) {
			fields = append(fields, f)
		}
	}
	return slices.DeleteFunc(fields, func(f string) bool { return d.sends(f) == from.sends(f) })
}

// sends is a field's contribution to the request, or "".
func (d *Draft) sends(field string) string {
	switch field {
	case FieldLabel:
		return ""
	case FieldMore, FieldSegments, FieldExtra:
		return d.parts(field)
	}
	if name, isOption := strings.CutPrefix(field, optionFieldPrefix); isOption {
		if _, ok := d.honoured(name); !ok {
			return ""
		}
		return d.Option(name)
	}
	if p := d.text(field); p != nil {
		return strings.TrimSpace(*p)
	}
	return ""
}

// parts is sends for fields that are no text.
func (d Draft) parts(field string) string {
	var part any
	switch {
	case field == FieldMore && len(d.More) > 0:
		part = d.Sounds()
	case field == FieldSegments && len(d.Segments) > 0:
		part = []any{d.Refs(), d.Segments}
	case field == FieldExtra && len(d.Extra)+len(d.Inputs) > 0:
		part = []any{d.Extra, d.Inputs}
	default:
		return ""
	}
	text, err := json.Marshal(part)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Unfit says why a model can't take the draft's inputs, as far as env knows, or
// "".
func (d Draft) Unfit(model string, env CheckEnv) string {
	rules := RulesFor(model)
	if !rules.Image && d.Still(env) {
		return model + " takes no images"
	}
	return tooLong(model, rules, max(env.VisualSeconds, env.AudioSeconds))
}

// Another returns a draft for the next language of the same video: a new one
// with everything but the sound and the name.
func (d Draft) Another() Draft {
	d = d.Clone()
	d.ID, d.Base, d.From, d.Unknown, d.UpdatedAt = "", "", "", "", time.Time{}
	d.Audio, d.Script, d.DubLang, d.OutputFileName = "", "", "", ""
	d.Set, d.Row, d.Lang = "", 0, ""
	for i := range d.More {
		d.More[i].Audio, d.More[i].Script = "", ""
	}
	return d
}

// PriceKey is equal for drafts with the same price: they differ at most in
// their name, webhook and project.
func (d Draft) PriceKey() string {
	parts := []string{d.VisualKind}
	for _, f := range d.Fields() {
		if f == FieldOutputName || f == FieldWebhook || f == FieldProject {
			continue
		}
		if name, isOption := strings.CutPrefix(f, optionFieldPrefix); isOption {
			parts = append(parts, f, d.Option(name)) // Fields has only those of the model
			continue
		}
		parts = append(parts, f, d.sends(f))
	}
	return strings.Join(parts, "\x00")
}
