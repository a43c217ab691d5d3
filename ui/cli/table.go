package cli

import (
	"bytes"
	"cmp"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/outbox"
)

// none stands for an unknown or missing value.
const none = "-"

// columns is a table with two spaces between columns. The title of a
// right-aligned column starts with ">".
type columns struct {
	titles []text.Text
	rows   [][]text.Text
}

func (t *columns) add(cells ...text.Text) { t.rows = append(t.rows, cells) }

// drop removes a column.
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

// cut returns a row without one cell. It copies the row, which may be shared.
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

// words cleans text from the API or the user for a cell.
func words[S ~string](s S) text.Text {
	const most = 60
	return cmp.Or(text.Clean(string(s), most), none)
}

// dollars formats an amount for a cell: to the cent, with the sign that says
// how it is known. JSON and CSV hold the exact amount.
func dollars(m *api.Micros, k outbox.CostKind) text.Text {
	if m == nil {
		return none
	}
	return text.Of(k.Sign() + m.Rounded())
}

// usd is an exact amount in dollars as a JSON number; nil is null.
type usd api.Micros

// MarshalJSON writes all decimals.
func (u *usd) MarshalJSON() ([]byte, error) {
	return []byte(strings.Replace(api.Micros(*u).String(), "$", "", 1)), nil
}

// plain formats a number without an exponent.
func plain(f float64) text.Text { return text.Of(strconv.FormatFloat(f, 'f', -1, 64)) }
