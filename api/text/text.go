// Package text makes text safe to draw on a terminal. It knows which characters
// a terminal acts on, and which ones hide or reorder their neighbours. It never
// knows where a text came from or where it goes, and imports nothing of ours.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Max is the longest Text decoded from JSON, in bytes; longer ones end in an
// ellipsis.
const Max = 4 << 10

// Text can be drawn as it is. It contains no escape or control characters, no
// C1, no bidirectional overrides, no zero-width characters, no invalid UTF-8
// and no line breaks. Decoding from JSON cleans it; everything else must go
// through [Clean].
type Text string

// Clean makes a text safe to draw on one line of a terminal, in at most limit
// bytes. It removes escape sequences, replaces other control characters by
// U+FFFD and line breaks and tabs by one space, and drops invisible and
// direction-changing characters as well as more than four combining marks on
// one character. Cleaning twice changes nothing.
func Clean(s string, limit int) Text {
	if len(s) <= limit && isPlain(s) {
		return Text(s)
	}
	c := cleaner{limit: limit, out: make([]byte, 0, min(len(s), limit))}
	for i := 0; i < len(s) && !c.full; {
		r, size := utf8.DecodeRuneInString(s[i:])
		if n := escapeLen(s[i:], r, size); n > 0 {
			i += n
			continue
		}
		c.add(r)
		i += size
	}
	return Text(c.out)
}

// isPlain reports whether s is printable ASCII, as nearly all texts are.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

const (
	ellipsis = "…"
	maxMarks = 4
)

// cleaner collects the runes that may be drawn.
type cleaner struct {
	out   []byte
	limit int
	cut   int  // the last length at which an ellipsis still fits
	marks int  // combining marks on the last character
	space bool // the last rune replaced a line break
	full  bool
}

func (c *cleaner) add(r rune) {
	switch {
	case isBreak(r):
		if !c.space {
			c.put(' ')
		}
		c.space = true
		return
	case Invisible(r):
		return
	case unicode.In(r, unicode.Mn, unicode.Me):
		// A mark without a character would combine with the character drawn to
		// its left.
		if c.marks++; len(c.out) == 0 || c.marks > maxMarks {
			return
		}
		c.put(r)
		return
	case unicode.IsControl(r), r&0xfffe == 0xfffe:
		r = utf8.RuneError
	case unicode.Is(unicode.Zs, r) && r != '\u3000':
		r = ' '
	}
	c.space, c.marks = false, 0
	c.put(r)
}

func (c *cleaner) put(r rune) {
	if len(c.out)+utf8.RuneLen(r) > c.limit {
		c.out = append(c.out[:c.cut], ellipsis...)
		c.full = true
		return
	}
	c.out = utf8.AppendRune(c.out, r)
	if len(c.out) <= c.limit-len(ellipsis) {
		c.cut = len(c.out)
	}
}

// isBreak reports whether r ends a line or moves to another column.
func isBreak(r rune) bool {
	switch r {
	case '\t', '\n', '\v', '\f', '\r', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}

// Invisible reports whether r draws nothing itself or changes how its
// neighbours are drawn: format characters (bidi controls, zero-width, BOM, soft
// hyphen, tags), variation selectors and fillers.
func Invisible(r rune) bool {
	switch r {
	case '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u3164', '\uffa0':
		return true
	}
	return r >= 0x7f && unicode.In(r, unicode.Cf, unicode.Variation_Selector) || r&^0xfff == 0xe0000
}

// maxSequence is how far the end of an escape string is searched for, in bytes.
// A longer one is shown as text without its introducer.
const maxSequence = 4 << 10

// escapeLen returns the length of the terminal sequence at the beginning of s,
// 0 if there is none. r and size are the first rune of s.
func escapeLen(s string, r rune, size int) int {
	kind, body := r, size
	if r == 0x1b {
		if len(s) == 1 {
			return 1
		}
		// ESC and a letter are the seven-bit form of a C1 character.
		kind, body = rune(s[1])+0x40, 2
	} else if r < 0x80 || r > 0x9f {
		return 0
	}
	switch kind {
	case 0x9b:
		return body + csiLen(s[body:])
	case 0x90, 0x98, 0x9d, 0x9e, 0x9f:
		return body + stringLen(s[body:])
	}
	if r != 0x1b {
		return 0
	}
	return shortLen(s)
}

// csiLen returns the length of the parameters and the final byte of a CSI
// sequence.
func csiLen(s string) int {
	i := 0
	for i < len(s) && s[i] >= 0x20 && s[i] <= 0x3f {
		i++
	}
	if i < len(s) && s[i] >= 0x40 && s[i] <= 0x7e {
		i++
	}
	return i
}

// stringLen returns the length of an OSC, DCS, SOS, PM or APC body including
// its terminator, 0 if it is not terminated.
func stringLen(s string) int {
	s = s[:min(len(s), maxSequence)]
	n := 0
	for _, end := range []string{"\a", "\x1b\\", "\u009c"} {
		if i := strings.Index(s, end); i >= 0 && (n == 0 || i+len(end) < n) {
			n = i + len(end)
		}
	}
	return n
}

// shortLen returns the length of an escape sequence that is neither a CSI nor a
// string.
func shortLen(s string) int {
	i := 1
	for i < len(s) && s[i] >= 0x20 && s[i] <= 0x2f {
		i++
	}
	if i < len(s) && s[i] >= 0x30 && s[i] <= 0x7e {
		i++
	}
	return i
}
