package kit

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/paint"
)

// Form is a column of fields, one of them focused. Each field is checked as it
// is typed. Form does not know the meaning of its fields.
type Form struct {
	Stage   *Stage
	Fields  []Field
	Focus   int
	Check   func(name string) Problem
	Note    func(name string) text.Text // says something about the value of a field; may be nil
	Shown   func(name string) text.Text // the words for a value in a field without the focus, "" for itself; may be nil
	Differs func() []string             // returns the fields to mark as changed; may be nil
	Changed func(name, value string) tea.Cmd
	Longer  func(name string) string  // completes the value of a field, "" if there is nothing to add; may be nil
	Left    func(name string) tea.Cmd // called with the name of a field when the focus leaves it; may be nil
	Came    time.Time                 // when the form opened by itself, or the last key while it was deaf; see Deaf

	Width, Height int
	row           int // line of the focused field as last drawn
}

// labelWidth is the width of the labels in cells. In a form narrower than
// narrowForm, problems are indented less than the values.
const (
	labelWidth = 20
	narrowForm = 60
)

// SetSize sets the size of the form in cells.
func (f *Form) SetSize(width, height int) {
	f.Width, f.Height = width, height
	for i := range f.Fields {
		f.Fields[i].input.SetWidth(max(1, width-labelWidth-6))
	}
}

// Set replaces the fields and keeps the focus on the field of the same name.
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

// Current returns the focused field.
func (f *Form) Current() *Field { return &f.Fields[f.Focus] }

// Jump moves the focus at once. Sending a message instead would let fast typing
// end up in the wrong field.
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

// JumpTo moves the focus to a field, if the form has it.
func (f *Form) JumpTo(name string) {
	if i := slices.IndexFunc(f.Fields, func(x Field) bool { return x.Name == name }); i >= 0 {
		f.Jump(i)
	}
}

// step moves the focus. The field it leaves may show its problems from now on.
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

// TouchFilled shows the problems of all fields that are filled in.
func (f *Form) TouchFilled() {
	for i := range f.Fields {
		f.Fields[i].touched = f.Fields[i].input.Value() != ""
	}
}

// TouchAll shows all problems, and focuses the first field that cannot be sent.
// It returns the problem of that field.
func (f *Form) TouchAll() (first Problem) {
	at := -1
	for i := range f.Fields {
		f.Fields[i].touched = true
		if p := f.Check(f.Fields[i].Name); at < 0 && p.blocks() {
			at, first = i, p
		}
	}
	if at >= 0 {
		f.Jump(at)
	}
	return first
}

// Ready reports whether all fields can be sent. If not, it shows all problems,
// and warns of the first.
func (f *Form) Ready() bool {
	p := f.TouchAll()
	if p.blocks() {
		f.Stage.Warn(p.Words)
	}
	return !p.blocks()
}

// FieldActions returns the form's own keys. The arrows change a choice; in a
// text field they move the caret.
func (f *Form) FieldActions() []Action {
	a := f.Stage
	acts := []Action{
		f.next(),
		a.Does(keymap.PreviousField, f.step(-1)).Hinted("previous"),
	}
	if len(f.Fields) > 0 && len(f.Current().choices) > 0 {
		acts = append(acts, a.Does(keymap.NextChoice, f.turn(1)).Hinted("choose"), a.Does(keymap.PrevChoice, f.turn(-1)))
	}
	return acts
}

// turn selects the next choice, or the previous one.
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

// Put sets the value of a field.
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

// Deaf reports whether a form that opened by itself still ignores keys, because
// they may have been meant for the screen below.
func (f *Form) Deaf() bool { return time.Since(f.Came) < ArmTime }

// Update types or pastes into the focused field.
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

// Lines draws the fields, each followed by its problem if that is to be shown.
// focus is the line of the focused field.
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

// below draws words under a field.
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

// noted adds the note on a field's value: beside the value if it fits, or else
// below.
func (f *Form) noted(x *Field, line paint.Styled) []paint.Styled {
	note := text.Text("")
	if f.Note != nil && f.shown(x) == "" {
		note = f.Note(x.Name)
	}
	at := labelWidth + 4 + paint.TextWidth(text.Masked(x.input.Value()))
	if x.choices != nil {
		at = paint.CellsOf(line) // with its arrows, or a hint
	}
	switch {
	case note == "":
		return []paint.Styled{line}
	case at+paint.TextWidth(note)+2 > f.Width:
		return append([]paint.Styled{line}, f.below(paint.Muted, note)...)
	}
	// The input pads its line with blanks; the note replaces them.
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

// light draws the sign that tells at a glance whether a field is valid.
func (f *Form) light(x *Field, p Problem) paint.Styled {
	t := f.Stage.Theme
	switch {
	case p.Level == LevelWrong:
		return t.Text(paint.Bad, t.Glyphs.Failed)
	case p.Level == LevelWarning:
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
		if words := f.shown(x); words != "" {
			return t.Text(paint.Normal, words)
		}
		return x.input.View()
	}
	v, n := text.Of(x.input.Value()), paint.Normal
	if v == "" {
		v, n = x.hint, paint.Muted
	}
	if focused && !x.shown {
		return t.Text(paint.Accent, "< ") + t.Text(n, v) + t.Text(paint.Accent, " >")
	}
	return t.Text(n, v)
}

// shown returns the words for the value of a field, "" for the value itself.
func (f *Form) shown(x *Field) text.Text {
	if f.Shown == nil || x == f.Current() {
		return ""
	}
	return f.Shown(x.Name)
}

// View draws the fields below the given lines, scrolled to show the focused
// one.
func (f *Form) View(above []paint.Styled) paint.Styled {
	lines, focus := f.Lines()
	lines = append(slices.Clone(above), lines...)
	for i := range lines {
		lines[i] = paint.FitStyled(lines[i], f.Width)
	}
	top := f.scrolled(len(lines), focus+len(above))
	f.row = focus + len(above) - top
	return paint.Joined(lines[top:min(len(lines), top+f.Height)])
}

// scrolled returns the first visible line of a form that does not fit.
func (f *Form) scrolled(lines, focus int) int {
	return max(0, min(focus-f.Height+3, lines-f.Height))
}

// Cursor returns the position of the terminal's cursor in the form as last
// drawn, or nil.
func (f *Form) Cursor() *tea.Cursor {
	if len(f.Fields) == 0 || f.Current().choices != nil {
		return nil
	}
	c := f.Current().input.Cursor()
	if c == nil {
		return nil
	}
	c.X += labelWidth + 2
	c.Y += f.row
	return c
}

// ChangedMark marks fields that differ from the job the form was copied from.
const ChangedMark = "*"
