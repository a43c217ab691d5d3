package jobset

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"dubtop/state/draft"
)

// delimiters are the delimiters of tables, the most likely first.
const delimiters = ",;\t|"

// Table makes a row from each line of a CSV or TSV file. It detects the
// delimiter, and recognizes columns by their headings, or by their content if
// the first line has no headings, unless known says what they hold. dir is the
// file's folder, for relative paths. If the columns make no jobs, the set has
// them beside the error.
func Table(raw []byte, dir, home string, like draft.Draft, known func(header string) (Columns, bool)) (Set, error) {
	data, err := decoded(raw)
	if err != nil {
		return Set{}, err
	}
	if data, err = unbroken(data); err != nil {
		return Set{}, err
	}
	t := newSheet(dir, home, like)
	t.known = known
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = delimiter(data), -1, true
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if len(t.set.Rows) == MaxRows {
			return Set{}, &Problem{Words: fmt.Sprintf("the file has more than %d rows: split it", MaxRows)}
		}
		if err != nil {
			t.broken(err)
			continue
		}
		line, _ := r.FieldPos(0)
		if err := t.line(line, cells); err != nil {
			return Set{}, err
		}
	}
	if len(t.columns) == 0 {
		return Set{}, &Problem{Words: "the file is empty"}
	}
	t.describe()
	if !slices.Contains(t.columns, columnVideo) {
		return Set{Columns: t.set.Columns}, &Problem{Line: 1, Words: "no column holds the videos: choose it"}
	}
	t.set.number()
	return t.set, nil
}

// maxCell is the longest cell in bytes. Without it, a quote that is never
// closed would turn the rest of the file into one cell.
const maxCell = 64 << 10

// unbroken returns the text unless a quote is never closed.
func unbroken(data []byte) ([]byte, error) {
	open := -1
	for at, b := range data {
		switch {
		case b == '"' && open < 0:
			open = at
		case b == '"':
			open = -1
		}
		if open >= 0 && at-open > maxCell {
			return nil, problemAt(data, open, "this quote is not closed")
		}
	}
	return data, nil
}

// delimiter returns the delimiter that is most frequent in the first line.
func delimiter(data []byte) rune {
	first, _, _ := bytes.Cut(bytes.TrimLeft(data, "\n"), []byte("\n"))
	best, most := ',', 0
	for _, d := range delimiters {
		n, quoted := 0, false
		for _, r := range string(first) {
			switch {
			case r == '"':
				quoted = !quoted
			case r == d && !quoted:
				n++
			}
		}
		if n > most {
			best, most = d, n
		}
	}
	return best
}

// sheet is the state of Table.
type sheet struct {
	set       Set
	dir, home string
	like      draft.Draft
	columns   []column
	known     func(header string) (Columns, bool) // may be nil
	first     []string                            // the cells of the first line
}

func newSheet(dir, home string, like draft.Draft) sheet {
	like = like.Clone()
	if like.Options == nil {
		like.Options = map[string]string{}
	}
	return sheet{dir: dir, home: home, like: like}
}

// broken adds a row for an unreadable line.
func (t *sheet) broken(err error) {
	r := Row{Draft: t.like.Clone(), Trouble: err.Error()}
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		words := "misplaced quote: double it, or put the whole cell in quotes"
		if errors.Is(e.Err, csv.ErrQuote) {
			words = "a quoted cell does not end where its line does, or something follows it"
		}
		r.Where = fmt.Sprintf("line %d", e.StartLine)
		r.Trouble = (&Problem{Line: e.Line, Column: e.Column, Words: words}).Error()
	}
	t.set.Rows = append(t.set.Rows, r)
}

// line reads the headings or a row.
func (t *sheet) line(number int, cells []string) error {
	if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
		return nil
	}
	if t.columns == nil {
		if t.recognize(cells); t.set.Columns.Headed {
			return nil
		}
	}
	t.set.Columns.sample(cells)
	r := Row{Where: fmt.Sprintf("line %d", number), Draft: t.like.Clone()}
	if len(cells) > len(t.columns) && slices.ContainsFunc(cells[len(t.columns):], func(c string) bool { return c != "" }) {
		r.Trouble = fmt.Sprintf("line %d has %d cells, the first line has %d: is a cell with a delimiter not in quotes?", number, len(cells), len(t.columns))
	}
	for i, c := range t.columns {
		if i < len(cells) {
			t.fill(&r, c, cells[i])
		}
	}
	t.set.Rows = append(t.set.Rows, r)
	return nil
}

// recognize determines the columns from the first line, and whether it has
// headings.
func (t *sheet) recognize(first []string) {
	t.first, t.columns = first, make([]column, len(first))
	if t.known != nil {
		if c, known := t.known(Header(first)); known && len(c.All) == len(first) {
			for i := range c.All {
				t.columns[i] = column(c.All[i].Holds)
			}
			t.set.Columns = Columns{Headed: c.Headed, Chosen: true}
			return
		}
	}
	for i, heading := range first {
		if c := columnOf(heading); c != "" && !slices.Contains(t.columns, c) {
			t.columns[i], t.set.Columns.Headed = c, true
		}
	}
	if t.set.Columns.Headed {
		return
	}
	for i, cell := range first {
		if c := t.guess(cell); c != "" && !slices.Contains(t.columns, c) {
			t.columns[i] = c
		}
	}
	// Nothing that looks like a file: words such as "title" are headings too.
	t.set.Columns.Headed = !slices.ContainsFunc(t.columns, func(c column) bool { return c != "" })
}

// describe says which columns are used.
func (t *sheet) describe() {
	var used, unused []string
	for i, cell := range t.first {
		heading := fmt.Sprintf("column %d", i+1)
		if t.set.Columns.Headed {
			heading = short(cell)
		}
		c := t.columns[i]
		t.set.Columns.All = append(t.set.Columns.All, Column{heading, t.set.Columns.samples[i], string(c)})
		switch {
		case c != "":
			used = append(used, string(c)+" from "+heading)
		case heading != "":
			unused = append(unused, heading)
		}
	}
	t.set.Columns.Header = Header(t.first)
	t.set.Notes = append(t.set.Notes, "columns: "+strings.Join(used, ", "))
	if len(unused) > 0 {
		t.set.Notes = append(t.set.Notes, "not used: "+strings.Join(unused, ", "))
	}
}

// short shortens a heading for a note.
func short(heading string) string {
	heading = strings.Join(strings.Fields(heading), " ")
	if utf8.RuneCountInString(heading) > 24 {
		heading = string([]rune(heading)[:23]) + "…"
	}
	return heading
}

// guess returns the column of a cell if there are no headings.
func (t *sheet) guess(cell string) column {
	m, err := draft.ParseMedia(cell, t.home)
	if err != nil || m.Source == draft.SourceNone {
		return ""
	}
	switch m.Holds() {
	case "video", "image":
		return columnVideo
	case "audio":
		return columnAudio
	}
	return ""
}
