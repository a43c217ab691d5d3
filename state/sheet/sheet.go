// Package sheet writes tables that people open in spreadsheets.
//
// It knows CSV, and which cells a spreadsheet would run. It never knows the
// meaning of a cell, or the place of a table.
package sheet

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"unicode"

	"dubtop/api/text"
)

// CSV returns rows in RFC 4180 format. Cells with words must come from [Cell].
func CSV(rows [][]string) []byte {
	var b bytes.Buffer
	_ = NewWriter(&b).WriteAll(rows) // a Buffer never fails
	return b.Bytes()
}

// NewWriter returns a writer of rows in the same format. Cells with words must come
// from [Cell].
func NewWriter(out io.Writer) *csv.Writer {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	return w
}

// Cell keeps spreadsheets from running a text as a formula, including those that
// separate cells with semicolons.
// https://owasp.org/www-community/attacks/CSV_Injection
func Cell(words text.Text) string {
	var b strings.Builder
	begins := true
	for _, r := range string(words) {
		if begins && strings.ContainsRune("=+-@＝＋－＠", r) {
			b.WriteByte('\'')
		}
		b.WriteRune(r)
		begins = r == ';' || begins && (r == '"' || unicode.IsSpace(r))
	}
	return b.String()
}
