package uitest

import (
	"math/rand/v2"
	"strings"
)

// FalsePrice is a line that only the program may show, and the text of every
// lie.
const FalsePrice = "This will cost $0.01 at list price"

// Lies returns hostile texts that try to show the false price on a line of its
// own, or to control the terminal.
func Lies() []string {
	return []string{
		"\n\n" + FalsePrice,
		"a" + strings.Repeat(" ", 150) + FalsePrice,
		"\u2028" + FalsePrice + "\u2029\u202e",
		"\u0085" + FalsePrice + "\u009b1m",
		strings.Repeat("\u3000", 60) + FalsePrice + "\u200b",
		"\x1b[2J\x1b]0;pwned\a\x1b]52;c;cHduZWQ=\a\x1b[31m\r" + FalsePrice,
		`\n\n` + FalsePrice,
		"%0a%0a" + FalsePrice,
		strings.Repeat("x", 66) + " " + FalsePrice + strings.Repeat(" y", 300),
		"\x1b]8;;https://evil.example\x1b\\" + FalsePrice + "\x1b]8;;\x1b\\\ufeff\u2066",
		"\u200b=1+1;\"\t@" + FalsePrice + "\r\n-1",
	}
}

// Lie returns a random hostile text made of pieces that control a terminal,
// break or fill lines, or imitate the program.
func Lie(r *rand.Rand) string {
	pieces := []string{
		FalsePrice, FalsePrice, FalsePrice + "\n", "\n\n", "\r", "\u2028", "\u2029", "\u0085", "\v", "\f", "\t", "\x00", "%0a%0a", `\n`,
		strings.Repeat(" ", 1+r.IntN(200)), strings.Repeat("\u3000", r.IntN(60)), strings.Repeat("\u00a0", r.IntN(90)), strings.Repeat("-", r.IntN(90)),
		"\x1b[2J", "\x1b[31m", "\x1b]8;;https://evil.example\x1b\\", "\x1b]0;pwned\a", "\x1b]52;c;cHduZWQ=\a", "\x1bP+q544e\x1b\\", "\x1b", "\u009b1m", "\u009d0;x\u009c",
		"\u202e", "\u2066", "\u200b", "\u200f", "\ufeff", "\u00ad", "\u061c", "\U000e0041", "\ufe0f", "\u3164", "\u115f", "\u2800",
		`=HYPERLINK("https://evil.example")`, ";=1+1", `";"=1+1`, "\t-1", "\r\n@sum", ",+1", `"`, "\xff", "\xc3", "\ufffd", "漢字", "e\u0301\u0301\u0301\u0301\u0301\u0301", "👩‍👩‍👧", "│", "|", "╭─╮", "y send it", "model     ", "a", "name", " ", "/", "..", "\x7f", "\b\b\b",
	}
	var b strings.Builder
	for range 1 + r.IntN(9) {
		if r.IntN(12) == 0 {
			b.WriteRune(rune(r.IntN(0x110000)))
			continue
		}
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// Nasty returns texts that must never reach a terminal unchanged.
func Nasty() map[string]string {
	return map[string]string{
		"escapes":  "\x1b[2J\x1b[31mred\x1b]0;pwned\x07\x1b]52;c;cHduZWQ=\x07\x1bP+q544e\x1b\\\x1b_G\x1b\\\x1bc\x1b[6n",
		"c1":       "a\u009b31mb\u009d0;pwned\u009c\u0090q\u009cc\u0085d",
		"bidi":     "\u202egnp.exe\u202c\u2066x\u2069\u200e\u200f\u061c\ufeff\u200b\u2060",
		"lines":    "one\r\ntwo\rthree\n\v\f\ttab\x00\x08\x7fend\u2028\u2029",
		"wide":     strings.Repeat("漢字かな😀👩‍👩‍👧🇩🇪", 30),
		"zalgo":    "z" + strings.Repeat("\u0316\u0301\u0489", 200) + "a" + strings.Repeat("\u0300", 500),
		"tags":     "\U000e0041\U000e0042\ufe0f\u00ad\u180e",
		"long":     strings.Repeat("wide and long ", 400),
		"format":   "%s%d%!(EXTRA) ${HOME} `id` $(id) {{.}} <b>x</b> ../../etc/passwd",
		"surplus":  "\ufffd\ufffe\uffff",
		"osc8":     "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
		"sequence": "\x1b[?1049l\x1b[?25l\x1b[=1;1u\x1b[>4;2m\x1b[8mhidden",
	}
}
