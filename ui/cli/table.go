package cli

import (
	"bytes"
	"cmp"
	"strconv"
	"strings"

	"dubtop/state/outbox"

	"github.com/charmbracelet/x/ansi"

	"dubtop/api"
	"dubtop/api/text"
)

// none stands where a value is not known, or there is none.
const none = "-"

// columns is text in columns, two spaces apart. The titles of those to align to
// the right begin with a >.
type columns struct {
	titles []text.Text
	rows   [][]text.Text
}

func (t *columns) add(cells ...text.Text) { t.rows = append(t.rows, cells) }

// drop takes a column away.
func (t *columns) drop(title text.Text) {
	for i, name := range t.titles {
		if name != title {
			continue
		}
		t.titles = cut(t.titles, i)
		for n, row := range t.rows {
			t.rows[n] = cut(row, i)
		}
		return
	}
}

// cut leaves one cell out of a row, which may be shared with another table.
func cut(row []text.Text, i int) []text.Text { return append(row[:i:i], row[i+1:]...) }

func (t *columns) bytes() []byte {
	head := make([]text.Text, len(t.titles))
	right := make([]bool, len(t.titles))
	for i, title := range t.titles {
		head[i] = title
		if right[i] = title[0] == '>'; right[i] {
			head[i] = title[1:]
		}
	}
	rows := append([][]text.Text{head}, t.rows...)
	widths := make([]int, len(head))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], ansi.StringWidth(string(cell)))
		}
	}
	var b bytes.Buffer
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			pad := text.Repeat(" ", widths[i]-ansi.StringWidth(string(cell)))
			if right[i] {
				cell, pad = pad+cell, ""
			}
			line.WriteString(string(cell + pad + "  "))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.Bytes()
}

// words is text of the wire or of the user's for a cell.
func words[S ~string](s S) text.Text {
	const most = 60
	return cmp.Or(text.Clean(string(s), most), none)
}

// dollars is an amount for a cell, to the cent, after the sign that says how it
// is known: JSON and CSV have it exactly.
func dollars(m *api.Micros, k outbox.CostKind) text.Text {
	if m == nil {
		return none
	}
	return text.Of(k.Sign() + m.Rounded())
}

// usd is an amount as a JSON number of dollars, exact; nil is null.
type usd api.Micros

// MarshalJSON writes every decimal.
func (u *usd) MarshalJSON() ([]byte, error) {
	return []byte(strings.Replace(api.Micros(*u).String(), "$", "", 1)), nil
}

// plain is a number without an exponent.
func plain(f float64) text.Text { return text.Of(strconv.FormatFloat(f, 'f', -1, 64)) }
