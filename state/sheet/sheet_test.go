package sheet

import (
	"encoding/csv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dubtop/api/text"
)

func TestNoCellIsRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOf(rapid.RuneFrom([]rune("=+-@＝＋－＠;,\"' \t\r\n\u3000a1")))
		row := []string{Cell(text.Of(word.Draw(t, "left"))), Cell(text.Of(word.Draw(t, "right")))}
		table := string(CSV([][]string{row}))
		rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
		if err != nil || len(rows) != 1 || len(rows[0]) != 2 {
			t.Fatalf("%q, %v", rows, err)
		}
		// In some locales a semicolon separates cells, even inside quotes.
		for _, cell := range append(strings.Split(table, ";"), rows[0]...) {
			if strings.IndexAny(strings.Trim(cell, "\" \t\u3000"), "=+-@＝＋－＠") == 0 {
				t.Errorf("%q is run", cell)
			}
		}
	})
}
