package ui

import (
	"slices"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
)

// problem is what is wrong with a field. The zero problem is none.
type problem struct {
	level level
	words text.Text
}

// level says how bad a problem is.
type level int

const (
	levelFine     level = iota
	levelDoubtful       // it may be sent, but look at it
	levelMissing        // something is not filled in yet
	levelWrong          // it can't be sent like this
)

func (p problem) blocks() bool { return p.level >= levelMissing }

// field is one line of a form: typed text, or a choice among a few words.
type field struct {
	name    string
	label   text.Text
	hint    text.Text // shown while it is empty
	choices []string  // a choice instead of typing; "" is the server's default
	input   input
	picks   []string // asset types that ctrl+o offers; nil: none
	touched bool
}

func textField(t *theme, name string, label, hint text.Text, value string) field {
	f := field{name: name, label: label, hint: hint, input: newInput(t)}
	f.input.Prompt = ""
	f.input.Placeholder = string(hint)
	f.input.SetValue(value)
	f.input.Blur()
	return f
}

func choiceField(name string, label, hint text.Text, value string, choices []string) field {
	f := field{name: name, label: label, hint: hint, choices: choices, input: input{textinput.New()}}
	f.input.SetValue(value)
	return f
}

// form is fields below each other, one of them focused. It checks every field
// as it is typed, and knows nothing of what the fields are for.
type form struct {
	stage   *stage
	fields  []field
	focus   int
	check   func(name string) problem
	note    func(name string) text.Text // what is known of a field's value; may be nil
	differs func() []string             // fields that are marked as changed; may be nil
	changed func(name, value string) tea.Cmd
	left    func(name string) tea.Cmd // called with a field that was left; may be nil
	came    time.Time                 // when it came up by itself, or was last pressed a key since; see deaf

	width, height int
}

// labelWidth is the room for names; values begin after it. In a form narrower
// than narrowForm, what is wrong with a value begins below its name.
const (
	labelWidth = 20
	narrowForm = 60
)

func (f *form) SetSize(width, height int) {
	f.width, f.height = width, height
	for i := range f.fields {
		f.fields[i].input.SetWidth(max(1, width-labelWidth-6))
	}
}

// set replaces the fields and keeps the focus on the one it was on.
func (f *form) set(fields []field) {
	name := ""
	if len(f.fields) > 0 {
		name = f.current().name
	}
	touched := map[string]bool{}
	for _, old := range f.fields {
		touched[old.name] = old.touched
	}
	f.fields = fields
	for i := range f.fields {
		f.fields[i].touched = touched[f.fields[i].name]
	}
	f.jump(max(0, slices.IndexFunc(fields, func(x field) bool { return x.name == name })))
	f.SetSize(f.width, f.height)
}

func (f *form) current() *field { return &f.fields[f.focus] }

// jump moves the focus, at once: a message would let fast typing reach the
// wrong field.
func (f *form) jump(to int) {
	if len(f.fields) == 0 {
		return
	}
	if f.focus < len(f.fields) {
		f.current().input.Blur()
	}
	f.focus = (to + len(f.fields)) % len(f.fields)
	f.current().input.Focus()
}

// step goes to another field; the one that is left may show its problems.
func (f *form) step(by int) func() tea.Cmd {
	return func() tea.Cmd {
		name := f.current().name
		f.current().touched = true
		f.jump(f.focus + by)
		if f.left == nil {
			return nil
		}
		return f.left(name)
	}
}

// touchFilled has the problems of all that is filled in shown.
func (f *form) touchFilled() {
	for i := range f.fields {
		f.fields[i].touched = f.fields[i].input.Value() != ""
	}
}

// touchAll has every problem shown, and takes the focus to the first.
func (f *form) touchAll() {
	first := -1
	for i := range f.fields {
		f.fields[i].touched = true
		if first < 0 && f.check(f.fields[i].name).blocks() {
			first = i
		}
	}
	if first >= 0 {
		f.jump(first)
	}
}

// actions are the form's own keys. A choice takes the arrows; in a text they
// are typing.
func (f *form) actions() []action {
	a := f.stage
	acts := []action{
		a.does(keymap.NextField, f.step(1)).hinted("next"),
		a.does(keymap.PreviousField, f.step(-1)).hinted("previous"),
	}
	if len(f.fields) > 0 && f.current().choices != nil {
		acts = append(acts, a.does(keymap.NextChoice, f.turn(1)).hinted("choose"), a.does(keymap.PrevChoice, f.turn(-1)))
	}
	return acts
}

// turn takes the next choice.
func (f *form) turn(by int) func() tea.Cmd {
	return func() tea.Cmd {
		c := f.current()
		n := len(c.choices)
		if n == 0 {
			return nil
		}
		at := slices.Index(c.choices, c.input.Value())
		if at < 0 && by < 0 {
			at = 0
		}
		return f.put(c.name, c.choices[(at+by+n)%n])
	}
}

// put fills in a field.
func (f *form) put(name, value string) tea.Cmd {
	for i := range f.fields {
		if f.fields[i].name == name {
			f.fields[i].input.SetValue(value)
			f.fields[i].input.CursorEnd()
			f.fields[i].touched = true
		}
	}
	return f.changed(name, value)
}

// deaf reports whether a form that came up by itself must not listen yet: keys
// that were meant for the screen below would end up in its fields.
func (f *form) deaf() bool { return time.Since(f.came) < armTime }

// Update is typing, or a paste, into the focused field.
func (f *form) Update(msg tea.Msg) tea.Cmd {
	if _, pressed := msg.(tea.KeyPressMsg); pressed && f.deaf() {
		f.came = time.Now()
		return nil
	}
	if len(f.fields) == 0 || f.current().choices != nil {
		return nil
	}
	c := f.current()
	before := c.input.Value()
	cmd := c.input.Update(msg)
	if v := c.input.Value(); v != before {
		return tea.Batch(cmd, f.changed(c.name, v))
	}
	return cmd
}

// lines draws the fields, and below those that need it what is wrong; focus
// is the line the focused field stands on.
func (f *form) lines() (lines []styled, focus int) {
	var changed []string
	if f.differs != nil {
		changed = f.differs()
	}
	for i := range f.fields {
		x := &f.fields[i]
		p := f.check(x.name)
		if i == f.focus {
			focus = len(lines)
		}
		lines = append(lines, f.noted(x, f.fieldLine(x, i == f.focus, slices.Contains(changed, x.name), p))...)
		if i != f.focus && !x.touched || p.level == levelFine || p.level == levelMissing && !x.touched {
			continue
		}
		n := toneBad
		if !p.blocks() {
			n = toneWarn
		}
		lines = append(lines, f.below(n, p.words)...)
	}
	return lines, focus
}

// below are words under a field.
func (f *form) below(n tone, words text.Text) (lines []styled) {
	indent := labelWidth + 4
	if f.width < narrowForm {
		indent = 4
	}
	for _, l := range wrap(words, max(10, f.width-indent)) {
		lines = append(lines, blank(indent)+f.stage.theme.text(n, l))
	}
	return lines
}

// noted is the line of a field with what is known of its value: beside it where
// there is room, else below.
func (f *form) noted(x *field, line styled) []styled {
	note := text.Text("")
	if f.note != nil {
		note = f.note(x.name)
	}
	at := labelWidth + 4 + textWidth(text.Masked(x.input.Value()))
	switch {
	case note == "":
		return []styled{line}
	case at+textWidth(note)+2 > f.width:
		return append([]styled{line}, f.below(toneMuted, note)...)
	}
	// The input fills its line with blanks: the note stands on them.
	return []styled{padStyled(line, at) + f.stage.theme.text(toneMuted, "  "+note)}
}

func (f *form) fieldLine(x *field, focused, changed bool, p problem) styled {
	t := f.stage.theme
	mark, n, sign := text.Text(" "), toneMuted, text.Text(" ")
	if changed {
		sign = changedMark
	}
	if focused {
		mark, n = t.glyphs.cursor, toneAccent
	}
	return t.text(toneAccent, mark) + t.text(toneMark, sign) + t.text(n, fit(x.label, labelWidth-2, false, t.glyphs.more)) + f.light(x, p) + " " + f.value(x, focused)
}

// light says at a glance whether a field is right.
func (f *form) light(x *field, p problem) styled {
	t := f.stage.theme
	switch {
	case p.level == levelWrong:
		return t.text(toneBad, t.glyphs.failed)
	case p.level == levelDoubtful:
		return t.text(toneWarn, t.glyphs.alert)
	case p.level == levelMissing || x.input.Value() == "":
		return " "
	}
	return t.text(toneOK, t.glyphs.completed)
}

func (f *form) value(x *field, focused bool) styled {
	t := f.stage.theme
	if x.choices == nil {
		if !focused && x.input.Value() == "" {
			return t.text(toneMuted, x.hint)
		}
		return x.input.View()
	}
	v, n := text.Of(x.input.Value()), toneText
	if v == "" {
		v, n = x.hint, toneMuted
	}
	if focused {
		return t.text(toneAccent, "< ") + t.text(n, v) + t.text(toneAccent, " >")
	}
	return t.text(n, v)
}

// View draws the fields, scrolled so that the focused one is seen.
func (f *form) View(above []styled) styled {
	lines, focus := f.lines()
	lines = append(slices.Clone(above), lines...)
	for i := range lines {
		lines[i] = fitStyled(lines[i], f.width)
	}
	top := f.scrolled(len(lines), focus+len(above))
	return joined(lines[top:min(len(lines), top+f.height)])
}

// scrolled is the first line shown when a form is higher than its room.
func (f *form) scrolled(lines, focus int) int {
	return max(0, min(focus-f.height+3, lines-f.height))
}

// cursor is where the terminal's cursor stands, below some lines.
func (f *form) cursor(above int) *tea.Cursor {
	if len(f.fields) == 0 || f.current().choices != nil {
		return nil
	}
	c := f.current().input.Cursor()
	if c == nil {
		return nil
	}
	lines, focus := f.lines()
	c.X += labelWidth + 2
	c.Y += focus + above - f.scrolled(len(lines)+above, focus+above)
	return c
}

// changedMark stands before fields that differ from the job that the form was
// started from.
const changedMark = "*"
