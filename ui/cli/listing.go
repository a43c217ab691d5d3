package cli

import (
	"bufio"
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/spf13/cobra"

	"dubtop/api/text"
	"dubtop/state/sheet"
)

// listing says how a command prints rows of one kind: as a table for people, or
// as JSON, CSV or ids for programs.
type listing[T any] struct {
	fields []field[T]  // of JSON and CSV; -q prints the first
	titles []text.Text // of the table
	cells  func(row *T) []text.Text
	empty  text.Text   // for people, if there are no rows
	spare  []text.Text // titles of columns that go if all their cells are empty
}

// field is a value of a row that has a name.
type field[T any] struct {
	name string
	of   func(row *T) value
}

// names returns the names of the fields.
func (l *listing[T]) names() []string {
	names := make([]string, len(l.fields))
	for i := range l.fields {
		names[i] = l.fields[i].name
	}
	return names
}

// flags adds the flags that say how rows are printed.
func (l *listing[T]) flags(c *cobra.Command) *format {
	f := new(format)
	addJSON(c, &f.json, l.names())
	c.Flags().BoolVar(&f.csv, "csv", false, "print CSV, with the fields of --json as columns")
	c.Flags().BoolVarP(&f.ids, "quiet", "q", false, "print only "+l.fields[0].name+"s, one a line")
	c.MarkFlagsMutuallyExclusive("json", "csv", "quiet")
	return f
}

// chosen returns the fields that were asked for, in that order.
func (l *listing[T]) chosen(f *format) []field[T] {
	if f.json.chosen == nil {
		return l.fields
	}
	var out []field[T]
	for _, name := range f.json.chosen {
		i := slices.IndexFunc(l.fields, func(f field[T]) bool { return f.name == name })
		out = append(out, l.fields[i])
	}
	return out
}

// print prints rows as they come; a table needs all of them first. What rest
// returns after the last row follows the rows in JSON; it may be nil.
func (l *listing[T]) print(c *cobra.Command, f *format, rows iter.Seq2[*T, error], rest func() any) error {
	switch {
	case f.json.on:
		return l.printJSON(c, f, rows, rest)
	case f.csv:
		return l.printCSV(c, rows)
	case f.ids:
		return l.printIDs(c, rows)
	}
	if l.titles == nil {
		return l.printFacts(c, rows)
	}
	return l.printTable(c, rows)
}

// printFacts prints each row as lines of names and values, for rows with too many
// fields for a table.
func (l *listing[T]) printFacts(c *cobra.Command, rows iter.Seq2[*T, error]) error {
	width := 0
	for i := range l.fields {
		width = max(width, len(l.fields[i].name))
	}
	out := newStream(c)
	for row, err := range rows {
		if err != nil {
			return cmp.Or(err, unwritten(out.Flush()))
		}
		var b []byte
		if out.begun {
			b = append(b, '\n')
		}
		for i := range l.fields {
			if said := l.fields[i].of(row).shown(); said != "" {
				b = fmt.Appendf(b, "%-*s  %s\n", width, l.fields[i].name, said)
			}
		}
		if err := out.row(b); err != nil {
			return err
		}
	}
	return unwritten(out.Flush())
}

// stream is output that is written while rows are read. The first row is written
// at once, and the others in larger pieces.
type stream struct {
	*bufio.Writer
	begun bool
}

func newStream(c *cobra.Command) *stream {
	const piece = 64 << 10
	return &stream{Writer: bufio.NewWriterSize(c.OutOrStdout(), piece)}
}

// row writes a row.
func (s *stream) row(b []byte) error {
	_, err := s.Write(b)
	if err == nil && !s.begun {
		s.begun = true
		err = s.Flush()
	}
	return unwritten(err)
}

func (l *listing[T]) printJSON(c *cobra.Command, f *format, rows iter.Seq2[*T, error], rest func() any) error {
	out, fields := newStream(c), l.chosen(f)
	b := fmt.Appendf(nil, "{\n  \"version\": %d,\n  \"items\": [", shape)
	for row, err := range rows {
		if err != nil {
			return err
		}
		if out.begun {
			b = append(b[:0], ',')
		}
		b = appendObject(append(b, "\n    "...), fields, row)
		if err := out.row(b); err != nil {
			return err
		}
		b = b[:0]
	}
	if out.begun {
		b = append(b, "\n  "...)
	}
	b = append(b, ']')
	if rest != nil {
		more, err := encoded(rest())
		if err != nil {
			return err
		}
		b = append(append(b, ','), more[len("{"):len(more)-len("\n}\n")]...)
	}
	if err := out.row(append(b, "\n}\n"...)); err != nil {
		return err
	}
	return unwritten(out.Flush())
}

// appendObject appends a row as a JSON object.
func appendObject[T any](b []byte, fields []field[T], row *T) []byte {
	for i := range fields {
		sign := byte(',')
		if i == 0 {
			sign = '{'
		}
		b = append(append(append(b, sign, '"'), fields[i].name...), '"', ':')
		b = fields[i].of(row).appendJSON(b)
	}
	return append(b, '}')
}

func (l *listing[T]) printCSV(c *cobra.Command, rows iter.Seq2[*T, error]) error {
	out := newStream(c)
	w := sheet.NewWriter(out)
	cells := l.names()
	err := w.Write(cells)
	for row, failed := range rows {
		if failed != nil || err != nil {
			w.Flush()
			return cmp.Or(failed, unwritten(err), unwritten(out.Flush()))
		}
		for i := range l.fields {
			cells[i] = l.fields[i].of(row).cell()
		}
		err = w.Write(cells)
	}
	w.Flush()
	return cmp.Or(unwritten(err), unwritten(w.Error()), unwritten(out.Flush()))
}

func (l *listing[T]) printIDs(c *cobra.Command, rows iter.Seq2[*T, error]) error {
	out := newStream(c)
	for row, err := range rows {
		if err != nil {
			return cmp.Or(err, unwritten(out.Flush()))
		}
		if err := out.row([]byte(l.fields[0].of(row).words + "\n")); err != nil {
			return err
		}
	}
	return unwritten(out.Flush())
}

func (l *listing[T]) printTable(c *cobra.Command, rows iter.Seq2[*T, error]) error {
	t := columns{titles: l.titles}
	for row, err := range rows {
		if err != nil {
			return err
		}
		t.add(l.cells(row)...)
	}
	if len(t.rows) == 0 {
		return write(c, []byte(l.empty+"\n"))
	}
	t.dropEmpty(l.spare)
	return write(c, t.fitted(c.OutOrStdout()))
}

// all yields rows that were read before.
func all[T any](rows []T) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for i := range rows {
			if !yield(&rows[i], nil) {
				return
			}
		}
	}
}
