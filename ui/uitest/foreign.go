package uitest

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Foreign lists up to ten byte sequences in raw that do not belong to a
// program's drawing, that is, everything not on its lists of sequences and
// characters. The window's title must begin with title.
func Foreign(raw []byte, title string) []string {
	var wrong []string
	state := byte(0)
	p := ansi.NewParser()
	for len(raw) > 0 && len(wrong) < 10 {
		seq, width, n, next := ansi.DecodeSequence(raw, state, p)
		ours := false
		switch {
		case width > 0, seq[0] >= 0x80: // combining marks come alone, without a width
			ours = printable(string(seq))
		case ansi.HasCsiPrefix(seq) && seq[0] == ansi.ESC:
			ours = ownCSI(p, seq)
		case ansi.HasOscPrefix(seq) && seq[0] == ansi.ESC:
			ours = ownOSC(string(seq), title)
		default:
			ours = slices.Contains([]string{"\r", "\n", "\b", "\t", "\x1b7", "\x1b8", "\x1b=", "\x1b>", "\x1bM"}, string(seq))
		}
		if !ours {
			wrong = append(wrong, strconv.QuoteToASCII(string(seq)))
		}
		raw, state = raw[n:], next
	}
	return wrong
}

// Formulas lists the cells of a CSV table that a spreadsheet would run as
// formulas, with any separator, and rows that were broken open.
func Formulas(table []byte) []string {
	r := csv.NewReader(bytes.NewReader(table))
	rows, err := r.ReadAll() // each as long as the first
	if err != nil {
		return []string{err.Error()}
	}
	var wrong []string
	lines := strings.Split(strings.TrimSuffix(string(table), "\r\n"), "\r\n")
	if len(lines) != len(rows) {
		wrong = append(wrong, fmt.Sprintf("%d lines of %d rows", len(lines), len(rows)))
	}
	for i, line := range lines {
		if strings.ContainsAny(line, "\r\n") {
			wrong = append(wrong, fmt.Sprintf("a line is broken: %q", line))
		}
		// In some locales a semicolon separates cells, even inside quotes.
		for _, cell := range append(strings.Split(line, ";"), rows[min(i, len(rows)-1)]...) {
			if strings.IndexAny(strings.Trim(cell, "\" \t\u3000"), "=+-@＝＋－＠") == 0 {
				wrong = append(wrong, fmt.Sprintf("%q is run", cell))
			}
		}
	}
	return wrong
}

// printable reports whether a character only prints itself, in one or two
// cells.
func printable(s string) bool {
	marks := 0
	for _, r := range s {
		switch {
		case r < ' ', r >= 0x7f && r < 0xa0, r == 0xad, r == 0x61c, r == 0x180e, r == 0xfeff:
			return false
		case r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r >= 0xe0000 && r <= 0xe0fff:
			return false
		case r >= 0x300 && r <= 0x36f:
			marks++
		}
	}
	return utf8.ValidString(s) && marks <= 4
}

// ownCSI reports whether a sequence is one used to set colours,
// move the cursor, erase, set modes or query the terminal.
func ownCSI(p *ansi.Parser, seq []byte) bool {
	switch final := seq[len(seq)-1]; final {
	case 'm':
		return ownStyle(p, seq)
	case 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'P', 'S', 'T', 'X', 'Z', '@', '`', 'a', 'b', 'd', 'e', 'f', 'r', 'u':
		return true
	case 'h', 'l':
		mode, _, _ := p.Params().Param(0, 0)
		return slices.Contains([]int{1, 7, 25, 1004, 1049, 2004, 2026, 2027, 2031}, mode)
	case 'p': // queries for modes
		return bytes.HasSuffix(seq, []byte("$p"))
	case 'c': // a query for the terminal's type
		return string(seq) == ansi.RequestPrimaryDeviceAttributes
	case 'q': // the cursor's shape
		return bytes.HasSuffix(seq, []byte(" q"))
	}
	return false
}

// ownStyle accepts colours, weights and the setting of key reports, but neither
// concealed nor blinking text.
func ownStyle(p *ansi.Parser, seq []byte) bool {
	if n, _, _ := p.Params().Param(0, 0); n == 8 || n == 5 {
		return false
	}
	return seq[2] != '>' || slices.Contains([]string{ansi.SetModifyOtherKeys1, ansi.SetModifyOtherKeys2, ansi.ResetModifyOtherKeys}, string(seq))
}

// progress matches the progress that a terminal shows outside its window.
var progress = regexp.MustCompile(`^9;4;(0|[1-4];[0-9]{1,3})$`)

// ownOSC accepts the window's title, the query for the background, the
// clipboard, progress, and notices (OSC 777) whose words do nothing but print.
func ownOSC(seq, title string) bool {
	seq = strings.TrimRight(strings.TrimPrefix(seq, "\x1b]"), "\a\x1b\\")
	if words, ok := strings.CutPrefix(seq, "777;notify;"+title+";"); ok {
		return !strings.Contains(words, ";") && len(Foreign([]byte(words), title)) == 0
	}
	if progress.MatchString(seq) {
		return true
	}
	for _, ours := range []string{"0;" + title, "2;" + title, "11;?", "52;c;"} {
		if strings.HasPrefix(seq, ours) {
			return true
		}
	}
	return seq == "2;" || seq == "0;"
}
