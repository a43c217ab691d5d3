package ui

import (
	"strings"

	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// fieldFold shows the fields that most jobs leave empty.
const fieldFold = "fold"

// unfolded is the choice of fieldFold that shows them.
const unfolded = "shown"

// audioField returns the field of an audio input.
func audioField(t *paint.Theme, value string) kit.Field {
	x := kit.TextField(t, draft.FieldAudio, "Audio", "https://…  or a path, or ctrl+o for an asset", value)
	x.Picks = []string{"AUDIO"}
	return x
}

// scriptField returns the field of a text that is spoken instead.
func scriptField(t *paint.Theme, value string) kit.Field {
	return kit.TextField(t, draft.FieldScript, "or a script", "text to speak instead of audio", value)
}

func voiceField(t *paint.Theme, value string) kit.Field {
	return kit.TextField(t, draft.FieldVoice, "Voice id", "for a script; ctrl+o lists the voices", value)
}

// speechFields returns the fields of the way in which a voice speaks.
func speechFields(t *paint.Theme, stability, similarity string) []kit.Field {
	return []kit.Field{
		kit.TextField(t, draft.FieldStability, "Voice stability", "0.5 (default)  from 0 to 1", stability),
		kit.TextField(t, draft.FieldSimilarity, "Voice similarity", "0.75 (default)  from 0 to 1", similarity),
	}
}

// optionFields returns the fields of the options that can be filled in.
func optionFields(t *paint.Theme, options []draft.Option, typed map[string]string) (fields []kit.Field) {
	for _, o := range draft.OptionsIn(options, typed) {
		fields = append(fields, optionField(t, o, typed[o.Name]))
	}
	return fields
}

// reshapes reports whether other fields depend on the value of a field.
func reshapes(name string) bool {
	switch name {
	case draft.FieldModel, draft.FieldScript, draft.FieldDub, fieldFold:
		return true
	}
	return strings.HasPrefix(name, draft.OptionField("active_speaker"))
}

// optionField returns the field of an option.
func optionField(t *paint.Theme, o draft.Option, value string) kit.Field {
	name, label, hint := draft.OptionField(o.Name), optionLabel(o), optionHint(o)
	if choices := optionChoices(o); choices != nil {
		return kit.ChoiceField(name, label, hint, value, append([]string{""}, choices...))
	}
	return kit.TextField(t, name, label, hint, value)
}

// optionHint says what an option does if it is left empty.
func optionHint(o draft.Option) text.Text {
	if o.Default == "" {
		return text.Of(o.Words)
	}
	return text.Of(o.Default + " (default)  " + o.Words)
}

// optionChoices lists the values of an option, nil if it is typed.
func optionChoices(o draft.Option) []string {
	switch o.Kind {
	case draft.OptionNumber, draft.OptionFrame, draft.OptionPoint, draft.OptionLink:
		return nil
	case draft.OptionBool:
		return []string{"true", "false"}
	}
	return o.Choices
}

// optionLabel names an option in the form.
func optionLabel(o draft.Option) text.Text {
	switch o.Kind {
	case draft.OptionFrame:
		return "  in frame"
	case draft.OptionPoint:
		return "  at point"
	case draft.OptionLink:
		return "  boxes from"
	}
	label := strings.TrimSuffix(strings.TrimSuffix(o.Name, "_enabled"), "_detection")
	label = strings.ReplaceAll(label, "_", " ")
	return text.Of(strings.ToUpper(label[:1]) + label[1:])
}

// problemOf converts a problem of the draft to one of the form.
func problemOf(p draft.Problem) kit.Problem {
	return kit.Problem{
		Level: map[draft.Severity]kit.Level{
			draft.SeverityWarning: kit.LevelWarning, draft.SeverityMissing: kit.LevelMissing, draft.SeverityError: kit.LevelWrong,
		}[p.Severity],
		Words: text.Of(p.Words),
	}
}

// fieldWords names a field of a draft.
func fieldWords(name string) text.Text {
	switch name {
	case draft.FieldVisual:
		return "video"
	case draft.FieldVoice:
		return "voice"
	case draft.FieldOutputName:
		return "output name"
	case draft.FieldWebhook:
		return "webhook"
	}
	return text.Of(strings.ReplaceAll(strings.TrimPrefix(name, draft.OptionField("")), "_", " "))
}

// above returns words to stand above the fields of a form.
func above(t *paint.Theme, width int, n paint.Tone, words text.Text) []paint.Styled {
	return append(append([]paint.Styled{""}, t.Paragraph(width, n, words)...), "")
}
