package sheet

import (
	"testing"

	"pgregory.net/rapid"

	"dubtop/api/text"
	"dubtop/ui/uitest"
)

func TestNoCellIsRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOf(rapid.RuneFrom([]rune("=+-@＝＋－＠;,\"' \t\r\n\u3000a1")))
		rows := [][]string{{"a", "b"}}
		for range 3 {
			rows = append(rows, []string{Cell(text.Of(word.Draw(t, "cell"))), Cell(text.Of(word.Draw(t, "cell")))})
		}
		if wrong := uitest.Formulas(CSV(rows)); len(wrong) > 0 {
			t.Errorf("%q", wrong)
		}
	})
}
