package kit

import (
	"charm.land/bubbles/v2/textinput"

	"dubtop/api/text"
	"dubtop/ui/paint"
)

// Problem is a fault in a field. The zero Problem means none.
type Problem struct {
	Level Level
	Words text.Text
}

// Level is how serious a problem is.
type Level int

// The levels, in rising order.
const (
	levelFine    Level = iota
	LevelWarning       // may be sent, but deserves a look
	LevelMissing       // not filled in yet
	LevelWrong         // cannot be sent like this
)

func (p Problem) blocks() bool { return p.Level >= LevelMissing }

// Field is one line of a form: free text, or a choice among a few words.
type Field struct {
	Name    string
	Label   text.Text
	hint    text.Text // shown while the field is empty
	choices []string  // makes it a choice; "" stands for the server's default
	input   paint.Input
	Picks   []string // asset types offered by ctrl+o; nil: none
	touched bool
	shown   bool // it can't be changed here
}

// TextField returns a field for free text.
func TextField(t *paint.Theme, name string, label, hint text.Text, value string) Field {
	f := Field{Name: name, Label: label, hint: hint, input: paint.NewInput(t)}
	f.input.Prompt = ""
	f.input.Placeholder = string(hint)
	f.input.SetValue(value)
	f.input.Blur()
	return f
}

// ChoiceField returns a field that takes one of a few words.
func ChoiceField(name string, label, hint text.Text, value string, choices []string) Field {
	f := Field{Name: name, Label: label, hint: hint, choices: choices, input: paint.Input{Model: textinput.New()}}
	f.input.SetValue(value)
	return f
}

// Value returns the text of the field.
func (x *Field) Value() string { return x.input.Value() }

// Typed reports whether the field takes text.
func (x *Field) Typed() bool { return x.choices == nil }

// ShownField returns a field that only shows something.
func ShownField(name string, label, hint, words text.Text) Field {
	f := ChoiceField(name, label, hint, string(words), []string{})
	f.shown = true
	return f
}
