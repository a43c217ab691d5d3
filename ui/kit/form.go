package kit

import (
	"slices"
	"time"

	"dubtop/ui/paint"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
)

// Problem is what is wrong with a field. The zero problem is none.
type Problem struct {
	Level Level
	Words text.Text
}

// Level says how bad a problem is.
type Level int

// The levels, rising.
const (
	levelFine     Level = iota
	LevelDoubtful       // it may be sent, but look at it
	LevelMissing        // something is not filled in yet
	LevelWrong          // it can't be sent like this
)

func (p Problem) blocks() bool { return p.Level >= LevelMissing }

// Field is one line of a form: typed text, or a choice among a few words.
type Field struct {
	Name    string
	Label   text.Text
	hint    text.Text // shown while it is empty
	choices []string  // a choice instead of typing; "" is the server's default
	input   paint.Input
	Picks   []string // asset types that ctrl+o offers; nil: none
	touched bool
}

// TextField is a field that text is typed into.
func TextField(t *paint.Theme, name string, label, hint text.Text, value string) Field {
	f := Field{Name: name, Label: label, hint: hint, input: paint.NewInput(t)}
	f.input.Prompt = ""
	f.input.Placeholder = string(hint)
	f.input.SetValue(value)
	f.input.Blur()
	return f
}

// ChoiceField is a field that has one of a few words.
func ChoiceField(name string, label, hint text.Text, value string, choices []string) Field {
	f := Field{Name: name, Label: label, hint: hint, choices: choices, input: paint.Input{Model: textinput.New()}}
	f.input.SetValue(value)
	return f
}

// Form is fields below each other, one of them focused. It checks every field
// as it is typed, and knows nothing of what the fields are for.
type Form struct {
	Stage   *Stage
	Fields  []Field
	Focus   int
	Check   func(name string) Problem
	Note    func(name string) text.Text // what is known of a field's value; may be nil
	Differs func() []string             // fields that are marked as changed; may be nil
	Changed func(name, value string) tea.Cmd
	Left    func(name string) tea.Cmd // called with a field that was left; may be nil
	Came    time.Time                 // when it came up by itself, or was last pressed a key since; see deaf

	Width, Height int
}

// labelWidth is the room for names; values begin after it. In a form narrower
// than narrowForm, what is wrong with a value begins below its name.
const (
	labelWidth = 20
	narrowForm = 60
)

// SetSize gives the form its room.
func (f *Form) SetSize(width, height int) {
	f.Width, f.Height = width, height
	for i := range f.Fields {
		f.Fields[i].input.SetWidth(max(1, width-labelWidth-6))
	}
}

// Set replaces the fields and keeps the focus on the one it was on.
func (f *Form) Set(fields []Field) {
	name := ""
	if len(f.Fields) > 0 {
		name = f.Current().Name
	}
	touched := map[string]bool{}
	for _, old := range f.Fields {
		touched[old.Name] = old.touched
	}
	f.Fields = fields
	for i := range f.Fields {
		f.Fields[i].touched = touched[f.Fields[i].Name]
	}
	f.Jump(max(0, slices.IndexFunc(fields, func(x Field) bool { return x.Name == name })))
	f.SetSize(f.Width, f.Height)
}

// Current is the focused field.
func (f *Form) Current() *Field { return &f.Fields[f.Focus] }

// Jump moves the focus, at once: a message would let fast typing reach the
// wrong field.
func (f *Form) Jump(to int) {
	if len(f.Fields) == 0 {
		return
	}
	if f.Focus < len(f.Fields) {
		f.Current().input.Blur()
	}
	f.Focus = (to + len(f.Fields)) % len(f.Fields)
	f.Current().input.Focus()
}

// step goes to another field; the one that is left may show its problems.
func (f *Form) step(by int) func() tea.Cmd {
	return func() tea.Cmd {
		name := f.Current().Name
		f.Current().touched = true
		f.Jump(f.Focus + by)
		if f.Left == nil {
			return nil
		}
		return f.Left(name)
	}
}

// TouchFilled has the problems of all that is filled in shown.
func (f *Form) TouchFilled() {
	for i := range f.Fields {
		f.Fields[i].touched = f.Fields[i].input.Value() != ""
	}
}

// TouchAll has every problem shown, and takes the focus to the first.
func (f *Form) TouchAll() {
	first := -1
	for i := range f.Fields {
		f.Fields[i].touched = true
		if first < 0 && f.Check(f.Fields[i].Name).blocks() {
			first = i
		}
	}
	if first >= 0 {
		f.Jump(first)
	}
}

// FieldActions are the form's own keys. A choice takes the arrows; in a text they
// are typing.
func (f *Form) FieldActions() []Action {
	a := f.Stage
	acts := []Action{
		a.Does(keymap.NextField, f.step(1)).Hinted("next"),
		a.Does(keymap.PreviousField, f.step(-1)).Hinted("previous"),
	}
	if len(f.Fields) > 0 && f.Current().choices != nil {
		acts = append(acts, a.Does(keymap.NextChoice, f.turn(1)).Hinted("choose"), a.Does(keymap.PrevChoice, f.turn(-1)))
	}
	return acts
}

// turn takes the next choice.
func (f *Form) turn(by int) func() tea.Cmd {
	return func() tea.Cmd {
		c := f.Current()
		n := len(c.choices)
		if n == 0 {
			return nil
		}
		at := slices.Index(c.choices, c.input.Value())
		if at < 0 && by < 0 {
			at = 0
		}
		return f.Put(c.Name, c.choices[(at+by+n)%n])
	}
}

// Put fills in a field.
func (f *Form) Put(name, value string) tea.Cmd {
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			f.Fields[i].input.SetValue(value)
			f.Fields[i].input.CursorEnd()
			f.Fields[i].touched = true
		}
	}
	return f.Changed(name, value)
}

// Deaf reports whether a form that came up by itself must not listen yet: keys
// that were meant for the screen below would end up in its fields.
func (f *Form) Deaf() bool { return time.Since(f.Came) < ArmTime }

// Update is typing, or a paste, into the focused field.
func (f *Form) Update(msg tea.Msg) tea.Cmd {
	if _, pressed := msg.(tea.KeyPressMsg); pressed && f.Deaf() {
		f.Came = time.Now()
		return nil
	}
	if len(f.Fields) == 0 || f.Current().choices != nil {
		return nil
	}
	c := f.Current()
	before := c.input.Value()
	cmd := c.input.Update(msg)
	if v := c.input.Value(); v != before {
		return tea.Batch(cmd, f.Changed(c.Name, v))
	}
	return cmd
}

// Lines draws the fields, and below those that need it what is wrong; focus
// is the line the focused field stands on.
func (f *Form) Lines() (lines []paint.Styled, focus int) {
	var changed []string
	if f.Differs != nil {
		changed = f.Differs()
	}
	for i := range f.Fields {
		x := &f.Fields[i]
		p := f.Check(x.Name)
		if i == f.Focus {
			focus = len(lines)
		}
		lines = append(lines, f.noted(x, f.fieldLine(x, i == f.Focus, slices.Contains(changed, x.Name), p))...)
		if i != f.Focus && !x.touched || p.Level == levelFine || p.Level == LevelMissing && !x.touched {
			continue
		}
		n := paint.Bad
		if !p.blocks() {
			n = paint.Warn
		}
		lines = append(lines, f.below(n, p.Words)...)
	}
	return lines, focus
}

// below are words under a field.
func (f *Form) below(n paint.Tone, words text.Text) (lines []paint.Styled) {
	indent := labelWidth + 4
	if f.Width < narrowForm {
		indent = 4
	}
	for _, l := range paint.Wrap(words, max(10, f.Width-indent)) {
		lines = append(lines, paint.Blank(indent)+f.Stage.Theme.Text(n, l))
	}
	return lines
}

// noted is the line of a field with what is known of its value: beside it where
// there is room, else below.
func (f *Form) noted(x *Field, line paint.Styled) []paint.Styled {
	note := text.Text("")
	if f.Note != nil {
		note = f.Note(x.Name)
	}
	at := labelWidth + 4 + paint.TextWidth(text.Masked(x.input.Value()))
	switch {
	case note == "":
		return []paint.Styled{line}
	case at+paint.TextWidth(note)+2 > f.Width:
		return append([]paint.Styled{line}, f.below(paint.Muted, note)...)
	}
	// The input fills its line with blanks: the note stands on them.
	return []paint.Styled{paint.PadStyled(line, at) + f.Stage.Theme.Text(paint.Muted, "  "+note)}
}

func (f *Form) fieldLine(x *Field, focused, changed bool, p Problem) paint.Styled {
	t := f.Stage.Theme
	mark, n, sign := text.Text(" "), paint.Muted, text.Text(" ")
	if changed {
		sign = ChangedMark
	}
	if focused {
		mark, n = t.Glyphs.Cursor, paint.Accent
	}
	return t.Text(paint.Accent, mark) + t.Text(paint.Mark, sign) + t.Text(n, paint.Fit(x.Label, labelWidth-2, false, t.Glyphs.More)) + f.light(x, p) + " " + f.value(x, focused)
}

// light says at a glance whether a field is right.
func (f *Form) light(x *Field, p Problem) paint.Styled {
	t := f.Stage.Theme
	switch {
	case p.Level == LevelWrong:
		return t.Text(paint.Bad, t.Glyphs.Failed)
	case p.Level == LevelDoubtful:
		return t.Text(paint.Warn, t.Glyphs.Alert)
	case p.Level == LevelMissing || x.input.Value() == "":
		return " "
	}
	return t.Text(paint.OK, t.Glyphs.Completed)
}

func (f *Form) value(x *Field, focused bool) paint.Styled {
	t := f.Stage.Theme
	if x.choices == nil {
		if !focused && x.input.Value() == "" {
			return t.Text(paint.Muted, x.hint)
		}
		return x.input.View()
	}
	v, n := text.Of(x.input.Value()), paint.Normal
	if v == "" {
		v, n = x.hint, paint.Muted
	}
	if focused {
		return t.Text(paint.Accent, "< ") + t.Text(n, v) + t.Text(paint.Accent, " >")
	}
	return t.Text(n, v)
}

// View draws the fields, scrolled so that the focused one is seen.
func (f *Form) View(above []paint.Styled) paint.Styled {
	lines, focus := f.Lines()
	lines = append(slices.Clone(above), lines...)
	for i := range lines {
		lines[i] = paint.FitStyled(lines[i], f.Width)
	}
	top := f.scrolled(len(lines), focus+len(above))
	return paint.Joined(lines[top:min(len(lines), top+f.Height)])
}

// scrolled is the first line shown when a form is higher than its room.
func (f *Form) scrolled(lines, focus int) int {
	return max(0, min(focus-f.Height+3, lines-f.Height))
}

// CursorAt is where the terminal's cursor stands, below some lines.
func (f *Form) CursorAt(above int) *tea.Cursor {
	if len(f.Fields) == 0 || f.Current().choices != nil {
		return nil
	}
	c := f.Current().input.Cursor()
	if c == nil {
		return nil
	}
	lines, focus := f.Lines()
	c.X += labelWidth + 2
	c.Y += focus + above - f.scrolled(len(lines)+above, focus+above)
	return c
}

// ChangedMark stands before fields that differ from the job that the form was
// started from.
const ChangedMark = "*"
