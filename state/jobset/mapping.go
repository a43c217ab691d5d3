package jobset

import (
	"slices"
	"strings"

	"dubtop/state/draft"
)

// Columns gives the columns of a table their meaning.
type Columns struct {
	Header string   // identifies the table's first line; see [Header]
	Headed bool     // the first line has headings
	Chosen bool     // by the user, now or earlier, rather than guessed
	All    []Column // in the order of the table

	samples map[int]string
}

// Column is a column of a table.
type Column struct {
	Heading string
	Sample  string // the first cell that is not empty
	Holds   string // one of ColumnNames, "" if it is not used
}

// Header identifies the first line of a table.
func Header(cells []string) string {
	words := make([]string, len(cells))
	for i, cell := range cells {
		words[i] = strings.ToLower(strings.TrimSpace(cell))
	}
	return strings.Join(words, "\x1f")
}

// ColumnNames lists what a column can hold, in the order of the form.
func ColumnNames() []string {
	names := []string{
		string(columnVideo), string(columnAudio), string(columnLang), string(columnName), string(columnModel),
		string(columnLabel), string(columnScript), string(columnVoice), string(columnWebhook), string(columnID),
	}
	for _, o := range draft.RulesFor("").Options {
		names = append(names, o.Name)
	}
	return names
}

// Objection says why the columns make no jobs, "" if they do.
func (c *Columns) Objection() string {
	seen := map[string]string{}
	for _, x := range c.All {
		if other, twice := seen[x.Holds]; twice && x.Holds != "" {
			return "both " + other + " and " + x.Heading + " hold the " + x.Holds
		}
		seen[x.Holds] = x.Heading
	}
	if _, ok := seen[string(columnVideo)]; !ok {
		return "choose the column that holds the videos"
	}
	return ""
}

// sample keeps the first cell of each column that is not empty.
func (c *Columns) sample(cells []string) {
	if c.samples == nil {
		c.samples = make(map[int]string)
	}
	for i, cell := range cells {
		if c.samples[i] == "" {
			c.samples[i] = strings.TrimSpace(cell)
		}
	}
}

// Clone returns a copy that is independent of later changes.
func (c *Columns) Clone() Columns {
	d := *c
	d.All = slices.Clone(c.All)
	return d
}
