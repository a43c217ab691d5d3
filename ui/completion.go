package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/jobset"
)

// completions are the longer paths for the text typed into the fields of a
// form. They are looked for as one types, because the key that takes one must
// act at once.
type completions map[string]completion

type completion struct{ typed, longer string }

// of returns the longer text for the value of a field, or "".
func (c completions) of(name, value string) string {
	if known := c[name]; known.typed == value {
		return known.longer
	}
	return ""
}

// lookFor looks for the file that a path in a field begins; last is the end of the
// value.
func (c completions) lookFor(name, value, last, home string) tea.Cmd {
	c[name] = completion{typed: value}
	return func() tea.Msg { return fieldCompletedMsg{c, name, value, longerPath(value, last, home)} }
}

type fieldCompletedMsg struct {
	completions         completions
	name, value, longer string
}

func (m fieldCompletedMsg) apply(*desk) tea.Cmd {
	if m.completions[m.name].typed == m.value { // or else more was typed since
		m.completions[m.name] = completion{m.value, m.longer}
	}
	return nil
}

// lastEntry is the last of the paths and links in a text.
func lastEntry(typed string) string {
	entries := jobset.Entries(typed)
	if len(entries) == 0 {
		return ""
	}
	return entries[len(entries)-1]
}

// longerPath completes the path at the end of a text. It returns "" if there is
// nothing to add, and for a folder without its slash.
func longerPath(typed, last, home string) string {
	before, ok := strings.CutSuffix(typed, last)
	path, err := draft.ParsePath(last, home)
	longer := inputs.CompletePath(last, home)
	if !ok || err != nil || longer == last || longer == path+"/" {
		return ""
	}
	if !strings.HasPrefix(longer, "file://") {
		longer = strings.ReplaceAll(longer, " ", `\ `)
	}
	return before + longer
}
