package jobset

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dubtop/state/draft"
)

// delimiters are the delimiters of tables, the most likely first.
const delimiters = ",;\t|"

// Table makes a row from each line of a CSV or TSV file. It detects the
// delimiter, and recognizes columns by their headings, or by their content if
// the first line has no headings, unless known has their meaning. dir is the
// file's folder, for relative paths. If the columns make no jobs, the error
// comes with a set that has only them.
func Table(raw []byte, dir, home string, like draft.Draft, known func(header string) (Columns, bool)) (Set, error) {
	data, err := decoded(raw)
	if err != nil {
		return Set{}, err
	}
	t := newSheet(dir, home, like)
	t.known = known
	if err := t.read(data); err != nil {
		return Set{}, err
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

// maxRecord is the longest line of a list, or of lines that a quoted cell keeps
// together, in bytes. Without it, a quote that is never closed would turn the
// rest of the file into one cell.
const maxRecord = 64 << 10

// maxColumns is the most columns a table can have.
const maxColumns = 200

// read reads a table line by line. A line that can't be read becomes a row that
// says so, and the next line is read as if nothing had happened.
func (t *sheet) read(data []byte) error {
	comma := delimiter(data)
	for number := 1; len(data) > 0; {
		record, lines, whole := recordOf(data)
		cells, err := cellsOf(record, comma, whole)
		if err != nil && lines > 1 {
			record, _, _ = bytes.Cut(record, []byte("\n"))
			lines, err = 1, unclosed(record)
		}
		switch {
		case err == nil && cells == nil: // blank
		case len(t.set.Rows) == MaxRows:
			return &Problem{Words: fmt.Sprintf("the file has more than %d rows: split it", MaxRows)}
		case err != nil || t.torn(cells, comma):
			t.broken(number, cmp.Or(err, error(&Problem{Line: 1, Words: "a cell of this line goes on in other lines: is a quote not closed?"})))
			record, _, _ = bytes.Cut(record, []byte("\n"))
			lines = 1
		default:
			if err := t.line(number, cells); err != nil {
				return err
			}
		}
		data, number = data[min(len(data), len(record)+1):], number+lines
	}
	return nil
}

// recordOf returns the first line of a text, with the lines that a quoted cell
// goes on in. err says that a quote is not closed, or that the line is too long;
// the record is then the first line alone.
func recordOf(data []byte) (record []byte, lines int, err error) {
	quotes, end := 0, 0
	for lines = 1; ; lines++ {
		line, _, more := bytes.Cut(data[end:], []byte("\n"))
		quotes += bytes.Count(line, []byte(`"`))
		end += len(line)
		switch {
		case quotes%2 == 0 && end <= maxRecord:
			return data[:end], lines, nil
		case end > maxRecord || !more:
			record, _, _ = bytes.Cut(data, []byte("\n"))
			if len(record) > maxRecord {
				return record, 1, &Problem{Line: 1, Words: fmt.Sprintf("the line is longer than %d kB", maxRecord>>10)}
			}
			return record, 1, unclosed(record)
		}
		end++ // the line break
	}
}

// unclosed is the problem of a line whose last quote is not closed.
func unclosed(line []byte) *Problem {
	at := max(0, bytes.LastIndexByte(line, '"'))
	return &Problem{Line: 1, Column: 1 + utf8.RuneCount(line[:at]), Words: "this quote is not closed"}
}

// cellsOf splits a record into its cells, none if it is blank. It passes on a
// problem with the whole record.
func cellsOf(record []byte, comma rune, problem error) ([]string, error) {
	if problem != nil || len(bytes.TrimSpace(record)) == 0 {
		return nil, problem
	}
	if bytes.IndexByte(record, '"') < 0 {
		return strings.Split(string(record), string(comma)), nil
	}
	r := csv.NewReader(bytes.NewReader(record))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = comma, -1, true
	cells, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	return cells, err
}

// torn reports whether a cell has swallowed other lines, because a quote was not
// closed. Scripts have line breaks, and so may the name of a file, but not
// another line's cells.
func (t *sheet) torn(cells []string, comma rune) bool {
	for i, cell := range cells {
		if !strings.Contains(cell, "\n") || i < len(t.columns) && (t.columns[i] == columnScript || t.columns[i] == "") {
			continue
		}
		if len(cells) > len(t.columns) || strings.ContainsRune(cell, comma) || strings.Count(cell, "\n") > 1 {
			return true
		}
	}
	return false
}

// delimiter returns the delimiter that is most frequent in the first line.
func delimiter(data []byte) rune {
	first, _, _ := bytes.Cut(bytes.TrimLeft(data, "\n"), []byte("\n"))
	first = first[:min(len(first), maxRecord)]
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

// broken adds a row for an unreadable line. The error counts lines from there.
func (t *sheet) broken(number int, err error) {
	p := Problem{Words: err.Error()}
	if own, ok := errors.AsType[*Problem](err); ok {
		p = *own
	}
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		p = Problem{Line: e.Line, Column: e.Column, Words: "misplaced quote: double it, or put the whole cell in quotes"}
		if errors.Is(e.Err, csv.ErrQuote) {
			p.Words = "a quoted cell does not end where its line does, or something follows it"
		}
	}
	p.Line += number - 1
	t.set.Rows = append(t.set.Rows, Row{Draft: t.like.Clone(), Where: fmt.Sprintf("line %d", number), Trouble: p.Error()})
}

// line reads the headings or a row.
func (t *sheet) line(number int, cells []string) error {
	if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
		return nil
	}
	if t.columns == nil {
		if len(cells) > maxColumns {
			return &Problem{Line: number, Words: fmt.Sprintf("the table has %d columns; %d is the most", len(cells), maxColumns)}
		}
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
		if i >= len(cells) {
			break
		}
		if words := formula(c, cells[i]); words != "" && r.Trouble == "" {
			r.Trouble = fmt.Sprintf("line %d, %s: %s", number, t.heading(i), words)
		}
		t.fill(&r, c, cells[i])
	}
	t.set.Rows = append(t.set.Rows, r)
	return nil
}

// formula says that a cell is not what its spreadsheet showed, "" if it is.
func formula(c column, cell string) string {
	cell = strings.TrimSpace(cell)
	switch {
	case c == "" || c == columnScript:
	case strings.HasPrefix(cell, "="):
		return "the cell has a formula: save the list with its values"
	case slices.Contains([]string{"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#ERROR!"}, cell):
		return "the spreadsheet had an error here: " + cell
	}
	return ""
}

// heading names a column.
func (t *sheet) heading(i int) string {
	if t.set.Columns.Headed {
		return "column " + strconv.Quote(short(t.first[i]))
	}
	return fmt.Sprintf("column %d", i+1)
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
