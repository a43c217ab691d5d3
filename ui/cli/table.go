package cli

import (
	"bytes"
	"cmp"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"

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

// dropEmpty removes those of the columns that have no cell with a value.
func (t *columns) dropEmpty(titles []text.Text) {
	for _, title := range titles {
		i := slices.Index(t.titles, title)
		if i >= 0 && !slices.ContainsFunc(t.rows, func(row []text.Text) bool { return row[i] != none }) {
			t.drop(title)
		}
	}
}

// bytes returns the whole table.
func (t *columns) bytes() []byte { return t.drawn(t.widths()) }

// fitted returns the table as wide as a terminal, if out is one: the widest texts
// are cut, but no ids and no numbers.
func (t *columns) fitted(out io.Writer) []byte {
	widths := t.widths()
	if most := terminalWidth(out); most > 0 {
		t.shrink(widths, most)
	}
	return t.drawn(widths)
}

// terminalWidth is the width of the terminal that out is, or else 0.
func terminalWidth(out io.Writer) int {
	f, ok := out.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// shrink takes cells from the widest columns until a row fits.
func (t *columns) shrink(widths []int, most int) {
	const gap, least = 2, 6
	total := -gap
	for _, w := range widths {
		total += w + gap
	}
	for ; total > most; total-- {
		widest := -1
		for i, title := range t.titles {
			fixed := title[0] == '>' || strings.HasSuffix(string(title), "ID")
			if !fixed && widths[i] > least && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		widths[widest]--
	}
}

// head returns the titles without their marks.
func (t *columns) head() []text.Text {
	head := make([]text.Text, len(t.titles))
	for i, title := range t.titles {
		if head[i] = title; title[0] == '>' {
			head[i] = title[1:]
		}
	}
	return head
}

// widths returns how wide each column is.
func (t *columns) widths() []int {
	widths := make([]int, len(t.titles))
	for _, row := range append([][]text.Text{t.head()}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], ansi.StringWidth(string(cell)))
		}
	}
	return widths
}

// drawn draws the table in columns of these widths.
func (t *columns) drawn(widths []int) []byte {
	var b bytes.Buffer
	for _, row := range append([][]text.Text{t.head()}, t.rows...) {
		var line strings.Builder
		for i, cell := range row {
			cell = text.Of(ansi.Truncate(string(cell), widths[i], "…"))
			pad := text.Repeat(" ", widths[i]-ansi.StringWidth(string(cell)))
			if t.titles[i][0] == '>' {
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

// orNone is a cell of a text that may be missing.
func orNone(t text.Text) text.Text { return cmp.Or(t, none) }

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
