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
	name, label, hint := draft.OptionField(o.Name), optionLabel(o), o.Words
	if o.Default != "" {
		hint = o.Default + " (default)  " + o.Words
	}
	choices := append([]string{""}, o.Choices...)
	switch o.Kind {
	case draft.OptionNumber, draft.OptionFrame, draft.OptionPoint, draft.OptionLink:
		return kit.TextField(t, name, label, text.Of(hint), value)
	case draft.OptionBool:
		choices = []string{"", "true", "false"}
	}
	return kit.ChoiceField(name, label, text.Of(hint), value, choices)
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
