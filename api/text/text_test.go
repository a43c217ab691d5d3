package text

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestCleanRemovesControls(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"plain":               {"promo_de_014", "promo_de_014"},
		"other scripts":       {"Привет 世界 é", "Привет 世界 é"},
		"colour":              {"a\x1b[31mred\x1b[0m", "ared"},
		"clipboard":           {"a\x1b]52;c;ZXZpbA==\ab", "ab"},
		"title, ended by ST":  {"a\x1b]0;evil\x1b\\b", "ab"},
		"device control":      {"a\x1bPq#0\x1b\\b", "ab"},
		"unterminated OSC":    {"a\x1b]0;rest", "a0;rest"},
		"C1 CSI":              {"a\u009b31mred", "ared"},
		"C1 OSC":              {"a\u009d0;evil\u009cb", "ab"},
		"raw C1 byte":         {"a\x9b31m", "a\uFFFD31m"},
		"reset":               {"a\x1bcb", "ab"},
		"charset":             {"a\x1b(0b", "ab"},
		"lone escape":         {"a\x1b", "a"},
		"carriage return":     {"FAILED\rOK", "FAILED OK"},
		"line breaks":         {"a\r\n\t\vb\u2028c\u0085d", "a b c d"},
		"backspace, bell":     {"a\b\ab", "a\uFFFD\uFFFDb"},
		"delete":              {"a\x7fb", "a\uFFFDb"},
		"bidi override":       {"a\u202egnp.exe\u202c\u2066x\u2069", "agnp.exex"},
		"zero width and BOM":  {"\ufeffa\u200bb\u200d\u00adc", "abc"},
		"tags":                {"a\U000e0041\U000e007f", "a"},
		"variation selectors": {"☁\ufe0f\U000e0100", "☁"},
		"fillers":             {"a\u3164\u115f\u034fb", "ab"},
		"no-break space":      {"a\u00a0b", "a b"},
		"zalgo":               {"e" + strings.Repeat("\u0301", 200), "e" + strings.Repeat("\u0301", 4)},
		"mark without a base": {"\u0301a", "a"},
		"invalid UTF-8":       {"a\xff\xc3(", "a\uFFFD\uFFFD("},
		"noncharacter":        {"a\uffff", "a\uFFFD"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Clean(c.in, Max); got != Text(c.want) {
				t.Errorf("Clean(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestCleanCutsOnARune(t *testing.T) {
	for _, c := range []struct {
		in   string
		max  int
		want Text
	}{
		{"abcdef", 6, "abcdef"},
		{"abcdefg", 6, "abc…"},
		{"äöüä", 8, "äöüä"},
		{"äöüäx", 8, "äö…"},
		{"日本語日", 10, "日本…"},
	} {
		if got := Clean(c.in, c.max); got != c.want {
			t.Errorf("Clean(%q, %d) = %q, want %q", c.in, c.max, got, c.want)
		}
	}
	if got := Clean(strings.Repeat("x", 10<<20), Max); len(got) != Max || !strings.HasSuffix(string(got), "x…") {
		t.Errorf("ten megabytes became %d bytes", len(got))
	}
}

func TestCleanOfPlainTextAllocatesNothing(t *testing.T) {
	s := strings.Repeat("generation ", 20)
	if n := testing.AllocsPerRun(100, func() { Clean(s, Max) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// unsafeRune finds a rune that a Text must never contain.
func unsafeRune(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Zl, unicode.Zp)
	})
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "a\x1b[31m", "\x1b]8;;http://x\x1b\\l", "\u009b\u009d", "e\u0301\u0301", "\xf0\x9f", "a\r\nb", "\x1b", "\x1b\x1b[["} {
		f.Add(s, 32)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = 8 + min(max(limit, 0), 1<<16)
		got := Clean(s, limit)
		if unsafeRune(string(got)) {
			t.Errorf("Clean(%q) = %q", s, got)
		}
		if len(got) > limit {
			t.Errorf("%d bytes, more than %d", len(got), limit)
		}
		if again := Clean(string(got), limit); again != got {
			t.Errorf("cleaning %q again gives %q", got, again)
		}
	})
}

func TestTextFromJSON(t *testing.T) {
	for in, want := range map[string]Text{
		`"a\u001b[31mb"`:       "ab",
		`"\u009b2J"`:           "",
		`"\ud800"`:             "\uFFFD",
		`null`:                 "",
		`12.5`:                 "12.5",
		`true`:                 "true",
		`["one", "two", null]`: "one; two",
		`[["deep"]]`:           "",
		`{"a":"b"}`:            "",
	} {
		var got Text
		if err := json.Unmarshal([]byte(in), &got); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", in, got, err, want)
		}
	}
}

func BenchmarkClean(b *testing.B) {
	s := "job \x1b[31mname\x1b[0m with “quotes” and an é"
	for b.Loop() {
		Clean(s, Max)
	}
}
