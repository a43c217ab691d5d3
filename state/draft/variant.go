package draft

import (
	"slices"
	"strings"
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
func (d Draft) sends(field string) string {
	text := map[string]string{
		FieldModel: d.Model, FieldVisual: d.Visual, FieldAudio: d.Audio, FieldScript: d.Script,
		FieldVoice: d.VoiceID, FieldOutputName: d.OutputFileName, FieldWebhook: d.WebhookURL,
	}[field]
	if name, isOption := strings.CutPrefix(field, optionFieldPrefix); isOption {
		if _, honoured := RulesFor(strings.TrimSpace(d.Model)).Option(name); honoured {
			text = d.Option(name)
		}
	}
	return strings.TrimSpace(text)
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

// PriceKey is equal for drafts with the same price: they differ at most in
// their name and webhook.
func (d Draft) PriceKey() string {
	parts := []string{d.VisualKind}
	for _, f := range d.Fields() {
		if f != FieldOutputName && f != FieldWebhook {
			parts = append(parts, f, d.sends(f))
		}
	}
	return strings.Join(parts, "\x00")
}
