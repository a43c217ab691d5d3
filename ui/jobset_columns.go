package ui

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/jobset"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// setColumns asks for the meaning of the columns of a table.
type setColumns struct {
	kit.Form
	app     *composer
	form    *setForm
	grid    *setGrid // read with other columns; nil if there is none
	columns jobset.Columns
}

// askColumns shows the guessed meaning of the columns, to be corrected.
func (f *setForm) askColumns(columns jobset.Columns, grid *setGrid) {
	c := &setColumns{app: f.app, form: f, grid: grid, columns: columns.Clone()}
	c.Stage, c.Changed, c.Check, c.Note = f.app.Stage, c.edit, c.check, c.note
	var fields []kit.Field
	choices := append([]string{""}, jobset.ColumnNames()...)
	for i, x := range c.columns.All {
		fields = append(fields, kit.ChoiceField(strconv.Itoa(i), text.Of(x.Heading), "not used", x.Holds, choices))
	}
	c.Set(fields)
	f.app.Push(c)
}

// at returns the column of a field.
func (c *setColumns) at(name string) *jobset.Column {
	i, _ := strconv.Atoi(name) // the names are numbers
	return &c.columns.All[i]
}

func (c *setColumns) edit(name, value string) tea.Cmd {
	c.at(name).Holds = value
	return nil
}

func (c *setColumns) check(name string) kit.Problem {
	at := c.at(name)
	for i := range c.columns.All {
		if x := &c.columns.All[i]; x != at && at.Holds != "" && x.Holds == at.Holds {
			return kit.Problem{Level: kit.LevelWrong, Words: text.Of("the " + x.Holds + " is in " + x.Heading + " too")}
		}
	}
	return kit.Problem{}
}

func (c *setColumns) note(name string) text.Text {
	sample := c.at(name).Sample
	if sample == "" {
		return ""
	}
	return "as in " + paint.Inner(text.Of(sample), max(10, c.Width/2), c.app.Theme.Glyphs.More)
}

// Title names the screen.
func (c *setColumns) Title() text.Text { return "columns of the list" }

// Actions returns the keys of the form.
func (c *setColumns) Actions() []kit.Action {
	a := c.app
	read := a.Does(keymap.Estimate, c.read).Unless(func() text.Text { return text.Of(c.columns.Objection()) }).Hinted("read the list with them")
	read.Key.SetHelp(read.Key.Help().Key, "read the list with these columns, now and the next time")
	return append([]kit.Action{read, a.Does(keymap.Leave, a.Pop).Hinted("leave")}, c.FieldActions()...)
}

// read reads the list with the chosen columns.
func (c *setColumns) read() tea.Cmd {
	a := c.app
	a.Remove(c)
	if c.grid != nil {
		a.Remove(c.grid)
	}
	c.form.columns = &c.columns
	return c.form.read()
}

// View draws the form.
func (c *setColumns) View() paint.Styled {
	words, tone := text.Text("Say what each column holds. It is remembered for lists with the same headings."), paint.Muted
	if why := c.columns.Objection(); why != "" {
		words, tone = text.Of(why), paint.Bad
	}
	return c.Form.View(above(c.app.Theme, c.Width, tone, words))
}

// columnless returns why there are no columns to choose, or "".
func (g *setGrid) columnless() text.Text {
	switch {
	case len(g.set.Columns.All) == 0:
		return "only a CSV or TSV file has columns"
	case g.changed:
		return "its rows were changed: close the set before the list is read with other columns"
	}
	return ""
}
